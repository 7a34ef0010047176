/* Script maps as BPF maps: their definitions, reading and writing. */
#include "codegen/cg.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	uint32_t type;
	const char *declared;
} storages[] = {
	[MAP_SCALAR] = {BPF_MAP_TYPE_ARRAY, NULL},
	[MAP_PERCPU_SCALAR] = {BPF_MAP_TYPE_PERCPU_ARRAY, NULL},
	[MAP_HASH] = {BPF_MAP_TYPE_HASH, "hash"},
	[MAP_LRU_HASH] = {BPF_MAP_TYPE_LRU_HASH, "lruhash"},
	[MAP_PERCPU_HASH] = {BPF_MAP_TYPE_PERCPU_HASH, "percpuhash"},
	[MAP_PERCPU_LRU_HASH] = {BPF_MAP_TYPE_LRU_PERCPU_HASH, "percpulruhash"},
};

static enum map_storage storage_of(const struct map *m)
{
	bool percpu = m->value->kind == TYPE_AGGREGATE;

	if (!m->keyed)
		return percpu ? MAP_PERCPU_SCALAR : MAP_SCALAR;
	if (m->declared)
		for (size_t i = MAP_HASH; i < ARRAY_SIZE(storages); i++)
			if (str_eq(storages[i].declared, m->declared))
				return i;
	return percpu ? MAP_PERCPU_HASH : MAP_HASH;
}

static uint32_t agg_size(const struct agg *a)
{
	if (a->kind == AGG_hist)
		return 8 * hist_buckets(a->bits);
	if (a->kind == AGG_lhist)
		return 8 * lhist_buckets(a->min, a->max, a->step);
	if (a->kind == AGG_tseries)
		return (uint32_t)a->max * 8 * TSERIES_WORDS;
	return a->kind == AGG_count ? 8 : 16;
}

/* maps that a `for` walks: its body takes keys of one size */
static bool look_for_walks(struct node **n, void *arg)
{
	if ((*n)->kind == NODE_FOR && (*n)->loop.map)
		((bool *)arg)[(*n)->loop.map->map.map->id] = true;
	return true;
}

#define FEW_ENTRIES 4096 /* of which there must not be more */

/*
 * Bytes of its short keys, where most are much shorter than they may be; 0:
 * they are as they are.  Each of the two maps holds as many as the setting
 * says: to count what is in both would cost what is saved.
 */
static uint32_t brief_of(const struct map *m, uint64_t entries)
{
	if (!m->keyed || m->declared || entries < FEW_ENTRIES)
		return 0;
	if (m->key->kind == TYPE_STRING)
		return m->key->size > 2 * BRIEF_STRING ? BRIEF_STRING : 0;
	if ((m->key->kind == TYPE_KSTACK || m->key->kind == TYPE_USTACK) && m->key->stack.mode != STACK_BUILD_ID)
		return m->key->size > 2 * BRIEF_STACK ? BRIEF_STACK : 0;
	return 0;
}

void cg_maps(struct cg *cg)
{
	bool *walked = arena_alloc(cg->arena, cg->script->nmaps + 1);
	unsigned i = 0, npairs = 0;

	cg_snapshots(cg);
	cg->im.nmaps = cg->script->nmaps;
	cg->im.maps = arena_alloc(cg->arena, cg->im.nmaps * sizeof(*cg->im.maps));
	for (const struct clause *c = cg->script->clauses; c; c = c->next) {
		struct node *body = c->body;

		node_walk(&body, look_for_walks, walked);
		for (const struct subprogram *s = c->subprograms; s; s = s->next) {
			body = s->body;
			node_walk(&body, look_for_walks, walked);
		}
	}
	for (struct map *m = cg->script->maps; m; m = m->next, i++) {
		struct cg_map *c = arena_alloc(cg->arena, sizeof(*c));
		uint64_t entries = m->max_entries ? m->max_entries : cg->script->settings.num[SETTING_max_map_keys];
		struct btf_map def = {0};

		m->cg = c;
		c->storage = storage_of(m);
		c->key_size = m->keyed ? (m->key->size ? m->key->size : 1) : 4;
		if (m->value->kind == TYPE_AGGREGATE)
			c->value_size = agg_size(&m->value->agg);
		else
			c->value_size = (m->value->size + 7) / 8 * 8 + (m->keyed ? 0 : 8);
		if (!c->value_size)
			c->value_size = 8;
		def.type = storages[c->storage].type;
		def.max_entries = m->keyed ? (uint32_t)entries : 1;
		def.key_size = c->key_size;
		def.value_size = c->value_size;
		if ((c->storage == MAP_HASH || c->storage == MAP_PERCPU_HASH) && c->value_size > PREALLOCATED_VALUE)
			def.flags = BPF_F_NO_PREALLOC;
		c->brief_size = walked[m->id] || cg_is_pair(cg, m) ? 0 : brief_of(m, entries);
		if (c->brief_size) {
			struct btf_map brief = def;

			brief.key_size = c->brief_size;
			c->brief = debug_map(cg, arena_printf(cg->arena, "m%u_brief", m->id), &brief);
			def.flags = BPF_F_NO_PREALLOC; /* few are long */
		}
		c->global = debug_map(cg, arena_printf(cg->arena, "m%u", m->id), &def);
		if (cg_is_pair(cg, m)) {
			c->other = debug_map(cg, arena_printf(cg->arena, "m%u_other", m->id), &def);
			c->pair = npairs++;
		}
		cg->im.maps[m->id] = (struct image_map){
			.name = m->name,
			.name_len = strlen(m->name),
			.storage = c->storage,
			.key = m->keyed ? image_type_of(cg, m->key) : 0,
			.value = image_type_of(cg, m->value),
			.max_entries = def.max_entries,
			.pair = c->other ? npairs : 0,
			.brief = c->brief_size,
		};
	}
	if (!npairs)
		return;
	cg->pairs = debug_global(cg, "pairs", LLVMArrayType(cg->i8, npairs * (unsigned)sizeof(struct image_pair)),
				 npairs * (uint32_t)sizeof(struct image_pair));
	LLVMSetSection(cg->pairs, ".data.pairs");
	LLVMSetAlignment(cg->pairs, 8);
}

struct cg_map *cg_map_of(const struct map *m)
{
	return m->cg;
}

LLVMValueRef cg_zero_key(struct cg *cg)
{
	LLVMBasicBlockRef here = LLVMGetInsertBlock(cg->b);
	LLVMValueRef last;

	if (!cg->fn->zero_key) { /* one for all of the function: the stack is small */
		cg->fn->zero_key = cg_alloca(cg, cg->i32, 4);
		last = LLVMGetBasicBlockTerminator(cg->fn->entry);
		if (last)
			LLVMPositionBuilderBefore(cg->b, last);
		else
			cg_at(cg, cg->fn->entry);
		LLVMBuildStore(cg->b, cg_num32(cg, 0), cg->fn->zero_key);
		cg_at(cg, here);
	}
	return cg->fn->zero_key;
}

LLVMValueRef cg_map_key(struct cg *cg, const struct map *m, const struct node *keys)
{
	LLVMValueRef key;

	if (!m->keyed)
		return cg_zero_key(cg);
	if (keys->type == m->key && keys->kind != NODE_TUPLE && !cg_scalar(m->key))
		return cg_address(cg, cg_expr(cg, keys), m->key);
	key = cg_slot(cg, m->key->size);
	cg_expr_into(cg, keys, key, m->key);
	return key;
}

LLVMValueRef cg_map_brief_key(struct cg *cg, const struct map *m, const struct node *keys)
{
	if (cg_map_of(m)->brief && m->key->kind == TYPE_STRING)
		cg->brief.node = keys;
	return cg_map_key(cg, m, keys);
}

/*
 *	stack:		((struct event_stack *)key)->count <= most ? &m_brief : &m
 *	string:		!key[BRIEF_STRING - 1] ? &m_brief : &m
 */
LLVMValueRef cg_map_with(struct cg *cg, const struct map *m, LLVMValueRef key)
{
	struct cg_map *c = cg_map_of(m);
	LLVMValueRef is_brief;

	if (!c->brief)
		return cg_map_now(cg, m);
	if (key == cg->brief.key)
		is_brief = cg->brief.is;
	else if (m->key->kind == TYPE_STRING)
		is_brief = LLVMBuildICmp(cg->b, LLVMIntEQ,
					 cg_load_raw(cg, cg_add(cg, key, c->brief_size - 1), 1, false, 1),
					 cg_num(cg, 0), "");
	else
		is_brief = LLVMBuildICmp(cg->b, LLVMIntULE, cg_load_raw(cg, key, 4, false, 4),
					 cg_num(cg, (c->brief_size - sizeof(struct event_stack)) / 8), "");
	return LLVMBuildSelect(cg->b, is_brief, c->brief, c->global, "");
}

LLVMValueRef cg_map_lookup(struct cg *cg, const struct map *m, LLVMValueRef key)
{
	return cg_helper_ptr(cg, BPF_FUNC_map_lookup_elem, 2, cg_map_with(cg, m, key), key);
}

/* a key that is missing reads as zero */
struct value cg_map_get(struct cg *cg, const struct map *m, LLVMValueRef key)
{
	LLVMValueRef p = cg_map_lookup(cg, m, key), slot;
	struct cg_if f;

	if (m->keyed)
		cg_warn_if(cg, LLVMBuildIsNull(cg->b, p, ""), "map_lookup_elem", cg_num(cg, 0));
	if (cg_scalar(m->value)) {
		slot = cg_alloca(cg, cg->i64, 8);
		LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
		f = cg_if(cg, LLVMBuildIsNotNull(cg->b, p, ""));
		LLVMBuildStore(cg->b, cg_i64(cg, cg_value(cg, cg_mem(m->value, p))), slot);
		cg_end_if(cg, &f);
		p = LLVMBuildLoad2(cg->b, cg->i64, slot, "");
		if (m->value->kind == TYPE_POINTER)
			p = cg_pointer(cg, p);
		return (struct value){m->value, p, AT_REGISTER};
	}
	slot = cg_slot(cg, m->value->size);
	f = cg_if(cg, LLVMBuildIsNotNull(cg->b, p, ""));
	cg_memcpy(cg, slot, p, m->value->size);
	cg_else(cg, &f);
	cg_zero(cg, slot, m->value->size);
	cg_end_if(cg, &f);
	return cg_mem(m->value, slot);
}

static LLVMValueRef map_for(struct cg *cg, const struct cg_hold *hold, LLVMValueRef key)
{
	return cg_map_of(hold->map)->brief ? cg_map_with(cg, hold->map, key) : hold->now;
}

static LLVMValueRef lookup(struct cg *cg, const struct cg_hold *hold, LLVMValueRef key)
{
	return cg_helper_ptr(cg, BPF_FUNC_map_lookup_elem, 2, map_for(cg, hold, key), key);
}

/* an update failed with err: the map is full, or something else is in the way */
static void count_refusal(struct cg *cg, const struct map *m, LLVMValueRef err)
{
	struct cg_if full = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, err, cg_num(cg, -E2BIG), ""));

	cg_count_loss(cg, LOSS_map, m->id);
	cg_else(cg, &full);
	cg_count_loss(cg, LOSS_map_busy, m->id);
	cg_end_if(cg, &full);
}

static LLVMValueRef update(struct cg *cg, const struct cg_hold *hold, LLVMValueRef key, LLVMValueRef value,
			   unsigned flags)
{
	return cg_helper(cg, BPF_FUNC_map_update_elem, 4, map_for(cg, hold, key), key, value, cg_num(cg, flags));
}

void cg_map_set(struct cg *cg, const struct map *m, LLVMValueRef key, LLVMValueRef value)
{
	struct cg_hold hold = cg_hold_map(cg, m);
	struct cg_if f;
	LLVMValueRef p;

	if (m->keyed) {
		p = update(cg, &hold, key, value, BPF_ANY);
		f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntSLT, p, cg_num(cg, 0), ""));
		count_refusal(cg, m, p);
		cg_end_if(cg, &f);
		cg_release_map(cg, &hold);
		return;
	}
	p = lookup(cg, &hold, key);
	f = cg_if(cg, LLVMBuildIsNotNull(cg->b, p, ""));
	cg_memcpy(cg, p, value, m->value->size);
	cg_store_raw(cg, cg_add(cg, p, cg_map_of(m)->value_size - 8), cg_num(cg, 1), 8, 8);
	cg_end_if(cg, &f);
	cg_release_map(cg, &hold);
}

LLVMValueRef cg_map_slot(struct cg *cg, const struct cg_hold *hold, LLVMValueRef key)
{
	const struct map *m = hold->map;
	struct cg_map *c = cg_map_of(m);
	LLVMValueRef p = lookup(cg, hold, key), slot, zero, err;
	struct cg_if f, g;

	if (!m->keyed)
		return p;
	slot = cg_alloca(cg, cg->ptr, 8);
	LLVMBuildStore(cg->b, p, slot);
	f = cg_if(cg, LLVMBuildIsNull(cg->b, p, ""));
	zero = cg_string(cg, "", 0, c->value_size);
	err = update(cg, hold, key, zero, BPF_NOEXIST); /* another CPU may have been first: as good */
	p = lookup(cg, hold, key);
	LLVMBuildStore(cg->b, p, slot);
	g = cg_if(cg, LLVMBuildIsNull(cg->b, p, ""));
	count_refusal(cg, m, err);
	cg_end_if(cg, &g);
	cg_end_if(cg, &f);
	return LLVMBuildLoad2(cg->b, cg->ptr, slot, "");
}

LLVMValueRef cg_map_add(struct cg *cg, const struct map *m, LLVMValueRef key, LLVMValueRef delta)
{
	unsigned size = m->value->size;
	struct cg_hold hold = cg_hold_map(cg, m);
	LLVMValueRef p = cg_map_slot(cg, &hold, key), before = cg_alloca(cg, cg->i64, 8), v;
	struct cg_if f;

	LLVMBuildStore(cg->b, cg_num(cg, 0), before);
	f = cg_if(cg, LLVMBuildIsNotNull(cg->b, p, ""));
	if (size >= 4) {
		LLVMTypeRef type = cg_int_type(cg, size);

		v = LLVMBuildAtomicRMW(cg->b, LLVMAtomicRMWBinOpAdd, p, LLVMBuildIntCast2(cg->b, delta, type, true, ""),
				       LLVMAtomicOrderingMonotonic, false);
		v = LLVMBuildIntCast2(cg->b, v, cg->i64, m->value->is_signed, "");
	} else {
		v = cg_load_raw(cg, p, size, m->value->is_signed, size);
		cg_store_raw(cg, p, LLVMBuildAdd(cg->b, v, delta, ""), size, size);
	}
	LLVMBuildStore(cg->b, v, before);
	if (!m->keyed)
		cg_store_raw(cg, cg_add(cg, p, cg_map_of(m)->value_size - 8), cg_num(cg, 1), 8, 8);
	cg_end_if(cg, &f);
	cg_release_map(cg, &hold);
	return LLVMBuildLoad2(cg->b, cg->i64, before, "");
}
