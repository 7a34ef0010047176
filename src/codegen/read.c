/*
 * Foreign memory.  The usual helpers read what is resident; where the program
 * may sleep a page that is not is faulted in and read then.  What cannot be read
 * is zero, or of a string the mark of a fault, and is counted where it stands.
 */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES 4096 /* the least there is: to touch too often does no harm */

enum where cg_where(enum space space)
{
	switch (space) {
	case SPACE_KERNEL:
	case SPACE_BPF: /* &$v, &@m: the verifier may have lost what it is, or it is NULL */
		return AT_KERNEL;
	case SPACE_USER:
		return AT_USER;
	case SPACE_NONE:
		return AT_ANY;
	}
	return AT_ANY;
}

bool cg_sleepable_kind(const struct cg *cg)
{
	enum attach_kind kind = cg->clause->provider->kind;

	return kind == ATTACH_uprobe || kind == ATTACH_uretprobe || kind == ATTACH_usdt;
}

bool cg_may_sleep(const struct cg *cg)
{
	return !cg->asleep && cg_sleepable_kind(cg);
}

/* does what follows run in a program that the loader made sleepable? */
static struct cg_if if_sleepable(struct cg *cg)
{
	cg->im.clauses[cg->clause->id].sleepable = 1;
	return cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, CG_PARAM(cg, sleepable), cg_num(cg, 0), ""));
}

static LLVMValueRef get(struct cg *cg, LLVMValueRef slot)
{
	return LLVMBuildLoad2(cg->b, cg->i64, slot, "");
}

static LLVMValueRef negative(struct cg *cg, LLVMValueRef n)
{
	return LLVMBuildICmp(cg->b, LLVMIntSLT, n, cg_num(cg, 0), "");
}

/* kernel memory first; where that fails and the address may be the user's, that: the result's slot */
static LLVMValueRef read_with(struct cg *cg, int kernel, int user, LLVMValueRef to, LLVMValueRef size,
			      LLVMValueRef from, enum where at)
{
	LLVMValueRef slot = cg_alloca(cg, cg->i64, 8);
	struct cg_if f;

	LLVMBuildStore(cg->b, cg_helper(cg, at == AT_USER ? user : kernel, 3, to, size, from), slot);
	if (at == AT_ANY) {
		f = cg_if(cg, negative(cg, get(cg, slot)));
		LLVMBuildStore(cg->b, cg_helper(cg, user, 3, to, size, from), slot);
		cg_end_if(cg, &f);
	}
	return slot;
}

/* if (err < 0 && sleepable) err = bpf_copy_from_user(to, size, from) */
static void fault_in(struct cg *cg, LLVMValueRef slot, LLVMValueRef to, LLVMValueRef size, LLVMValueRef from)
{
	struct cg_if f = cg_if(cg, negative(cg, get(cg, slot))), g = if_sleepable(cg);

	LLVMBuildStore(cg->b, cg_helper(cg, BPF_FUNC_copy_from_user, 3, to, size, from), slot);
	cg_end_if(cg, &g);
	cg_end_if(cg, &f);
}

/*
 * A string may end before a page that is not there, so the pages are touched
 * one after another until it can be read:
 *	for (i = 0; i <= size / PAGE; i++)
 *		if (n < 0) {
 *			bpf_copy_from_user(&byte, 1, i ? (from + i * PAGE) & -PAGE : from);
 *			n = bpf_probe_read_user_str(to, size, from);
 *		}
 */
static void fault_in_str(struct cg *cg, LLVMValueRef slot, LLVMValueRef to, uint32_t capacity, LLVMValueRef size,
			 LLVMValueRef from)
{
	LLVMValueRef byte = cg_temp(cg), at, page;
	struct cg_if f = cg_if(cg, negative(cg, get(cg, slot))), g = if_sleepable(cg), missing;
	struct cg_for loop = cg_for(cg, cg_num(cg, (capacity + PAGE_BYTES - 1) / PAGE_BYTES + 1));

	missing = cg_if(cg, negative(cg, get(cg, slot)));
	at = LLVMBuildPtrToInt(cg->b, from, cg->i64, "");
	page = LLVMBuildAdd(cg->b, at, LLVMBuildMul(cg->b, loop.i, cg_num(cg, PAGE_BYTES), ""), "");
	page = LLVMBuildAnd(cg->b, page, cg_num(cg, -PAGE_BYTES), "");
	at = LLVMBuildSelect(cg->b, LLVMBuildICmp(cg->b, LLVMIntEQ, loop.i, cg_num(cg, 0), ""), at, page, "");
	cg_helper(cg, BPF_FUNC_copy_from_user, 3, byte, cg_num(cg, 1), cg_pointer(cg, at));
	LLVMBuildStore(cg->b, cg_helper(cg, BPF_FUNC_probe_read_user_str, 3, to, size, from), slot);
	cg_temp_done(cg, byte);
	cg_end_if(cg, &missing);
	cg_end_for(cg, &loop);
	cg_end_if(cg, &g);
	cg_end_if(cg, &f);
}

/* a failed read that tells of something: NULL and what is next to it point nowhere, and that is no fault */
static struct cg_if if_fault(struct cg *cg, LLVMValueRef slot, LLVMValueRef from)
{
	LLVMValueRef somewhere = LLVMBuildICmp(cg->b, LLVMIntUGE, LLVMBuildPtrToInt(cg->b, from, cg->i64, ""),
					       cg_num(cg, PAGE_BYTES), "");

	return cg_if(cg, LLVMBuildAnd(cg->b, negative(cg, get(cg, slot)), somewhere, ""));
}

/* with -k */
static void watch(struct cg *cg, LLVMValueRef slot, enum where at, const char *kernel, const char *user)
{
	if (at == AT_KERNEL || at == AT_USER || at == AT_ANY)
		cg_watch(cg, at == AT_KERNEL ? kernel : user, get(cg, slot));
}

static LLVMValueRef read_bytes(struct cg *cg, LLVMValueRef to, LLVMValueRef size, LLVMValueRef from, enum where at)
{
	LLVMValueRef slot = read_with(cg, BPF_FUNC_probe_read_kernel, BPF_FUNC_probe_read_user, to, size, from, at);

	if ((at == AT_USER || at == AT_ANY) && cg_may_sleep(cg))
		fault_in(cg, slot, to, size, from);
	watch(cg, slot, at, "probe_read_kernel", "probe_read_user");
	return slot;
}

LLVMValueRef cg_read(struct cg *cg, LLVMValueRef to, uint32_t size, LLVMValueRef from, enum where at)
{
	LLVMValueRef slot;
	struct cg_if f;

	if (at == AT_MEMORY) {
		cg_memcpy(cg, to, from, size);
		return cg_num(cg, 0);
	}
	slot = read_bytes(cg, to, cg_num(cg, size), from, at);
	f = if_fault(cg, slot, from);
	cg_count_loss(cg, LOSS_fault, 0);
	cg_end_if(cg, &f);
	return get(cg, slot);
}

void cg_read_buf(struct cg *cg, LLVMValueRef buffer, LLVMValueRef len, LLVMValueRef from, enum where at)
{
	LLVMValueRef slot = read_bytes(cg, cg_add(cg, buffer, 4), len, from, at);
	struct cg_if f = if_fault(cg, slot, from);

	cg_store_raw(cg, buffer, cg_num(cg, FAULT_LENGTH), 4, 4);
	cg_count_loss(cg, LOSS_fault_text, 0);
	cg_end_if(cg, &f);
}

static void mark(struct cg *cg, LLVMValueRef to)
{
	cg_store_raw(cg, to, cg_num(cg, 0), 1, 1);
	cg_store_raw(cg, cg_add(cg, to, 1), cg_num(cg, FAULT_MARK), 1, 1);
}

LLVMValueRef cg_read_str(struct cg *cg, LLVMValueRef to, uint32_t capacity, LLVMValueRef size, LLVMValueRef from,
			 enum where at)
{
	LLVMValueRef slot =
		read_with(cg, BPF_FUNC_probe_read_kernel_str, BPF_FUNC_probe_read_user_str, to, size, from, at);
	struct cg_if f;

	if (at == AT_MEMORY)
		return get(cg, slot);
	if ((at == AT_USER || at == AT_ANY) && cg_may_sleep(cg))
		fault_in_str(cg, slot, to, capacity, size, from);
	watch(cg, slot, at, "probe_read_kernel_str", "probe_read_user_str");
	f = if_fault(cg, slot, from);
	if (capacity > 1)
		mark(cg, to);
	cg_count_loss(cg, LOSS_fault_text, 0);
	cg_end_if(cg, &f);
	return get(cg, slot);
}

/* if (!from[0] && from[1] == FAULT_MARK) the same for to */
void cg_keep_fault(struct cg *cg, LLVMValueRef to, uint32_t to_size, LLVMValueRef from, uint32_t from_size)
{
	struct cg_if f;

	if (to_size < 2 || from_size < 2)
		return;
	f = cg_if(cg, cg_is_fault(cg, from));
	mark(cg, to);
	cg_end_if(cg, &f);
}

LLVMValueRef cg_is_fault(struct cg *cg, LLVMValueRef s)
{
	LLVMValueRef first = cg_load_raw(cg, s, 1, false, 1), second = cg_load_raw(cg, cg_add(cg, s, 1), 1, false, 1);
	LLVMValueRef empty = LLVMBuildICmp(cg->b, LLVMIntEQ, first, cg_num(cg, 0), "");

	return LLVMBuildAnd(cg->b, empty, LLVMBuildICmp(cg->b, LLVMIntEQ, second, cg_num(cg, FAULT_MARK), ""), "");
}

/*
 * The string filled its place: was there more?  Then its last byte is what was
 * there, no NUL, by which a cut string is known.
 *	if (n == size && !read(&byte, 1, from + size - 1) && byte)
 *		to[size - 1] = byte;
 */
void cg_cut_str(struct cg *cg, LLVMValueRef n, LLVMValueRef to, uint32_t size, LLVMValueRef from, enum where at)
{
	LLVMValueRef byte = cg_temp(cg), last;
	struct cg_if full = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, n, cg_num(cg, size), "")), more;

	LLVMBuildStore(cg->b, cg_num(cg, 0), byte);
	read_with(cg, BPF_FUNC_probe_read_kernel, BPF_FUNC_probe_read_user, byte, cg_num(cg, 1),
		  cg_add(cg, from, size - 1), at);
	last = LLVMBuildLoad2(cg->b, cg->i64, byte, "");
	cg_temp_done(cg, byte);
	more = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, last, cg_num(cg, 0), ""));
	cg_store_raw(cg, cg_add(cg, to, size - 1), last, 1, 1);
	cg_count_loss(cg, LOSS_truncated, 0);
	cg_end_if(cg, &more);
	cg_end_if(cg, &full);
}
