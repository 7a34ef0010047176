/* /proc/kallsyms, and which functions kprobes can reach. */
#include "kernel/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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

static int read_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[65536];
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		buf_add(out, bytes, (size_t)n);
	n = n < 0 ? -errno : 0;
	close(fd);
	return (int)n;
}

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

	if (read_file("/proc/kallsyms", &s->text))
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
	size_t lo = 0, hi = s->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->list[mid].address <= address)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
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

/* names that a wildcard must not reach (P-011) */
static bool excluded(const char *name)
{
	return strstr(name, ".part.") || !strncmp(name, "rcu_", 4) || !strncmp(name, "__ftrace_invalid_address__", 26) ||
	       str_eq(name, "arch_cpu_idle") || str_eq(name, "default_idle") || str_eq(name, "bpf_dispatcher_xdp_func");
}

bool traceable_known(void)
{
	int fd = tracefs_open("available_filter_functions", O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int traceable_each(function_fn each, void *arg)
{
	struct buf text = {0};
	struct ksyms *s;
	char *rest;

	if (!tracefs_read("available_filter_functions", &text)) {
		rest = text.data;
		for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
			char *space = strchr(line, ' '), *end;
			const char *module = "vmlinux";

			if (space) {
				*space = '\0';
				module = space + 2;
				end = strchr(space + 2, ']');
				if (end)
					*end = '\0';
			}
			if (*line && !excluded(line))
				each(module, line, arg);
		}
		buf_free(&text);
		return 0;
	}
	s = ksyms_load();
	for (size_t i = 0; i < s->count; i++)
		if ((s->list[i].type == 't' || s->list[i].type == 'T') && !excluded(s->list[i].name))
			each(s->list[i].module, s->list[i].name, arg);
	ksyms_free(s);
	return 0;
}
