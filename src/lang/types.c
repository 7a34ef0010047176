/* Types, each made once, so that equal types are one pointer. */
#include "lang/lang.h"

#include <stdlib.h>
#include <string.h>

const struct type type_error = {.kind = TYPE_ERROR, .size = 8, .align = 8};
const struct type type_none = {.kind = TYPE_NONE};
const struct type type_bool = {.kind = TYPE_BOOL, .size = 1, .align = 1};

struct types {
	struct arena *arena;
	struct dict known; /* a description to its type */
};

struct types *types_new(struct arena *a)
{
	struct types *t = arena_alloc(a, sizeof(*t));

	t->arena = a;
	dict_init(&t->known, a);
	return t;
}

struct arena *types_arena(struct types *t)
{
	return t->arena;
}

/* the type described by key, made from proto the first time */
static const struct type *intern(struct types *t, const char *key, const struct type *proto)
{
	struct type *known = dict_find(&t->known, key);

	if (!known) {
		known = arena_memdup(t->arena, proto, sizeof(*proto));
		dict_set(&t->known, key, known);
	}
	return known;
}

static uint32_t round_up(uint32_t n, uint32_t to)
{
	return (n + to - 1) / to * to;
}

void type_complete(const struct type *t)
{
	void (*give)(struct type * t) = t->lazy;
	struct type *s = (struct type *)t; /* made by who finishes it here */

	if (!give)
		return;
	s->lazy = NULL;
	give(s);
}

const struct type *type_int(struct types *t, unsigned size, bool is_signed)
{
	struct type p = {.kind = TYPE_INT, .size = size, .align = size, .is_signed = is_signed};

	return intern(t, arena_printf(t->arena, "int %u %d", size, is_signed), &p);
}

const struct type *type_c_int(struct types *t, const char *words)
{
	static const struct {
		const char *word;
		unsigned size; /* 0: says nothing of it */
	} known[] = {{"char", 1},   {"short", 2},    {"long", 8},  {"int", 4},
		     {"signed", 4}, {"unsigned", 4}, {"const", 0}, {"volatile", 0}};
	bool is_signed = true;
	unsigned size = 0;

	for (const char *w = words; *w; w += strspn(w, " ")) {
		size_t len = strcspn(w, " "), i = 0;

		while (i < ARRAY_SIZE(known) && (strlen(known[i].word) != len || strncmp(known[i].word, w, len)))
			i++;
		if (i == ARRAY_SIZE(known))
			return NULL;
		if (!size || known[i].size != 4)
			size = known[i].size ? known[i].size : size;
		is_signed &= *w != 'u';
		w += len;
	}
	return size ? type_int(t, size, is_signed) : NULL;
}

const struct type *type_literal(struct types *t, int64_t value, bool over_int64_max)
{
	unsigned size = 8;
	struct type p;

	if (over_int64_max)
		return type_int(t, 8, false);
	if (value == (int8_t)value)
		size = 1;
	else if (value == (int16_t)value)
		size = 2;
	else if (value == (int32_t)value)
		size = 4;
	p = (struct type){.kind = TYPE_INT,
			  .size = size,
			  .align = size,
			  .is_signed = true,
			  .literal = true,
			  .flexible = value >= 0};
	return intern(t, arena_printf(t->arena, "literal %u %d", size, p.flexible), &p);
}

const struct type *type_string(struct types *t, uint32_t capacity)
{
	struct type p = {.kind = TYPE_STRING, .size = capacity, .align = 1};

	return intern(t, arena_printf(t->arena, "string %u", capacity), &p);
}

const struct type *type_buffer(struct types *t, uint32_t capacity)
{
	struct type p = {.kind = TYPE_BUFFER, .size = 4 + capacity, .align = 4};

	return intern(t, arena_printf(t->arena, "buffer %u", capacity), &p);
}

const struct type *type_pointer(struct types *t, const struct type *to, enum space space, bool trusted)
{
	struct type p = {.kind = TYPE_POINTER, .size = 8, .align = 8, .elem = to, .space = space, .trusted = trusted};

	return intern(t, arena_printf(t->arena, "pointer %p %d %d", (const void *)to, space, trusted), &p);
}

const struct type *type_array(struct types *t, const struct type *elem, uint32_t count)
{
	struct type p = {
		.kind = TYPE_ARRAY, .size = elem->size * count, .align = elem->align, .elem = elem, .count = count};

	return intern(t, arena_printf(t->arena, "array %p %u", (const void *)elem, count), &p);
}

const struct type *type_record(struct types *t, const char *const *names, const struct type *const *elems, uint32_t n)
{
	struct type p = {.kind = names ? TYPE_RECORD : TYPE_TUPLE, .align = 1, .nfields = n};
	struct field *fields = arena_alloc(t->arena, (n + 1) * sizeof(*fields));
	struct buf key = {0};
	const struct type *found;

	buf_printf(&key, "parts %d", p.kind);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t align = elems[i]->align ? elems[i]->align : 1;

		fields[i].name = names ? names[i] : NULL;
		fields[i].type = elems[i];
		fields[i].offset = p.size = round_up(p.size, align);
		p.size += elems[i]->size;
		if (align > p.align)
			p.align = align;
		buf_printf(&key, " %s %p", names ? names[i] : "", (const void *)elems[i]);
	}
	p.size = round_up(p.size, p.align);
	p.fields = fields;
	found = intern(t, key.data, &p);
	buf_free(&key);
	return found;
}

const struct type *type_tuple(struct types *t, const struct type *const *elems, uint32_t n)
{
	return type_record(t, NULL, elems, n);
}

const struct type *type_stack(struct types *t, bool user, enum stack_mode mode, uint32_t limit)
{
	struct type p = {.kind = user ? TYPE_USTACK : TYPE_KSTACK,
			 .size = 8 + (mode == STACK_BUILD_ID ? 32 : 8) * limit,
			 .align = 8,
			 .stack = {mode, limit}};

	return intern(t, arena_printf(t->arena, "stack %d %d %u", user, mode, limit), &p);
}

const struct type *type_simple(struct types *t, enum type_kind kind)
{
	static const struct {
		uint32_t size, align;
	} layouts[TYPE_KIND_COUNT] = {
		[TYPE_KSYM] = {8, 8},         [TYPE_USYM] = {16, 8},      [TYPE_INET] = {20, 4},
		[TYPE_MAC] = {6, 1},          [TYPE_TIMESTAMP] = {16, 8}, [TYPE_USERNAME] = {4, 4},
		[TYPE_CGROUP_PATH] = {16, 8}, [TYPE_ERRNO] = {4, 4},
	};
	struct type p = {.kind = kind, .size = layouts[kind].size, .align = layouts[kind].align};

	if (!p.size)
		bug("%s is not a simple type", type_kind_name(kind));
	return intern(t, arena_printf(t->arena, "simple %d", kind), &p);
}

const struct type *type_aggregate(struct types *t, const struct agg *a)
{
	struct type p = {.kind = TYPE_AGGREGATE, .size = 8, .align = 8, .is_signed = a->is_signed, .agg = *a};

	return intern(t,
		      arena_printf(t->arena, "agg %d %d %lld %lld %lld %u", a->kind, a->is_signed, (long long)a->min,
				   (long long)a->max, (long long)a->step, a->bits),
		      &p);
}

struct type *type_struct_new(struct types *t, const char *name, bool is_union)
{
	struct type *s = arena_alloc(t->arena, sizeof(*s));

	s->kind = TYPE_STRUCT;
	s->name = name;
	s->is_union = is_union;
	s->align = 1;
	return s;
}

struct type *type_enum_new(struct types *t, const char *name, unsigned size, bool is_signed)
{
	struct type *e = arena_alloc(t->arena, sizeof(*e));

	e->kind = TYPE_ENUM;
	e->name = name;
	e->size = e->align = size;
	e->is_signed = is_signed;
	return e;
}

bool type_is_int(const struct type *t)
{
	return t->kind == TYPE_INT || t->kind == TYPE_BOOL || t->kind == TYPE_ENUM;
}

bool type_is_castable_agg(const struct type *t)
{
	return t->kind == TYPE_AGGREGATE &&
	       (t->agg.kind == AGG_count || t->agg.kind == AGG_sum || t->agg.kind == AGG_min ||
		t->agg.kind == AGG_max || t->agg.kind == AGG_avg);
}

bool type_same(const struct type *a, const struct type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->size != b->size)
		return false;
	if (a->kind == TYPE_INT)
		return a->is_signed == b->is_signed;
	if (a->kind == TYPE_POINTER)
		return type_same(a->elem, b->elem);
	if (a->kind == TYPE_ARRAY)
		return a->count == b->count && type_same(a->elem, b->elem);
	return a->kind == TYPE_BOOL || a->kind == TYPE_STRING || a->kind == TYPE_NONE;
}

const struct field *type_field(const struct type *t, const char *name, uint32_t *offset)
{
	for (uint32_t i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i], *inner;

		if (f->name && *f->name && str_eq(f->name, name)) {
			*offset = f->offset;
			return f;
		}
		if (f->name && !*f->name && f->type->kind == TYPE_STRUCT) {
			inner = type_field(f->type, name, offset);
			if (inner) {
				*offset += f->offset;
				return inner;
			}
		}
	}
	return NULL;
}

static bool bytes_of(const struct type *array, const struct type *t)
{
	return type_is_int(array->elem) && array->size == t->size;
}

/* (to)from: has it a meaning? */
bool type_castable(const struct type *to, const struct type *from)
{
	bool number = type_is_int(from) || from->kind == TYPE_POINTER;

	if (to == from || (to->kind == TYPE_STRING && from->kind == TYPE_STRING))
		return true;
	switch ((int)to->kind) {
	case TYPE_BOOL:
		return number || from->kind == TYPE_STRING || (from->kind == TYPE_ARRAY && bytes_of(from, to));
	case TYPE_INT:
	case TYPE_ENUM:
		return number || (from->kind == TYPE_ARRAY && bytes_of(from, to));
	case TYPE_POINTER:
	case TYPE_USERNAME:
		return number;
	case TYPE_ARRAY:
		if (from->kind == TYPE_STRING)
			return to->elem->size == 1 && type_is_int(to->elem);
		return (type_is_int(from) || from->kind == TYPE_ARRAY) && bytes_of(to, from);
	}
	return false;
}

static const struct type *unify_ints(struct types *t, const struct type *a, const struct type *b)
{
	bool sign;
	unsigned size = a->size > b->size ? a->size : b->size;

	if (a->kind == TYPE_BOOL && b->kind == TYPE_BOOL)
		return &type_bool;
	if (a->kind == TYPE_ENUM && b->kind == TYPE_ENUM)
		return a->name == b->name ? a : type_int(t, size, a->is_signed || b->is_signed);
	if (a->kind == TYPE_ENUM && b->flexible)
		return a;
	if (b->kind == TYPE_ENUM && a->flexible)
		return b;
	if (a->flexible && !b->flexible)
		sign = b->is_signed;
	else if (b->flexible && !a->flexible)
		sign = a->is_signed;
	else
		sign = a->is_signed || b->is_signed;
	if (a->is_signed != b->is_signed && !a->flexible && !b->flexible) {
		const struct type *u = a->is_signed ? b : a, *s = a->is_signed ? a : b;

		if (u->size >= s->size && u->size < 8)
			size = 2 * u->size;
	}
	return type_int(t, size, sign);
}

const struct type *type_unify(struct types *t, const struct type *a, const struct type *b)
{
	const struct type **elems;
	const char **names = NULL;

	if (a == b || b->kind == TYPE_ERROR)
		return a;
	if (a->kind == TYPE_ERROR)
		return b;
	if (type_is_int(a) && type_is_int(b))
		return a->literal && b->literal && a->flexible == b->flexible ? (a->size > b->size ? a : b)
									      : unify_ints(t, a, b);
	if (a->kind == TYPE_POINTER && b->kind == TYPE_POINTER) {
		if (a->elem == b->elem || a->elem->kind == TYPE_NONE || b->elem->kind == TYPE_NONE)
			return type_pointer(t, a->elem->kind == TYPE_NONE ? b->elem : a->elem,
					    a->space == b->space ? a->space : SPACE_NONE, a->trusted && b->trusted);
		return NULL;
	}
	if (a->kind == TYPE_POINTER && type_is_int(b))
		return type_pointer(t, a->elem, a->space, false);
	if (b->kind == TYPE_POINTER && type_is_int(a))
		return type_pointer(t, b->elem, b->space, false);
	if (a->kind != b->kind)
		return NULL;
	if (a->kind == TYPE_STRING || a->kind == TYPE_BUFFER || a->kind == TYPE_KSTACK || a->kind == TYPE_USTACK)
		return a->size > b->size ? a : b;
	if (a->kind == TYPE_ARRAY)
		return a->count == b->count && type_same(a->elem, b->elem) ? a : NULL;
	if ((a->kind == TYPE_TUPLE || a->kind == TYPE_RECORD) && a->nfields == b->nfields) {
		elems = arena_alloc(t->arena, (a->nfields + 1) * sizeof(*elems));
		if (a->kind == TYPE_RECORD)
			names = arena_alloc(t->arena, (a->nfields + 1) * sizeof(*names));
		for (uint32_t i = 0; i < a->nfields; i++) {
			const struct field *f = &a->fields[i], *g = &b->fields[i];
			uint32_t offset;

			if (names) {
				names[i] = f->name;
				g = type_field(b, f->name, &offset);
			}
			elems[i] = g ? type_unify(t, f->type, g->type) : NULL;
			if (!elems[i])
				return NULL;
		}
		return type_record(t, names, elems, a->nfields);
	}
	return type_same(a, b) || (a->kind == TYPE_AGGREGATE && a->agg.kind == b->agg.kind) ? a : NULL;
}

const char *type_kind_name(enum type_kind kind)
{
	static const char *const names[TYPE_KIND_COUNT] = {
		"error", "none",      "bool",      "int",        "enum",          "string",     "buffer",    "pointer",
		"array", "struct",    "tuple",     "record",     "kstack",        "ustack",     "ksym_t",    "usym_t",
		"inet",  "macaddr_t", "timestamp", "username_t", "cgroup_path_t", "strerror_t", "aggregate",
	};

	return kind < TYPE_KIND_COUNT ? names[kind] : "?";
}

static void parts_name(struct arena *a, const struct type *t, struct buf *out)
{
	bool record = t->kind == TYPE_RECORD;

	buf_puts(out, record ? "record { " : "(");
	for (uint32_t i = 0; i < t->nfields; i++) {
		if (i)
			buf_puts(out, record ? ", " : ",");
		if (record)
			buf_printf(out, ".%s = ", t->fields[i].name);
		buf_puts(out, type_name(a, t->fields[i].type));
	}
	buf_puts(out, record ? " }" : ")");
}

const char *type_name(struct arena *a, const struct type *t)
{
	static const char *const modes[] = {"bpftrace", "perf", "raw", "build_id"};
	struct buf text = {0};
	const char *s;

	if (t->kind == TYPE_INT)
		return arena_printf(a, "%sint%u", t->is_signed ? "" : "u", t->size * 8);
	if (t->kind == TYPE_STRING)
		return arena_printf(a, "string[%u]", t->size);
	if (t->kind == TYPE_BUFFER)
		return arena_printf(a, "buffer[%u]", t->size - 4);
	if (t->kind == TYPE_POINTER)
		return arena_printf(a, "%s *", t->elem->kind == TYPE_NONE ? "void" : type_name(a, t->elem));
	if (t->kind == TYPE_ARRAY)
		return arena_printf(a, "%s[%u]", type_name(a, t->elem), t->count);
	if (t->kind == TYPE_STRUCT)
		return arena_printf(a, "%s %s", t->is_union ? "union" : "struct",
				    t->name && *t->name ? t->name : "<anonymous>");
	if (t->kind == TYPE_ENUM)
		return arena_printf(a, "enum %s", t->name ? t->name : "");
	if (t->kind == TYPE_KSTACK || t->kind == TYPE_USTACK)
		return arena_printf(a, "%s_%s_%u", type_kind_name(t->kind), modes[t->stack.mode], t->stack.limit);
	if (t->kind == TYPE_AGGREGATE)
		return arena_printf(a, "%s%s_t",
				    t->agg.kind != AGG_count && t->agg.kind != AGG_hist && t->agg.kind != AGG_lhist &&
						    t->agg.kind != AGG_tseries && !t->agg.is_signed
					    ? "u"
					    : "",
				    aggregations[t->agg.kind].name);
	if (t->kind == TYPE_TUPLE || t->kind == TYPE_RECORD) {
		parts_name(a, t, &text);
		s = arena_strdup(a, text.data);
		buf_free(&text);
		return s;
	}
	return type_kind_name(t->kind);
}
