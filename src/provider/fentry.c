/*
 * fentry, fexit: functions of the kernel, and of BPF programs that run, that
 * BTF describes, by trampolines.
 *	fentry:[module:]function		fentry:bpf:[id:]program
 */
#include "provider/kinds.h"

#include <stdlib.h>
#include <string.h>

static bool parse(struct attach *a)
{
	if (attach_of_bpf(a)) {
		a->target = a->fields[0];
		a->symbol = a->fields[a->nfields - 1];
		a->wild = glob_has(a->symbol) || (a->nfields == 3 && glob_has(a->fields[1]));
		return true;
	}
	if (a->nfields > 2) {
		error_at(a->diag, a->span, "%s probe type requires 1 or 2 arguments, found %zu", a->provider->name,
			 a->nfields);
		hint(a->diag, "write %s", a->provider->syntax);
		return false;
	}
	return function_parse(a);
}

/* is it program `id`, by that number or pattern? */
static bool id_fits(const char *pattern, uint32_t id)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", id);
	return glob_match(pattern, text);
}

static void add_bpf(uint32_t id, const char *function, void *arg)
{
	struct attach *a = arg;
	struct image_attach *m;

	if (!glob_match(a->symbol, function) || !id_fits(a->nfields == 3 ? a->fields[1] : "*", id))
		return;
	m = match_add(a, arena_printf(a->arena, "%s:bpf:%u:%s", a->provider->name, id, function));
	match_target(m, a->target);
	match_symbol(m, arena_strdup(a->arena, function));
	m->config = id;
}

static bool expand_bpf(struct attach *a, const char **missing)
{
	depends_unknown();
	bpf_functions_each(add_bpf, a);
	if (!a->nmatches)
		*missing = no_matches(a, arena_printf(a->arena, "%s:%s%s%s", a->target,
						      a->nfields == 3 ? a->fields[1] : "", a->nfields == 3 ? ":" : "",
						      a->symbol));
	return true;
}

static bool expand(struct attach *a, const char **missing)
{
	const char *why = NULL;
	size_t kept = 0;

	if (!feature(FEATURE_fentry)) {
		*missing = arena_printf(a->arena, "this kernel cannot attach %s programs; %s.", a->provider->name,
					attach_of_bpf(a)
						? "BPF programs are traced through trampolines, which it does not have"
						: function_other_ways(a));
		return true;
	}
	if (attach_of_bpf(a))
		return expand_bpf(a, missing);
	if (!function_expand(a, missing) || *missing)
		return true;
	if (!a->wild && a->nmatches > 1) {
		error_at(a->diag, a->span, "ambiguous attach point, please specify module containing the function '%s'",
			 a->symbol);
		return false;
	}
	for (size_t i = 0; i < a->nmatches; i++) {
		struct image_attach *m = &a->matches[i];

		if (!kernel_function_fits(a->kernel, a->arena, m->target, m->symbol, &why))
			continue;
		m->name = a->label ? a->label
				   : arena_printf(a->arena, "%s:%s:%s", a->provider->name, m->target, m->symbol);
		m->name_len = strlen(m->name);
		a->matches[kept++] = *m;
	}
	a->nmatches = kept;
	if (!kept)
		*missing = arena_printf(a->arena, "%s%s%s", no_matches(a, a->symbol), a->wild ? "" : " ",
					a->wild ? "" : why);
	return true;
}

static const struct type *args(struct attach *a, const struct image_attach *m, const struct type **retval)
{
	return kernel_function(a->kernel, m->target, m->symbol, retval);
}

static const char *section(struct arena *ar, const struct image_attach *m)
{
	return arena_printf(ar, "%s/%s", attach_kind_name(m->kind), m->symbol);
}

static void parameter(const char *type, const char *name, void *arg)
{
	struct listing *l = arg;

	l->parameter(l, arena_printf(l->arena, "%s%s%s", type, name ? " " : "", name ? name : ""));
}

static void show(struct listing *l, const struct provider *p, const char *module, const char *function, bool named)
{
	const char *result, *why;

	(void)named;
	if (!kernel_function_fits(l->kernel, l->arena, module, function, &why))
		return;
	l->each(l, arena_printf(l->arena, "%s:%s:%s", p->name, module, function));
	if (!l->verbose)
		return;
	result = kernel_each_parameter(l->kernel, l->arena, module, function, parameter, l);
	if (result && p->kind == ATTACH_fexit)
		parameter(result, str_eq(result, "void") ? NULL : "retval", l);
}

struct bpf_lister {
	struct listing *listing;
	const struct provider *provider;
	const char *ids, *symbol;
};

static void show_bpf(uint32_t id, const char *function, void *arg)
{
	struct bpf_lister *s = arg;
	struct listing *l = s->listing;

	if (id_fits(s->ids, id) && glob_match(s->symbol, function))
		l->each(l, arena_printf(l->arena, "%s:bpf:%u:%s", s->provider->name, id, function));
}

/* target is a module, "bpf", or "bpf:id" */
static void list(struct listing *l, const struct provider *p, const char *target, const char *symbol)
{
	bool bpf = !strncmp(target, ATTACH_BPF ":", 4);
	struct bpf_lister s = {l, p, bpf ? target + 4 : "*", symbol};

	if (!feature(FEATURE_fentry))
		return;
	if (bpf || glob_match(target, ATTACH_BPF))
		bpf_functions_each(show_bpf, &s);
	if (!bpf && !str_eq(target, ATTACH_BPF))
		function_list(l, p, target, symbol, show);
}

static void list_fentry(struct listing *l, const char *target, const char *symbol)
{
	list(l, &provider_fentry, target, symbol);
}

static void list_fexit(struct listing *l, const char *target, const char *symbol)
{
	list(l, &provider_fexit, target, symbol);
}

static const char *const fentry_aliases[] = {"f", "kfunc", NULL};
static const char *const fexit_aliases[] = {"fr", "kretfunc", NULL};

const struct provider provider_fentry = {
	.kind = ATTACH_fentry,
	.name = "fentry",
	.aliases = fentry_aliases,
	.has = NEEDS_ARGS | NEEDS_FUNC,
	.space = SPACE_KERNEL,
	.syntax = "fentry:[module:]function",
	.min_fields = 1,
	.max_fields = 3,
	.kernel_listed = true,
	.parse = parse,
	.expand = expand,
	.list = list_fentry,
	.args = args,
	.one_program_each = true,
	.section = section,
};

const struct provider provider_fexit = {
	.kind = ATTACH_fexit,
	.name = "fexit",
	.aliases = fexit_aliases,
	.has = NEEDS_ARGS | NEEDS_RETVAL | NEEDS_FUNC,
	.space = SPACE_KERNEL,
	.syntax = "fexit:[module:]function",
	.min_fields = 1,
	.max_fields = 3,
	.parse = parse,
	.expand = expand,
	.list = list_fexit,
	.args = args,
	.one_program_each = true,
	.section = section,
};
