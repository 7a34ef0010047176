/* What BTF says, in C: definitions of types, parameters of functions; and whom trampolines reach. */
#include "kernel/btf.h"

#include <bpf/libbpf.h>
#include <stdlib.h>

/* words of a trampoline's context that a value of the type takes; 0: it cannot be passed */
static unsigned trampoline_words(struct btf_scope *s, uint32_t id)
{
	bool user;
	const struct btf_type *b = btfdata_type(s->data, btf_strip(s, id, &user));

	if (b && (btf_is_ptr(b) || btf_is_any_enum(b)))
		return 1;
	if (b && (btf_is_int(b) || btf_is_struct(b)) && b->size && b->size <= 16)
		return (b->size + 7) / 8;
	return 0;
}

#define TRAMPOLINE_PARAMETERS 12 /* MAX_BPF_FUNC_ARGS */

bool kernel_function_fits(struct kernel *k, struct arena *a, const char *module, const char *function, const char **why)
{
	uint32_t id;
	struct btf_scope *s = btf_function(k, module, function, &id);
	const struct btf_type *b = s ? btfdata_type(s->data, id) : NULL, *result;
	const char *reason = NULL;
	bool user;

	if (!b) {
		*why = arena_printf(a, "BTF has nothing on %s; kprobe:%s will do.", function, function);
		return false;
	}
	if (btf_vlen(b) > TRAMPOLINE_PARAMETERS)
		reason = "has too many parameters";
	for (unsigned i = 0; i < btf_vlen(b) && !reason; i++)
		if (!btf_params(b)[i].type)
			reason = "takes a variable number of arguments";
		else if (!trampoline_words(s, btf_params(b)[i].type))
			reason = "takes a struct by value that is too large";
	result = btfdata_type(s->data, btf_strip(s, b->type, &user));
	if (!reason && !btf_is_void(result) && trampoline_words(s, b->type) != 1)
		reason = "returns a struct";
	if (reason)
		*why = arena_printf(a, "%s %s, which trampolines cannot pass on; kprobe:%s will do.", function, reason,
				    function);
	return !reason;
}

/* inner: the declarator so far */
static const char *declaration(struct btf_scope *s, struct arena *a, uint32_t id, const char *inner);

static const char *parameter_list(struct btf_scope *s, struct arena *a, const struct btf_type *b)
{
	const char *list = "";

	for (unsigned i = 0; i < btf_vlen(b); i++) {
		uint32_t id = btf_params(b)[i].type;

		list = arena_printf(a, "%s%s%s", list, i ? ", " : "", id ? declaration(s, a, id, "") : "...");
	}
	return btf_vlen(b) ? list : "void";
}

static const char *spaced(struct arena *a, const char *word, const char *inner)
{
	return *inner ? arena_printf(a, "%s %s", word, inner) : word;
}

static const char *base_name(struct btf_scope *s, struct arena *a, const struct btf_type *b)
{
	const char *name = btfdata_name(s->data, b->name_off), *keyword = "";

	if (btf_is_struct(b) || (btf_is_fwd(b) && !btf_kflag(b)))
		keyword = "struct ";
	else if (btf_is_union(b) || btf_is_fwd(b))
		keyword = "union ";
	else if (btf_is_any_enum(b))
		keyword = "enum ";
	return arena_printf(a, "%s%s", keyword, *name ? name : "{...}");
}

static const char *declaration(struct btf_scope *s, struct arena *a, uint32_t id, const char *inner)
{
	const struct btf_type *b = btfdata_type(s->data, id), *to;

	if (!b || btf_is_void(b))
		return spaced(a, "void", inner);
	if (btf_is_ptr(b)) {
		to = btfdata_type(s->data, b->type);
		while (to && (btf_is_type_tag(to)))
			to = btfdata_type(s->data, to->type);
		inner = arena_printf(a, "*%s", inner);
		if (to && (btf_is_array(to) || btf_is_func_proto(to)))
			inner = arena_printf(a, "(%s)", inner);
		return declaration(s, a, b->type, inner);
	}
	if (btf_is_array(b))
		return declaration(s, a, btf_array(b)->type, arena_printf(a, "%s[%u]", inner, btf_array(b)->nelems));
	if (btf_is_func_proto(b))
		return declaration(s, a, b->type, arena_printf(a, "%s(%s)", inner, parameter_list(s, a, b)));
	if (btf_is_restrict(b) || btf_is_type_tag(b))
		return declaration(s, a, b->type, inner);
	if (btf_is_const(b) || btf_is_volatile(b)) {
		const char *word = btf_is_const(b) ? "const" : "volatile";

		to = btfdata_type(s->data, b->type);
		if (to && btf_is_ptr(to))
			return declaration(s, a, b->type, arena_printf(a, " %s%s%s", word, *inner ? " " : "", inner));
		return arena_printf(a, "%s %s", word, declaration(s, a, b->type, inner));
	}
	return spaced(a, base_name(s, a, b), inner);
}

static const char *type_words(struct btf_scope *s, struct arena *a, uint32_t id)
{
	return declaration(s, a, id, "");
}

static void enumerators(struct btf_scope *s, struct buf *out, const struct btf_type *b, unsigned depth)
{
	bool is_signed = btf_kflag(b);

	for (unsigned i = 0; i < btf_vlen(b); i++) {
		uint32_t name = btf_is_enum64(b) ? btf_enum64(b)[i].name_off : btf_enum(b)[i].name_off;
		int64_t value = btf_is_enum64(b) ? (int64_t)btf_enum64_value(&btf_enum64(b)[i])
				: is_signed      ? (int64_t)btf_enum(b)[i].val
						 : (int64_t)(uint32_t)btf_enum(b)[i].val;

		buf_printf(out, "%.*s%s = %lld,\n", (int)depth, "\t\t\t\t\t\t\t\t\t\t\t\t", btfdata_name(s->data, name),
			   (long long)value);
	}
}

static void members(struct btf_scope *s, struct arena *a, struct buf *out, const struct btf_type *b, unsigned depth)
{
	static const char tabs[] = "\t\t\t\t\t\t\t\t\t\t\t\t";

	for (unsigned i = 0; i < btf_vlen(b); i++) {
		const struct btf_member *m = &btf_members(b)[i];
		const char *name = btfdata_name(s->data, m->name_off);
		uint32_t bits = btf_member_bitfield_size(b, i), id = m->type;
		const struct btf_type *of = btfdata_type(s->data, id);
		const char *dimensions = "";

		while (of && btf_is_array(of)) {
			dimensions = arena_printf(a, "%s[%u]", dimensions, btf_array(of)->nelems);
			of = btfdata_type(s->data, btf_array(of)->type);
		}
		buf_printf(out, "%.*s", (int)depth, tabs);
		if (of && (btf_is_composite(of) || btf_is_any_enum(of)) && !of->name_off) {
			buf_printf(out, "%s {\n", btf_is_union(of) ? "union" : btf_is_struct(of) ? "struct" : "enum");
			if (btf_is_composite(of))
				members(s, a, out, of, depth + 1);
			else
				enumerators(s, out, of, depth + 1);
			buf_printf(out, "%.*s}%s%s%s", (int)depth, tabs, *name ? " " : "", name, dimensions);
		} else {
			buf_puts(out, declaration(s, a, id, name));
		}
		if (bits)
			buf_printf(out, ": %u", bits);
		buf_puts(out, ";\n");
	}
}

/* where the struct is, *b: it; NULL: nowhere */
static struct btf_scope *find(struct kernel *k, uint32_t kind, const char *name, const struct btf_type **b)
{
	for (struct btf_scope *s = btf_kernel(k); s; s = btf_next(s)) {
		int id = btfdata_find(s->data, name, kind);

		if (id < 0)
			continue;
		*b = btfdata_type(s->data, (uint32_t)id);
		return s;
	}
	return NULL;
}

const char *kernel_type_define(struct kernel *k, const char *keyword, const char *name, struct buf *out)
{
	uint32_t kind = str_eq(keyword, "struct")  ? BTF_KIND_STRUCT
			: str_eq(keyword, "union") ? BTF_KIND_UNION
						   : BTF_KIND_ENUM;
	const struct btf_type *b;
	struct btf_scope *s = find(k, kind, name, &b);
	struct arena *a;

	if (!s && kind == BTF_KIND_ENUM)
		s = find(k, BTF_KIND_ENUM64, name, &b);
	if (!s)
		return NULL;
	a = arena_new();
	buf_printf(out, "%s %s {\n", keyword, name);
	if (btf_is_composite(b))
		members(s, a, out, b, 1);
	else
		enumerators(s, out, b, 1);
	buf_puts(out, "};");
	arena_free(a);
	return s->name;
}

const char *kernel_each_parameter(struct kernel *k, struct arena *a, const char *module, const char *function,
				  parameter_fn each, void *arg)
{
	uint32_t id;
	struct btf_scope *s = btf_function(k, module, function, &id);
	const struct btf_type *b = s ? btfdata_type(s->data, id) : NULL;

	for (unsigned i = 0; b && i < btf_vlen(b); i++)
		each(btf_params(b)[i].type ? type_words(s, a, btf_params(b)[i].type) : "...",
		     btfdata_name(s->data, btf_params(b)[i].name_off), arg);
	return b ? type_words(s, a, b->type) : NULL;
}

void kernel_each_member(struct kernel *k, struct arena *a, const char *name, parameter_fn each, void *arg)
{
	const struct btf_type *b;
	struct btf_scope *s = find(k, BTF_KIND_STRUCT, name, &b);

	for (unsigned i = 0; s && i < btf_vlen(b); i++) {
		const struct btf_type *of = btfdata_type(s->data, btf_members(b)[i].type);
		const char *member = btfdata_name(s->data, btf_members(b)[i].name_off);
		uint32_t type = btf_members(b)[i].type;

		/* __bpf_md_ptr: a pointer in a union that aligns it */
		if (!*member && of && btf_is_union(of) && btf_vlen(of)) {
			member = btfdata_name(s->data, btf_members(of)->name_off);
			type = btf_members(of)->type;
		}
		each(type_words(s, a, type), member, arg);
	}
}

static void put(void *out, const char *fmt, va_list args)
{
	vfprintf(out, fmt, args);
}

/* what clang is told of these types: they lie elsewhere in other kernels */
static const char before[] =
	"#ifndef __VMLINUX_H__\n#define __VMLINUX_H__\n"
	"#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)\n";
static const char after[] = "\n#pragma clang attribute pop\n#endif\n";

bool kernel_header(FILE *out)
{
	const char *path = getenv("BPFTRACE_BTF");
	struct btf *btf = path ? btf__parse(path, NULL) : btf__load_vmlinux_btf();
	struct btf_dump *d = btf ? btf_dump__new(btf, put, out, NULL) : NULL;
	int err = d ? 0 : -1;

	fputs(before, out);
	for (uint32_t id = 1; !err && id < btf__type_cnt(btf); id++)
		err = btf_dump__dump_type(d, id);
	fputs(after, out);
	btf_dump__free(d);
	btf__free(btf);
	return !err;
}
