/* Statements, scratch variables, and the frame they live in. */
#include "codegen/cg.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

/* The frame */

struct place_of_var {
	bool scratch; /* offset counts from the clause's scratch, else from its frame */
	bool own; /* an alloca of its own, which LLVM may keep in a register */
	bool hidden; /* LLVM is not to keep it in a register: it would want the stack for it */
	uint32_t offset;
	LLVMValueRef slot;
};

#define FRAME_VAR 16 /* bytes; larger variables live in scratch */
#define FRAME_MOST 160 /* bytes of the frame on the stack */

LLVMValueRef cg_frame(struct cg *cg, unsigned word)
{
	return cg_add(cg, cg->fn->frame, word * 8);
}

uint32_t cg_frame_room(struct cg *cg)
{
	uint32_t offset = cg->frame_size;

	cg->frame_size += 8;
	return offset;
}

static bool look_for_assignment(struct node **n, void *arg)
{
	const struct node *to = (*n)->kind == NODE_ASSIGN   ? (*n)->assign.target
				: (*n)->kind == NODE_INCDEC ? (*n)->unary.expr
							    : NULL;

	(void)arg;
	if (to && to->kind == NODE_VAR)
		to->var.var->carried = true;
	return true;
}

struct loops {
	struct cg *cg;
	bool found;
};

static bool look_for_loop(struct node **n, void *arg)
{
	struct loops *l = arg;

	if ((*n)->kind == NODE_FOR || (*n)->kind == NODE_WHILE || ((*n)->kind == NODE_UNROLL && cg_rolls(l->cg, *n))) {
		l->found = true;
		node_walk(n, look_for_assignment, NULL);
	}
	return true;
}

static bool look_for_address(struct node **n, void *arg)
{
	(void)arg;
	if ((*n)->kind == NODE_UNARY && (*n)->unary.op == OP_ADDR && (*n)->unary.expr->kind == NODE_VAR)
		(*n)->unary.expr->var.var->carried = true;
	return true;
}

/* of the clause and its functions */
static void walk_bodies(struct cg *cg, node_visit_fn visit, void *arg)
{
	struct node *body = cg->clause->body;

	node_walk(&body, visit, arg);
	for (const struct subprogram *s = cg->clause->subprograms; s; s = s->next) {
		body = s->body;
		node_walk(&body, visit, arg);
	}
}

void cg_variables(struct cg *cg)
{
	struct loops loops = {.cg = cg};
	bool shared;

	/*
	 * Bodies of loops are functions: what they use must have an address in
	 * the frame.  What they assign is where the verifier does not follow
	 * its value, else a sum would make every round a new one to it.  What
	 * is pointed at is off the stack: a function may not keep a pointer to
	 * the stack in the frame.
	 */
	walk_bodies(cg, look_for_loop, &loops);
	shared = loops.found || cg->clause->subprograms;
	if (shared)
		walk_bodies(cg, look_for_address, NULL);
	cg->frame_size = 8 * FRAME_WORDS;
	for (struct variable *v = cg->clause->vars; v; v = v->next) {
		struct place_of_var *p = arena_alloc(cg->arena, sizeof(*p));
		uint32_t size = v->type->size, room = (size + 7) / 8 * 8;

		v->cg = p;
		if (size > FRAME_VAR || v->carried || cg->frugal || (shared && cg->frame_size + room > FRAME_MOST)) {
			p->scratch = true;
			p->hidden = cg->frugal && !shared && cg_scalar(v->type);
			p->offset = cg->slot_top;
			cg->slot_top += room;
			if (cg->slot_top > cg->slot_max)
				cg->slot_max = cg->slot_top;
		} else if (shared) {
			p->offset = cg->frame_size;
			cg->frame_size += room;
		} else {
			p->own = true;
			p->slot = cg_alloca(cg, LLVMArrayType(cg->i64, room ? room / 8 : 1), 8);
		}
	}
}

LLVMValueRef cg_var(struct cg *cg, const struct variable *v)
{
	struct place_of_var *p = v->cg;
	LLVMValueRef base;

	if (!p)
		bug("variable %s has no place", v->name);
	if (p->own)
		return p->slot;
	if (!p->hidden)
		return p->scratch ? cg_scratch(cg, p->offset) : cg_add(cg, cg->fn->frame, p->offset);
	base = cg_opaque(cg, LLVMBuildPtrToInt(cg->b, cg_scratch(cg, 0), cg->i64, "")); /* each time another to LLVM */
	return cg_add(cg, cg_pointer(cg, base), p->offset);
}

/* Statements */

/* from a function to BPF into the one around it */
static void leave_function(struct cg *cg, int how)
{
	LLVMBuildStore(cg->b, cg_num(cg, how), cg_frame(cg, FRAME_ENDED));
	LLVMBuildRet(cg->b, cg_num(cg, 1));
}

void cg_end(struct cg *cg)
{
	if (cg->fn->outer)
		leave_function(cg, ENDED_CLAUSE);
	else
		cg_goto(cg, cg->fn->body_end);
}

void cg_return(struct cg *cg, const struct node *value)
{
	const struct subprogram *s = cg->fn->sub;

	if (value && s)
		cg_store(cg, cg_var(cg, s->result), s->result->type, cg_expr(cg, value));
	else if (value)
		LLVMBuildStore(cg->b, cg_i64(cg, cg_expr(cg, value)), cg_frame(cg, FRAME_RESULT));
	if (!s)
		cg_end(cg);
	else if (cg->fn->body_end)
		cg_goto(cg, cg->fn->body_end);
	else /* in the body of a loop */
		leave_function(cg, ENDED_FUNCTION);
}

static void assign_map(struct cg *cg, const struct node *n)
{
	const struct node *target = n->assign.target;
	const struct map *m = target->map.map;
	enum op op = n->assign.op;
	LLVMValueRef key, v;
	struct value old, by;

	if (op == OP_COUNT) {
		if (cg_scalar(m->value)) {
			v = cg_slot(cg, m->value->size);
			cg_store(cg, v, m->value, cg_expr(cg, n->assign.value));
		} else {
			v = cg_address(cg, cg_expr(cg, n->assign.value), m->value);
		}
		cg_map_set(cg, m, cg_map_brief_key(cg, m, target->map.keys), v);
		return;
	}
	by = cg_expr(cg, n->assign.value);
	key = cg_map_brief_key(cg, m, target->map.keys);
	if (op == OP_ADD || op == OP_SUB) {
		v = cg_i64(cg, by);
		cg_map_add(cg, m, key, op == OP_SUB ? LLVMBuildNeg(cg->b, v, "") : v);
		return;
	}
	old = cg_map_get(cg, m, key);
	v = cg_binary(cg, op, cg_i64(cg, old), cg_i64(cg, by), cg_signed_pair(old.type, by.type));
	old.v = cg_slot(cg, m->value->size);
	cg_store(cg, old.v, m->value, cg_int(m->value, v));
	cg_map_set(cg, m, key, old.v);
}

static void assign_var(struct cg *cg, const struct node *n)
{
	const struct type *t = n->assign.target->var.var->type;
	LLVMValueRef address = cg_var(cg, n->assign.target->var.var), v;
	enum op op = n->assign.op;
	struct value old, by;

	if (op == OP_COUNT) {
		if (cg_scalar(t))
			cg_store(cg, address, t, cg_expr(cg, n->assign.value));
		else /* by way of memory of its own: the value may use the variable */
			cg_store(cg, address, t, cg_expr(cg, n->assign.value));
		return;
	}
	by = cg_expr(cg, n->assign.value);
	old = cg_value(cg, cg_mem(t, address));
	if (t->kind == TYPE_POINTER) {
		v = LLVMBuildMul(cg->b, cg_i64(cg, by), cg_num(cg, t->elem->size ? t->elem->size : 1), "");
		v = cg_binary(cg, op, cg_i64(cg, old), v, false);
	} else {
		v = cg_binary(cg, op, cg_i64(cg, old), cg_i64(cg, by), cg_signed_pair(old.type, by.type));
	}
	cg_store_raw(cg, address, v, t->size, t->size);
}

static void let(struct cg *cg, const struct node *n)
{
	const struct variable *v = n->let.var;
	LLVMValueRef address = cg_var(cg, v);

	if (n->let.value)
		cg_store(cg, address, v->type, cg_expr(cg, n->let.value));
	else
		cg_zero(cg, address, v->type->size);
}

static void if_stmt(struct cg *cg, const struct node *n)
{
	struct cg_if f = cg_if(cg, cg_cond(cg, n->cond.cond));

	cg_stmt(cg, n->cond.then);
	if (n->cond.other) {
		cg_else(cg, &f);
		cg_stmt(cg, n->cond.other);
	}
	cg_end_if(cg, &f);
}

/* break and continue: the body of a loop is a function, this its result */
static void jump(struct cg *cg, const struct node *n)
{
	if (!cg->looping)
		bug("%s outside a loop", node_kind_name(n->kind));
	LLVMBuildRet(cg->b, cg_num(cg, n->kind == NODE_BREAK));
}

void cg_stmt(struct cg *cg, const struct node *n)
{
	uint32_t top = cg->slot_top;
	struct cg_spot before;

	if (cg_ended(cg)) /* nobody comes here, but it must be somewhere */
		cg_at(cg, cg_block(cg, "unreachable"));
	before = cg_enter(cg, n->span);
	cg->depth++;
	switch ((int)n->kind) {
	case NODE_ASSIGN:
		if (n->assign.target->kind == NODE_VAR)
			assign_var(cg, n);
		else if (n->assign.value->kind == NODE_CALL && n->assign.target->map.map->value->kind == TYPE_AGGREGATE)
			cg_aggregate(cg, n);
		else
			assign_map(cg, n);
		break;
	case NODE_EXPR:
	case NODE_DISCARD:
		cg_expr(cg, n->expr);
		break;
	case NODE_LET:
		let(cg, n);
		break;
	case NODE_IF:
		if_stmt(cg, n);
		break;
	case NODE_BLOCK:
		cg_stmts(cg, n->block.stmts);
		if (n->block.value)
			cg_expr(cg, n->block.value);
		break;
	case NODE_FOR:
		cg_for_stmt(cg, n);
		break;
	case NODE_WHILE:
		cg_while_stmt(cg, n);
		break;
	case NODE_UNROLL:
		cg_unroll_stmt(cg, n);
		break;
	case NODE_BREAK:
	case NODE_CONTINUE:
		jump(cg, n);
		break;
	case NODE_RETURN:
		cg_return(cg, n->expr);
		break;
	default:
		cg_expr(cg, n);
	}
	cg_leave(cg, before);
	cg_free_slots(cg);
	cg->depth--;
	cg->slot_top = top > cg->slot_kept ? top : cg->slot_kept;
}

void cg_stmts(struct cg *cg, const struct node *list)
{
	for (const struct node *n = list; n; n = n->next)
		cg_stmt(cg, n);
}
