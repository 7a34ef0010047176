/* Fields of the records of tracepoints, in this kernel and in others. */
#include "codegen/cg.h"

/* what a __data_loc says: uint16 offset in the record, uint16 length */
static LLVMValueRef data_location(struct cg *cg, LLVMValueRef address)
{
	LLVMValueRef v = LLVMBuildLoad2(cg->b, cg->i32, address, "");

	LLVMSetVolatile(v, true);
	return LLVMBuildZExt(cg->b, v, cg->i64, "");
}

static LLVMValueRef data_address(struct cg *cg, LLVMValueRef location)
{
	LLVMValueRef offset = LLVMBuildAnd(cg->b, location, cg_num(cg, 0xffff), "");

	return LLVMBuildAdd(cg->b, LLVMBuildPtrToInt(cg->b, cg->fn->ctx, cg->i64, ""), offset, "");
}

static LLVMValueRef data_length(struct cg *cg, LLVMValueRef location)
{
	return LLVMBuildLShr(cg->b, location, cg_num(cg, 16), "");
}

/*
 * Text in the record of a tracepoint: some kernels have it as char[N], others as __data_loc.
 *	exists(record->__data_loc_x) ? ctx + (u16)record->__data_loc_x : &record->x
 * or its length:
 *	exists(record->__data_loc_x) ? record->__data_loc_x >> 16 : sizeof(record->x)
 */
static LLVMValueRef record_text(struct cg *cg, const struct field *f, bool length)
{
	const struct type word = {.kind = TYPE_INT, .size = 4}, byte = {.kind = TYPE_INT, .size = 1, .is_signed = true};
	const struct type array = {.kind = TYPE_ARRAY, .size = 1, .elem = &byte, .count = 1};
	const struct field moved = {.name = arena_printf(cg->arena, "__data_loc_%s", f->name), .type = &word},
			   fixed = {.name = f->name, .type = &array};
	const struct type *record = cg->clause->record;
	LLVMValueRef slot = cg_alloca(cg, cg->i64, 8), v;
	struct cg_if have = cg_if(cg, core_exists(cg, record, &moved, f->offset));

	v = data_location(cg, core_field(cg, cg->fn->ctx, record, &moved, f->offset));
	LLVMBuildStore(cg->b, length ? data_length(cg, v) : data_address(cg, v), slot);
	cg_else(cg, &have);
	v = core_field(cg, cg->fn->ctx, record, &fixed, f->offset);
	LLVMBuildStore(cg->b, length ? core_info(cg, v, CORE_BYTE_SIZE) : LLVMBuildPtrToInt(cg->b, v, cg->i64, ""),
		       slot);
	cg_end_if(cg, &have);
	return LLVMBuildLoad2(cg->b, cg->i64, slot, "");
}

struct value cg_record_data(struct cg *cg, const struct field *f)
{
	LLVMValueRef at = cg->clause->record ? record_text(cg, f, false)
					     : data_address(cg, data_location(cg, cg_add(cg, cg->fn->ctx, f->offset)));

	return (struct value){f->type, cg_pointer(cg, at), AT_REGISTER};
}

LLVMValueRef cg_record_data_length(struct cg *cg, const struct field *f)
{
	return cg->clause->record ? record_text(cg, f, true)
				  : data_length(cg, data_location(cg, cg_add(cg, cg->fn->ctx, f->offset)));
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

	if (is_text(f->type))
		return (struct value){f->type, cg_pointer(cg, record_text(cg, f, false)), AT_KERNEL};
	same = type_field(record, f->name, &offset);
	at = same ? core_field(cg, cg->fn->ctx, record, same, offset) : NULL;
	return (struct value){f->type, at ? at : cg_add(cg, cg->fn->ctx, f->offset), AT_CTX};
}
