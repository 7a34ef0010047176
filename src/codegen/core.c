/*
 * Fields of kernel structs that libbpf finds again, by name, in the kernel it
 * meets (CO-RE).  LLVM makes the relocations, from calls of its intrinsics and
 * the types they name; libbpf asks no more of those than the members used.
 */
#include "codegen/cg.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

static LLVMMetadataRef composite(struct cg *cg, const struct type *t, const char *name, LLVMMetadataRef *members,
				 unsigned n)
{
	uint64_t bits = (uint64_t)t->size * 8;

	if (t->is_union)
		return LLVMDIBuilderCreateUnionType(cg->di, cg->file, name, strlen(name), cg->file, 1, bits, 0,
						    LLVMDIFlagZero, members, n, 0, "", 0);
	return LLVMDIBuilderCreateStructType(cg->di, cg->file, name, strlen(name), cg->file, 1, bits, 0, LLVMDIFlagZero,
					     NULL, members, n, 0, NULL, "", 0);
}

static LLVMMetadataRef unnamed(struct cg *cg, const struct type *t);

bool core_unnamed(const struct type *t)
{
	return t->kind == TYPE_STRUCT && t->relocatable && (!t->name || !*t->name);
}

/* a type libbpf finds compatible with the kernel's: kinds must be the same, details need not */
static LLVMMetadataRef like(struct cg *cg, const struct type *t)
{
	if (t->kind == TYPE_POINTER)
		return debug_pointer(cg, NULL);
	if (t->kind == TYPE_ARRAY)
		return debug_array(cg, like(cg, t->elem), t->elem->size, t->count);
	if (core_unnamed(t))
		return unnamed(cg, t);
	if (t->kind == TYPE_STRUCT)
		return composite(cg, t, "", NULL, 0);
	if (t->kind == TYPE_ENUM)
		return LLVMDIBuilderCreateEnumerationType(cg->di, cg->file, "", 0, cg->file, 1, (uint64_t)t->size * 8,
							  0, NULL, 0, debug_int(cg, t->size, t->is_signed));
	return debug_int(cg, t->size ? t->size : 1, t->is_signed);
}

static LLVMMetadataRef member(struct cg *cg, const struct field *f, uint32_t offset)
{
	uint64_t bits = (uint64_t)offset * 8;

	if (f->bit_size)
		return LLVMDIBuilderCreateBitFieldMemberType(cg->di, cg->file, f->name, strlen(f->name), cg->file, 1,
							     f->bit_size, bits + f->bit_offset, bits, LLVMDIFlagZero,
							     like(cg, f->type));
	return LLVMDIBuilderCreateMemberType(cg->di, cg->file, f->name, strlen(f->name), cg->file, 1,
					     (uint64_t)f->type->size * 8, 0, bits, LLVMDIFlagZero, like(cg, f->type));
}

static void flatten(struct cg *cg, const struct type *t, uint32_t offset, struct core_member *list, unsigned *n)
{
	type_complete(t);
	for (uint32_t i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (*f->name) {
			if (list)
				list[*n] = (struct core_member){f, offset + f->offset};
			++*n;
		} else if (f->type->kind == TYPE_STRUCT) {
			flatten(cg, f->type, offset + f->offset, list, n);
		}
	}
}

static int by_offset(const void *x, const void *y)
{
	const struct core_member *a = x, *b = y;
	uint64_t p = (uint64_t)a->offset * 8 + a->field->bit_offset, q = (uint64_t)b->offset * 8 + b->field->bit_offset;

	return p < q ? -1 : p > q;
}

struct core_member *core_members(struct cg *cg, const struct type *t, unsigned *n)
{
	struct core_member *list;

	*n = 0;
	flatten(cg, t, 0, NULL, n);
	list = arena_alloc(cg->arena, (*n + 1) * sizeof(*list));
	*n = 0;
	flatten(cg, t, 0, list, n);
	if (*n && !t->is_union) /* the kernel wants members in order */
		qsort(list, *n, sizeof(*list), by_offset);
	return list;
}

static LLVMMetadataRef unnamed(struct cg *cg, const struct type *t)
{
	char *key = arena_printf(cg->arena, "unnamed %p", (const void *)t);
	LLVMMetadataRef di = dict_find(&cg->fields, key), *members;
	struct core_member *list;
	unsigned n;

	if (di)
		return di;
	list = core_members(cg, t, &n);
	members = arena_alloc(cg->arena, (n + 1) * sizeof(*members));
	for (unsigned i = 0; i < n; i++)
		members[i] = member(cg, list[i].field, list[i].offset);
	di = composite(cg, t, "", members, n);
	dict_set(&cg->fields, key, di);
	return di;
}

/* the struct as we need it: one member; libbpf ignores what follows "___" in a name */
static LLVMMetadataRef named(struct cg *cg, const struct type *t, const struct field *f, uint32_t offset)
{
	char *key = arena_printf(cg->arena, "%c %s.%s %d %u", t->is_union ? 'u' : 's', t->name, f->name, f->type->kind,
				 f->type->size);
	LLVMMetadataRef di = dict_find(&cg->fields, key), only;

	if (di)
		return di;
	only = member(cg, f, offset);
	di = composite(cg, t, arena_printf(cg->arena, "%s___%zu", t->name, cg->fields.count), &only, 1);
	dict_set(&cg->fields, key, di);
	return di;
}

static char *path_key(struct cg *cg, LLVMValueRef path)
{
	return arena_printf(cg->arena, "path %p", (void *)path);
}

static char *element_key(struct cg *cg, LLVMValueRef path)
{
	return arena_printf(cg->arena, "element %p", (void *)path);
}

LLVMValueRef core_root(struct cg *cg, LLVMValueRef path)
{
	return dict_find(&cg->fields, path_key(cg, path));
}

/* one step of a path: &base->member of struct or union, &base[index] of an array */
static LLVMValueRef step(struct cg *cg, LLVMValueRef base, const struct type *t, const char *name, unsigned index,
			 LLVMMetadataRef di)
{
	static const char kind[] = "llvm.preserve.access.index", elementtype[] = "elementtype";
	const char *intrinsic = t->kind == TYPE_ARRAY ? "llvm.preserve.array.access.index"
				: t->is_union         ? "llvm.preserve.union.access.index"
						      : "llvm.preserve.struct.access.index";
	LLVMTypeRef overload[] = {cg->ptr, cg->ptr}, params[] = {cg->ptr, cg->i32, cg->i32};
	LLVMTypeRef element = LLVMStructTypeInContext(cg->llvm, &cg->i8, 1, false);
	LLVMValueRef which = cg_num32(cg, (int32_t)index);
	/* base, then for LLVM: a member of its struct; of a union nothing; the dimension of its array */
	LLVMValueRef args[] = {base, t->is_union ? which : cg_num32(cg, t->kind == TYPE_ARRAY), which};
	unsigned n = t->is_union ? 2 : 3;
	LLVMValueRef fn = LLVMGetIntrinsicDeclaration(cg->mod, LLVMLookupIntrinsicID(intrinsic, strlen(intrinsic)),
						      overload, 2),
		     call;

	call = LLVMBuildCall2(cg->b, LLVMFunctionType(cg->ptr, params, n, false), fn, args, n, name);
	if (t->kind == TYPE_ARRAY)
		element = LLVMArrayType(cg->i8, index + 1);
	if (!t->is_union)
		LLVMAddCallSiteAttribute(
			call, 1,
			LLVMCreateTypeAttribute(
				cg->llvm, LLVMGetEnumAttributeKindForName(elementtype, strlen(elementtype)), element));
	LLVMSetMetadata(call, LLVMGetMDKindIDInContext(cg->llvm, kind, strlen(kind)),
			LLVMMetadataAsValue(cg->llvm, di));
	return call;
}

LLVMValueRef core_field(struct cg *cg, LLVMValueRef base, const struct type *t, const struct field *f, uint32_t offset)
{
	LLVMValueRef root = base, path = NULL;
	struct core_member *list;
	unsigned n;

	if (!cg->portable || !t->relocatable || !f->name || !*f->name)
		return NULL;
	if (!core_unnamed(t)) {
		path = step(cg, base, t, f->name, 0, named(cg, t, f, offset));
	} else {
		root = core_root(cg, base); /* the path to the struct goes on */
		list = core_members(cg, t, &n);
		for (unsigned i = 0; root && !path && i < n; i++)
			if (list[i].field == f)
				path = step(cg, base, t, f->name, i, unnamed(cg, t));
	}
	if (path)
		dict_set(&cg->fields, path_key(cg, path), root);
	return path;
}

LLVMValueRef core_element(struct cg *cg, LLVMValueRef array, const struct type *t, LLVMValueRef index)
{
	LLVMValueRef root = core_root(cg, array), path;

	if (!root || t->kind != TYPE_ARRAY || t->elem->kind == TYPE_ARRAY || !LLVMIsAConstantInt(index))
		return NULL;
	path = step(cg, array, t, "", (unsigned)LLVMConstIntGetZExtValue(index), like(cg, t));
	dict_set(&cg->fields, path_key(cg, path), root);
	dict_set(&cg->fields, element_key(cg, path), path);
	return path;
}

LLVMValueRef core_info(struct cg *cg, LLVMValueRef field, enum core_info what)
{
	static const char name[] = "llvm.bpf.preserve.field.info";
	LLVMTypeRef params[] = {cg->ptr, cg->i64};
	LLVMValueRef args[] = {field, cg_num(cg, what)};
	LLVMValueRef fn = LLVMGetIntrinsicDeclaration(cg->mod, LLVMLookupIntrinsicID(name, strlen(name)), &cg->ptr, 1),
		     v;

	v = LLVMBuildCall2(cg->b, LLVMFunctionType(cg->i32, params, 2, false), fn, args, 2, "");
	return LLVMBuildZExt(cg->b, v, cg->i64, "");
}

LLVMValueRef core_exists(struct cg *cg, const struct type *t, const struct field *f, uint32_t offset)
{
	LLVMValueRef field = core_field(cg, LLVMConstNull(cg->ptr), t, f, offset);

	return LLVMBuildICmp(cg->b, LLVMIntNE, core_info(cg, field, CORE_EXISTS), cg_num(cg, 0), "");
}

LLVMValueRef core_size(struct cg *cg, const struct type *t)
{
	static const char kind[] = "llvm.preserve.access.index", name[] = "llvm.bpf.preserve.type.info";
	LLVMTypeRef params[] = {cg->i32, cg->i64};
	LLVMValueRef args[2], fn, call;

	if (!cg->portable || t->kind != TYPE_STRUCT || !t->relocatable || core_unnamed(t))
		return cg_num(cg, t->size ? t->size : 1);
	args[0] = cg_num32(cg, (int32_t)cg->fields.count); /* calls that differ in this are not merged */
	args[1] = cg_num(cg, 1);
	fn = LLVMGetIntrinsicDeclaration(cg->mod, LLVMLookupIntrinsicID(name, strlen(name)), NULL, 0);
	call = LLVMBuildCall2(cg->b, LLVMFunctionType(cg->i32, params, 2, false), fn, args, 2, "");
	LLVMSetMetadata(call, LLVMGetMDKindIDInContext(cg->llvm, kind, strlen(kind)),
			LLVMMetadataAsValue(cg->llvm, composite(cg, t, t->name, NULL, 0)));
	return LLVMBuildZExt(cg->b, call, cg->i64, "");
}

struct value core_sizeof(struct cg *cg, const struct node *n)
{
	const struct node *e = n->cast.expr;
	const struct type *t;

	if (!e || e->kind != NODE_FIELD)
		return cg_int(n->type, core_size(cg, (e ? e : n->cast.of)->type));
	t = e->field.expr->type->kind == TYPE_POINTER ? e->field.expr->type->elem : e->field.expr->type;
	return cg_int(n->type, core_info(cg, core_field(cg, LLVMConstNull(cg->ptr), t, e->field.field, e->field.offset),
					 CORE_BYTE_SIZE));
}

struct value core_offsetof(struct cg *cg, const struct node *n)
{
	const struct type *t = (n->offset.of ? n->offset.of : n->offset.expr)->type;
	LLVMValueRef path = LLVMConstNull(cg->ptr), sum = cg_num(cg, 0);
	const struct field *f;
	uint32_t offset;

	for (const struct node *name = n->offset.path; name; name = name->next) {
		type_complete(t);
		f = type_field(t, name->ident.name, &offset);
		path = core_field(cg, core_unnamed(t) ? path : LLVMConstNull(cg->ptr), t, f, offset);
		t = f->type;
		if (!name->next || !core_unnamed(t)) /* what follows begins anew */
			sum = LLVMBuildAdd(cg->b, sum, core_info(cg, path, CORE_BYTE_OFFSET), "");
	}
	return cg_int(n->type, sum);
}

/* the value of one name of an enum: LLVM is told both as text */
struct value core_enumerator(struct cg *cg, const struct node *n)
{
	static const char kind[] = "llvm.preserve.access.index", intrinsic[] = "llvm.bpf.preserve.enum.value";
	const char *name = n->ident.name, *text,
		   *flavour = arena_printf(cg->arena, "%s___%zu", n->type->name, cg->fields.count);
	LLVMTypeRef params[] = {cg->i32, cg->ptr, cg->i64};
	LLVMValueRef args[3], fn, call, global;
	LLVMMetadataRef one, di;
	int64_t value = 0;

	for (uint32_t i = 0; i < n->type->nenumerators; i++)
		if (str_eq(n->type->enumerators[i].name, name))
			value = n->type->enumerators[i].value;
	text = arena_printf(cg->arena, "%s:%lld", name, (long long)value);
	global = LLVMAddGlobal(cg->mod, LLVMArrayType(cg->i8, (unsigned)strlen(text) + 1), "enumerator");
	LLVMSetInitializer(global, LLVMConstStringInContext(cg->llvm, text, (unsigned)strlen(text), false));
	LLVMSetLinkage(global, LLVMPrivateLinkage);
	LLVMSetGlobalConstant(global, true);
	one = LLVMDIBuilderCreateEnumerator(cg->di, name, strlen(name), value, !n->type->is_signed);
	di = LLVMDIBuilderCreateEnumerationType(cg->di, cg->file, flavour, strlen(flavour), cg->file, 1,
						(uint64_t)n->type->size * 8, 0, &one, 1,
						debug_int(cg, n->type->size, n->type->is_signed));
	args[0] = cg_num32(cg, (int32_t)cg->fields.count);
	args[1] = global;
	args[2] = cg_num(cg, 1); /* the value, not whether there is one */
	fn = LLVMGetIntrinsicDeclaration(cg->mod, LLVMLookupIntrinsicID(intrinsic, strlen(intrinsic)), NULL, 0);
	call = LLVMBuildCall2(cg->b, LLVMFunctionType(cg->i64, params, 3, false), fn, args, 3, "");
	LLVMSetMetadata(call, LLVMGetMDKindIDInContext(cg->llvm, kind, strlen(kind)),
			LLVMMetadataAsValue(cg->llvm, di));
	dict_set(&cg->fields, flavour, di);
	return cg_int(n->type, call);
}

/* size bytes at an address of the kernel's, or if that fails and may be the user's, there; the loader sets the size */
void core_read(struct cg *cg, LLVMValueRef to, LLVMValueRef size, LLVMValueRef from, enum where at)
{
	LLVMValueRef err = cg_helper(cg, BPF_FUNC_probe_read_kernel, 3, to, size, from);
	struct cg_if f;

	if (at != AT_ANY)
		return;
	f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntSLT, err, cg_num(cg, 0), ""));
	cg_helper(cg, BPF_FUNC_probe_read_user, 3, to, size, from);
	cg_end_if(cg, &f);
}

/*
 * The bits are shifted to the top, then down: where they are and how many the
 * kernel that runs knows.  Of an element of an array libbpf tells only its size.
 */
LLVMValueRef core_bits(struct cg *cg, LLVMValueRef field, enum sign sign, enum where at)
{
	LLVMValueRef size = core_info(cg, field, CORE_BYTE_SIZE), slot, x, up, down, is_signed;

	if (!cg->fn->number)
		cg->fn->number = cg_alloca(cg, cg->i64, 8);
	slot = cg->fn->number;
	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	core_read(cg, slot, size, cg_add_var(cg, core_root(cg, field), core_info(cg, field, CORE_BYTE_OFFSET)), at);
	if (dict_find(&cg->fields, element_key(cg, field))) {
		up = down = LLVMBuildSub(cg->b, cg_num(cg, 64), LLVMBuildShl(cg->b, size, cg_num(cg, 3), ""), "");
	} else {
		up = core_info(cg, field, CORE_LSHIFT);
		down = core_info(cg, field, CORE_RSHIFT);
	}
	x = LLVMBuildShl(cg->b, LLVMBuildLoad2(cg->b, cg->i64, slot, ""), up, "");
	if (sign != SIGN_UNKNOWN)
		return sign == SIGN_YES ? LLVMBuildAShr(cg->b, x, down, "") : LLVMBuildLShr(cg->b, x, down, "");
	is_signed = LLVMBuildICmp(cg->b, LLVMIntNE, core_info(cg, field, CORE_SIGNED), cg_num(cg, 0), "");
	return LLVMBuildSelect(cg->b, is_signed, LLVMBuildAShr(cg->b, x, down, ""), LLVMBuildLShr(cg->b, x, down, ""),
			       "");
}

/* kinds that a field may be of which this kernel has not; the first can be read */
enum { READABLE_KINDS = 3, KINDS = 6 };

static void kinds_of(struct field *list, const char *name)
{
	static const struct type word = {.kind = TYPE_INT, .size = 8}, byte = {.kind = TYPE_INT, .size = 1};
	static const struct type types[KINDS] = {
		{.kind = TYPE_INT, .size = 8},
		{.kind = TYPE_POINTER, .size = 8, .elem = &byte},
		{.kind = TYPE_ENUM, .size = 4},
		{.kind = TYPE_STRUCT, .size = 8},
		{.kind = TYPE_STRUCT, .size = 8, .is_union = true},
		{.kind = TYPE_ARRAY, .size = 8, .elem = &word, .count = 1},
	};

	for (unsigned i = 0; i < KINDS; i++)
		list[i] = (struct field){.name = name, .type = &types[i]};
}

/* i1: has the kernel a field of this name, of the kind this one has it, or if this has not, of any? */
static LLVMValueRef exists(struct cg *cg, const struct type *t, const char *name, const struct type **next)
{
	LLVMValueRef any = LLVMConstInt(cg->i1, 0, false);
	struct field kinds[KINDS];
	uint32_t offset;
	const struct field *f = type_field(t, name, &offset);

	*next = f ? f->type : NULL;
	if (f)
		return core_exists(cg, t, f, offset);
	kinds_of(kinds, name);
	for (unsigned i = 0; i < KINDS; i++)
		any = LLVMBuildOr(cg->b, any, core_exists(cg, t, &kinds[i], 0), "");
	return any;
}

/* has_field(struct t, a.b):	exists(t.a) && exists(a.b) */
struct value emit_fn_has_field(struct cg *cg, const struct node *n)
{
	const struct node *of = n->call.args;
	const struct type *t = of->type;
	LLVMValueRef all = LLVMConstInt(cg->i1, 1, false);

	for (const struct node *f = of->next; f; f = f->next) {
		if (!t || t->kind != TYPE_STRUCT || core_unnamed(t)) {
			error_at(cg->diag, n->span,
				 "what '%s' is a field of has no name here by which another kernel may know it",
				 f->ident.name);
			cg->failed = true;
			break;
		}
		type_complete(t);
		all = LLVMBuildAnd(cg->b, all, exists(cg, t, f->ident.name, &t), "");
	}
	return cg_bool(cg, n->type, all);
}

/* the integer or pointer of a field that this kernel has not: of the kind that the kernel has which runs */
LLVMValueRef core_elsewhere(struct cg *cg, struct value base, const struct type *t, const char *name)
{
	LLVMValueRef slot = cg_alloca(cg, cg->i64, 8);
	struct field kinds[KINDS];

	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	kinds_of(kinds, name);
	for (unsigned i = 0; i < READABLE_KINDS; i++) {
		struct cg_if have = cg_if(cg, core_exists(cg, t, &kinds[i], 0));

		LLVMBuildStore(
			cg->b,
			core_bits(cg, core_field(cg, base.v, t, &kinds[i], 0), i ? SIGN_NO : SIGN_UNKNOWN, base.at),
			slot);
		cg_end_if(cg, &have);
	}
	return LLVMBuildLoad2(cg->b, cg->i64, slot, "");
}
