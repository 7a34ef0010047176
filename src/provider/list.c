/* probe -l. */
#include "provider/kinds.h"

#include <string.h>

struct job {
	struct listing listing;
	FILE *out;
};

static void print_name(struct listing *l, const char *name)
{
	fputs(name, l->arg);
	putc('\n', l->arg);
}

static void print_parameter(struct listing *l, const char *text)
{
	fprintf(l->arg, "    %s\n", text);
}

/* one pattern: "provider:rest", or "*words*" of all kernel probes */
static void list_pattern(struct listing *l, struct arena *a, char *pattern)
{
	char *colon = strchr(pattern, ':'), *first = "*", *second = "*", *last;
	const struct provider *named = NULL;
	bool whole = false;

	if (!colon) {
		named = provider_find(pattern);
		if (named)
			pattern = (char *)named->name;
		else
			second = pattern;
		whole = !named;
	} else {
		*colon = '\0';
		named = provider_find(pattern);
		second = colon + 1;
		last = strrchr(second, ':');
		if (last) {
			*last = '\0';
			first = second;
			second = last + 1;
		}
		if (!*second)
			second = "*";
		if (!*first)
			first = "*";
	}
	for (const struct provider *const *p = providers; *p; p++) {
		bool chosen = named ? *p == named : whole || glob_match(pattern, (*p)->name);
		bool user = (*p)->space == SPACE_USER;

		if (!chosen || !(*p)->list || (!(*p)->kernel_listed && !user && named != *p) || (user && !named && !strchr(first, '/')))
			continue;
		if (!user && strchr(first, '/'))
			continue;
		(*p)->list(l, first, second);
	}
	(void)a;
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
	const struct type *t;

	if (!glob_match(s->pattern, name))
		return;
	t = l->verbose ? kernel_type(l->kernel, s->keyword, name) : NULL;
	if (t && kernel_type_define(l->kernel, t, &text))
		fprintf(l->arg, "vmlinux: %s;\n\n", text.data);
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
		list_pattern(&l, a, word);
	return 0;
}
