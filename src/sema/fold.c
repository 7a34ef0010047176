/* Literals, and operations on them. */
#include "sema/pass.h"

#include <stdlib.h>
#include <string.h>

void make_int(struct pass *p, struct node *n, int64_t value, bool wide)
{
	n->kind = NODE_INT;
	n->num = value;
	n->wide = wide;
	n->text = NULL;
	n->type = type_literal(p->types, value, wide);
}

void make_bool(struct node *n, bool value)
{
	n->kind = NODE_BOOL;
	n->num = value;
	n->wide = false;
	n->text = NULL;
	n->type = &type_bool;
}

void make_string(struct pass *p, struct node *n, const char *s, size_t len)
{
	n->kind = NODE_STRING;
	n->str = s;
	n->len = len;
	n->type = type_string(p->types, (uint32_t)len + 1);
}

bool is_literal(const struct node *n)
{
	return n->kind == NODE_INT || n->kind == NODE_BOOL || n->kind == NODE_STRING;
}

static bool is_number(const struct node *n)
{
	return n && (n->kind == NODE_INT || n->kind == NODE_BOOL);
}

/* a number whose type is not open: a cast one, an option's, an address */
static bool is_typed(const struct node *n)
{
	return n->type && n->type->kind == TYPE_INT && !n->type->literal;
}

static bool compares(enum op op)
{
	return op >= OP_EQ && op <= OP_LOR;
}

static bool fold_binary(struct pass *p, struct node *n)
{
	struct node *a = n->binary.left, *b = n->binary.right;
	enum op op = n->binary.op;
	bool is_signed;
	uint64_t result;
	const char *why;

	if (a->kind == NODE_STRING && b->kind == NODE_STRING && compares(op) && op != OP_LAND && op != OP_LOR) {
		int order = strcmp(a->str, b->str);
		bool values[] = {[OP_EQ] = order == 0,
				 [OP_NE] = order != 0,
				 [OP_LT] = order<0, [OP_LE] = order <= 0, [OP_GT] = order> 0,
				 [OP_GE] = order >= 0};

		make_bool(n, values[op]);
		return true;
	}
	if (a->kind == NODE_STRING && b->kind == NODE_STRING && op == OP_ADD) {
		char *s = arena_alloc(p->arena, a->len + b->len + 1);

		memcpy(s, a->str, a->len);
		memcpy(s + a->len, b->str, b->len);
		make_string(p, n, s, a->len + b->len);
		return true;
	}
	if (a->kind == NODE_STRING && b->kind == NODE_INT && op == OP_ADD) {
		size_t skip = (uint64_t)b->num < a->len ? (size_t)b->num : a->len;

		if (skip == a->len)
			warning_at(p->diag, WARN(empty_string), n->span, "literal string will always be empty");
		make_string(p, n, a->str + skip, a->len - skip);
		return true;
	}
	if (!is_number(a) || !is_number(b) || ((is_typed(a) || is_typed(b)) && !compares(op)))
		return false;
	is_signed = !a->wide && !b->wide;
	if (!op_fold(op, (uint64_t)a->num, (uint64_t)b->num, is_signed, &result, &why)) {
		error_at(p->diag, n->span, "%s", why);
		n->type = &type_error;
		return false;
	}
	if (compares(op))
		make_bool(n, result != 0);
	else
		make_int(p, n, (int64_t)result, !is_signed && result > INT64_MAX);
	return true;
}

static bool fold_unary(struct pass *p, struct node *n)
{
	struct node *e = n->unary.expr;

	if (!is_number(e) || (is_typed(e) && n->unary.op != OP_NOT))
		return false;
	if (n->unary.op == OP_NOT) {
		make_bool(n, !e->num);
	} else if (n->unary.op == OP_BITNOT) {
		make_int(p, n, ~e->num, ~e->num < 0);
	} else if (n->unary.op == OP_NEG) {
		if ((e->wide || e->num == INT64_MIN) && !(e->wide && e->num == INT64_MIN)) {
			error_at(p->diag, n->span, "negative value will underflow");
			n->type = &type_error;
			return false;
		}
		make_int(p, n, (int64_t)(0 - (uint64_t)e->num), false);
	} else {
		return false;
	}
	return true;
}

bool fold(struct pass *p, struct node *n)
{
	struct node *chosen, *next = n->next;

	if (n->kind == NODE_BINARY)
		return fold_binary(p, n);
	if (n->kind == NODE_UNARY)
		return fold_unary(p, n);
	if (n->kind == NODE_TERNARY && is_number(n->cond.cond) && n->cond.then && n->cond.other) {
		chosen = n->cond.cond->num ? n->cond.then : n->cond.other;
		if (!is_number(chosen) && chosen->kind != NODE_STRING)
			return false;
		*n = *chosen;
		n->next = next;
		return true;
	}
	return false;
}
