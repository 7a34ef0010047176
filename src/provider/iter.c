/* iter: all objects of a kind that the kernel has, one after the other. */
#include "provider/kinds.h"

static bool parse(struct attach *a)
{
	a->symbol = a->fields[0];
	a->target = a->nfields == 2 ? a->fields[1] : "";
	if (glob_has(a->symbol)) {
		error_at(a->diag, a->span, "iter probe type does not support wildcards");
		return false;
	}
	return must_have(a, a->symbol, "a name");
}

static void nearer(const char *name, void *arg)
{
	nearest_hear(arg, name);
}

static bool expand(struct attach *a, const char **missing)
{
	struct nearest s = {.to = a->symbol, .distance = 4, .arena = a->arena};
	struct image_attach *m;

	(void)missing;
	if (!kernel_iterator(a->kernel, a->symbol)) {
		error_at(a->diag, a->span, "iter %s not available for your kernel version.", a->symbol);
		kernel_each_iterator(a->kernel, nearer, &s);
		if (s.name)
			hint(a->diag, "did you mean '%s'?", s.name);
		return false;
	}
	m = match_add(a, arena_printf(a->arena, "iter:%s", a->symbol));
	match_symbol(m, a->symbol);
	match_target(m, *a->target == '/' || !*a->target ? a->target
							 : arena_printf(a->arena, "/sys/fs/bpf/%s", a->target));
	return true;
}

struct lister {
	struct listing *listing;
	const char *symbol;
};

static void member(const char *type, const char *name, void *arg)
{
	struct listing *l = arg;

	if (!str_eq(name, "meta"))
		l->parameter(l, arena_printf(l->arena, "%s %s", type, name));
}

static void each_iterator(const char *name, void *arg)
{
	struct lister *s = arg;
	struct listing *l = s->listing;

	if (!glob_match(s->symbol, name) || !kernel_iterator(l->kernel, name))
		return;
	l->each(l, arena_printf(l->arena, "iter:%s", name));
	if (l->verbose)
		kernel_each_member(l->kernel, l->arena, arena_printf(l->arena, "bpf_iter__%s", name), member, l);
}

static void list(struct listing *l, const char *target, const char *symbol)
{
	struct lister s = {l, symbol};

	if (glob_match(target, symbol) || str_eq(target, "*"))
		kernel_each_iterator(l->kernel, each_iterator, &s);
}

static const char *section(struct arena *ar, const struct image_attach *m)
{
	return arena_printf(ar, "iter/%s", m->symbol);
}

static const char *const aliases[] = {"it", NULL};

const struct provider provider_iter = {
	.kind = ATTACH_iter,
	.name = "iter",
	.aliases = aliases,
	.has = NEEDS_CTX,
	.space = SPACE_KERNEL,
	.syntax = "iter:name[:pin]",
	.min_fields = 1,
	.max_fields = 2,
	.kernel_listed = true,
	.parse = parse,
	.expand = expand,
	.list = list,
	.one_program_each = true,
	.section = section,
};
