/* The ledger: what is lost is counted where it is lost. */
#include "codegen/cg.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MOST 60 /* bytes of the script that a row quotes */

/* the words of the script at a place, on one line */
static char *quote(struct cg *cg, const struct place *p)
{
	const struct source *src = p->source;
	const char *from = src->text + src->lines[p->line - 1] + p->column - 1;
	const char *to = src->text + src->lines[p->end_line - 1] + p->end_column - 1;
	size_t n = to > from ? (size_t)(to - from) : 0, len = 0;
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
	struct place p;
	const char *place = cg_place_text(cg, cg->span, &p);

	for (size_t i = 0; i < n; i++)
		if (cg->im.losses[i].kind == kind && cg->im.losses[i].index == index &&
		    str_eq(cg->im.losses[i].place, place))
			return i;
	cg->im.losses = arena_grow(cg->arena, cg->im.losses, n, sizeof(*cg->im.losses));
	l = &cg->im.losses[cg->im.nlosses++];
	*l = (struct image_loss){.kind = kind, .index = index, .place = place, .text = *place ? quote(cg, &p) : ""};
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
	LLVMBuildAtomicRMW(cg->b, LLVMAtomicRMWBinOpAdd, n, cg_num(cg, 1), LLVMAtomicOrderingMonotonic, false);
	cg_end_if(cg, &have);
	LLVMBuildRet(cg->b, cg_num(cg, 0));
	cg_fn_end(cg, &f);
	return f.fn;
}

void cg_count_loss(struct cg *cg, enum loss_kind kind, unsigned index)
{
	LLVMTypeRef type = LLVMFunctionType(cg->i64, &cg->i64, 1, false);
	LLVMValueRef number = cg_num(cg, (int64_t)row(cg, kind, index));

	LLVMBuildCall2(cg->b, type, counter(cg, type), &number, 1, "");
}
