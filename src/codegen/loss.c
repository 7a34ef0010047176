/* The ledger: what is lost is counted where it is lost. */
#include "codegen/cg.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MOST 60 /* bytes of the script that a row quotes */

/* the words of the script, on one line */
static char *quote(struct cg *cg, const struct place *p, struct span span)
{
	size_t n = span.to > span.from ? span.to - span.from : 0, len = 0;
	const char *from = p->source->text + (span.from - p->source->base);
	char *text = arena_alloc(cg->arena, TEXT_MOST + 4);

	for (size_t i = 0; i < n && len < TEXT_MOST; i++) {
		bool blank = from[i] == ' ' || from[i] == '\n' || from[i] == '\t';

		if (!blank || (len && text[len - 1] != ' '))
			text[len++] = blank ? ' ' : from[i];
	}
	if (n > TEXT_MOST)
		memcpy(text + len, "...", 3);
	return text;
}

/* the row of the ledger; the same one for what stands at the same place */
static size_t row(struct cg *cg, enum loss_kind kind, unsigned index)
{
	size_t n = cg->im.nlosses;
	struct image_loss *l;
	struct place p = {0};

	bool known = sources_place(cg->diag->sources, cg->span, &p);
	char *place =
		known ? arena_printf(cg->arena, "%s:%u:%u-%u", p.source->name, p.line, p.column, p.end_column) : "";

	for (size_t i = 0; i < n; i++)
		if (cg->im.losses[i].kind == kind && cg->im.losses[i].index == index &&
		    str_eq(cg->im.losses[i].place, place))
			return i;
	if (!(n & (n - 1))) {
		struct image_loss *more = arena_alloc(cg->arena, (n ? 2 * n : 1) * sizeof(*more));

		if (n)
			memcpy(more, cg->im.losses, n * sizeof(*more));
		cg->im.losses = more;
	}
	l = &cg->im.losses[cg->im.nlosses++];
	*l = (struct image_loss){
		.kind = kind, .index = index, .place = place, .text = known ? quote(cg, &p, cg->span) : ""};
	l->place_len = strlen(l->place);
	l->text_len = strlen(l->text);
	return n;
}

/*
 * static void count_loss(u64 row)
 * {
 *	if (n = lookup(ledger, &row))
 *		++*n;
 * }
 * A function of its own, so that what hardly ever happens takes little room.
 */
static LLVMValueRef counter(struct cg *cg, LLVMTypeRef type)
{
	LLVMValueRef fn = LLVMGetNamedFunction(cg->mod, "count_loss"), key, n;
	struct cg_fn f = {0};
	struct cg_if have;

	if (fn)
		return fn;
	cg_fn_begin(cg, &f, "count_loss", type, cg->clause->probe->span);
	key = cg_alloca(cg, cg->i32, 4);
	cg_store_raw(cg, key, LLVMGetParam(f.fn, 0), 4, 4);
	n = cg_helper_ptr(cg, BPF_FUNC_map_lookup_elem, 2, cg->ledger, key);
	have = cg_if(cg, LLVMBuildIsNotNull(cg->b, n, ""));
	LLVMBuildAtomicRMW(cg->b, LLVMAtomicRMWBinOpAdd, n, LLVMGetParam(f.fn, 1), LLVMAtomicOrderingMonotonic, false);
	cg_end_if(cg, &have);
	LLVMBuildRet(cg->b, cg_num(cg, 0));
	cg_fn_end(cg, &f);
	return f.fn;
}

void cg_count_loss(struct cg *cg, enum loss_kind kind, unsigned index)
{
	LLVMTypeRef params[] = {cg->i64, cg->i64}, type = LLVMFunctionType(cg->i64, params, 2, false);
	LLVMValueRef args[] = {cg_num(cg, (int64_t)row(cg, kind, index)), cg_num(cg, 1)};

	LLVMBuildCall2(cg->b, type, counter(cg, type), args, 2, "");
}
