/* Loops, and what leaves them. */
#include "gen.h"

static struct stmt *loop_body(struct var *v, int depth)
{
	int outer = nvars;
	struct stmt *body;

	declare(v);
	loops++;
	body = gen_block(1 + (int)rnd(3), depth - 1);
	loops--;
	nvars = outer;
	return body;
}

static enum flow run_while(const struct stmt *s)
{
	enum flow f = ON;

	for (int64_t i = 1; i <= s->op && f != BREAK && f != RETURN; i++) {
		s->var->value.num = i;
		f = run(s->body);
	}
	return f == RETURN ? f : ON;
}

struct stmt *stmt_while(int depth)
{
	struct var *v = new_var(int_type(8, true), true);
	struct stmt *s = new_stmt(run_while, NULL);

	s->var = v;
	s->op = 1 + (int)rnd(4);
	s->body = loop_body(v, depth);
	s->text = text("%s = 0;\nwhile (%s < %d) {\n%s++;\n%s}", v->name, v->name, s->op, v->name, block_text(s->body));
	covered("WHILE");
	return s;
}

static enum flow run_range(const struct stmt *s)
{
	int64_t from = eval(s->e[0]).num, to = eval(s->e[1]).num;
	enum flow f = ON;

	for (int64_t i = from; i < to && f != BREAK && f != RETURN; i++) {
		s->var->value.num = i;
		f = run(s->body);
	}
	return f == RETURN ? f : ON;
}

struct stmt *stmt_range(int depth)
{
	struct var *v = new_var(int_type(8, true), true);
	struct stmt *s = new_stmt(run_range, NULL);
	struct expr *from = small_number(depth - 1, 4), *to = small_number(depth - 1, 4);

	s->var = v;
	s->e[0] = from;
	s->e[1] = to;
	s->body = loop_body(v, depth);
	s->text = text(chance(70) ? "for (%s : %s..%s) {\n%s}" : "for %s : %s..%s {\n%s}", v->name,
		       operand(from, POSTFIX), operand(to, POSTFIX), block_text(s->body));
	covered("FOR");
	return s;
}

static enum flow run_unroll(const struct stmt *s)
{
	enum flow f = ON;

	for (int i = 0; i < s->op && f == ON; i++)
		f = run(s->body);
	return f;
}

struct stmt *stmt_unroll(int depth)
{
	struct stmt *s = new_stmt(run_unroll, NULL);

	s->op = 1 + (int)rnd(3);
	s->body = gen_block(1 + (int)rnd(2), depth - 1);
	s->text = text("unroll(%d) {\n%s}", s->op, block_text(s->body));
	covered("UNROLL");
	return s;
}

static bool is_iterable(const struct var *v)
{
	return is_keyed(v) && v->agg <= MAX;
}

static enum flow run_for_map(const struct stmt *s)
{
	struct var *m = s->var, *kv = s->e[0]->var, *sum = s->e[1]->var;
	const struct expr *skip = s->e[2], *by = s->e[3];

	sum->value.num = 0;
	for (size_t i = 0; i < m->n; i++) {
		kv->value = zero(kv->type);
		kv->value.part[0] = m->entries[i].key;
		kv->value.part[1] =
			m->agg ? number(kv->type->part[1], map_read(m, m->entries[i].key)) : m->entries[i].value;
		if (!skip || !eval(skip).num)
			sum->value = number(sum->type, eval(by).num);
	}
	return ON;
}

static enum flow run_for_one(const struct stmt *s)
{
	struct var *m = s->var, *kv = s->e[0]->var;
	enum flow f = ON;

	if (m->n == 1) {
		kv->value = zero(kv->type);
		kv->value.part[0] = m->entries[0].key;
		kv->value.part[1] =
			m->agg ? number(kv->type->part[1], map_read(m, m->entries[0].key)) : m->entries[0].value;
		f = run(s->body);
	}
	return f == RETURN ? f : ON;
}

static struct var *pair_of(struct var *m)
{
	const struct type *pair[] = {m->key, m->agg ? int_type(8, m->agg == COUNT || m->of->is_signed) : m->type};

	return new_var(parts_type(TUPLE, 2, pair, NULL), true);
}

/* any statements, for a map that has one entry at most, and is left alone */
static struct stmt *for_one(struct var *m, int depth)
{
	struct stmt *s = new_stmt(run_for_one, NULL);
	struct var *kv = pair_of(m);
	bool was_fixed = m->fixed;

	s->var = m;
	s->e[0] = variable(kv);
	m->fixed = true;
	s->body = loop_body(kv, depth);
	m->fixed = was_fixed;
	s->text = text("if (len(%s) < 2) {\nfor (%s : %s) {\n%s}\n}", m->name, kv->name, m->name, block_text(s->body));
	covered("FOR");
	return s;
}

/* entries come in any order: what is done with them must not depend on it */
struct stmt *stmt_for(int depth)
{
	struct var *m = any_var(is_iterable), *kv, *sum;
	struct stmt *s = new_stmt(run_for_map, NULL);
	static const int ops[] = {ADD, BXOR, BAND, BOR};
	int outer = nvars;

	if (!m)
		return NULL;
	if (chance(50))
		return for_one(m, depth);
	kv = pair_of(m);
	sum = new_var(int_type(8, chance(50)), false);
	s->var = m;
	s->e[0] = variable(kv);
	s->e[1] = variable(sum);
	declare(kv);
	pure++;
	s->e[2] = chance(40) ? gen_bool(depth) : NULL;
	s->e[3] = binary(ops[rnd(ARRAY_SIZE(ops))], variable(sum), cast_to(sum->type, gen_number(depth)));
	pure--;
	nvars = outer;
	s->text = text("%s = (%s)0;\nfor (%s : %s) {\n", sum->name, type_text(sum->type), kv->name, m->name);
	if (s->e[2])
		s->text = text("%sif (%s) { continue; }\n", s->text, s->e[2]->text);
	s->text = text("%s%s %s= %s;\n}", s->text, sum->name, binary_text(s->e[3]->op), s->e[3]->arg[1]->text);
	declare(sum);
	covered("FOR");
	return s;
}

static enum flow run_jump(const struct stmt *s)
{
	return eval(s->e[0]).num ? (enum flow)s->op : ON;
}

struct stmt *stmt_jump(int depth)
{
	struct stmt *s = new_stmt(run_jump, NULL);

	if (loops && chance(80))
		s->op = chance(50) ? BREAK : CONTINUE;
	else if (may_return && in_function())
		return function_return(depth);
	else if (may_return && chance(20))
		s->op = RETURN;
	else
		return NULL;
	s->e[0] = gen_bool(depth);
	s->text = text("if (%s) { %s; }", s->e[0]->text,
		       s->op == BREAK      ? "break"
		       : s->op == CONTINUE ? "continue"
					   : "return");
	covered(s->op == BREAK ? "BREAK" : s->op == CONTINUE ? "CONTINUE" : "RETURN");
	return s;
}
