/*
 * Loops.  `for` and `while` run their body as a function the kernel calls, so
 * that the verifier sees it once:
 *	static long body(u64 i, void *frame)			bpf_loop
 *	static long body(map, key, value, void *frame)		bpf_for_each_map_elem
 * It returns 0 to go on, 1 to stop.
 */
#include "codegen/cg.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

static void enter(struct cg *cg, struct cg_fn *f, const char *name, unsigned nparams, struct span span)
{
	LLVMTypeRef params[4] = {cg->i64, cg->ptr};

	if (nparams == 4)
		params[0] = params[2] = params[3] = cg->ptr;
	f->sub = cg->fn->sub;
	cg_fn_inner(cg, f, name, LLVMFunctionType(cg->i64, params, nparams, false), span);
}

static void body(struct cg *cg, struct cg_fn *f, const struct node *statements)
{
	bool looping = cg->looping;

	cg->looping = true;
	cg_stmt(cg, statements);
	cg->looping = looping;
	if (!cg_ended(cg))
		LLVMBuildRet(cg->b, cg_num(cg, 0));
	cg_fn_end(cg, f);
}

/* after the loop: did a return end the clause, or the function? */
static void leave(struct cg *cg)
{
	LLVMValueRef ended = cg_load_raw(cg, cg_frame(cg, FRAME_ENDED), 8, false, 8);
	struct cg_if f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, ended, cg_num(cg, 0), "")), g;

	if (cg->fn->sub && cg->fn->body_end) { /* the function itself: callers go on */
		g = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, ended, cg_num(cg, ENDED_FUNCTION), ""));
		LLVMBuildStore(cg->b, cg_num(cg, 0), cg_frame(cg, FRAME_ENDED));
		cg_end_if(cg, &g);
		cg_goto(cg, cg->fn->body_end);
	} else if (cg->fn->outer) {
		LLVMBuildRet(cg->b, cg_num(cg, 1));
	} else {
		cg_end(cg);
	}
	cg_end_if(cg, &f);
}

static void for_range(struct cg *cg, const struct node *n)
{
	char *name = arena_printf(cg->arena, "for_%u_%u", cg->clause->id, n->span.from);
	LLVMValueRef from = cg_number(cg, cg_expr(cg, n->loop.from)), to = cg_number(cg, cg_expr(cg, n->loop.to)),
		     count;
	uint32_t start = cg_frame_room(cg);
	struct cg_fn f = {0};
	struct cg_if some, refused;

	count = LLVMBuildSub(cg->b, to, from, "");
	count = LLVMBuildSelect(cg->b, LLVMBuildICmp(cg->b, LLVMIntSGT, to, from, ""), count, cg_num(cg, 0), "");
	cg_store_raw(cg, cg_add(cg, cg->fn->frame, start), from, 8, 8);

	enter(cg, &f, name, 2, n->span);
	from = cg_load_raw(cg, cg_add(cg, f.frame, start), 8, false, 8);
	cg_store(cg, cg_var(cg, n->loop.var), n->loop.var->type,
		 cg_int(n->loop.var->type, LLVMBuildAdd(cg->b, from, LLVMGetParam(f.fn, 0), "")));
	body(cg, &f, n->loop.body);

	/*
	 * where the verifier knows that nothing is looped over, it drops the body and stumbles over its address
	 * (6.18)
	 */
	some = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, cg_opaque(cg, count), cg_num(cg, 0), ""));
	count = cg_helper(cg, BPF_FUNC_loop, 4, count, f.fn, cg->fn->frame, cg_num(cg, 0));
	/* 1 << 23 is the kernel's limit */
	refused = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntSLT, count, cg_num(cg, 0), ""));
	cg_count_loss(cg, LOSS_loop, 0);
	cg_end_if(cg, &refused);
	leave(cg);
	cg_end_if(cg, &some);
}

/* LLVM would make one call of two that differ in the map alone, and 6.1 refuses a map it does not know */
static LLVMValueRef each_of(struct cg *cg, LLVMValueRef map, LLVMValueRef fn, LLVMValueRef arg)
{
	LLVMValueRef call = cg_helper(cg, BPF_FUNC_for_each_map_elem, 4, map, fn, arg, cg_num(cg, 0));

	LLVMAddCallSiteAttribute(call, LLVMAttributeFunctionIndex, llvm_attribute(cg, "nomerge"));
	return call;
}

/* bpf_for_each_map_elem(m, fn, arg, 0): for it the verifier must know which of a pair it is */
LLVMValueRef cg_for_each(struct cg *cg, const struct map *m, LLVMValueRef fn, LLVMValueRef arg)
{
	struct cg_map *c = cg_map_of(m);
	LLVMValueRef slot;
	struct cg_if f;

	if (!c->other) {
		LLVMValueRef n = each_of(cg, c->global, fn, arg);

		if (c->brief)
			n = LLVMBuildAdd(cg->b, n, each_of(cg, c->brief, fn, arg), "");
		return n;
	}
	slot = cg_alloca(cg, cg->i64, 8);
	f = cg_if_other(cg, m);
	LLVMBuildStore(cg->b, each_of(cg, c->other, fn, arg), slot);
	cg_else(cg, &f);
	LLVMBuildStore(cg->b, each_of(cg, c->global, fn, arg), slot);
	cg_end_if(cg, &f);
	return LLVMBuildLoad2(cg->b, cg->i64, slot, "");
}

/* $kv = (key, value); the value of an aggregation is that of all CPUs */
static void for_map(struct cg *cg, const struct node *n)
{
	char *name = arena_printf(cg->arena, "for_%u_%u", cg->clause->id, n->span.from);
	const struct map *m = n->loop.map->map.map;
	const struct type *kv = n->loop.var->type;
	struct cg_fn f = {0};
	bool asleep = cg->asleep;
	LLVMValueRef var;
	struct value v;

	cg->asleep = true;
	enter(cg, &f, name, 4, n->span);
	var = cg_var(cg, n->loop.var);
	cg_zero(cg, var, kv->size);
	cg_memcpy(cg, cg_add(cg, var, kv->fields[0].offset), LLVMGetParam(f.fn, 1), m->key->size);
	if (m->value->kind == TYPE_AGGREGATE)
		v = cg_agg_read(cg, m, cg_address(cg, cg_mem(m->key, cg_add(cg, var, kv->fields[0].offset)), m->key));
	else
		v = cg_mem(m->value, LLVMGetParam(f.fn, 2));
	cg_store(cg, cg_add(cg, var, kv->fields[1].offset), kv->fields[1].type, cg_value(cg, v));
	body(cg, &f, n->loop.body);
	cg->asleep = asleep;

	cg_for_each(cg, m, f.fn, cg->fn->frame);
	leave(cg);
}

void cg_for_stmt(struct cg *cg, const struct node *n)
{
	if (n->loop.map)
		for_map(cg, n);
	else
		for_range(cg, n);
}

#define MOST_ROUNDS (1 << 23) /* BPF_MAX_LOOPS: what bpf_loop takes */

/*
 * A body of its own, like that of `for`: if it stood in the program, the
 * verifier would walk every round of it, and every path of every round.
 */
void cg_while_stmt(struct cg *cg, const struct node *n)
{
	char *name = arena_printf(cg->arena, "while_%u_%u", cg->clause->id, n->span.from);
	struct cg_fn f = {0};
	LLVMValueRef rounds;
	struct cg_if over;

	enter(cg, &f, name, 2, n->span);
	over = cg_if(cg, LLVMBuildNot(cg->b, cg_cond(cg, n->while_.cond), ""));
	LLVMBuildRet(cg->b, cg_num(cg, 1));
	cg_end_if(cg, &over);
	body(cg, &f, n->while_.body);

	rounds = cg_helper(cg, BPF_FUNC_loop, 4, cg_num(cg, MOST_ROUNDS), f.fn, cg->fn->frame, cg_num(cg, 0));
	over = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, rounds, cg_num(cg, MOST_ROUNDS), ""));
	cg_count_loss(cg, LOSS_loop_cut, 0);
	cg_end_if(cg, &over);
	leave(cg);
}

static bool look_for_jump(struct node **n, void *arg)
{
	*(bool *)arg |= (*n)->kind == NODE_BREAK || (*n)->kind == NODE_CONTINUE;
	return (*n)->kind != NODE_WHILE && (*n)->kind != NODE_FOR;
}

/* nodes, those of unroll as often as they are copied */
static uint64_t copied(struct node *list)
{
	uint64_t n = 0;

	for (; list; list = list->next) {
		struct node **children[8];
		uint64_t inner = 1;

		for (unsigned i = node_children(list, children); i--;)
			inner += copied(*children[i]);
		n += list->kind == NODE_UNROLL ? inner * (uint64_t)list->while_.cond->num : inner;
	}
	return n;
}

#define MOST_COPIED 4000 /* nodes */

bool cg_rolls(struct cg *cg, const struct node *unroll)
{
	struct node *body = unroll->while_.body;
	bool jumping = false;

	node_walk(&body, look_for_jump, &jumping);
	if (jumping || !feature(FEATURE_loop)) /* a break would leave the loop around it */
		return false;
	return cg->roll || (!cg->portable && copied(body) * (uint64_t)unroll->while_.cond->num > MOST_COPIED);
}

/* the body once, called N times */
static void roll(struct cg *cg, const struct node *n)
{
	char *name = arena_printf(cg->arena, "unroll_%u_%u", cg->clause->id, n->span.from);
	struct cg_fn f = {0};

	enter(cg, &f, name, 2, n->span);
	body(cg, &f, n->while_.body);
	cg_helper(cg, BPF_FUNC_loop, 4, cg_num(cg, (uint64_t)n->while_.cond->num), f.fn, cg->fn->frame, cg_num(cg, 0));
	leave(cg);
}

void cg_unroll_stmt(struct cg *cg, const struct node *n)
{
	if (cg_rolls(cg, n)) {
		roll(cg, n);
		return;
	}
	for (int64_t i = 0; i < n->while_.cond->num; i++)
		cg_stmt(cg, n->while_.body);
}
