/* Macros of a program: each is called where it is made, with what is at hand there. */
#include "gen.h"

#include <string.h>

static const char *heads; /* the macros so far */
static const char *prefix;
static int count;
static struct expr *given; /* the argument of the macro that is being made */

bool in_macro(void)
{
	return given;
}

void begin_macros(const char *name)
{
	heads = "";
	prefix = name;
	count = 0;
}

const char *macros_text(void)
{
	return heads;
}

static struct expr *use(bool fit)
{
	struct expr *e;

	if (!fit)
		return NULL;
	e = make(sizeof(*e));
	*e = *given;
	e->text = "e";
	e->inside = NULL;
	e->prec = POSTFIX;
	return e;
}

struct expr *number_given(int depth)
{
	(void)depth;
	return use(given && is_number(given->type));
}

struct expr *string_given(int room)
{
	return use(given && given->type->kind == STRING && given->type->size <= room);
}

static bool is_scratch(const struct var *v)
{
	return !v->is_map && !v->fixed && !v->agg;
}

static bool is_free_map(const struct var *v)
{
	return v->is_map && !v->fixed;
}

/* a parameter that stands for a variable or map: called so in the macro */
static void stand_for(struct var *v, const char *name, const char **params, const char **args)
{
	*params = text("%s%s%s", *params, **params ? ", " : "", name);
	*args = text("%s%s%s", *args, **args ? ", " : "", v->name);
	v->name = name;
}

static struct value eval_macro(const struct expr *e)
{
	run(e->body);
	return eval(e->arg[0]);
}

struct expr *gen_macro(struct expr *(*inner)(int), int depth)
{
	struct var *v = any_var(is_scratch), *m = any_var(is_free_map), *outer[MOST_VARS];
	const char *names[] = {nothing->name, v ? v->name : NULL, m ? m->name : NULL}, *params = "", *args = "", *name;
	int outer_nvars = nvars, outer_loops = loops;
	bool outer_return = may_return;
	unsigned outer_serial = serial;
	struct stmt *body;
	struct expr *e, *value, *arg;

	if (pure || given || count == 3 || in_function())
		return NULL;
	pure += chance(70);
	arg = chance(60) ? gen_number(depth - 1) : gen_string(depth - 1, 64);
	pure = 0;
	if (arg->text[0] == '@' || strchr(arg->text, '\n'))
		return NULL;
	memcpy(outer, vars, sizeof(vars));
	nvars = 0;
	stand_for(nothing, "@z", &params, &args);
	declare(nothing);
	if (v) {
		stand_for(v, "$a", &params, &args);
		declare(v);
	}
	if (m) {
		stand_for(m, "@a", &params, &args);
		declare(m);
	}
	name = text("%s_m%d", prefix, count++);
	given = arg;
	loops = serial = 0;
	may_return = false;
	body = gen_block(1 + (int)rnd(2), -1);
	value = inner(depth - 1);
	given = NULL;
	heads = text("%smacro %s(%s, e) {\n%s%s\n}\n", heads, name, params, block_text(body), operand(value, TERNARY));
	nothing->name = names[0];
	if (v)
		v->name = names[1];
	if (m)
		m->name = names[2];
	memcpy(vars, outer, sizeof(vars));
	nvars = outer_nvars;
	loops = outer_loops;
	serial = outer_serial;
	may_return = outer_return;
	e = new_expr(value->type, eval_macro, POSTFIX, text("%s(%s, %s)", name, args, operand(arg, TERNARY)));
	e->body = body;
	e->arg[0] = value;
	covered("MACRO");
	return e;
}

struct expr *number_expands(int depth)
{
	return gen_macro(gen_number, depth);
}
