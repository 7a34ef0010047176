/* The small words the emitters are written in. */
#include "codegen/cg.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

LLVMValueRef cg_num(struct cg *cg, int64_t n)
{
	return LLVMConstInt(cg->i64, (uint64_t)n, true);
}

LLVMValueRef cg_num32(struct cg *cg, int32_t n)
{
	return LLVMConstInt(cg->i32, (uint64_t)(int64_t)n, true);
}

LLVMValueRef cg_add_var(struct cg *cg, LLVMValueRef address, LLVMValueRef bytes)
{
	return LLVMBuildGEP2(cg->b, cg->i8, address, &bytes, 1, "");
}

LLVMValueRef cg_add(struct cg *cg, LLVMValueRef address, uint64_t bytes)
{
	return bytes ? cg_add_var(cg, address, cg_num(cg, (int64_t)bytes)) : address;
}

LLVMTypeRef cg_int_type(struct cg *cg, unsigned size)
{
	switch (size) {
	case 1:
		return cg->i8;
	case 2:
		return cg->i16;
	case 4:
		return cg->i32;
	case 8:
		return cg->i64;
	}
	bug("no integer of %u bytes", size);
}

/* helpers that say the same however often a program asks */
static bool is_constant(int id)
{
	return id == BPF_FUNC_get_current_task_btf || id == BPF_FUNC_get_current_pid_tgid ||
	       id == BPF_FUNC_get_current_uid_gid || id == BPF_FUNC_get_smp_processor_id ||
	       id == BPF_FUNC_get_current_cgroup_id;
}

/*
 * Helpers in whose place the kernel puts other code, which gives 32 bits: above
 * is what was there.  A map's own functions return an int before 6.4; of
 * bpf_loop() inlined -E2BIG is one.
 */
static bool returns_int(int id)
{
	return id == BPF_FUNC_map_update_elem || id == BPF_FUNC_map_delete_elem || id == BPF_FUNC_loop;
}

static LLVMValueRef call_helper(struct cg *cg, LLVMTypeRef result, int id, unsigned n, va_list ap)
{
	LLVMValueRef args[5], fn = LLVMConstIntToPtr(cg_num(cg, id), cg->ptr), call;
	LLVMTypeRef types[5];

	for (unsigned i = 0; i < n; i++) {
		args[i] = va_arg(ap, LLVMValueRef);
		types[i] = LLVMTypeOf(args[i]);
	}
	call = LLVMBuildCall2(cg->b, LLVMFunctionType(result, types, n, false), fn, args, n, "");
	if (is_constant(id))
		LLVMAddCallSiteAttribute(call, LLVMAttributeFunctionIndex, llvm_attribute(cg, "readnone"));
	return call;
}

LLVMValueRef cg_helper(struct cg *cg, int id, unsigned n, ...)
{
	LLVMValueRef v;
	va_list ap;

	va_start(ap, n);
	v = call_helper(cg, cg->i64, id, n, ap);
	va_end(ap);
	return returns_int(id) ? LLVMBuildSExt(cg->b, LLVMBuildTrunc(cg->b, v, cg->i32, ""), cg->i64, "") : v;
}

LLVMValueRef cg_helper_ptr(struct cg *cg, int id, unsigned n, ...)
{
	LLVMValueRef v;
	va_list ap;

	va_start(ap, n);
	v = call_helper(cg, cg->ptr, id, n, ap);
	va_end(ap);
	return v;
}

/* control flow */

LLVMBasicBlockRef cg_block(struct cg *cg, const char *name)
{
	return LLVMAppendBasicBlockInContext(cg->llvm, cg->fn->fn, name);
}

bool cg_ended(struct cg *cg)
{
	return LLVMGetBasicBlockTerminator(LLVMGetInsertBlock(cg->b)) != NULL;
}

void cg_goto(struct cg *cg, LLVMBasicBlockRef to)
{
	if (!cg_ended(cg))
		LLVMBuildBr(cg->b, to);
}

void cg_at(struct cg *cg, LLVMBasicBlockRef block)
{
	LLVMPositionBuilderAtEnd(cg->b, block);
}

struct cg_if cg_if(struct cg *cg, LLVMValueRef i1)
{
	LLVMBasicBlockRef then = cg_block(cg, "then");
	struct cg_if f = {.end = cg_block(cg, "end")};

	f.other = cg_block(cg, "else");
	LLVMBuildCondBr(cg->b, i1, then, f.other);
	cg_at(cg, then);
	return f;
}

void cg_else(struct cg *cg, struct cg_if *f)
{
	cg_goto(cg, f->end);
	cg_at(cg, f->other);
	f->other = NULL;
}

void cg_end_if(struct cg *cg, struct cg_if *f)
{
	if (f->other)
		cg_else(cg, f);
	cg_goto(cg, f->end);
	cg_at(cg, f->end);
}

struct cg_for cg_for(struct cg *cg, LLVMValueRef n)
{
	struct cg_for f = {.head = cg_block(cg, "for"), .end = cg_block(cg, "done")};
	LLVMBasicBlockRef body = cg_block(cg, "body");

	f.slot = cg_alloca(cg, cg->i64, 8);
	LLVMBuildStore(cg->b, cg_num(cg, 0), f.slot);
	cg_goto(cg, f.head);
	cg_at(cg, f.head);
	f.i = LLVMBuildLoad2(cg->b, cg->i64, f.slot, "i");
	LLVMBuildCondBr(cg->b, LLVMBuildICmp(cg->b, LLVMIntULT, f.i, n, ""), body, f.end);
	cg_at(cg, body);
	return f;
}

/*
 * No copies of a loop's body: of many tests with the same outcome LLVM makes values, and the verifier follows both
 * ways through each.
 *	!loop = distinct !{!loop, !{"llvm.loop.unroll.disable"}}
 */
static void keep_rolled(struct cg *cg, LLVMValueRef branch)
{
	static const char disable[] = "llvm.loop.unroll.disable", kind[] = "llvm.loop";
	LLVMMetadataRef text = LLVMMDStringInContext2(cg->llvm, disable, sizeof(disable) - 1),
			self = LLVMTemporaryMDNode(cg->llvm, NULL, 0);
	LLVMMetadataRef parts[] = {self, LLVMMDNodeInContext2(cg->llvm, &text, 1)},
			loop = LLVMMDNodeInContext2(cg->llvm, parts, 2);

	LLVMMetadataReplaceAllUsesWith(self, loop);
	LLVMSetMetadata(branch, LLVMGetMDKindIDInContext(cg->llvm, kind, sizeof(kind) - 1),
			LLVMMetadataAsValue(cg->llvm, loop));
}

void cg_end_for(struct cg *cg, struct cg_for *f)
{
	if (!cg_ended(cg)) {
		LLVMBuildStore(cg->b, LLVMBuildAdd(cg->b, f->i, cg_num(cg, 1), ""), f->slot);
		keep_rolled(cg, LLVMBuildBr(cg->b, f->head));
	}
	cg_at(cg, f->end);
}

/* memory */

LLVMValueRef cg_alloca(struct cg *cg, LLVMTypeRef type, unsigned align)
{
	LLVMBasicBlockRef here = LLVMGetInsertBlock(cg->b);
	LLVMMetadataRef place = LLVMGetCurrentDebugLocation2(cg->b); /* going to an instruction takes its place */
	LLVMValueRef first = LLVMGetFirstInstruction(cg->fn->entry), slot;

	if (first)
		LLVMPositionBuilderBefore(cg->b, first);
	else
		cg_at(cg, cg->fn->entry);
	slot = LLVMBuildAlloca(cg->b, type, "");
	LLVMSetAlignment(slot, align);
	cg_at(cg, here);
	LLVMSetCurrentDebugLocation2(cg->b, place);
	return slot;
}

#define STACK_SLOT 64 /* larger values live in scratch */
#define STACK_MAIN 192 /* bytes of slots in a program; LLVM's own spills need the rest of the 512 */
#define STACK_LOOP 64 /* in the body of a loop, which shares the 512 with its callers */

/* What helpers are given the address of, LLVM cannot keep apart by itself: a statement takes what earlier ones had. */
struct cg_slot {
	struct cg_slot *next;
	LLVMValueRef v;
	uint32_t room;
	unsigned user; /* 0: nobody; else 1 + the depth of a statement */
	bool kept; /* a pointer to it may outlive the statement */
};

/* a slot that is free, or a new one where all of them stay below most bytes; NULL: they do not */
static LLVMValueRef slot_of(struct cg *cg, uint32_t room, uint32_t most)
{
	struct cg_slot *s = cg->fn->slots;

	while (s && (s->user || s->kept || s->room != room))
		s = s->next;
	if (!s) {
		if (cg->fn->stack + room > most)
			return NULL;
		cg->fn->stack += room;
		s = arena_alloc(cg->arena, sizeof(*s));
		*s = (struct cg_slot){
			.next = cg->fn->slots, .v = cg_alloca(cg, LLVMArrayType(cg->i64, room / 8), 8), .room = room};
		cg->fn->slots = s;
	}
	s->user = 1 + cg->depth;
	return s->v;
}

LLVMValueRef cg_stack_slot(struct cg *cg, uint32_t size)
{
	uint32_t room = (size + 7) / 8 * 8;

	if (!room || room > STACK_SLOT || cg->frugal)
		return NULL;
	return slot_of(cg, room, cg->fn->sub ? 0 : cg->fn->outer ? STACK_LOOP : STACK_MAIN);
}

LLVMValueRef cg_temp(struct cg *cg)
{
	return slot_of(cg, 8, UINT32_MAX);
}

void cg_temp_done(struct cg *cg, LLVMValueRef temp)
{
	for (struct cg_slot *s = cg->fn->slots; s; s = s->next)
		if (s->v == temp)
			s->user = 0;
}

void cg_keep_slot(struct cg *cg, LLVMValueRef address)
{
	while (LLVMIsAGetElementPtrInst(address))
		address = LLVMGetOperand(address, 0);
	for (struct cg_slot *s = cg->fn->slots; s; s = s->next)
		s->kept |= s->v == address;
	cg->slot_kept = cg->slot_top;
}

void cg_free_slots(struct cg *cg)
{
	for (struct cg_slot *s = cg->fn->slots; s; s = s->next)
		if (s->user > cg->depth)
			s->user = 0;
}

LLVMValueRef cg_slot(struct cg *cg, uint32_t size)
{
	LLVMValueRef slot = cg_stack_slot(cg, size);

	return slot ? slot : cg_scratch(cg, cg_scratch_room(cg, size));
}

uint32_t cg_scratch_room(struct cg *cg, uint32_t size)
{
	uint32_t offset = cg->slot_top;

	cg->slot_top += (size + 7) / 8 * 8;
	if (cg->slot_top > cg->slot_max)
		cg->slot_max = cg->slot_top;
	return offset;
}

LLVMValueRef cg_words(struct cg *cg)
{
	if (!cg->fn->words)
		cg->fn->words = cg_alloca(cg, LLVMArrayType(cg->i64, 3), 8);
	return cg->fn->words;
}

LLVMValueRef cg_scratch(struct cg *cg, uint32_t offset)
{
	return cg_add(cg, LLVMBuildLoad2(cg->b, cg->ptr, cg->fn->scratch, "scratch"), offset);
}

/*
 * What an address is a multiple of.  Maps, records, scratch and frames are
 * multiples of 8, and what is added to them is mostly a constant.
 */
unsigned cg_alignment(LLVMValueRef address)
{
	uint64_t offset = 0;
	unsigned base = 8;

	while (LLVMIsAGetElementPtrInst(address) ||
	       (LLVMIsAConstantExpr(address) && LLVMGetConstOpcode(address) == LLVMGetElementPtr)) {
		LLVMValueRef by = LLVMGetOperand(address, 1);

		if (!LLVMIsAConstantInt(by))
			return 1;
		offset += LLVMConstIntGetZExtValue(by);
		address = LLVMGetOperand(address, 0);
	}
	if (LLVMIsAAllocaInst(address) || LLVMIsAGlobalVariable(address))
		base = LLVMGetAlignment(address);
	else if (!LLVMIsACallInst(address) && !LLVMIsALoadInst(address) && !LLVMIsAArgument(address))
		return 1;
	for (unsigned n = 8; n > 1; n /= 2)
		if (base >= n && offset % n == 0)
			return n;
	return 1;
}

#define INLINE_WORDS 16 /* more are set or copied by a helper: fewer instructions, and faster */

/* the words of size bytes: the largest that the alignment allows, smaller ones for the rest */
static unsigned word(unsigned align, uint32_t left)
{
	while (align > left)
		align /= 2;
	return align;
}

static unsigned words(unsigned align, uint32_t size)
{
	return size / align + (unsigned)__builtin_popcount(size % align);
}

void cg_zero(struct cg *cg, LLVMValueRef address, uint32_t size)
{
	unsigned align = cg_alignment(address), n;

	if (words(align, size) > INLINE_WORDS) { /* a read that fails zeroes its target: the kernel's memset */
		cg_helper(cg, BPF_FUNC_probe_read_kernel, 3, address, cg_num(cg, size), cg_num(cg, 0));
		return;
	}
	for (uint32_t i = 0; i < size; i += n) {
		n = word(align, size - i);
		cg_store_raw(cg, cg_add(cg, address, i), cg_num(cg, 0), n, n);
	}
}

/* word by word: LLVM would load them all before it stores the first, and spill them */
void cg_memcpy(struct cg *cg, LLVMValueRef to, LLVMValueRef from, uint32_t size)
{
	unsigned a = cg_alignment(to), b = cg_alignment(from), align = a < b ? a : b, n;

	if (!size || to == from)
		return;
	if (words(align, size) > INLINE_WORDS) {
		cg_helper(cg, BPF_FUNC_probe_read_kernel, 3, to, cg_num(cg, size), from);
		return;
	}
	for (uint32_t i = 0; i < size; i += n) {
		n = word(align, size - i);
		cg_store_raw(cg, cg_add(cg, to, i), cg_load_raw(cg, cg_add(cg, from, i), n, false, n), n, n);
	}
}

LLVMValueRef cg_load_raw(struct cg *cg, LLVMValueRef address, unsigned size, bool is_signed, unsigned align)
{
	LLVMValueRef v = LLVMBuildLoad2(cg->b, cg_int_type(cg, size), address, "");

	LLVMSetAlignment(v, align < size ? align : size);
	if (size == 8)
		return v;
	return is_signed ? LLVMBuildSExt(cg->b, v, cg->i64, "") : LLVMBuildZExt(cg->b, v, cg->i64, "");
}

void cg_store_raw(struct cg *cg, LLVMValueRef address, LLVMValueRef i64, unsigned size, unsigned align)
{
	LLVMValueRef v = size == 8 ? i64 : LLVMBuildTrunc(cg->b, i64, cg_int_type(cg, size), "");

	LLVMSetAlignment(LLVMBuildStore(cg->b, v, address), align < size ? align : size);
}

LLVMValueRef cg_param(struct cg *cg, size_t offset, unsigned size)
{
	LLVMValueRef v = LLVMBuildLoad2(cg->b, cg_int_type(cg, size), cg_add(cg, cg->params, offset), "");

	/* the loader sets it: not a constant to LLVM, though one to the verifier */
	LLVMSetVolatile(v, true);
	LLVMSetAlignment(v, size);
	return size == 8 ? v : LLVMBuildZExt(cg->b, v, cg->i64, "");
}

LLVMValueRef cg_state_get(struct cg *cg, size_t offset)
{
	LLVMValueRef v = LLVMBuildLoad2(cg->b, cg->i32, cg_add(cg, cg->state, offset), "");

	LLVMSetVolatile(v, true);
	return LLVMBuildZExt(cg->b, v, cg->i64, "");
}

void cg_state_set(struct cg *cg, size_t offset, LLVMValueRef i64)
{
	LLVMSetVolatile(LLVMBuildStore(cg->b, LLVMBuildTrunc(cg->b, i64, cg->i32, ""), cg_add(cg, cg->state, offset)),
			true);
}

LLVMValueRef cg_opaque(struct cg *cg, LLVMValueRef i64)
{
	LLVMTypeRef type = LLVMFunctionType(cg->i64, &cg->i64, 1, false);
	LLVMValueRef nothing = LLVMGetInlineAsm(type, "", 0, "=r,0", 4, true, false, LLVMInlineAsmDialectATT, false);

	return LLVMBuildCall2(cg->b, type, nothing, &i64, 1, "");
}

LLVMValueRef cg_pointer(struct cg *cg, LLVMValueRef i64)
{
	return LLVMBuildIntToPtr(cg->b, i64, cg->ptr, "");
}

LLVMValueRef cg_opaque_pointer(struct cg *cg, LLVMValueRef p)
{
	return cg_pointer(cg, cg_opaque(cg, LLVMBuildPtrToInt(cg->b, p, cg->i64, "")));
}

LLVMValueRef cg_string(struct cg *cg, const char *s, size_t len, size_t capacity)
{
	size_t room = (capacity + 7) / 8 * 8;
	char *bytes = arena_alloc(cg->arena, room + 1);
	LLVMValueRef text, g;

	memcpy(bytes, s, len < capacity ? len : capacity);
	text = LLVMConstStringInContext(cg->llvm, bytes, room, true);
	g = LLVMAddGlobal(cg->mod, LLVMTypeOf(text), ".str");
	LLVMSetInitializer(g, text);
	LLVMSetGlobalConstant(g, true);
	LLVMSetLinkage(g, LLVMInternalLinkage);
	LLVMSetSection(g, ".rodata");
	LLVMSetAlignment(g, 8);
	return g;
}
