/* fn functions of the script: parameters and results of any type that has a name. */
#include "gen.h"

#include <string.h>

#define MOST_FUNCTIONS 2 /* calls and the bodies of loops may be nested eight deep in all */

static struct function {
	const char *name;
	struct var *param[MOST_PARTS];
	int nparams;
	const struct type *result; /* NULL: void */
	struct stmt *body;
	struct expr *value;
	struct value returned;
} * functions[MOST_FUNCTIONS], *current;
static int nfunctions;

bool in_function(void)
{
	return current;
}

/* a literal of that type; NULL: there is none */
static const char *example(const struct type *t)
{
	const char *s = "", *part;

	switch ((int)t->kind) {
	case BOOL:
		return "true";
	case INT:
	case ENUM:
		return text("(%s)0", type_text(t));
	case STRING:
		return t->size < 40
			       ? text("\"%.*s\"", t->size - 1, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz")
			       : NULL;
	case ARRAY:
		return text("(%s)(uint%d)0", type_text(t), 8 * t->size);
	case TUPLE:
	case RECORD:
		for (int i = 0; i < t->n; i++) {
			part = example(t->part[i]);
			if (!part)
				return NULL;
			s = text("%s%s%s%s", s, i ? ", " : "", t->kind == RECORD ? text("%s=", t->name[i]) : "", part);
		}
		return text(t->kind == TUPLE && t->n == 1 ? "(%s,)" : "(%s)", s);
	default:
		return NULL;
	}
}

/* how a parameter or a result of it is declared; NULL: not to be had */
static const char *declared(const struct type *t)
{
	const char *s;

	if (t->kind == POINTER)
		return text("%s *", type_text(t->part[0]));
	if (t->kind <= STRING || t->kind == ARRAY)
		return type_text(t);
	s = example(t);
	return s ? text("typeof(%s)", t->kind == TUPLE || t->kind == RECORD ? text("(%s)", s) : s) : NULL;
}

static const struct type *declared_type(bool pointers)
{
	const struct type *t;

	if (pointers && chance(15))
		return pointer_type(random_int());
	do
		t = random_type(2, false);
	while (!declared(t));
	return t;
}

void begin_functions(void)
{
	nfunctions = 0;
}

/* the functions of a program; its maps are in scope */
const char *gen_functions(const char *prefix)
{
	const char *all = "";
	int outer = nvars, count = chance(40) ? 1 + (int)rnd(MOST_FUNCTIONS) : 0;

	while (nfunctions < count) {
		struct function *f = make(sizeof(*f));
		const char *params = "";

		f->name = text("%s_f%d", prefix, nfunctions);
		f->nparams = (int)rnd(MOST_PARTS);
		f->result = chance(85) ? declared_type(false) : NULL;
		serial = 0;
		for (int i = 0; i < f->nparams; i++) {
			const struct type *t = declared_type(true);
			struct var *v = f->param[i] = new_var(t, t->kind == POINTER);

			v->declared = true;
			v->room = t->kind == POINTER ? t->part[0]->size : 0;
			params = text("%s%s%s : %s", params, i ? ", " : "", v->name, declared(t));
			declare(v);
		}
		current = f;
		may_return = true;
		f->body = gen_block(1 + (int)rnd(3), 1);
		f->value = f->result ? gen_value(f->result, 2) : NULL;
		may_return = false;
		current = NULL;
		nvars = outer;
		all = text("%sfn %s(%s) : %s {\n%s%s}\n", all, f->name, params,
			   f->result ? declared(f->result) : "void", block_text(f->body),
			   f->value ? text("return %s;\n", f->value->text) : "");
		functions[nfunctions++] = f;
	}
	covered("FN");
	serial = 0;
	return all;
}

/* return e; */
struct expr *gen_returned(void)
{
	return current && current->result ? gen_value(current->result, 1) : NULL;
}

static enum flow run_return(const struct stmt *s)
{
	struct function *f = s->function;

	if (!eval(s->e[0]).num)
		return ON;
	if (s->e[1])
		f->returned = convert(eval(s->e[1]), f->result);
	return RETURN;
}

struct stmt *function_return(int depth)
{
	struct stmt *s = new_stmt(run_return, NULL);

	s->function = current;
	s->e[0] = gen_bool(depth);
	s->e[1] = gen_returned();
	s->text = text("if (%s) { return%s%s; }", s->e[0]->text, s->e[1] ? " " : "", s->e[1] ? s->e[1]->text : "");
	covered("RETURN");
	return s;
}

static struct value eval_fn(const struct expr *e)
{
	struct function *f = e->function;
	struct value arg[MOST_PARTS];

	for (int i = 0; i < f->nparams; i++)
		arg[i] = convert(eval(e->arg[i]), f->param[i]->type);
	for (int i = 0; i < f->nparams; i++)
		f->param[i]->value = arg[i];
	if (run(f->body) != RETURN && f->value)
		f->returned = convert(eval(f->value), f->result);
	return f->result ? f->returned : (struct value){0};
}

/* a call of one that gives what is wanted; NULL: there is none */
struct expr *gen_fn(bool (*good)(const struct type *), int depth)
{
	struct function *f = nfunctions && !pure ? functions[rnd((unsigned)nfunctions)] : NULL;
	struct expr *e;

	if (!f || !(good ? f->result && good(f->result) : !f->result))
		return NULL;
	e = new_expr(f->result, eval_fn, POSTFIX, "");
	for (int i = 0; i < f->nparams; i++) {
		const struct type *t = f->param[i]->type;

		e->arg[i] = t->kind == POINTER ? gen_pointer(t) : gen_value(t, depth - 1);
		if (!e->arg[i])
			return NULL;
		e->text = text("%s%s%s", e->text, i ? ", " : "", operand(e->arg[i], TERNARY));
	}
	e->text = text("%s(%s)", f->name, e->text);
	e->function = f;
	covered("CALL");
	return e;
}

struct expr *number_fn(int depth)
{
	return gen_fn(is_number, depth);
}

static enum flow run_call(const struct stmt *s)
{
	eval(s->e[0]);
	return ON;
}

struct stmt *stmt_call(int depth)
{
	struct stmt *s = new_stmt(run_call, NULL);

	s->e[0] = gen_fn(NULL, depth);
	if (!s->e[0])
		return NULL;
	s->text = text("%s;", s->e[0]->text);
	return s;
}
