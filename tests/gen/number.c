/* Numbers. */
#include "gen.h"

#include <unistd.h>

struct expr *number_literal(int64_t v, bool over)
{
	const char *s;

	covered("INT");
	if (over)
		s = text(chance(50) ? "%llu" : "0x%llx", (unsigned long long)v);
	else if (v < 0)
		s = text("-%llu", 0 - (unsigned long long)v);
	else if (v && v % 1000 == 0 && chance(50))
		s = v % 1000000 == 0 && chance(50) ? text("%llde6", (long long)v / 1000000)
						   : text("%lldus", (long long)v / 1000);
	else if (v > 9999 && chance(20))
		s = text("%lld_%03lld", (long long)v / 1000, (long long)v % 1000);
	else
		s = text(chance(80) ? "%lld" : chance(70) ? "0x%llx" : "0%llo", (long long)v);
	return known((struct value){.type = literal_type(v, over), .num = v}, v < 0 && !over ? UNARY : POSTFIX, s,
		     true);
}

struct expr *number_leaf(int depth)
{
	static const int64_t edges[] = {0,          1,          2,          3,          7,
					8,          10,         63,         64,         100,
					127,        128,        255,        256,        1000,
					32767,      32768,      65535,      65536,      1000000,
					2147483647, 2147483648, 4294967295, 4294967296, 1000000000000,
					INT64_MAX};

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

struct expr *number_enum(int depth)
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
		return known((struct value){.type = literal_type(of->type->size, false), .num = of->type->size},
			     POSTFIX, text("sizeof((%s))", of->text), true);
	}
	if (chance(50)) {
		covered("SIZEOF");
		return known((struct value){.type = literal_type(8, false), .num = t->size}, POSTFIX,
			     text("sizeof(%s)", type_text(t)), true);
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

static struct expr *number_block(int depth)
{
	return block_expr(gen_number, depth);
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
	{"leaf", number_leaf},
	{"var", number_var},
	{"var", number_var},
	{"param", number_param},
	{"enum", number_enum},
	{"memory", number_memory},
	{"given", number_given},
	{"given", number_given},
	{"pointer", number_pointer},
	{"builtin", number_builtin},
	{"part", number_part},
	/* from here on they need depth */
	{"binary", number_binary},
	{"binary", number_binary},
	{"binary", number_binary},
	{"unary", number_unary},
	{"cast", number_cast},
	{"choice", number_choice},
	{"elvis", number_elvis},
	{"sizeof", number_sizeof},
	{"incdec", gen_step},
	{"element", number_element},
	{"of array", number_of_array},
	{"member", number_member},
	{"block", number_block},
	{"comptime", number_comptime},
	{"macro", number_macro},
	{"expands", number_expands},
	{"fn", number_fn},
	{"fn", number_fn},
	{"call", number_call},
	{"call", number_call},
	{"bool", gen_bool},
};
#define NUMBER_LEAVES 11

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
