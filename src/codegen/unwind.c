/*
 * dw_ustack(): the frames of a user stack by the tables that the runtime makes
 * of .eh_frame (struct unwind_row), without frame pointers.
 *
 *	while (n < limit) {				step()
 *		frames[n++] = ip;
 *		find the file mapped at ip		look_into(), or halve_ranges()
 *		find its row				halve_rows()
 *		cfa = (sp or bp) + row.cfa;
 *		ip = cfa[-1]; bp = *(cfa + row.bp); sp = cfa;
 *	}
 * Each of these is a function that the kernel calls.  What they share is
 * struct unwind_state in scratch memory, before the stack itself.
 */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <linux/bpf.h>

struct unwind_state {
	uint64_t ip, sp, bp;
	uint64_t n; /* frames so far */
	uint64_t failed;
	uint64_t call; /* 1: ip is behind a call */
	struct unwind_key key; /* of the file mapped at ip */
	uint64_t place; /* in it; before it is found: the address */
	uint64_t low, high; /* what is searched */
	uint32_t index, pid;
};

struct unwind {
	uint32_t offset; /* of the state, in scratch */
	uint64_t limit, frames_size; /* bytes, a power of two */
	struct cg_fn look, halve_rows, halve_ranges, step;
};

static LLVMValueRef at(struct cg *cg, const struct unwind *u, size_t member)
{
	return cg_scratch(cg, u->offset + (uint32_t)member);
}

static LLVMValueRef get(struct cg *cg, const struct unwind *u, size_t member)
{
	return cg_load_raw(cg, at(cg, u, member), 8, false, 8);
}

static void set(struct cg *cg, const struct unwind *u, size_t member, LLVMValueRef v)
{
	cg_store_raw(cg, at(cg, u, member), v, 8, 8);
}

#define AT(member) at(cg, u, offsetof(struct unwind_state, member))
#define GET(member) get(cg, u, offsetof(struct unwind_state, member))
#define SET(member, v) set(cg, u, offsetof(struct unwind_state, member), v)

static void begin(struct cg *cg, struct cg_fn *f, const char *name, const struct node *n, const LLVMTypeRef *params,
		  unsigned nparams)
{
	f->sub = cg->fn->sub;
	cg_fn_inner(cg, f, arena_printf(cg->arena, "unwind_%s_%u_%u", name, cg->clause->id, n->span.from),
		    LLVMFunctionType(cg->i64, (LLVMTypeRef *)params, nparams, false), n->span);
}

static void end(struct cg *cg, struct cg_fn *f, int64_t result)
{
	LLVMBuildRet(cg->b, cg_num(cg, result));
	cg_fn_end(cg, f);
}

static void leave_if(struct cg *cg, LLVMValueRef i1)
{
	struct cg_if f = cg_if(cg, i1);

	LLVMBuildRet(cg->b, cg_num(cg, 1));
	cg_end_if(cg, &f);
}

static LLVMValueRef is(struct cg *cg, LLVMIntPredicate how, LLVMValueRef a, LLVMValueRef b)
{
	return LLVMBuildICmp(cg->b, how, a, b, "");
}

/* a member of a kernel struct at an address that the verifier trusts; v NULL: it has none */
static struct value part(struct cg *cg, const struct type *t, const char *member, LLVMValueRef base)
{
	const struct field *f;
	uint32_t offset;

	if (t)
		type_complete(t);
	f = t && base ? type_field(t, member, &offset) : NULL;
	return f ? cg_field(cg, (struct value){t, base, AT_TRUSTED}, t, f, offset) : (struct value){0};
}

/* its value; of a pointer an address */
static LLVMValueRef field(struct cg *cg, const char *name, const char *member, LLVMValueRef base)
{
	struct value v = part(cg, kernel_type(cg->kernel, "struct", name), member, base);

	return v.v ? cg_value(cg, v).v : NULL;
}

/*
 * No file is mapped there, but code:
 *	if (!(vma->vm_flags & VM_EXEC))
 *		return 1;
 *	key = {0, vma->vm_start == vma->vm_mm->context.vdso ? UNWIND_OF_VDSO : UNWIND_OF_JIT};
 *	place -= vma->vm_start;
 */
static void look_at_memory(struct cg *cg, struct unwind *u, LLVMValueRef vma, LLVMValueRef start)
{
	enum { VM_EXEC = 4 };
	LLVMValueRef flags = field(cg, "vm_area_struct", "vm_flags", vma),
		     mm = field(cg, "vm_area_struct", "vm_mm", vma), vdso;
	struct value context = part(cg, kernel_type(cg->kernel, "struct", "mm_struct"), "context", mm), v;

	v = context.v ? part(cg, context.type, "vdso", context.v) : context;
	if (!flags || !v.v) {
		LLVMBuildRet(cg->b, cg_num(cg, 1));
		return;
	}
	leave_if(cg, is(cg, LLVMIntEQ, LLVMBuildAnd(cg->b, flags, cg_num(cg, VM_EXEC), ""), cg_num(cg, 0)));
	vdso = is(cg, LLVMIntEQ, cg_i64(cg, cg_value(cg, v)), start);
	SET(key.inode, cg_num(cg, 0));
	SET(key.size, LLVMBuildSelect(cg->b, vdso, cg_num(cg, UNWIND_OF_VDSO), cg_num(cg, UNWIND_OF_JIT), ""));
	SET(place, LLVMBuildSub(cg->b, GET(place), start, ""));
	LLVMBuildRet(cg->b, cg_num(cg, 0));
}

/* long look_into(struct task_struct *task, struct vm_area_struct *vma, void *frame) */
static bool look_into(struct cg *cg, struct unwind *u, const struct node *n)
{
	const LLVMTypeRef params[] = {cg->ptr, cg->ptr, cg->ptr};
	LLVMValueRef vma, file, inode, number, size, start, page;
	struct cg_if memory;

	begin(cg, &u->look, "look", n, params, 3);
	vma = LLVMGetParam(u->look.fn, 1);
	start = field(cg, "vm_area_struct", "vm_start", vma);
	page = field(cg, "vm_area_struct", "vm_pgoff", vma);
	file = field(cg, "vm_area_struct", "vm_file", vma);
	if (file && start) {
		memory = cg_if(cg, LLVMBuildIsNull(cg->b, file, ""));
		look_at_memory(cg, u, vma, start);
		cg_end_if(cg, &memory);
	}
	inode = file ? field(cg, "file", "f_inode", file) : NULL;
	if (inode)
		leave_if(cg, LLVMBuildIsNull(cg->b, inode, ""));
	number = inode ? field(cg, "inode", "i_ino", inode) : NULL;
	size = inode ? field(cg, "inode", "i_size", inode) : NULL;
	if (start && page && number && size) {
		SET(key.inode, number);
		SET(key.size, size);
		page = LLVMBuildShl(cg->b, page, cg_num(cg, 12), "");
		SET(place, LLVMBuildAdd(cg->b, LLVMBuildSub(cg->b, GET(place), start, ""), page, ""));
	}
	end(cg, &u->look, 0);
	return start && page && number && size;
}

/* element `index` of an array */
static LLVMValueRef element(struct cg *cg, const struct unwind *u, LLVMValueRef map, LLVMValueRef index)
{
	cg_store_raw(cg, AT(index), index, 4, 4);
	return cg_helper_ptr(cg, BPF_FUNC_map_lookup_elem, 2, map, AT(index));
}

static LLVMValueRef member(struct cg *cg, LLVMValueRef row, size_t offset)
{
	return cg_load_raw(cg, cg_add(cg, row, offset), 4, true, 4);
}

/* long halve(u64 i, void *frame): low becomes the first element that begins (a word of `size` bytes) past the place */
static void halve(struct cg *cg, struct unwind *u, const struct node *n, struct cg_fn *f, const char *name,
		  LLVMValueRef map, unsigned size)
{
	const LLVMTypeRef params[] = {cg->i64, cg->ptr};
	LLVMValueRef low, high, middle, found;
	struct cg_if before;

	begin(cg, f, name, n, params, 2);
	low = GET(low);
	high = GET(high);
	leave_if(cg, is(cg, LLVMIntUGE, low, high));
	middle = LLVMBuildLShr(cg->b, LLVMBuildAdd(cg->b, low, high, ""), cg_num(cg, 1), "");
	found = element(cg, u, map, middle);
	leave_if(cg, LLVMBuildIsNull(cg->b, found, ""));
	before = cg_if(cg, is(cg, LLVMIntULE, cg_load_raw(cg, found, size, false, size), GET(place)));
	SET(low, LLVMBuildAdd(cg->b, middle, cg_num(cg, 1), ""));
	cg_else(cg, &before);
	SET(high, middle);
	cg_end_if(cg, &before);
	end(cg, f, 0);
}

/* of the part of an array the last element that begins before the place, or at it; leaves where there is none */
static LLVMValueRef search(struct cg *cg, struct unwind *u, const struct cg_fn *halve, LLVMValueRef map,
			   LLVMValueRef part)
{
	LLVMValueRef first = cg_load_raw(cg, part, 4, false, 4), found;

	SET(low, first);
	SET(high, LLVMBuildAdd(cg->b, first, cg_load_raw(cg, cg_add(cg, part, 4), 4, false, 4), ""));
	cg_helper(cg, BPF_FUNC_loop, 4, cg_num(cg, 32), halve->fn, cg->fn->frame, cg_num(cg, 0));
	found = GET(low);
	leave_if(cg, is(cg, LLVMIntULE, found, first));
	found = element(cg, u, map, LLVMBuildSub(cg->b, found, cg_num(cg, 1), ""));
	leave_if(cg, LLVMBuildIsNull(cg->b, found, ""));
	return found;
}

/* *to = *(u64 *)from of the process; leaves where that cannot be read */
static void read_word(struct cg *cg, LLVMValueRef to, LLVMValueRef from)
{
	leave_if(cg,
		 is(cg, LLVMIntNE, cg_helper(cg, BPF_FUNC_probe_read_user, 3, to, cg_num(cg, 8), from), cg_num(cg, 0)));
}

/* rt_sigreturn's frame: struct ucontext at sp */
static void leave_handler(struct cg *cg, struct unwind *u, LLVMValueRef kind)
{
	enum { UCONTEXT_BP = 120, UCONTEXT_SP = 160, UCONTEXT_IP = 168 };
	struct cg_if f = cg_if(cg, is(cg, LLVMIntEQ, kind, cg_num(cg, UNWIND_SIGNAL)));
	LLVMValueRef sp = GET(sp);

	read_word(cg, AT(bp), LLVMBuildAdd(cg->b, sp, cg_num(cg, UCONTEXT_BP), ""));
	read_word(cg, AT(ip), LLVMBuildAdd(cg->b, sp, cg_num(cg, UCONTEXT_IP), ""));
	read_word(cg, AT(sp), LLVMBuildAdd(cg->b, sp, cg_num(cg, UCONTEXT_SP), ""));
	SET(call, cg_num(cg, 0));
	LLVMBuildRet(cg->b, cg_num(cg, 0));
	cg_end_if(cg, &f);
}

/* to the caller, by the row */
static void leave_function(struct cg *cg, struct unwind *u, LLVMValueRef row, LLVMValueRef kind)
{
	LLVMValueRef cfa = member(cg, row, offsetof(struct unwind_row, cfa)),
		     bp = member(cg, row, offsetof(struct unwind_row, bp)), plt;
	struct cg_if saved;

	plt = LLVMBuildAnd(cg->b, GET(ip), cg_num(cg, 15), "");
	plt = LLVMBuildSelect(cg->b, is(cg, LLVMIntSGE, plt, cfa), cg_num(cg, 16), cg_num(cg, 8), "");
	cfa = LLVMBuildSelect(cg->b, is(cg, LLVMIntEQ, kind, cg_num(cg, UNWIND_PLT)), plt, cfa, "");
	cfa = LLVMBuildAdd(cg->b, cfa,
			   LLVMBuildSelect(cg->b, is(cg, LLVMIntEQ, kind, cg_num(cg, UNWIND_BP)), GET(bp), GET(sp), ""),
			   "");
	SET(sp, cfa);
	read_word(cg, AT(ip), LLVMBuildSub(cg->b, cfa, cg_num(cg, 8), ""));
	saved = cg_if(cg, is(cg, LLVMIntNE, bp, cg_num(cg, UNWIND_SAME)));
	read_word(cg, AT(bp), LLVMBuildAdd(cg->b, cfa, bp, ""));
	cg_end_if(cg, &saved);
	SET(call, cg_num(cg, 1));
}

static void stop_well_if(struct cg *cg, struct unwind *u, LLVMValueRef i1)
{
	struct cg_if f = cg_if(cg, i1);

	SET(failed, cg_num(cg, 0));
	LLVMBuildRet(cg->b, cg_num(cg, 1));
	cg_end_if(cg, &f);
}

static LLVMValueRef current_pid(struct cg *cg)
{
	return LLVMBuildLShr(cg->b, cg_helper(cg, BPF_FUNC_get_current_pid_tgid, 0), cg_num(cg, 32), "");
}

/*
 * The rows of the file that is mapped there; the place becomes that in the file.
 * Where interrupts are off, as in a sample, the kernel looks once and no more
 * (-EBUSY): then what the runtime has read of the process counts.
 */
static LLVMValueRef rows_of_place(struct cg *cg, struct unwind *u)
{
	LLVMValueRef slot = cg_alloca(cg, cg->ptr, 8), found, range;
	struct cg_if looked;

	found = cg_helper(cg, BPF_FUNC_find_vma, 5, cg_task(cg), GET(place), u->look.fn, cg->fn->frame, cg_num(cg, 0));
	looked = cg_if(cg, is(cg, LLVMIntEQ, found, cg_num(cg, 0)));
	LLVMBuildStore(cg->b, cg_helper_ptr(cg, BPF_FUNC_map_lookup_elem, 2, cg->unwind.files, AT(key)), slot);
	cg_else(cg, &looked);
	cg_store_raw(cg, AT(pid), current_pid(cg), 4, 4);
	found = cg_helper_ptr(cg, BPF_FUNC_map_lookup_elem, 2, cg->unwind.processes, AT(pid));
	leave_if(cg, LLVMBuildIsNull(cg->b, found, ""));
	range = search(cg, u, &u->halve_ranges, cg->unwind.ranges, found);
	leave_if(cg, is(cg, LLVMIntUGE, GET(place),
			cg_load_raw(cg, cg_add(cg, range, offsetof(struct unwind_range, end)), 8, false, 8)));
	found = LLVMBuildSub(cg->b, GET(place), cg_load_raw(cg, range, 8, false, 8), "");
	SET(place,
	    LLVMBuildAdd(cg->b, found,
			 cg_load_raw(cg, cg_add(cg, range, offsetof(struct unwind_range, place)), 8, false, 8), ""));
	LLVMBuildStore(cg->b, cg_add(cg, range, offsetof(struct unwind_range, rows)), slot);
	cg_end_if(cg, &looked);
	found = LLVMBuildLoad2(cg->b, cg->ptr, slot, "");
	leave_if(cg, LLVMBuildIsNull(cg->b, found, ""));
	return found;
}

/* of frame `count` of the stack: the mask keeps it in the stack for the verifier, of what LLVM must not know */
static LLVMValueRef frame_at(struct cg *cg, const struct unwind *u, LLVMValueRef count)
{
	LLVMValueRef offset = LLVMBuildAnd(cg->b, LLVMBuildShl(cg->b, count, cg_num(cg, 3), ""),
					   cg_num(cg, (int64_t)u->frames_size - 1), "");

	return cg_add_var(cg, at(cg, u, sizeof(struct unwind_state) + sizeof(struct event_stack)), offset);
}

/* long step(u64 i, void *frame) */
static void step(struct cg *cg, struct unwind *u, const struct node *n)
{
	const LLVMTypeRef params[] = {cg->i64, cg->ptr};
	LLVMValueRef count, kind, row;

	begin(cg, &u->step, "step", n, params, 2);
	count = cg_opaque(cg, GET(n));
	cg_store_raw(cg, frame_at(cg, u, count), GET(ip), 8, 8);
	count = LLVMBuildAdd(cg->b, count, cg_num(cg, 1), "");
	SET(n, count);
	stop_well_if(cg, u, is(cg, LLVMIntUGE, count, cg_num(cg, (int64_t)u->limit)));

	SET(place, LLVMBuildSub(cg->b, GET(ip), GET(call), ""));
	row = search(cg, u, &u->halve_rows, cg->unwind.rows, rows_of_place(cg, u));
	kind = member(cg, row, offsetof(struct unwind_row, kind));
	leave_if(cg, is(cg, LLVMIntEQ, kind, cg_num(cg, UNWIND_NONE)));
	stop_well_if(cg, u, is(cg, LLVMIntEQ, kind, cg_num(cg, UNWIND_END)));
	leave_handler(cg, u, kind);
	leave_function(cg, u, row, kind);
	stop_well_if(cg, u, is(cg, LLVMIntEQ, GET(ip), cg_num(cg, 0)));
	end(cg, &u->step, 0);
}

static LLVMValueRef make_map(struct cg *cg, const char *name, uint32_t type, uint32_t key, uint32_t value,
			     uint32_t entries)
{
	return debug_map(cg, name,
			 &(struct btf_map){.type = type, .key_size = key, .value_size = value, .max_entries = entries});
}

static void make_maps(struct cg *cg)
{
	if (cg->unwind.rows)
		return;
	cg->unwind.files = make_map(cg, "unwind_files", BPF_MAP_TYPE_HASH, sizeof(struct unwind_key),
				    sizeof(struct unwind_part), UNWIND_FILES);
	cg->unwind.rows = make_map(cg, "unwind_rows", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct unwind_row), 1);
	cg->unwind.processes =
		make_map(cg, "unwind_processes", BPF_MAP_TYPE_HASH, 4, sizeof(struct unwind_part), UNWIND_PROCESSES);
	cg->unwind.ranges = make_map(cg, "unwind_ranges", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct unwind_range), 1);
}

struct value emit_fn_dw_ustack(struct cg *cg, const struct node *n)
{
	struct unwind unwind = {.limit = n->type->stack.limit, .frames_size = 8}, *u = &unwind;
	LLVMValueRef registers, stack, count;
	struct cg_if failed;

	while (u->frames_size < u->limit * 8)
		u->frames_size *= 2;
	make_maps(cg);
	u->offset = cg_scratch_room(
		cg, (uint32_t)(sizeof(struct unwind_state) + sizeof(struct event_stack) + u->frames_size));
	if (!look_into(cg, u, n))
		return cg_unsupported(cg, n, "dw_ustack() on a kernel without BTF");
	halve(cg, u, n, &u->halve_rows, "rows", cg->unwind.rows, 4);
	halve(cg, u, n, &u->halve_ranges, "ranges", cg->unwind.ranges, 8);
	step(cg, u, n);

	cg_zero(cg, at(cg, u, 0), sizeof(struct unwind_state) + n->type->size);
	registers = cg_helper_ptr(cg, BPF_FUNC_task_pt_regs, 1, cg_task(cg));
	cg_helper(cg, BPF_FUNC_probe_read_kernel, 3, AT(ip), cg_num(cg, 8), cg_add(cg, registers, (uint64_t)arch_ip()));
	cg_helper(cg, BPF_FUNC_probe_read_kernel, 3, AT(sp), cg_num(cg, 8), cg_add(cg, registers, (uint64_t)arch_sp()));
	cg_helper(cg, BPF_FUNC_probe_read_kernel, 3, AT(bp), cg_num(cg, 8),
		  cg_add(cg, registers, (uint64_t)arch_register("bp")));
	SET(failed, cg_num(cg, 1));
	cg_helper(cg, BPF_FUNC_loop, 4, cg_num(cg, (int64_t)u->limit), u->step.fn, cg->fn->frame, cg_num(cg, 0));

	stack = at(cg, u, sizeof(struct unwind_state));
	failed = cg_if(cg, LLVMBuildAnd(cg->b, is(cg, LLVMIntNE, GET(failed), cg_num(cg, 0)),
					is(cg, LLVMIntULT, GET(n), cg_num(cg, (int64_t)u->limit)), ""));
	count = cg_opaque(cg, GET(n));
	cg_store_raw(cg, frame_at(cg, u, count), cg_num(cg, (int64_t)UNWIND_FAILED), 8, 8);
	SET(n, LLVMBuildAdd(cg->b, count, cg_num(cg, 1), ""));
	cg_end_if(cg, &failed);
	cg_store_raw(cg, stack, GET(n), 4, 4);
	cg_store_raw(cg, cg_add(cg, stack, 4), current_pid(cg), 4, 4);
	return cg_mem(n->type, stack);
}
