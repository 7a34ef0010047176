/* Statements: their words, branches and blocks. */
#include "gen.h"

enum flow run(const struct stmt *list)
{
	enum flow f = ON;

	for (; list && f == ON; list = list->next)
		f = list->run(list);
	return f;
}

const char *block_text(const struct stmt *list)
{
	const char *s = "";

	for (; list; list = list->next)
		s = text("%s%s\n", s, list->text);
	return s;
}

struct stmt *new_stmt(enum flow (*run)(const struct stmt *), const char *s)
{
	struct stmt *n = make(sizeof(*n));

	n->run = run;
	n->text = s;
	return n;
}

static enum flow run_if(const struct stmt *s)
{
	return run(eval(s->e[0]).num ? s->body : s->other);
}

static struct stmt *stmt_if(int depth)
{
	struct stmt *s = new_stmt(run_if, NULL);

	s->e[0] = chance(80) ? gen_bool(depth) : gen_number(depth);
	if (s->e[0]->literal && chance(30)) {
		s->text = text("if comptime (%s)", s->e[0]->text);
		covered("COMPTIME");
	} else {
		s->text = text("if (%s)", s->e[0]->text);
	}
	s->body = gen_block(1 + (int)rnd(3), depth - 1);
	s->text = text("%s {\n%s}", s->text, block_text(s->body));
	if (depth > 1 && chance(15)) {
		s->other = stmt_if(depth - 1);
		s->text = text("%s else %s", s->text, s->other->text);
	} else if (chance(50)) {
		s->other = gen_block(1 + (int)rnd(3), depth - 1);
		s->text = text("%s else {\n%s}", s->text, block_text(s->other));
	}
	covered("IF");
	return s;
}

static enum flow run_block(const struct stmt *s)
{
	return run(s->body);
}

static struct stmt *stmt_block(int depth)
{
	struct stmt *s = new_stmt(run_block, NULL);

	s->body = gen_block(1 + (int)rnd(3), depth - 1);
	s->text = text("{\n%s}", block_text(s->body));
	covered("BLOCK");
	return s;
}

static const struct {
	struct stmt *(*make)(int depth);
	int weight;
	bool flat; /* neither nests nor jumps */
} productions[] = {
	{stmt_print, 20, true},   {stmt_printf, 15, true},    {stmt_new, 20, true},    {stmt_assign, 20, true},
	{stmt_compound, 8, true}, {stmt_step, 4, true},       {stmt_discard, 3, true}, {stmt_delete, 5, true},
	{stmt_find, 2, true},     {stmt_aggregate, 15, true}, {stmt_time, 1, true},    {stmt_never, 8, true},
	{stmt_macro, 2, true},    {stmt_call, 4, true},       {stmt_point, 4, true},   {stmt_if, 8, false},
	{stmt_block, 2, false},   {stmt_while, 4, false},     {stmt_range, 5, false},  {stmt_unroll, 2, false},
	{stmt_for, 5, false},     {stmt_jump, 4, false},
};

static struct stmt *gen_stmt(int depth)
{
	struct stmt *s = NULL;
	unsigned all = 0, at, i;

	for (i = 0; i < ARRAY_SIZE(productions); i++)
		all += (unsigned)productions[i].weight;
	while (!s) {
		at = rnd(all);
		for (i = 0; at >= (unsigned)productions[i].weight; i++)
			at -= (unsigned)productions[i].weight;
		if (depth > 0 || productions[i].flat)
			s = productions[i].make(depth > 0 ? depth : 1);
	}
	return s;
}

struct stmt *gen_block(int statements, int depth)
{
	struct stmt *first = NULL, **end = &first;
	int outer = nvars;

	while (statements--) {
		*end = gen_stmt(depth);
		end = &(*end)->next;
	}
	if (depth >= 0)
		nvars = outer;
	return first;
}
