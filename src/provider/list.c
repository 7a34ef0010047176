/* probe -l. */
#include "provider/kinds.h"

#include <string.h>
#include <unistd.h>

static void print_name(struct listing *l, const char *name)
{
	fputs(name, l->arg);
	putc('\n', l->arg);
}

static void print_parameter(struct listing *l, const char *text)
{
	fprintf(l->arg, "    %s\n", text);
}

/* do these take part?  User space only where a script would say whose (C-032) */
static bool takes_part(const struct listing *l, const struct provider *p, const struct provider *named, const char *pattern, const char *first)
{
	bool file = strchr(first, '/') && !access(first, F_OK);

	if (!p->list || (named ? p != named : !glob_match(pattern, p->name)))
		return false;
	if (p->space == SPACE_USER)
		return named || l->pid || file;
	return !file && (named || p->kernel_listed);
}

/* one pattern: "provider:rest"; "words" is "*:words" */
static void list_pattern(struct listing *l, char *pattern)
{
	char *colon = strchr(pattern, ':'), *first = "*", *second = "*", *last;
	const struct provider *named;

	if (colon) {
		*colon = '\0';
		second = colon + 1;
		last = strrchr(second, ':');
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
		if (takes_part(l, *p, named, pattern, first))
			(*p)->list(l, first, second);
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

	if (!glob_match(s->pattern, name))
		return;
	if (l->verbose && kernel_type_define(l->kernel, s->keyword, name, &text))
		fprintf(l->arg, "vmlinux: %s\n\n", text.data);
	else
		fprintf(l->arg, "%s %s\n", s->keyword, name);
	buf_free(&text);
}

int provider_list(struct kernel *k, struct types *t, struct arena *a, const char *pattern, int pid, bool verbose, FILE *out)
{
	static const char *const keywords[] = {"struct", "union", "enum"};
	struct listing l = {.arena = a, .kernel = k, .types = t, .pid = pid, .verbose = verbose, .each = print_name, .parameter = print_parameter, .arg = out};
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
		list_pattern(&l, word);
	return 0;
}
