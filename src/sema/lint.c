/* What is allowed and yet hardly meant: warnings about a tree that has its types. */
#include "sema/pass.h"

/* has e an effect besides its value? */
static bool has_effect(const struct node *e)
{
	if (e->kind == NODE_CALL)
		return call_has_effect(e);
	return e->kind == NODE_INCDEC;
}

/* an expression whose value nothing takes */
static void discarded(struct pass *p, const struct node *e)
{
	if (!e || has_effect(e))
		return;
	if (e->kind == NODE_TERNARY || e->kind == NODE_IF) {
		discarded(p, e->cond.then);
		discarded(p, e->cond.other);
	} else if (e->kind == NODE_BLOCK) { /* one with statements is there for them */
		if (!e->block.stmts)
			discarded(p, e->block.value);
	} else if (e->type->kind != TYPE_NONE && e->type->kind != TYPE_ERROR) {
		warning_at(p->diag, WARN(discarded_value), e->span, "Return value discarded.");
	}
}

/* does nothing after n run? */
static bool ends(const struct node *n)
{
	if (n->kind == NODE_EXPR)
		return n->expr->kind == NODE_CALL && n->expr->call.fn && n->expr->call.fn->flags & FN_ENDS;
	return n->kind == NODE_RETURN || n->kind == NODE_BREAK || n->kind == NODE_CONTINUE;
}

static void block(struct pass *p, const struct node *n)
{
	const struct node *s = n->block.stmts;

	for (const struct node *e = s; e; e = e->next)
		if (e->kind == NODE_IF || e->kind == NODE_BLOCK)
			discarded(p, e);
	while (s && !ends(s))
		s = s->next;
	if (s && s->next && s->next->kind != NODE_RETURN) /* exit(); return; is a habit */
		warning_at(p->diag, WARN(unreachable), s->next->span, "Unreachable statement.");
}

static bool visit(struct node **np, void *arg)
{
	struct pass *p = arg;
	const struct node *n = *np;

	if (n->kind == NODE_BLOCK) {
		block(p, n);
	} else if (n->kind == NODE_EXPR) {
		discarded(p, n->expr);
	} else if (n->kind == NODE_CAST && n->cast.of && n->type == n->cast.expr->type) {
		warning_at(p->diag, WARN(unused_cast), n->span, "Unnecessary cast: expression is already of type %s",
			   type_name(p->arena, n->type));
	} else if (n->kind == NODE_WHILE) {
		warning_at(p->diag, WARN(old_syntax), n->span, "'while' is deprecated");
		hint(p->diag, "for ($i : 0..10) { } needs no bound of its own");
	}
	return true;
}

void lint(struct pass *p)
{
	for (struct clause *c = p->script->clauses; c; c = c->next) {
		if (c->predicate)
			node_walk(&c->predicate, visit, p);
		node_walk(&c->body, visit, p);
		for (struct subprogram *s = c->subprograms; s; s = s->next)
			node_walk(&s->body, visit, p);
	}
}
