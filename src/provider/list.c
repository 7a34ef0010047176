/* probe -l. */
#include "provider/kinds.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* what a provider has listed: names, each with its parameters, to be sorted */
struct listed {
	struct buf text; /* "NAME\n    PARAMETER\n..." NUL, ... */
	size_t *starts;
	size_t count;
};

static void add_name(struct listing *l, const char *name)
{
	struct listed *out = l->arg;

	if (!(out->count & (out->count - 1)))
		out->starts = xrealloc(out->starts, (out->count ? 2 * out->count : 1) * sizeof(*out->starts));
	if (out->count)
		buf_putc(&out->text, '\0');
	out->starts[out->count++] = out->text.len;
	buf_puts(&out->text, name);
	buf_putc(&out->text, '\n');
}

static void add_parameter(struct listing *l, const char *text)
{
	struct listed *out = l->arg;

	buf_puts(&out->text, "    ");
	buf_puts(&out->text, text);
	buf_putc(&out->text, '\n');
}

static int by_name(const void *a, const void *b, void *text)
{
	return strcmp((const char *)text + *(const size_t *)a, (const char *)text + *(const size_t *)b);
}

static void print_listed(struct listed *l, FILE *out)
{
	if (l->count)
		qsort_r(l->starts, l->count, sizeof(*l->starts), by_name, l->text.data);
	for (size_t i = 0; i < l->count; i++) {
		const char *entry = l->text.data + l->starts[i];

		/* a name that several static functions have */
		if (!i || strcmp(entry, l->text.data + l->starts[i - 1]))
			fputs(entry, out);
	}
	buf_free(&l->text);
	free(l->starts);
}

/* do these take part?  User space only where a script would say whose (C-032) */
static bool takes_part(const struct listing *l, const struct provider *p, const struct provider *named,
		       const char *pattern, const char *first)
{
	bool file = strchr(first, '/') && !access(first, F_OK);

	if (!p->list || (named ? p != named : !glob_match(pattern, p->name)))
		return false;
	if (p->space == SPACE_USER)
		return named || ((l->pid || file) && p->kind != ATTACH_uretprobe);
	return !file && (named || p->kernel_listed);
}

/* the last colon that is not in quotes, which are taken off, nor in a C++ name; NULL: there is none */
static char *last_colon(char *text)
{
	char *out = text, *last = NULL;
	bool quoted = false;

	for (char *s = text; *s; s++) {
		if (*s == '"') {
			quoted = !quoted;
			continue;
		}
		if (*s == ':' && !quoted && s[1] == ':' && s > text && s[-1] != ':') { /* ns::f */
			*out++ = *s++;
			*out++ = *s;
			continue;
		}
		if (*s == ':' && !quoted)
			last = out;
		*out++ = *s;
	}
	*out = '\0';
	return last;
}

/* one pattern: "provider:rest"; "words" is "*:words" */
static void list_pattern(struct listing *l, char *pattern, FILE *out)
{
	char *colon = strchr(pattern, ':'), *first = "*", *second = "*", *last;
	const struct provider *named;

	if (colon) {
		*colon = '\0';
		second = colon + 1;
		last = last_colon(second);
		if (last) {
			*last = '\0';
			first = *second ? second : "*";
			second = last + 1;
		}
		if (!*second)
			second = "*";
	}
	named = provider_find(pattern);
	if (!colon && !named) {
		second = pattern;
		pattern = "*";
		if (strchr(second, '.') && !glob_has(second))
			fprintf(stderr, "WARNING: there is no file '%s': it is taken for a pattern\n", second);
	}
	for (const struct provider *const *p = providers; *p; p++)
		if (takes_part(l, *p, named, pattern, first)) {
			struct listed all = {0};

			l->arg = &all;
			(*p)->list(l, first, second);
			print_listed(&all, out);
		}
}

struct type_search {
	struct listing *listing;
	const char *keyword, *pattern;
};

static void each_type(const char *name, void *arg)
{
	struct type_search *s = arg;
	struct listing *l = s->listing;
	struct buf text = {0};
	const char *from = NULL;

	if (!glob_match(s->pattern, name))
		return;
	if (l->verbose)
		from = kernel_type_define(l->kernel, s->keyword, name, &text);
	if (from)
		fprintf(l->arg, "%s: %s\n\n", from, text.data);
	else
		fprintf(l->arg, "%s %s\n", s->keyword, name);
	buf_free(&text);
}

int provider_list(struct kernel *k, struct types *t, struct arena *a, const char *pattern, int pid, bool verbose,
		  FILE *out)
{
	static const char *const keywords[] = {"struct", "union", "enum"};
	struct listing l = {.arena = a,
			    .kernel = k,
			    .types = t,
			    .pid = pid,
			    .verbose = verbose,
			    .each = add_name,
			    .parameter = add_parameter,
			    .arg = out};
	char *words = arena_strdup(a, pattern ? pattern : "*"), *rest = words;

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		size_t len = strlen(keywords[i]);

		if (!strncmp(words, keywords[i], len) && words[len] == ' ') {
			struct type_search s = {&l, keywords[i], words + len + 1};

			kernel_each_type(k, keywords[i], each_type, &s);
			return 0;
		}
	}
	for (char *word = strsep(&rest, ","); word; word = strsep(&rest, ","))
		list_pattern(&l, word, out);
	return 0;
}
