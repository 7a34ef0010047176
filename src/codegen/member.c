/* What is reached through a value: *p, p->field, a[i]. */
#include "codegen/cg.h"
#include "provider/provider.h"

/* *p: not read yet */
struct value emit_op_dereference(struct cg *cg, const struct node *n)
{
	struct value p = cg_expr(cg, n->unary.expr);
	LLVMValueRef address;

	if (p.type->kind != TYPE_POINTER) { /* *int reads a uint64 there; *args is args */
		if (!cg_scalar(p.type))
			return p;
		address = cg_pointer(cg, cg_i64(cg, p));
		return (struct value){n->type, address, cg_where(cg->clause->provider->space)};
	}
	return (struct value){n->type, p.v, p.type->trusted ? AT_TRUSTED : cg_where(p.type->space)};
}

/* the pointer that p->a.b.c begins at; of a.b.c that is no pointer's the first of it */
static const struct node *hop_of(const struct node *n)
{
	do
		n = n->field.expr;
	while (n->kind == NODE_FIELD && n->type->kind == TYPE_STRUCT);
	return n;
}

static struct value fields_from(struct cg *cg, const struct node *n, const struct node *hop, struct value base)
{
	if (n == hop)
		return base;
	base = fields_from(cg, n->field.expr, hop, base);
	return cg_field(cg, base, base.type, n->field.field, n->field.offset);
}

/*
 * A number or pointer behind a trusted pointer that was itself read: by a plain
 * load, after the check that the verifier wants of some of them.
 *	v = p ? p->a.b : 0
 */
static struct value hop(struct cg *cg, const struct node *n, const struct node *from)
{
	struct value p = cg_expr(cg, from), v;
	const struct type *t = n->field.field->type;
	LLVMTypeRef type = t->kind == TYPE_POINTER ? cg->ptr : cg->i64;
	LLVMValueRef slot = cg_alloca(cg, type, 8);
	struct cg_if f;

	LLVMBuildStore(cg->b, LLVMConstNull(type), slot);
	f = cg_if(cg, LLVMBuildIsNotNull(cg->b, p.v, ""));
	v = cg_value(cg, fields_from(cg, n, from, (struct value){from->type->elem, p.v, AT_TRUSTED}));
	LLVMBuildStore(cg->b, v.v, slot);
	cg_end_if(cg, &f);
	return (struct value){t, LLVMBuildLoad2(cg->b, type, slot, ""), AT_REGISTER};
}

struct value emit_op_field(struct cg *cg, const struct node *n)
{
	const struct node *e = n->field.expr, *from;
	struct value base;

	while (e->kind == NODE_UNARY && e->unary.op == OP_DEREF && e->type->kind == TYPE_STRUCT &&
	       e->unary.expr->kind == NODE_IDENT)
		e = e->unary.expr; /* (*args).x */
	if (e->kind == NODE_IDENT && e->ident.builtin == &builtins[BUILTIN_args])
		return cg_args_field(cg, n);
	if (e->kind == NODE_IDENT && e->ident.builtin == &builtins[BUILTIN_ctx] &&
	    cg->clause->provider->kind == ATTACH_iter)
		return cg_iter_field(cg, n);
	from = hop_of(n);
	if (from->type->kind == TYPE_POINTER && from->type->trusted && from->kind == NODE_FIELD &&
	    cg_scalar(n->field.field->type))
		return hop(cg, n, from);
	base = cg_place(cg, e);
	if (base.type->kind == TYPE_POINTER) {
		base = cg_value(cg, base);
		return cg_field(cg,
				(struct value){base.type->elem, base.v,
					       base.type->trusted ? AT_TRUSTED : cg_where(base.type->space)},
				base.type->elem, n->field.field, n->field.offset);
	}
	return cg_field(cg, base, base.type, n->field.field, n->field.offset);
}

struct value emit_op_index(struct cg *cg, const struct node *n)
{
	struct value base = cg_place(cg, n->index_.expr), i = cg_expr(cg, n->index_.index);
	uint32_t size = n->type->size ? n->type->size : 1;
	LLVMValueRef index = cg_i64(cg, i), slot;
	struct cg_if f;

	if (base.type->kind == TYPE_POINTER) {
		base = cg_value(cg, base);
		index = LLVMBuildMul(cg->b, index, core_size(cg, n->type), "");
		return (struct value){n->type, cg_add_var(cg, base.v, index),
				      base.type->trusted && LLVMIsAConstantInt(index) ? AT_TRUSTED
										      : cg_where(base.type->space)};
	}
	slot = core_element(cg, base.v, base.type, index);
	if (slot)
		return cg_core_value(cg, slot, NULL, &(struct field){.type = n->type}, base.at);
	if (LLVMIsAConstantInt(index)) {
		index = LLVMBuildMul(cg->b, index, base.at == AT_MEMORY ? cg_num(cg, size) : core_size(cg, n->type),
				     "");
		return (struct value){n->type, cg_add_var(cg, base.v, index), base.at};
	}
	/* an index known at run time only: out of bounds reads as zero */
	slot = cg_slot(cg, size);
	cg_zero(cg, slot, size);
	index = cg_opaque(cg, index);
	f = cg_if(cg,
		  LLVMBuildICmp(cg->b, LLVMIntULT, index,
				cg_num(cg, base.type->kind == TYPE_STRING ? base.type->size : base.type->count), ""));
	index = cg_add_var(
		cg, base.v,
		LLVMBuildMul(cg->b, index, base.at == AT_MEMORY ? cg_num(cg, size) : core_size(cg, n->type), ""));
	cg_read(cg, slot, size, index, base.at == AT_TRUSTED || base.at == AT_CTX ? AT_KERNEL : base.at);
	cg_else(cg, &f);
	cg_warn(cg, "Array access out of bounds. This can lead to unexpected results.");
	cg_end_if(cg, &f);
	return cg_mem(n->type, slot);
}
