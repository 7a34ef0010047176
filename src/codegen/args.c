/* What a function, an event or a system call was given. */
#include "codegen/cg.h"
#include "kernel/arch.h"
#include "provider/provider.h"

#include <linux/bpf.h>

static const struct type word = {.kind = TYPE_INT, .size = 8};

struct value cg_register(struct cg *cg, const struct type *t, int offset)
{
	return cg_value(cg, (struct value){t, cg_add(cg, cg->fn->ctx, (uint64_t)offset), AT_CTX});
}

LLVMValueRef cg_context_word(struct cg *cg, uint64_t offset)
{
	LLVMValueRef v = LLVMBuildLoad2(cg->b, cg->i64, cg_add(cg, cg->fn->ctx, offset), "");

	LLVMSetVolatile(v, true);
	return v;
}

/* *(u64 *)(ctx->sp + offset) */
static LLVMValueRef stack_word(struct cg *cg, int64_t offset)
{
	LLVMValueRef at = cg_i64(cg, cg_register(cg, &word, arch_sp())), slot = cg_temp(cg), v;

	at = LLVMBuildAdd(cg->b, at, cg_num(cg, offset), "");
	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	cg_read(cg, slot, 8, cg_pointer(cg, at), cg_where(cg->clause->provider->space));
	v = LLVMBuildLoad2(cg->b, cg->i64, slot, "");
	cg_temp_done(cg, slot);
	return v;
}

/*
 * Where word w of a parameter is when its function is entered: true: at
 * *offset in pt_regs; false: at *offset from the stack pointer.  What does not
 * fit the registers that are left is on the stack whole.
 */
static bool placed(const struct type *params, const struct field *param, unsigned w, int *offset)
{
	bool x86 = arch_native()->return_on_stack; /* arm64: after one on the stack all are */
	int stack = x86 ? 8 : 0;
	unsigned used = 0, words;

	for (uint32_t i = 0; i < params->nfields; i++) {
		const struct field *f = &params->fields[i];
		bool fits;

		words = f->type->kind == TYPE_POINTER || !f->type->size ? 1 : (f->type->size + 7) / 8;
		fits = words <= 2 && arch_argument(used + words - 1) >= 0;
		if (f == param) {
			*offset = fits ? arch_argument(used + w) : stack + 8 * (int)w;
			return fits;
		}
		if (fits)
			used += words;
		else
			stack += 8 * (int)words;
		if (!fits && !x86)
			used = UINT8_MAX;
	}
	bug("no such parameter");
}

static bool by_registers(const struct cg *cg)
{
	enum attach_kind kind = cg->clause->provider->kind;

	return kind == ATTACH_kprobe;
}

/*
 * "module:function.", if what another kernel has for it can be asked there; NULL: what the clause is for has its
 * place
 */
static const char *function_there(const struct cg *cg, unsigned *skip)
{
	const struct clause *c = cg->clause;
	const struct image_attach *a = &c->attaches[0];
	bool raw = c->provider->kind == ATTACH_rawtracepoint;
	const char *module = a->target && *a->target && !raw ? a->target : "vmlinux";

	*skip = raw; /* what the probe itself is given */
	if (!cg->portable || c->nattaches != 1 || a->wild || str_eq(module, ATTACH_BPF) || cg_is_syscall(cg))
		return NULL;
	if (!raw && !by_registers(cg) && c->provider->kind != ATTACH_fentry && c->provider->kind != ATTACH_fexit)
		return NULL;
	return arena_printf(cg->arena, "%s:%s%s.", module, raw ? "__traceiter_" : "", a->symbol);
}

#define WORDS_MOST 12 /* of the context of fentry programs */

/*
 * A word of the context whose number the loader knows, by loads at constant
 * offsets, of which the verifier looks at one:
 *	if (n == 0) v = ctx[0]; if (n == 1) v = ctx[1]; ...
 */
static struct value late_word(struct cg *cg, const struct type *t, const char *parameter, unsigned skip, unsigned w)
{
	LLVMTypeRef type = t->kind == TYPE_POINTER ? cg->ptr : cg->i64;
	LLVMValueRef slot = cg_alloca(cg, type, 8), n, v;
	unsigned below = 0;

	while (below < WORDS_MOST && (!by_registers(cg) || arch_argument(below) >= 0))
		below++;
	n = LLVMBuildAdd(cg->b, cg_late_word(cg, parameter, skip, below - w), cg_num(cg, w), "");
	LLVMBuildStore(cg->b, LLVMConstNull(type), slot);
	for (unsigned i = w; i < below; i++) {
		struct cg_if f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, n, cg_num(cg, i), ""));

		/* or LLVM makes one load of all */
		v = cg_opaque(cg, cg_context_word(cg, by_registers(cg) ? (uint64_t)arch_argument(i) : 8 * i));
		LLVMBuildStore(cg->b, t->kind == TYPE_POINTER ? cg_pointer(cg, v) : v, slot);
		cg_end_if(cg, &f);
	}
	return (struct value){t, LLVMBuildLoad2(cg->b, type, slot, ""), AT_REGISTER};
}

/* word w of a parameter: of the context, where each word has its place, or by the calling convention */
static LLVMValueRef parameter_word(struct cg *cg, const struct field *f, unsigned w)
{
	const char *there;
	unsigned skip;
	int offset;

	if (cg_is_syscall(cg))
		return cg_syscall_word(cg, f);
	there = function_there(cg, &skip);
	if (there && *f->name && (!by_registers(cg) || placed(cg->clause->args, f, w, &offset)))
		return late_word(cg, &word, arena_printf(cg->arena, "%s%s", there, f->name), skip, w).v;
	if (!by_registers(cg))
		return cg_context_word(cg, f->offset + 8 * w);
	return placed(cg->clause->args, f, w, &offset) ? cg_context_word(cg, (uint64_t)offset) : stack_word(cg, offset);
}

static struct value parameter(struct cg *cg, const struct field *f)
{
	LLVMValueRef slot;
	unsigned skip;
	const char *there = function_there(cg, &skip);

	if (there && *f->name && f->type->kind == TYPE_POINTER && !by_registers(cg))
		return late_word(cg, f->type, arena_printf(cg->arena, "%s%s", there, f->name), skip, 0);
	/* loaded as it is, the verifier knows its type */
	if (f->type->kind == TYPE_POINTER && !by_registers(cg) && !cg_is_syscall(cg))
		return (struct value){f->type, cg_add(cg, cg->fn->ctx, f->offset), AT_CTX};
	if (cg_scalar(f->type))
		return cg_narrowed(cg, f->type, parameter_word(cg, f, 0));
	slot = cg_slot(cg, (f->type->size + 7) / 8 * 8); /* a struct by value */
	for (unsigned w = 0; w < (f->type->size + 7) / 8; w++)
		cg_store_raw(cg, cg_add(cg, slot, 8 * w), parameter_word(cg, f, w), 8, 8);
	return cg_mem(f->type, slot);
}

static bool is_record(const struct cg *cg)
{
	enum attach_kind kind = cg->clause->provider->kind;

	return kind == ATTACH_tracepoint || kind == ATTACH_iter;
}

struct value cg_args_field(struct cg *cg, const struct node *n)
{
	const struct field *f = n->field.field;

	if (f->place)
		return cg_parameter(cg, f);
	if (!is_record(cg))
		return parameter(cg, f);
	if (f->data_loc)
		return cg_record_data(cg, f);
	if (cg->clause->record)
		return cg_record_field(cg, f);
	return (struct value){f->type, cg_add(cg, cg->fn->ctx, n->field.offset), AT_CTX};
}

/* args as a whole */
struct value emit_args(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot;

	if (is_record(cg))
		return (struct value){n->type, cg->fn->ctx,
				      cg->clause->provider->kind == ATTACH_tracepoint ? AT_KERNEL : AT_CTX};
	slot = cg_result(cg, n, n->type->size);
	cg_zero(cg, slot, n->type->size);
	for (uint32_t i = 0; i < n->type->nfields; i++) {
		const struct field *f = &n->type->fields[i];

		if (!f->place)
			cg_store(cg, cg_add(cg, slot, f->offset), f->type, parameter(cg, f));
		else if (f->place->n)
			cg_store(cg, cg_add(cg, slot, f->offset), f->type, cg_value(cg, cg_parameter(cg, f)));
	}
	return cg_mem(n->type, slot);
}

/* retval:	ctx->ax; of fexit the word after the arguments */
struct value emit_retval(struct cg *cg, const struct node *n)
{
	uint64_t at = cg->clause->args ? cg->clause->args->size : 0;
	const char *there;
	unsigned skip;

	if (cg->clause->provider->kind != ATTACH_fexit)
		return cg_narrowed(cg, n->type, cg_context_word(cg, (uint64_t)arch_result()));
	there = function_there(cg, &skip);
	if (there && n->type->kind == TYPE_POINTER)
		return late_word(cg, n->type, there, skip, 0);
	if (there)
		return cg_narrowed(cg, n->type, late_word(cg, &word, there, skip, 0).v);
	if (n->type->kind == TYPE_POINTER)
		return cg_register(cg, n->type, (int)at);
	return cg_narrowed(cg, n->type, cg_context_word(cg, at));
}

/* arg0:	ctx->di; sarg0: what the stack pointer points at */
struct value cg_arg(struct cg *cg, const struct node *n)
{
	enum attach_kind kind = cg->clause->provider->kind;
	int offset;

	if (n->arg.stack)
		return cg_int(n->type, stack_word(cg, 8 * ((int64_t)n->arg.index + 1)));
	if (kind == ATTACH_rawtracepoint || kind == ATTACH_fentry || kind == ATTACH_fexit)
		return cg_register(cg, n->type, 8 * (int)n->arg.index);
	if (kind == ATTACH_usdt)
		return cg_usdt_arg(cg, n);
	offset = arch_argument(n->arg.index);
	if (offset < 0)
		return cg_unsupported(cg, n, arena_printf(cg->arena, "arg%u on this architecture", n->arg.index));
	return cg_register(cg, n->type, offset);
}
