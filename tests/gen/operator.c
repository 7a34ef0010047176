/* Operators, casts and choices. */
#include "gen.h"

static const struct binary {
	const char *name, *text;
	int prec;
} binaries[] = {
	{"ADD", "+", SUMS},    {"SUB", "-", SUMS},   {"MUL", "*", PRODUCT},  {"DIV", "/", PRODUCT},
	{"MOD", "%", PRODUCT}, {"AND", "&", AND},    {"OR", "|", OR},        {"XOR", "^", XOR},
	{"SHL", "<<", SHIFT},  {"SHR", ">>", SHIFT}, {"EQ", "==", EQUALITY}, {"NE", "!=", EQUALITY},
	{"LT", "<", ORDER},    {"LE", "<=", ORDER},  {"GT", ">", ORDER},     {"GE", ">=", ORDER},
	{"LAND", "&&", LAND},  {"LOR", "||", LOR},
};

static int64_t divide(int op, int64_t a, int64_t b, bool is_signed)
{
	if (!b)
		return 1;
	if (is_signed && b == -1)
		return op == DIV ? (int64_t)(0 - (uint64_t)a) : 0;
	if (is_signed)
		return op == DIV ? a / b : a % b;
	return (int64_t)(op == DIV ? (uint64_t)a / (uint64_t)b : (uint64_t)a % (uint64_t)b);
}

static int64_t arithmetic(int op, int64_t a, int64_t b, bool is_signed)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;

	switch (op) {
	case ADD:
		return (int64_t)(x + y);
	case SUB:
		return (int64_t)(x - y);
	case MUL:
		return (int64_t)(x * y);
	case DIV:
	case MOD:
		return divide(op, a, b, is_signed);
	case BAND:
		return a & b;
	case BOR:
		return a | b;
	case BXOR:
		return a ^ b;
	case SHL:
		return (int64_t)(x << (y & 63));
	case SHR:
		return (int64_t)(x >> (y & 63));
	case EQ:
		return a == b;
	case NE:
		return a != b;
	case LT:
		return is_signed ? a < b : x < y;
	case LE:
		return is_signed ? a <= b : x <= y;
	case GT:
		return is_signed ? a > b : x > y;
	default:
		return is_signed ? a >= b : x >= y;
	}
}

static bool sign_of(int op, const struct type *a, const struct type *b)
{
	return op == SHL || op == SHR ? a->is_signed : op == SUB || signed_pair(a, b);
}

static struct value eval_binary(const struct expr *e)
{
	struct value a = eval(e->arg[0]), b;

	if (e->op == BOTH || e->op == EITHER) {
		if (!!a.num == (e->op == EITHER))
			return number(&bool_type, e->op == EITHER);
		return number(&bool_type, eval(e->arg[1]).num != 0);
	}
	b = eval(e->arg[1]);
	if (!is_number(a.type))
		return number(&bool_type, equal(a, b) == (e->op == EQ));
	return number(e->type, arithmetic(e->op, a.num, b.num,
					  e->op >= EQ ? signed_pair(e->arg[0]->type, e->arg[1]->type)
						      : sign_of(e->op, e->arg[0]->type, e->arg[1]->type)));
}

const char *binary_text(int op)
{
	return binaries[op].text;
}

/* does the compiler fold it without an overflow? */
static bool folds(int op, int64_t a, int64_t b)
{
	int64_t r;

	return op == ADD   ? !__builtin_add_overflow(a, b, &r)
	       : op == SUB ? !__builtin_sub_overflow(a, b, &r)
	       : op == MUL ? !__builtin_mul_overflow(a, b, &r)
			   : true;
}

static bool wide(const struct expr *e)
{
	return e->type->kind == INT && !e->type->is_signed;
}

struct expr *right_of(int op, struct expr *b)
{
	bool divides = op == DIV || op == MOD, shifts = op == SHL || op == SHR;

	if ((b->literal || b->constant) && ((divides && !b->known.num) || (shifts && (uint64_t)b->known.num > 63)))
		return hide(b);
	return b;
}

struct expr *binary(int op, struct expr *a, struct expr *b)
{
	struct expr *e;
	bool literal;

	if (a->literal && b->literal && (wide(a) || wide(b) || !folds(op, a->known.num, b->known.num)))
		a = hide(a);
	b = right_of(op, b);
	literal = a->literal && b->literal;
	e = new_expr(
		&bool_type, eval_binary, binaries[op].prec,
		text("%s %s %s", operand(a, binaries[op].prec), binaries[op].text, operand(b, binaries[op].prec + 1)));
	covered("BINARY");
	covered(binaries[op].name);
	e->op = op;
	e->arg[0] = a;
	e->arg[1] = b;
	if (op < EQ)
		e->type = int_type(8, sign_of(op, a->type, b->type));
	if (literal) {
		e->known = eval(e);
		e->literal = true;
		if (op < EQ)
			e->type = e->known.type =
				literal_type(e->known.num, e->known.num < 0 && !sign_of(op, a->type, b->type));
	}
	return e;
}

struct expr *compare_parts(struct expr *a, struct expr *b)
{
	int op = chance(50) ? EQ : NE;
	struct expr *e = new_expr(&bool_type, eval_binary, EQUALITY,
				  text("%s %s %s", operand(a, EQUALITY), binaries[op].text, operand(b, EQUALITY + 1)));

	e->op = op;
	e->arg[0] = a;
	e->arg[1] = b;
	return e;
}

static struct value eval_unary(const struct expr *e)
{
	int64_t v = eval(e->arg[0]).num;

	return number(e->type, e->op == '-' ? (int64_t)(0 - (uint64_t)v) : e->op == '~' ? ~v : !v);
}

struct expr *unary(int op, struct expr *a)
{
	struct expr *e;

	if (a->literal && op == '-' && (wide(a) || a->known.num == INT64_MIN))
		a = hide(a);
	e = new_expr(op == '!' ? &bool_type : int_type(8, op == '-' || a->type->is_signed), eval_unary, UNARY,
		     text("%c%s", op, operand(a, UNARY)));
	covered("UNARY");
	covered(op == '-' ? "NEG" : op == '~' ? "BITNOT" : "NOT");
	e->op = op;
	e->arg[0] = a;
	if (a->literal) {
		e->known = eval(e);
		e->literal = true;
		if (op != '!')
			e->type = e->known.type = literal_type(e->known.num, op == '~' && e->known.num < 0);
	}
	return e;
}

static struct value eval_cast(const struct expr *e)
{
	struct value v = eval(e->arg[0]);

	if (e->type->kind == BOOL && v.type->kind == STRING)
		return number(e->type, v.text[0] != 0);
	return number(e->type, v.num);
}

struct expr *cast_to(const struct type *t, struct expr *a)
{
	struct expr *e = new_expr(t, eval_cast, UNARY, text("(%s)%s", type_text(t), operand(a, UNARY)));

	covered("CAST");
	covered("TYPE");
	e->arg[0] = a;
	if (a->literal && t->kind == INT && t->size == 8) {
		e->known = eval(e);
		e->constant = true;
	}
	return e;
}

static struct value eval_choice(const struct expr *e)
{
	bool is = eval(e->arg[0]).num;

	run(is ? e->body : e->other);
	return convert(eval(e->arg[is ? 1 : 2]), e->type);
}

const struct type *choice_type(const struct expr *a, const struct expr *b)
{
	const struct type *t = a->type;

	if (is_number(t))
		t = join(a->type, b->type);
	else if (b->type->size > t->size)
		t = b->type;
	return t->literal ? literal_type(INT64_MAX, false) : t->constant ? int_type(8, true) : t;
}

/* some statements before the value of a branch */
static struct stmt *branch_body(bool as_if)
{
	int outer = nvars;
	struct stmt *body = NULL;

	if (as_if && !pure && chance(30))
		body = gen_block(1 + (int)rnd(2), -1);
	nvars = outer;
	return body;
}

/* c ? a : b, or if (c) { a } else { b } */
struct expr *choice(struct expr *c, struct expr *a, struct expr *b)
{
	struct expr *e;
	const struct expr *chosen;
	bool as_if = chance(20);

	if (a->type->kind == ENUM && b->type->literal && b->type->size > 4)
		b = cast_to(&enum_type, b);
	if (b->type->kind == ENUM && a->type->literal && a->type->size > 4)
		a = cast_to(&enum_type, a);
	chosen = c->literal ? (c->known.num ? a : b) : NULL;
	e = new_expr(choice_type(a, b), eval_choice, as_if ? LOWEST : TERNARY, NULL);
	covered(as_if ? "IF" : "TERNARY");
	e->body = branch_body(as_if);
	e->other = branch_body(as_if);
	e->text = as_if ? text("if (%s) { %s%s } else { %s%s }", c->text, block_text(e->body), operand(a, TERNARY),
			       block_text(e->other), operand(b, TERNARY))
			: text("%s ? %s : %s", operand(c, LOR), operand(a, LOR), operand(b, TERNARY));
	if (!as_if && chosen && chosen->literal) {
		e->literal = true;
		e->type = chosen->type;
		e->known = chosen->known;
	}
	e->arg[0] = c;
	e->arg[1] = a;
	e->arg[2] = b;
	return e;
}
