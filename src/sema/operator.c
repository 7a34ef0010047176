/* Operators: what they accept, what they give. */
#include "sema/infer.h"

bool number_like(const struct type *t)
{
	return type_is_int(t) || t->kind == TYPE_ERROR;
}

static void compare_pointers(struct pass *p, const struct node *n, const struct type *a, const struct type *b)
{
	if (!p->report)
		return;
	if (a->elem->kind != TYPE_NONE && b->elem->kind != TYPE_NONE && !type_same(a->elem, b->elem))
		warning_at(p->diag, WARN(distinct_pointers), n->span, "comparison of distinct pointer types: %s, %s",
			   name_of(p, a), name_of(p, b));
	if ((a->space == SPACE_USER && b->space == SPACE_KERNEL) ||
	    (a->space == SPACE_KERNEL && b->space == SPACE_USER))
		warning_at(p->diag, WARN(address_spaces), n->span, "Addrspace mismatch");
}

/* what !, && and || accept, and conditions */
static bool has_truth(const struct type *t)
{
	return type_is_int(t) || t->kind == TYPE_POINTER || t->kind == TYPE_STRING || t->kind == TYPE_ERROR;
}

void check_condition(struct pass *p, const struct node *n)
{
	if (has_truth(n->type))
		return;
	wrong(p, n->span, "Invalid condition: '%s' has no truth value", name_of(p, n->type));
	if (p->report && n->kind == NODE_RECORD) /* (x = 1) */
		hint(p->diag, "== compares");
}

/* char *, and its like */
bool points_to_text(const struct type *t)
{
	return t->kind == TYPE_POINTER && t->elem->kind == TYPE_INT && t->elem->size == 1;
}

static const struct type *comparison(struct pass *p, struct node *n, const struct type *a, const struct type *b)
{
	enum op op = n->binary.op;
	bool ordering = op != OP_EQ && op != OP_NE;

	if (a->kind == TYPE_ERROR || b->kind == TYPE_ERROR)
		return &type_bool;
	if (a->kind == TYPE_POINTER && b->kind == TYPE_POINTER)
		compare_pointers(p, n, a, b);
	if ((type_is_int(a) || a->kind == TYPE_POINTER) && (type_is_int(b) || b->kind == TYPE_POINTER))
		return &type_bool;
	if (ordering || (a->kind == TYPE_TIMESTAMP && b->kind == TYPE_TIMESTAMP)) /* written when it is printed */
		return wrong(p, n->span, "The %s operator can not be used on types '%s' and '%s'", op_text(op),
			     name_of(p, a), name_of(p, b));
	if (type_unify(p->types, a, b))
		return &type_bool;
	wrong(p, n->span, "Type mismatch for '%s': comparing '%s' with '%s'", op_text(op), name_of(p, a),
	      name_of(p, b));
	if (p->report &&
	    ((points_to_text(a) && b->kind == TYPE_STRING) || (points_to_text(b) && a->kind == TYPE_STRING)))
		hint(p->diag, "str() reads the string there");
	return &type_error;
}

/* a op b, and a op= b; value: b, where it may be a literal */
const struct type *arithmetic(struct pass *p, struct span span, enum op op, const struct type *a, const struct type *b,
			      const struct node *value)
{
	bool sign;

	if (a->kind == TYPE_POINTER && type_is_int(b) && (op == OP_ADD || op == OP_SUB))
		return stored(p, a);
	if (b->kind == TYPE_POINTER && type_is_int(a) && op == OP_ADD)
		return stored(p, b);
	if (a->kind == TYPE_ERROR || b->kind == TYPE_ERROR)
		return &type_error;
	if (value && a->kind == TYPE_STRING && late(value))
		return wrong_late(p, value);
	if (!type_is_int(a) || !type_is_int(b))
		return wrong(p, span, "The %s operator can not be used on types '%s' and '%s'", op_text(op),
			     name_of(p, a), name_of(p, b));
	if (value && value->kind == NODE_INT && !value->num && (op == OP_DIV || op == OP_MOD))
		return wrong(p, span, "division by zero");
	if (value && value->kind == NODE_INT && (uint64_t)value->num > 63 && (op == OP_SHL || op == OP_SHR))
		return wrong(p, span, "the shift is wider than 63 bits");
	if (a->flexible && !b->flexible)
		sign = b->is_signed;
	else if (b->flexible && !a->flexible)
		sign = a->is_signed;
	else
		sign = a->is_signed || b->is_signed;
	if (op == OP_SHL || op == OP_SHR)
		sign = a->is_signed;
	return int64(p, sign || op == OP_SUB);
}

/* what meets a string is one; text in a record is one where it is compared */
static void texts(struct pass *p, struct node *n)
{
	struct node *left = n->binary.left, *right = n->binary.right;
	bool compared = n->binary.op == OP_EQ || n->binary.op == OP_NE;

	if (left->type->kind == TYPE_STRING || right->type->kind == TYPE_STRING ||
	    (compared && (is_record_text(left) || is_record_text(right)))) {
		as_text(p, left);
		as_text(p, right);
	}
}

const struct type *infer_binary(struct pass *p, struct node *n)
{
	enum op op = n->binary.op;
	const struct type *a, *b;

	operand(p, n->binary.left);
	operand(p, n->binary.right);
	texts(p, n);
	a = n->binary.left->type;
	b = n->binary.right->type;
	n->type = NULL;
	if (fold(p, n))
		return n->type;
	if (n->type == &type_error)
		return n->type;
	if ((op == OP_LAND || op == OP_LOR) && (!has_truth(a) || !has_truth(b)))
		return wrong(p, n->span, "The %s operator can not be used on types '%s' and '%s'", op_text(op),
			     name_of(p, a), name_of(p, b));
	if (op == OP_LAND || op == OP_LOR)
		return &type_bool;
	if (op >= OP_EQ && op <= OP_GE)
		return comparison(p, n, a, b);
	return arithmetic(p, n->span, op, a, b, n->binary.right);
}

const struct type *infer_unary(struct pass *p, struct node *n)
{
	const struct type *t = operand(p, n->unary.expr);
	enum op op = n->unary.op;

	n->type = NULL;
	if (fold(p, n))
		return n->type;
	if (t->kind == TYPE_ERROR || n->type == &type_error)
		return &type_error;
	if (op == OP_NOT && has_truth(t))
		return &type_bool;
	if (op == OP_DEREF) {
		if (t->kind == TYPE_POINTER)
			return t->elem->kind == TYPE_NONE
				       ? wrong(p, n->span, "cannot dereference 'void *': cast it to a type first")
				       : in_space(p, t->elem, t->space);
		if (t->kind == TYPE_STRUCT)
			return t;
		if (type_is_int(t))
			return int64(p, false);
		return wrong(p, n->span, "cannot dereference '%s'", name_of(p, t));
	}
	if (op == OP_ADDR)
		return type_pointer(p->types, t, SPACE_BPF, false);
	if (!type_is_int(t))
		return wrong(p, n->span, "The %s operator can not be used on type '%s'", op_text(op), name_of(p, t));
	if (op == OP_BITNOT && late_in(n->unary.expr)) /* as of a literal */
		return int64(p, false);
	return int64(p, op == OP_NEG ? true : t->is_signed);
}

const struct type *infer_incdec(struct pass *p, struct node *n)
{
	struct node *target = n->unary.expr;
	const struct type **slot = NULL, *t, *one = type_literal(p->types, 1, false);
	enum op down = n->unary.op == OP_PREDEC || n->unary.op == OP_POSTDEC ? OP_SUB : OP_ADD;

	if (target->kind != NODE_VAR && target->kind != NODE_MAP)
		return wrong(p, n->span, "The %s operator must be applied to a map or variable", op_text(n->unary.op));
	infer_expr(p, target);
	slot = target->kind == NODE_VAR ? &target->var.var->type : &target->map.map->value;
	if (!*slot)
		set_type(p, slot, stored(p, one));
	t = *slot;
	if (t->kind != TYPE_ERROR && !type_is_int(t) && t->kind != TYPE_POINTER)
		return wrong(p, n->span, "The %s operator can not be used on type '%s'", op_text(n->unary.op),
			     name_of(p, t));
	if (type_is_int(t) && !(target->kind == NODE_VAR && target->var.var->declared) &&
	    !(t->flexible && down == OP_ADD))
		set_type(p, slot, widen(p, t, arithmetic(p, n->span, down, t, one, NULL)));
	t = target->type = *slot;
	return t->kind == TYPE_POINTER ? t : int64(p, t->is_signed);
}
