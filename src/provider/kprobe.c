/* kprobe, kretprobe, fentry, fexit: functions of the kernel. */
#include "provider/kinds.h"

#include <stdlib.h>
#include <string.h>

static bool parse(struct attach *a)
{
	const char *symbol = a->fields[a->nfields - 1], *plus = strchr(symbol, '+'), *why;
	int64_t offset;

	a->target = a->nfields == 2 ? a->fields[0] : NULL;
	a->symbol = symbol;
	if (!*symbol || (a->target && !*a->target)) {
		error_at(a->diag, a->span, "%s probe must have a function", a->provider->name);
		hint(a->diag, "write %s", a->provider->syntax);
		return false;
	}
	if (plus) {
		if (a->provider->kind != ATTACH_kprobe) {
			error_at(a->diag, a->span, "Offset not allowed");
			return false;
		}
		if (!parse_int(plus + 1, &offset, &why) || offset < 0) {
			error_at(a->diag, a->span, "Invalid offset: %s", plus + 1);
			return false;
		}
		a->symbol = arena_strndup(a->arena, symbol, (size_t)(plus - symbol));
		a->offset = (uint64_t)offset;
		a->has_offset = true;
	}
	a->wild = glob_has(a->symbol) || (a->target && glob_has(a->target));
	return true;
}

static void add(struct attach *a, const char *module, const char *function)
{
	const char *shown = a->target ? arena_printf(a->arena, "%s:%s", module, function) : function;
	struct image_attach *m;

	if (a->has_offset)
		shown = arena_printf(a->arena, "%s+%llu", shown, (unsigned long long)a->offset);
	m = match_add(a, arena_printf(a->arena, "%s:%s", a->provider->name, shown));
	if (a->target)
		match_target(m, arena_strdup(a->arena, module));
	match_symbol(m, arena_strdup(a->arena, function));
	m->offset = a->offset;
}

struct search {
	struct attach *attach;
	bool any;
	const char *near;
	unsigned distance;
};

static void consider(const char *module, const char *function, void *arg)
{
	struct search *s = arg;
	struct attach *a = s->attach;
	unsigned d;

	if (a->target && !glob_match(a->target, module))
		return;
	if (glob_match(a->symbol, function)) {
		if (s->any && !a->wild)
			return; /* once is enough: a name that several static functions have */
		s->any = true;
		add(a, module, function);
		return;
	}
	if (a->wild || s->any || abs((int)strlen(function) - (int)strlen(a->symbol)) > 2)
		return;
	d = edit_distance(a->symbol, function);
	if (d < s->distance) {
		s->distance = d;
		s->near = arena_strdup(a->arena, function);
	}
}

/* a function that the compiler cloned or split: its other names */
static void clone_hint(const char *module, const char *function, void *arg)
{
	struct search *s = arg;
	size_t len = strlen(s->attach->symbol);

	(void)module;
	if (!s->near && !strncmp(function, s->attach->symbol, len) && function[len] == '.')
		s->near = arena_strdup(s->attach->arena, function);
}

static bool text_symbol(const char *name)
{
	struct ksyms *k = ksyms_load();
	uint64_t address;
	bool found = ksyms_address(k, name, &address);

	ksyms_free(k);
	return found;
}

static bool expand(struct attach *a, const char **missing)
{
	struct search s = {.attach = a, .distance = 3};

	if (!feature(FEATURE_kprobe)) {
		error_at(a->diag, a->span, "this kernel has no kprobes: %s:%s cannot be attached", a->provider->name, a->symbol);
		hint(a->diag, "tracepoints and rawtracepoints are there: probe -l 'tracepoint:*%s*'",
		     !strncmp(a->symbol, "do_sys_", 7) ? "sys_enter_openat" : "NAME");
		return false;
	}
	traceable_each(consider, &s);
	if (s.any)
		return true;
	if (!a->wild && !a->target && a->provider->kind != ATTACH_fentry && a->provider->kind != ATTACH_fexit && text_symbol(a->symbol)) {
		/* another name of a function ftrace knows by one name only; if it is not, the kernel will say so */
		warning_at(a->diag, WARN(untraceable), a->span, "%s is not traceable (either non-existing, inlined, or marked as \"notrace\"); attaching to it will likely fail", a->symbol);
		add(a, "vmlinux", a->symbol);
		return true;
	}
	*missing = no_matches(a, arena_printf(a->arena, "%s:%s", a->target ? a->target : "vmlinux", a->symbol));
	if (!a->wild) {
		struct search clone = {.attach = a};

		traceable_each(clone_hint, &clone);
		if (clone.near)
			*missing = arena_printf(a->arena, "%s The compiler made %s of it: probe that.", *missing, clone.near);
		else if (text_symbol(a->symbol))
			*missing = arena_printf(a->arena, "%s %s is not traceable (either inlined or marked as \"notrace\").", *missing, a->symbol);
		else if (s.near)
			*missing = arena_printf(a->arena, "%s Did you mean %s?", *missing, s.near);
	}
	return true;
}

struct lister {
	struct listing *listing;
	const struct provider *provider;
	const char *target, *symbol;
};

static void each_listed(const char *module, const char *function, void *arg)
{
	struct lister *l = arg;
	struct listing *out = l->listing;
	bool all = str_eq(l->target, "*");
	char name[512];

	if (!glob_match(l->target, module) || !glob_match(l->symbol, function))
		return;
	snprintf(name, sizeof(name), "%s:%s%s%s", l->provider->name, all ? "" : module, all ? "" : ":", function);
	out->each(out, name);
	if (out->verbose) {
		const struct type *args = kernel_function(out->kernel, NULL, function, NULL);

		for (uint32_t i = 0; args && i < args->nfields; i++)
			out->parameter(out, arena_printf(out->arena, "%s arg%u", type_name(out->arena, args->fields[i].type), i));
	}
}

static void list(struct listing *l, const char *target, const char *symbol)
{
	struct lister s = {l, &provider_kprobe, target, symbol};

	if (feature(FEATURE_kprobe))
		traceable_each(each_listed, &s);
}

static const char *const kprobe_aliases[] = {"k", NULL};
static const char *const kretprobe_aliases[] = {"kr", NULL};

const struct provider provider_kprobe = {
	.kind = ATTACH_kprobe, .name = "kprobe", .aliases = kprobe_aliases, .has = NEEDS_ARGN | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX,
	.space = SPACE_KERNEL, .syntax = "kprobe:[module:]function[+offset]", .min_fields = 1, .max_fields = 2, .kernel_listed = true,
	.parse = parse, .expand = expand, .list = list,
};

const struct provider provider_kretprobe = {
	.kind = ATTACH_kretprobe, .name = "kretprobe", .aliases = kretprobe_aliases,
	.has = NEEDS_RETVAL | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX, .space = SPACE_KERNEL, .syntax = "kretprobe:[module:]function",
	.min_fields = 1, .max_fields = 2, .parse = parse, .expand = expand,
};

/* fentry and fexit */

static bool expand_fentry(struct attach *a, const char **missing)
{
	size_t kept = 0;

	if (!feature(FEATURE_fentry)) {
		error_at(a->diag, a->span, "this kernel cannot attach %s programs", a->provider->name);
		hint(a->diag, "a tracepoint or rawtracepoint may do: probe -l 'rawtracepoint:*'");
		return false;
	}
	if (a->target && str_eq(a->target, "bpf")) {
		error_at(a->diag, a->span, "%s of BPF programs is not supported yet", a->provider->name);
		return false;
	}
	if (!expand(a, missing) || *missing)
		return true;
	for (size_t i = 0; i < a->nmatches; i++) { /* what BTF does not know cannot be attached */
		struct image_attach *m = &a->matches[i];

		if (!kernel_function(a->kernel, NULL, m->symbol, NULL))
			continue;
		if (!a->target)
			m->name = a->label ? a->label : arena_printf(a->arena, "%s:vmlinux:%s", a->provider->name, m->symbol);
		m->name_len = strlen(m->name);
		a->matches[kept++] = *m;
	}
	a->nmatches = kept;
	if (!kept)
		*missing = no_matches(a, a->symbol);
	return true;
}

static const struct type *fentry_args(struct attach *a, const struct image_attach *m, const struct type **retval)
{
	return kernel_function(a->kernel, NULL, m->symbol, retval);
}

static const char *fentry_section(struct arena *ar, const struct image_attach *m)
{
	return arena_printf(ar, "%s/%s", attach_kind_name(m->kind), m->symbol);
}

static const char *const fentry_aliases[] = {"f", "kfunc", NULL};
static const char *const fexit_aliases[] = {"fr", "kretfunc", NULL};

const struct provider provider_fentry = {
	.kind = ATTACH_fentry, .name = "fentry", .aliases = fentry_aliases, .has = NEEDS_ARGS | NEEDS_FUNC, .space = SPACE_KERNEL,
	.syntax = "fentry:[module:]function", .min_fields = 1, .max_fields = 2, .kernel_listed = true, .parse = parse, .expand = expand_fentry,
	.args = fentry_args, .one_program_each = true, .section = fentry_section,
};

const struct provider provider_fexit = {
	.kind = ATTACH_fexit, .name = "fexit", .aliases = fexit_aliases, .has = NEEDS_ARGS | NEEDS_RETVAL | NEEDS_FUNC,
	.space = SPACE_KERNEL, .syntax = "fexit:[module:]function", .min_fields = 1, .max_fields = 2, .parse = parse, .expand = expand_fentry,
	.args = fentry_args, .one_program_each = true, .section = fentry_section,
};
