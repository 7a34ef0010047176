/* Calls of functions: what is asked of them, what they give. */
#include "sema/pass.h"

#include <string.h>

#define KIND(name) (1ull << ATTACH_##name)
#define SIGNAL_KINDS \
	(KIND(kprobe) | KIND(kretprobe) | KIND(uprobe) | KIND(uretprobe) | KIND(usdt) | KIND(tracepoint) | \
	 KIND(sys_enter) | KIND(sys_exit) | KIND(profile) | KIND(fentry) | KIND(fexit) | KIND(rawtracepoint))

/* functions that not all kinds of probes have */
static const struct {
	enum function_id function;
	uint64_t kinds;
} limited[] = {
	{FN_uaddr, KIND(uprobe) | KIND(uretprobe) | KIND(usdt)},
	{FN_path, KIND(fentry) | KIND(fexit) | KIND(iter)},
	{FN_override, KIND(kprobe)},
	{FN_signal, SIGNAL_KINDS}, /* interval, begin and the like run in no process that is meant */
	{FN_signal_thread, SIGNAL_KINDS},
	{FN_socket_cookie, KIND(fentry) | KIND(fexit) | KIND(iter) | KIND(rawtracepoint)},
	{FN_skboutput, KIND(fentry) | KIND(fexit) | KIND(iter) | KIND(rawtracepoint)},
};

static bool limited_to(struct pass *p, struct node *n)
{
	uint64_t kinds = 0;
	const char *names = "";

	for (size_t i = 0; i < ARRAY_SIZE(limited); i++)
		if (limited[i].function == n->call.fn->id)
			kinds = limited[i].kinds;
	if (!kinds || kinds >> p->clause->provider->kind & 1)
		return true;
	for (const struct provider *const *q = providers; *q; q++)
		if (kinds >> (*q)->kind & 1)
			names = arena_printf(p->arena, "%s%s'%s'", names, *names ? ", " : "", (*q)->name);
	wrong(p, n->span, "The %s function can only be used with %s probes", n->call.name, names);
	return false;
}

#define DEBUGF_MOST 3 /* bpf_trace_printk() takes no more */

static bool check_debugf(struct pass *p, const struct node *n, const struct image_conversion *list, size_t count,
			 size_t supplied)
{
	if (supplied > DEBUGF_MOST) {
		wrong(p, n->span, "debugf() takes up to %d values (%zu provided)", DEBUGF_MOST, supplied);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		if (list[i].conv && !strchr("duxps", (int)list[i].conv)) {
			wrong(p, n->call.args->span, "debugf() prints %%d %%u %%x %%p %%s only (%%%c provided)",
			      (int)list[i].conv);
			return false;
		}
	if (p->report)
		warning_at(p->diag, WARN(debug_output), n->span,
			   "debugf() writes to the trace buffer of the whole kernel: not for production");
	return true;
}

/* %s: a char * is shown as an address */
static void check_address(struct pass *p, const struct node *n)
{
	const struct type *t = n->type;

	if (!p->report || !points_to_text(t))
		return;
	warning_at(p->diag, WARN(printed_address), n->span, "%%s of a '%s' prints its address", name_of(p, t));
	hint(p->diag, "str() reads the string there; %%p prints the address");
}

static bool check_format(struct pass *p, struct node *n)
{
	struct node *format = n->call.args, *a = format->next;
	struct image_conversion *list;
	size_t count, supplied = node_count(a), wanted = 0;
	const char *why;

	if (!format_parse(p->arena, format->str, format->len, &list, &count, &why)) {
		wrong(p, format->span, "%s", why);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		wanted += list[i].conv != 0;
	if (supplied != wanted) {
		wrong(p, n->span, "%s() %s arguments for format string (%zu supplied, %zu expected)", n->call.name,
		      supplied < wanted ? "not enough" : "too many", supplied, wanted);
		return false;
	}
	if (n->call.fn->id == FN_debugf && !check_debugf(p, n, list, count, supplied))
		return false;
	for (size_t i = 0; i < count; i++) {
		char conv = (char)list[i].conv;
		bool fits = true;

		if (!conv)
			continue;
		if (conv == 's' || conv == 'r')
			as_text(p, a);
		if (conv == 's')
			check_address(p, a);
		if (strchr("diuoxXcpG", conv))
			fits = type_is_int(a->type) || a->type->kind == TYPE_POINTER;
		else if (conv == 'r')
			fits = a->type->kind == TYPE_BUFFER || a->type->kind == TYPE_ARRAY ||
			       a->type->kind == TYPE_STRING;
		if (a->type->kind == TYPE_NONE)
			fits = false;
		if (!fits && a->type->kind != TYPE_ERROR)
			wrong(p, a->span, "%s() unsupported format specifier for type '%s': %c%.1s", n->call.name,
			      name_of(p, a->type), conv == 'G' ? 'g' : conv, (const char[]){(char)list[i].sub, 0});
		a = a->next;
	}
	return true;
}

static void check_len(struct pass *p, const struct node *a)
{
	if (a->type->kind != TYPE_KSTACK && a->type->kind != TYPE_USTACK && a->type->kind != TYPE_ERROR)
		wrong(p, a->span, "len() expects a map or stack to be provided");
}

/* print(@m, top, div) */
static bool check_print_arguments(struct pass *p, const struct node *n)
{
	const struct node *a = n->call.args;

	if (!a->next)
		return true;
	if (a->kind != NODE_MAP) {
		wrong(p, n->span, "Non-map print() only takes 1 argument, %zu found", node_count(a));
		return false;
	}
	if (a->map.keys) {
		wrong(p, n->span, "Single-value (i.e. indexed) map prints cannot take additional arguments.");
		return false;
	}
	for (struct node *x = a->next; x; x = x->next) {
		infer_expr(p, x);
		if (late(x) || x->type->kind == TYPE_ERROR)
			continue;
		if (x->kind != NODE_INT)
			wrong(p, x->span, "print() expects an int literal (%s provided)",
			      type_kind_name(x->type->kind));
		else if (x->num < 0)
			wrong(p, x->span, "print() expects an int literal that is not negative (%lld provided)",
			      (long long)x->num);
	}
	return true;
}

/* functions of whole maps: print(@m), clear(@m), delete(@m, k), has_key(@m, k), len(@m) */
static const struct type *map_call(struct pass *p, struct node *n)
{
	struct node *a = n->call.args;
	struct map *m = a->map.map;
	enum function_id id = n->call.fn->id;
	struct node key = {.kind = NODE_MAP, .span = a->span};

	if (a->map.keys && id != FN_print && id != FN_len)
		return wrong(p, a->span, "The map passed to %s() should not be indexed by a key", n->call.name);
	if ((id == FN_print || id == FN_len) && a->map.keys) {
		infer_expr(p, a);
		if (id == FN_len)
			check_len(p, a);
	} else if ((id == FN_delete || id == FN_has_key) && a->next) {
		key.map.name = m->name;
		key.map.map = m;
		key.map.keys = a->next;
		if (id == FN_has_key && m->key && !m->keyed)
			return wrong(p, a->span, "call to has_key() expects a map with explicit keys (non-scalar map)");
		infer_expr(p, &key);
		a->type = m->value ? m->value : &type_error;
	} else {
		if (!m->value)
			undefined_map(p, m, a->span);
		if (id == FN_delete && m->keyed)
			wrong(p, n->span, "delete() of a keyed map requires a key: delete(%s, key)", m->name);
		if (id == FN_len && m->key && !m->keyed)
			wrong(p, a->span, "call to len() expects a map with explicit keys (non-scalar map)");
		a->type = m->value ? m->value : &type_error;
		if (p->report && a->next && a->type->kind == TYPE_AGGREGATE && a->type->agg.kind == AGG_stats)
			warning_at(p->diag, WARN(divided_stats), n->span,
				   "print()'s top and div arguments are ignored when used on stats() maps.");
	}
	return call_result(p, n, id == FN_delete || id == FN_has_key ? "bool" : "void");
}

const struct type *infer_call(struct pass *p, struct node *n)
{
	const struct function *fn = n->call.fn;
	const struct type *known;
	struct signature s;
	unsigned i = 0;
	bool ok = true;

	if (n->call.sub)
		return infer_subprogram_call(p, n);
	if (n->call.external)
		return infer_external_call(p, n);
	if (n->call.builtin)
		return infer_builtin(p, n, n->call.builtin);
	if (n->call.agg >= 0)
		return wrong(p, n->span, "%s() should be assigned to a map", n->call.name);
	if (!fn)
		return &type_error;
	if ((fn->id == FN_uaddr || fn->id == FN_percpu_kaddr) && n->type && n->type->kind == TYPE_POINTER) {
		infer_list(p, n->call.args); /* taken apart in an earlier round */
		return n->type;
	}
	if (fn->id == FN_has_field && n->call.args && n->call.args->type)
		return &type_bool; /* likewise */
	read_signature(fn->signature, &s);
	if (fn->flags & FN_UNSAFE && !p->options->unsafe)
		return wrong(p, n->span, "%s() is an unsafe function being used in safe mode", fn->name);
	if (!limited_to(p, n) || !available(p, n, fn->name, fn->flags) || !check_count(p, n, &s))
		return &type_error;
	if (fn->id == FN_has_field)
		return infer_has_field(p, n);
	if (fn->id == FN_kstack || fn->id == FN_ustack)
		return stack_type(p, n, fn->id == FN_ustack);
	if (fn->id == FN_dw_ustack)
		return unwound_type(p, n);
	if (fn->id == FN_nsecs) {
		static const char *const clocks[] = {"monotonic", "boot", "tai", "sw_tai"};

		for (i = 0; n->call.args && i < ARRAY_SIZE(clocks); i++)
			if (n->call.args->kind == NODE_IDENT && str_eq(clocks[i], n->call.args->ident.name))
				return type_int(p->types, 8, false);
		return wrong(p, n->span, "nsecs() expects monotonic, boot, tai or sw_tai");
	}
	if (fn->id == FN_print && !check_print_arguments(p, n))
		return &type_none;
	if (fn->flags & FN_MAP && n->call.args->kind == NODE_MAP)
		return map_call(p, n);
	for (struct node *a = n->call.args; a; a = a->next, i++) {
		if (fn->id == FN_str && i == 0)
			param_text(p, a);
		p->constant = i < s.nargs && !strncmp(s.args[i], "const ", 6) ? a : NULL;
		infer_expr(p, a);
		read_aggregate(p, a);
		if (i < s.nargs)
			ok &= check_arg(p, n, a, s.args[i]);
		else if (a->type->kind == TYPE_NONE)
			wrong(p, a->span, "none type passed to %s() is not printable", fn->name);
	}
	if (ok && fn->id == FN_len)
		check_len(p, n->call.args);
	if (!ok)
		return &type_error;
	known = infer_comptime(p, n);
	if (known)
		return known;
	if (fn->id == FN_print && n->call.args->type->kind == TYPE_NONE)
		return wrong(p, n->call.args->span, "none type passed to print() is not printable");
	if (fn->flags & FN_FORMAT && !check_format(p, n))
		return &type_none;
	return call_result(p, n, s.result);
}
