/*
 * print(@x); clear(@x): what is added between the two would be lost.  So a map
 * that is printed and cleared is two BPF maps, of which programs write one;
 * the runtime has them write the other before it prints, and then clears, the
 * first.  Both statements are one event.  Those of one list of statements, with
 * nothing between that uses the maps otherwise, are a group, whose maps are
 * exchanged at once.
 *
 * Programs that cannot sleep are done with the old map when RCU says so.
 * Others say themselves while they write (struct image_pair).
 */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

static const struct node *call_of(const struct node *stmt)
{
	const struct node *n = stmt->kind == NODE_EXPR || stmt->kind == NODE_DISCARD ? stmt->expr : stmt;

	return n && n->kind == NODE_CALL && n->call.fn ? n : NULL;
}

/* the map of print(@x, ...) or clear(@x); NULL: it is something else */
static const struct map *whole_map(const struct node *call)
{
	const struct node *arg = call ? call->call.args : NULL;

	return arg && arg->kind == NODE_MAP && !arg->map.keys ? arg->map.map : NULL;
}

struct search {
	const struct map *map;
	bool found;
};

/* may this not come between the two?  It uses the map, or may leave */
static bool look_for_obstacle(struct node **n, void *arg)
{
	struct search *s = arg;
	enum node_kind kind = (*n)->kind;

	if (kind == NODE_CALL && (*n)->call.sub)
		s->found = true; /* who knows what a function does */
	if ((kind == NODE_MAP && (*n)->map.map == s->map) || kind == NODE_RETURN || kind == NODE_BREAK ||
	    kind == NODE_CONTINUE || (kind == NODE_CALL && (*n)->call.fn && (*n)->call.fn->id == FN_exit))
		s->found = true;
	return !s->found;
}

static bool obstacle(const struct node *stmt, const struct map *m)
{
	struct node one = *stmt, *root = &one;
	struct search s = {m, false};

	one.next = NULL;
	node_walk(&root, look_for_obstacle, &s);
	return s.found;
}

/* the last print of the map before statement `end` of the list, if nothing but the like is between them */
static const struct node *print_before(const struct node *list, const struct node *end, const struct map *m)
{
	const struct node *print = NULL;

	for (const struct node *n = list; n != end; n = n->next) {
		const struct node *call = call_of(n);

		if (call && call->call.fn->id == FN_print && whole_map(call) == m)
			print = call;
		else if (obstacle(n, m))
			print = NULL;
	}
	return print;
}

/*
 * does a statement between two prints of the list use the map?  Then what it asks for must not find the map
 * exchanged already
 */
static bool used_between(const struct node *list, const struct node *from, const struct node *to, const struct map *m)
{
	bool inside = false;

	for (const struct node *n = list; n && call_of(n) != to; n = n->next) {
		if (inside && obstacle(n, m))
			return true;
		inside |= call_of(n) == from;
	}
	return false;
}

static bool look_for_pairs(struct node **n, void *arg)
{
	struct cg *cg = arg;
	unsigned group = cg->snapshots ? cg->snapshots->group : 0;
	const struct node *first = NULL; /* print of the group */

	if ((*n)->kind != NODE_BLOCK)
		return true;
	for (const struct node *s = (*n)->block.stmts; s; s = s->next) {
		const struct node *call = call_of(s), *print;
		const struct map *m = whole_map(call);
		struct cg_snapshot *shot;

		if (!m || (call->call.fn->id != FN_clear && call->call.fn->id != FN_zero))
			continue;
		print = print_before((*n)->block.stmts, s, m);
		if (!print || cg_snapshot_of(cg, print))
			continue;
		if (!first || used_between((*n)->block.stmts, first, print, m)) {
			first = print;
			group++;
		}
		shot = arena_alloc(cg->arena, sizeof(*shot));
		*shot = (struct cg_snapshot){cg->snapshots, print, call, m, group};
		cg->snapshots = shot;
	}
	return true;
}

void cg_snapshots(struct cg *cg)
{
	for (const struct clause *c = cg->script->clauses; c; c = c->next) {
		struct node *body = c->body;

		node_walk(&body, look_for_pairs, cg);
	}
}

const struct cg_snapshot *cg_snapshot_of(const struct cg *cg, const struct node *call)
{
	for (const struct cg_snapshot *s = cg->snapshots; s; s = s->next)
		if (s->print == call || s->clear == call)
			return s;
	return NULL;
}

bool cg_is_pair(const struct cg *cg, const struct map *m)
{
	for (const struct cg_snapshot *s = cg->snapshots; s; s = s->next)
		if (s->map == m)
			return true;
	return false;
}

/* pairs[n].member */
static LLVMValueRef word(struct cg *cg, const struct map *m, size_t offset)
{
	return cg_add(cg, cg->pairs, cg_map_of(m)->pair * sizeof(struct image_pair) + offset);
}

/* pairs[n].current & 1 */
static LLVMValueRef current(struct cg *cg, const struct map *m)
{
	LLVMValueRef v = LLVMBuildLoad2(cg->b, cg->i64, word(cg, m, offsetof(struct image_pair, current)), "");

	LLVMSetVolatile(v, true);
	return LLVMBuildAnd(cg->b, v, cg_num(cg, 1), "");
}

static LLVMValueRef choose(struct cg *cg, const struct map *m, LLVMValueRef which)
{
	return LLVMBuildSelect(cg->b, LLVMBuildICmp(cg->b, LLVMIntNE, which, cg_num(cg, 0), ""), cg_map_of(m)->other,
			       cg_map_of(m)->global, "");
}

LLVMValueRef cg_map_now(struct cg *cg, const struct map *m)
{
	return cg_map_of(m)->other ? choose(cg, m, current(cg, m)) : cg_map_of(m)->global;
}

struct cg_if cg_if_other(struct cg *cg, const struct map *m)
{
	return cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, current(cg, m), cg_num(cg, 0), ""));
}

/* pairs[n].busy[which] += by */
static void add_busy(struct cg *cg, const struct map *m, LLVMValueRef which, int by)
{
	LLVMValueRef offset =
		LLVMBuildShl(cg->b, LLVMBuildAnd(cg->b, cg_opaque(cg, which), cg_num(cg, 1), ""), cg_num(cg, 3), "");
	LLVMValueRef p = cg_add_var(cg, word(cg, m, offsetof(struct image_pair, busy)), offset);

	LLVMBuildAtomicRMW(cg->b, LLVMAtomicRMWBinOpAdd, p, cg_num(cg, by), LLVMAtomicOrderingMonotonic, false);
}

#define TRIES 3 /* the maps are not exchanged this often in so short a time */

/*
 * for (try = 0; try < 3; try++) {
 *	which = current;
 *	busy[which]++;
 *	if (which == current)
 *		break;
 *	busy[which]--;
 * }
 */
struct cg_hold cg_hold_map(struct cg *cg, const struct map *m)
{
	struct cg_hold hold = {.map = m};
	LLVMBasicBlockRef held, again;
	LLVMValueRef slot, which;

	if (!cg_map_of(m)->other || !cg_sleepable_kind(cg)) {
		hold.now = cg_map_now(cg, m);
		return hold;
	}
	slot = cg_alloca(cg, cg->i64, 8);
	held = cg_block(cg, "held");
	for (int i = 0; i < TRIES; i++) {
		which = current(cg, m);
		LLVMBuildStore(cg->b, which, slot);
		add_busy(cg, m, which, 1);
		if (i + 1 == TRIES)
			break;
		again = cg_block(cg, "again");
		LLVMBuildCondBr(cg->b, LLVMBuildICmp(cg->b, LLVMIntEQ, which, current(cg, m), ""), held, again);
		cg_at(cg, again);
		add_busy(cg, m, LLVMBuildLoad2(cg->b, cg->i64, slot, ""), -1);
	}
	cg_goto(cg, held);
	cg_at(cg, held);
	hold.which = LLVMBuildLoad2(cg->b, cg->i64, slot, "");
	hold.now = choose(cg, m, hold.which);
	return hold;
}

void cg_release_map(struct cg *cg, struct cg_hold *hold)
{
	if (hold->which)
		add_busy(cg, hold->map, hold->which, -1);
}
