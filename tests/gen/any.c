/* Types, and values of any type. */
#include "gen.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

const struct type *random_int(void)
{
	return int_type(1 << rnd(4), chance(50));
}

const struct type *random_type(int depth, bool key)
{
	static const char *const names[] = {"a", "b", "c", "d"};
	static const char *const texts[] = {"ntop", "strerror", "username"};
	static const int capacities[] = {2, 6, 8, 16, 33};
	const struct type *part[MOST_PARTS];
	int n = 1 + (int)rnd(3);
	unsigned pick = rnd(key ? 75 : 100);

	if (pick < 30 || depth <= 0)
		return random_int();
	if (pick < 35)
		return &bool_type;
	if (pick < 40)
		return &enum_type;
	if (pick < 60)
		return string_type(chance(80) ? capacities[rnd(ARRAY_SIZE(capacities))] : max_strlen);
	if (pick < 82) {
		for (int i = 0; i < n; i++)
			part[i] = random_type(depth - 1, key);
		return chance(key ? 85 : 60) ? parts_type(TUPLE, n, part, NULL)
					     : parts_type(RECORD, n, part, (const char **)names);
	}
	if (pick < 88) {
		part[0] = random_int();
		if (part[0]->size == 1) /* char arrays are strings */
			part[0] = int_type(1, false);
		return array_type(part[0], part[0]->size == 1 && chance(30) ? 4 : 8 / part[0]->size);
	}
	if (pick < 93) {
		const struct layout *l;

		do
			l = &layouts[rnd((unsigned)layout_count)];
		/* whose name might be taken for a member */
		while (!strcmp(l->name, "loose") || (as_json && l->size > 24));
		return object_type(l);
	}
	if (pick < 96) {
		struct type *t = make(sizeof(*t));

		*t = (struct type){.kind = BUFFER, .size = 1 + (int)rnd(6)};
		return t;
	}
	return text_type(texts[rnd(ARRAY_SIZE(texts))]);
}

static struct value eval_parts(const struct expr *e)
{
	struct value v = zero(e->type);

	for (int i = 0; i < e->type->n; i++)
		v.part[i] = convert(eval(e->arg[i]), e->type->part[i]);
	return v;
}

struct expr *gen_parts(const struct type *t, int depth, struct expr *(*inner)(const struct type *, int))
{
	const struct type *part[MOST_PARTS];
	const char *name[MOST_PARTS];
	struct expr *e = new_expr(NULL, eval_parts, POSTFIX, "");
	/* of the names, in another order */
	int first = t->kind == RECORD && inner != exact && !in_function() && chance(30) ? (int)rnd((unsigned)t->n) : 0;

	for (int i = 0; i < t->n; i++) {
		int from = (first + i) % t->n;

		e->arg[i] = inner(t->part[from], depth - 1);
		part[i] = e->arg[i]->type;
		name[i] = t->name[from];
		e->text = text("%s%s%s%s", e->text, i ? ", " : "", t->kind == RECORD ? text("%s=", name[i]) : "",
			       operand(e->arg[i], TERNARY));
	}
	if (t->kind == TUPLE && t->n > 1)
		e->inside = e->text;
	e->text = text(t->kind == TUPLE && t->n == 1 ? "(%s,)" : "(%s)", e->text);
	e->type = parts_type(t->kind, t->n, part, t->kind == RECORD ? name : NULL);
	covered(t->kind == RECORD ? "RECORD" : "TUPLE");
	if (t->kind == RECORD)
		covered("MEMBER");
	return e;
}

static struct value eval_to_array(const struct expr *e)
{
	struct value v = zero(e->type);
	int64_t from = eval(e->arg[0]).num;
	int size = e->type->part[0]->size;

	for (int i = 0; i < e->type->n; i++)
		v.part[i] = number(e->type->part[0], (int64_t)((uint64_t)from >> (8 * size * i)));
	return v;
}

static struct expr *to_array(const struct type *t, int depth)
{
	struct expr *a = cast_to(int_type(8, chance(50)), gen_number(depth - 1)), *e;

	if (t->n == 4 && t->part[0]->size == 1) { /* what pton() gives */
		uint32_t address = (uint32_t)rnd(0x7fffffff);
		struct in_addr in = {address};

		struct value v = zero(t);

		for (int i = 0; i < 4; i++)
			v.part[i] = number(t->part[0], address >> 8 * i);
		covered("pton");
		return known(v, POSTFIX, text("pton(\"%s\")", inet_ntoa(in)), false);
	}
	e = new_expr(
		t, eval_to_array, UNARY,
		text("(%s)%s", chance(80) ? type_text(t) : text("%s[]", type_text(t->part[0])), operand(a, UNARY)));
	e->arg[0] = a;
	return e;
}

static struct value eval_object(const struct expr *e)
{
	struct value v = zero(e->type);
	int64_t word = e->var->is_map ? map_get(e->var, scalar_key()).num : e->var->value.num;
	char *bytes = make((size_t)e->type->size);

	memcpy(bytes, &word, (size_t)e->type->size);
	v.text = bytes;
	return v;
}

static struct value eval_laid(const struct expr *e)
{
	struct value v = zero(e->type);
	const char *s = eval(e->arg[0]).text;
	char *bytes = make((size_t)e->type->size);

	memcpy(bytes, s, strnlen(s, (size_t)e->type->size));
	v.text = bytes;
	return v;
}

/* a string of random bytes, none of them 0 */
static struct expr *bytes_literal(int n)
{
	char *bytes = make((size_t)n + 1);
	const char *s = "";

	for (int i = 0; i < n; i++) {
		bytes[i] = (char)(chance(60) ? 'a' + rnd(26) : 1 + rnd(255));
		s = bytes[i] >= 'a' && bytes[i] <= 'z' && (i == 0 || bytes[i - 1] >= 'a')
			    ? text("%s%c", s, bytes[i])
			    : text("%s\\x%02x", s, (unsigned char)bytes[i]);
	}
	return known((struct value){.type = string_type(n + 1), .text = bytes}, POSTFIX, text("\"%s\"", s), true);
}

static int least; /* bytes that a string must have */

static bool is_roomy(const struct var *v)
{
	return !v->agg && v->type->kind == STRING && v->type->size >= least;
}

/* *((struct bits *)&$v), *(struct big *)"..." */
static struct expr *object(const struct type *t)
{
	struct var *v;
	struct expr *e, *s;

	if (t->size <= 8) {
		v = any_var(is_word);
		e = new_expr(t, eval_object, UNARY, text("*((struct %s *)&%s)", t->layout->name, v->name));
		e->var = v;
		return e;
	}
	least = t->size;
	v = chance(30) ? any_var(is_roomy) : NULL;
	s = v && !v->key ? read_at(v, NULL) : bytes_literal(t->size + (int)rnd(3));
	e = new_expr(t, eval_laid, UNARY, text("*(struct %s *)(int8[])%s", t->layout->name, s->text));
	e->arg[0] = s;
	return e;
}

static struct value eval_inet(const struct expr *e)
{
	struct in_addr in = {(uint32_t)eval(e->arg[0]).num};

	return (struct value){.type = e->type, .text = text("%s", inet_ntoa(in))};
}

/* values that are known by how they print */
static struct expr *printed(const struct type *t, int depth)
{
	struct expr *a, *e;
	int n = 1 + (int)rnd(20);

	covered(t->name[0]);
	if (!strcmp(t->name[0], "strerror"))
		return known((struct value){.type = t, .text = strerror(n)}, POSTFIX, text("strerror(%d)", n), false);
	if (!strcmp(t->name[0], "username"))
		return known((struct value){.type = t, .text = getuid() ? "" : "root"}, POSTFIX, "username", false);
	a = cast_to(int_type(4, false), gen_number(depth - 1));
	e = new_expr(t, eval_inet, POSTFIX, text(chance(70) ? "ntop(%s)" : "ntop(AF_INET, %s)", a->text));
	e->arg[0] = a;
	return e;
}

static struct value eval_buf(const struct expr *e)
{
	const char *s = eval(e->arg[0]).text;
	size_t n = (size_t)e->type->size;
	char *bytes = make(n + 1);

	memcpy(bytes, s, strnlen(s, n));
	return (struct value){.type = e->type, .text = bytes, .len = n};
}

static struct expr *buffer(const struct type *t, int depth)
{
	struct expr *s, *e;

	do
		s = gen_string(depth - 1, max_strlen);
	while (s->type->size < t->size);
	e = new_expr(t, eval_buf, POSTFIX, text("buf(%s, %d)", s->text, t->size));
	covered("buf");
	e->arg[0] = s;
	return e;
}

static const struct type *wanted;

static bool is_wanted(const struct var *v)
{
	return !v->agg && fits(v->type, wanted);
}

static bool has_wanted(const struct type *t)
{
	return fits(t, wanted);
}

/* a value made of nothing but its type */
static struct expr *construct(const struct type *t, int depth)
{
	struct expr *e;

	switch ((int)t->kind) {
	case BOOL:
		return gen_bool(depth);
	case INT:
		e = gen_number(depth);
		return fits(e->type, t) ? e : cast_to(t, e);
	case ENUM:
		return chance(50) ? number_enum(depth) : cast_to(t, gen_number(depth - 1));
	case STRING:
		return gen_string(depth, t->size);
	case TUPLE:
	case RECORD:
		return gen_parts(t, depth, gen_value);
	case ARRAY:
		return to_array(t, depth);
	case OBJECT:
		return object(t);
	case BUFFER:
		return buffer(t, depth);
	default:
		return printed(t, depth);
	}
}

struct expr *gen_value(const struct type *t, int depth)
{
	const struct type *outer = wanted;
	struct expr *e = NULL, *c, *a;

	if (is_number(t) || t->kind == STRING || depth <= 0 || chance(50))
		return construct(t, depth);
	if (chance(60)) {
		wanted = t;
		e = chance(70) ? read_var(any_var(is_wanted), depth) : part(depth, has_wanted);
		wanted = outer;
	} else if (chance(15)) {
		wanted = t;
		e = gen_fn(has_wanted, depth);
		wanted = outer;
	} else if (chance(80)) {
		c = gen_bool(depth - 1);
		if (c->literal)
			c = cast_to(&bool_type, hide(c));
		a = construct(t, depth - 1);
		e = construct(t, depth - 1);
		e = same_type(a->type, t) && same_type(e->type, t) ? choice(c, a, e) : NULL;
	}
	return e ? e : construct(t, depth);
}

/* an expression whose type is t to the letter, so that what it is stored in becomes a t */
struct expr *exact(const struct type *t, int depth)
{
	struct expr *e;
	const char *s = "";

	(void)depth;
	if (t->kind == INT || t->kind == ENUM)
		return cast_to(t, gen_number(1));
	if (t->kind == STRING && t->size == max_strlen)
		return known(string(t, "probe"), POSTFIX, "str(comm)", false);
	if (t->kind == STRING) {
		for (int i = 0; i < t->size - 1; i++)
			s = text("%s%c", s, 'a' + i % 26);
		return known(string(t, s), POSTFIX, text("\"%s\"", s), true);
	}
	if (t->kind != TUPLE && t->kind != RECORD)
		return gen_value(t, 0);
	e = gen_parts(t, 1, exact);
	e->type = t;
	return e;
}

/* one whose values a t holds as well, so that together they are a t */
const struct type *narrower(const struct type *t)
{
	const struct type *part[MOST_PARTS];

	if (t->kind == INT && t->size > 1)
		return int_type(t->size >> (1 + rnd(2)) ?: 1, t->is_signed && chance(50));
	if (t->kind == STRING && t->size > 1)
		return string_type(1 + (int)rnd((unsigned)(t->size < 40 ? t->size : 40)));
	if (t->kind != TUPLE && t->kind != RECORD)
		return t;
	for (int i = 0; i < t->n; i++)
		part[i] = narrower(t->part[i]);
	return parts_type(t->kind, t->n, part, t->kind == RECORD ? (const char **)t->name : NULL);
}

struct expr *gen_any(int depth)
{
	const struct type *t;
	struct expr *e;

	if (chance(60))
		return gen_number(depth);
	do
		t = random_type(2, false);
	while (!(e = gen_value(t, depth)));
	return e;
}
