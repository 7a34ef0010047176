/* Aggregations: how @m = count() and the like add, and how they are read back. */
#include "codegen/cg.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

/* *p += delta; nobody else runs on this CPU meanwhile, unless the program can be preempted */
static void add_at(struct cg *cg, LLVMValueRef p, LLVMValueRef delta)
{
	if (cg_preemptible(cg->clause))
		LLVMBuildAtomicRMW(cg->b, LLVMAtomicRMWBinOpAdd, p, delta, LLVMAtomicOrderingMonotonic, false);
	else
		cg_store_raw(cg, p, LLVMBuildAdd(cg->b, cg_load_raw(cg, p, 8, true, 8), delta, ""), 8, 8);
}

static void add_total(struct cg *cg, LLVMValueRef p, LLVMValueRef v, const struct agg *a)
{
	(void)a;
	add_at(cg, p, v);
	add_at(cg, cg_add(cg, p, 8), cg_num(cg, 1));
}

static void add_count(struct cg *cg, LLVMValueRef p, LLVMValueRef v, const struct agg *a)
{
	(void)v;
	(void)a;
	add_at(cg, p, cg_num(cg, 1));
}

/* the first value wins, then the smaller (larger) one */
static void add_extreme(struct cg *cg, LLVMValueRef p, LLVMValueRef v, const struct agg *a)
{
	LLVMIntPredicate better = a->kind == AGG_min ? (a->is_signed ? LLVMIntSLT : LLVMIntULT)
						     : (a->is_signed ? LLVMIntSGT : LLVMIntUGT);
	LLVMValueRef n = cg_load_raw(cg, cg_add(cg, p, 8), 8, false, 8), first, wins;
	struct cg_if f;

	first = LLVMBuildICmp(cg->b, LLVMIntEQ, n, cg_num(cg, 0), "");
	wins = LLVMBuildICmp(cg->b, better, v, cg_load_raw(cg, p, 8, a->is_signed, 8), "");
	f = cg_if(cg, LLVMBuildOr(cg->b, first, wins, ""));
	cg_store_raw(cg, p, v, 8, 8);
	cg_end_if(cg, &f);
	cg_store_raw(cg, cg_add(cg, p, 8), cg_num(cg, 1), 8, 8);
}

/*
 * position of the highest bit set; n > 0, as a signed number.  BPF has no
 * instruction to compare without a jump, and these jumps cannot be foretold:
 *	for (bits = 32; bits > 1; bits /= 2) {
 *		step = (2^bits - 1 - n) >> 63 ? bits : 0;
 *		...
 */
static LLVMValueRef top_bit(struct cg *cg, LLVMValueRef n)
{
	LLVMValueRef p = cg_num(cg, 0);

	for (int bits = 32, log = 5; bits > 1; bits /= 2, log--) {
		/* else LLVM makes a jump of it */
		LLVMValueRef rest =
			cg_opaque(cg, LLVMBuildSub(cg->b, cg_num(cg, (int64_t)((1ull << bits) - 1)), n, ""));
		LLVMValueRef step =
			LLVMBuildShl(cg->b, LLVMBuildLShr(cg->b, rest, cg_num(cg, 63), ""), cg_num(cg, log), "");

		n = LLVMBuildLShr(cg->b, n, step, "");
		p = LLVMBuildOr(cg->b, p, step, "");
	}
	return LLVMBuildOr(cg->b, p, LLVMBuildLShr(cg->b, n, cg_num(cg, 1), ""), "");
}

/* M-004: 0 for negative n; n + 1 below 2^k; else 2^k buckets for each power of two */
static LLVMValueRef hist_bucket(struct cg *cg, LLVMValueRef n, unsigned k)
{
	LLVMValueRef slot = cg_alloca(cg, cg->i64, 8), shift, bucket;
	struct cg_if negative, small;

	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	negative = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntSGE, n, cg_num(cg, 0), ""));
	small = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntULT, n, cg_num(cg, 1 << k), ""));
	LLVMBuildStore(cg->b, LLVMBuildAdd(cg->b, n, cg_num(cg, 1), ""), slot);
	cg_else(cg, &small);
	shift = LLVMBuildSub(cg->b, top_bit(cg, n), cg_num(cg, k), "");
	bucket = LLVMBuildShl(cg->b, LLVMBuildAdd(cg->b, shift, cg_num(cg, 1), ""), cg_num(cg, k), "");
	bucket =
		LLVMBuildAdd(cg->b, bucket,
			     LLVMBuildAnd(cg->b, LLVMBuildLShr(cg->b, n, shift, ""), cg_num(cg, (1 << k) - 1), ""), "");
	LLVMBuildStore(cg->b, LLVMBuildAdd(cg->b, bucket, cg_num(cg, 1), ""), slot);
	cg_end_if(cg, &small);
	cg_end_if(cg, &negative);
	return LLVMBuildLoad2(cg->b, cg->i64, slot, "");
}

static void add_bucket(struct cg *cg, LLVMValueRef p, LLVMValueRef bucket, uint32_t buckets)
{
	struct cg_if f;

	bucket = cg_opaque(cg, bucket); /* else LLVM drops the check the verifier needs */
	f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntULT, bucket, cg_num(cg, buckets), ""));
	add_at(cg, cg_add_var(cg, p, LLVMBuildShl(cg->b, bucket, cg_num(cg, 3), "")), cg_num(cg, 1));
	cg_end_if(cg, &f);
}

static void add_hist(struct cg *cg, LLVMValueRef p, LLVMValueRef v, const struct agg *a)
{
	add_bucket(cg, p, hist_bucket(cg, v, a->bits), hist_buckets(a->bits));
}

static void add_lhist(struct cg *cg, LLVMValueRef p, LLVMValueRef v, const struct agg *a)
{
	LLVMValueRef slot = cg_alloca(cg, cg->i64, 8), low, high;
	uint32_t buckets = lhist_buckets(a->min, a->max, a->step);
	struct cg_if f, g;

	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	low = cg_num(cg, a->min);
	high = cg_num(cg, a->max);
	f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntSGE, v, high, ""));
	LLVMBuildStore(cg->b, cg_num(cg, buckets - 1), slot);
	cg_else(cg, &f);
	g = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntSGE, v, low, ""));
	v = LLVMBuildUDiv(cg->b, LLVMBuildSub(cg->b, v, low, ""), cg_num(cg, a->step), "");
	LLVMBuildStore(cg->b, LLVMBuildAdd(cg->b, v, cg_num(cg, 1), ""), slot);
	cg_end_if(cg, &g);
	cg_end_if(cg, &f);
	add_bucket(cg, p, LLVMBuildLoad2(cg->b, cg->i64, slot, ""), buckets);
}

/*
 * tseries: slot = now / interval % count; one of an older interval is begun anew
 *	if (s->epoch != epoch) { s->epoch = epoch; s->value = v; s->n = 1 or now; } else ...
 */
static void add_tseries(struct cg *cg, LLVMValueRef p, LLVMValueRef v, const struct agg *a)
{
	LLVMValueRef now = LLVMBuildAdd(cg->b, cg_helper(cg, BPF_FUNC_ktime_get_boot_ns, 0), CG_PARAM(cg, wall_offset),
					""),
		     epoch, slot, value, n, old;
	LLVMIntPredicate better = a->step == TSERIES_min ? (a->is_signed ? LLVMIntSLT : LLVMIntULT)
							 : (a->is_signed ? LLVMIntSGT : LLVMIntUGT);
	struct cg_if room, fresh, wins;

	epoch = LLVMBuildUDiv(cg->b, now, cg_num(cg, a->min), "");
	slot = cg_opaque(cg, LLVMBuildURem(cg->b, epoch, cg_num(cg, a->max), ""));
	room = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntULT, slot, cg_num(cg, a->max), ""));
	slot = cg_add_var(cg, p, LLVMBuildMul(cg->b, slot, cg_num(cg, 8 * TSERIES_WORDS), ""));
	value = cg_add(cg, slot, 8 * TSERIES_VALUE);
	n = cg_add(cg, slot, 8 * TSERIES_N);
	fresh = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, cg_load_raw(cg, slot, 8, false, 8), epoch, ""));
	cg_store_raw(cg, slot, epoch, 8, 8);
	cg_store_raw(cg, value, v, 8, 8);
	cg_store_raw(cg, n, a->step == TSERIES_last ? now : cg_num(cg, 1), 8, 8);
	cg_else(cg, &fresh);
	if (a->step == TSERIES_last) {
		cg_store_raw(cg, value, v, 8, 8);
		cg_store_raw(cg, n, now, 8, 8);
	} else if (a->step == TSERIES_avg || a->step == TSERIES_sum) {
		add_at(cg, value, v);
		add_at(cg, n, cg_num(cg, 1));
	} else {
		old = cg_load_raw(cg, value, 8, false, 8);
		wins = cg_if(cg, LLVMBuildICmp(cg->b, better, v, old, ""));
		cg_store_raw(cg, value, v, 8, 8);
		cg_end_if(cg, &wins);
	}
	cg_end_if(cg, &fresh);
	cg_end_if(cg, &room);
}

#define add_sum add_total
#define add_avg add_total
#define add_stats add_total
#define add_min add_extreme
#define add_max add_extreme
static void (*const add[AGG_COUNT])(struct cg *, LLVMValueRef p, LLVMValueRef v, const struct agg *) = {
#define AGG(name, signature, flags) [AGG_##name] = add_##name,
#include "lang/aggregations.def"
#undef AGG
};

void cg_aggregate(struct cg *cg, const struct node *assign)
{
	const struct node *args = assign->assign.value->call.args;
	const struct map *m = assign->assign.target->map.map;
	LLVMValueRef v = args ? cg_number(cg, cg_expr(cg, args)) : NULL, key, p;
	struct cg_hold hold;
	struct cg_if f;

	key = cg_map_brief_key(cg, m, assign->assign.target->map.keys);
	hold = cg_hold_map(cg, m);
	p = cg_map_slot(cg, &hold, key);
	f = cg_if(cg, LLVMBuildIsNotNull(cg->b, p, ""));
	add[m->value->agg.kind](cg, p, v, &m->value->agg);
	cg_end_if(cg, &f);
	cg_release_map(cg, &hold);
}

/*
 * The value of all CPUs together:
 *	static long read(u64 cpu, struct { void *key; s64 total; u64 n; } *sum)
 *	{
 *		p = bpf_map_lookup_percpu_elem(&m, sum->key, cpu);
 *		if (!p)
 *			return 1;
 *		...
 *	}
 */
enum { SUM_KEY, SUM_TOTAL, SUM_N };

static LLVMValueRef word(struct cg *cg, LLVMValueRef sum, unsigned i)
{
	return cg_add(cg, sum, i * 8);
}

static LLVMValueRef reader(struct cg *cg, const struct map *m)
{
	const struct agg *a = &m->value->agg;
	char *name = arena_printf(cg->arena, "read_m%u", m->id);
	LLVMTypeRef params[] = {cg->i64, cg->ptr}, type = LLVMFunctionType(cg->i64, params, 2, false);
	LLVMValueRef fn = LLVMGetNamedFunction(cg->mod, name), sum, key, p, total, n;
	LLVMIntPredicate better;
	struct cg_fn f = {0};
	struct cg_if have, takes;

	if (fn)
		return fn;
	cg_fn_begin(cg, &f, name, type, m->span);
	sum = LLVMGetParam(f.fn, 1);
	key = LLVMBuildLoad2(cg->b, cg->ptr, word(cg, sum, SUM_KEY), "");
	p = cg_helper_ptr(cg, BPF_FUNC_map_lookup_percpu_elem, 3, cg_map_with(cg, m, key), key, LLVMGetParam(f.fn, 0));
	have = cg_if(cg, LLVMBuildIsNull(cg->b, p, ""));
	LLVMBuildRet(cg->b, cg_num(cg, 1));
	cg_end_if(cg, &have);
	total = cg_load_raw(cg, p, 8, false, 8);
	n = a->kind == AGG_count ? cg_num(cg, 1) : cg_load_raw(cg, cg_add(cg, p, 8), 8, false, 8);
	if (a->kind == AGG_min || a->kind == AGG_max) {
		LLVMValueRef sofar = cg_load_raw(cg, word(cg, sum, SUM_TOTAL), 8, false, 8), none, wins;

		better = a->kind == AGG_min ? (a->is_signed ? LLVMIntSLT : LLVMIntULT)
					    : (a->is_signed ? LLVMIntSGT : LLVMIntUGT);
		none = LLVMBuildICmp(cg->b, LLVMIntEQ, cg_load_raw(cg, word(cg, sum, SUM_N), 8, false, 8),
				     cg_num(cg, 0), "");
		wins = LLVMBuildOr(cg->b, none, LLVMBuildICmp(cg->b, better, total, sofar, ""), "");
		takes = cg_if(cg, LLVMBuildAnd(cg->b, wins, LLVMBuildICmp(cg->b, LLVMIntNE, n, cg_num(cg, 0), ""), ""));
		cg_store_raw(cg, word(cg, sum, SUM_TOTAL), total, 8, 8);
		cg_store_raw(cg, word(cg, sum, SUM_N), n, 8, 8);
		cg_end_if(cg, &takes);
	} else {
		total = LLVMBuildAdd(cg->b, total, cg_load_raw(cg, word(cg, sum, SUM_TOTAL), 8, false, 8), "");
		n = LLVMBuildAdd(cg->b, n, cg_load_raw(cg, word(cg, sum, SUM_N), 8, false, 8), "");
		cg_store_raw(cg, word(cg, sum, SUM_TOTAL), total, 8, 8);
		cg_store_raw(cg, word(cg, sum, SUM_N), n, 8, 8);
	}
	LLVMBuildRet(cg->b, cg_num(cg, 0));
	cg_fn_end(cg, &f);
	return f.fn;
}

#define MOST_CPUS 8192 /* the kernel's own limit; the reader stops at the last one there is */

struct value cg_agg_read(struct cg *cg, const struct map *m, LLVMValueRef key)
{
	static const struct type int64 = {.kind = TYPE_INT, .size = 8, .align = 8, .is_signed = true};
	LLVMValueRef sum = cg_words(cg), fn = reader(cg, m), total;

	LLVMBuildStore(cg->b, key, word(cg, sum, SUM_KEY));
	cg_store_raw(cg, word(cg, sum, SUM_TOTAL), cg_num(cg, 0), 8, 8);
	cg_store_raw(cg, word(cg, sum, SUM_N), cg_num(cg, 0), 8, 8);
	cg_helper(cg, BPF_FUNC_loop, 4, cg_num(cg, MOST_CPUS), fn, sum, cg_num(cg, 0));
	total = cg_load_raw(cg, word(cg, sum, SUM_TOTAL), 8, false, 8);
	if (m->value->agg.kind == AGG_avg || m->value->agg.kind == AGG_stats) {
		LLVMValueRef n = cg_load_raw(cg, word(cg, sum, SUM_N), 8, false, 8),
			     average = cg_alloca(cg, cg->i64, 8);
		struct cg_if some;

		LLVMBuildStore(cg->b, cg_num(cg, 0), average);
		some = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, n, cg_num(cg, 0), ""));
		LLVMBuildStore(cg->b, cg_binary(cg, OP_DIV, total, n, m->value->agg.is_signed), average);
		cg_end_if(cg, &some);
		total = LLVMBuildLoad2(cg->b, cg->i64, average, "");
	}
	return cg_int(&int64, total);
}
