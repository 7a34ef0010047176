/*
 * tracepoint:syscalls:* by one program at sys_enter or sys_exit, which looks
 * the number up: attached and detached at once, where each tracepoint of its
 * own costs the kernel 50 ms at the end, and the traced thread 70 ns an event.
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

	type_complete(t);
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

static void quit_if_not(struct cg *cg, LLVMIntPredicate is, LLVMValueRef a, LLVMValueRef b)
{
	cg_quit_if(cg, LLVMBuildNot(cg->b, LLVMBuildICmp(cg->b, is, a, b, ""), ""));
}

/*
 * if (regs->cx != regs->ip && current->thread_info.status & TS_COMPAT) return
 * The syscall instruction leaves its return address in cx, and a call for
 * bpf_get_current_task_btf() takes 20 ns.
 */
static void leave_out_compat(struct cg *cg)
{
	const struct type *task = kernel_type(cg->kernel, "struct", "task_struct");
	struct cg_if perhaps =
		cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, saved_register(cg, "cx"), saved_register(cg, "ip"), ""));
	struct value info = member(cg, cg_task(cg), task, "thread_info");
	LLVMValueRef status = cg_i64(cg, cg_value(cg, member(cg, info.v, info.type, "status")));

	quit_if_not(cg, LLVMIntEQ, LLVMBuildAnd(cg->b, status, cg_num(cg, COMPAT), ""), cg_num(cg, 0));
	cg_end_if(cg, &perhaps);
}

/*
 *	if (number >= 512 || !table[number]) return		or, of one call, if (number != 110) return
 *	frame.cookie = table[number] - 1
 * All other calls of the machine come by here, so the number is first.
 */
void cg_syscall_begin(struct cg *cg)
{
	LLVMValueRef nr = cg_opaque(cg, number(cg)), cookie = cg_num(cg, (int64_t)cg->first_cookie), entry;

	if (cg->clause->nattaches == 1) {
		quit_if_not(cg, LLVMIntEQ, nr, cg_num(cg, (int64_t)cg->clause->attaches[0].config));
	} else {
		quit_if_not(cg, LLVMIntULT, nr, cg_num(cg, SYSCALLS));
		entry = cg_add_var(cg, table(cg), LLVMBuildShl(cg->b, nr, cg_num(cg, 2), ""));
		entry = cg_load_raw(cg, entry, 4, false, 4);
		quit_if_not(cg, LLVMIntNE, entry, cg_num(cg, 0));
		cookie = LLVMBuildSub(cg->b, entry, cg_num(cg, 1), "");
	}
	if (cg->cookie_room)
		LLVMBuildStore(cg->b, cookie, cg_add(cg, cg->fn->frame, cg->cookie_room));
	leave_out_compat(cg);
}

LLVMValueRef cg_cookie(struct cg *cg)
{
	if (!cg_is_syscall(cg))
		return LLVMBuildAdd(cg->b, cg_helper(cg, BPF_FUNC_get_attach_cookie, 1, cg->fn->ctx),
				    cg_num(cg, cg->cookie_shift), "");
	if (!cg->cookie_room)
		cg->cookie_room = cg_frame_room(cg);
	return LLVMBuildLoad2(cg->b, cg->i64, cg_add(cg, cg->fn->frame, cg->cookie_room), "");
}
