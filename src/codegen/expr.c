/* Expressions. */
#include "codegen/cg.h"

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
	if (n->call.external)
		return cg_external_call(cg, n);
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
			return (struct value){n->type, cg_pointer(cg, cg_num(cg, n->num)), AT_REGISTER};
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
		return n->unary.op == OP_DEREF ? emit_op_dereference(cg, n) : emit_op_unary(cg, n);
	case NODE_INCDEC:
		return emit_op_incdec(cg, n);
	case NODE_BINARY:
		return emit_op_binary(cg, n);
	case NODE_TERNARY:
	case NODE_IF:
		return emit_op_choose(cg, n);
	case NODE_FIELD:
		return emit_op_field(cg, n);
	case NODE_INDEX:
		return emit_op_index(cg, n);
	case NODE_CAST:
		return emit_op_cast(cg, n);
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
		cg_read_str(cg, slot, n->type->size, cg_num(cg, n->type->size), v.v,
			    v.at == AT_CTX || v.at == AT_TRUSTED ? AT_KERNEL : v.at);
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
