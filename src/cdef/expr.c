/* C's constant expressions: of #if, of enum values, array sizes, bit fields. */
#include "cdef/cc.h"

#include <string.h>

#define DEEPEST 200

struct reader {
	struct cdefs *cdefs;
	const struct token *list;
	size_t at;
	unsigned depth;
	bool failed;
};

static struct cvalue choice(struct reader *r);
static struct cvalue unary(struct reader *r);

static bool take(struct reader *r, uint32_t punct)
{
	if (!token_is(&r->list[r->at], punct))
		return false;
	r->at++;
	return true;
}

static struct cvalue value_of(struct reader *r, int64_t v, bool is_unsigned, unsigned size)
{
	return (struct cvalue){.v = v,
			       .is_unsigned = is_unsigned && size == 8,
			       .type = {.type = type_int(r->cdefs->host.types, size, !is_unsigned), .align = size}};
}

static struct cvalue failure(struct reader *r)
{
	r->failed = true;
	return value_of(r, 0, false, 4);
}

/* v as the type has it */
static struct cvalue converted(const struct cvalue *v, const struct ctype *t)
{
	struct cvalue to = {.v = v->v, .type = *t};
	bool is_signed = t->type->is_signed;

	if (t->type->kind == TYPE_BOOL)
		to.v = v->v != 0;
	else if (t->type->size == 1)
		to.v = is_signed ? (int8_t)v->v : (uint8_t)v->v;
	else if (t->type->size == 2)
		to.v = is_signed ? (int16_t)v->v : (uint16_t)v->v;
	else if (t->type->size == 4)
		to.v = is_signed ? (int32_t)v->v : (int64_t)(uint32_t)v->v;
	to.is_unsigned = t->type->size == 8 && !is_signed && t->type->kind == TYPE_INT;
	return to;
}

static struct cvalue size_of(struct reader *r, bool align)
{
	struct ctype t;
	struct cvalue v;
	size_t at = r->at + 1;

	if (token_is(&r->list[r->at], '(') && type_name_at(r->cdefs, r->list, &at, &t) && token_is(&r->list[at], ')')) {
		r->at = at + 1;
	} else {
		v = unary(r);
		t = v.type;
	}
	return value_of(r, align ? t.align : t.type->size, true, 8);
}

static struct cvalue offset_of(struct reader *r)
{
	struct ctype t;
	uint64_t sum = 0;

	if (!take(r, '(') || !type_name_at(r->cdefs, r->list, &r->at, &t) || !take(r, ','))
		return failure(r);
	do {
		const struct token *name = &r->list[r->at++];
		const struct field *f;
		uint32_t offset;

		f = name->kind == TOK_NAME ? type_field(t.type, name->name->text, &offset) : NULL;
		if (!f)
			return failure(r);
		sum += offset;
		t.type = f->type;
		while (take(r, '[')) {
			struct cvalue i = choice(r);

			if (!take(r, ']') || t.type->kind != TYPE_ARRAY)
				return failure(r);
			t.type = t.type->elem;
			sum += (uint64_t)i.v * t.type->size;
		}
	} while (take(r, '.'));
	return take(r, ')') ? value_of(r, (int64_t)sum, true, 8) : failure(r);
}

static struct cvalue primary(struct reader *r)
{
	const struct token *t = &r->list[r->at];
	struct cvalue v;
	bool is_unsigned;
	unsigned size;

	if (take(r, '(')) {
		v = choice(r);
		return take(r, ')') ? v : failure(r);
	}
	r->at += t->kind != TOK_END;
	if (t->kind == TOK_NUMBER)
		return number_value(t, &v.v, &is_unsigned, &size) ? value_of(r, v.v, is_unsigned, size) : failure(r);
	if (t->kind == TOK_CHAR)
		return value_of(r, char_value(t), false, 4);
	if (t->kind == TOK_STRING) {
		v = value_of(r, 0, false, 8);
		v.type.type = type_array(r->cdefs->host.types, type_int(r->cdefs->host.types, 1, true), t->len - 1);
		return v;
	}
	if (t->kind == TOK_NAME && t->name->keyword == KEY_OFFSETOF)
		return offset_of(r);
	if (t->kind == TOK_NAME && !t->name->keyword) {
		const struct enumerator_of *e = dict_find(&r->cdefs->enumerators, t->name->text);

		if (e)
			return value_of(r, e->value, !e->type->is_signed, e->type->size);
		if (str_eq(t->name->text, "__builtin_constant_p") ||
		    str_eq(t->name->text, "__builtin_types_compatible_p")) {
			for (size_t depth = 0; r->list[r->at].kind != TOK_END;) {
				depth = depth + token_is(&r->list[r->at], '(') - token_is(&r->list[r->at], ')');
				r->at++;
				if (!depth)
					break;
			}
			return value_of(r, 0, false, 4);
		}
		if (r->cdefs->depth) /* in an #if: a name that is not defined */
			return value_of(r, str_eq(t->name->text, "true"), false, 4);
	}
	return failure(r);
}

/* what sizeof(((struct x *)0)->f[1]) asks of: only types are followed */
static struct cvalue postfix(struct reader *r)
{
	struct cvalue v = primary(r);

	for (;;) {
		const struct field *f;
		const struct type *s = v.type.type;
		uint32_t offset;

		if (take(r, '[')) {
			choice(r);
			if (!take(r, ']') || !s->elem)
				return failure(r);
			v.type.type = s->elem;
			continue;
		}
		if (!take(r, P2('-', '>')) && !take(r, '.'))
			return v;
		if (s->kind == TYPE_POINTER)
			s = s->elem;
		f = r->list[r->at].kind == TOK_NAME ? type_field(s, r->list[r->at].name->text, &offset) : NULL;
		if (!f)
			return failure(r);
		r->at++;
		v.type = (struct ctype){.type = f->type, .align = f->type->align};
		v.v += offset; /* of &((T *)0)->f */
	}
}

static struct cvalue unary(struct reader *r)
{
	struct ctype t;
	struct cvalue v;
	size_t at = r->at + 1;
	const struct token *op = &r->list[r->at];

	if (r->failed || ++r->depth > DEEPEST)
		return failure(r);
	if (token_is(op, '(') && type_name_at(r->cdefs, r->list, &at, &t) && token_is(&r->list[at], ')') &&
	    !token_is(&r->list[at + 1], '{')) {
		r->at = at + 1;
		v = unary(r);
		v = converted(&v, &t);
	} else if (op->kind == TOK_NAME && (op->name->keyword == KEY_SIZEOF || op->name->keyword == KEY_ALIGNOF)) {
		r->at++;
		v = size_of(r, op->name->keyword == KEY_ALIGNOF);
	} else if (take(r, '-')) {
		v = unary(r);
		v.v = (int64_t)(0 - (uint64_t)v.v);
		if (v.type.type->kind == TYPE_INT && v.type.type->size == 4 && !v.type.type->is_signed)
			v.v = (int64_t)(uint32_t)v.v;
	} else if (take(r, '+')) {
		v = unary(r);
	} else if (take(r, '~')) {
		v = unary(r);
		v.v = ~v.v;
		if (v.type.type->kind == TYPE_INT && v.type.type->size == 4 && !v.type.type->is_signed)
			v.v = (int64_t)(uint32_t)v.v;
	} else if (take(r, '!')) {
		v = unary(r);
		v = value_of(r, !v.v, false, 4);
	} else if (take(r, '&')) {
		v = unary(r);
	} else if (take(r, '*')) {
		v = unary(r);
		v.type.type = v.type.type->elem ? v.type.type->elem : v.type.type;
	} else {
		v = postfix(r);
	}
	r->depth--;
	return v;
}

static const struct {
	uint32_t punct;
	uint8_t level;
} binaries[] = {
	{P2('|', '|'), 1}, {P2('&', '&'), 2}, {'|', 3}, {'^', 4},          {'&', 5},          {P2('=', '='), 6},
	{P2('!', '='), 6}, {'<', 7},          {'>', 7}, {P2('<', '='), 7}, {P2('>', '='), 7}, {P2('<', '<'), 8},
	{P2('>', '>'), 8}, {'+', 9},          {'-', 9}, {'*', 10},         {'/', 10},         {'%', 10},
};

static int64_t apply(struct reader *r, uint32_t op, int64_t a, int64_t b, bool u)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;

	switch (op) {
	case P2('|', '|'):
		return a || b;
	case P2('&', '&'):
		return a && b;
	case '|':
		return a | b;
	case '^':
		return a ^ b;
	case '&':
		return a & b;
	case P2('=', '='):
		return a == b;
	case P2('!', '='):
		return a != b;
	case '<':
		return u ? x < y : a < b;
	case '>':
		return u ? x > y : a > b;
	case P2('<', '='):
		return u ? x <= y : a <= b;
	case P2('>', '='):
		return u ? x >= y : a >= b;
	case P2('<', '<'):
		return y > 63 ? 0 : (int64_t)(x << y);
	case P2('>', '>'):
		return y > 63 ? 0 : u ? (int64_t)(x >> y) : a >> y;
	case '+':
		return (int64_t)(x + y);
	case '-':
		return (int64_t)(x - y);
	case '*':
		return (int64_t)(x * y);
	}
	if (!b || (a == INT64_MIN && b == -1)) {
		r->failed |= !r->depth; /* in a branch not taken it does no harm */
		return 0;
	}
	if (op == '/')
		return u ? (int64_t)(x / y) : a / b;
	return u ? (int64_t)(x % y) : a % b;
}

static struct cvalue binary(struct reader *r, uint8_t level)
{
	struct cvalue a = unary(r);

	for (;;) {
		uint32_t op = r->list[r->at].kind == TOK_PUNCT ? r->list[r->at].punct : 0;
		uint8_t found = 0;
		struct cvalue b;
		bool u, compares;
		unsigned size;

		for (size_t i = 0; i < ARRAY_SIZE(binaries); i++)
			if (op && binaries[i].punct == op)
				found = binaries[i].level;
		if (!found || found < level || r->failed)
			return a;
		r->at++;
		b = binary(r, found + 1);
		compares = found == 6 || found == 7 || found <= 2;
		u = a.is_unsigned || (b.is_unsigned && found != 8);
		size = a.type.type->size == 8 || b.type.type->size == 8 ? 8 : 4;
		if (found == 8)
			size = a.type.type->size == 8 ? 8 : 4;
		a = value_of(r, apply(r, op, a.v, b.v, u), !compares && (u || (size == 4 && !a.type.type->is_signed)),
			     compares ? 4 : size);
		a.is_unsigned = !compares && u;
	}
}

static struct cvalue choice(struct reader *r)
{
	struct cvalue cond = binary(r, 1), yes, no;

	if (!take(r, '?'))
		return cond;
	if (r->failed || ++r->depth > DEEPEST)
		return failure(r);
	yes = token_is(&r->list[r->at], ':') ? cond : choice(r);
	if (!take(r, ':'))
		return failure(r);
	no = choice(r);
	r->depth--;
	return cond.v ? yes : no;
}

bool constant_expr(struct cdefs *c, const struct token *list, size_t *at, struct cvalue *v)
{
	struct reader r = {.cdefs = c, .list = list, .at = *at};

	*v = choice(&r);
	*at = r.at;
	return !r.failed;
}
