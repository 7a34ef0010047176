/*
 * Debug info, from which LLVM makes BTF: map definitions, functions, lines,
 * and the types CO-RE relocations name.
 */
#include "codegen/cg.h"

#include <stdlib.h>
#include <string.h>

#define DWARF_SIGNED 5
#define DWARF_UNSIGNED 7

void debug_start(struct cg *cg)
{
	static const char producer[] = "probe", flag[] = "Debug Info Version";

	cg->unit = LLVMDIBuilderCreateCompileUnit(cg->di, LLVMDWARFSourceLanguageC, cg->file, producer, strlen(producer), 1,
						  "", 0, 0, "", 0, LLVMDWARFEmissionFull, 0, 0, 0, "", 0, "", 0);
	LLVMAddModuleFlag(cg->mod, LLVMModuleFlagBehaviorWarning, flag, strlen(flag), LLVMValueAsMetadata(cg_num32(cg, 3)));
}

void debug_finish(struct cg *cg)
{
	LLVMDIBuilderFinalize(cg->di);
}

static LLVMMetadataRef di_int(struct cg *cg, unsigned size, bool is_signed)
{
	char *name = arena_printf(cg->arena, "%sint%u", is_signed ? "" : "u", size * 8);

	return LLVMDIBuilderCreateBasicType(cg->di, name, strlen(name), size * 8, is_signed ? DWARF_SIGNED : DWARF_UNSIGNED, 0);
}

static LLVMMetadataRef di_pointer(struct cg *cg, LLVMMetadataRef to)
{
	return LLVMDIBuilderCreatePointerType(cg->di, to, 64, 0, 0, "", 0);
}

static LLVMMetadataRef di_array(struct cg *cg, LLVMMetadataRef elem, uint32_t elem_size, uint32_t count)
{
	LLVMMetadataRef range = LLVMDIBuilderGetOrCreateSubrange(cg->di, 0, count);

	return LLVMDIBuilderCreateArrayType(cg->di, (uint64_t)elem_size * count * 8, 0, elem, &range, 1);
}

LLVMMetadataRef debug_function(struct cg *cg, LLVMValueRef fn, const char *name, struct span span, unsigned nparams, bool local)
{
	LLVMMetadataRef types[5] = {di_int(cg, 8, true)};
	struct place p = {.line = 1};
	LLVMMetadataRef type, sp;

	sources_place(cg->diag->sources, span, &p);
	/* the kernel wants a name and a type for every parameter, or neither */
	for (unsigned i = 1; i <= nparams; i++)
		types[i] = di_pointer(cg, NULL);
	type = LLVMDIBuilderCreateSubroutineType(cg->di, cg->file, types, nparams + 1, LLVMDIFlagZero);
	sp = LLVMDIBuilderCreateFunction(cg->di, cg->file, name, strlen(name), name, strlen(name), cg->file, p.line, type, local, true,
					 p.line, LLVMDIFlagPrototyped, true);
	for (unsigned i = 1; i <= nparams; i++) {
		char *param = arena_printf(cg->arena, "a%u", i);

		LLVMDIBuilderCreateParameterVariable(cg->di, sp, param, strlen(param), i, cg->file, p.line, types[i], true, LLVMDIFlagZero);
	}
	LLVMSetSubprogram(fn, sp);
	return sp;
}

void debug_place(struct cg *cg, struct span span)
{
	struct place p;

	if (!cg->fn || !sources_place(cg->diag->sources, span, &p) || p.source != cg->script->source) {
		if (cg->fn && !LLVMGetCurrentDebugLocation2(cg->b)) /* no line, but LLVM wants a place for a call */
			LLVMSetCurrentDebugLocation2(cg->b, LLVMDIBuilderCreateDebugLocation(cg->llvm, 0, 0, cg->fn->scope, NULL));
		return;
	}
	LLVMSetCurrentDebugLocation2(cg->b, LLVMDIBuilderCreateDebugLocation(cg->llvm, p.line, p.column, cg->fn->scope, NULL));
}

static LLVMValueRef global_with_type(struct cg *cg, const char *name, LLVMTypeRef type, LLVMMetadataRef di)
{
	LLVMValueRef g = LLVMAddGlobal(cg->mod, type, name);
	LLVMMetadataRef expr = LLVMDIBuilderCreateExpression(cg->di, NULL, 0);

	LLVMSetInitializer(g, LLVMConstNull(type));
	LLVMGlobalSetMetadata(g, LLVMGetMDKindIDInContext(cg->llvm, "dbg", 3),
			      LLVMDIBuilderCreateGlobalVariableExpression(cg->di, cg->unit, name, strlen(name), "", 0, cg->file, 1, di, false,
									  expr, NULL, 64));
	return g;
}

LLVMValueRef debug_global(struct cg *cg, const char *name, LLVMTypeRef type, uint32_t size)
{
	return global_with_type(cg, name, type, di_array(cg, di_int(cg, 1, false), 1, size));
}

/* struct { int (*type)[HASH]; int (*max_entries)[10]; ... } name SEC(".maps"): */
LLVMValueRef debug_map(struct cg *cg, const char *name, const struct btf_map *def)
{
	const struct {
		const char *name;
		uint32_t value;
		bool typed;
	} members[] = {
		{"type", def->type, false},
		{"max_entries", def->max_entries, false},
		{"map_flags", def->flags, false},
		{"key_size", def->typed ? 0 : def->key_size, false},
		{"value_size", def->typed ? 0 : def->value_size, false},
		{"key", def->typed ? def->key_size : 0, true},
		{"value", def->typed ? def->value_size : 0, true},
	};
	LLVMMetadataRef di[ARRAY_SIZE(members)], i32 = di_int(cg, 4, true), type;
	LLVMTypeRef llvm;
	LLVMValueRef g;
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		LLVMMetadataRef to;

		if (!members[i].value)
			continue;
		if (members[i].typed && members[i].value == 4)
			to = i32;
		else if (members[i].typed)
			to = di_array(cg, di_int(cg, 1, false), 1, members[i].value);
		else
			to = di_array(cg, i32, 4, members[i].value);
		di[n] = LLVMDIBuilderCreateMemberType(cg->di, cg->file, members[i].name, strlen(members[i].name), cg->file, 1, 64, 0, n * 64,
						      LLVMDIFlagZero, di_pointer(cg, to));
		n++;
	}
	type = LLVMDIBuilderCreateStructType(cg->di, cg->file, "", 0, cg->file, 1, n * 64, 0, LLVMDIFlagZero, NULL, di, n, 0, NULL, "", 0);
	llvm = LLVMArrayType(cg->ptr, n);
	g = global_with_type(cg, name, llvm, type);
	LLVMSetSection(g, ".maps");
	LLVMSetAlignment(g, 8);
	return g;
}

/* CO-RE */

/* a type libbpf finds compatible with the kernel's: kinds must be the same, details need not */
static LLVMMetadataRef di_like(struct cg *cg, const struct type *t)
{
	uint64_t bits = (uint64_t)t->size * 8;

	if (t->kind == TYPE_POINTER)
		return di_pointer(cg, NULL);
	if (t->kind == TYPE_ARRAY)
		return di_array(cg, di_like(cg, t->elem), t->elem->size, t->count);
	if (t->kind == TYPE_STRUCT && t->is_union)
		return LLVMDIBuilderCreateUnionType(cg->di, cg->file, "", 0, cg->file, 1, bits, 0, LLVMDIFlagZero, NULL, 0, 0, "", 0);
	if (t->kind == TYPE_STRUCT)
		return LLVMDIBuilderCreateStructType(cg->di, cg->file, "", 0, cg->file, 1, bits, 0, LLVMDIFlagZero, NULL, NULL, 0, 0, NULL, "", 0);
	if (t->kind == TYPE_ENUM)
		return LLVMDIBuilderCreateEnumerationType(cg->di, cg->file, "", 0, cg->file, 1, bits, 0, NULL, 0, di_int(cg, t->size, t->is_signed));
	return di_int(cg, t->size ? t->size : 1, t->is_signed);
}

/*
 * The struct as we need it: one member.  libbpf finds members by name and
 * ignores what follows "___" in the name of the struct.
 */
static LLVMMetadataRef core_type(struct cg *cg, const struct type *t, const struct field *f, uint32_t offset)
{
	char *key = arena_printf(cg->arena, "%c %s.%s", t->is_union ? 'u' : 's', t->name, f->name);
	LLVMMetadataRef di = dict_find(&cg->fields, key), member;
	char *name;

	if (di)
		return di;
	name = arena_printf(cg->arena, "%s___%zu", t->name, cg->fields.count);
	if (f->bit_size)
		member = LLVMDIBuilderCreateBitFieldMemberType(cg->di, cg->file, f->name, strlen(f->name), cg->file, 1, f->bit_size,
							       (uint64_t)offset * 8 + f->bit_offset, (uint64_t)offset * 8, LLVMDIFlagZero,
							       di_like(cg, f->type));
	else
		member = LLVMDIBuilderCreateMemberType(cg->di, cg->file, f->name, strlen(f->name), cg->file, 1, (uint64_t)f->type->size * 8, 0,
						       (uint64_t)offset * 8, LLVMDIFlagZero, di_like(cg, f->type));
	if (t->is_union)
		di = LLVMDIBuilderCreateUnionType(cg->di, cg->file, name, strlen(name), cg->file, 1, (uint64_t)t->size * 8, 0, LLVMDIFlagZero, &member, 1, 0,
						  "", 0);
	else
		di = LLVMDIBuilderCreateStructType(cg->di, cg->file, name, strlen(name), cg->file, 1, (uint64_t)t->size * 8, 0, LLVMDIFlagZero, NULL, &member,
						   1, 0, NULL, "", 0);
	dict_set(&cg->fields, key, di);
	return di;
}

LLVMValueRef core_field(struct cg *cg, LLVMValueRef base, const struct type *t, const struct field *f, uint32_t offset)
{
	static const char kind[] = "llvm.preserve.access.index", elementtype[] = "elementtype";
	const char *name = t->is_union ? "llvm.preserve.union.access.index" : "llvm.preserve.struct.access.index";
	LLVMMetadataRef di = core_type(cg, t, f, offset);
	LLVMTypeRef overload[] = {cg->ptr, cg->ptr};
	LLVMTypeRef params[] = {cg->ptr, cg->i32, cg->i32};
	LLVMValueRef args[] = {base, cg_num32(cg, 0), cg_num32(cg, 0)};
	unsigned n = t->is_union ? 2 : 3;
	LLVMValueRef fn = LLVMGetIntrinsicDeclaration(cg->mod, LLVMLookupIntrinsicID(name, strlen(name)), overload, 2), call;

	call = LLVMBuildCall2(cg->b, LLVMFunctionType(cg->ptr, params, n, false), fn, args, n, f->name);
	if (!t->is_union) {
		LLVMTypeRef one = LLVMStructTypeInContext(cg->llvm, &cg->i8, 1, false);

		LLVMAddCallSiteAttribute(call, 1, LLVMCreateTypeAttribute(cg->llvm, LLVMGetEnumAttributeKindForName(elementtype, strlen(elementtype)), one));
	}
	LLVMSetMetadata(call, LLVMGetMDKindIDInContext(cg->llvm, kind, strlen(kind)), LLVMMetadataAsValue(cg->llvm, di));
	return call;
}

LLVMValueRef core_info(struct cg *cg, LLVMValueRef field, enum core_info what)
{
	static const char name[] = "llvm.bpf.preserve.field.info";
	LLVMTypeRef params[] = {cg->ptr, cg->i64};
	LLVMValueRef args[] = {field, cg_num(cg, what)};
	LLVMValueRef fn = LLVMGetIntrinsicDeclaration(cg->mod, LLVMLookupIntrinsicID(name, strlen(name)), &cg->ptr, 1), v;

	v = LLVMBuildCall2(cg->b, LLVMFunctionType(cg->i32, params, 2, false), fn, args, 2, "");
	return LLVMBuildZExt(cg->b, v, cg->i64, "");
}
