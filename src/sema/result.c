/* The results of calls that a signature cannot say. */
#include "sema/pass.h"

#include <arpa/inet.h>
#include <string.h>

static const struct type *result_str(struct pass *p, struct node *n)
{
	uint64_t most = setting(p, SETTING_max_strlen);
	struct node *a = n->call.args, *len = a->next;
	uint64_t size = most;

	if (len && len->kind == NODE_INT) {
		if (len->num < 0)
			return wrong(p, len->span, "str() expects a non-negative length");
		if ((uint64_t)len->num >= most && p->report)
			warning_at(
				p->diag, WARN(shortened_string), len->span,
				"length param (%lld) is too long and will be shortened to %llu bytes (see BPFTRACE_MAX_STRLEN)",
				(long long)len->num, (unsigned long long)most);
		size = (uint64_t)len->num + 1 < most ? (uint64_t)len->num + 1 : most;
	}
	if (a->kind == NODE_NPARAMS)
		return wrong_late(p, a);
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
	if (!len && (type_is_int(a->type) || a->type->kind == TYPE_POINTER) &&
	    !(a->kind == NODE_FIELD && a->field.field->data_loc))
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
	const struct node *family = n->call.args->next ? n->call.args : NULL,
			  *address = family ? family->next : n->call.args;
	const struct type *t = address->type;

	if (family && !type_is_int(family->type))
		return wrong(p, family->span, "ntop() only supports int arguments (%s provided)",
			     type_kind_name(family->type->kind));
	if (family && family->kind == NODE_INT && family->num != AF_INET && family->num != AF_INET6)
		return wrong(p, family->span, "ntop() expects AF_INET or AF_INET6 (%lld provided)",
			     (long long)family->num);
	if (t->kind == TYPE_ARRAY || t->kind == TYPE_STRING) {
		if (!has_bytes(t, 4) && !has_bytes(t, 16))
			return wrong(p, address->span, "ntop() argument must be 4 or 16 bytes in size");
	} else if (!type_is_int(t) && t->kind != TYPE_POINTER && t->kind != TYPE_ERROR) {
		return wrong(p, address->span, "ntop() expects an integer or array argument, got %s",
			     type_kind_name(t->kind));
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
		return wrong(p, n->call.args->span, "macaddr() only supports array or pointer arguments (%s provided)",
			     type_kind_name(t->kind));
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
		return wrong(p, n->call.args->span, "path() expects a struct path or a pointer to one (%s provided)",
			     name_of(p, n->call.args->type));
	if (size && (size->num < 1 || size->num > 4096))
		return wrong(p, size->span, "path() expects a size between 1 and 4096");
	return type_string(p->types, size ? (uint32_t)size->num : (uint32_t)setting(p, SETTING_max_strlen));
}

/*
 * the symbol's address, and those of the places where the program runs, become arguments: their difference is known
 * at run time
 */
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
			return wrong(
				p, n->span,
				"uaddr() needs the attach points of a probe to be in one binary, and at most 32 of them");
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

const struct type *call_result(struct pass *p, struct node *n, const char *word)
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
		if (late_in(n->call.args))
			return wrong_late(p, late_in(n->call.args));
		return type_int(p->types, n->call.args->type->size ? n->call.args->type->size : 8, false);
	case FN_uaddr:
		return result_uaddr(p, n);
	case FN_percpu_kaddr:
		return result_percpu(p, n);
	case FN_path:
		return result_path(p, n);
	case FN_str_concat:
		return type_string(p->types, n->call.args->type->size + n->call.args->next->type->size > 1025
						     ? n->call.args->type->size + n->call.args->next->type->size - 1
						     : 1024);
	case FN_signal:
	case FN_signal_thread: {
		const struct node *a = n->call.args;

		if (a->type->kind == TYPE_STRING ? a->kind != NODE_STRING
						 : a->kind == NODE_INT && (a->num < 1 || a->num > 64))
			return wrong(p, a->span,
				     "%s() accepts a string literal or an integer between 1 and 64 (inclusive)",
				     n->call.name);
		break;
	}
	case FN_socket_cookie:
		if (!points_to(n->call.args->type, "sock"))
			return wrong(p, n->call.args->span,
				     "socket_cookie() only supports 'struct sock *' argument ('%s' provided)",
				     name_of(p, n->call.args->type));
		break;
	case FN_skboutput: {
		const struct node *skb = n->call.args->next, *offset = skb->next->next;

		if (!points_to(skb->type, "sk_buff"))
			return wrong(p, skb->span,
				     "skboutput() only supports 'struct sk_buff *' argument ('%s' provided)",
				     name_of(p, skb->type));
		if (offset->num < 0)
			return wrong(p, offset->span, "skboutput() expects a non-negative offset");
		break;
	}
	case FN_strncmp:
	case FN_memcmp:
		if (n->call.args->next->next->num < 0)
			return wrong(p, n->call.args->next->next->span, "%s() expects a non-negative length",
				     n->call.name);
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
