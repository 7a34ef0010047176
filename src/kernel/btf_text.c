/* What BTF says, in C: definitions of types, parameters of functions; and whom trampolines reach. */
#include "kernel/btf.h"

/* the prototype; NULL: BTF does not know the function */
static const struct btf_type *prototype(struct kernel *k, const char *module, const char *function)
{
	uint32_t id = btf_prototype(k, module, function);

	return id ? btfdata_type(k->data, id) : NULL;
}

/* words of a trampoline's context that a value of the type takes; 0: it cannot be passed */
static unsigned trampoline_words(struct kernel *k, uint32_t id)
{
	bool user;
	const struct btf_type *b = btfdata_type(k->data, btf_strip(k, id, &user));

	if (b && (btf_is_ptr(b) || btf_is_any_enum(b)))
		return 1;
	if (b && (btf_is_int(b) || btf_is_struct(b)) && b->size && b->size <= 16)
		return (b->size + 7) / 8;
	return 0;
}

#define TRAMPOLINE_PARAMETERS 12 /* MAX_BPF_FUNC_ARGS */

bool kernel_function_fits(struct kernel *k, struct arena *a, const char *module, const char *function, const char **why)
{
	const struct btf_type *b = prototype(k, module, function), *result;
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
		else if (!trampoline_words(k, btf_params(b)[i].type))
			reason = "takes a struct by value that is too large";
	result = btfdata_type(k->data, btf_strip(k, b->type, &user));
	if (!reason && !btf_is_void(result) && trampoline_words(k, b->type) != 1)
		reason = "returns a struct";
	if (reason)
		*why = arena_printf(a, "%s %s, which trampolines cannot pass on; kprobe:%s will do.", function, reason, function);
	return !reason;
}

/* inner: the declarator so far */
static const char *declaration(struct kernel *k, struct arena *a, uint32_t id, const char *inner);

static const char *parameter_list(struct kernel *k, struct arena *a, const struct btf_type *b)
{
	const char *list = "";

	for (unsigned i = 0; i < btf_vlen(b); i++) {
		uint32_t id = btf_params(b)[i].type;

		list = arena_printf(a, "%s%s%s", list, i ? ", " : "", id ? declaration(k, a, id, "") : "...");
	}
	return btf_vlen(b) ? list : "void";
}

static const char *spaced(struct arena *a, const char *word, const char *inner)
{
	return *inner ? arena_printf(a, "%s %s", word, inner) : word;
}


static const char *base_name(struct kernel *k, struct arena *a, const struct btf_type *b)
{
	const char *name = btfdata_name(k->data, b->name_off), *keyword = "";

	if (btf_is_struct(b) || (btf_is_fwd(b) && !btf_kflag(b)))
		keyword = "struct ";
	else if (btf_is_union(b) || btf_is_fwd(b))
		keyword = "union ";
	else if (btf_is_any_enum(b))
		keyword = "enum ";
	return arena_printf(a, "%s%s", keyword, *name ? name : "{...}");
}

static const char *declaration(struct kernel *k, struct arena *a, uint32_t id, const char *inner)
{
	const struct btf_type *b = btfdata_type(k->data, id), *to;

	if (!b || btf_is_void(b))
		return spaced(a, "void", inner);
	if (btf_is_ptr(b)) {
		to = btfdata_type(k->data, b->type);
		while (to && (btf_is_type_tag(to)))
			to = btfdata_type(k->data, to->type);
		inner = arena_printf(a, "*%s", inner);
		if (to && (btf_is_array(to) || btf_is_func_proto(to)))
			inner = arena_printf(a, "(%s)", inner);
		return declaration(k, a, b->type, inner);
	}
	if (btf_is_array(b))
		return declaration(k, a, btf_array(b)->type, arena_printf(a, "%s[%u]", inner, btf_array(b)->nelems));
	if (btf_is_func_proto(b))
		return declaration(k, a, b->type, arena_printf(a, "%s(%s)", inner, parameter_list(k, a, b)));
	if (btf_is_restrict(b) || btf_is_type_tag(b))
		return declaration(k, a, b->type, inner);
	if (btf_is_const(b) || btf_is_volatile(b)) {
		const char *word = btf_is_const(b) ? "const" : "volatile";

		to = btfdata_type(k->data, b->type);
		if (to && btf_is_ptr(to))
			return declaration(k, a, b->type, arena_printf(a, " %s%s%s", word, *inner ? " " : "", inner));
		return arena_printf(a, "%s %s", word, declaration(k, a, b->type, inner));
	}
	return spaced(a, base_name(k, a, b), inner);
}

static const char *type_words(struct kernel *k, struct arena *a, uint32_t id)
{
	return declaration(k, a, id, "");
}

static void enumerators(struct kernel *k, struct buf *out, const struct btf_type *b, unsigned depth)
{
	bool is_signed = btf_kflag(b);

	for (unsigned i = 0; i < btf_vlen(b); i++) {
		uint32_t name = btf_is_enum64(b) ? btf_enum64(b)[i].name_off : btf_enum(b)[i].name_off;
		int64_t value = btf_is_enum64(b) ? (int64_t)btf_enum64_value(&btf_enum64(b)[i]) : is_signed ? (int64_t)btf_enum(b)[i].val : (int64_t)(uint32_t)btf_enum(b)[i].val;

		buf_printf(out, "%.*s%s = %lld,\n", (int)depth, "\t\t\t\t\t\t\t\t\t\t\t\t", btfdata_name(k->data, name), (long long)value);
	}
}

static void members(struct kernel *k, struct arena *a, struct buf *out, const struct btf_type *b, unsigned depth)
{
	static const char tabs[] = "\t\t\t\t\t\t\t\t\t\t\t\t";

	for (unsigned i = 0; i < btf_vlen(b); i++) {
		const struct btf_member *m = &btf_members(b)[i];
		const char *name = btfdata_name(k->data, m->name_off);
		uint32_t bits = btf_member_bitfield_size(b, i), id = m->type;
		const struct btf_type *of = btfdata_type(k->data, id);
		const char *dimensions = "";

		while (of && btf_is_array(of)) {
			dimensions = arena_printf(a, "%s[%u]", dimensions, btf_array(of)->nelems);
			of = btfdata_type(k->data, btf_array(of)->type);
		}
		buf_printf(out, "%.*s", (int)depth, tabs);
		if (of && (btf_is_composite(of) || btf_is_any_enum(of)) && !of->name_off) {
			buf_printf(out, "%s {\n", btf_is_union(of) ? "union" : btf_is_struct(of) ? "struct" : "enum");
			if (btf_is_composite(of))
				members(k, a, out, of, depth + 1);
			else
				enumerators(k, out, of, depth + 1);
			buf_printf(out, "%.*s}%s%s%s", (int)depth, tabs, *name ? " " : "", name, dimensions);
		} else {
			buf_puts(out, declaration(k, a, id, name));
		}
		if (bits)
			buf_printf(out, ": %u", bits);
		buf_puts(out, ";\n");
	}
}

bool kernel_type_define(struct kernel *k, const char *keyword, const char *name, struct buf *out)
{
	uint32_t kind = str_eq(keyword, "struct") ? BTF_KIND_STRUCT : str_eq(keyword, "union") ? BTF_KIND_UNION : BTF_KIND_ENUM;
	int id = btf_load(k) ? btfdata_find(k->data, name, kind) : -1;
	const struct btf_type *b;
	struct arena *a;

	if (id < 0 && kind == BTF_KIND_ENUM && k->data)
		id = btfdata_find(k->data, name, BTF_KIND_ENUM64);
	if (id < 0)
		return false;
	a = arena_new();
	b = btfdata_type(k->data, (uint32_t)id);
	buf_printf(out, "%s %s {\n", keyword, name);
	if (btf_is_composite(b))
		members(k, a, out, b, 1);
	else
		enumerators(k, out, b, 1);
	buf_puts(out, "};");
	arena_free(a);
	return true;
}

const char *kernel_each_parameter(struct kernel *k, struct arena *a, const char *module, const char *function, parameter_fn each, void *arg)
{
	const struct btf_type *b = prototype(k, module, function);

	for (unsigned i = 0; b && i < btf_vlen(b); i++)
		each(btf_params(b)[i].type ? type_words(k, a, btf_params(b)[i].type) : "...", btfdata_name(k->data, btf_params(b)[i].name_off), arg);
	return b ? type_words(k, a, b->type) : NULL;
}

void kernel_each_member(struct kernel *k, struct arena *a, const char *name, parameter_fn each, void *arg)
{
	int id = btf_load(k) ? btfdata_find(k->data, name, BTF_KIND_STRUCT) : -1;
	const struct btf_type *b = id > 0 ? btfdata_type(k->data, (uint32_t)id) : NULL;

	for (unsigned i = 0; b && i < btf_vlen(b); i++) {
		const struct btf_type *of = btfdata_type(k->data, btf_members(b)[i].type);
		const char *member = btfdata_name(k->data, btf_members(b)[i].name_off);
		uint32_t type = btf_members(b)[i].type;

		if (!*member && of && btf_is_union(of) && btf_vlen(of)) { /* __bpf_md_ptr: a pointer in a union that aligns it */
			member = btfdata_name(k->data, btf_members(of)->name_off);
			type = btf_members(of)->type;
		}
		each(type_words(k, a, type), member, arg);
	}
}
