/* Bools. */
#include "gen.h"

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
		{"pid", "pid > 0", true},
		{"tid", "tid < 1", false},
		{"nsecs", "nsecs >= 1", true},
		{"elapsed", "elapsed > 0", true},
		{"jiffies", "jiffies == 0", false},
		{"numaid", "numaid < 1024", true},
		{"cpu", "cpu < 8192", true},
		{"rand", "rand >= 0", true},
		{"curtask", "curtask != 0", true},
		{"curtask", "curtask->tgid == pid", true},
		{"cgroup", "cgroup >= 0", true},
		{"ppid", "ppid > 0", true},
		{"kstack", "len(kstack) >= 0", true},
		{"ustack", "len(ustack(perf, 5)) > 5", false},
		{"has_cpid", "has_cpid == false", true},
		{"comm", "comm == \"probe\"", true},
		{"nsecs", "nsecs(boot) < 1", false},
		{"kstack", "len(kstack(3)) <= 3", true},
	};
	unsigned i = rnd(ARRAY_SIZE(facts));

	(void)depth;
	covered(facts[i].name);
	return known((struct value){.type = &bool_type, .num = facts[i].is}, EQUALITY, facts[i].text, false);
}

/* is_str(x) and its like: literals that say what x is */
static struct expr *bool_is(int depth)
{
	static const char *const names[] = {"is_str",    "is_ptr", "is_array", "is_integer", "is_unsigned_integer",
					    "is_literal"};
	unsigned i = rnd(ARRAY_SIZE(names));
	struct expr *e;
	bool v;

	pure++;
	e = chance(50) ? read_var(any_var(is_memory), 0) : chance(50) ? gen_string(0, max_strlen) : number_leaf(depth);
	pure--;
	if (!e)
		return NULL;
	v = i == 0   ? e->type->kind == STRING
	    : i == 3 ? e->type->kind == INT
	    : i == 4 ? e->type->kind == INT && !e->type->is_signed
	    : i == 5 ? e->literal
		     : false;
	covered(names[i]);
	return known((struct value){.type = &bool_type, .num = v}, POSTFIX, text("%s(%s)", names[i], e->text), true);
}

static const struct production bools[] = {
	{"leaf", bool_leaf},       {"var", bool_var},         {"builtin", bool_builtin}, {"compare", bool_compare},
	{"compare", bool_compare}, {"strings", bool_strings}, {"values", bool_values},   {"logical", bool_logical},
	{"logical", bool_logical}, {"not", bool_not},         {"cast", bool_cast},       {"call", bool_call},
	{"choice", bool_choice},   {"is", bool_is},           {"pointer", bool_pointer},
};

struct expr *gen_bool(int depth)
{
	return choose(bools, ARRAY_SIZE(bools), 3, depth);
}
