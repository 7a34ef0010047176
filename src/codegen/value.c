/* Values of any type: reading, storing, converting, comparing. */
#include "codegen/cg.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

struct value cg_int(const struct type *t, LLVMValueRef i64)
{
	return (struct value){t, i64, AT_REGISTER};
}

struct value cg_mem(const struct type *t, LLVMValueRef address)
{
	return (struct value){t, address, AT_MEMORY};
}

bool cg_scalar(const struct type *t)
{
	return type_is_int(t) || t->kind == TYPE_POINTER || t->kind == TYPE_NONE || t->kind == TYPE_ERROR;
}

static LLVMValueRef sized(struct cg *cg, LLVMValueRef i64, const struct type *t)
{
	LLVMTypeRef narrow;

	if (t->size == 8 || !t->size)
		return i64;
	narrow = cg_int_type(cg, t->size);
	i64 = LLVMBuildTrunc(cg->b, i64, narrow, "");
	return t->is_signed ? LLVMBuildSExt(cg->b, i64, cg->i64, "") : LLVMBuildZExt(cg->b, i64, cg->i64, "");
}

struct value cg_narrowed(struct cg *cg, const struct type *t, LLVMValueRef i64)
{
	if (t->kind == TYPE_POINTER)
		return (struct value){t, cg_pointer(cg, i64), AT_REGISTER};
	return cg_int(t, sized(cg, i64, t));
}

/* of a scalar in our memory: on the stack, where the verifier insists, a member of a packed struct may lie anywhere */
static unsigned alignment_of(LLVMValueRef address, unsigned size)
{
	LLVMValueRef base = address;
	unsigned align = cg_alignment(address);

	while (LLVMIsAGetElementPtrInst(base))
		base = LLVMGetOperand(base, 0);
	return LLVMIsAAllocaInst(base) && align < size ? align : size;
}

static struct value load_scalar(struct cg *cg, struct value v)
{
	const struct type *t = v.type;
	unsigned size = t->size ? t->size : 8;
	LLVMValueRef slot, x;

	if (v.at == AT_REGISTER)
		return v;
	if (v.at == AT_CTX || v.at == AT_TRUSTED) {
		x = LLVMBuildLoad2(cg->b, t->kind == TYPE_POINTER ? cg->ptr : cg_int_type(cg, size), v.v, "");
		LLVMSetAlignment(x, size);
		/* one instruction may not load by two kinds of pointers: no merging with another load */
		LLVMSetVolatile(x, true);
		if (t->kind != TYPE_POINTER && size < 8)
			x = t->is_signed ? LLVMBuildSExt(cg->b, x, cg->i64, "") : LLVMBuildZExt(cg->b, x, cg->i64, "");
		return (struct value){t, x, AT_REGISTER};
	}
	if (v.at == AT_MEMORY) {
		x = cg_load_raw(cg, v.v, size, t->is_signed, alignment_of(v.v, size));
	} else {
		slot = cg_temp(cg);
		cg_read(cg, slot, size, v.v, v.at);
		x = cg_load_raw(cg, slot, size, t->is_signed, size);
		cg_temp_done(cg, slot);
	}
	if (t->kind == TYPE_POINTER)
		x = cg_pointer(cg, x);
	return (struct value){t, x, AT_REGISTER};
}

/* bytes of comm and the like, eight at a time by plain loads through BTF */
static void load_trusted(struct cg *cg, LLVMValueRef to, LLVMValueRef from, uint32_t size)
{
	unsigned align = cg_alignment(to);

	for (uint32_t i = 0; i < size;) {
		unsigned n = size - i >= 8 ? 8 : size - i >= 4 ? 4 : size - i >= 2 ? 2 : 1;

		LLVMValueRef v = LLVMBuildLoad2(cg->b, cg_int_type(cg, n), cg_add(cg, from, i), "");

		LLVMSetAlignment(v, n);
		LLVMSetVolatile(v, true);
		LLVMSetAlignment(LLVMBuildStore(cg->b, v, cg_add(cg, to, i)), align < n ? align : n);
		i += n;
	}
}

/* size bytes of a value that is not in a register */
static void read_value(struct cg *cg, LLVMValueRef to, uint32_t size, struct value v)
{
	if (size < v.type->size || !core_copy(cg, to, v))
		cg_read(cg, to, size, v.v, v.at);
}

#define TRUSTED_BYTES 64

struct value cg_value(struct cg *cg, struct value v)
{
	LLVMValueRef slot;

	if (cg_scalar(v.type))
		return load_scalar(cg, v);
	if (v.at == AT_MEMORY || v.at == AT_REGISTER)
		return v;
	slot = cg_slot(cg, v.type->size);
	if (v.at == AT_TRUSTED && v.type->kind == TYPE_ARRAY && v.type->elem->size == 1 &&
	    v.type->size <= TRUSTED_BYTES)
		load_trusted(cg, slot, v.v, v.type->size);
	else
		read_value(cg, slot, v.type->size, v);
	return cg_mem(v.type, slot);
}

LLVMValueRef cg_i64(struct cg *cg, struct value v)
{
	v = load_scalar(cg, v);
	if (v.type->kind == TYPE_POINTER || LLVMGetTypeKind(LLVMTypeOf(v.v)) == LLVMPointerTypeKind)
		return LLVMBuildPtrToInt(cg->b, v.v, cg->i64, "");
	return v.v;
}

LLVMValueRef cg_number(struct cg *cg, struct value v)
{
	LLVMValueRef i64 = cg_i64(cg, v);

	if (v.type->kind != TYPE_POINTER)
		return i64;
	return LLVMBuildNeg(cg->b, cg_opaque(cg, LLVMBuildNeg(cg->b, cg_opaque(cg, i64), "")), "");
}

struct value cg_bool(struct cg *cg, const struct type *t, LLVMValueRef i1)
{
	return cg_int(t, LLVMBuildZExt(cg->b, i1, cg->i64, ""));
}

/* of two pointers LLVM would test whether a | b is 0, and the verifier wants pointers left as they are */
struct value cg_bool_of_pointer(struct cg *cg, const struct type *t, LLVMValueRef i1)
{
	return cg_int(t, cg_opaque(cg, cg_bool(cg, t, i1).v));
}

LLVMValueRef cg_truth(struct cg *cg, struct value v)
{
	LLVMValueRef some;

	if (v.type->kind == TYPE_STRING) {
		v = cg_value(cg, v);
		return LLVMBuildICmp(cg->b, LLVMIntNE, cg_load_raw(cg, v.v, 1, false, 1), cg_num(cg, 0), "");
	}
	some = LLVMBuildICmp(cg->b, LLVMIntNE, cg_i64(cg, v), cg_num(cg, 0), "");
	if (v.type->kind == TYPE_POINTER)
		some = LLVMBuildICmp(cg->b, LLVMIntNE, cg_bool_of_pointer(cg, v.type, some).v, cg_num(cg, 0), "");
	return some;
}

/* structs and the like: each member of `from` to its place in `to` */
static void store_members(struct cg *cg, LLVMValueRef address, const struct type *to, struct value v)
{
	cg_zero(cg, address, to->size);
	for (uint32_t i = 0; i < to->nfields; i++) {
		const struct field *t = &to->fields[i], *f = &v.type->fields[i];

		if (to->kind == TYPE_RECORD)
			for (uint32_t j = 0; j < v.type->nfields; j++)
				if (str_eq(v.type->fields[j].name, t->name))
					f = &v.type->fields[j];
		cg_store(cg, cg_add(cg, address, t->offset), t->type, cg_mem(f->type, cg_add(cg, v.v, f->offset)));
	}
}

static bool has_parts(const struct type *t)
{
	return t->kind == TYPE_TUPLE || t->kind == TYPE_RECORD;
}

void cg_store(struct cg *cg, LLVMValueRef address, const struct type *t, struct value v)
{
	if (cg_scalar(t)) {
		cg_store_raw(cg, address, cg_i64(cg, v), t->size, t->size);
		return;
	}
	if (has_parts(t) && t != v.type && v.type->nfields == t->nfields) {
		store_members(cg, address, t, cg_value(cg, v));
		return;
	}
	if (v.at == AT_TRUSTED && v.type->kind == TYPE_ARRAY && v.type->size <= TRUSTED_BYTES)
		v = cg_value(cg, v);
	if (v.type->size >= t->size || t->kind == TYPE_USTACK || t->kind == TYPE_KSTACK) {
		uint32_t n = v.type->size < t->size ? v.type->size : t->size;

		if (n < t->size)
			cg_zero(cg, cg_add(cg, address, n), t->size - n);
		read_value(cg, address, n, v);
		return;
	}
	cg_zero(cg, address, t->size);
	read_value(cg, address, v.type->size, v);
}

static bool same_bytes(const struct type *a, const struct type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || a->size != b->size)
		return false;
	if (has_parts(a)) {
		if (a->nfields != b->nfields)
			return false;
		for (uint32_t i = 0; i < a->nfields; i++)
			if (!same_bytes(a->fields[i].type, b->fields[i].type) ||
			    (a->kind == TYPE_RECORD && !str_eq(a->fields[i].name, b->fields[i].name)))
				return false;
	}
	return true;
}

LLVMValueRef cg_address(struct cg *cg, struct value v, const struct type *t)
{
	LLVMValueRef slot;

	if (v.at == AT_MEMORY && same_bytes(v.type, t))
		return v.v;
	slot = cg_slot(cg, t->size);
	cg_store(cg, slot, t, v);
	return slot;
}

/* a loop that ends at the first difference */
static LLVMValueRef equal_units(struct cg *cg, LLVMValueRef a, LLVMValueRef b, uint32_t n, unsigned unit)
{
	LLVMValueRef slot = cg_alloca(cg, cg->i64, 8), at, d;
	struct cg_if differs;
	struct cg_for f;

	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	f = cg_for(cg, cg_num(cg, n / unit));
	at = LLVMBuildMul(cg->b, f.i, cg_num(cg, unit), "");
	d = LLVMBuildXor(cg->b, cg_load_raw(cg, cg_add_var(cg, a, at), unit, false, unit),
			 cg_load_raw(cg, cg_add_var(cg, b, at), unit, false, unit), "");
	LLVMBuildStore(cg->b, d, slot);
	differs = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, d, cg_num(cg, 0), ""));
	cg_goto(cg, f.end);
	cg_end_if(cg, &differs);
	cg_end_for(cg, &f);
	return LLVMBuildLoad2(cg->b, cg->i64, slot, "");
}

#define INLINE_UNITS \
	8 /* more are compared in a loop: LLVM would load them all before it compares the first, and spill */

/* i1: are n bytes at a and b the same?  Words while they fit, so that LLVM folds constants */
static LLVMValueRef equal_bytes(struct cg *cg, LLVMValueRef a, LLVMValueRef b, uint32_t n)
{
	unsigned left = cg_alignment(a), right = cg_alignment(b), unit = left < right ? left : right;
	LLVMValueRef diff = cg_num(cg, 0);
	uint32_t i = 0;

	if (n > INT16_MAX)
		bug("comparing %u bytes", n);
	if (n / unit > INLINE_UNITS) {
		diff = equal_units(cg, a, b, n, unit);
		i = n / unit * unit;
	}
	while (i < n) {
		while (unit > n - i)
			unit /= 2;
		diff = LLVMBuildOr(cg->b, diff,
				   LLVMBuildXor(cg->b, cg_load_raw(cg, cg_add(cg, a, i), unit, false, unit),
						cg_load_raw(cg, cg_add(cg, b, i), unit, false, unit), ""),
				   "");
		i += unit;
	}
	return LLVMBuildICmp(cg->b, LLVMIntEQ, diff, cg_num(cg, 0), "");
}

/* a.0 == b.0 && a.1 == b.1 ..., records by their names */
static LLVMValueRef equal_parts(struct cg *cg, struct value a, struct value b)
{
	LLVMValueRef slot = cg_alloca(cg, cg->i64, 8);
	LLVMBasicBlockRef end = cg_block(cg, "compared");

	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	for (uint32_t i = 0; i < a.type->nfields; i++) {
		const struct field *f = &a.type->fields[i], *g = &b.type->fields[i];
		LLVMBasicBlockRef next = cg_block(cg, "next");

		if (a.type->kind == TYPE_RECORD)
			for (uint32_t j = 0; j < b.type->nfields; j++)
				if (str_eq(b.type->fields[j].name, f->name))
					g = &b.type->fields[j];
		LLVMBuildCondBr(cg->b,
				cg_equal(cg, cg_mem(f->type, cg_add(cg, a.v, f->offset)),
					 cg_mem(g->type, cg_add(cg, b.v, g->offset))),
				next, end);
		cg_at(cg, next);
	}
	LLVMBuildStore(cg->b, cg_num(cg, 1), slot);
	cg_goto(cg, end);
	cg_at(cg, end);
	return LLVMBuildICmp(cg->b, LLVMIntNE, LLVMBuildLoad2(cg->b, cg->i64, slot, ""), cg_num(cg, 0), "");
}

LLVMValueRef cg_equal(struct cg *cg, struct value a, struct value b)
{
	uint32_t n;

	if (cg_scalar(a.type) && cg_scalar(b.type))
		return LLVMBuildICmp(cg->b, LLVMIntEQ, cg_i64(cg, a), cg_i64(cg, b), "");
	a = cg_value(cg, a);
	b = cg_value(cg, b);
	if (has_parts(a.type) && has_parts(b.type))
		return equal_parts(cg, a, b);
	n = a.type->size < b.type->size ? a.type->size : b.type->size;
	/* "": a fault is not */
	if (n == 1 && a.type->kind == TYPE_STRING && b.type->kind == TYPE_STRING && a.type->size != b.type->size) {
		LLVMValueRef fault = cg_is_fault(cg, a.type->size > 1 ? a.v : b.v);

		return LLVMBuildAnd(cg->b, LLVMBuildNot(cg->b, fault, ""), equal_bytes(cg, a.v, b.v, n), "");
	}
	return equal_bytes(cg, a.v, b.v, n);
}

/*
 * A number may be wider or narrower in another kernel, or an enum.  Of this the
 * verifier looks only at what its kernel needs:
 *	exists(path) ? size(path) == sizeof(number) ? *path : bits(path) : bits(other)
 */
struct value cg_core_value(struct cg *cg, LLVMValueRef path, LLVMValueRef other, const struct field *f, enum where at)
{
	const struct type *t = f->type;
	enum sign sign = other ? SIGN_UNKNOWN : t->is_signed ? SIGN_YES : SIGN_NO;
	struct cg_if have = {0}, same;
	LLVMValueRef slot;

	if (!f->bit_size && !type_is_int(t))
		return (struct value){t, path, at};
	if (f->bit_size)
		return cg_int(t, sized(cg, core_bits(cg, path, t->is_signed ? SIGN_YES : SIGN_NO, at), t));
	slot = cg_alloca(cg, cg->i64, 8);
	if (other)
		have = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, core_info(cg, path, CORE_EXISTS), cg_num(cg, 0), ""));
	if (at == AT_TRUSTED) {
		same = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, core_info(cg, path, CORE_BYTE_SIZE),
					       cg_num(cg, t->size), ""));
		LLVMBuildStore(cg->b, load_scalar(cg, (struct value){t, path, at}).v, slot);
		cg_else(cg, &same);
	}
	LLVMBuildStore(cg->b, core_bits(cg, path, sign, at), slot);
	if (at == AT_TRUSTED)
		cg_end_if(cg, &same);
	if (other) {
		cg_else(cg, &have);
		LLVMBuildStore(cg->b, core_bits(cg, other, SIGN_UNKNOWN, at), slot);
		cg_end_if(cg, &have);
	}
	return cg_int(t, sized(cg, LLVMBuildLoad2(cg->b, cg->i64, slot, ""), t));
}

/* the same field as an enum where here it is an integer, and the other way round */
static LLVMValueRef core_other(struct cg *cg, LLVMValueRef base, const struct type *t, const struct field *f,
			       uint32_t offset)
{
	static const struct type integer = {.kind = TYPE_INT, .size = 4}, word = {.kind = TYPE_ENUM, .size = 4};
	struct field other = *f;

	if (f->bit_size || core_unnamed(t) || (f->type->kind != TYPE_INT && f->type->kind != TYPE_ENUM))
		return NULL;
	other.type = f->type->kind == TYPE_ENUM ? &integer : &word;
	return core_field(cg, base, t, &other, offset);
}

struct value cg_field(struct cg *cg, struct value base, const struct type *t, const struct field *f, uint32_t offset)
{
	/* structs of user space do not move */
	bool kernel = base.at == AT_TRUSTED || base.at == AT_KERNEL || base.at == AT_ANY;
	LLVMValueRef core = kernel && !f->elsewhere ? core_field(cg, base.v, t, f, offset) : NULL, slot, x, right;

	if (f->elsewhere)
		return cg_int(f->type, core_elsewhere(cg, base, t, f->name));
	if (core)
		return cg_core_value(cg, core, core_other(cg, base.v, t, f, offset), f, base.at);
	if (!f->bit_size)
		return (struct value){f->type, cg_add(cg, base.v, offset), base.at};
	/* a bitfield: its storage unit, shifted up to drop what is above, and down again */
	slot = cg_temp(cg);
	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	right = cg_num(cg, 64 - f->bit_size);
	cg_read(cg, slot, f->type->size, cg_add(cg, base.v, offset), base.at == AT_CTX ? AT_KERNEL : base.at);
	x = LLVMBuildLoad2(cg->b, cg->i64, slot, "");
	cg_temp_done(cg, slot);
	x = LLVMBuildShl(cg->b, x, cg_num(cg, 64 - f->bit_size - f->bit_offset), "");
	x = f->type->is_signed ? LLVMBuildAShr(cg->b, x, right, "") : LLVMBuildLShr(cg->b, x, right, "");
	return cg_int(f->type, sized(cg, x, f->type));
}
