/* Expressions: their words, and what reads variables and maps. */
#include "gen.h"

struct var *vars[MOST_VARS];
int nvars, pure;

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

struct value scalar_key(void)
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

const char *key_text(const struct expr *key)
{
	return key->inside && chance(60) ? key->inside : key->text;
}

struct expr *read_at(struct var *v, struct expr *key)
{
	struct expr *e;

	if (!v->is_map)
		return variable(v);
	e = new_expr(v->type, eval_map, POSTFIX, key ? text("%s[%s]", v->name, key_text(key)) : v->name);
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

bool is_keyed(const struct var *v)
{
	return v->is_map && v->key;
}

bool can_delete(const struct var *v)
{
	return is_keyed(v) && !v->fixed;
}

struct expr *read_var(struct var *v, int depth)
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
struct expr *hide(struct expr *e)
{
	return cast_to(int_type(4, true), e);
}

struct expr *choose(const struct production *list, unsigned all, unsigned leaves, int depth)
{
	struct expr *e = NULL;

	for (int i = 0; i < 20 && !e; i++)
		e = list[rnd(depth > 0 ? all : leaves)].make(depth);
	return e ? e : list[0].make(depth);
}

static struct value eval_block(const struct expr *e)
{
	run(e->body);
	return eval(e->arg[0]);
}

struct expr *block_expr(struct expr *(*inner)(int), int depth)
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
