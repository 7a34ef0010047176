/*
 * Macros: calls replaced by copies of the body, before anything has a type.
 * A body's own variables get names of their own in every copy, so that they
 * meet none of the caller's.
 */
#include "parser/parser.h"
#include "sema/pass.h"

#include <string.h>

#define DEEPEST 100

struct macro {
	struct macro *next; /* another one of the name */
	const struct node *node;
	bool active; /* being expanded: a call of it is a recursion */
};

struct expansion {
	struct pass *pass;
	const struct node *macro;
	struct node *args;
	unsigned serial;
	struct dict own; /* variables the body declares or assigns */
	unsigned loops;
};

static const char *parameter_name(const struct node *n)
{
	return n->kind == NODE_VAR ? n->var.name : n->kind == NODE_MAP ? n->map.name : n->ident.name;
}

/* the argument that stands for a name of the body; NULL: it is no parameter */
static const struct node *argument(const struct expansion *e, enum node_kind kind, const char *name)
{
	const struct node *a = e->args;

	for (const struct node *q = e->macro->macro.params; q && a; q = q->next, a = a->next)
		if (q->kind == kind && str_eq(parameter_name(q), name))
			return a;
	return NULL;
}

static bool is_parameter(const struct node *macro, enum node_kind kind, const char *name)
{
	for (const struct node *q = macro->macro.params; q; q = q->next)
		if (q->kind == kind && str_eq(parameter_name(q), name))
			return true;
	return false;
}

static const char *renamed(struct expansion *e, const char *name)
{
	const struct node *a = argument(e, NODE_VAR, name);

	return a ? a->var.name : arena_printf(e->pass->arena, "%s#%u", name, e->serial);
}

static void replace(struct pass *p, struct node **n, const struct node *by)
{
	struct node *copy = node_clone(p->arena, by);

	copy->next = (*n)->next;
	*n = copy;
}

static bool substitute(struct node **np, void *arg)
{
	struct expansion *e = arg;
	struct node *n = *np;
	const struct node *a;

	switch ((int)n->kind) {
	case NODE_VAR:
		n->var.name = renamed(e, n->var.name);
		return true;
	case NODE_LET:
		n->let.name = renamed(e, n->let.name);
		return true;
	case NODE_FOR:
		n->loop.name = renamed(e, n->loop.name);
		return true;
	case NODE_MAP:
		a = argument(e, NODE_MAP, n->map.name);
		if (a)
			n->map.name = a->map.name;
		return true;
	case NODE_IDENT:
		a = argument(e, NODE_IDENT, n->ident.name);
		if (a) {
			replace(e->pass, np, a);
			return false;
		}
		return true;
	case NODE_TYPE:
		a = n->type_.name && !n->type_.keyword ? argument(e, NODE_IDENT, n->type_.name) : NULL;
		if (a && a->kind == NODE_IDENT) {
			n->type_.name = a->ident.name;
		} else if (a) {
			n->type_.typeof_ = node_clone(e->pass->arena, a);
			n->type_.name = NULL;
		}
		return !a;
	}
	return true;
}

static bool collect_own(struct node **np, void *arg)
{
	struct expansion *e = arg;
	const struct node *n = *np;

	if (n->kind == NODE_LET)
		dict_set(&e->own, n->let.name, e);
	else if (n->kind == NODE_FOR)
		dict_set(&e->own, n->loop.name, e);
	else if (n->kind == NODE_ASSIGN && n->assign.target->kind == NODE_VAR)
		dict_set(&e->own, n->assign.target->var.name, e);
	return true;
}

/* what a body may not do */
static bool check(struct node **np, void *arg)
{
	struct expansion *e = arg;
	struct node *n = *np;
	struct diag *d = e->pass->diag;

	if (n->kind == NODE_VAR && !is_parameter(e->macro, NODE_VAR, n->var.name) && !dict_find(&e->own, n->var.name)) {
		error_at(d, n->span,
			 "Unhygienic access to variable: %s. Variables must be passed into the macro as arguments.",
			 n->var.name);
	} else if (n->kind == NODE_MAP && !is_parameter(e->macro, NODE_MAP, n->map.name)) {
		error_at(d, n->span, "Unhygienic access to map: %s. Maps must be passed into the macro as arguments.",
			 n->map.name);
	} else if (n->kind == NODE_RETURN) {
		error_at(d, n->span, "'return' statement is not allowed in a macro");
	} else if (n->kind == NODE_CALL && str_eq(n->call.name, "exit")) {
		error_at(d, n->span, "exit() is not allowed in a macro");
	} else if (n->kind == NODE_FOR || n->kind == NODE_WHILE) {
		struct node **children[8];
		unsigned count = node_children(n, children);

		e->loops++;
		for (unsigned i = 0; i < count; i++)
			node_walk_list(children[i], check, e);
		e->loops--;
		return false;
	} else if ((n->kind == NODE_BREAK || n->kind == NODE_CONTINUE) && !e->loops) {
		error_at(d, n->span, "'%s' statement is not allowed in a macro",
			 n->kind == NODE_BREAK ? "break" : "continue");
	}
	return true;
}

void macro_declare(struct pass *p, struct node *n)
{
	struct macro *m = arena_alloc(p->arena, sizeof(*m)), *known = dict_find(&p->macros, n->macro.name);
	struct expansion e = {.pass = p, .macro = n};

	for (struct macro *k = known; k; k = k->next) {
		const struct node *a = k->node->macro.params, *b = n->macro.params;

		while (a && b && a->kind == b->kind) {
			a = a->next;
			b = b->next;
		}
		if (!a && !b) {
			error_at(p->diag, n->span, "Redefinition of macro: %s", n->macro.name);
			also_at(p->diag, k->node->span, "This is the first definition.");
			return;
		}
	}
	for (const struct node *q = n->macro.params; q; q = q->next)
		if (q->kind == NODE_IDENT && (builtin_find(q->ident.name) || basic_type(p, q->ident.name)))
			error_at(p->diag, q->span, "'%s' is the name of a %s: a macro's parameter needs another one",
				 q->ident.name, builtin_find(q->ident.name) ? "builtin" : "type");
	dict_init(&e.own, p->arena);
	node_walk(&n->macro.body, collect_own, &e);
	node_walk(&n->macro.body, check, &e);
	m->node = n;
	m->next = known;
	dict_set(&p->macros, n->macro.name, m);
}

/* how well arguments fit a macro's parameters: exact ones counted, -1: they do not */
static int fit(const struct node *macro, const struct node *args)
{
	const struct node *q = macro->macro.params;
	int exact = 0;

	for (; q && args; q = q->next, args = args->next) {
		if (q->kind == NODE_MAP && (args->kind != NODE_MAP || args->map.keys))
			return -1;
		if (q->kind == NODE_VAR && args->kind != NODE_VAR)
			return -1;
		exact += q->kind != NODE_IDENT;
	}
	return q || args ? -1 : exact;
}

static struct macro *best(struct macro *m, const struct node *args)
{
	struct macro *found = NULL;
	int most = -1;

	for (; m; m = m->next) {
		int f = fit(m->node, args);

		if (f > most) {
			most = f;
			found = m;
		}
	}
	return found;
}

static bool visit(struct node **np, void *arg);

/* has the language itself such a function?  A builtin takes no arguments. */
static bool known(const char *name, const struct node *args)
{
	return function_find(name) || aggregation_find(name) >= 0 || (builtin_find(name) && !args);
}

static bool place_here(struct node **n, void *span)
{
	(*n)->span = *(struct span *)span;
	return true;
}

static void move(struct span *s, uint32_t by)
{
	if (s->from) {
		s->from += by;
		s->to += by;
	}
}

static bool move_all(struct node **np, void *by)
{
	struct node *n = *np;
	uint32_t delta = *(uint32_t *)by;

	move(&n->span, delta);
	if (n->kind == NODE_CALL)
		move(&n->call.name_span, delta);
	else if (n->kind == NODE_FIELD)
		move(&n->field.name_span, delta);
	else if (n->kind == NODE_LET)
		move(&n->let.name_span, delta);
	else if (n->kind == NODE_FOR)
		move(&n->loop.name_span, delta);
	return true;
}

static void expand_call(struct pass *p, struct node **np, struct macro *m, struct node *args)
{
	struct expansion e = {.pass = p, .macro = m->node, .args = args, .serial = ++p->expansions};
	struct node *body, *was = *np;
	uint32_t by;

	if (m->active || p->expansions > 100000) {
		error_at(p->diag, was->span, "Macro recursion: %s", m->node->macro.name);
		also_at(p->diag, m->node->span, "the macro is defined here");
		m->active = true;
		return;
	}
	body = node_clone(p->arena, m->node->macro.body);
	if (dict_find(&p->library, m->node->macro.name) && !dict_find(&p->macros, m->node->macro.name))
		node_walk(&body, place_here, &was->span); /* nobody wants to read of the library's lines */
	else if ((by = sources_again(p->diag->sources, m->node->macro.body->span, was->span)))
		node_walk(&body, move_all, &by);
	node_walk(&body, substitute, &e);
	body->next = was->next;
	body->span = was->span;
	m->active = true;
	*np = body;
	node_walk(&body, visit, p);
	m->active = false;
	*np = body;
}

/* the macros that every script has, read when a name is met that nothing else explains */
static struct macro *library(struct pass *p, const char *name)
{
	static const char text[] =
#include "sema/stdlib.h"
		;
	struct script *s;

	if (!p->library.count) {
		s = parse_script(p->arena, p->types, p->diag,
				 sources_add(p->diag->sources, "stdlib", text, sizeof(text) - 1));
		for (struct node *n = s->root; n; n = n->next) {
			struct macro *m = arena_alloc(p->arena, sizeof(*m));

			m->node = n;
			m->next = dict_find(&p->library, n->macro.name);
			dict_set(&p->library, n->macro.name, m);
		}
	}
	return dict_find(&p->library, name);
}

static bool visit(struct node **np, void *arg)
{
	struct pass *p = arg;
	struct node *n = *np;
	struct macro *all, *m;

	if (n->kind == NODE_CALL) {
		all = dict_find(&p->macros, n->call.name);
		if (!all && !known(n->call.name, n->call.args) && !dict_find(&p->subprograms, n->call.name))
			all = library(p, n->call.name);
		if (!all)
			return true;
		node_walk_list(&n->call.args, visit, p);
		m = best(all, n->call.args);
		if (m) {
			expand_call(p, np, m, n->call.args);
		} else if (!function_find(n->call.name) && aggregation_find(n->call.name) < 0 &&
			   !builtin_find(n->call.name)) {
			error_at(p->diag, n->span, "Call to %s() has arguments that do not match any definition.",
				 n->call.name);
			also_at(p->diag, all->node->span, "This is the closest definition.");
		}
		return false;
	}
	if (n->kind == NODE_IDENT) {
		all = dict_find(&p->macros, n->ident.name);
		if (!all && !builtin_find(n->ident.name))
			all = library(p, n->ident.name);
		m = all ? best(all, NULL) : NULL;
		if (m)
			expand_call(p, np, m, NULL);
		return false;
	}
	return true;
}

void expand_macros(struct pass *p, struct node **n)
{
	if (*n)
		node_walk(n, visit, p);
}
