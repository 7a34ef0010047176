/* /proc/kallsyms, and which functions kprobes can reach. */
#include "kernel/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

struct ksym {
	uint64_t address;
	const char *name, *module;
	char type;
};

struct ksyms {
	struct buf text;
	struct ksym *list; /* by address */
	size_t count;
};

static int by_address(const void *a, const void *b)
{
	const struct ksym *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

/* "ffffffff81000000 T name\t[module]" */
static bool parse_line(char *line, struct ksym *s)
{
	char *end, *tab;

	s->address = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	s->type = end[1];
	s->name = end + 3;
	tab = strchr(s->name, '\t');
	s->module = "vmlinux";
	if (tab) {
		*tab = '\0';
		s->module = tab + 2;
		end = strchr(tab + 2, ']');
		if (end)
			*end = '\0';
	}
	return true;
}

struct ksyms *ksyms_load(void)
{
	struct ksyms *s = xcalloc(1, sizeof(*s));
	size_t cap = 0;
	char *rest;

	if (buf_read_file(&s->text, "/proc/kallsyms"))
		return s;
	rest = s->text.data;
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		struct ksym k;

		if (!parse_line(line, &k) || !k.address)
			continue;
		if (s->count == cap) {
			cap = cap ? 2 * cap : 1 << 16;
			s->list = xrealloc(s->list, cap * sizeof(*s->list));
		}
		s->list[s->count++] = k;
	}
	qsort(s->list, s->count, sizeof(*s->list), by_address);
	return s;
}

void ksyms_free(struct ksyms *s)
{
	if (!s)
		return;
	buf_free(&s->text);
	free(s->list);
	free(s);
}

const char *ksyms_find(const struct ksyms *s, uint64_t address, uint64_t *offset, const char **module)
{
	size_t lo = upper_bound(s->list, s->count, sizeof(*s->list), offsetof(struct ksym, address), address);

	if (!lo || !(address >> 63)) /* below are symbols of no place: what CPUs have copies of (6.1) */
		return NULL;
	while (lo > 1 && s->list[lo - 2].address == s->list[lo - 1].address && !strchr("tTwW", s->list[lo - 1].type))
		lo--; /* a function's name before a label's */
	*offset = address - s->list[lo - 1].address;
	*module = s->list[lo - 1].module;
	return *offset < 1 << 20 ? s->list[lo - 1].name : NULL;
}

bool ksyms_address(const struct ksyms *s, const char *name, uint64_t *address)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->list[i].name, name)) {
			*address = s->list[i].address;
			return true;
		}
	return false;
}

void kallsyms_each(symbol_fn each, void *arg)
{
	struct buf text = {0};
	char *rest;

	if (!buf_read_file(&text, "/proc/kallsyms")) {
		rest = text.data;
		for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
			struct ksym k;

			if (parse_line(line, &k) && strchr("tTwW", k.type))
				each(k.module, k.name, k.address, arg);
		}
	}
	buf_free(&text);
}

/* functions: read once, for as long as we run */

struct function {
	const char *name, *module;
};

static struct {
	bool read, exact;
	bool given; /* by --traceable-functions: it is in text */
	struct buf text;
	struct function *list; /* by name, then module */
	size_t count;
} traceable;

static void traceable_add(const char *module, const char *name)
{
	if (!(traceable.count & (traceable.count - 1)))
		traceable.list =
			xrealloc(traceable.list, (traceable.count ? 2 * traceable.count : 1) * sizeof(*traceable.list));
	traceable.list[traceable.count++] = (struct function){name, module};
}

static int by_name(const void *a, const void *b)
{
	const struct function *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->module, y->module);
}

/* lines "name" and "name [module]", perhaps with more behind */
static void traceable_lines(char *rest)
{
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		char *space = strpbrk(line, " \t"), *open = space ? strchr(space, '[') : NULL,
		     *end = open ? strchr(open, ']') : NULL;

		if (space)
			*space = '\0';
		if (end)
			*end = '\0';
		if (*line && strncmp(line, "__ftrace_invalid_address__", 26))
			traceable_add(end ? open + 1 : "vmlinux", line);
	}
}

static void traceable_symbol(const char *module, const char *function, uint64_t address, void *arg)
{
	(void)address;
	(void)arg;
	traceable_add(xstrdup(module), xstrdup(function));
}

static void traceable_read(void)
{
	size_t kept = 0;
	int err;

	if (traceable.read)
		return;
	traceable.read = true;
	err = traceable.given ? 0 : tracefs_read("available_filter_functions", &traceable.text);
	traceable.exact = !err;
	if (!err)
		traceable_lines(traceable.text.data);
	else
		kallsyms_each(traceable_symbol, NULL);
	if (traceable.count)
		qsort(traceable.list, traceable.count, sizeof(*traceable.list), by_name);
	/* static functions may share a name: the kernel finds them all by it, or none */
	for (size_t i = 0; i < traceable.count; i++)
		if (!kept || by_name(&traceable.list[kept - 1], &traceable.list[i]))
			traceable.list[kept++] = traceable.list[i];
	traceable.count = kept;
}

int traceable_from(const char *path)
{
	int err;

	buf_reset(&traceable.text);
	err = buf_read_file(&traceable.text, path);
	traceable.given = !err;
	if (!err)
		depends_on(path);
	return err;
}

bool traceable_known(void)
{
	traceable_read();
	return traceable.exact;
}

void traceable_each(function_fn each, void *arg)
{
	traceable_read();
	for (size_t i = 0; i < traceable.count; i++)
		each(traceable.list[i].module, traceable.list[i].name, arg);
}

void traceable_named(const char *function, function_fn each, void *arg)
{
	size_t lo = 0, hi;

	traceable_read();
	hi = traceable.count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(traceable.list[mid].name, function) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < traceable.count && str_eq(traceable.list[lo].name, function); lo++)
		each(traceable.list[lo].module, traceable.list[lo].name, arg);
}

bool kprobe_forbidden(const char *function)
{
	static struct dict names;
	struct buf text = {0};
	char *rest, *name;

	if (!names.arena) {
		dict_init(&names, arena_new());
		debugfs_read("kprobes/blacklist", &text); /* "0xffffffff81001000-0xffffffff81001020\tname" */
		rest = text.data;
		for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
			name = strchr(line, '\t');
			if (name)
				dict_set(&names, name + 1, &names);
		}
		buf_free(&text);
	}
	return dict_find(&names, function) != NULL;
}

/* "alias symbol:NAME MODULE" of what is installed for this kernel: exported symbols only */
bool module_of(const char *function, char *module, size_t size)
{
	struct utsname u;
	struct buf text = {0};
	char *path, *word, *at = NULL;
	bool found = false;

	uname(&u);
	path = xasprintf("/lib/modules/%s/modules.symbols", u.release);
	word = xasprintf("symbol:%s ", function);
	if (!buf_read_file(&text, path) && text.data)
		at = strstr(text.data, word);
	if (at) {
		at += strlen(word);
		snprintf(module, size, "%.*s", (int)strcspn(at, " \n"), at);
		found = true;
	}
	buf_free(&text);
	free(path);
	free(word);
	return found;
}

bool module_loaded(const char *module)
{
	char *path = xasprintf("/sys/module/%s", module);
	bool is = str_eq(module, "vmlinux") || !access(path, F_OK);

	free(path);
	return is;
}
