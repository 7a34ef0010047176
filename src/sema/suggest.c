/* What the user may have meant: the nearest name there is, below the message just given. */
#include "sema/pass.h"

#include <string.h>

void suggest(struct pass *p, const char *name, const char *const *names)
{
	const char *close = nearest(name, names);

	if (close)
		hint(p->diag, "did you mean '%s'?", close);
}

void suggest_field(struct pass *p, const struct type *s, const char *name)
{
	const char **names = arena_alloc(p->arena, (s->nfields + 1) * sizeof(*names));
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->nfields; i++)
		if (s->fields[i].name && *s->fields[i].name)
			names[n++] = s->fields[i].name;
	suggest(p, name, names);
}

void suggest_variable(struct pass *p, const struct clause *c, const char *name)
{
	const char *names[64];
	size_t n = 0;

	for (const struct variable *v = c->vars; v && n + 1 < ARRAY_SIZE(names); v = v->next)
		names[n++] = v->name;
	names[n] = NULL;
	suggest(p, name, names);
}

void suggest_map(struct pass *p, const char *name)
{
	const char **names = arena_alloc(p->arena, (p->script->nmaps + 1) * sizeof(*names));
	size_t n = 0;

	for (const struct map *m = p->script->maps; m; m = m->next)
		if (m->value && !str_eq(m->name, name))
			names[n++] = m->name;
	suggest(p, name, names);
}

/* of the many names of the kernel's types the best so far */
struct search {
	const char *name;
	unsigned distance;
	char found[128];
};

static void consider(const char *name, void *arg)
{
	struct search *s = arg;
	size_t a = strlen(name), b = strlen(s->name);
	unsigned d;

	if ((a > b ? a - b : b - a) >= s->distance || a >= sizeof(s->found))
		return;
	d = edit_distance(s->name, name);
	if (d < s->distance) {
		s->distance = d;
		strcpy(s->found, name);
	}
}

void suggest_type(struct pass *p, const char *keyword, const char *name)
{
	static const char *const basics[] = {"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "string", "buffer", "inet",
					     "ksym_t", "usym_t", "username_t", "timestamp", "macaddr_t", "cgroup_path_t", "kstack_t", "ustack_t"};
	static const char *const keywords[] = {"struct", "union", "enum"};
	struct search s = {.name = name, .distance = strlen(name) / 3 + 1};

	if (!keyword)
		for (size_t i = 0; i < ARRAY_SIZE(basics); i++)
			consider(basics[i], &s);
	for (size_t i = 0; i < ARRAY_SIZE(keywords) && !*s.found; i++)
		if (!keyword || str_eq(keyword, keywords[i]))
			kernel_each_type(p->kernel, keywords[i], consider, &s);
	if (*s.found)
		hint(p->diag, "did you mean '%s%s%s'?", keyword ? keyword : "", keyword ? " " : "", s.found);
}
