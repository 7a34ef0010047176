/* Programs: clauses that share maps. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

static struct program *program;
struct var *nothing; /* @p1_z: 0, but nobody knows; what depends on it is compiled and not run */
unsigned serial; /* of variables */
int loops; /* around the statement: break and continue may be said */
bool may_return;

static struct var *new_map(const char *name)
{
	struct var *m = make(sizeof(*m));
	static const int steps[] = {1, 10, 100, 1024};

	*m = (struct var){.name = name, .is_map = true, .type = int_type(8, true)};
	if (chance(60))
		m->key = random_type(2, true);
	if (chance(35)) {
		m->agg = (enum agg)(1 + rnd(AGGS - 1));
		m->of = int_type(8, m->agg == HIST || m->agg == LHIST || chance(50));
		m->step = steps[rnd(4)];
		m->low = m->agg == HIST ? (int64_t)rnd(6) : m->step * (int64_t)rnd(3) - m->step;
		m->high = m->low + m->step * (int64_t)(1 + rnd(8));
	} else {
		m->type = random_type(2, false);
	}
	return m;
}

static enum flow run_header(const struct stmt *s)
{
	emit_text("printf", text("#%d\n", s->op));
	return ON;
}

/* one assignment that gives the map its types; in a branch that is never taken the type must flow backwards */
static struct stmt *anchor(struct var *m)
{
	struct stmt *s = m->agg ? add_to(m, 1) : new_stmt(run_assign, NULL);
	const char *to;

	s->var = m;
	if (m->key) {
		pure++;
		s->e[0] = exact(m->key, 1);
		pure--;
	}
	if (!m->agg)
		s->e[1] = exact(m->type, 1);
	to = m->key ? text("%s[%s]", m->name, s->e[0]->text) : m->name;
	s->text = m->agg ? add_text(m, to, s->e[1]) : text("%s = %s;", to, s->e[1]->text);
	if (chance(40)) {
		s->text = text("if (%s) { %s }", nothing->name, s->text);
		s->run = run_nothing;
	}
	return s;
}

static enum flow run_map_print(const struct stmt *s)
{
	if (!s->var->key && !s->var->n) { /* one that is not set is zero */
		struct entry none = {.value = zero(s->var->type)};
		struct var m = *s->var;

		m.entries = &none;
		m.n = 1;
		map_print(&m, 0, 1);
		return ON;
	}
	map_print(s->var, (int)s->e[0]->known.num, s->e[1]->known.num);
	return ON;
}

static enum flow run_sweep(const struct stmt *s)
{
	if (s->op)
		s->var->n = 0;
	for (size_t i = 0; i < s->var->n; i++)
		s->var->entries[i].value = zero(s->var->type);
	return ON;
}

/* print(), clear() and zero() work on the map as it is when the event is read: so they come last */
static struct stmt *last_words(void)
{
	struct stmt *first = NULL, **end = &first, *s;

	for (int i = 0; i < program->nmaps; i++) {
		struct var *m = program->maps[i];
		int64_t top = m->key && m->agg != STATS && chance(30) ? 1 + (int64_t)rnd(3) : 0;
		int64_t div = top && (m->agg || m->type->kind == INT) && chance(50) ? 2 : 1;

		if (chance(30)) {
			s = new_stmt(run_map_print, text(div > 1 ? "print(%s, %d, %d);"
							 : top   ? "print(%s, %d);"
								 : "print(%s);",
							 m->name, (int)top, (int)div));
			s->e[0] = known(number(m->of ? m->of : int_type(8, true), top), POSTFIX, "", true);
			s->e[1] = known(number(int_type(8, true), div), POSTFIX, "", true);
			s->var = m;
			*end = s;
			end = &s->next;
			covered("print");
		}
		if (m != nothing && chance(20) && (!m->agg || m->agg == COUNT)) {
			bool is_clear = m->agg || chance(50);

			s = new_stmt(run_sweep, text(is_clear ? "clear(%s);" : "zero(%s);", m->name));
			covered(is_clear ? "clear" : "zero");
			s->op = is_clear;
			s->var = m;
			*end = s;
			end = &s->next;
		}
	}
	return first;
}

static struct stmt *append(struct stmt *a, struct stmt *b)
{
	struct stmt **end = &a;

	while (*end)
		end = &(*end)->next;
	*end = b;
	return a;
}

static const char *clause_text(const struct clause *c, bool is_end)
{
	const char *name = is_end ? (chance(50) ? "END" : "end") : chance(80) ? "BEGIN" : "begin";
	const char *predicate = c->predicate ? text(" /%s/", c->predicate->text) : "";

	covered("PROBE");
	covered("ATTACH");
	return text(chance(95) ? "%s%s {\n%s}\n" : "%s%s <\n%s>\n", name, predicate, block_text(c->body));
}

struct program *gen_program(unsigned index)
{
	struct stmt *first = new_stmt(run_header, text("printf(\"#%u\\n\");", index)), *set;
	int maps = 2 + (int)rnd(4);
	const char *functions;
	bool is_large = chance(5);

	program = make(sizeof(*program));
	begin_functions();
	begin_macros(text("p%u", index));
	program->begin = "";
	serial = 0;
	nvars = 0;
	nothing = new_map(text("@p%u_z", index));
	*nothing = (struct var){.name = nothing->name, .type = int_type(8, true), .is_map = true, .fixed = true};
	program->maps[program->nmaps++] = nothing;
	declare(nothing);
	set = new_stmt(run_assign, text("%s = 0;", nothing->name));
	set->var = nothing;
	set->e[1] = known(number(nothing->type, 0), POSTFIX, "0", true);
	first->op = (int)index;
	first->next = set;
	for (int i = 0; i < maps; i++) {
		struct var *m = new_map(text("@p%u_%c", index, 'a' + i));

		set->next = anchor(m);
		set = set->next;
		program->maps[program->nmaps++] = m;
		if (m->key && chance(15))
			program->begin = text("%slet %s = %s(%d);\n", program->begin, m->name,
					      m->agg       ? "percpuhash"
					      : chance(50) ? "hash"
							   : "lruhash",
					      300 + (int)rnd(100));
	}
	nvars = 0;
	for (int j = 0; j < program->nmaps; j++)
		declare(program->maps[j]);
	functions = gen_functions(text("p%u", index));
	program->nclauses = 1 + (int)(rnd(10) / 6) + (int)(rnd(10) / 7);
	program->has_end = program->nclauses > 1 && chance(50);
	for (int i = 0; i < program->nclauses; i++) {
		struct clause *c = &program->clauses[i];
		bool is_last = i == program->nclauses - 1;

		nvars = 0;
		for (int j = 0; j < program->nmaps; j++)
			declare(program->maps[j]);
		may_return = i > 0;
		if (i && chance(20)) {
			pure++;
			c->predicate = gen_bool(2);
			pure--;
			if (strpbrk(c->predicate->text, "/*"))
				c->predicate->text = text("(%s)", c->predicate->text);
		}
		c->body = gen_block(is_large ? 20 + (int)rnd(20) : 4 + (int)rnd(8), 1 + (int)rnd(is_large ? 4 : 3));
		if (!i)
			c->body = append(first, c->body);
		if (is_last)
			c->body = append(c->body, last_words());
		if (is_last && program->has_end)
			program->end = clause_text(c, true);
		else
			program->begin = text("%s%s", program->begin, clause_text(c, false));
	}
	program->begin = text("%s%s%s", macros_text(), functions, program->begin);
	return program;
}

void run_clause(const struct program *p, int i)
{
	const struct clause *c = &p->clauses[i];

	if (!c->predicate || eval(c->predicate).num)
		run(c->body);
}
