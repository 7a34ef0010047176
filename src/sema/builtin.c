/* Builtin values: where they may be, what types they have. */
#include "sema/pass.h"

#include "kernel/arch.h"

#include <string.h>

uint64_t setting(const struct pass *p, enum setting_id id)
{
	return p->script->settings.num[id];
}

/* what a flag of a builtin or function asks of the provider */
bool available(struct pass *p, struct node *n, const char *name, unsigned flags)
{
	unsigned needs = flags & (NEEDS_ARGN | NEEDS_ARGS | NEEDS_RETVAL | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX);
	const struct provider *is = p->clause->provider;
	bool tracepoint = str_eq(is->name, "tracepoint"); /* whatever its form */

	if (!(needs & ~is->has))
		return true;
	if (needs & NEEDS_ARGS)
		wrong(p, n->span,
		      "The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes (%s used here)",
		      is->name);
	else if (needs & NEEDS_RETVAL)
		wrong(p, n->span,
		      "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes%s",
		      tracepoint ? " (try to use args.ret instead)" : "");
	else if (needs & NEEDS_CTX && tracepoint)
		wrong(p, n->span, "Use args instead of ctx in tracepoint");
	else
		wrong(p, n->span, "The %s builtin can not be used with '%s' probes", name, is->name);
	return false;
}

/* arg0 of a usdt probe: as its notes say */
static const struct type *usdt_argument(struct pass *p, struct node *n)
{
	struct clause *c = p->clause;
	const struct type *args = c->args;

	if (!args || n->arg.index >= args->nfields)
		return wrong(p, n->span, "%s has %u argument%s: there is no arg%u", c->attaches[0].name,
			     args ? args->nfields : 0, args && args->nfields == 1 ? "" : "s", n->arg.index);
	if (args->fields[n->arg.index].type->kind == TYPE_NONE)
		return wrong(
			p, n->span,
			"arg%u of %s is no integer that can be read: it is floating-point, or where only the program can look",
			n->arg.index, c->attaches[0].name);
	if (c->nargs <= n->arg.index)
		c->nargs = n->arg.index + 1;
	c->args_used |= 1ull << (n->arg.index < 63 ? n->arg.index : 63);
	return args->fields[n->arg.index].type;
}

const struct type *infer_arg(struct pass *p, struct node *n)
{
	if (n->arg.stack) {
		if (!available(p, n, "sarg", NEEDS_REGS))
			return &type_error;
	} else if (!(p->clause->provider->has & NEEDS_ARGN)) {
		return wrong(p, n->span,
			     "The arg%u builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes",
			     n->arg.index);
	} else if (p->clause->provider->kind == ATTACH_usdt) {
		return usdt_argument(p, n);
	} else if (n->arg.index > 5 && p->clause->provider->kind != ATTACH_rawtracepoint) {
		return wrong(p, n->span, "x86_64 doesn't support arg%u", n->arg.index);
	}
	return type_int(p->types, 8, false);
}

const struct type *stack_type(struct pass *p, struct node *n, bool user)
{
	uint64_t mode = setting(p, SETTING_stack_mode), limit = STACK_LIMIT;
	static const char *const modes[] = {"bpftrace", "perf", "raw", "build_id"};
	const char *name = n->kind == NODE_CALL ? n->call.name : user ? "ustack" : "kstack";
	bool chosen = false;
	struct node *a = n->kind == NODE_CALL ? n->call.args : NULL;

	if (a && a->kind == NODE_IDENT) {
		for (mode = 0; mode < ARRAY_SIZE(modes) && !str_eq(modes[mode], a->ident.name); mode++)
			;
		if (mode == ARRAY_SIZE(modes))
			return wrong(p, a->span, "Error parsing stack mode: '%s'", a->ident.name);
		a->type = &type_none;
		a = a->next;
		chosen = true;
	}
	if (a) {
		infer_expr(p, a);
		if (late(a))
			return wrong_late(p, a);
		if (a->next)
			return wrong(p, a->span, "Expected stack mode as first argument");
		if (a->kind != NODE_INT || a->num < 1)
			return wrong(p, a->span, "%s: invalid limit value", name);
		if (a->num > 1024)
			return wrong(p, a->span, "%s([int limit]): limit shouldn't exceed 1024, %lld given", name,
				     (long long)a->num);
		limit = (uint64_t)a->num;
	}
	if (mode == STACK_BUILD_ID && !user) {
		if (chosen)
			return wrong(p, n->span, "'build_id' stack mode can only be used for ustack");
		mode = STACK_RAW;
		warning_at(p->diag, WARN(kernel_build_id), n->span,
			   "'build_id' stack mode can only be used for ustack. Falling back to 'raw' mode.");
	}
	return type_stack(p->types, user, mode, (uint32_t)limit);
}

const struct type *unwound_type(struct pass *p, struct node *n)
{
	const struct type *t;

	if (!str_eq(arch_native()->name, "x86_64"))
		return wrong(p, n->span, "dw_ustack() is for x86_64");
	if (!stable_enough(p, n, "dw_ustack()", SETTING_unstable_dw_ustack))
		return &type_error;
	t = stack_type(p, n, true);
	if (t->kind == TYPE_USTACK && t->stack.mode == STACK_BUILD_ID)
		return wrong(p, n->span, "'build_id' stack mode can only be used for ustack");
	return t;
}

static const struct type *no_dwarf(struct pass *p, struct node *n)
{
	const struct image_attach *a = p->clause->attaches;

	wrong(p, n->span,
	      program_has_dwarf(program_at(kernel_programs(p->kernel), a->target))
		      ? "DWARF does not know the function of %s"
		      : "No DWARF found for the binary of %s: the names of its arguments are not known",
	      a->name);
	if (p->report)
		hint(p->diag, "install its debug symbols, or use arg0, arg1, ...");
	return &type_error;
}

/* an argument that is a word, or what stands in its place */
static const char *word_of(struct pass *p, const struct node *a)
{
	if (a->kind == NODE_INT)
		return arena_printf(p->arena, "%lld", (long long)a->num);
	return a->kind == NODE_IDENT ? a->ident.name : a->kind == NODE_STRING ? a->str : node_kind_name(a->kind);
}

const struct type *infer_builtin(struct pass *p, struct node *n, const struct builtin *b)
{
	struct clause *c = p->clause;
	enum builtin_id id = (enum builtin_id)(b - builtins);
	const struct type *t;
	struct node *next = n->next;

	if (!available(p, n, b->name, b->flags))
		return &type_error;
	if (n->kind == NODE_CALL && n->call.args && id != BUILTIN_kstack && id != BUILTIN_ustack) {
		const struct node *a = n->call.args;

		if (id != BUILTIN_pid && id != BUILTIN_tid)
			return wrong(p, n->span, "%s() requires no arguments (%zu provided)", b->name, node_count(a));
		if (a->next || a->kind != NODE_IDENT ||
		    (!str_eq(a->ident.name, "init") && !str_eq(a->ident.name, "curr_ns")))
			return wrong(p, a->span, "Invalid PID namespace mode: %s (expects: curr_ns or init)",
				     word_of(p, a));
	}
	if (id == BUILTIN_comm)
		return type_string(p->types, 16);
	if (id == BUILTIN_username)
		return type_simple(p->types, TYPE_USERNAME);
	if (id == BUILTIN_cpid && p->report && !p->options->has_child && !p->options->late)
		warning_at(p->diag, WARN(no_child), n->span, "No child command (`-c`); cpid is zero");
	if (id == BUILTIN_has_cpid)
		return &type_bool;
	if (id == BUILTIN_curtask) {
		t = kernel_type(p->kernel, "struct", "task_struct");
		return t ? type_pointer(p->types, t, SPACE_KERNEL, true) : type_int(p->types, 8, false);
	}
	if (id == BUILTIN_args)
		return c->args ? c->args
		       : c->provider->kind == ATTACH_uprobe
			       ? no_dwarf(p, n)
			       : wrong(p, n->span, "the arguments of '%s' are not known on this machine",
				       c->nattaches ? c->attaches[0].name : "");
	if (id == BUILTIN_retval) {
		if (c->retval && c->retval->kind != TYPE_NONE)
			return c->retval;
		if (c->provider->kind == ATTACH_fexit && !c->args)
			return wrong(p, n->span, "the result of '%s' is not known: the arguments before it are not",
				     c->nattaches ? c->attaches[0].name : "");
		return type_int(p->types, 8, false);
	}
	if (id == BUILTIN_func) {
		c->uses_func = true;
		return type_simple(p->types, c->provider->space == SPACE_USER ? TYPE_USYM : TYPE_KSYM);
	}
	if (id == BUILTIN_probe) {
		size_t longest = 0;

		for (size_t i = 0; i < c->nattaches; i++)
			if (c->attaches[i].name_len > longest)
				longest = c->attaches[i].name_len;
		if (c->nattaches == 1) {
			make_string(p, n, c->attaches[0].name, c->attaches[0].name_len);
			n->next = next;
			return n->type;
		}
		c->uses_probe = true;
		return type_string(p->types, (uint32_t)longest + 1);
	}
	if (id == BUILTIN_probetype) {
		bool special = c->provider->kind == ATTACH_begin || c->provider->kind == ATTACH_end ||
			       c->provider->kind == ATTACH_self;
		const char *name = special ? "special" : c->provider->name;

		make_string(p, n, name, strlen(name));
		n->next = next;
		return n->type;
	}
	if (id == BUILTIN_kstack || id == BUILTIN_ustack)
		return stack_type(p, n, id == BUILTIN_ustack);
	if (id == BUILTIN_ctx && c->provider->kind == ATTACH_iter)
		return type_pointer(p->types, kernel_iterator(p->kernel, c->attaches[0].symbol), SPACE_KERNEL, true);
	if (id == BUILTIN_ctx)
		return type_pointer(p->types, &type_none, SPACE_KERNEL, false);
	if (str_eq(b->type, "uint8"))
		return type_int(p->types, 1, false);
	if (str_eq(b->type, "uint32"))
		return type_int(p->types, 4, false);
	return type_int(p->types, 8, false);
}
