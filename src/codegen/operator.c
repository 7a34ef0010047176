/* Operators: arithmetic, comparison, choice, casts. */
#include "codegen/cg.h"

bool cg_signed_pair(const struct type *a, const struct type *b)
{
	return (a->is_signed && !a->flexible) || (b->is_signed && !b->flexible) ||
	       (a->flexible && b->flexible && a->is_signed);
}

/* BPF of cpu v3 divides unsigned only: divide what is positive, then give it its sign */
static LLVMValueRef divide(struct cg *cg, bool modulo, LLVMValueRef a, LLVMValueRef b, bool is_signed)
{
	LLVMValueRef zero = cg_num(cg, 0), minus_a, minus_b, q;

	if (!is_signed)
		return modulo ? LLVMBuildURem(cg->b, a, b, "") : LLVMBuildUDiv(cg->b, a, b, "");
	minus_a = LLVMBuildICmp(cg->b, LLVMIntSLT, a, zero, "");
	minus_b = LLVMBuildICmp(cg->b, LLVMIntSLT, b, zero, "");
	a = LLVMBuildSelect(cg->b, minus_a, LLVMBuildNeg(cg->b, a, ""), a, "");
	b = LLVMBuildSelect(cg->b, minus_b, LLVMBuildNeg(cg->b, b, ""), b, "");
	q = modulo ? LLVMBuildURem(cg->b, a, b, "") : LLVMBuildUDiv(cg->b, a, b, "");
	if (!modulo)
		minus_a = LLVMBuildXor(cg->b, minus_a, minus_b, "");
	return LLVMBuildSelect(cg->b, minus_a, LLVMBuildNeg(cg->b, q, ""), q, "");
}

/* a / 0 and a % 0 are 1 */
static LLVMValueRef divide_checked(struct cg *cg, bool modulo, LLVMValueRef a, LLVMValueRef b, bool is_signed)
{
	LLVMValueRef slot;
	struct cg_if f;

	if (LLVMIsAConstantInt(b) && LLVMConstIntGetZExtValue(b))
		return divide(cg, modulo, a, b, is_signed);
	slot = cg_alloca(cg, cg->i64, 8);
	LLVMBuildStore(cg->b, cg_num(cg, 1), slot);
	f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, b, cg_num(cg, 0), ""));
	LLVMBuildStore(cg->b, divide(cg, modulo, a, b, is_signed), slot);
	cg_else(cg, &f);
	cg_warn(cg,
		"Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.");
	cg_end_if(cg, &f);
	return LLVMBuildLoad2(cg->b, cg->i64, slot, "");
}

LLVMValueRef cg_binary(struct cg *cg, enum op op, LLVMValueRef a, LLVMValueRef b, bool is_signed)
{
	static const LLVMIntPredicate compare[OP_COUNT][2] = {
		[OP_EQ] = {LLVMIntEQ, LLVMIntEQ},   [OP_NE] = {LLVMIntNE, LLVMIntNE},
		[OP_LT] = {LLVMIntULT, LLVMIntSLT}, [OP_LE] = {LLVMIntULE, LLVMIntSLE},
		[OP_GT] = {LLVMIntUGT, LLVMIntSGT}, [OP_GE] = {LLVMIntUGE, LLVMIntSGE},
	};
	static const LLVMOpcode plain[OP_COUNT] = {
		[OP_ADD] = LLVMAdd, [OP_SUB] = LLVMSub, [OP_MUL] = LLVMMul, [OP_AND] = LLVMAnd,
		[OP_OR] = LLVMOr,   [OP_XOR] = LLVMXor, [OP_SHL] = LLVMShl, [OP_SHR] = LLVMLShr,
	};

	if (compare[op][0])
		return LLVMBuildZExt(cg->b, LLVMBuildICmp(cg->b, compare[op][is_signed], a, b, ""), cg->i64, "");
	if (op == OP_DIV || op == OP_MOD)
		return divide_checked(cg, op == OP_MOD, a, b, is_signed);
	if (op == OP_SHL || op == OP_SHR) /* more than 63 is nothing LLVM defines */
		b = LLVMBuildAnd(cg->b, b, cg_num(cg, 63), "");
	if (!plain[op])
		bug("no instruction for %s", op_text(op));
	a = LLVMBuildBinOp(cg->b, plain[op], a, b, "");
	return cg->frugal ? cg_opaque(cg, a) : a; /* of a sum LLVM would gather all terms first */
}

static struct value logical(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot = cg_alloca(cg, cg->i64, 8);
	bool is_and = n->binary.op == OP_LAND;
	struct cg_if f;

	LLVMBuildStore(cg->b, cg_num(cg, !is_and), slot);
	f = cg_if(cg, cg_cond(cg, n->binary.left));
	if (!is_and)
		cg_else(cg, &f);
	LLVMBuildStore(cg->b, cg_bool(cg, n->type, cg_cond(cg, n->binary.right)).v, slot);
	if (is_and) {
		cg_else(cg, &f);
		LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	}
	cg_end_if(cg, &f);
	return cg_int(n->type, LLVMBuildLoad2(cg->b, cg->i64, slot, ""));
}

/* ptr + int, in units of what it points at */
static struct value pointer_sum(struct cg *cg, const struct node *n, struct value p, struct value i)
{
	LLVMValueRef by = LLVMBuildMul(cg->b, cg_i64(cg, i), core_size(cg, p.type->elem), "");

	if (n->binary.op == OP_SUB)
		by = LLVMBuildNeg(cg->b, by, "");
	return (struct value){n->type, cg_add_var(cg, cg_value(cg, p).v, by), AT_REGISTER};
}

struct value emit_op_binary(struct cg *cg, const struct node *n)
{
	enum op op = n->binary.op;
	struct value a, b;
	LLVMValueRef same, v;

	if (op == OP_LAND || op == OP_LOR)
		return logical(cg, n);
	a = cg_expr(cg, n->binary.left);
	b = cg_expr(cg, n->binary.right);
	if (n->type->kind == TYPE_POINTER)
		return a.type->kind == TYPE_POINTER ? pointer_sum(cg, n, a, b) : pointer_sum(cg, n, b, a);
	if (!cg_scalar(a.type) || !cg_scalar(b.type)) {
		same = cg_equal(cg, a, b);
		if (op == OP_NE)
			same = LLVMBuildNot(cg->b, same, "");
		return cg_bool(cg, n->type, same);
	}
	v = cg_binary(cg, op, cg_i64(cg, a), cg_i64(cg, b), cg_signed_pair(a.type, b.type));
	if (n->type->kind == TYPE_BOOL && (a.type->kind == TYPE_POINTER || b.type->kind == TYPE_POINTER))
		v = cg_opaque(cg, v);
	return cg_int(n->type, v);
}

/* &@m[k]: the verifier wants it checked before it is counted with, and LLVM must not see through that */
static LLVMValueRef address_in_map(struct cg *cg, const struct node *map)
{
	LLVMValueRef p = cg_map_lookup(cg, map->map.map, cg_map_key(cg, map->map.map, map->map.keys)),
		     slot = cg_alloca(cg, cg->i64, 8);
	struct cg_if f;

	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	f = cg_if(cg, LLVMBuildIsNotNull(cg->b, p, ""));
	LLVMBuildStore(cg->b, cg_opaque(cg, LLVMBuildPtrToInt(cg->b, p, cg->i64, "")), slot);
	cg_end_if(cg, &f);
	return cg_pointer(cg, LLVMBuildLoad2(cg->b, cg->i64, slot, ""));
}

struct value emit_op_unary(struct cg *cg, const struct node *n)
{
	const struct node *e = n->unary.expr;

	switch ((int)n->unary.op) {
	case OP_NOT:
		return cg_bool(cg, n->type, LLVMBuildNot(cg->b, cg_cond(cg, e), ""));
	case OP_BITNOT:
		return cg_int(n->type, LLVMBuildNot(cg->b, cg_i64(cg, cg_expr(cg, e)), ""));
	case OP_NEG:
		return cg_int(n->type, LLVMBuildNeg(cg->b, cg_i64(cg, cg_expr(cg, e)), ""));
	case OP_ADDR:
		/* LLVM must not know it: it would count with |, which the verifier allows no pointer */
		if (e->kind == NODE_VAR)
			return (struct value){n->type, cg_opaque_pointer(cg, cg_var(cg, e->var.var)), AT_REGISTER};
		if (e->kind != NODE_MAP)
			return cg_unsupported(cg, n, "the address of this");
		return (struct value){n->type, address_in_map(cg, e), AT_REGISTER};
	}
	bug("no unary %s", op_text(n->unary.op));
}

struct value emit_op_incdec(struct cg *cg, const struct node *n)
{
	bool down = n->unary.op == OP_PREDEC || n->unary.op == OP_POSTDEC,
	     post = n->unary.op == OP_POSTINC || n->unary.op == OP_POSTDEC;
	const struct node *target = n->unary.expr;
	const struct type *t = target->type;
	int64_t step = t->kind == TYPE_POINTER && t->elem->size ? t->elem->size : 1;
	LLVMValueRef by = cg_num(cg, down ? -step : step), before, after, address;

	if (target->kind == NODE_MAP) {
		const struct map *m = target->map.map;

		before = cg_map_add(cg, m, cg_map_brief_key(cg, m, target->map.keys), by);
		after = LLVMBuildAdd(cg->b, before, by, "");
	} else {
		address = cg_var(cg, target->var.var);
		before = cg_i64(cg, cg_value(cg, cg_mem(t, address)));
		after = LLVMBuildAdd(cg->b, before, by, "");
		cg_store_raw(cg, address, after, t->size, t->size);
		after = cg_i64(cg, cg_value(cg, cg_mem(t, address))); /* as what it is kept in has it */
	}
	after = post ? before : after;
	if (n->type->kind == TYPE_POINTER)
		after = cg_pointer(cg, after);
	return (struct value){n->type, after, AT_REGISTER};
}

/* a value from one of two branches: c ? a : b, c ?: b, if c { a } else { b } */
struct value emit_op_choose(struct cg *cg, const struct node *n)
{
	bool scalar = cg_scalar(n->type), none = n->type->kind == TYPE_NONE;
	LLVMValueRef slot = NULL, v;
	struct cg_if f;

	if (!none)
		slot = scalar ? cg_alloca(cg, cg->i64, 8) : cg_result(cg, n, n->type->size);
	f = cg_if(cg, cg_cond(cg, n->cond.cond));
	for (int i = 0; i < 2; i++) {
		const struct node *branch = i ? n->cond.other : n->cond.then ? n->cond.then : n->cond.cond;

		if (i)
			cg_else(cg, &f);
		if (none)
			cg_expr(cg, branch);
		else if (scalar)
			LLVMBuildStore(cg->b, cg_i64(cg, cg_expr(cg, branch)), slot);
		else
			cg_expr_into(cg, branch, slot, n->type);
	}
	cg_end_if(cg, &f);
	if (none)
		return cg_none();
	if (!scalar)
		return cg_mem(n->type, slot);
	v = LLVMBuildLoad2(cg->b, cg->i64, slot, "");
	if (n->type->kind == TYPE_POINTER)
		v = cg_pointer(cg, v);
	return (struct value){n->type, v, AT_REGISTER};
}

struct value emit_op_cast(struct cg *cg, const struct node *n)
{
	const struct node *e = n->cast.expr;
	const struct type *t = n->type;
	LLVMValueRef slot, v;
	struct value from;

	/* to where it is */
	if (t->kind == TYPE_POINTER && (e->type->kind == TYPE_ARRAY || e->type->kind == TYPE_STRING)) {
		from = cg_place(cg, e);
		cg_keep_slot(cg, from.v);
		v = from.at == AT_CTX ? cg_opaque_pointer(cg, from.v) : from.v;
		return (struct value){t, v, AT_REGISTER};
	}
	from = e->type->kind == TYPE_AGGREGATE ? cg_agg_read(cg, e->map.map, cg_map_key(cg, e->map.map, e->map.keys))
					       : cg_expr(cg, e);
	if (t->kind == TYPE_POINTER && from.type->kind == TYPE_POINTER)
		return (struct value){t, from.v, AT_REGISTER};
	if (t->kind != TYPE_BOOL && from.type->kind == TYPE_POINTER)
		from = cg_int(from.type, cg_number(cg, from));
	if (cg_scalar(t) && cg_scalar(from.type)) {
		v = t->kind == TYPE_BOOL ? cg_bool(cg, t, cg_truth(cg, from)).v : cg_i64(cg, from);
		if (t->kind == TYPE_POINTER)
			return (struct value){t, cg_pointer(cg, v), AT_REGISTER};
		if (t->size && t->size < 8)
			v = LLVMBuildIntCast2(cg->b, LLVMBuildTrunc(cg->b, v, cg_int_type(cg, t->size), ""), cg->i64,
					      t->is_signed, "");
		return cg_int(t, v);
	}
	if (cg_scalar(t) && from.type->kind == TYPE_STRING)
		return cg_bool(cg, t, cg_truth(cg, from));
	if (cg_scalar(t)) /* int from an array of its size */
		return cg_int(t, cg_load_raw(cg, from.v, t->size, t->is_signed, from.type->align));
	if (cg_scalar(from.type)) { /* an array of the bytes of an int */
		slot = cg_result(cg, n, t->size);
		cg_store_raw(cg, slot, cg_i64(cg, from), t->size, t->align);
		return cg_mem(t, slot);
	}
	if (from.type->size >= t->size && t->kind != TYPE_USERNAME)
		return cg_mem(t, from.v);
	slot = cg_result(cg, n, t->size);
	cg_store(cg, slot, t, from);
	return cg_mem(t, slot);
}
