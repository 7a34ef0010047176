/* kprobe, kretprobe: any function of the kernel, by its instructions. */
#include "provider/kinds.h"

#include <stdlib.h>
#include <string.h>

static bool parse_address(struct attach *a)
{
	const char *text = a->fields[0], *why;
	int64_t address;

	if (a->nfields != 1 || text[0] < '0' || text[0] > '9')
		return false;
	if (!parse_int(text, &address, &why)) { /* over INT64_MAX, as kernel addresses are */
		char *end;

		address = (int64_t)strtoull(text, &end, 0);
		if (*end)
			return false;
	}
	a->offset = (uint64_t)address;
	a->symbol = NULL;
	return true;
}

static bool parse(struct attach *a)
{
	if (!parse_address(a))
		return function_parse(a);
	if (a->unsafe)
		return true;
	error_at(a->diag, a->span, "Probing by address requires --unsafe");
	return false;
}

static bool expand(struct attach *a, const char **missing)
{
	if (!feature(FEATURE_kprobe)) {
		*missing = arena_printf(a->arena, "this kernel has no kprobes: %s:%s cannot be attached%s%s.",
					a->provider->name, a->fields[a->nfields - 1], a->symbol ? "; " : "",
					a->symbol ? function_other_ways(a) : "");
		return true;
	}
	if (a->symbol)
		return function_expand(a, missing);
	match_add(a, arena_printf(a->arena, "%s:%s", a->provider->name, a->fields[0]))->offset = a->offset;
	return true;
}

/* of the types BTF has; no load through them is known to be safe */
static const struct type *args(struct attach *a, const struct image_attach *m, const struct type **retval)
{
	const struct type *known =
		a->symbol && !a->offset ? kernel_function(a->kernel, m->target, m->symbol, retval) : NULL;
	struct field *fields;
	struct type *s;

	if (!known)
		return NULL;
	s = arena_memdup(a->arena, known, sizeof(*known));
	s->fields = fields = arena_memdup(a->arena, known->fields, (known->nfields + 1) * sizeof(*fields));
	for (uint32_t i = 0; i < known->nfields; i++)
		if (fields[i].type->kind == TYPE_POINTER)
			fields[i].type = type_pointer(a->types, fields[i].type->elem, fields[i].type->space, false);
	return s;
}

/* a signed integer, to be extended; else NULL: the word as it is */
static const struct type *result(struct attach *a, const struct image_attach *m, const struct type **retval)
{
	const struct type *t = NULL;

	kernel_function(a->kernel, m->target, m->symbol, &t);
	*retval = t && t->kind == TYPE_INT && t->is_signed ? t : NULL;
	return NULL;
}

struct shown {
	struct listing *listing;
	unsigned n;
};

static void parameter(const char *type, const char *name, void *arg)
{
	struct shown *s = arg;

	(void)name;
	s->listing->parameter(s->listing, arena_printf(s->listing->arena, "%s arg%u", type, s->n++));
}

static void nothing(const char *type, const char *name, void *arg)
{
	(void)type;
	(void)name;
	(void)arg;
}

static void show(struct listing *l, const struct provider *p, const char *module, const char *function, bool named)
{
	struct shown s = {.listing = l};
	const char *retval;

	l->each(l, arena_printf(l->arena, "%s:%s%s%s", p->name, named ? module : "", named ? ":" : "", function));
	if (!l->verbose)
		return;
	retval = kernel_each_parameter(l->kernel, l->arena, module, function,
				       p->kind == ATTACH_kprobe ? parameter : nothing, &s);
	if (retval && p->kind == ATTACH_kretprobe)
		l->parameter(l, str_eq(retval, "void") ? retval : arena_printf(l->arena, "%s retval", retval));
}

static void list_kprobe(struct listing *l, const char *target, const char *symbol)
{
	if (feature(FEATURE_kprobe))
		function_list(l, &provider_kprobe, target, symbol, show);
}

static void list_kretprobe(struct listing *l, const char *target, const char *symbol)
{
	if (feature(FEATURE_kprobe))
		function_list(l, &provider_kretprobe, target, symbol, show);
}

static bool alone(const struct image_attach *m)
{
	return !attach_by_function(m);
}

static const char *const kprobe_aliases[] = {"k", NULL};
static const char *const kretprobe_aliases[] = {"kr", NULL};

const struct provider provider_kprobe = {
	.kind = ATTACH_kprobe,
	.name = "kprobe",
	.aliases = kprobe_aliases,
	.has = NEEDS_ARGN | NEEDS_ARGS | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX,
	.space = SPACE_KERNEL,
	.syntax = "kprobe:[module:]function[+offset]",
	.min_fields = 1,
	.max_fields = 2,
	.kernel_listed = true,
	.parse = parse,
	.expand = expand,
	.list = list_kprobe,
	.args = args,
	.typed = NEEDS_ARGS,
	.alone = alone,
};

const struct provider provider_kretprobe = {
	.kind = ATTACH_kretprobe,
	.name = "kretprobe",
	.aliases = kretprobe_aliases,
	.has = NEEDS_RETVAL | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX,
	.space = SPACE_KERNEL,
	.syntax = "kretprobe:[module:]function",
	.min_fields = 1,
	.max_fields = 2,
	.parse = function_parse,
	.expand = expand,
	.list = list_kretprobe,
	.args = result,
	.typed = NEEDS_RETVAL,
	.alone = alone,
};
