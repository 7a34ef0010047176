/* What the user may have meant: the nearest name there is, below the message just given. */
#include "sema/pass.h"

#include <ctype.h>
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

/* a bare name: of a variable or a map without its mark, of an argument without `args`, or misspelt */
void suggest_identifier(struct pass *p, const struct clause *c, const char *name)
{
	const char *names[BUILTIN_COUNT + 1] = {NULL};
	const struct type *args = c->args, *retval;
	uint32_t offset;

	for (const struct variable *v = c->vars; v; v = v->next)
		if (str_eq(v->name + 1, name)) {
			hint(p->diag, "did you mean '%s'?", v->name);
			return;
		}
	if (dict_find(&p->maps, arena_printf(p->arena, "@%s", name))) {
		hint(p->diag, "did you mean '@%s'?", name);
		return;
	}
	if (!args && c->written->provider->args)
		args = c->written->provider->args(c->written, &c->attaches[0], &retval);
	if (args && type_field(args, name, &offset)) {
		hint(p->diag, "did you mean 'args.%s'?", name);
		return;
	}
	if (function_find(name)) {
		hint(p->diag, "the function is called %s(...), a string is written \"%s\"", name, name);
		return;
	}
	for (size_t i = 0; i < BUILTIN_COUNT; i++)
		names[i] = builtins[i].name;
	if (nearest(name, names))
		suggest(p, name, names);
	else if (islower((unsigned char)*name)) /* a CONSTANT is none */
		hint(p->diag, "a string is written \"%s\"", name);
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

static void consider(const char *name, void *arg)
{
	nearest_hear(arg, name);
}

void suggest_type(struct pass *p, const char *keyword, const char *name)
{
	static const char *const basics[] = {"bool",      "int8",      "int16",         "int32",    "int64",
					     "uint8",     "uint16",    "uint32",        "uint64",   "string",
					     "buffer",    "inet",      "ksym_t",        "usym_t",   "username_t",
					     "timestamp", "macaddr_t", "cgroup_path_t", "kstack_t", "ustack_t"};
	static const char *const keywords[] = {"struct", "union", "enum"};
	struct nearest s = {.to = name, .distance = strlen(name) / 3 + 1, .arena = p->arena};

	if (!keyword)
		for (size_t i = 0; i < ARRAY_SIZE(basics); i++)
			consider(basics[i], &s);
	for (size_t i = 0; i < ARRAY_SIZE(keywords) && !s.name; i++)
		if (!keyword || str_eq(keyword, keywords[i]))
			kernel_each_type(p->kernel, keywords[i], consider, &s);
	if (s.name)
		hint(p->diag, "did you mean '%s%s%s'?", keyword ? keyword : "", keyword ? " " : "", s.name);
}
