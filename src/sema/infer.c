/*
 * Types: of every expression, variable, map key and map value.  Rounds over
 * all clauses until no variable or map changes its type; a last round says
 * what is wrong.
 */
#include "sema/pass.h"

#include <stdlib.h>
#include <string.h>

const struct type *wrong(struct pass *p, struct span span, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (!p->report)
		return &type_error;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	error_at(p->diag, span, "%s", text);
	free(text);
	return &type_error;
}

const char *name_of(struct pass *p, const struct type *t)
{
	return type_name(p->arena, t);
}

/* bytes of a buffer, whose length is before them */
uint32_t buffer_most(const struct pass *p)
{
	uint64_t size = p->script->settings.num[SETTING_max_strlen];

	return size > 4 ? (uint32_t)size - 4 : 0;
}

static const struct type *int64(struct pass *p, bool is_signed)
{
	return type_int(p->types, 8, is_signed);
}

/*
 * The type a variable or map gets from a value: a literal's is that of 64-bit
 * arithmetic, whose sign is still open while others may settle it.
 */
static const struct type *stored_as(struct pass *p, const struct type *t, bool open)
{
	if (t->literal)
		return t->flexible && open ? type_literal(p->types, INT64_MAX, false) : int64(p, true);
	if ((t->kind == TYPE_TUPLE || t->kind == TYPE_RECORD) && t->nfields) {
		const struct type **elems = arena_alloc(p->arena, t->nfields * sizeof(*elems));
		const char **names = arena_alloc(p->arena, t->nfields * sizeof(*names));

		for (uint32_t i = 0; i < t->nfields; i++) {
			elems[i] = stored_as(p, t->fields[i].type, open);
			names[i] = t->fields[i].name;
		}
		return type_record(p->types, t->kind == TYPE_RECORD ? names : NULL, elems, t->nfields);
	}
	if (t->kind == TYPE_POINTER && t->space == SPACE_BPF) /* &$v, of which the same is true */
		return type_pointer(p->types, stored_as(p, t->elem, open), SPACE_BPF, false);
	if (t->kind == TYPE_POINTER && t->trusted)
		return type_pointer(p->types, t->elem, t->space, false);
	return t;
}

static const struct type *stored(struct pass *p, const struct type *t)
{
	return stored_as(p, t, true);
}

/* the value of a map or variable: what it was, widened by the new */
static const struct type *widen(struct pass *p, const struct type *was, const struct type *now)
{
	const struct type *elem;

	if (now->kind == TYPE_ERROR)
		return was ? was : now;
	if (!was)
		return stored(p, now);
	if (was->kind == TYPE_AGGREGATE || now->kind == TYPE_AGGREGATE) {
		if (was->kind != now->kind || was->agg.kind != now->agg.kind)
			return NULL;
		return was->agg.is_signed ? was : now; /* as a sum of both signs is */
	}
	if (was->kind == TYPE_POINTER && was->space == SPACE_BPF && now->kind == TYPE_POINTER && now->space == SPACE_BPF) {
		elem = widen(p, was->elem, now->elem); /* what it points to may not have its last type yet */
		return elem && (!p->report || type_same(elem, now->elem)) ? type_pointer(p->types, elem, SPACE_BPF, false) : NULL;
	}
	now = type_unify(p->types, was, stored(p, now));
	return now ? stored(p, now) : NULL;
}

/* what a message calls the type of a map or variable: that of what it was given so far, where 1 is int8 */
static void say(struct pass *p, const struct type **said, const struct type *now)
{
	if (p->report && now->kind != TYPE_ERROR)
		*said = *said ? type_unify(p->types, *said, now) : now;
}

static const char *said_of(struct pass *p, const struct type *said, const struct type *is, const struct type *now)
{
	return name_of(p, said && !type_unify(p->types, said, now) ? said : is);
}

static void set_type(struct pass *p, const struct type **slot, const struct type *t)
{
	if (*slot == t)
		return;
	*slot = t;
	p->changed = true;
}

void read_aggregate(struct pass *p, struct node *n)
{
	struct node *inner, *next = n->next;

	if (n->kind != NODE_MAP || !n->type || n->type->kind != TYPE_AGGREGATE)
		return;
	if (!type_is_castable_agg(n->type)) {
		n->type = wrong(p, n->span, "Map value '%s' cannot be read in an expression", name_of(p, n->type));
		return;
	}
	inner = arena_memdup(p->arena, n, sizeof(*n));
	inner->next = NULL;
	memset(n, 0, sizeof(*n));
	n->kind = NODE_CAST;
	n->span = inner->span;
	n->next = next;
	n->cast.expr = inner;
	n->type = int64(p, inner->type->agg.kind == AGG_count ? true : inner->type->agg.is_signed);
}

/* an operand: an expression whose aggregation is read */
static const struct type *operand(struct pass *p, struct node *n)
{
	infer_expr(p, n);
	read_aggregate(p, n);
	return n->type;
}

/* one whose type must be known: that of a parameter comes with its value */
static const struct type *known(struct pass *p, struct node *n)
{
	operand(p, n);
	return late_in(n) ? wrong_late(p, late_in(n)) : n->type;
}

void infer_list(struct pass *p, struct node *list)
{
	for (struct node *n = list; n; n = n->next)
		infer_expr(p, n);
}

/* type names */

const struct type *basic_type(struct pass *p, const char *name)
{
	static const struct {
		const char *name;
		unsigned size;
		bool is_signed;
	} ints[] = {
		{"int8", 1, true}, {"int16", 2, true}, {"int32", 4, true}, {"int64", 8, true}, {"uint8", 1, false}, {"uint16", 2, false},
		{"uint32", 4, false}, {"uint64", 8, false}, {"int8_t", 1, true}, {"int16_t", 2, true}, {"int32_t", 4, true}, {"int64_t", 8, true},
		{"uint8_t", 1, false}, {"uint16_t", 2, false}, {"uint32_t", 4, false}, {"uint64_t", 8, false}, {"u8", 1, false}, {"u16", 2, false},
		{"u32", 4, false}, {"u64", 8, false}, {"s8", 1, true}, {"s16", 2, true}, {"s32", 4, true}, {"s64", 8, true}, {"size_t", 8, false}, {"pid_t", 4, true}, {"uintptr_t", 8, false}, {"stack_mode", 1, false},
	};
	static const struct {
		const char *name;
		enum type_kind kind;
	} simple[] = {
		{"ksym_t", TYPE_KSYM}, {"usym_t", TYPE_USYM}, {"inet", TYPE_INET}, {"macaddr_t", TYPE_MAC}, {"mac_address_t", TYPE_MAC},
		{"timestamp", TYPE_TIMESTAMP}, {"username_t", TYPE_USERNAME}, {"cgroup_path_t", TYPE_CGROUP_PATH}, {"strerror_t", TYPE_ERRNO},
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
		return type_stack(p->types, *name == 'u', (enum stack_mode)p->script->settings.num[SETTING_stack_mode], STACK_LIMIT);
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

/* a pointer that C text declares points to where the pointer it was read through does */
static const struct type *in_space(struct pass *p, const struct type *t, enum space space)
{
	return t->kind == TYPE_POINTER && t->space == SPACE_NONE ? type_pointer(p->types, t->elem, space, false) : t;
}

static enum space space_of(const struct pass *p, const struct type *t)
{
	return t->kind == TYPE_POINTER ? t->space : p->clause->provider->space;
}

const struct type *type_of_node(struct pass *p, struct node *n)
{
	const struct type *t;
	struct node *suffix = n->type_.suffixes;

	if (n->type_.typeof_) {
		t = n->type_.typeof_->kind == NODE_TYPE ? type_of_node(p, n->type_.typeof_) : known(p, n->type_.typeof_);
	} else {
		t = named_type(p, n->type_.keyword, n->type_.name);
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
		t = str_eq(n->type_.name, "string") ? type_string(p->types, (uint32_t)suffix->suffix.count) : type_buffer(p->types, (uint32_t)suffix->suffix.count);
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
			return wrong(p, n->span, "an array of %lld elements is too large", (long long)suffix->suffix.count);
		else
			t = type_array(p->types, t, (uint32_t)suffix->suffix.count);
	}
	return t;
}

/* expressions */

const struct type *undefined_map(struct pass *p, const struct map *m, struct span span)
{
	wrong(p, span, "Undefined map: %s", m->name);
	if (p->report)
		suggest_map(p, m->name);
	return &type_error;
}

static const struct type *map_value(struct pass *p, struct node *n, bool whole)
{
	struct map *m = n->map.map;
	const struct type *key;

	m->used = true;
	if (n->map.keys) {
		operand(p, n->map.keys);
		as_value(p, n->map.keys);
		if (n->map.keys->type->kind == TYPE_NONE)
			return wrong(p, n->map.keys->span, "a key must have a value");
		if (m->key && !m->keyed)
			return wrong(p, n->span, "%s used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map)", m->name);
		if (!m->key)
			m->keyed = true;
		key = widen(p, m->key, n->map.keys->type);
		if (!key)
			return wrong(p, n->map.keys->span,
				     "Argument mismatch for %s: trying to access with arguments: '%s' when map expects "
				     "arguments: '%s'",
				     m->name, name_of(p, n->map.keys->type),
				     said_of(p, m->said_key, m->key, n->map.keys->type));
		say(p, &m->said_key, n->map.keys->type);
		if (key->kind != TYPE_ERROR)
			set_type(p, &m->key, key);
	} else if (!whole) {
		if (m->keyed)
			return wrong(p, n->span, "%s used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)", m->name);
		if (!m->key)
			set_type(p, &m->key, &type_none);
	}
	if (!m->value)
		return whole ? &type_error : undefined_map(p, m, n->span);
	return m->value;
}

static bool number_like(const struct type *t)
{
	return type_is_int(t) || t->kind == TYPE_ERROR;
}

static void compare_pointers(struct pass *p, const struct node *n, const struct type *a, const struct type *b)
{
	if (!p->report)
		return;
	if (a->elem->kind != TYPE_NONE && b->elem->kind != TYPE_NONE && !type_same(a->elem, b->elem))
		warning_at(p->diag, WARN(distinct_pointers), n->span, "comparison of distinct pointer types: %s, %s", name_of(p, a), name_of(p, b));
	if ((a->space == SPACE_USER && b->space == SPACE_KERNEL) || (a->space == SPACE_KERNEL && b->space == SPACE_USER))
		warning_at(p->diag, WARN(address_spaces), n->span, "Addrspace mismatch");
}

/* what !, && and || accept, and conditions */
static bool has_truth(const struct type *t)
{
	return type_is_int(t) || t->kind == TYPE_POINTER || t->kind == TYPE_STRING || t->kind == TYPE_ERROR;
}

static void check_condition(struct pass *p, const struct node *n)
{
	if (!has_truth(n->type))
		wrong(p, n->span, "Invalid condition: '%s' has no truth value", name_of(p, n->type));
}

static const struct type *comparison(struct pass *p, struct node *n, const struct type *a, const struct type *b)
{
	enum op op = n->binary.op;
	bool ordering = op != OP_EQ && op != OP_NE;

	if (a->kind == TYPE_ERROR || b->kind == TYPE_ERROR)
		return &type_bool;
	if (a->kind == TYPE_POINTER && b->kind == TYPE_POINTER)
		compare_pointers(p, n, a, b);
	if ((type_is_int(a) || a->kind == TYPE_POINTER) && (type_is_int(b) || b->kind == TYPE_POINTER))
		return &type_bool;
	if (ordering)
		return wrong(p, n->span, "The %s operator can not be used on types '%s' and '%s'", op_text(op), name_of(p, a), name_of(p, b));
	if (type_unify(p->types, a, b))
		return &type_bool;
	return wrong(p, n->span, "Type mismatch for '%s': comparing '%s' with '%s'", op_text(op), name_of(p, a), name_of(p, b));
}

/* a op b, and a op= b; value: b, where it may be a literal */
static const struct type *arithmetic(struct pass *p, struct span span, enum op op, const struct type *a, const struct type *b, const struct node *value)
{
	bool sign;

	if (a->kind == TYPE_POINTER && type_is_int(b) && (op == OP_ADD || op == OP_SUB))
		return stored(p, a);
	if (b->kind == TYPE_POINTER && type_is_int(a) && op == OP_ADD)
		return stored(p, b);
	if (a->kind == TYPE_ERROR || b->kind == TYPE_ERROR)
		return &type_error;
	if (value && a->kind == TYPE_STRING && late(value))
		return wrong_late(p, value);
	if (!type_is_int(a) || !type_is_int(b))
		return wrong(p, span, "The %s operator can not be used on types '%s' and '%s'", op_text(op), name_of(p, a), name_of(p, b));
	if (value && value->kind == NODE_INT && !value->num && (op == OP_DIV || op == OP_MOD))
		return wrong(p, span, "division by zero");
	if (value && value->kind == NODE_INT && (uint64_t)value->num > 63 && (op == OP_SHL || op == OP_SHR))
		return wrong(p, span, "the shift is wider than 63 bits");
	if (a->flexible && !b->flexible)
		sign = b->is_signed;
	else if (b->flexible && !a->flexible)
		sign = a->is_signed;
	else
		sign = a->is_signed || b->is_signed;
	if (op == OP_SHL || op == OP_SHR)
		sign = a->is_signed;
	return int64(p, sign || op == OP_SUB);
}

/* what meets a string is one; text in a record is one where it is compared */
static void texts(struct pass *p, struct node *n)
{
	struct node *left = n->binary.left, *right = n->binary.right;
	bool compared = n->binary.op == OP_EQ || n->binary.op == OP_NE;

	if (left->type->kind == TYPE_STRING || right->type->kind == TYPE_STRING || (compared && (is_record_text(left) || is_record_text(right)))) {
		as_text(p, left);
		as_text(p, right);
	}
}

static const struct type *infer_binary(struct pass *p, struct node *n)
{
	enum op op = n->binary.op;
	const struct type *a, *b;

	operand(p, n->binary.left);
	operand(p, n->binary.right);
	texts(p, n);
	a = n->binary.left->type;
	b = n->binary.right->type;
	n->type = NULL;
	if (fold(p, n))
		return n->type;
	if (n->type == &type_error)
		return n->type;
	if ((op == OP_LAND || op == OP_LOR) && (!has_truth(a) || !has_truth(b)))
		return wrong(p, n->span, "The %s operator can not be used on types '%s' and '%s'", op_text(op),
			     name_of(p, a), name_of(p, b));
	if (op == OP_LAND || op == OP_LOR)
		return &type_bool;
	if (op >= OP_EQ && op <= OP_GE)
		return comparison(p, n, a, b);
	return arithmetic(p, n->span, op, a, b, n->binary.right);
}

static const struct type *infer_unary(struct pass *p, struct node *n)
{
	const struct type *t = operand(p, n->unary.expr);
	enum op op = n->unary.op;

	n->type = NULL;
	if (fold(p, n))
		return n->type;
	if (t->kind == TYPE_ERROR || n->type == &type_error)
		return &type_error;
	if (op == OP_NOT && has_truth(t))
		return &type_bool;
	if (op == OP_DEREF) {
		if (t->kind == TYPE_POINTER)
			return t->elem->kind == TYPE_NONE ? wrong(p, n->span, "cannot dereference 'void *': cast it to a type first") : in_space(p, t->elem, t->space);
		if (t->kind == TYPE_STRUCT)
			return t;
		if (type_is_int(t))
			return int64(p, false);
		return wrong(p, n->span, "cannot dereference '%s'", name_of(p, t));
	}
	if (op == OP_ADDR)
		return type_pointer(p->types, t, SPACE_BPF, false);
	if (!type_is_int(t))
		return wrong(p, n->span, "The %s operator can not be used on type '%s'", op_text(op), name_of(p, t));
	if (op == OP_BITNOT && late_in(n->unary.expr)) /* as of a literal */
		return int64(p, false);
	return int64(p, op == OP_NEG ? true : t->is_signed);
}

static const struct type *infer_incdec(struct pass *p, struct node *n)
{
	struct node *target = n->unary.expr;
	const struct type **slot = NULL, *t, *one = type_literal(p->types, 1, false);
	enum op down = n->unary.op == OP_PREDEC || n->unary.op == OP_POSTDEC ? OP_SUB : OP_ADD;

	if (target->kind != NODE_VAR && target->kind != NODE_MAP)
		return wrong(p, n->span, "The %s operator must be applied to a map or variable", op_text(n->unary.op));
	infer_expr(p, target);
	slot = target->kind == NODE_VAR ? &target->var.var->type : &target->map.map->value;
	if (!*slot)
		set_type(p, slot, stored(p, one));
	t = *slot;
	if (t->kind != TYPE_ERROR && !type_is_int(t) && t->kind != TYPE_POINTER)
		return wrong(p, n->span, "The %s operator can not be used on type '%s'", op_text(n->unary.op), name_of(p, t));
	if (type_is_int(t) && !(target->kind == NODE_VAR && target->var.var->declared) && !(t->flexible && down == OP_ADD))
		set_type(p, slot, widen(p, t, arithmetic(p, n->span, down, t, one, NULL)));
	t = target->type = *slot;
	return t->kind == TYPE_POINTER ? t : int64(p, t->is_signed);
}

/* an if whose condition is known is the branch it takes */
static void take_branch(struct node *n, const struct node *cond)
{
	struct node *chosen = (cond->kind == NODE_STRING ? cond->len > 0 : cond->num != 0) ? n->cond.then : n->cond.other, *next = n->next;
	struct span span = n->span;

	if (chosen) {
		*n = *chosen;
	} else {
		memset(n, 0, sizeof(*n));
		n->kind = NODE_BLOCK;
		n->span = span;
	}
	n->next = next;
}

static const struct type *infer_choice(struct pass *p, struct node *n)
{
	bool asks = asks_has_field(n->cond.cond);
	const struct type *a, *b, *t;

	operand(p, n->cond.cond);
	check_condition(p, n->cond.cond);
	if (asks && is_literal(n->cond.cond) && n->cond.then && n->cond.other) {
		take_branch(n, n->cond.cond);
		return infer_expr(p, n);
	}
	p->asked += asks;
	a = n->cond.then ? operand(p, n->cond.then) : n->cond.cond->type;
	b = n->cond.other ? operand(p, n->cond.other) : &type_none;
	p->asked -= asks;
	if (n->cond.then && b->kind == TYPE_STRING)
		a = as_value(p, n->cond.then);
	if (n->cond.other && a->kind == TYPE_STRING)
		b = as_value(p, n->cond.other);
	if (n->kind == NODE_TERNARY && fold(p, n))
		return n->type;
	if (a->kind == TYPE_NONE && b->kind == TYPE_NONE)
		return a;
	t = type_unify(p->types, a, b);
	if (!t || t->kind == TYPE_NONE)
		return wrong(p, n->span, "Ternary operator must return the same type: have '%s' and '%s'", name_of(p, a), name_of(p, b));
	return stored(p, t);
}

/* char x[N] is read as a string with room for a NUL */
static const struct type *read_as(struct pass *p, const struct type *t)
{
	if (t->kind == TYPE_ARRAY && t->elem->kind == TYPE_INT && t->elem->size == 1 && t->elem->is_signed && t->count)
		return type_string(p->types, t->count + 1);
	return t;
}

/* typeinfo(x).full_type and the like: literals */
static const struct type *infer_typeinfo(struct pass *p, struct node *n)
{
	static const char *const bases[TYPE_KIND_COUNT] = {[TYPE_STRUCT] = "record"};
	struct node *of = n->field.expr, *next = n->next;
	const struct type *t = of->cast.of ? type_of_node(p, of->cast.of) : known(p, of->cast.expr);
	const char *name = n->field.name;

	if (t->kind == TYPE_ERROR)
		return t;
	if (!stable_enough(p, n, "typeinfo()", SETTING_unstable_typeinfo))
		return &type_error;
	if (str_eq(name, "btf_id"))
		make_int(p, n, t->btf_id, false);
	else if (str_eq(name, "full_type"))
		make_string(p, n, name_of(p, t), strlen(name_of(p, t)));
	else if (str_eq(name, "base_type"))
		make_string(p, n, bases[t->kind] ? bases[t->kind] : type_kind_name(t->kind), strlen(bases[t->kind] ? bases[t->kind] : type_kind_name(t->kind)));
	else
		return wrong(p, n->field.name_span, "typeinfo() has btf_id, base_type and full_type, not '%s'", name);
	n->next = next;
	return n->type;
}

#define MOST_NAMED 3 /* of the attach points that a message names */

/* "args of uprobe:/bin/a:f, uprobe:/bin/a:g": the probe's attach points whose arguments lack the field; all its clauses say the same */
static const char *args_name(struct pass *p, const char *field)
{
	const char *names = "args of ";
	uint32_t offset;
	size_t n = 0;

	for (const struct clause *c = p->script->clauses; c; c = c->next) {
		if (c->probe != p->clause->probe || !c->args || type_field(c->args, field, &offset))
			continue;
		for (size_t i = 0; i < c->nattaches; i++)
			if (n++ < MOST_NAMED)
				names = arena_printf(p->arena, "%s%s%s", names, n > 1 ? ", " : "", c->attaches[i].name);
	}
	return n > MOST_NAMED ? arena_printf(p->arena, "%s and %zu more", names, n - MOST_NAMED) : names;
}

/* how a message calls the struct that lacks the field */
static const char *struct_name(struct pass *p, const struct type *s, const char *field)
{
	const struct clause *c = p->clause;

	if (c && s == c->args && (c->provider->space == SPACE_USER || c->attaches[0].wild))
		return args_name(p, field);
	return s->name ? arena_printf(p->arena, "%s %s", s->is_union ? "union" : "struct", s->name) : name_of(p, s);
}

static const struct type *infer_field(struct pass *p, struct node *n)
{
	if (n->field.expr->kind == NODE_TYPEINFO)
		return infer_typeinfo(p, n);
	const struct type *t = operand(p, n->field.expr), *s = t;
	const struct field *f;

	if (t->kind == TYPE_ERROR)
		return t;
	if (t->kind == TYPE_POINTER)
		s = t->elem;
	if (s->kind == TYPE_TUPLE) {
		unsigned long i = strtoul(n->field.name, NULL, 10);

		if (n->field.name[0] < '0' || n->field.name[0] > '9' || i >= s->nfields)
			return wrong(p, n->field.name_span, "Invalid tuple index: %s. Found %u elements in tuple.", n->field.name, s->nfields);
		n->field.field = &s->fields[i];
		n->field.offset = s->fields[i].offset;
		return s->fields[i].type;
	}
	if (s->kind != TYPE_STRUCT && s->kind != TYPE_RECORD) {
		wrong(p, n->span, "Can not access field '%s' on expression of type '%s'", n->field.name, name_of(p, t));
		if (!kernel_has_btf(p->kernel))
			hint(p->diag, "the kernel says nothing of its types: there is no /sys/kernel/btf/vmlinux");
		return &type_error;
	}
	s = complete_type(p, s);
	if (s->incomplete) {
		wrong(p, n->span, "the definition of '%s' is not known", name_of(p, s));
		if (p->report && p->cdefs && cdefs_missing(p->cdefs))
			hint(p->diag, "the header %s was not found: install it or name its directory with -I", cdefs_missing(p->cdefs));
		return &type_error;
	}
	f = type_field(s, n->field.name, &n->field.offset);
	if (!f && s->name && !strncmp(s->name, "tracepoint:", 11) && !strncmp(n->field.name, "common_", 7))
		return wrong(p, n->span, "BPF does not support accessing common tracepoint fields");
	if (!f)
		f = field_elsewhere(p, s, n->field.name);
	if (!f) {
		wrong(p, n->field.name_span.from ? n->field.name_span : n->span, "Struct/union of type '%s' does not contain a field named '%s'",
		      struct_name(p, s, n->field.name), n->field.name);
		if (p->report)
			suggest_field(p, s, n->field.name);
		return &type_error;
	}
	n->field.field = f;
	if (f->place && !f->place->n)
		return wrong(p, n->field.name_span.from ? n->field.name_span : n->span,
			     "'%s' cannot be read when %s is entered: it is optimised out, or in a floating-point register", n->field.name,
			     p->clause->attaches[0].name);
	if (f->type->kind == TYPE_POINTER && t->kind == TYPE_POINTER) {
		/* what hangs off a trusted pointer is trusted, as far as BTF goes */
		bool trusted = t->trusted && f->type->elem->kind == TYPE_STRUCT && f->type->space == SPACE_KERNEL && !f->type->elem->incomplete;
		enum space space = t->space == SPACE_USER || f->type->space == SPACE_NONE ? t->space : f->type->space;

		return type_pointer(p->types, f->type->elem, space, trusted);
	}
	return in_space(p, read_as(p, f->type), space_of(p, t));
}

static const struct type *infer_index(struct pass *p, struct node *n)
{
	const struct type *t = operand(p, n->index_.expr), *i = operand(p, n->index_.index);

	if (t->kind == TYPE_ERROR || i->kind == TYPE_ERROR)
		return &type_error;
	if (t->kind == TYPE_TUPLE && n->index_.index->kind == NODE_INT) { /* $t[1] is $t.1 */
		struct node *tuple = n->index_.expr, *index = n->index_.index;

		n->kind = NODE_FIELD;
		n->field.expr = tuple;
		n->field.name = arena_printf(p->arena, "%lld", (long long)index->num);
		n->field.name_span = index->span;
		return infer_field(p, n);
	}
	if (!type_is_int(i))
		return wrong(p, n->index_.index->span, "The array index operator [] only accepts positive (unsigned) integer indices. Got %s", name_of(p, i));
	if (t->kind == TYPE_POINTER)
		return in_space(p, t->elem, t->space);
	if (t->kind == TYPE_STRING)
		return type_int(p->types, 1, true);
	if (t->kind != TYPE_ARRAY)
		return wrong(p, n->span, "The array index operator [] can only be used on arrays and pointers, found %s", name_of(p, t));
	if (n->index_.index->kind == NODE_INT && t->count && (uint64_t)n->index_.index->num >= t->count)
		return wrong(p, n->span, "the index %lld is out of bounds for array of size %u", (long long)n->index_.index->num, t->count);
	return t->elem;
}

/* where an array is that is a member of something, or an element */
static enum space array_space(const struct pass *p, const struct node *n)
{
	const struct node *of = n->kind == NODE_FIELD ? n->field.expr : n->kind == NODE_INDEX ? n->index_.expr : n->kind == NODE_UNARY ? n->unary.expr : NULL;

	if (!of)
		return SPACE_BPF;
	if (of->kind == NODE_IDENT && of->ident.builtin == &builtins[BUILTIN_args])
		return p->clause->provider->kind == ATTACH_tracepoint ? SPACE_KERNEL : SPACE_BPF;
	return of->type->kind == TYPE_POINTER ? space_of(p, of->type) : array_space(p, of);
}

static const struct type *infer_cast(struct pass *p, struct node *n)
{
	const struct type *to, *from;

	if (!n->cast.of) { /* one that stands for the reading of an aggregation */
		infer_expr(p, n->cast.expr);
		return n->type;
	}
	to = type_of_node(p, n->cast.of);
	from = operand(p, n->cast.expr);
	if (from->kind == TYPE_ERROR || to->kind == TYPE_ERROR)
		return to;
	if (to->kind == TYPE_ARRAY && !to->count && to->elem->size)
		to = type_array(p->types, to->elem, from->size / to->elem->size);
	if (to->kind == TYPE_STRUCT || from->kind == TYPE_STRUCT)
		return wrong(p, n->span, "Cannot cast from '%s' to '%s': cast a pointer instead", name_of(p, from),
			     name_of(p, to));
	if (to->kind == TYPE_POINTER && (from->kind == TYPE_ARRAY || (from->kind == TYPE_STRING && n->cast.expr->kind == NODE_FIELD)))
		return type_pointer(p->types, to->elem, array_space(p, n->cast.expr), false);
	if (!type_castable(to, from))
		return wrong(p, n->span, "Cannot cast from '%s' to '%s'", name_of(p, from), name_of(p, to));
	if (to->kind == TYPE_POINTER && from->kind == TYPE_POINTER)
		return type_pointer(p->types, to->elem, from->space, from->trusted && from->elem == to->elem);
	if (to->kind == TYPE_POINTER)
		return in_space(p, to, p->clause->provider->space);
	if (n->cast.expr->kind == NODE_INT && to->kind == TYPE_INT && to->size == 8) {
		int64_t value = n->cast.expr->num;
		struct node *next = n->next;
		bool wide = !to->is_signed && value < 0;

		make_int(p, n, value, wide);
		n->next = next;
		return to;
	}
	return to;
}

static const struct type *infer_parts(struct pass *p, struct node *n)
{
	uint32_t count = (uint32_t)node_count(n->list), i = 0;
	const struct type **elems = arena_alloc(p->arena, (count + 1) * sizeof(*elems));
	const char **names = arena_alloc(p->arena, (count + 1) * sizeof(*names));

	for (struct node *e = n->list; e; e = e->next, i++) {
		operand(p, e->kind == NODE_MEMBER ? e->member.expr : e);
		elems[i] = as_value(p, e->kind == NODE_MEMBER ? e->member.expr : e);
		if (e->kind == NODE_MEMBER) {
			names[i] = e->member.name;
			e->type = elems[i];
		}
		if (elems[i]->kind == TYPE_NONE)
			return wrong(p, e->span, "an element of a tuple must have a value");
	}
	return type_record(p->types, n->kind == NODE_RECORD ? names : NULL, elems, count);
}

static bool look_for_values(struct node **n, void *found)
{
	*(bool *)found |= (*n)->kind == NODE_VAR || (*n)->kind == NODE_MAP;
	return true;
}

/* has it a variable or map in it, of which more may become known? */
static bool may_widen(struct node *e)
{
	bool found = false;

	if (e->type->kind != TYPE_STRUCT && e->type->kind != TYPE_POINTER)
		node_walk(&e, look_for_values, &found);
	return found;
}

static const struct type *infer_size(struct pass *p, struct node *n)
{
	const struct type *t;
	struct node *next = n->next;

	t = n->cast.of ? type_of_node(p, n->cast.of) : known(p, n->cast.expr);
	if (t->kind == TYPE_ERROR)
		return t;
	if (n->cast.expr && n->cast.expr->kind == NODE_FIELD && n->cast.expr->field.field)
		t = n->cast.expr->field.field->type; /* of char x[N] N, though as a string it has room for a NUL */
	if (late_size(p, n, t)) {
		(n->cast.of ? n->cast.of : n->cast.expr)->type = t;
		return late_type(p, false);
	}
	if (n->cast.expr && !p->settled && may_widen(n->cast.expr)) {
		p->waits = true;
		return &type_error; /* of no influence till then */
	}
	make_int(p, n, t->size, false);
	n->next = next;
	return n->type;
}

static const struct type *infer_offset(struct pass *p, struct node *n)
{
	const struct type *t = n->offset.of ? type_of_node(p, n->offset.of) : operand(p, n->offset.expr);
	uint64_t sum = 0;
	struct node *next = n->next;
	bool waits;

	if (t->kind == TYPE_ERROR)
		return t;
	t = complete_type(p, t);
	waits = late_offset(p, n, t);
	(n->offset.of ? n->offset.of : n->offset.expr)->type = t;
	for (struct node *f = n->offset.path; f; f = f->next) {
		uint32_t offset;
		const struct field *field;

		if (t->kind == TYPE_ERROR)
			return t;
		t = complete_type(p, t);
		field = type_field(t, f->ident.name, &offset);
		if (!field)
			return wrong(p, f->span, "Struct/union of type '%s' does not contain a field named '%s'", name_of(p, t), f->ident.name);
		sum += offset;
		t = field->type;
	}
	if (waits)
		return late_type(p, false);
	make_int(p, n, (int64_t)sum, false);
	n->next = next;
	return n->type;
}

static void statements(struct pass *p, struct node *list);

static void too_long(struct pass *p, const struct node *n)
{
	error_at(p->diag, n->span, "String is too long (over %llu bytes): %.40s...", (unsigned long long)p->script->settings.num[SETTING_max_strlen] - 1,
		 n->str);
	hint(p->diag, "the setting max_strlen allows more");
}

static const struct type *infer_any(struct pass *p, struct node *n)
{
	switch ((int)n->kind) {
	case NODE_INT:
		return n->type ? n->type : type_literal(p->types, n->num, n->wide);
	case NODE_BOOL:
		return &type_bool;
	case NODE_STRING:
		if (!n->type && n != p->constant && n->len >= p->script->settings.num[SETTING_max_strlen])
			too_long(p, n);
		return type_string(p->types, (uint32_t)n->len + 1);
	case NODE_PARAM:
	case NODE_NPARAMS:
		return infer_param(p, n);
	case NODE_IDENT:
		if (!n->ident.builtin)
			return n->type ? n->type : &type_error;
		return infer_builtin(p, n, n->ident.builtin);
	case NODE_ARG:
		return infer_arg(p, n);
	case NODE_VAR:
		if (!n->var.var->type)
			return p->report ? wrong(p, n->span, "Undefined or undeclared variable: %s", n->var.name) : &type_error;
		return n->var.var->type;
	case NODE_MAP:
		return map_value(p, n, false);
	case NODE_CALL:
		return infer_call(p, n);
	case NODE_UNARY:
		return infer_unary(p, n);
	case NODE_INCDEC:
		return infer_incdec(p, n);
	case NODE_BINARY:
		return infer_binary(p, n);
	case NODE_TERNARY:
	case NODE_IF:
		return infer_choice(p, n);
	case NODE_FIELD:
		return infer_field(p, n);
	case NODE_INDEX:
		return infer_index(p, n);
	case NODE_CAST:
		return infer_cast(p, n);
	case NODE_TUPLE:
	case NODE_RECORD:
		return infer_parts(p, n);
	case NODE_SIZEOF:
		return infer_size(p, n);
	case NODE_OFFSETOF:
		return infer_offset(p, n);
	case NODE_BLOCK:
		statements(p, n->block.stmts);
		if (!n->block.value)
			return &type_none;
		operand(p, n->block.value);
		if (!n->block.stmts && is_literal(n->block.value)) { /* of a macro: as good as written here */
			struct node *value = n->block.value, *next = n->next;

			*n = *value;
			n->next = next;
			return n->type;
		}
		return n->block.value->type;
	case NODE_COMPTIME: {
		struct node *e = n->expr, *next = n->next;

		infer_expr(p, e);
		*n = *e;
		n->next = next;
		return n->type;
	}
	}
	return wrong(p, n->span, "%s is not supported yet", node_kind_name(n->kind));
}

const struct type *infer_expr(struct pass *p, struct node *n)
{
	n->type = infer_any(p, n);
	return n->type;
}

/* statements */

static void mismatch(struct pass *p, struct node *n, const char *what, const char *name, const struct type *is,
		     const char *was)
{
	wrong(p, n->span, "Type mismatch for %s: trying to assign value of type '%s' when %s already has a type '%s'",
	      name, name_of(p, is), what, was);
}

/* what is given to a variable or map that also gets values of the other sign */
static void check_signs(struct pass *p, const struct node *value, const struct type *t, const struct type *as)
{
	if (p->report && as && as->kind == TYPE_INT && t->kind == TYPE_INT && as->is_signed && !t->is_signed && t->size == 8)
		warning_at(p->diag, WARN(mixed_signs), value->span,
			   "Expression of type: %s being cast to type: %s. This may cause unexpected results. Use an explicit cast to suppress this warning.",
			   name_of(p, t), name_of(p, as));
}

/* what is given to hist() and the like besides the value is one for a map */
static void check_one_shape(struct pass *p, const struct node *call, const struct agg *is, const struct agg *was)
{
	static const char *const shapes[AGG_COUNT] = {
		[AGG_hist] = "hist bits", [AGG_lhist] = "lhist bounds", [AGG_tseries] = "tseries arguments"};

	if (shapes[is->kind] &&
	    (is->bits != was->bits || is->min != was->min || is->max != was->max || is->step != was->step))
		wrong(p, call->span, "Different %s in a single map unsupported", shapes[is->kind]);
}

/* what a mistake is assigned to has no type because of it: that has been said */
static void poison(const struct pass *p, const struct type **slot, const struct type *t)
{
	if (p->report && !*slot && t->kind == TYPE_ERROR)
		*slot = &type_error;
}

static void assign_map(struct pass *p, struct node *n)
{
	struct node *target = n->assign.target, *value = n->assign.value;
	struct map *m = target->map.map;
	const struct type *t, *now;

	if (value->kind == NODE_CALL && value->call.agg >= 0 && n->assign.op == OP_COUNT) {
		t = infer_aggregation(p, value);
		value->type = t;
	} else {
		infer_expr(p, value);
		t = as_value(p, value);
		if (t->kind == TYPE_AGGREGATE && m->value && type_is_int(m->value)) {
			read_aggregate(p, value);
			t = value->type;
		} else if (t->kind == TYPE_AGGREGATE) {
			wrong(p, value->span,
			      "Map value '%s' cannot be assigned from one map to another. The function that returns this type must be called directly e.g. `%s = %s();`.",
			      name_of(p, t), m->name, aggregations[t->agg.kind].name);
			if (p->report && type_is_castable_agg(t))
				hint(p->diag, "Add a cast to integer if you want the value of the aggregate, e.g. `%s = (int64)%s;`.", m->name, value->map.name);
			return;
		}
	}
	if (t->kind == TYPE_NONE) {
		wrong(p, value->span, "Invalid expression for assignment");
		return;
	}
	if (n->assign.op != OP_COUNT)
		t = arithmetic(p, n->span, n->assign.op, m->value ? m->value : type_literal(p->types, 0, false), t, value);
	poison(p, &m->value, t);
	map_value(p, target, false);
	now = widen(p, m->value, t);
	if (!now) {
		mismatch(p, n, "map", m->name, t, said_of(p, m->said_value, m->value, t));
		return;
	}
	say(p, &m->said_value, t);
	if (t->kind == TYPE_AGGREGATE && m->value)
		check_one_shape(p, value, &t->agg, &m->value->agg);
	if (t->kind != TYPE_ERROR || m->value)
		set_type(p, &m->value, now);
	target->type = m->value ? m->value : &type_error;
	check_signs(p, value, t, m->value);
}

/* does a literal fit what has been declared? */
bool literal_fits(const struct node *n, const struct type *t)
{
	int bits = (int)t->size * 8;

	if (t->kind == TYPE_STRING)
		return n->kind != NODE_STRING || n->len < t->size;
	if (n->kind != NODE_INT || t->kind != TYPE_INT)
		return true;
	if (n->wide || (!t->is_signed && n->num < 0))
		return n->wide && !t->is_signed && bits == 64;
	if (t->is_signed)
		return bits == 64 || (n->num >= -(1ll << (bits - 1)) && n->num < 1ll << (bits - 1));
	return bits == 64 || n->num < 1ll << bits;
}

/* a variable with a type of its own: values are converted to it.  value: NULL, or what may be a literal */
static void check_declared(struct pass *p, struct node *n, const struct variable *v, const struct node *value, const struct type *t)
{
	if (!type_unify(p->types, v->type, t) || (value && !literal_fits(value, v->type)))
		mismatch(p, n, "variable", v->name, t, name_of(p, v->type));
}

/* a variable whose type follows from what it is given */
static void give(struct pass *p, struct node *n, struct variable *v, const struct node *value, const struct type *t)
{
	const struct type *now;

	poison(p, &v->type, t);
	now = widen(p, v->type, t);
	if (!now) {
		mismatch(p, n, "variable", v->name, t, said_of(p, v->said, v->type, t));
	} else if (t->kind != TYPE_ERROR) {
		say(p, &v->said, t);
		set_type(p, &v->type, now);
	}
	check_signs(p, value, t, v->type);
}

/* what a variable is given: text in a record where it holds strings, else the pointer to it */
static const struct type *given(struct pass *p, const struct variable *v, struct node *value)
{
	operand(p, value);
	return v->type && v->type->kind == TYPE_STRING ? as_value(p, value) : whole_args(p, value);
}

static void assign_var(struct pass *p, struct node *n)
{
	struct variable *v = n->assign.target->var.var;
	const struct type *t = given(p, v, n->assign.value);

	if (t->kind == TYPE_NONE) {
		wrong(p, n->assign.value->span, "Invalid expression for assignment");
		return;
	}
	if (n->assign.op != OP_COUNT && v->type)
		t = arithmetic(p, n->span, n->assign.op, v->type, t, n->assign.value);
	if (v->declared && v->type) {
		check_declared(p, n, v, n->assign.op == OP_COUNT ? n->assign.value : NULL, t);
	} else {
		give(p, n, v, n->assign.value, t);
	}
	n->assign.target->type = v->type ? v->type : &type_error;
}

static void infer_let(struct pass *p, struct node *n)
{
	struct variable *v = n->let.var;
	const struct type *t = NULL;

	if (n->let.of)
		set_type(p, &v->type, type_of_node(p, n->let.of));
	if (n->let.value)
		t = given(p, v, n->let.value);
	if (t && t->kind == TYPE_NONE) {
		wrong(p, n->let.value->span, "Invalid expression for assignment");
		return;
	}
	if (t && n->let.of)
		check_declared(p, n, v, n->let.value, t);
	if (!t || n->let.of) {
		if (!n->let.of && !v->type && p->report)
			set_type(p, &v->type, int64(p, true));
		return;
	}
	give(p, n, v, n->let.value, t);
}

static void infer_loop(struct pass *p, struct node *n)
{
	struct variable *v = n->loop.var;
	const struct type *pair[2], *t;

	if (n->loop.map) {
		const struct map *m = n->loop.map->map.map;

		n->loop.map->type = map_value(p, n->loop.map, true);
		if (m->key && !m->keyed) {
			wrong(p, n->loop.map->span, "%s has no explicit keys (scalar map), and cannot be used for iteration", m->name);
		} else if (m->value && m->value->kind == TYPE_AGGREGATE && !type_is_castable_agg(m->value)) {
			wrong(p, n->loop.map->span, "Loop expression does not support type: %s", name_of(p, m->value));
		} else if (m->key && m->value) {
			pair[0] = m->key;
			pair[1] = m->value->kind == TYPE_AGGREGATE ? int64(p, m->value->agg.kind == AGG_count || m->value->agg.is_signed) : m->value;
			set_type(p, &v->type, type_tuple(p->types, pair, 2));
		} else {
			undefined_map(p, m, n->loop.map->span);
		}
	} else {
		operand(p, n->loop.from);
		operand(p, n->loop.to);
		t = type_unify(p->types, n->loop.from->type, n->loop.to->type);
		if (!t || (!type_is_int(t) && t->kind != TYPE_ERROR))
			wrong(p, n->span, "a range must be of integers, found '%s' and '%s'", name_of(p, n->loop.from->type), name_of(p, n->loop.to->type));
		set_type(p, &v->type, int64(p, true));
	}
	infer_expr(p, n->loop.body);
}

static void unroll_count(struct pass *p, struct node *n)
{
	struct node *c = n->while_.cond;

	operand(p, c);
	if (late(c))
		wrong_late(p, c);
	else if (c->kind != NODE_INT)
		wrong(p, c->span, "invalid unroll value");
	else if (c->num > 100)
		wrong(p, c->span, "unroll maximum value is 100");
	else if (c->num < 1)
		wrong(p, c->span, "unroll minimum value is 1");
}

static void condition(struct pass *p, struct node *n)
{
	operand(p, n);
	check_condition(p, n);
}

static void statement(struct pass *p, struct node *n);

/* if comptime (c) a else b: the branch not taken is not looked at */
static void comptime_if(struct pass *p, struct node *n)
{
	struct node *cond = n->cond.cond->expr;

	condition(p, cond);
	if (!is_literal(cond)) {
		if (late_in(cond))
			wrong_late(p, late_in(cond));
		else
			wrong(p, cond->span, "comptime: this is not known when the script is compiled");
		return;
	}
	take_branch(n, cond);
	statement(p, n);
}

/* if (has_field(...)): for this kernel one branch; for others both, which may name fields that are not here */
static void has_field_if(struct pass *p, struct node *n)
{
	condition(p, n->cond.cond);
	if (is_literal(n->cond.cond)) {
		take_branch(n, n->cond.cond);
		statement(p, n);
		return;
	}
	p->asked++;
	statement(p, n->cond.then);
	if (n->cond.other)
		statement(p, n->cond.other);
	p->asked--;
}

static void statement(struct pass *p, struct node *n)
{
	n->type = &type_none;
	switch ((int)n->kind) {
	case NODE_ASSIGN:
		if (n->assign.target->kind == NODE_MAP)
			assign_map(p, n);
		else
			assign_var(p, n);
		break;
	case NODE_EXPR:
	case NODE_DISCARD:
		if (n->expr->kind == NODE_CALL && n->expr->call.agg >= 0)
			wrong(p, n->expr->span, "%s() must be assigned to a map, e.g. `@x = %s();`", n->expr->call.name, n->expr->call.name);
		else
			infer_expr(p, n->expr);
		break;
	case NODE_LET:
		infer_let(p, n);
		break;
	case NODE_IF:
		if (n->cond.cond->kind == NODE_COMPTIME) {
			comptime_if(p, n);
			break;
		}
		if (asks_has_field(n->cond.cond)) {
			has_field_if(p, n);
			break;
		}
		condition(p, n->cond.cond);
		statement(p, n->cond.then);
		if (n->cond.other)
			statement(p, n->cond.other);
		break;
	case NODE_BLOCK:
		statements(p, n->block.stmts);
		if (n->block.value)
			infer_expr(p, n->block.value);
		break;
	case NODE_FOR:
		infer_loop(p, n);
		break;
	case NODE_WHILE:
		condition(p, n->while_.cond);
		statement(p, n->while_.body);
		break;
	case NODE_UNROLL:
		unroll_count(p, n);
		statement(p, n->while_.body);
		break;
	case NODE_RETURN:
		if (p->subprogram)
			infer_return(p, n);
		else if (n->expr && !number_like(operand(p, n->expr)))
			wrong(p, n->expr->span, "Probe return values can only be integers. Found %s", name_of(p, n->expr->type));
		break;
	case NODE_BREAK:
	case NODE_CONTINUE:
		break;
	default:
		infer_expr(p, n);
	}
}

static void statements(struct pass *p, struct node *list)
{
	for (struct node *n = list; n; n = n->next)
		statement(p, n);
}

static void round_trip(struct pass *p)
{
	p->changed = false;
	for (struct clause *c = p->script->clauses; c; c = c->next) {
		p->clause = c;
		if (c->predicate)
			condition(p, c->predicate);
		for (p->subprogram = c->subprograms; p->subprogram; p->subprogram = p->subprogram->next) {
			infer_subprogram(p, p->subprogram);
			statement(p, p->subprogram->body);
		}
		statement(p, c->body);
	}
}

#define MOST_ROUNDS 64 /* types only grow: this many is a mistake of ours */

/* literals that nothing gave a sign are signed: types may change once more */
static void settle(struct pass *p)
{
	for (struct clause *c = p->script->clauses; c; c = c->next)
		for (struct variable *v = c->vars; v; v = v->next)
			if (v->type && !v->declared)
				set_type(p, &v->type, stored_as(p, v->type, false));
	for (struct map *m = p->script->maps; m; m = m->next) {
		if (m->key)
			set_type(p, &m->key, stored_as(p, m->key, false));
		if (m->value)
			set_type(p, &m->value, stored_as(p, m->value, false));
	}
}

static void check_size(struct pass *p, const char *name, const struct type *t, struct span span)
{
	if (t->kind != TYPE_AGGREGATE && t->size > VALUE_MOST)
		wrong(p, span, "%s: a value of type '%s' has %u bytes, more than the %u that are possible", name, name_of(p, t), t->size, VALUE_MOST);
}

/* aggregations are per CPU, all else is not: a declaration must agree */
static void check_storage(struct pass *p, const struct map *m)
{
	bool declared, wanted = m->value->kind == TYPE_AGGREGATE;

	if (!m->declared || !m->used || m->value->kind == TYPE_ERROR)
		return;
	declared = !strncmp(m->declared, "percpu", 6);
	if (declared == wanted)
		return;
	error_at(p->diag, m->span, "Incompatible map types. Type from declaration: %s. Type from value/key type: %s", m->declared,
		 wanted ? "percpuhash" : "hash");
	hint(p->diag, "declare it as %s%s", wanted ? "percpu" : "", declared ? m->declared + strlen("percpu") : m->declared);
}

bool infer(struct pass *p)
{
	int rounds = 0;

	do {
		round_trip(p);
		if (!p->changed)
			settle(p);
		if (!p->changed && p->waits && !p->settled)
			p->settled = p->changed = true;
	} while (p->changed && ++rounds < MOST_ROUNDS);
	p->report = true;
	round_trip(p);
	for (struct map *m = p->script->maps; m; m = m->next)
		if (!m->value || !m->key) {
			if (!p->diag->errors && m->declared)
				warning_at(p->diag, WARN(unused_map), m->span, "Unused map: %s", m->name);
			else if (!p->diag->errors && m->used)
				error_at(p->diag, m->span, "Undefined map: %s", m->name);
			m->value = m->value ? m->value : type_int(p->types, 8, true);
			m->key = m->key ? m->key : &type_none;
		}
	for (struct clause *c = p->script->clauses; c; c = c->next)
		for (struct variable *v = c->vars; v; v = v->next) {
			if (!v->type)
				v->type = type_int(p->types, 8, true);
			check_size(p, v->name, v->type, v->span);
		}
	for (const struct map *m = p->script->maps; m; m = m->next) {
		check_storage(p, m);
		check_size(p, m->name, m->value, m->span);
		check_size(p, m->name, m->key, m->span);
	}
	return !p->diag->errors;
}
