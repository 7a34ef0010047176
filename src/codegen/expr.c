/* Expressions. */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

static const emit_fn builtin_emitters[BUILTIN_COUNT] = {
#define BUILTIN(name, type, flags) [BUILTIN_##name] = emit_##name,
#include "lang/builtins.def"
#undef BUILTIN
};

static const emit_fn function_emitters[FN_COUNT] = {
#define FUNC(name, signature, flags) [FN_##name] = emit_fn_##name,
#include "lang/functions.def"
#undef FUNC
};

struct value cg_none(void)
{
	return (struct value){&type_none, NULL, AT_REGISTER};
}

static struct value zero_of(struct cg *cg, const struct type *t)
{
	LLVMValueRef slot;

	if (t->kind == TYPE_POINTER)
		return (struct value){t, LLVMConstNull(cg->ptr), AT_REGISTER};
	if (cg_scalar(t))
		return cg_int(t, cg_num(cg, 0));
	slot = cg_slot(cg, t->size);
	cg_zero(cg, slot, t->size);
	return cg_mem(t, slot);
}

struct value cg_unsupported(struct cg *cg, const struct node *n, const char *what)
{
	error_at(cg->diag, n->span, "%s is not supported yet", what);
	cg->failed = true;
	return zero_of(cg, n->type);
}

LLVMValueRef cg_result(struct cg *cg, const struct node *n, uint32_t size)
{
	if (cg->target.node == n && cg->target.size == size)
		return cg->target.address;
	return cg_slot(cg, size);
}

/* operators */

bool cg_signed_pair(const struct type *a, const struct type *b)
{
	return (a->is_signed && !a->flexible) || (b->is_signed && !b->flexible) || (a->flexible && b->flexible && a->is_signed);
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
	cg_warn(cg, "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.");
	cg_end_if(cg, &f);
	return LLVMBuildLoad2(cg->b, cg->i64, slot, "");
}

LLVMValueRef cg_binary(struct cg *cg, enum op op, LLVMValueRef a, LLVMValueRef b, bool is_signed)
{
	static const LLVMIntPredicate compare[OP_COUNT][2] = {
		[OP_EQ] = {LLVMIntEQ, LLVMIntEQ},
		[OP_NE] = {LLVMIntNE, LLVMIntNE},
		[OP_LT] = {LLVMIntULT, LLVMIntSLT},
		[OP_LE] = {LLVMIntULE, LLVMIntSLE},
		[OP_GT] = {LLVMIntUGT, LLVMIntSGT},
		[OP_GE] = {LLVMIntUGE, LLVMIntSGE},
	};
	static const LLVMOpcode plain[OP_COUNT] = {
		[OP_ADD] = LLVMAdd, [OP_SUB] = LLVMSub, [OP_MUL] = LLVMMul, [OP_AND] = LLVMAnd,
		[OP_OR] = LLVMOr, [OP_XOR] = LLVMXor, [OP_SHL] = LLVMShl, [OP_SHR] = LLVMLShr,
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

static struct value binary(struct cg *cg, const struct node *n)
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
	LLVMValueRef p = cg_map_lookup(cg, map->map.map, cg_map_key(cg, map->map.map, map->map.keys)), slot = cg_alloca(cg, cg->i64, 8);
	struct cg_if f;

	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	f = cg_if(cg, LLVMBuildIsNotNull(cg->b, p, ""));
	LLVMBuildStore(cg->b, cg_opaque(cg, LLVMBuildPtrToInt(cg->b, p, cg->i64, "")), slot);
	cg_end_if(cg, &f);
	return LLVMBuildIntToPtr(cg->b, LLVMBuildLoad2(cg->b, cg->i64, slot, ""), cg->ptr, "");
}

static struct value unary(struct cg *cg, const struct node *n)
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
		if (e->kind == NODE_VAR) /* LLVM must not know it: it would count with |, which the verifier allows no pointer */
			return (struct value){n->type, LLVMBuildIntToPtr(cg->b, cg_opaque(cg, LLVMBuildPtrToInt(cg->b, cg_var(cg, e->var.var), cg->i64, "")), cg->ptr, ""), AT_REGISTER};
		if (e->kind != NODE_MAP)
			return cg_unsupported(cg, n, "the address of this");
		return (struct value){n->type, address_in_map(cg, e), AT_REGISTER};
	}
	bug("no unary %s", op_text(n->unary.op));
}

/* *p: not read yet */
static struct value dereference(struct cg *cg, const struct node *n)
{
	struct value p = cg_expr(cg, n->unary.expr);
	LLVMValueRef address;

	if (p.type->kind != TYPE_POINTER) { /* *int reads a uint64 there; *args is args */
		if (!cg_scalar(p.type))
			return p;
		address = LLVMBuildIntToPtr(cg->b, cg_i64(cg, p), cg->ptr, "");
		return (struct value){n->type, address, cg_where(cg->clause->provider->space)};
	}
	return (struct value){n->type, p.v, p.type->trusted ? AT_TRUSTED : cg_where(p.type->space)};
}

static struct value incdec(struct cg *cg, const struct node *n)
{
	bool down = n->unary.op == OP_PREDEC || n->unary.op == OP_POSTDEC, post = n->unary.op == OP_POSTINC || n->unary.op == OP_POSTDEC;
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
		after = LLVMBuildIntToPtr(cg->b, after, cg->ptr, "");
	return (struct value){n->type, after, AT_REGISTER};
}

/* a value from one of two branches: c ? a : b, c ?: b, if c { a } else { b } */
static struct value choose(struct cg *cg, const struct node *n)
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
		v = LLVMBuildIntToPtr(cg->b, v, cg->ptr, "");
	return (struct value){n->type, v, AT_REGISTER};
}

/* access */

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

static struct value field(struct cg *cg, const struct node *n)
{
	const struct node *e = n->field.expr, *from;
	struct value base;

	while (e->kind == NODE_UNARY && e->unary.op == OP_DEREF && e->type->kind == TYPE_STRUCT && e->unary.expr->kind == NODE_IDENT)
		e = e->unary.expr; /* (*args).x */
	if (e->kind == NODE_IDENT && e->ident.builtin == &builtins[BUILTIN_args])
		return cg_args_field(cg, n);
	if (e->kind == NODE_IDENT && e->ident.builtin == &builtins[BUILTIN_ctx] && cg->clause->provider->kind == ATTACH_iter)
		return cg_iter_field(cg, n);
	from = hop_of(n);
	if (from->type->kind == TYPE_POINTER && from->type->trusted && from->kind == NODE_FIELD && cg_scalar(n->field.field->type))
		return hop(cg, n, from);
	base = cg_place(cg, e);
	if (base.type->kind == TYPE_POINTER) {
		base = cg_value(cg, base);
		return cg_field(cg, (struct value){base.type->elem, base.v, base.type->trusted ? AT_TRUSTED : cg_where(base.type->space)}, base.type->elem,
				n->field.field, n->field.offset);
	}
	return cg_field(cg, base, base.type, n->field.field, n->field.offset);
}

static struct value element(struct cg *cg, const struct node *n)
{
	struct value base = cg_place(cg, n->index_.expr), i = cg_expr(cg, n->index_.index);
	uint32_t size = n->type->size ? n->type->size : 1;
	LLVMValueRef index = cg_i64(cg, i), slot;
	struct cg_if f;

	if (base.type->kind == TYPE_POINTER) {
		base = cg_value(cg, base);
		index = LLVMBuildMul(cg->b, index, core_size(cg, n->type), "");
		return (struct value){n->type, cg_add_var(cg, base.v, index), base.type->trusted && LLVMIsAConstantInt(index) ? AT_TRUSTED : cg_where(base.type->space)};
	}
	slot = core_element(cg, base.v, base.type, index);
	if (slot)
		return cg_core_value(cg, slot, NULL, &(struct field){.type = n->type}, base.at);
	if (LLVMIsAConstantInt(index)) {
		index = LLVMBuildMul(cg->b, index, base.at == AT_MEMORY ? cg_num(cg, size) : core_size(cg, n->type), "");
		return (struct value){n->type, cg_add_var(cg, base.v, index), base.at};
	}
	/* an index known at run time only: out of bounds reads as zero */
	slot = cg_slot(cg, size);
	cg_zero(cg, slot, size);
	index = cg_opaque(cg, index);
	f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntULT, index, cg_num(cg, base.type->kind == TYPE_STRING ? base.type->size : base.type->count), ""));
	index = cg_add_var(cg, base.v, LLVMBuildMul(cg->b, index, base.at == AT_MEMORY ? cg_num(cg, size) : core_size(cg, n->type), ""));
	cg_read(cg, slot, size, index, base.at == AT_TRUSTED || base.at == AT_CTX ? AT_KERNEL : base.at);
	cg_else(cg, &f);
	cg_warn(cg, "Array access out of bounds. This can lead to unexpected results.");
	cg_end_if(cg, &f);
	return cg_mem(n->type, slot);
}

static struct value cast(struct cg *cg, const struct node *n)
{
	const struct node *e = n->cast.expr;
	const struct type *t = n->type;
	LLVMValueRef slot, v;
	struct value from;

	if (t->kind == TYPE_POINTER && (e->type->kind == TYPE_ARRAY || e->type->kind == TYPE_STRING)) { /* to where it is */
		from = cg_place(cg, e);
		cg_keep_slot(cg, from.v);
		v = from.at == AT_CTX ? LLVMBuildIntToPtr(cg->b, cg_opaque(cg, LLVMBuildPtrToInt(cg->b, from.v, cg->i64, "")), cg->ptr, "") : from.v;
		return (struct value){t, v, AT_REGISTER};
	}
	from = e->type->kind == TYPE_AGGREGATE ? cg_agg_read(cg, e->map.map, cg_map_key(cg, e->map.map, e->map.keys)) : cg_expr(cg, e);
	if (t->kind == TYPE_POINTER && from.type->kind == TYPE_POINTER)
		return (struct value){t, from.v, AT_REGISTER};
	if (t->kind != TYPE_BOOL && from.type->kind == TYPE_POINTER)
		from = cg_int(from.type, cg_number(cg, from));
	if (cg_scalar(t) && cg_scalar(from.type)) {
		v = t->kind == TYPE_BOOL ? cg_bool(cg, t, cg_truth(cg, from)).v : cg_i64(cg, from);
		if (t->kind == TYPE_POINTER)
			return (struct value){t, LLVMBuildIntToPtr(cg->b, v, cg->ptr, ""), AT_REGISTER};
		if (t->size && t->size < 8)
			v = LLVMBuildIntCast2(cg->b, LLVMBuildTrunc(cg->b, v, cg_int_type(cg, t->size), ""), cg->i64, t->is_signed, "");
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

static struct value parts(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot = cg_result(cg, n, n->type->size);

	cg_expr_into(cg, n, slot, n->type);
	return cg_mem(n->type, slot);
}

static struct value block(struct cg *cg, const struct node *n)
{
	cg_stmts(cg, n->block.stmts);
	if (!n->block.value)
		return cg_none();
	if (cg_ended(cg)) /* a return came first */
		cg_at(cg, cg_block(cg, "unreachable"));
	return cg_expr(cg, n->block.value);
}

static struct value call(struct cg *cg, const struct node *n)
{
	if (n->call.sub)
		return cg_subprogram_call(cg, n);
	if (n->call.fn)
		return function_emitters[n->call.fn->id](cg, n);
	if (n->call.builtin)
		return builtin_emitters[n->call.builtin - builtins](cg, n);
	bug("call of %s is not resolved", n->call.name);
}

static struct value place(struct cg *cg, const struct node *n)
{
	const struct map *m;

	if (!n->type)
		bug("%s has no type", node_kind_name(n->kind));
	switch ((int)n->kind) {
	case NODE_INT:
	case NODE_BOOL:
		if (n->type->kind == TYPE_POINTER)
			return (struct value){n->type, LLVMBuildIntToPtr(cg->b, cg_num(cg, n->num), cg->ptr, ""), AT_REGISTER};
		return cg_int(n->type, cg_num(cg, n->num));
	case NODE_STRING:
		return cg_mem(n->type, cg_string(cg, n->str, n->len, n->type->size));
	case NODE_IDENT:
		if (n->ident.late == LATE_ENUM)
			return core_enumerator(cg, n);
		if (n->ident.late)
			return cg_late(cg, n);
		if (!n->ident.builtin)
			bug("%s is not resolved", n->ident.name);
		return builtin_emitters[n->ident.builtin - builtins](cg, n);
	case NODE_PARAM:
	case NODE_NPARAMS:
		return cg_late(cg, n);
	case NODE_SIZEOF:
		return core_sizeof(cg, n);
	case NODE_OFFSETOF:
		return core_offsetof(cg, n);
	case NODE_ARG:
		return cg_arg(cg, n);
	case NODE_VAR:
		return cg_mem(n->type, cg_var(cg, n->var.var));
	case NODE_MAP:
		m = n->map.map;
		return cg_map_get(cg, m, cg_map_brief_key(cg, m, n->map.keys));
	case NODE_CALL:
		return call(cg, n);
	case NODE_UNARY:
		return n->unary.op == OP_DEREF ? dereference(cg, n) : unary(cg, n);
	case NODE_INCDEC:
		return incdec(cg, n);
	case NODE_BINARY:
		return binary(cg, n);
	case NODE_TERNARY:
	case NODE_IF:
		return choose(cg, n);
	case NODE_FIELD:
		return field(cg, n);
	case NODE_INDEX:
		return element(cg, n);
	case NODE_CAST:
		return cast(cg, n);
	case NODE_TUPLE:
	case NODE_RECORD:
		return parts(cg, n);
	case NODE_BLOCK:
		return block(cg, n);
	}
	bug("cannot emit %s", node_kind_name(n->kind));
}

/* what is emitted from here on is n's; back where it was by cg_leave() */
struct cg_spot cg_enter(struct cg *cg, struct span span)
{
	struct cg_spot before = {cg->span, LLVMGetCurrentDebugLocation2(cg->b)};

	cg->span = span;
	debug_place(cg, span);
	return before;
}

void cg_leave(struct cg *cg, struct cg_spot before)
{
	cg->span = before.span;
	LLVMSetCurrentDebugLocation2(cg->b, before.debug);
}

struct value cg_place(struct cg *cg, const struct node *n)
{
	struct cg_spot before = cg_enter(cg, n->span);
	struct value v = place(cg, n);

	cg_leave(cg, before);
	return v;
}

/* char x[N] of foreign memory as a string: up to its NUL, zeroes after */
static struct value chars(struct cg *cg, const struct node *n, struct value v)
{
	LLVMValueRef slot;

	if (v.at == AT_TRUSTED && v.type->size <= 16) {
		v = cg_value(cg, v);
		if (n->type->size <= v.type->size)
			return cg_mem(n->type, v.v);
	}
	slot = cg_result(cg, n, n->type->size);
	cg_zero(cg, slot, n->type->size);
	if (v.at == AT_MEMORY)
		cg_memcpy(cg, slot, v.v, v.type->size < n->type->size ? v.type->size : n->type->size);
	else
		cg_read_str(cg, slot, n->type->size, cg_num(cg, n->type->size), v.v, v.at == AT_CTX || v.at == AT_TRUSTED ? AT_KERNEL : v.at);
	return cg_mem(n->type, slot);
}

static struct value expr(struct cg *cg, const struct node *n)
{
	struct value v = place(cg, n);

	if (v.type->kind == TYPE_ARRAY && n->type->kind == TYPE_STRING) {
		v = chars(cg, n, v);
	} else if (v.type->kind != TYPE_NONE) {
		v = cg_value(cg, v);
		if (v.type->kind == n->type->kind)
			v.type = n->type;
	}
	return v;
}

struct value cg_expr(struct cg *cg, const struct node *n)
{
	struct cg_spot before = cg_enter(cg, n->span);
	struct value v = expr(cg, n);

	cg_leave(cg, before);
	return v;
}

void cg_expr_into(struct cg *cg, const struct node *n, LLVMValueRef address, const struct type *t)
{
	uint32_t i = 0, filled = 0;
	struct value v;

	if ((n->kind == NODE_TUPLE || n->kind == NODE_RECORD) && (t->kind == TYPE_TUPLE || t->kind == TYPE_RECORD)) {
		for (i = 0; i < t->nfields; i++)
			filled += t->fields[i].type->size;
		if (filled < t->size)
			cg_zero(cg, address, t->size);
		i = 0;
		for (const struct node *e = n->list; e; e = e->next, i++) {
			const struct field *f = &t->fields[i];
			const struct node *x = e;

			if (e->kind == NODE_MEMBER) {
				x = e->member.expr;
				for (uint32_t j = 0; j < t->nfields; j++)
					if (str_eq(t->fields[j].name, e->member.name))
						f = &t->fields[j];
			}
			cg_expr_into(cg, x, cg_add(cg, address, f->offset), f->type);
		}
		return;
	}
	cg->target.node = n;
	cg->target.address = address;
	cg->target.size = t->size;
	v = n->type->kind == TYPE_STRING || cg_scalar(n->type) ? cg_expr(cg, n) : cg_place(cg, n);
	cg->target.node = NULL;
	if (v.v != address || v.at != AT_MEMORY) {
		struct cg_spot before = cg_enter(cg, n->span);

		cg_store(cg, address, t, v);
		cg_leave(cg, before);
	}
}

LLVMValueRef cg_cond(struct cg *cg, const struct node *n)
{
	return cg_truth(cg, cg_expr(cg, n));
}
