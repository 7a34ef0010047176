/*
 * fn NAME($a : type, ...) : type { ... }: BPF functions of the script.  Every
 * clause that calls one has a copy of its own, as what a body may use depends
 * on the probe.  Parameters and the result are variables of the clause; BPF
 * cannot recurse.
 */
#include "sema/pass.h"

#include <string.h>

void subprogram_declare(struct pass *p, struct node *n)
{
	const char *name = n->macro.name;
	const struct node *known = dict_find(&p->subprograms, name);

	if (known) {
		error_at(p->diag, n->span, "Redefinition of function: %s", name);
		also_at(p->diag, known->span, "This is the first definition.");
	} else if (function_find(name) || builtin_find(name) || aggregation_find(name) >= 0) {
		error_at(p->diag, n->span, "'%s' is a name of the language: a function needs another one", name);
	} else {
		dict_set(&p->subprograms, name, n);
	}
}

/* the clause's copy, if it has one already */
struct subprogram *subprogram_of(const struct clause *c, const struct node *fn)
{
	for (struct subprogram *s = c->subprograms; s; s = s->next)
		if (s->node == fn)
			return s;
	return NULL;
}

/* does every way through the block end in a return? */
static bool returns(const struct node *n)
{
	if (!n)
		return false;
	if (n->kind == NODE_RETURN)
		return true;
	if (n->kind == NODE_EXPR)
		return n->expr->kind == NODE_CALL && n->expr->call.fn && n->expr->call.fn->flags & FN_ENDS;
	if (n->kind == NODE_IF)
		return returns(n->cond.then) && returns(n->cond.other);
	if (n->kind != NODE_BLOCK)
		return false;
	for (const struct node *s = n->block.stmts; s; s = s->next)
		if (returns(s))
			return true;
	return false;
}

static bool fits(struct pass *p, const struct type *t, struct node *value)
{
	if (value->type->kind == TYPE_ERROR || t->kind == TYPE_ERROR)
		return true;
	if (t->kind == TYPE_STRING)
		as_value(p, value);
	return type_unify(p->types, t, value->type) && literal_fits(value, t);
}

/* the types that the head of the function says; bodies of callees come before those of callers */
void infer_subprogram(struct pass *p, struct subprogram *s)
{
	struct node *q = s->node->macro.params;

	s->result->type = type_of_node(p, s->node->macro.result);
	for (size_t i = 0; i < s->nparams; i++, q = q->next) {
		const struct type *t = type_of_node(p, q->let.of);

		if (!s->params[i]->type || t->kind != TYPE_POINTER)
			s->params[i]->type = t;
		if (t->kind == TYPE_NONE)
			wrong(p, q->let.of->span, "a parameter must have a value");
	}
	if (s->result->type->kind != TYPE_NONE && s->result->type->kind != TYPE_ERROR && !returns(s->body))
		wrong(p, s->node->span, "%s() can end without returning a value of type '%s'", s->node->macro.name,
		      name_of(p, s->result->type));
}

/* a pointer as a parameter points where its arguments do; anywhere, where they differ */
static void points_to(struct pass *p, struct subprogram *s, size_t i, enum space space)
{
	struct variable *v = s->params[i];

	if (v->type->space == space)
		return;
	if (s->spaced[i])
		space = SPACE_NONE;
	s->spaced[i] = true;
	if (v->type->space == space)
		return;
	v->type = type_pointer(p->types, v->type->elem, space, false);
	p->changed = true;
}

bool count_fits(struct pass *p, const struct node *call, size_t wanted)
{
	size_t given = node_count(call->call.args);

	if (given == wanted)
		return true;
	if (!wanted)
		wrong(p, call->span, "%s() requires no arguments (%zu provided)", call->call.name, given);
	else if (wanted == 1)
		wrong(p, call->span, "%s() requires one argument (%zu provided)", call->call.name, given);
	else
		wrong(p, call->span, "%s() requires %zu arguments (%zu provided)", call->call.name, wanted, given);
	return false;
}

const struct type *infer_subprogram_call(struct pass *p, struct node *n)
{
	struct subprogram *s = n->call.sub;
	size_t i = 0;

	for (struct node *a = n->call.args; a; a = a->next) {
		infer_expr(p, a);
		read_aggregate(p, a);
	}
	if (!count_fits(p, n, s->nparams))
		return &type_error;
	for (struct node *a = n->call.args; a; a = a->next, i++) {
		struct variable *v = s->params[i];

		if (!v->type)
			continue; /* its head has not been read yet */
		if (!fits(p, v->type, a))
			wrong(p, a->span, "Expected %s for argument `%s` got %s", name_of(p, v->type), v->name + 1,
			      name_of(p, a->type));
		else if (v->type->kind == TYPE_POINTER && a->type->kind == TYPE_POINTER)
			points_to(p, s, i, a->type->space);
	}
	return s->result->type ? s->result->type : &type_error;
}

void infer_return(struct pass *p, struct node *n)
{
	const struct subprogram *s = p->subprogram;
	const struct type *t = s->result->type;

	if (!n->expr && t->kind != TYPE_NONE)
		wrong(p, n->span, "%s() must return a value of type '%s'", s->node->macro.name, name_of(p, t));
	if (!n->expr)
		return;
	infer_expr(p, n->expr);
	read_aggregate(p, n->expr);
	if (t->kind == TYPE_NONE || !fits(p, t, n->expr))
		wrong(p, n->expr->span, "%s() returns '%s', found '%s'", s->node->macro.name, name_of(p, t),
		      name_of(p, n->expr->type));
}
