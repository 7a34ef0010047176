/*
 * Calls of functions that are linked to the image:
 *	r = f(a, &b)		extern long f(int a, struct s *b)
 */
#include "codegen/cg.h"

#include <string.h>

static LLVMTypeRef word(struct cg *cg, const struct type *t)
{
	return t->kind == TYPE_POINTER ? cg->ptr : cg->i64;
}

static LLVMTypeRef prototype(struct cg *cg, const struct library_function *f)
{
	const struct type *p = f->params;
	LLVMTypeRef params[EXTERNAL_PARAMETERS];

	for (uint32_t i = 0; i < p->nfields; i++)
		params[i] = word(cg, p->fields[i].type);
	return LLVMFunctionType(f->result->kind == TYPE_NONE ? cg->void_ : word(cg, f->result), params, p->nfields,
				false);
}

/* hidden: to the verifier it is then static, and it knows what it is called with */
static LLVMValueRef declaration(struct cg *cg, const struct library_function *f, LLVMTypeRef type)
{
	LLVMValueRef fn = LLVMGetNamedFunction(cg->mod, f->name);

	if (fn)
		return fn;
	fn = LLVMAddFunction(cg->mod, f->name, type);
	LLVMSetVisibility(fn, LLVMHiddenVisibility);
	debug_external(cg, fn, f->name, f->params, f->result);
	return fn;
}

static LLVMValueRef argument(struct cg *cg, const struct node *a, const struct type *t)
{
	struct value v = cg_expr(cg, a);

	if (t->kind != TYPE_POINTER)
		return cg_narrowed(cg, t, cg_i64(cg, v)).v;
	if (!cg_scalar(v.type))
		return cg_address(cg, v, v.type);
	if (v.type->kind == TYPE_POINTER)
		return cg_value(cg, v).v;
	return cg_pointer(cg, cg_i64(cg, v));
}

struct value cg_external_call(struct cg *cg, const struct node *n)
{
	const struct library_function *f = n->call.external;
	LLVMTypeRef type = prototype(cg, f);
	LLVMValueRef args[EXTERNAL_PARAMETERS], r;
	unsigned count = 0;

	for (const struct node *a = n->call.args; a; a = a->next, count++)
		args[count] = argument(cg, a, f->params->fields[count].type);
	r = LLVMBuildCall2(cg->b, type, declaration(cg, f, type), args, count, "");
	if (f->result->kind == TYPE_NONE)
		return cg_none();
	if (n->type->kind == TYPE_POINTER)
		return (struct value){.type = n->type, .v = r, .at = AT_REGISTER};
	return cg_narrowed(cg, n->type, r);
}
