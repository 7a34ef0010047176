/* Types as they are written. */
#include "sema/infer.h"

#include <string.h>

const struct type *basic_type(struct pass *p, const char *name)
{
	static const struct {
		const char *name;
		unsigned size;
		bool is_signed;
	} ints[] = {
		{"int8", 1, true},     {"int16", 2, true},     {"int32", 4, true},      {"int64", 8, true},
		{"uint8", 1, false},   {"uint16", 2, false},   {"uint32", 4, false},    {"uint64", 8, false},
		{"int8_t", 1, true},   {"int16_t", 2, true},   {"int32_t", 4, true},    {"int64_t", 8, true},
		{"uint8_t", 1, false}, {"uint16_t", 2, false}, {"uint32_t", 4, false},  {"uint64_t", 8, false},
		{"u8", 1, false},      {"u16", 2, false},      {"u32", 4, false},       {"u64", 8, false},
		{"s8", 1, true},       {"s16", 2, true},       {"s32", 4, true},        {"s64", 8, true},
		{"size_t", 8, false},  {"pid_t", 4, true},     {"uintptr_t", 8, false}, {"stack_mode", 1, false},
	};
	static const struct {
		const char *name;
		enum type_kind kind;
	} simple[] = {
		{"ksym_t", TYPE_KSYM},         {"usym_t", TYPE_USYM},
		{"inet", TYPE_INET},           {"macaddr_t", TYPE_MAC},
		{"mac_address_t", TYPE_MAC},   {"timestamp", TYPE_TIMESTAMP},
		{"username_t", TYPE_USERNAME}, {"cgroup_path_t", TYPE_CGROUP_PATH},
		{"strerror_t", TYPE_ERRNO},
	};

	if (str_eq(name, "bool"))
		return &type_bool;
	if (str_eq(name, "void"))
		return &type_none;
	for (size_t i = 0; i < ARRAY_SIZE(ints); i++)
		if (str_eq(ints[i].name, name))
			return type_int(p->types, ints[i].size, ints[i].is_signed);
	for (size_t i = 0; i < ARRAY_SIZE(simple); i++)
		if (str_eq(simple[i].name, name))
			return type_simple(p->types, simple[i].kind);
	if (str_eq(name, "string"))
		return type_string(p->types, (uint32_t)p->script->settings.num[SETTING_max_strlen]);
	if (str_eq(name, "buffer"))
		return type_buffer(p->types, buffer_most(p));
	if (str_eq(name, "kstack_t") || str_eq(name, "ustack_t"))
		return type_stack(p->types, *name == 'u', (enum stack_mode)p->script->settings.num[SETTING_stack_mode],
				  STACK_LIMIT);
	return type_c_int(p->types, name);
}

/* count_t, usum_t: the types of aggregations */
static bool names_aggregation(struct pass *p, const char *name)
{
	size_t len = strlen(name);

	if (len < 3 || !str_eq(name + len - 2, "_t"))
		return false;
	name = arena_strndup(p->arena, name, len - 2);
	return aggregation_find(name) >= 0 || (*name == 'u' && aggregation_find(name + 1) >= 0);
}

static const struct type *named_type(struct pass *p, const char *keyword, const char *name)
{
	const struct type *t = keyword ? NULL : basic_type(p, name);

	return t ? t : defined_type(p, keyword, name);
}

/* sizeof(AF_INET): a name that is no type but a constant */
static const struct type *constant_type(struct pass *p, const struct node *n)
{
	const char *name = n->type_.name;
	const struct type *t;
	int64_t value;

	if (n->type_.keyword || n->type_.suffixes)
		return NULL;
	if ((p->cdefs && cdefs_enumerator(p->cdefs, name, &value, &t)) ||
	    kernel_enumerator(p->kernel, name, &value, &t))
		return t;
	return constant_find(name, &value) || kernel_constant_find(name, &value)
		       ? type_int(p->types, value == (int32_t)value ? 4 : 8, true)
		       : NULL;
}

const struct type *type_of_node(struct pass *p, struct node *n)
{
	const struct type *t;
	struct node *suffix = n->type_.suffixes;

	if (n->type_.typeof_) {
		t = n->type_.typeof_->kind == NODE_TYPE ? type_of_node(p, n->type_.typeof_)
							: known(p, n->type_.typeof_);
	} else {
		t = named_type(p, n->type_.keyword, n->type_.name);
		t = t ? t : constant_type(p, n);
		if (!t && !n->type_.keyword && names_aggregation(p, n->type_.name))
			return wrong(p, n->span, "a value of type '%s' can only be that of a map", n->type_.name);
		if (!t && n->type_.keyword)
			wrong(p, n->span, "Unknown struct/union: '%s %s'", n->type_.keyword, n->type_.name);
		else if (!t)
			wrong(p, n->span, "Unknown type: '%s'", n->type_.name);
		if (!t && p->report)
			suggest_type(p, n->type_.keyword, n->type_.name);
		if (!t)
			return &type_error;
	}
	if (suffix && !suffix->suffix.pointer && suffix->suffix.count > 0 && !n->type_.keyword && n->type_.name &&
	    (str_eq(n->type_.name, "string") || str_eq(n->type_.name, "buffer"))) {
		t = str_eq(n->type_.name, "string") ? type_string(p->types, (uint32_t)suffix->suffix.count)
						    : type_buffer(p->types, (uint32_t)suffix->suffix.count);
		suffix = suffix->next;
	} else if (suffix && t->kind == TYPE_INET && !suffix->suffix.pointer && suffix->suffix.count > 0) {
		suffix = suffix->next; /* inet[16]: its capacity, which is always enough */
	}
	for (; suffix; suffix = suffix->next) {
		if (suffix->suffix.pointer)
			t = type_pointer(p->types, t, SPACE_NONE, false);
		else if (suffix->suffix.count < 0)
			t = type_array(p->types, t, 0);
		else if (suffix->suffix.count > 1 << 20)
			return wrong(p, n->span, "an array of %lld elements is too large",
				     (long long)suffix->suffix.count);
		else
			t = type_array(p->types, t, (uint32_t)suffix->suffix.count);
	}
	return t;
}
