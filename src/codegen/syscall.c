/*
 * Many tracepoint:syscalls:* by one program at sys_enter or sys_exit, which
 * looks the number up: attached and detached at once, where each tracepoint of
 * its own costs the kernel 50 ms at the end.
 */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <linux/bpf.h>

#define SYSCALLS 512
#define COMPAT 2 /* TS_COMPAT: a call of a 32-bit program, whose numbers are others; tracepoints leave them out, too */

bool cg_is_syscall(const struct cg *cg)
{
	enum attach_kind kind = cg->clause->provider->kind;

	return kind == ATTACH_sys_enter || kind == ATTACH_sys_exit;
}

/* base->name, by a plain load */
static struct value member(struct cg *cg, LLVMValueRef base, const struct type *t, const char *name)
{
	const struct field *f;
	uint32_t offset;

	kernel_complete(cg->kernel, t);
	f = type_field(t, name, &offset);
	if (!f)
		bug("struct %s has no %s", t->name, name);
	return cg_field(cg, (struct value){t, base, AT_TRUSTED}, t, f, offset);
}

/* ((struct pt_regs *)ctx[0])->name */
static LLVMValueRef saved_register(struct cg *cg, const char *name)
{
	LLVMValueRef regs = LLVMBuildLoad2(cg->b, cg->ptr, cg->fn->ctx, "");

	LLVMSetVolatile(regs, true);
	return cg_i64(cg, cg_value(cg, member(cg, regs, kernel_type(cg->kernel, "struct", "pt_regs"), name)));
}

/* ctx[1]: the number at sys_enter, the result at sys_exit */
static LLVMValueRef second_word(struct cg *cg)
{
	return cg_context_word(cg, 8);
}

static LLVMValueRef number(struct cg *cg)
{
	return cg->clause->provider->kind == ATTACH_sys_enter ? second_word(cg) : saved_register(cg, "orig_ax");
}

/* what the tracepoint has at that offset of its record */
LLVMValueRef cg_syscall_word(struct cg *cg, const struct field *f)
{
	static const char *const arguments[] = {"di", "si", "dx", "r10", "r8", "r9"};
	uint32_t i = (f->offset - 16) / 8;

	if (f->offset < 16)
		return number(cg);
	if (cg->clause->provider->kind == ATTACH_sys_exit)
		return second_word(cg);
	if (i >= ARRAY_SIZE(arguments))
		bug("a system call with %u arguments", i + 1);
	return saved_register(cg, arguments[i]);
}

/* a byte for each number: u32 attach point + 1, or 0 */
static LLVMValueRef table(struct cg *cg)
{
	const struct clause *c = cg->clause;
	LLVMValueRef entries[SYSCALLS], g;
	LLVMTypeRef type = LLVMArrayType(cg->i32, SYSCALLS);

	for (size_t i = 0; i < SYSCALLS; i++)
		entries[i] = LLVMConstInt(cg->i32, 0, false);
	for (size_t i = 0; i < c->nattaches; i++)
		if (c->attaches[i].config < SYSCALLS)
			entries[c->attaches[i].config] = LLVMConstInt(cg->i32, cg->first_cookie + i + 1, false);
	g = LLVMAddGlobal(cg->mod, type, ".syscalls");
	LLVMSetInitializer(g, LLVMConstArray(cg->i32, entries, SYSCALLS));
	LLVMSetGlobalConstant(g, true);
	LLVMSetLinkage(g, LLVMInternalLinkage);
	LLVMSetSection(g, ".rodata");
	LLVMSetAlignment(g, 8);
	return g;
}

/*
 *	if (bpf_get_current_task_btf()->thread_info.status & TS_COMPAT) return
 *	if (number >= 512 || !table[number]) return
 *	frame.cookie = table[number] - 1
 */
void cg_syscall_begin(struct cg *cg)
{
	const struct type *task = kernel_type(cg->kernel, "struct", "task_struct");
	struct value info = member(cg, cg_task(cg), task, "thread_info");
	LLVMValueRef status = cg_i64(cg, cg_value(cg, member(cg, info.v, info.type, "status"))), nr, entry;

	cg_quit_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, LLVMBuildAnd(cg->b, status, cg_num(cg, COMPAT), ""), cg_num(cg, 0), ""));
	nr = cg_opaque(cg, number(cg));
	cg_quit_if(cg, LLVMBuildICmp(cg->b, LLVMIntUGE, nr, cg_num(cg, SYSCALLS), ""));
	entry = cg_add_var(cg, table(cg), LLVMBuildShl(cg->b, nr, cg_num(cg, 2), ""));
	entry = cg_load_raw(cg, entry, 4, false, 4);
	cg_quit_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, entry, cg_num(cg, 0), ""));
	if (cg->cookie_room)
		LLVMBuildStore(cg->b, LLVMBuildSub(cg->b, entry, cg_num(cg, 1), ""), cg_add(cg, cg->fn->frame, cg->cookie_room));
}

LLVMValueRef cg_cookie(struct cg *cg)
{
	if (!cg_is_syscall(cg))
		return LLVMBuildAdd(cg->b, cg_helper(cg, BPF_FUNC_get_attach_cookie, 1, cg->fn->ctx), cg_num(cg, cg->cookie_shift), "");
	if (!cg->cookie_room)
		cg->cookie_room = cg_frame_room(cg);
	return LLVMBuildLoad2(cg->b, cg->i64, cg_add(cg, cg->fn->frame, cg->cookie_room), "");
}
