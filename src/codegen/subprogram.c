/*
 * Functions of the script.  A call is
 *	frame.a = a; frame.b = b; f(frame); if (frame.ended) return; frame.result
 * and f a function of its own to BPF:
 *	static long f(void *frame)
 */
#include "codegen/cg.h"

#include <stdlib.h>
#include <string.h>

static void zero_own(struct cg *cg, const struct subprogram *s)
{
	for (const struct variable *v = cg->clause->vars; v; v = v->next) {
		bool given = false;

		for (size_t i = 0; i < s->nparams; i++)
			given |= s->params[i] == v;
		if (v->of == s && !given)
			cg_zero(cg, cg_var(cg, v), v->type->size);
	}
}

static void emit(struct cg *cg, struct subprogram *s)
{
	char *name = arena_printf(cg->arena, "fn_%u_%s", cg->clause->id, s->node->macro.name);
	struct cg_fn f = {.sub = s};

	cg_fn_inner(cg, &f, name, LLVMFunctionType(cg->i64, &cg->ptr, 1, false), s->node->span);
	f.body_end = cg_block(cg, "end");
	zero_own(cg, s);
	cg_stmt(cg, s->body);
	cg_goto(cg, f.body_end);
	cg_at(cg, f.body_end);
	LLVMBuildRet(cg->b, cg_num(cg, 0));
	cg_fn_end(cg, &f);
	s->cg = f.fn;
}

static bool look_for_map_loop(struct node **n, void *arg)
{
	if ((*n)->kind == NODE_FOR && (*n)->loop.map)
		*(bool *)arg = true;
	return true;
}

/* of the clause, before its body: what they keep in scratch stays theirs while a caller's lives */
void cg_subprograms(struct cg *cg)
{
	struct node *body = cg->clause->body;
	bool asleep = cg->asleep;

	if (!cg->clause->subprograms)
		return;
	node_walk(&body, look_for_map_loop, &cg->asleep); /* one may be called from there */
	for (struct subprogram *s = cg->clause->subprograms; s; s = s->next)
		node_walk(&s->body, look_for_map_loop, &cg->asleep);
	for (struct subprogram *s = cg->clause->subprograms; s; s = s->next) {
		emit(cg, s);
		cg->slot_top = cg->slot_max;
	}
	cg->asleep = asleep;
}

struct value cg_subprogram_call(struct cg *cg, const struct node *n)
{
	const struct subprogram *s = n->call.sub;
	struct value *args = arena_alloc(cg->arena, (s->nparams + 1) * sizeof(*args));
	const struct type *t = s->result->type;
	LLVMTypeRef type = LLVMFunctionType(cg->i64, &cg->ptr, 1, false);
	struct cg_if ended;
	LLVMValueRef slot;
	size_t i = 0;

	/* all of them before the first is stored: one may call the same function */
	for (const struct node *a = n->call.args; a; a = a->next, i++) {
		const struct type *as = s->params[i]->type;

		if (cg_scalar(as)) {
			args[i] = cg_expr(cg, a);
			continue;
		}
		slot = cg_slot(cg, as->size);
		cg_expr_into(cg, a, slot, as);
		args[i] = cg_mem(as, slot);
	}
	for (i = 0; i < s->nparams; i++)
		cg_store(cg, cg_var(cg, s->params[i]), s->params[i]->type, args[i]);
	LLVMBuildCall2(cg->b, type, s->cg, &cg->fn->frame, 1, "");
	ended = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, cg_load_raw(cg, cg_frame(cg, FRAME_ENDED), 8, false, 8),
					cg_num(cg, 0), ""));
	cg_end(cg);
	cg_end_if(cg, &ended);
	if (t->kind == TYPE_NONE)
		return cg_none();
	if (cg_scalar(t))
		return cg_value(cg, cg_mem(t, cg_var(cg, s->result)));
	slot = cg_slot(cg, t->size); /* the next call overwrites it */
	cg_memcpy(cg, slot, cg_var(cg, s->result), t->size);
	return cg_mem(t, slot);
}
