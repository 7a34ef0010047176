/* The children of every kind of node, and the walk over them. */
#include "ast/ast.h"

unsigned node_children(struct node *n, struct node **children[8])
{
	unsigned count = 0;

#define CHILD(field) (children[count++] = &n->field)
	switch (n->kind) {
	case NODE_INT:
	case NODE_BOOL:
	case NODE_STRING:
	case NODE_IDENT:
	case NODE_PARAM:
	case NODE_NPARAMS:
	case NODE_ARG:
	case NODE_VAR:
	case NODE_SUFFIX:
	case NODE_BREAK:
	case NODE_CONTINUE:
	case NODE_IMPORT:
	case NODE_ATTACH:
	case NODE_MAPDECL:
	case NODE_SETTING:
	case NODE_CDEF:
	case NODE_KIND_COUNT:
		break;
	case NODE_MAP:
		CHILD(map.keys);
		break;
	case NODE_CALL:
		CHILD(call.args);
		break;
	case NODE_UNARY:
	case NODE_INCDEC:
		CHILD(unary.expr);
		break;
	case NODE_BINARY:
		CHILD(binary.left);
		CHILD(binary.right);
		break;
	case NODE_TERNARY:
	case NODE_IF:
		CHILD(cond.cond);
		CHILD(cond.then);
		CHILD(cond.other);
		break;
	case NODE_FIELD:
		CHILD(field.expr);
		break;
	case NODE_INDEX:
		CHILD(index_.expr);
		CHILD(index_.index);
		break;
	case NODE_CAST:
	case NODE_SIZEOF:
	case NODE_TYPEINFO:
		CHILD(cast.of);
		CHILD(cast.expr);
		break;
	case NODE_OFFSETOF:
		CHILD(offset.of);
		CHILD(offset.expr);
		CHILD(offset.path);
		break;
	case NODE_TUPLE:
	case NODE_RECORD:
	case NODE_CONFIG:
		CHILD(list);
		break;
	case NODE_MEMBER:
		CHILD(member.expr);
		break;
	case NODE_COMPTIME:
	case NODE_EXPR:
	case NODE_DISCARD:
	case NODE_RETURN:
		CHILD(expr);
		break;
	case NODE_TYPE:
		CHILD(type_.typeof_);
		CHILD(type_.suffixes);
		break;
	case NODE_BLOCK:
		CHILD(block.stmts);
		CHILD(block.value);
		break;
	case NODE_ASSIGN:
		CHILD(assign.target);
		CHILD(assign.value);
		break;
	case NODE_LET:
		CHILD(let.of);
		CHILD(let.value);
		break;
	case NODE_FOR:
		CHILD(loop.map);
		CHILD(loop.from);
		CHILD(loop.to);
		CHILD(loop.body);
		break;
	case NODE_WHILE:
	case NODE_UNROLL:
		CHILD(while_.cond);
		CHILD(while_.body);
		break;
	case NODE_PROBE:
		CHILD(probe.attaches);
		CHILD(probe.predicate);
		CHILD(probe.body);
		break;
	case NODE_MACRO:
	case NODE_FN:
		CHILD(macro.params);
		CHILD(macro.result);
		CHILD(macro.body);
		break;
	}
#undef CHILD
	return count;
}

void node_walk(struct node **n, node_visit_fn visit, void *arg)
{
	struct node **children[8];
	unsigned count;

	if (!*n || !visit(n, arg) || !*n)
		return;
	count = node_children(*n, children);
	for (unsigned i = 0; i < count; i++)
		node_walk_list(children[i], visit, arg);
}

void node_walk_list(struct node **list, node_visit_fn visit, void *arg)
{
	/* a visitor may put another node in the place of one: go on from there */
	for (; *list; list = &(*list)->next) {
		node_walk(list, visit, arg);
		if (!*list)
			break;
	}
}
