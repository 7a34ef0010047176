/* Fields of the records of tracepoints, in this kernel and in others. */
#include "codegen/cg.h"

LLVMValueRef cg_data_location(struct cg *cg, LLVMValueRef word)
{
	LLVMValueRef v = LLVMBuildLoad2(cg->b, cg->i32, word, "");

	LLVMSetVolatile(v, true);
	v = LLVMBuildAnd(cg->b, LLVMBuildZExt(cg->b, v, cg->i64, ""), cg_num(cg, 0xffff), "");
	return LLVMBuildAdd(cg->b, LLVMBuildPtrToInt(cg->b, cg->fn->ctx, cg->i64, ""), v, "");
}

/*
 * Text in the record of a tracepoint: some kernels have it as char[N], others as __data_loc.
 *	exists(record->__data_loc_x) ? ctx + (u16)record->__data_loc_x : &record->x
 */
static LLVMValueRef record_text(struct cg *cg, const struct field *f)
{
	const struct type word = {.kind = TYPE_INT, .size = 4}, byte = {.kind = TYPE_INT, .size = 1, .is_signed = true};
	const struct type array = {.kind = TYPE_ARRAY, .size = 1, .elem = &byte, .count = 1};
	const struct field moved = {.name = arena_printf(cg->arena, "__data_loc_%s", f->name), .type = &word}, fixed = {.name = f->name, .type = &array};
	const struct type *record = cg->clause->record;
	LLVMValueRef slot = cg_alloca(cg, cg->i64, 8);
	struct cg_if have = cg_if(cg, core_exists(cg, record, &moved, f->offset));

	LLVMBuildStore(cg->b, cg_data_location(cg, core_field(cg, cg->fn->ctx, record, &moved, f->offset)), slot);
	cg_else(cg, &have);
	LLVMBuildStore(cg->b, LLVMBuildPtrToInt(cg->b, core_field(cg, cg->fn->ctx, record, &fixed, f->offset), cg->i64, ""), slot);
	cg_end_if(cg, &have);
	return LLVMBuildIntToPtr(cg->b, LLVMBuildLoad2(cg->b, cg->i64, slot, ""), cg->ptr, "");
}

static bool is_text(const struct type *t)
{
	return t->kind == TYPE_ARRAY && t->elem->size == 1 && t->elem->is_signed;
}

/* args.x of a tracepoint, in a kernel where it may have moved */
struct value cg_record_field(struct cg *cg, const struct field *f)
{
	const struct type *record = cg->clause->record;
	const struct field *same;
	LLVMValueRef at;
	uint32_t offset;

	if (f->data_loc)
		return (struct value){f->type, record_text(cg, f), AT_REGISTER};
	if (is_text(f->type))
		return (struct value){f->type, record_text(cg, f), AT_KERNEL};
	same = type_field(record, f->name, &offset);
	at = same ? core_field(cg, cg->fn->ctx, record, same, offset) : NULL;
	return (struct value){f->type, at ? at : cg_add(cg, cg->fn->ctx, f->offset), AT_CTX};
}
