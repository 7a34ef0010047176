/* Expressions: productions for each type, and what they are worth. */
#include "gen.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct var *vars[MOST_VARS];
int nvars, pure;

static const struct binary {
	const char *name, *text;
	int prec;
} binaries[] = {
	{"ADD", "+", SUMS}, {"SUB", "-", SUMS}, {"MUL", "*", PRODUCT}, {"DIV", "/", PRODUCT}, {"MOD", "%", PRODUCT},
	{"AND", "&", AND}, {"OR", "|", OR}, {"XOR", "^", XOR}, {"SHL", "<<", SHIFT}, {"SHR", ">>", SHIFT},
	{"EQ", "==", EQUALITY}, {"NE", "!=", EQUALITY}, {"LT", "<", ORDER}, {"LE", "<=", ORDER}, {"GT", ">", ORDER}, {"GE", ">=", ORDER},
	{"LAND", "&&", LAND}, {"LOR", "||", LOR},
};

/* words */

struct expr *new_expr(const struct type *t, struct value (*eval)(const struct expr *), int prec, const char *s)
{
	struct expr *e = make(sizeof(*e));

	*e = (struct expr){.type = t, .eval = eval, .prec = prec, .text = s};
	return e;
}

struct value eval(const struct expr *e)
{
	return e->eval(e);
}

const char *operand(const struct expr *e, int prec)
{
	if (e->prec < prec || (prec == UNARY && e->text[0] == '-') || chance(5))
		return text("(%s)", e->text);
	return e->text;
}

static struct value eval_known(const struct expr *e)
{
	return e->known;
}

struct expr *known(struct value v, int prec, const char *s, bool literal)
{
	struct expr *e = new_expr(v.type, eval_known, prec, s);

	e->known = v;
	e->literal = literal;
	return e;
}

static struct value eval_variable(const struct expr *e)
{
	return e->var->value;
}

struct expr *variable(struct var *v)
{
	struct expr *e = new_expr(v->type, eval_variable, POSTFIX, v->name);

	covered("VAR");
	e->var = v;
	return e;
}

static struct value scalar_key(void)
{
	return (struct value){.type = &bool_type};
}

static struct value eval_map(const struct expr *e)
{
	struct value key = e->arg[0] ? eval(e->arg[0]) : scalar_key();

	if (e->var->agg)
		return number(e->type, map_read(e->var, key));
	return map_get(e->var, key);
}

struct expr *read_at(struct var *v, struct expr *key)
{
	struct expr *e;

	if (!v->is_map)
		return variable(v);
	e = new_expr(v->type, eval_map, POSTFIX, key ? text("%s[%s]", v->name, key->text) : v->name);
	covered("MAP");
	if (v->agg)
		e->type = int_type(8, v->agg == COUNT || v->of->is_signed);
	e->var = v;
	e->arg[0] = key;
	return e;
}

/* a random one of the variables and maps in scope */
struct var *any_var(bool (*good)(const struct var *))
{
	struct var *found[ARRAY_SIZE(vars)];
	unsigned n = 0;

	for (int i = 0; i < nvars; i++)
		if (good(vars[i]))
			found[n++] = vars[i];
	return n ? found[rnd(n)] : NULL;
}

static struct expr *read_var(struct var *v, int depth)
{
	struct expr *key = NULL;

	if (!v || (v->key && depth < 0))
		return NULL;
	if (v->key) {
		pure++;
		key = gen_value(v->key, depth - 1);
		pure--;
	}
	return read_at(v, key);
}

/* a literal that an operation could not be folded with */
static struct expr *hide(struct expr *e)
{
	return cast_to(int_type(4, true), e);
}

/* arithmetic */

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
	return number(e->type, arithmetic(e->op, a.num, b.num, e->op >= EQ ? signed_pair(e->arg[0]->type, e->arg[1]->type) :
								sign_of(e->op, e->arg[0]->type, e->arg[1]->type)));
}

const char *binary_text(int op)
{
	return binaries[op].text;
}

/* does the compiler fold it without an overflow? */
static bool folds(int op, int64_t a, int64_t b)
{
	int64_t r;

	return op == ADD ? !__builtin_add_overflow(a, b, &r) : op == SUB ? !__builtin_sub_overflow(a, b, &r) :
	       op == MUL ? !__builtin_mul_overflow(a, b, &r) : true;
}

static bool wide(const struct expr *e)
{
	return e->type->kind == INT && !e->type->is_signed;
}

struct expr *binary(int op, struct expr *a, struct expr *b)
{
	struct expr *e;
	bool literal;

	if (a->literal && b->literal && (wide(a) || wide(b) || !folds(op, a->known.num, b->known.num)))
		a = hide(a);
	if ((b->literal || b->constant) && (op == DIV || op == MOD) && !b->known.num)
		b = hide(b);
	if ((b->literal || b->constant) && (op == SHL || op == SHR) && (uint64_t)b->known.num > 63)
		b = hide(b);
	literal = a->literal && b->literal;
	e = new_expr(&bool_type, eval_binary, binaries[op].prec,
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
			e->type = e->known.type = literal_type(e->known.num, e->known.num < 0 && !sign_of(op, a->type, b->type));
	}
	return e;
}

static struct value eval_unary(const struct expr *e)
{
	int64_t v = eval(e->arg[0]).num;

	return number(e->type, e->op == '-' ? (int64_t)(0 - (uint64_t)v) : e->op == '~' ? ~v : !v);
}

static struct expr *unary(int op, struct expr *a)
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
	struct value v = eval(eval(e->arg[0]).num ? e->arg[1] : e->arg[2]);

	return convert(v, e->type);
}

static const struct type *choice_type(const struct expr *a, const struct expr *b)
{
	const struct type *t = a->type;

	if (is_number(t))
		t = join(a->type, b->type);
	else if (b->type->size > t->size)
		t = b->type;
	return t->literal ? literal_type(INT64_MAX, false) : t->constant ? int_type(8, true) : t;
}

/* c ? a : b, or if (c) { a } else { b } */
static struct expr *choice(struct expr *c, struct expr *a, struct expr *b)
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
	e->text = as_if ? text("if (%s) { %s } else { %s }", c->text, operand(a, TERNARY), operand(b, TERNARY)) :
			  text("%s ? %s : %s", operand(c, LOR), operand(a, LOR), operand(b, TERNARY));
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

/* numbers */

static struct expr *number_literal(int64_t v, bool over)
{
	const char *s;

	covered("INT");
	if (over)
		s = text(chance(50) ? "%llu" : "0x%llx", (unsigned long long)v);
	else if (v < 0)
		s = text("-%llu", 0 - (unsigned long long)v);
	else if (v && v % 1000 == 0 && chance(50))
		s = v % 1000000 == 0 && chance(50) ? text("%llde6", (long long)v / 1000000) : text("%lldus", (long long)v / 1000);
	else if (v > 9999 && chance(20))
		s = text("%lld_%03lld", (long long)v / 1000, (long long)v % 1000);
	else
		s = text(chance(80) ? "%lld" : chance(70) ? "0x%llx" : "0%llo", (long long)v);
	return known((struct value){.type = literal_type(v, over), .num = v}, v < 0 && !over ? UNARY : POSTFIX, s, true);
}

static struct expr *number_leaf(int depth)
{
	static const int64_t edges[] = {0, 1, 2, 3, 7, 8, 10, 63, 64, 100, 127, 128, 255, 256, 1000, 32767, 32768, 65535, 65536,
					1000000, 2147483647, 2147483648, 4294967295, 4294967296, 1000000000000, INT64_MAX};

	(void)depth;
	if (chance(40))
		return number_literal((int64_t)rnd(10), false);
	if (chance(5))
		return number_literal((int64_t)(UINT64_MAX - rnd(100)), true);
	return number_literal(edges[rnd(ARRAY_SIZE(edges))] * (chance(25) ? -1 : 1), false);
}

static bool is_number_var(const struct var *v)
{
	return v->agg ? v->agg <= MAX : is_number(v->type);
}

static struct expr *number_var(int depth)
{
	return read_var(any_var(is_number_var), depth);
}

static struct expr *number_binary(int depth)
{
	struct expr *a = gen_number(depth - 1);

	return binary((int)rnd(EQ), a, gen_number(depth - 1));
}

static struct expr *number_unary(int depth)
{
	return unary(chance(50) ? '-' : '~', gen_number(depth - 1));
}

static const struct type *random_int(void)
{
	return int_type(1 << rnd(4), chance(50));
}

static struct expr *number_cast(int depth)
{
	return cast_to(chance(90) ? random_int() : &enum_type, gen_number(depth - 1));
}

static struct expr *number_choice(int depth)
{
	struct expr *c = chance(85) ? gen_bool(depth - 1) : gen_number(depth - 1), *a = gen_number(depth - 1);

	return choice(c, a, gen_number(depth - 1));
}

static struct value eval_elvis(const struct expr *e)
{
	struct value v = eval(e->arg[0]);

	return convert(v.num ? eval(e->arg[0]) : eval(e->arg[1]), e->type);
}

static struct expr *number_elvis(int depth)
{
	struct expr *a, *b, *e;

	pure++;
	a = gen_number(depth - 1);
	pure--;
	if (a->literal)
		a = hide(a);
	b = gen_number(depth - 1);
	if (a->type->kind == ENUM)
		a = cast_to(int_type(4, false), a);
	if (b->type->kind == ENUM)
		b = cast_to(int_type(4, false), b);
	e = new_expr(choice_type(a, b), eval_elvis, TERNARY, text("%s ?: %s", operand(a, LOR), operand(b, TERNARY)));
	e->arg[0] = a;
	e->arg[1] = b;
	return e;
}

static struct expr *number_enum(int depth)
{
	int64_t v = rnd(COLORS);

	(void)depth;
	covered("IDENT");
	return known((struct value){.type = &enum_type, .num = v}, POSTFIX, color_names[v], true);
}

static struct expr *number_param(int depth)
{
	(void)depth;
	covered(chance(50) ? "PARAM" : "NPARAMS");
	if (chance(50))
		return known((struct value){.type = literal_type(2, false), .num = 2}, POSTFIX, "$#", true);
	return known((struct value){.type = literal_type(42, false), .num = 42}, POSTFIX, "$1", true);
}

static struct expr *number_sizeof(int depth)
{
	struct expr *of;
	const struct type *t = random_int();
	const struct member *m;

	if (chance(50)) {
		pure++;
		of = gen_number(depth - 1);
		pure--;
		covered("SIZEOF");
		return known((struct value){.type = literal_type(of->type->size, false), .num = of->type->size}, POSTFIX,
			     text("sizeof((%s))", of->text), true);
	}
	if (chance(50)) {
		covered("SIZEOF");
		return known((struct value){.type = literal_type(8, false), .num = t->size}, POSTFIX, text("sizeof(%s)", type_text(t)), true);
	}
	do
		m = &layout_members[rnd((unsigned)member_count)];
	while (m->offset < 0);
	covered("OFFSETOF");
	return known((struct value){.type = literal_type(8, false), .num = m->offset}, POSTFIX,
		     text("offsetof(struct %s, %s)", m->of->name, m->path), true);
}

static struct value eval_incdec(const struct expr *e)
{
	struct value key = e->arg[0] ? eval(e->arg[0]) : scalar_key();
	struct value old = e->var->is_map ? map_get(e->var, key) : e->var->value;
	struct value now = number(e->var->type, (int64_t)((uint64_t)old.num + (uint64_t)(int64_t)(e->op & 1 ? -1 : 1)));

	if (e->var->is_map)
		map_set(e->var, key, now);
	else
		e->var->value = now;
	return number(e->type, e->op & 2 ? old.num : now.num);
}

static bool can_step(const struct var *v)
{
	return !v->agg && !v->fixed && v->type->kind == INT && (v->declared || v->type->size == 8);
}

struct expr *gen_step(int depth)
{
	struct var *v = pure ? NULL : any_var(can_step);
	struct expr *at, *e;
	int op = (int)rnd(4);

	if (!v)
		return NULL;
	if (!v->declared && !v->type->is_signed)
		op &= 2; /* -- would make it signed */
	at = read_var(v, depth < 0 ? 0 : depth);
	e = new_expr(int_type(8, v->type->is_signed), eval_incdec, op & 2 ? POSTFIX : UNARY, NULL);
	e->text = op & 2 ? text("%s%s", at->text, op & 1 ? "--" : "++") : text("%s%s", op & 1 ? "--" : "++", at->text);
	covered("INCDEC");
	covered(op & 2 ? (op & 1 ? "POSTDEC" : "POSTINC") : op & 1 ? "PREDEC" : "PREINC");
	e->var = v;
	e->op = op;
	e->arg[0] = at->arg[0];
	return e;
}

/* parts of tuples, records, arrays, strings, structs, memory */

static struct value eval_part(const struct expr *e)
{
	return eval(e->arg[0]).part[e->op];
}

static bool has_parts(const struct var *v)
{
	return !v->agg && (v->type->kind == TUPLE || v->type->kind == RECORD) && v->type->n;
}

/* $t.0, $t[0], $r.name; deeper while what is there has parts */
static struct expr *part(int depth, bool (*good)(const struct type *))
{
	struct expr *at = read_var(any_var(has_parts), depth), *e;

	while (at && (at->type->kind == TUPLE || at->type->kind == RECORD)) {
		int i = (int)rnd((unsigned)at->type->n);

		e = new_expr(at->type->part[i], eval_part, POSTFIX, NULL);
		e->text = at->type->kind == RECORD ? text("%s.%s", at->text, at->type->name[i]) :
			  chance(80)		   ? text("%s.%d", at->text, i) :
						     text(at->var && at->var->is_map && !at->var->key ? "(%s)[%d]" : "%s[%d]", at->text, i);
		covered("FIELD");
		e->op = i;
		e->arg[0] = at;
		at = e;
	}
	return at && good(at->type) ? at : NULL;
}

static struct expr *number_part(int depth)
{
	return part(depth, is_number);
}

static struct value eval_element(const struct expr *e)
{
	struct value at = eval(e->arg[0]), i = eval(e->arg[1]);

	if (at.type->kind == STRING)
		return number(e->type, (size_t)i.num < strlen(at.text) ? at.text[i.num] : 0);
	return at.part[i.num];
}

static bool is_array(const struct var *v)
{
	return !v->agg && v->type->kind == ARRAY;
}

static struct expr *number_element(int depth)
{
	struct var *v = any_var(is_array);
	struct expr *at = v ? read_var(v, depth) : gen_string(depth - 1, max_strlen), *i, *e;

	if (!at)
		return NULL;
	i = small_number(depth - 1, v ? v->type->n : at->type->size < 8 ? 1 : 8);
	e = new_expr(v ? v->type->part[0] : int_type(1, true), eval_element, POSTFIX, text(at->var && at->var->is_map && !at->var->key ? "(%s)[%s]" : "%s[%s]", operand(at, POSTFIX), i->text));
	covered("INDEX");
	e->arg[0] = at;
	e->arg[1] = i;
	return e;
}

static struct value eval_array_cast(const struct expr *e)
{
	struct value a = eval(e->arg[0]);
	uint64_t v = 0;
	int size = a.type->part[0]->size;

	for (int i = 0; i < a.type->n; i++)
		v |= ((uint64_t)a.part[i].num & (~0ull >> (64 - 8 * size))) << (8 * size * i);
	return number(e->type, (int64_t)v);
}

static struct expr *number_of_array(int depth)
{
	struct var *v = any_var(is_array);
	int bytes = v ? v->type->n * v->type->part[0]->size : 0;
	struct expr *e;

	if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)
		return NULL;
	e = new_expr(int_type(bytes, chance(50)), eval_array_cast, UNARY, NULL);
	e->arg[0] = read_var(v, depth);
	if (!e->arg[0])
		return NULL;
	e->text = text("(%s)%s", type_text(e->type), e->arg[0]->text);
	return e;
}

static bool is_memory(const struct var *v)
{
	return !v->agg && !v->key && v->type->kind == INT;
}

static struct value eval_memory(const struct expr *e)
{
	int64_t v = e->var->is_map ? map_get(e->var, scalar_key()).num : e->var->value.num;

	return number(e->type, (int64_t)((uint64_t)v >> 8 * e->op));
}

/* *&$v, *((uint8 *)&$v + 3), ((uint16 *)&@m)[1] */
static struct expr *number_memory(int depth)
{
	struct var *v = any_var(is_memory);
	struct expr *e;
	int size;

	(void)depth;
	if (!v)
		return NULL;
	covered("ADDR");
	covered("DEREF");
	e = new_expr(v->type, eval_memory, UNARY, text("*(&%s)", v->name));
	e->var = v;
	if (chance(30))
		return e;
	do
		size = 1 << rnd(4);
	while (size > v->type->size);
	e->type = int_type(size, chance(50));
	e->op = (int)rnd((unsigned)(v->type->size / size));
	e->text = chance(50) ? text("*((%s *)&%s + %d)", type_text(e->type), v->name, e->op) :
			       text("((%s *)&%s)[%d]", type_text(e->type), v->name, e->op);
	e->op *= size;
	return e;
}

static struct value eval_member(const struct expr *e)
{
	const struct member *m = &layout_members[e->op];
	int64_t bytes = e->arg[0] ? eval(e->arg[0]).num : e->var->is_map ? map_get(e->var, scalar_key()).num : e->var->value.num;

	return number(e->type, m->get(&bytes));
}

static bool is_word(const struct var *v)
{
	return is_memory(v) && v->type->size == 8;
}

static bool is_object(const struct var *v)
{
	return !v->agg && v->type->kind == OBJECT;
}

/* ((struct bits *)&$v)->a, $object.a, @objects[k].a */
static struct expr *number_member(int depth)
{
	struct var *v = any_var(chance(50) ? is_object : is_word);
	const struct member *m;
	struct expr *e;
	int i;

	if (!v)
		return NULL;
	do
		m = &layout_members[i = (int)rnd((unsigned)member_count)];
	while (v->type->kind == OBJECT && m->of != v->type->layout);
	e = new_expr(int_type(m->size, m->is_signed), eval_member, POSTFIX, NULL);
	e->op = i;
	e->var = v;
	if (v->type->kind == OBJECT) {
		e->arg[0] = read_var(v, depth);
		if (!e->arg[0])
			return NULL;
		e->text = text("%s.%s", e->arg[0]->text, m->path);
	} else {
		e->text = text(chance(70) ? "((struct %s *)&%s)->%s" : "(*((struct %s *)&%s)).%s", m->of->name, v->name, m->path);
	}
	covered("FIELD");
	return e;
}

/* { statements; e }, and the literals of comptime */

static struct value eval_block(const struct expr *e)
{
	run(e->body);
	return eval(e->arg[0]);
}

static struct expr *block(struct expr *(*inner)(int), int depth)
{
	int outer = nvars;
	struct stmt *body;
	struct expr *e, *value;

	if (pure)
		return NULL;
	body = gen_block(1 + (int)rnd(2), -1);
	value = inner(depth - 1);
	nvars = outer;
	e = new_expr(value->type, eval_block, LOWEST, text("{ %s%s }", block_text(body), operand(value, TERNARY)));
	covered("BLOCK");
	e->body = body;
	e->arg[0] = value;
	return e;
}

static struct expr *number_block(int depth)
{
	return block(gen_number, depth);
}

static struct expr *number_comptime(int depth)
{
	struct expr *e = gen_number(depth - 1);
	bool literal = e->literal;

	if (!literal)
		return NULL;
	covered("COMPTIME");
	e = known(e->known, UNARY, text("comptime %s", operand(e, UNARY)), true);
	return e;
}

static struct expr *number_macro(int depth)
{
	struct expr *a, *e;

	pure++;
	a = gen_number(depth - 1);
	pure--;
	e = binary(ADD, a, a);
	if (e->arg[0] != a) /* it would not fold */
		return NULL;
	covered("macro");
	e->text = text("twice(%s)", a->text);
	e->prec = POSTFIX;
	return e;
}

/* calls */

struct call {
	const char *name;
	const char *args; /* s string, m cast number, 4 literal of 1 to 4, M keyed map, k its key, g and G getopt's */
	const struct type *(*result)(const struct expr *e);
	int64_t (*value)(const struct value *v, const struct expr *e);
};

static const struct type *of_u64(const struct expr *e)
{
	(void)e;
	return int_type(8, false);
}

static const struct type *of_i64(const struct expr *e)
{
	(void)e;
	return int_type(8, true);
}

static const struct type *of_bool(const struct expr *e)
{
	(void)e;
	return &bool_type;
}

static const struct type *of_arg(const struct expr *e)
{
	return int_type(e->arg[0]->type->size, false);
}

static int64_t call_strlen(const struct value *v, const struct expr *e)
{
	(void)e;
	return (int64_t)strlen(v->text);
}

static int64_t call_strncmp(const struct value *v, const struct expr *e)
{
	(void)e;
	return strncmp(v[0].text, v[1].text, (size_t)v[2].num) != 0;
}

static int64_t call_strstr(const struct value *v, const struct expr *e)
{
	const char *at = strstr(v[0].text, v[1].text);

	(void)e;
	return at ? at - v[0].text : -1;
}

static int64_t call_strcontains(const struct value *v, const struct expr *e)
{
	return call_strstr(v, e) >= 0;
}

static int64_t call_memcmp(const struct value *v, const struct expr *e)
{
	(void)e;
	for (int64_t i = 0; i < v[2].num; i++) {
		int d = (unsigned char)v[0].text[i] - (unsigned char)v[1].text[i];

		if (d || !v[0].text[i])
			return d;
	}
	return 0;
}

static int64_t call_bswap(const struct value *v, const struct expr *e)
{
	return (int64_t)(__builtin_bswap64((uint64_t)v->num) >> (64 - 8 * e->type->size));
}

static int64_t call_len(const struct value *v, const struct expr *e)
{
	(void)v;
	return (int64_t)e->var->n;
}

static int64_t call_has_key(const struct value *v, const struct expr *e)
{
	return find(e->var, v[1]) != NULL;
}

static int64_t call_delete(const struct value *v, const struct expr *e)
{
	return map_delete(e->var, v[1]);
}

static int64_t call_getopt(const struct value *v, const struct expr *e)
{
	(void)e;
	return v[1].num == 7 ? 9 : v[1].num; /* --num=9, and nothing else */
}

static const struct call calls[] = {
	{"strlen", "s", of_u64, call_strlen},
	{"strncmp", "ss4", of_u64, call_strncmp},
	{"strstr", "ss", of_i64, call_strstr},
	{"strcontains", "ss", of_bool, call_strcontains},
	{"memcmp", "ss1", of_i64, call_memcmp},
	{"bswap", "m", of_arg, call_bswap},
	{"len", "M", of_i64, call_len},
	{"has_key", "Mk", of_bool, call_has_key},
	{"delete", "Mk", of_bool, call_delete},
	{"getopt", "gG", of_u64, call_getopt},
};

static struct value eval_call(const struct expr *e)
{
	struct value v[MOST_PARTS];

	for (int i = 0; e->arg[i]; i++)
		v[i] = eval(e->arg[i]);
	return number(e->type, calls[e->op].value(v, e));
}

static bool is_keyed(const struct var *v)
{
	return v->is_map && v->key;
}

static struct expr *word(const char *s)
{
	return known((struct value){.type = string_type((int)strlen(s) + 1), .text = s}, POSTFIX, text("\"%s\"", s), true);
}

static struct expr *argument(char what, struct var *map, int depth)
{
	if (what == 's')
		return gen_string(depth - 1, max_strlen);
	if (what == 'n')
		return gen_number(depth - 1);
	if (what == 'm')
		return cast_to(random_int(), gen_number(depth - 1));
	if (what == 'k')
		return gen_value(map->key, depth - 1);
	if (what == 'g')
		return word("num");
	if (what == 'G')
		return number_literal(7, false);
	return number_literal(1 + (int64_t)rnd((unsigned)(what - '0')), false);
}

static struct expr *call(const struct call *c, int depth)
{
	struct expr *e = new_expr(NULL, eval_call, POSTFIX, "");
	struct var *map = c->args[0] == 'M' ? any_var(is_keyed) : NULL;

	if ((c->args[0] == 'M' && !map) || (pure && !strcmp(c->name, "delete")))
		return NULL;
	e->op = (int)(c - calls);
	e->var = map;
	for (int i = 0; c->args[i]; i++) {
		if (c->args[i] == 'M') {
			e->arg[i] = known(zero(&bool_type), POSTFIX, map->name, false);
		} else {
			pure += map != NULL;
			e->arg[i] = argument(c->args[i], map, depth);
			pure -= map != NULL;
			if (c->args[i] == 'k' && e->arg[i]->type->kind == TUPLE)
				e->arg[i]->prec = LOWEST;
		}
		e->text = text("%s%s%s", e->text, i ? ", " : "", e->arg[i]->prec == LOWEST ? text("(%s)", e->arg[i]->text) : e->arg[i]->text);
	}
	e->type = c->result(e);
	e->text = text("%s(%s)", c->name, e->text);
	covered(c->name);
	covered("CALL");
	return e;
}

static struct expr *number_call(int depth)
{
	return call(&calls[rnd(ARRAY_SIZE(calls))], depth);
}

/* builtin values: those that are known, and what is true of the others */

static struct expr *number_builtin(int depth)
{
	static const char *const names[] = {"uid", "gid", "ncpus"};
	unsigned i = rnd(ARRAY_SIZE(names));
	int64_t v = i == 0 ? getuid() : i == 1 ? getgid() : sysconf(_SC_NPROCESSORS_ONLN);

	(void)depth;
	covered(names[i]);
	return known((struct value){.type = int_type(8, false), .num = v}, POSTFIX, names[i], false);
}

static const struct production numbers[] = {
	{"leaf", number_leaf}, {"var", number_var}, {"var", number_var}, {"param", number_param}, {"enum", number_enum},
	{"memory", number_memory}, {"builtin", number_builtin}, {"part", number_part},
	/* from here on they need depth */
	{"binary", number_binary}, {"binary", number_binary}, {"binary", number_binary}, {"unary", number_unary}, {"cast", number_cast},
	{"choice", number_choice}, {"elvis", number_elvis}, {"sizeof", number_sizeof}, {"incdec", gen_step},
	{"element", number_element}, {"of array", number_of_array}, {"member", number_member}, {"block", number_block},
	{"comptime", number_comptime}, {"macro", number_macro}, {"call", number_call}, {"call", number_call}, {"bool", gen_bool},
};
#define NUMBER_LEAVES 8

static struct expr *choose(const struct production *list, unsigned all, unsigned leaves, int depth)
{
	struct expr *e = NULL;

	for (int i = 0; i < 20 && !e; i++)
		e = list[rnd(depth > 0 ? all : leaves)].make(depth);
	return e ? e : list[0].make(depth);
}

struct expr *gen_number(int depth)
{
	return choose(numbers, ARRAY_SIZE(numbers), NUMBER_LEAVES, depth);
}

struct expr *small_number(int depth, int below)
{
	struct expr *e;

	if (depth <= 0 || below & (below - 1) || chance(50))
		return number_literal((int64_t)rnd((unsigned)below), false);
	e = gen_number(depth);
	if (e->literal)
		e = hide(e);
	return binary(BAND, e, number_literal(below - 1, false));
}

/* bools */

static struct expr *bool_leaf(int depth)
{
	bool v = chance(50);

	(void)depth;
	covered("BOOL");
	return known((struct value){.type = &bool_type, .num = v}, POSTFIX, v ? "true" : "false", true);
}

static bool is_bool_var(const struct var *v)
{
	return !v->agg && v->type->kind == BOOL;
}

static struct expr *bool_var(int depth)
{
	return read_var(any_var(is_bool_var), depth);
}

static struct expr *bool_compare(int depth)
{
	struct expr *a = gen_number(depth - 1);

	return binary(EQ + (int)rnd(BOTH - EQ), a, gen_number(depth - 1));
}

static struct expr *compare_parts(struct expr *a, struct expr *b)
{
	int op = chance(50) ? EQ : NE;
	struct expr *e = new_expr(&bool_type, eval_binary, EQUALITY,
				  text("%s %s %s", operand(a, EQUALITY), binaries[op].text, operand(b, EQUALITY + 1)));

	e->op = op;
	e->arg[0] = a;
	e->arg[1] = b;
	return e;
}

static struct expr *bool_strings(int depth)
{
	struct expr *a = gen_string(depth - 1, max_strlen), *b = gen_string(depth - 1, max_strlen);

	return a->literal && b->literal ? NULL : compare_parts(a, b);
}

static bool is_comparable(const struct type *t)
{
	if (t->kind == ARRAY || is_number(t) || t->kind == STRING)
		return true;
	if ((t->kind != TUPLE && t->kind != RECORD) || !t->n)
		return false;
	for (int i = 0; i < t->n; i++)
		if (!is_comparable(t->part[i]))
			return false;
	return true;
}

static bool is_comparable_var(const struct var *v)
{
	return !v->agg && !is_number(v->type) && is_comparable(v->type);
}

static struct expr *bool_values(int depth)
{
	struct var *v = any_var(is_comparable_var);
	struct expr *a;

	if (!v || v->type->kind == STRING)
		return NULL;
	a = read_var(v, depth);
	return a ? compare_parts(a, gen_value(v->type, depth - 1)) : NULL;
}

static struct expr *bool_logical(int depth)
{
	struct expr *a = chance(70) ? gen_bool(depth - 1) : gen_number(depth - 1);

	return binary(chance(50) ? BOTH : EITHER, a, chance(70) ? gen_bool(depth - 1) : gen_number(depth - 1));
}

static struct expr *bool_not(int depth)
{
	return unary('!', chance(50) ? gen_bool(depth - 1) : gen_number(depth - 1));
}

static struct expr *bool_cast(int depth)
{
	return cast_to(&bool_type, gen_number(depth - 1));
}

static struct expr *bool_call(int depth)
{
	const struct call *c = &calls[rnd(ARRAY_SIZE(calls))];

	return c->result == of_bool ? call(c, depth) : NULL;
}

static struct expr *bool_choice(int depth)
{
	struct expr *c = gen_bool(depth - 1), *a = gen_bool(depth - 1);

	return choice(c, a, gen_bool(depth - 1));
}

/* what cannot be foretold, in words that can */
static struct expr *bool_builtin(int depth)
{
	static const struct {
		const char *name, *text;
		bool is;
	} facts[] = {
		{"pid", "pid > 0", true}, {"tid", "tid < 1", false}, {"nsecs", "nsecs >= 1", true}, {"elapsed", "elapsed > 0", true},
		{"jiffies", "jiffies == 0", false}, {"numaid", "numaid < 1024", true}, {"cpu", "cpu < 8192", true}, {"rand", "rand >= 0", true},
		{"curtask", "curtask != 0", true}, {"curtask", "curtask->tgid == pid", true}, {"cgroup", "cgroup >= 0", true}, {"ppid", "ppid > 0", true},
		{"kstack", "len(kstack) >= 0", true}, {"ustack", "len(ustack(perf, 5)) > 5", false}, {"has_cpid", "has_cpid == false", true},
		{"comm", "comm == \"probe\"", true}, {"nsecs", "nsecs(boot) < 1", false}, {"kstack", "len(kstack(3)) <= 3", true},
	};
	unsigned i = rnd(ARRAY_SIZE(facts));

	(void)depth;
	covered(facts[i].name);
	return known((struct value){.type = &bool_type, .num = facts[i].is}, EQUALITY, facts[i].text, false);
}

/* is_str(x) and its like: literals that say what x is */
static struct expr *bool_is(int depth)
{
	static const char *const names[] = {"is_str", "is_ptr", "is_array", "is_integer", "is_unsigned_integer", "is_literal"};
	unsigned i = rnd(ARRAY_SIZE(names));
	struct expr *e;
	bool v;

	pure++;
	e = chance(50) ? read_var(any_var(is_memory), 0) : chance(50) ? gen_string(0, max_strlen) : number_leaf(depth);
	pure--;
	if (!e)
		return NULL;
	v = i == 0 ? e->type->kind == STRING : i == 3 ? e->type->kind == INT : i == 4 ? e->type->kind == INT && !e->type->is_signed :
	    i == 5 ? e->literal : false;
	covered(names[i]);
	return known((struct value){.type = &bool_type, .num = v}, POSTFIX, text("%s(%s)", names[i], e->text), true);
}

static const struct production bools[] = {
	{"leaf", bool_leaf}, {"var", bool_var}, {"builtin", bool_builtin},
	{"compare", bool_compare}, {"compare", bool_compare}, {"strings", bool_strings}, {"values", bool_values}, {"logical", bool_logical},
	{"logical", bool_logical}, {"not", bool_not}, {"cast", bool_cast}, {"call", bool_call}, {"choice", bool_choice}, {"is", bool_is},
};

struct expr *gen_bool(int depth)
{
	return choose(bools, ARRAY_SIZE(bools), 3, depth);
}

/* strings */

static const char *const words[] = {"", "a", "ab", "abc", "abcd", "b", "probe", "word", "hello world", "/etc/passwd", "x=1,y=2", "fifteen letters",
				    "a somewhat longer string that fills more than one cache line, or so"};

static int room; /* the capacity that a string may have */

static struct expr *string_leaf(int depth)
{
	const char *s;

	(void)depth;
	do
		s = words[rnd(ARRAY_SIZE(words))];
	while ((int)strlen(s) >= room);
	covered("STRING");
	return word(s);
}

static bool is_string_var(const struct var *v)
{
	return !v->agg && v->type->kind == STRING && v->type->size <= room;
}

static struct expr *string_var(int depth)
{
	return read_var(any_var(is_string_var), depth);
}

static bool is_short_string(const struct type *t)
{
	return t->kind == STRING && t->size <= room;
}

static struct expr *string_part(int depth)
{
	return part(depth, is_short_string);
}

static struct expr *string_builtin(int depth)
{
	static const struct {
		const char *name, *is;
		int size;
	} known_ones[] = {{"comm", "probe", 16}, {"probetype", "special", 8}, {"$2", "word", 5}};
	unsigned i = rnd(ARRAY_SIZE(known_ones));

	(void)depth;
	if (known_ones[i].size > room)
		return NULL;
	covered(known_ones[i].name);
	return known((struct value){.type = string_type(known_ones[i].size), .text = known_ones[i].is}, POSTFIX, known_ones[i].name, i > 0);
}

static struct expr *string_choice(int depth)
{
	int most = room;
	struct expr *c = gen_bool(depth - 1), *a = gen_string(depth - 1, most), *b = gen_string(depth - 1, most);

	return choice(c, a, b);
}

static struct value eval_str(const struct expr *e)
{
	struct value s = eval(e->arg[0]), n = e->arg[1] ? eval(e->arg[1]) : number(int_type(8, false), max_strlen);
	uint64_t most = (uint64_t)n.num;

	if (most > (uint64_t)e->type->size)
		most = (uint64_t)e->type->size;
	return string(e->type, most ? text("%.*s", (int)most - 1, s.text) : "");
}

static struct expr *string_str(int depth)
{
	int most = room, keep = 1 + (int)rnd(12);
	struct expr *of = gen_string(depth - 1, max_strlen), *n = NULL, *e;

	covered("str");
	if (of->literal) { /* folds: the first keep characters */
		if (keep > most - 1)
			keep = most - 1;
		return known((struct value){.type = string_type((int)strnlen(of->known.text, (size_t)keep) + 1), .text = text("%.*s", keep, of->known.text)},
			     POSTFIX, text("str(%s, %d)", of->text, keep), true);
	}
	if (most >= max_strlen && chance(60)) {
		n = chance(50) ? gen_number(depth - 1) : NULL;
		if (n && n->literal)
			n = hide(n);
		keep = max_strlen - 1;
	} else if (keep + 1 > most) {
		return NULL;
	} else {
		n = number_literal(keep, false);
	}
	e = new_expr(string_type(keep + 1 < max_strlen ? keep + 1 : max_strlen), eval_str, POSTFIX, text(n ? "str(%s, %s)" : "str(%s)", of->text, n ? n->text : ""));
	e->arg[0] = of;
	e->arg[1] = n;
	return e;
}

static struct value eval_concat(const struct expr *e)
{
	struct value a = eval(e->arg[0]);

	return string(e->type, text("%s%s", a.text, eval(e->arg[1]).text));
}

static struct expr *string_concat(int depth)
{
	struct expr *a, *b, *e;

	if (room < 1024)
		return NULL;
	a = gen_string(depth - 1, 512);
	b = gen_string(depth - 1, 512);
	e = new_expr(string_type(1024), eval_concat, POSTFIX, text("str_concat(%s, %s)", a->text, b->text));
	covered("str_concat");
	e->arg[0] = a;
	e->arg[1] = b;
	return e;
}

static struct expr *string_sum(int depth)
{
	int half = room / 2;
	struct expr *a = gen_string(0, half > 1 ? half : 1), *b = gen_string(0, half > 1 ? half : 1);
	size_t n;

	(void)depth;
	if (!a->literal || !b->literal)
		return NULL;
	n = strlen(a->known.text);
	if (n && chance(40)) {
		size_t skip = rnd((unsigned)n);

		return known((struct value){.type = string_type((int)(n - skip) + 1), .text = a->known.text + skip}, SUMS, text("%s + %zu", a->text, skip), true);
	}
	return known((struct value){.type = string_type((int)(n + strlen(b->known.text)) + 1), .text = text("%s%s", a->known.text, b->known.text)}, SUMS,
		     text("%s + %s", a->text, b->text), true);
}

static struct expr *in_room(int depth)
{
	return gen_string(depth, room);
}

static struct expr *string_block(int depth)
{
	return block(in_room, depth);
}

static const struct production strings[] = {
	{"leaf", string_leaf}, {"var", string_var}, {"builtin", string_builtin}, {"part", string_part},
	{"choice", string_choice}, {"str", string_str}, {"str", string_str}, {"concat", string_concat}, {"sum", string_sum}, {"block", string_block},
};

struct expr *gen_string(int depth, int capacity)
{
	int outer = room;
	struct expr *e = NULL;

	for (int i = 0; i < 20 && (!e || e->type->size > capacity); i++) {
		room = capacity;
		e = strings[rnd(depth > 0 ? ARRAY_SIZE(strings) : 4)].make(depth);
	}
	room = capacity;
	if (!e || e->type->size > capacity)
		e = string_leaf(depth);
	room = outer;
	return e;
}

/* values of any type */

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
	struct expr *e = new_expr(NULL, eval_parts, POSTFIX, "");

	for (int i = 0; i < t->n; i++) {
		e->arg[i] = inner(t->part[i], depth - 1);
		part[i] = e->arg[i]->type;
		e->text = text("%s%s%s%s", e->text, i ? ", " : "", t->kind == RECORD ? text("%s=", t->name[i]) : "", operand(e->arg[i], TERNARY));
	}
	e->text = text(t->kind == TUPLE && t->n == 1 ? "(%s,)" : "(%s)", e->text);
	e->type = parts_type(t->kind, t->n, part, t->kind == RECORD ? (const char **)t->name : NULL);
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
	e = new_expr(t, eval_to_array, UNARY, text("(%s)%s", chance(80) ? type_text(t) : text("%s[]", type_text(t->part[0])), operand(a, UNARY)));
	e->arg[0] = a;
	return e;
}

static struct value eval_object(const struct expr *e)
{
	struct value v = zero(e->type);

	v.num = e->var->is_map ? map_get(e->var, scalar_key()).num : e->var->value.num;
	return v;
}

static struct expr *object(const struct type *t)
{
	struct var *v = any_var(is_word);
	struct expr *e;

	if (!v)
		return NULL;
	e = new_expr(t, eval_object, UNARY, text("*((struct %s *)&%s)", t->layout->name, v->name));
	e->var = v;
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

/* types */

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
		return key || chance(60) ? parts_type(TUPLE, n, part, NULL) : parts_type(RECORD, n, part, (const char **)names);
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
		while (!strcmp(l->name, "loose"));
		return object_type(l);
	}
	if (pick < 96) {
		struct type *t = make(sizeof(*t));

		*t = (struct type){.kind = BUFFER, .size = 1 + (int)rnd(6)};
		return t;
	}
	return text_type(texts[rnd(ARRAY_SIZE(texts))]);
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
