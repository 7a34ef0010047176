/* Calls and builtin values: what they take, what they give. */
#include "sema/pass.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/arch.h"

static uint64_t setting(struct pass *p, enum setting_id id)
{
	return p->script->settings.num[id];
}

/* what a flag of a builtin or function asks of the provider */
static bool available(struct pass *p, struct node *n, const char *name, unsigned flags)
{
	unsigned needs = flags & (NEEDS_ARGN | NEEDS_ARGS | NEEDS_RETVAL | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX);
	const struct provider *is = p->clause->provider;

	if (!(needs & ~is->has))
		return true;
	if (needs & NEEDS_ARGS)
		wrong(p, n->span, "The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes (%s used here)", is->name);
	else if (needs & NEEDS_RETVAL)
		wrong(p, n->span, "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes%s",
		      is->kind == ATTACH_tracepoint ? " (try to use args.ret instead)" : "");
	else if (needs & NEEDS_CTX && is->kind == ATTACH_tracepoint)
		wrong(p, n->span, "Use args instead of ctx in tracepoint");
	else
		wrong(p, n->span, "The %s builtin can not be used with '%s' probes", name, is->name);
	return false;
}

#define KIND(name) (1ull << ATTACH_##name)
#define SIGNAL_KINDS (KIND(kprobe) | KIND(kretprobe) | KIND(uprobe) | KIND(uretprobe) | KIND(usdt) | KIND(tracepoint) | KIND(sys_enter) | KIND(sys_exit) | \
		      KIND(profile) | KIND(fentry) | KIND(fexit) | KIND(rawtracepoint))

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

/* arg0 of a usdt probe: as its notes say */
static const struct type *usdt_argument(struct pass *p, struct node *n)
{
	struct clause *c = p->clause;
	const struct type *args = c->args;

	if (!args || n->arg.index >= args->nfields)
		return wrong(p, n->span, "%s has %u argument%s: there is no arg%u", c->attaches[0].name, args ? args->nfields : 0,
			     args && args->nfields == 1 ? "" : "s", n->arg.index);
	if (args->fields[n->arg.index].type->kind == TYPE_NONE)
		return wrong(p, n->span, "arg%u of %s is no integer that can be read: it is floating-point, or where only the program can look",
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
		return wrong(p, n->span, "The arg%u builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes", n->arg.index);
	} else if (p->clause->provider->kind == ATTACH_usdt) {
		return usdt_argument(p, n);
	} else if (n->arg.index > 5 && p->clause->provider->kind != ATTACH_rawtracepoint) {
		return wrong(p, n->span, "x86_64 doesn't support arg%u", n->arg.index);
	}
	return type_int(p->types, 8, false);
}

static const struct type *stack_type(struct pass *p, struct node *n, bool user)
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
		warning_at(p->diag, WARN(kernel_build_id), n->span, "'build_id' stack mode can only be used for ustack. Falling back to 'raw' mode.");
	}
	return type_stack(p->types, user, mode, (uint32_t)limit);
}

static const struct type *unwound_type(struct pass *p, struct node *n)
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

	wrong(p, n->span, program_has_dwarf(program_at(kernel_programs(p->kernel), a->target)) ? "DWARF does not know the function of %s" :
		"No DWARF found for the binary of %s: the names of its arguments are not known", a->name);
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
		if (a->next || a->kind != NODE_IDENT || (!str_eq(a->ident.name, "init") && !str_eq(a->ident.name, "curr_ns")))
			return wrong(p, a->span, "Invalid PID namespace mode: %s (expects: curr_ns or init)", word_of(p, a));
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
		return c->args ? c->args : c->provider->kind == ATTACH_uprobe ? no_dwarf(p, n) : wrong(p, n->span, "the arguments of '%s' are not known on this machine", c->nattaches ? c->attaches[0].name : "");
	if (id == BUILTIN_retval) {
		if (c->retval && c->retval->kind != TYPE_NONE)
			return c->retval;
		if (c->provider->kind == ATTACH_fexit && !c->args)
			return wrong(p, n->span, "the result of '%s' is not known: the arguments before it are not", c->nattaches ? c->attaches[0].name : "");
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
		bool special = c->provider->kind == ATTACH_begin || c->provider->kind == ATTACH_end || c->provider->kind == ATTACH_self;
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

/* signatures */

struct signature {
	char result[24];
	unsigned least, most;
	char args[8][32];
	unsigned nargs;
};

static void read_signature(const char *text, struct signature *s)
{
	const char *open = strchr(text, '('), *at = open + 1;

	memset(s, 0, sizeof(*s));
	snprintf(s->result, sizeof(s->result), "%.*s", (int)(open - text), text);
	while (*at && *at != ')') {
		size_t len = strcspn(at, ",)");
		const char *word = at;
		bool optional = *word == '[';

		if (!strncmp(word, "...", 3)) {
			s->most = 127;
		} else {
			snprintf(s->args[s->nargs], sizeof(s->args[0]), "%.*s", (int)(len - (optional ? 2 : 0)), word + optional);
			s->nargs++;
			s->most++;
			s->least += !optional;
		}
		at += len;
		while (*at == ',' || *at == ' ')
			at++;
	}
}

static const char *count_words(struct pass *p, unsigned n)
{
	return n == 1 ? "one argument" : arena_printf(p->arena, "%u arguments", n);
}

static bool check_count(struct pass *p, const struct node *n, const struct signature *s)
{
	size_t got = node_count(n->call.args);
	const char *name = n->call.name;

	if (got >= s->least && got <= s->most)
		return true;
	if (!s->most)
		wrong(p, n->span, "%s() requires no arguments (%zu provided)", name, got);
	else if (s->least == s->most)
		wrong(p, n->span, "%s() requires %s (%zu provided)", name, count_words(p, s->most), got);
	else if (got < s->least)
		wrong(p, n->span, "%s() requires at least %s (%zu provided)", name, count_words(p, s->least), got);
	else
		wrong(p, n->span, "%s() takes up to %s (%zu provided)", name, count_words(p, s->most), got);
	return false;
}

static bool word_fits(const char *word, const struct type *t)
{
	if (!strcmp(word, "any") || !strcmp(word, "stackmode") || !strcmp(word, "map"))
		return true;
	if (!strcmp(word, "int"))
		return type_is_int(t) || t->kind == TYPE_POINTER;
	if (!strcmp(word, "ptr"))
		return type_is_int(t) || t->kind == TYPE_POINTER || t->kind == TYPE_ARRAY;
	if (!strcmp(word, "string") || !strcmp(word, "format"))
		return t->kind == TYPE_STRING;
	return true;
}

/* "const int", "ptr|int|string" */
static bool check_arg(struct pass *p, const struct node *call, struct node *a, const char *expected)
{
	char words[32], *rest = words, *word;
	bool literal = !strncmp(expected, "const ", 6), fits = false;

	if (a->type->kind == TYPE_ERROR)
		return false;
	if (!strcmp(expected, "string") || (!strcmp(expected, "any") && call->call.fn && call->call.fn->id == FN_print))
		as_text(p, a);
	if (!strcmp(expected, "map") && a->kind != NODE_MAP) {
		wrong(p, a->span, "%s() expects a map to be provided", call->call.name);
		return false;
	}
	snprintf(words, sizeof(words), "%s", expected + (literal ? 6 : 0));
	if (literal && late(a)) {
		wrong_late(p, a);
		return false;
	}
	if (literal && a->kind != NODE_INT && a->kind != NODE_STRING && a->kind != NODE_BOOL) {
		wrong(p, a->span, "%s() expects a%s %s literal (%s provided)", call->call.name, words[0] == 'i' ? "n" : "", words[0] == 'f' ? "string" : words,
		      type_kind_name(a->type->kind));
		return false;
	}
	while ((word = strsep(&rest, "|")))
		fits |= word_fits(word, a->type);
	if (!fits) {
		if (literal)
			wrong(p, a->span, "%s() expects a %s literal (%s provided)", call->call.name, strstr(expected, "int") ? "int" : "string", type_kind_name(a->type->kind));
		else
			wrong(p, a->span, "%s() only supports %s arguments (%s provided)", call->call.name, expected, type_kind_name(a->type->kind));
	}
	return fits;
}

#define DEBUGF_MOST 3 /* bpf_trace_printk() takes no more */

static bool check_debugf(struct pass *p, const struct node *n, const struct image_conversion *list, size_t count, size_t supplied)
{
	if (supplied > DEBUGF_MOST) {
		wrong(p, n->span, "debugf() takes up to %d values (%zu provided)", DEBUGF_MOST, supplied);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		if (list[i].conv && !strchr("duxps", (int)list[i].conv)) {
			wrong(p, n->call.args->span, "debugf() prints %%d %%u %%x %%p %%s only (%%%c provided)", (int)list[i].conv);
			return false;
		}
	if (p->report)
		warning_at(p->diag, WARN(debug_output), n->span, "debugf() writes to the trace buffer of the whole kernel: not for production");
	return true;
}

/* %s: a char * is shown as an address */
static void check_address(struct pass *p, const struct node *n)
{
	const struct type *t = n->type;

	if (!p->report || t->kind != TYPE_POINTER || t->elem->kind != TYPE_INT || t->elem->size != 1)
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
		wrong(p, n->span, "%s() %s arguments for format string (%zu supplied, %zu expected)", n->call.name, supplied < wanted ? "not enough" : "too many", supplied, wanted);
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
			fits = a->type->kind == TYPE_BUFFER || a->type->kind == TYPE_ARRAY || a->type->kind == TYPE_STRING;
		if (a->type->kind == TYPE_NONE)
			fits = false;
		if (!fits && a->type->kind != TYPE_ERROR)
			wrong(p, a->span, "%s() unsupported format specifier for type '%s': %c%.1s", n->call.name,
			      name_of(p, a->type), conv == 'G' ? 'g' : conv, (const char[]){(char)list[i].sub, 0});
		a = a->next;
	}
	return true;
}

/* results that a signature cannot say */

static const struct type *result_str(struct pass *p, struct node *n)
{
	uint64_t most = setting(p, SETTING_max_strlen);
	struct node *a = n->call.args, *len = a->next;
	uint64_t size = most;

	if (len && len->kind == NODE_INT) {
		if (len->num < 0)
			return wrong(p, len->span, "str() expects a non-negative length");
		if ((uint64_t)len->num >= most && p->report)
			warning_at(p->diag, WARN(shortened_string), len->span, "length param (%lld) is too long and will be shortened to %llu bytes (see BPFTRACE_MAX_STRLEN)",
				   (long long)len->num, (unsigned long long)most);
		size = (uint64_t)len->num + 1 < most ? (uint64_t)len->num + 1 : most;
	}
	if (a->kind == NODE_INT && a->type->literal) { /* str(123): its text */
		const char *text = arena_printf(p->arena, "%lld", (long long)a->num);
		struct node *next = a->next;

		make_string(p, a, text, strlen(text));
		a->next = next;
	}
	if (a->kind == NODE_STRING && (!len || len->kind == NODE_INT)) {
		size_t keep = len && (uint64_t)len->num < a->len ? (size_t)len->num : a->len;
		const char *text = arena_strndup(p->arena, a->str, keep);
		struct node *next = n->next;

		make_string(p, n, text, keep);
		n->next = next;
		return n->type;
	}
	return type_string(p->types, (uint32_t)size);
}

static const struct type *result_buf(struct pass *p, struct node *n)
{
	uint64_t most = buffer_most(p);
	struct node *a = n->call.args, *len = a->next;

	if (len && len->kind == NODE_INT) {
		if (len->num < 0)
			return wrong(p, len->span, "buf() expects a non-negative length");
		return type_buffer(p->types, (uint32_t)((uint64_t)len->num < most ? (uint64_t)len->num : most));
	}
	if (!len && (type_is_int(a->type) || a->type->kind == TYPE_POINTER) && !(a->kind == NODE_FIELD && a->field.field->data_loc))
		return wrong(p, n->span, "buf() expects a length argument for non-array type %s", name_of(p, a->type));
	if (!len && a->type->kind == TYPE_ARRAY)
		return type_buffer(p->types, a->type->size < most ? a->type->size : (uint32_t)most);
	return type_buffer(p->types, (uint32_t)most);
}

static const struct type *result_pton(struct pass *p, struct node *n)
{
	char bytes[16];
	const char *text = n->call.args->str;
	bool six = strchr(text, ':') != NULL;

	if (inet_pton(six ? AF_INET6 : AF_INET, text, bytes) != 1)
		return wrong(p, n->call.args->span, "Invalid IP address: '%s'", text);
	return type_array(p->types, type_int(p->types, 1, false), six ? 16 : 4);
}

static bool points_to(const struct type *t, const char *tag)
{
	return t->kind == TYPE_POINTER && t->elem->kind == TYPE_STRUCT && t->elem->name && str_eq(t->elem->name, tag);
}

/* bytes of one of two sizes, or in text that holds as many: char x[4] is read with room for a NUL */
static bool has_bytes(const struct type *t, uint32_t size)
{
	return t->size == size || (t->kind == TYPE_STRING && t->size == size + 1);
}

static const struct type *result_ntop(struct pass *p, struct node *n)
{
	const struct node *family = n->call.args->next ? n->call.args : NULL, *address = family ? family->next : n->call.args;
	const struct type *t = address->type;

	if (family && !type_is_int(family->type))
		return wrong(p, family->span, "ntop() only supports int arguments (%s provided)", type_kind_name(family->type->kind));
	if (family && family->kind == NODE_INT && family->num != AF_INET && family->num != AF_INET6)
		return wrong(p, family->span, "ntop() expects AF_INET or AF_INET6 (%lld provided)", (long long)family->num);
	if (t->kind == TYPE_ARRAY || t->kind == TYPE_STRING) {
		if (!has_bytes(t, 4) && !has_bytes(t, 16))
			return wrong(p, address->span, "ntop() argument must be 4 or 16 bytes in size");
	} else if (!type_is_int(t) && t->kind != TYPE_POINTER && t->kind != TYPE_ERROR) {
		return wrong(p, address->span, "ntop() expects an integer or array argument, got %s", type_kind_name(t->kind));
	}
	return type_simple(p->types, TYPE_INET);
}

static const struct type *result_macaddr(struct pass *p, struct node *n)
{
	const struct type *t = n->call.args->type;

	if (t->kind == TYPE_ARRAY || t->kind == TYPE_STRING) {
		if (!has_bytes(t, 6))
			return wrong(p, n->call.args->span, "macaddr() argument must be 6 bytes in size");
	} else if (!type_is_int(t) && t->kind != TYPE_POINTER && t->kind != TYPE_ERROR) {
		return wrong(p, n->call.args->span, "macaddr() only supports array or pointer arguments (%s provided)", type_kind_name(t->kind));
	}
	return type_simple(p->types, TYPE_MAC);
}

static const struct type *result_kaddr(struct pass *p, struct node *n)
{
	const char *name = n->call.args->str;
	struct node *next = n->next;
	uint64_t address = 0;

	if (p->options->late)
		return late_word(p, n, LATE_KADDR, name);
	if (!ksyms_address(kernel_symbols(p->kernel), name, &address))
		return wrong(p, n->call.args->span, "Failed to resolve kernel symbol: %s", name);
	make_int(p, n, (int64_t)address, address > INT64_MAX);
	n->next = next;
	return n->type = type_int(p->types, 8, false);
}

static const struct type *result_cgroupid(struct pass *p, struct node *n)
{
	struct node *next = n->next;
	uint64_t id;

	if (p->options->late)
		return late_word(p, n, LATE_CGROUP, n->call.args->str);
	if (cgroup_id(n->call.args->str, &id))
		return wrong(p, n->call.args->span, "Failed to find the cgroup '%s'", n->call.args->str);
	make_int(p, n, (int64_t)id, false);
	n->next = next;
	return n->type = type_int(p->types, 8, false);
}

static const struct type *result_pointer(struct pass *p, struct node *n, enum space space)
{
	const struct type *t = n->call.args->type;

	return type_pointer(p->types, t->kind == TYPE_POINTER ? t->elem : &type_none, space, false);
}

static const struct type *result_path(struct pass *p, struct node *n)
{
	const struct node *size = n->call.args->next;

	if (n->call.args->type->kind != TYPE_STRUCT && n->call.args->type->kind != TYPE_POINTER)
		return wrong(p, n->call.args->span, "path() expects a struct path or a pointer to one (%s provided)", name_of(p, n->call.args->type));
	if (size && (size->num < 1 || size->num > 4096))
		return wrong(p, size->span, "path() expects a size between 1 and 4096");
	return type_string(p->types, size ? (uint32_t)size->num : (uint32_t)setting(p, SETTING_max_strlen));
}

/* the symbol's address, and those of the places where the program runs, become arguments: their difference is known at run time */
static const struct type *result_uaddr(struct pass *p, struct node *n)
{
	struct node *name = n->call.args, **end = &n->call.args;
	struct clause *c = p->clause;
	const struct type *word;
	int err;

	if (name->kind != NODE_STRING)
		return n->type;
	struct elf_file *f = elf_open(c->attaches[0].target, &err);
	const struct elf_symbol *s = f ? elf_variable(f, name->str) : NULL, *at;

	if (!s) {
		elf_close(f);
		return wrong(p, name->span, "Could not resolve symbol: %s:%s", c->attaches[0].target, name->str);
	}
	word = type_int(p->types, s->size == 1 || s->size == 2 || s->size == 4 ? (unsigned)s->size : 8, false);
	*end = node_new(p->arena, NODE_INT, name->span);
	make_int(p, *end, (int64_t)s->address, false);
	for (size_t i = 0; i < c->nattaches; i++) {
		at = elf_find(f, c->attaches[i].symbol ? c->attaches[i].symbol : "");
		end = &(*end)->next;
		*end = node_new(p->arena, NODE_INT, name->span);
		make_int(p, *end, (int64_t)((at ? at->address : 0) + c->attaches[i].offset), false);
		if (!str_eq(c->attaches[i].target, c->attaches[0].target) || i > 31) {
			elf_close(f);
			return wrong(p, n->span, "uaddr() needs the attach points of a probe to be in one binary, and at most 32 of them");
		}
	}
	elf_close(f);
	return type_pointer(p->types, word, SPACE_USER, false);
}

/* the address before a CPU's offset, and that of the offsets, become arguments */
static const struct type *result_percpu(struct pass *p, struct node *n)
{
	struct node *name = n->call.args, *cpu = name->next;
	const struct type *t;
	const struct ksyms *s;
	uint64_t base = 0, offsets = 0;

	if (name->kind != NODE_STRING)
		return n->type;
	t = kernel_variable(p->kernel, name->str);
	if (!t)
		return wrong(p, name->span, "Could not resolve variable \"%s\" from BTF", name->str);
	if (p->options->late) {
		n->call.args = node_new(p->arena, NODE_INT, name->span);
		n->call.args->next = node_new(p->arena, NODE_INT, name->span);
		late_word(p, n->call.args, LATE_KADDR, name->str);
		late_word(p, n->call.args->next, LATE_KADDR, "__per_cpu_offset");
		n->call.args->next->next = cpu;
		return type_pointer(p->types, t, SPACE_KERNEL, false);
	}
	s = kernel_symbols(p->kernel);
	if (!ksyms_address(s, name->str, &base) || !ksyms_address(s, "__per_cpu_offset", &offsets))
		return wrong(p, name->span, "Failed to resolve kernel symbol: %s", name->str);
	n->call.args = node_new(p->arena, NODE_INT, name->span);
	make_int(p, n->call.args, (int64_t)base, base > INT64_MAX);
	n->call.args->next = node_new(p->arena, NODE_INT, name->span);
	make_int(p, n->call.args->next, (int64_t)offsets, offsets > INT64_MAX);
	n->call.args->next->next = cpu;
	return type_pointer(p->types, t, SPACE_KERNEL, false);
}

static const struct type *result(struct pass *p, struct node *n, const char *word)
{
	switch ((int)n->call.fn->id) {
	case FN_str:
		return result_str(p, n);
	case FN_buf:
		return result_buf(p, n);
	case FN_pton:
		return result_pton(p, n);
	case FN_kaddr:
		return result_kaddr(p, n);
	case FN_cgroupid:
		return result_cgroupid(p, n);
	case FN_kptr:
		return result_pointer(p, n, SPACE_KERNEL);
	case FN_uptr:
		return result_pointer(p, n, SPACE_USER);
	case FN_strftime:
		if (n->call.args->next->kind == NODE_INT && n->call.args->next->num < 0 && !n->call.args->next->wide)
			return wrong(p, n->call.args->next->span, "strftime() can not take negative value");
		return type_simple(p->types, TYPE_TIMESTAMP);
	case FN_ntop:
		return result_ntop(p, n);
	case FN_macaddr:
		return result_macaddr(p, n);
	case FN_bswap:
		return type_int(p->types, n->call.args->type->size ? n->call.args->type->size : 8, false);
	case FN_uaddr:
		return result_uaddr(p, n);
	case FN_percpu_kaddr:
		return result_percpu(p, n);
	case FN_path:
		return result_path(p, n);
	case FN_str_concat:
		return type_string(p->types, n->call.args->type->size + n->call.args->next->type->size > 1025 ?
						     n->call.args->type->size + n->call.args->next->type->size - 1 : 1024);
	case FN_signal:
	case FN_signal_thread: {
		const struct node *a = n->call.args;

		if (a->type->kind == TYPE_STRING ? a->kind != NODE_STRING : a->kind == NODE_INT && (a->num < 1 || a->num > 64))
			return wrong(p, a->span, "%s() accepts a string literal or an integer between 1 and 64 (inclusive)", n->call.name);
		break;
	}
	case FN_socket_cookie:
		if (!points_to(n->call.args->type, "sock"))
			return wrong(p, n->call.args->span, "socket_cookie() only supports 'struct sock *' argument ('%s' provided)", name_of(p, n->call.args->type));
		break;
	case FN_skboutput: {
		const struct node *skb = n->call.args->next, *offset = skb->next->next;

		if (!points_to(skb->type, "sk_buff"))
			return wrong(p, skb->span, "skboutput() only supports 'struct sk_buff *' argument ('%s' provided)", name_of(p, skb->type));
		if (offset->num < 0)
			return wrong(p, offset->span, "skboutput() expects a non-negative offset");
		break;
	}
	case FN_strncmp:
	case FN_memcmp:
		if (n->call.args->next->next->num < 0)
			return wrong(p, n->call.args->next->next->span, "%s() expects a non-negative length", n->call.name);
		break;
	case FN_len:
		return type_int(p->types, 8, true);
	}
	if (!strcmp(word, "void"))
		return &type_none;
	if (!strcmp(word, "bool"))
		return &type_bool;
	if (!strcmp(word, "int64"))
		return type_int(p->types, 8, true);
	if (!strcmp(word, "ksym"))
		return type_simple(p->types, TYPE_KSYM);
	if (!strcmp(word, "usym"))
		return type_simple(p->types, TYPE_USYM);
	if (!strcmp(word, "errno"))
		return type_simple(p->types, TYPE_ERRNO);
	if (!strcmp(word, "cgroup_path"))
		return type_simple(p->types, TYPE_CGROUP_PATH);
	return type_int(p->types, 8, false);
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
			wrong(p, x->span, "print() expects an int literal (%s provided)", type_kind_name(x->type->kind));
		else if (x->num < 0)
			wrong(p, x->span, "print() expects an int literal that is not negative (%lld provided)", (long long)x->num);
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
			warning_at(p->diag, WARN(divided_stats), n->span, "print()'s top and div arguments are ignored when used on stats() maps.");
	}
	return result(p, n, id == FN_delete || id == FN_has_key ? "bool" : "void");
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
	return result(p, n, s.result);
}

/* a feature that its setting allows, forbids or warns of */
bool stable_enough(struct pass *p, const struct node *n, const char *what, enum setting_id id)
{
	enum { ERROR, WARN_OF, ENABLE }; /* as the setting's words */
	uint64_t is = setting(p, id);

	if (is == ERROR) {
		error_at(p->diag, n->span, "%s is unstable: set %s to 'enable' to use it", what, setting_name(id));
		return false;
	}
	if (is == WARN_OF && !(p->warned_unstable & 1ull << id)) {
		p->warned_unstable |= 1ull << id;
		warning_at(p->diag, WARN(unstable), n->span, "%s is unstable and may change (%s)", what, setting_name(id));
	}
	return true;
}

static bool tseries_arguments(struct pass *p, struct node *n, struct agg *a)
{
	static const char *const kinds[] = {"last", "avg", "sum", "min", "max"};
	const struct node *interval = n->call.args->next, *count = interval->next, *kind = count->next;
	int64_t most = 32768 / (8 * TSERIES_WORDS); /* the kernel's limit for a value per CPU */

	a->min = interval->num;
	a->max = count->num;
	if (a->min < 1)
		wrong(p, interval->span, "tseries() expects a positive interval (%lld provided)", (long long)a->min);
	else if (a->max < 1)
		wrong(p, count->span, "tseries() expects a positive number of intervals (%lld provided)", (long long)a->max);
	else if (a->max > most)
		wrong(p, count->span, "tseries() keeps at most %lld intervals (%lld provided)", (long long)most, (long long)a->max);
	else if (kind) {
		for (a->step = 0; a->step < (int64_t)ARRAY_SIZE(kinds) && !str_eq(kinds[a->step], kind->str); a->step++)
			;
		if (!a->step || a->step == (int64_t)ARRAY_SIZE(kinds)) {
			wrong(p, kind->span, "tseries() expects one of avg, sum, min, max (\"%s\" provided)", kind->str);
			return false;
		}
		return true;
	} else
		return true;
	return false;
}

const struct type *infer_aggregation(struct pass *p, struct node *n)
{
	struct agg a = {.kind = (enum agg_kind)n->call.agg};
	struct node *arg = n->call.args;
	struct signature s;
	unsigned i = 0;

	read_signature(aggregations[a.kind].signature, &s);
	if (!check_count(p, n, &s))
		return &type_error;
	for (struct node *x = arg; x; x = x->next, i++) {
		infer_expr(p, x);
		read_aggregate(p, x);
		if (!check_arg(p, n, x, s.args[i]))
			return &type_error;
	}
	if (arg)
		a.is_signed = arg->type->is_signed;
	if (a.kind == AGG_hist && arg->next) {
		if (arg->next->num < 0 || arg->next->num > 5)
			return wrong(p, arg->next->span, "hist: bits %lld must be 0..5", (long long)arg->next->num);
		a.bits = (uint32_t)arg->next->num;
	}
	if (a.kind == AGG_lhist) {
		a.min = arg->next->num;
		a.max = arg->next->next->num;
		a.step = arg->next->next->next->num;
		if (a.step < 1)
			return wrong(p, n->span, "lhist() step must be >= 1 (%lld provided)", (long long)a.step);
		if (a.min > a.max)
			return wrong(p, n->span, "lhist() min must be less than max (provided min %lld and max %lld)", (long long)a.min, (long long)a.max);
		if ((a.max - a.min) / a.step > 1000)
			return wrong(p, n->span, "lhist() too many buckets, must be <= 1000 (would need %lld)", (long long)((a.max - a.min) / a.step));
		if (a.max - a.min < a.step)
			return wrong(p, n->span, "lhist() step is too large for the given range (provided step %lld for range %lld)", (long long)a.step,
				     (long long)(a.max - a.min));
	}
	if (a.kind == AGG_hist || a.kind == AGG_lhist)
		a.is_signed = true;
	if (a.kind == AGG_tseries && (!stable_enough(p, n, "tseries()", SETTING_unstable_tseries) || !tseries_arguments(p, n, &a)))
		return &type_error;
	return type_aggregate(p->types, &a);
}
