/* Pointers to variables and maps without keys. */
#include "gen.h"

/* the bytes that a pointer leads to, and from there on */
static uint64_t behind(struct value p, int by)
{
	int64_t v = p.to->is_map ? map_get(p.to, scalar_key()).num : p.to->value.num;

	return (uint64_t)v >> 8 * (p.num + by);
}

static struct value eval_pointer(const struct expr *e)
{
	return (struct value){.type = e->type, .to = e->var, .num = e->op};
}

static struct var *memory(int size)
{
	struct var *v = any_var(is_memory);

	return v && v->type->size >= size ? v : NULL;
}

/* &$v, (uint8 *)&$v + 3 */
struct expr *gen_pointer(const struct type *t)
{
	int size = t->part[0]->size;
	struct var *v = memory(size);
	struct expr *e;
	int i;

	if (!v)
		return NULL;
	i = (int)rnd((unsigned)(v->type->size / size));
	e = new_expr(t, eval_pointer, i ? SUMS : UNARY,
		     text(i ? "(%s *)&%s + %d" : "(%s *)&%s", type_text(t->part[0]), v->name, i));
	if (!i && same_type(v->type, t->part[0]) && chance(70))
		e->text = text("&%s", v->name);
	e->var = v;
	e->op = i * size;
	covered("ADDR");
	return e;
}

static enum flow run_point(const struct stmt *s)
{
	s->var->value = eval(s->e[0]);
	return ON;
}

struct stmt *stmt_point(int depth)
{
	const struct type *t = pointer_type(chance(80) ? random_int() : object_type(small_layout()));
	struct stmt *s = new_stmt(run_point, NULL);

	(void)depth;
	s->e[0] = gen_pointer(t);
	if (!s->e[0])
		return NULL;
	s->var = new_var(t, true);
	s->var->room = s->e[0]->var->type->size - s->e[0]->op;
	s->text = text("%s = %s;", s->var->name, s->e[0]->text);
	declare(s->var);
	return s;
}

static bool is_pointer(const struct var *v)
{
	return v->type->kind == POINTER;
}

static struct value eval_behind(const struct expr *e)
{
	return number(e->type, (int64_t)behind(e->var->value, e->op));
}

static struct value eval_behind_member(const struct expr *e)
{
	uint64_t bytes = behind(e->var->value, 0);

	return number(e->type, layout_members[e->op].get(&bytes, 0));
}

static struct expr *pointed_member(struct var *v)
{
	const struct member *m;
	struct expr *e;
	int i;

	do
		m = &layout_members[i = (int)rnd((unsigned)member_count)];
	while (m->of != v->type->part[0]->layout || m->count || m->is_text);
	e = new_expr(int_type(m->size, m->is_signed), eval_behind_member, POSTFIX,
		     text(chance(70)   ? "%s->%s"
			  : chance(50) ? "(*%s).%s"
				       : "%s.%s",
			  v->name, m->path));
	e->var = v;
	e->op = i;
	covered("FIELD");
	return e;
}

/* *$p, $p[1], *($p + 1), $p->member */
struct expr *number_pointer(int depth)
{
	struct var *v = any_var(is_pointer);
	struct expr *e;
	int i;

	(void)depth;
	if (!v)
		return NULL;
	if (v->type->part[0]->kind == OBJECT)
		return pointed_member(v);
	i = (int)rnd((unsigned)(v->room / v->type->part[0]->size));
	e = new_expr(v->type->part[0], eval_behind, UNARY, NULL);
	e->var = v;
	e->op = i * v->type->part[0]->size;
	if (chance(40)) {
		e->text = text("%s[%d]", v->name, i);
		e->prec = POSTFIX;
	} else {
		e->text = i ? text("*(%s + %d)", v->name, i) : text("*%s", v->name);
	}
	covered("DEREF");
	return e;
}

static struct value eval_same(const struct expr *e)
{
	struct value a = e->arg[0]->var->value, b = e->arg[1]->var->value;
	bool is = a.to == b.to && a.num == b.num;

	return number(&bool_type, is == (e->op == EQ));
}

/* $p == $q, $p != 0 */
struct expr *bool_pointer(int depth)
{
	struct var *v = any_var(is_pointer), *w = any_var(is_pointer);
	int op = chance(50) ? EQ : NE;
	struct expr *e;

	(void)depth;
	if (!v)
		return NULL;
	if (chance(30))
		return known(number(&bool_type, op == NE), EQUALITY, text("%s %s 0", v->name, binary_text(op)), false);
	if (!same_type(v->type->part[0], w->type->part[0]))
		return NULL; /* a warning */
	e = new_expr(&bool_type, eval_same, EQUALITY, text("%s %s %s", v->name, binary_text(op), w->name));
	e->arg[0] = variable(v);
	e->arg[1] = variable(w);
	e->op = op;
	return e;
}
