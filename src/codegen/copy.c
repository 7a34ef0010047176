/*
 * A struct of the kernel's that is read as a whole, in an image for other
 * kernels: it is laid out as this kernel has it, whichever runs, each member
 * by itself to its place.  What the kernel that runs has not is zero.
 */
#include "codegen/cg.h"

struct copy {
	struct cg *cg;
	LLVMValueRef to;
	enum where at;
	unsigned members;
	bool exact; /* nothing moves within a member that is read as bytes */
};

#define MOST_MEMBERS 64 /* read one by one */

static bool has_members(const struct field *f)
{
	return f->type->kind == TYPE_STRUCT && !f->type->is_union && !f->bit_size;
}

static void count_members(struct copy *c, const struct type *t)
{
	struct core_member *list;
	unsigned n;

	type_complete(t);
	list = core_members(c->cg, t, &n);
	for (unsigned i = 0; i < n && c->members <= MOST_MEMBERS; i++) {
		const struct type *inner = list[i].field->type;

		if (has_members(list[i].field)) {
			count_members(c, inner);
			continue;
		}
		c->members++;
		while (inner->kind == TYPE_ARRAY)
			inner = inner->elem;
		c->exact &= inner->kind != TYPE_STRUCT;
	}
}

/* min(how many that kernel has, how many fit) bytes */
static void copy_bytes(struct copy *c, LLVMValueRef path, uint32_t at, uint32_t room)
{
	struct cg *cg = c->cg;
	LLVMValueRef size = core_info(cg, path, CORE_BYTE_SIZE),
		     less = LLVMBuildICmp(cg->b, LLVMIntULT, size, cg_num(cg, room), "");

	size = LLVMBuildSelect(cg->b, less, size, cg_num(cg, room), "");
	core_read(cg, cg_add(cg, c->to, at), size,
		  cg_add_var(cg, core_root(cg, path), core_info(cg, path, CORE_BYTE_OFFSET)), c->at);
}

static void copy_number(struct copy *c, LLVMValueRef path, const struct field *f, uint32_t at)
{
	struct cg *cg = c->cg;
	LLVMValueRef v = core_bits(cg, path, f->type->is_signed ? SIGN_YES : SIGN_NO, c->at),
		     to = cg_add(cg, c->to, at), mask;

	if (f->bit_size) {
		mask = cg_num(cg, (int64_t)(~0ull >> (64 - f->bit_size)));
		v = LLVMBuildShl(cg->b, LLVMBuildAnd(cg->b, v, mask, ""), cg_num(cg, f->bit_offset), "");
		v = LLVMBuildOr(cg->b, cg_load_raw(cg, to, f->type->size, false, 1), v, "");
	}
	cg_store_raw(cg, to, v, f->type->size, 1);
}

static void copy_members(struct copy *c, const struct type *t, LLVMValueRef base, uint32_t at)
{
	unsigned n;
	struct core_member *list = core_members(c->cg, t, &n);

	for (unsigned i = 0; i < n; i++) {
		const struct field *f = list[i].field;
		LLVMValueRef path = core_field(c->cg, base, t, f, list[i].offset);
		struct cg_if have;

		if (!path)
			continue;
		have = cg_if(c->cg, LLVMBuildICmp(c->cg->b, LLVMIntNE, core_info(c->cg, path, CORE_EXISTS),
						  cg_num(c->cg, 0), ""));
		if (has_members(f))
			copy_members(c, f->type, path, at + list[i].offset);
		else if (cg_scalar(f->type))
			copy_number(c, path, f, at + list[i].offset);
		else
			copy_bytes(c, path, at + list[i].offset, f->type->size);
		cg_end_if(c->cg, &have);
	}
}

bool core_copy(struct cg *cg, LLVMValueRef to, struct value v)
{
	const struct type *t = v.type;
	struct copy c = {cg, to, v.at, 0, true};
	bool by_members =
		t->kind == TYPE_STRUCT && t->relocatable && !t->is_union && (!core_unnamed(t) || core_root(cg, v.v));

	if (!cg->portable || v.at == AT_MEMORY || v.at == AT_USER || v.at == AT_CTX)
		return false;
	if (t->kind == TYPE_ARRAY && core_root(cg, v.v)) {
		cg_zero(cg, to, t->size);
		copy_bytes(&c, v.v, 0, t->size);
		return true;
	}
	if (t->kind != TYPE_STRUCT || !t->relocatable)
		return false;
	if (by_members)
		count_members(&c, t);
	if (!by_members || c.members > MOST_MEMBERS || !c.exact)
		warning_at(cg->diag, WARN(not_portable), cg->span,
			   "%s %s is read as this kernel lays it out: name the fields that are wanted",
			   t->is_union ? "union" : "struct", core_unnamed(t) ? "without a name" : t->name);
	if (!by_members || c.members > MOST_MEMBERS)
		return false;
	cg_read(cg, to, 1, v.v, v.at); /* that it can be read at all, or it is counted */
	cg_zero(cg, to, t->size);
	copy_members(&c, t, v.v, 0);
	return true;
}
