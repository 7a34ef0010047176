/*
 * Functions of the kernel: how kprobe, kretprobe, fentry and fexit find them,
 * and say why they do not.
 */
#include "provider/kinds.h"

#include <stdlib.h>
#include <string.h>

bool function_parse(struct attach *a)
{
	const char *symbol = a->fields[a->nfields - 1], *plus = strchr(symbol, '+'), *why;
	int64_t offset;

	a->target = a->nfields >= 2 ? a->fields[0] : NULL;
	a->symbol = symbol;
	if (!must_have(a, symbol, "a function") || (a->target && !must_have(a, a->target, "a module before the colon")))
		return false;
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

bool function_excluded(const char *name)
{
	static const char *const idle[] = {"arch_cpu_idle", "default_idle", "bpf_dispatcher_xdp_func"};

	for (size_t i = 0; i < ARRAY_SIZE(idle); i++)
		if (str_eq(name, idle[i]))
			return true;
	return strstr(name, ".part.") || !strncmp(name, "rcu_", 4) || kprobe_forbidden(name);
}

static void add(const char *module, const char *function, void *arg)
{
	struct attach *a = arg;
	struct image_attach *m;
	const char *shown;

	if (a->target && !glob_match(a->target, module))
		return;
	if (a->wild && (!glob_match(a->symbol, function) || function_excluded(function)))
		return;
	shown = a->target ? arena_printf(a->arena, "%s:%s", module, function) : arena_strdup(a->arena, function);
	if (a->has_offset)
		shown = arena_printf(a->arena, "%s+%llu", shown, (unsigned long long)a->offset);
	m = match_add(a, arena_printf(a->arena, "%s:%s", a->provider->name, shown));
	match_target(m, arena_strdup(a->arena, module));
	match_symbol(m, arena_strdup(a->arena, function));
	m->offset = a->offset;
}

/* what there is of a function that cannot be found among the traceable ones */
struct rumour {
	const char *name; /* that was asked for */
	struct arena *arena;
	size_t symbols; /* of that name */
	uint64_t address; /* of one of them, */
	bool alias; /* which has another name by which it can be traced */
	const char *module; /* of one of them */
	const char *clone; /* name.isra.0 */
	struct nearest near;
};

static void hear(const char *module, const char *function, uint64_t address, void *arg)
{
	struct rumour *r = arg;
	size_t len = strlen(r->name);

	if (str_eq(function, r->name)) {
		r->symbols++;
		r->address = address;
		r->module = arena_strdup(r->arena, module);
	} else if (!strncmp(function, r->name, len) && function[len] == '.') {
		if (!r->clone && !strstr(function, ".cold"))
			r->clone = arena_strdup(r->arena, function);
	} else {
		nearest_hear(&r->near, function);
	}
}

static void is_there(const char *module, const char *function, void *arg)
{
	(void)module;
	(void)function;
	*(bool *)arg = true;
}

/* ftrace knows a function by one of its names only */
static void hear_alias(const char *module, const char *function, uint64_t address, void *arg)
{
	struct rumour *r = arg;

	(void)module;
	if (address && address == r->address)
		traceable_named(function, is_there, &r->alias);
}

static const char *explain(struct attach *a, const struct rumour *r)
{
	const char *name = a->symbol;
	char module[64];

	if (r->clone && !r->symbols)
		return arena_printf(a->arena, "The compiler made %s of it: kprobe:%s will do.", r->clone, r->clone);
	if (r->symbols && a->target && !str_eq(a->target, r->module))
		return arena_printf(a->arena, "It is in %s.", r->module);
	if (r->symbols && kprobe_forbidden(name))
		return arena_printf(a->arena, "%s is on the blacklist of kprobes: tracing itself needs it.", name);
	if (r->symbols)
		return arena_printf(a->arena, "%s is not traceable (either inlined or marked as \"notrace\").", name);
	if (module_of(name, module, sizeof(module)) && !module_loaded(module))
		return arena_printf(a->arena, "It is in module %s, which is not loaded.", module);
	if (kernel_function(a->kernel, NULL, name, NULL))
		return arena_printf(
			a->arena,
			"The kernel has no symbol of that name: all its calls are inlined. Probe a function that calls it.");
	if (r->near.name)
		return arena_printf(a->arena, "Did you mean %s?", r->near.name);
	return NULL;
}

/* on a kernel without kprobes: what comes near */
const char *function_other_ways(struct attach *a)
{
	static const char *const prefixes[] = {"__x64_sys_", "__arm64_sys_", "__se_sys_", "__do_sys_", "do_sys_",
					       "ksys_",      "sys_",         "vfs_",      "do_"};
	const char *name = a->symbol;

	if (kernel_raw_tracepoint(a->kernel, name))
		return arena_printf(a->arena, "rawtracepoint:%s is there", name);
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t len = strlen(prefixes[i]);
		const char *event = arena_printf(a->arena, "sys_enter_%s", name + len);

		if (strncmp(name, prefixes[i], len))
			continue;
		if (tracepoint_id("syscalls", event) < 0)
			/* openat2: openat */
			event = arena_printf(a->arena, "sys_enter_%.*s", (int)strcspn(name + len, "0123456789"),
					     name + len);
		if (tracepoint_id("syscalls", event) < 0)
			continue;
		return arena_printf(a->arena, "tracepoint:syscalls:%s is there", event);
	}
	return "tracepoints and rawtracepoints are there, see probe -l 'tracepoint:*NAME*'";
}

static bool by_kprobe(const struct attach *a)
{
	return a->provider->kind == ATTACH_kprobe || a->provider->kind == ATTACH_kretprobe;
}

bool function_expand(struct attach *a, const char **missing)
{
	struct rumour r = {
		.name = a->symbol, .arena = a->arena, .near = {.to = a->symbol, .distance = 3, .arena = a->arena}};
	const char *why;

	if (a->target && !glob_has(a->target) && !module_loaded(a->target)) {
		*missing = arena_printf(a->arena, "specified module %s in probe %s:%s:%s is not loaded.", a->target,
					a->provider->name, a->target, a->symbol);
		return true;
	}
	if (a->wild)
		traceable_each(add, a);
	else
		traceable_named(a->symbol, add, a);
	if (a->nmatches)
		return true;
	if (!a->wild)
		kallsyms_each(hear, &r);
	if (!a->wild && by_kprobe(a) && r.symbols && (!a->target || str_eq(a->target, r.module)) &&
	    !kprobe_forbidden(a->symbol)) {
		/* the kernel has the last word: kprobes reach more than ftrace does */
		kallsyms_each(hear_alias, &r);
		if (traceable_known() && !r.alias && !a->unsafe && !a->offset)
			warning_at(
				a->diag, WARN(untraceable), a->span,
				"%s is not traceable (either non-existing, inlined, or marked as \"notrace\"); attaching to it will likely fail",
				a->symbol);
		add(r.module, a->symbol, a);
		a->matches[a->nmatches - 1].config = traceable_known() ? KPROBE_BREAKPOINT : 0;
		return true;
	}
	why = a->wild ? NULL : explain(a, &r);
	*missing = no_matches(a, arena_printf(a->arena, "%s:%s", a->target ? a->target : "vmlinux", a->symbol));
	if (why)
		*missing = arena_printf(a->arena, "%s %s", *missing, why);
	return true;
}

/* probe -l */

struct lister {
	struct listing *listing;
	const struct provider *provider;
	const char *target, *symbol;
	void (*show)(struct listing *l, const struct provider *p, const char *module, const char *function, bool named);
};

static void each_listed(const char *module, const char *function, void *arg)
{
	struct lister *l = arg;

	if (glob_match(l->target, module) && glob_match(l->symbol, function) && !kprobe_forbidden(function))
		l->show(l->listing, l->provider, module, function, !str_eq(l->target, "*"));
}

void function_list(struct listing *l, const struct provider *p, const char *target, const char *symbol,
		   void (*show)(struct listing *l, const struct provider *p, const char *module, const char *function,
				bool named))
{
	struct lister s = {l, p, target, symbol, show};

	if (glob_has(symbol))
		traceable_each(each_listed, &s);
	else
		traceable_named(symbol, each_listed, &s);
}
