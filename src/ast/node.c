/* Nodes: making, listing, copying them. */
#include "ast/ast.h"

static const char *const kind_names[] = {
#define NODE(name, text) [NODE_##name] = text,
#include "ast/nodes.def"
#undef NODE
};

const char *node_kind_name(enum node_kind kind)
{
	return kind < NODE_KIND_COUNT ? kind_names[kind] : "?";
}

struct node *node_new(struct arena *a, enum node_kind kind, struct span span)
{
	struct node *n = arena_alloc(a, sizeof(*n));

	n->kind = kind;
	n->span = span;
	if (kind == NODE_CALL)
		n->call.agg = -1;
	return n;
}

struct node *node_append(struct node *list, struct node *last)
{
	struct node **end = &list;

	while (*end)
		end = &(*end)->next;
	*end = last;
	return list;
}

size_t node_count(const struct node *list)
{
	size_t n = 0;

	for (; list; list = list->next)
		n++;
	return n;
}

struct node *node_clone(struct arena *a, const struct node *n)
{
	struct node **children[8], *copy;
	unsigned count;

	if (!n)
		return NULL;
	copy = arena_memdup(a, n, sizeof(*n));
	copy->next = NULL;
	copy->type = NULL;
	if (copy->kind == NODE_VAR)
		copy->var.var = NULL;
	else if (copy->kind == NODE_LET)
		copy->let.var = NULL;
	else if (copy->kind == NODE_FOR)
		copy->loop.var = NULL;
	count = node_children(copy, children);
	for (unsigned i = 0; i < count; i++)
		*children[i] = node_clone_list(a, *children[i]);
	return copy;
}

struct node *node_clone_list(struct arena *a, const struct node *list)
{
	struct node *first = NULL, **end = &first;

	for (; list; list = list->next) {
		*end = node_clone(a, list);
		end = &(*end)->next;
	}
	return first;
}

bool call_has_effect(const struct node *call)
{
	return call->call.sub || call->call.external || (call->call.fn && call->call.fn->flags & FN_EFFECT);
}
