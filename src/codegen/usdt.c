/* Arguments of usdt probes: where they are is looked up by the cookie, see struct usdt_arg. */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <linux/bpf.h>

void cg_usdt_map(struct cg *cg)
{
	struct btf_map def = {.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .max_entries = 1};
	unsigned most = 0;
	bool wanted = false;

	for (const struct clause *c = cg->script->clauses; c; c = c->next) {
		wanted |= c->provider->kind == ATTACH_usdt;
		if (c->nargs > most)
			most = c->nargs;
	}
	def.value_size = (uint32_t)(USDT_HEAD + most * sizeof(struct usdt_arg));
	if (wanted)
		cg->usdt = debug_map(cg, "usdt_args", &def);
}

/* usdt[bpf_get_attach_cookie(ctx) >> 32] */
static LLVMValueRef place(struct cg *cg)
{
	LLVMValueRef cookie = cg_helper(cg, BPF_FUNC_get_attach_cookie, 1, cg->fn->ctx), key = cg_temp(cg), p;

	cg_store_raw(cg, key, LLVMBuildLShr(cg->b, cookie, cg_num(cg, 32), ""), 4, 4);
	p = cg_helper_ptr(cg, BPF_FUNC_map_lookup_elem, 2, cg->usdt, key);
	cg_temp_done(cg, key);
	return p;
}

static LLVMValueRef head(struct cg *cg, unsigned offset)
{
	LLVMValueRef at = place(cg), result = cg_alloca(cg, cg->i64, 8);
	struct cg_if f;

	LLVMBuildStore(cg->b, cg_num(cg, 0), result);
	f = cg_if(cg, LLVMBuildIsNotNull(cg->b, at, ""));
	LLVMBuildStore(cg->b, cg_load_raw(cg, cg_add(cg, at, offset), 8, false, 8), result);
	cg_end_if(cg, &f);
	return LLVMBuildLoad2(cg->b, cg->i64, result, "");
}

LLVMValueRef cg_usdt_address(struct cg *cg)
{
	return head(cg, 0);
}

LLVMValueRef cg_usdt_function(struct cg *cg)
{
	return head(cg, 8);
}

static LLVMValueRef member(struct cg *cg, LLVMValueRef arg, size_t offset, unsigned size)
{
	return cg_load_raw(cg, cg_add(cg, arg, offset), size, false, size);
}

#define MEMBER(cg, arg, name) member(cg, arg, offsetof(struct usdt_arg, name), sizeof(((struct usdt_arg *)0)->name))

/* if (offset is one) *to = *(u64 *)(ctx + offset), whose offset only the helper takes as a variable; i1: it was */
static struct cg_if if_register(struct cg *cg, LLVMValueRef offset, LLVMValueRef to)
{
	struct cg_if f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntULT, offset, cg_num(cg, 0x8000), ""));

	LLVMBuildStore(cg->b, cg_num(cg, 0), to);
	cg_helper(cg, BPF_FUNC_probe_read_kernel, 3, to, cg_num(cg, 8), cg_add_var(cg, cg->fn->ctx, offset));
	return f;
}

static LLVMValueRef if_flag(struct cg *cg, LLVMValueRef flags, int flag)
{
	return LLVMBuildICmp(cg->b, LLVMIntNE, LLVMBuildAnd(cg->b, flags, cg_num(cg, flag), ""), cg_num(cg, 0), "");
}

static void add_to(struct cg *cg, LLVMValueRef sum, LLVMValueRef v)
{
	LLVMBuildStore(cg->b, LLVMBuildAdd(cg->b, LLVMBuildLoad2(cg->b, cg->i64, sum, ""), v, ""), sum);
}

/* the low 32 bits of an index, extended as they are */
static LLVMValueRef narrowed(struct cg *cg, LLVMValueRef v, LLVMValueRef flags)
{
	LLVMValueRef low = LLVMBuildTrunc(cg->b, v, cg_int_type(cg, 4), "");

	v = LLVMBuildSelect(cg->b, if_flag(cg, flags, USDT_INDEX_INT), LLVMBuildSExt(cg->b, low, cg->i64, ""), v, "");
	return LLVMBuildSelect(cg->b, if_flag(cg, flags, USDT_INDEX_UINT), LLVMBuildZExt(cg->b, low, cg->i64, ""), v,
			       "");
}

/* sum = *(size *)sum, in the program's memory */
static void dereference(struct cg *cg, LLVMValueRef sum, LLVMValueRef bits)
{
	LLVMValueRef at = cg_pointer(cg, LLVMBuildLoad2(cg->b, cg->i64, sum, ""));

	LLVMBuildStore(cg->b, cg_num(cg, 0), sum);
	for (unsigned size = 1; size <= 8; size *= 2) {
		struct cg_if f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, bits, cg_num(cg, 8 * size), ""));

		cg_read(cg, sum, size, at, AT_USER);
		cg_end_if(cg, &f);
	}
}

struct value cg_usdt_arg(struct cg *cg, const struct node *n)
{
	LLVMValueRef at = place(cg), sum = cg_temp(cg), word = cg_temp(cg), arg, flags, bits, unused, v, high, low;
	struct cg_if known, f;

	LLVMBuildStore(cg->b, cg_num(cg, 0), sum);
	known = cg_if(cg, LLVMBuildIsNotNull(cg->b, at, ""));
	arg = cg_add(cg, at, USDT_HEAD + n->arg.index * sizeof(struct usdt_arg));
	flags = MEMBER(cg, arg, flags);
	bits = MEMBER(cg, arg, bits);
	LLVMBuildStore(cg->b, MEMBER(cg, arg, value), sum);

	f = if_register(cg, MEMBER(cg, arg, base), word);
	add_to(cg, sum, LLVMBuildLoad2(cg->b, cg->i64, word, ""));
	cg_end_if(cg, &f);

	f = if_register(cg, MEMBER(cg, arg, index), word);
	v = narrowed(cg, LLVMBuildLoad2(cg->b, cg->i64, word, ""), flags);
	add_to(cg, sum, LLVMBuildShl(cg->b, v, LLVMBuildAnd(cg->b, MEMBER(cg, arg, scale), cg_num(cg, 63), ""), ""));
	cg_end_if(cg, &f);

	f = cg_if(cg, if_flag(cg, flags, USDT_DEREF));
	dereference(cg, sum, bits);
	cg_end_if(cg, &f);

	/* sum >> skip, then its low `bits` extended */
	v = LLVMBuildLoad2(cg->b, cg->i64, sum, "");
	v = LLVMBuildLShr(cg->b, v, LLVMBuildAnd(cg->b, MEMBER(cg, arg, skip), cg_num(cg, 63), ""), "");
	unused = LLVMBuildAnd(cg->b, LLVMBuildSub(cg->b, cg_num(cg, 64), bits, ""), cg_num(cg, 63), "");
	v = LLVMBuildShl(cg->b, v, unused, "");
	high = LLVMBuildAShr(cg->b, v, unused, "");
	low = LLVMBuildLShr(cg->b, v, unused, "");
	LLVMBuildStore(cg->b, LLVMBuildSelect(cg->b, if_flag(cg, flags, USDT_SIGNED), high, low, ""), sum);
	cg_end_if(cg, &known);
	return cg_int(n->type, LLVMBuildLoad2(cg->b, cg->i64, sum, ""));
}
