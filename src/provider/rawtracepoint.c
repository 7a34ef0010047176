/* rawtracepoint: the same events before tracefs makes records of them. */
#include "provider/kinds.h"

#include <stdlib.h>
#include <string.h>

static bool parse(struct attach *a)
{
	a->symbol = a->fields[a->nfields - 1];
	a->target = a->nfields == 2 ? a->fields[0] : "vmlinux";
	a->wild = glob_has(a->symbol);
	return must_have(a, a->symbol, "an event");
}

struct search {
	struct attach *attach;
	struct nearest near;
};

static void each_event(const char *event, void *arg)
{
	struct search *s = arg;
	struct attach *a = s->attach;
	struct image_attach *m;

	if (glob_match(a->symbol, event)) {
		m = match_add(a, arena_printf(a->arena, "rawtracepoint:vmlinux:%s", event));
		match_target(m, "vmlinux");
		match_symbol(m, arena_strdup(a->arena, event));
		return;
	}
	if (!a->wild)
		nearest_hear(&s->near, event);
}

static bool expand(struct attach *a, const char **missing)
{
	struct search s = {.attach = a, .near = {.to = a->symbol, .distance = 4, .arena = a->arena}};

	if (!kernel_has_btf(a->kernel)) {
		error_at(a->diag, a->span, "rawtracepoints require kernel BTF. Try using a 'tracepoint' instead.");
		return false;
	}
	kernel_each_raw_tracepoint(a->kernel, each_event, &s);
	if (!a->nmatches) {
		*missing = no_matches(a, a->symbol);
		if (s.near.name)
			*missing = arena_printf(a->arena, "%s Did you mean %s?", *missing, s.near.name);
	}
	return true;
}

static const struct type *args(struct attach *a, const struct image_attach *m, const struct type **retval)
{
	(void)retval;
	return kernel_raw_tracepoint(a->kernel, m->symbol);
}

struct lister {
	struct listing *listing;
	const char *symbol;
};

static void parameter(const char *type, const char *name, void *arg)
{
	struct lister *l = arg;

	if (!str_eq(name, "__data")) /* what calls the probes has it before what they are given */
		l->listing->parameter(l->listing, arena_printf(l->listing->arena, "%s %s", type, name));
}

static void list_event(const char *event, void *arg)
{
	struct lister *l = arg;
	struct listing *out = l->listing;
	char name[512];

	if (!glob_match(l->symbol, event))
		return;
	snprintf(name, sizeof(name), "rawtracepoint:vmlinux:%s", event);
	out->each(out, name);
	if (out->verbose)
		kernel_each_parameter(out->kernel, out->arena, NULL, arena_printf(out->arena, "__traceiter_%s", event),
				      parameter, l);
}

static void list(struct listing *l, const char *target, const char *symbol)
{
	struct lister s = {l, symbol};

	if (glob_match(target, "vmlinux"))
		kernel_each_raw_tracepoint(l->kernel, list_event, &s);
}

static const char *section(struct arena *ar, const struct image_attach *m)
{
	return arena_printf(ar, "tp_btf/%s", m->symbol);
}

static const char *const aliases[] = {"rt", NULL};

const struct provider provider_rawtracepoint = {
	.kind = ATTACH_rawtracepoint,
	.name = "rawtracepoint",
	.aliases = aliases,
	.has = NEEDS_ARGN | NEEDS_ARGS,
	.space = SPACE_KERNEL,
	.syntax = "rawtracepoint:[module:]event",
	.min_fields = 1,
	.max_fields = 2,
	.kernel_listed = true,
	.parse = parse,
	.expand = expand,
	.list = list,
	.args = args,
	.one_program_each = true,
	.section = section,
};
