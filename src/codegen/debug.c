/*
 * Debug info, from which LLVM makes BTF: map definitions, functions, lines.
 */
#include "codegen/cg.h"

#include <stdlib.h>
#include <string.h>

#define DWARF_SIGNED 5
#define DWARF_UNSIGNED 7

void debug_start(struct cg *cg)
{
	static const char producer[] = "probe", flag[] = "Debug Info Version";

	cg->unit =
		LLVMDIBuilderCreateCompileUnit(cg->di, LLVMDWARFSourceLanguageC, cg->file, producer, strlen(producer),
					       1, "", 0, 0, "", 0, LLVMDWARFEmissionFull, 0, 0, 0, "", 0, "", 0);
	LLVMAddModuleFlag(cg->mod, LLVMModuleFlagBehaviorWarning, flag, strlen(flag),
			  LLVMValueAsMetadata(cg_num32(cg, 3)));
}

void debug_finish(struct cg *cg)
{
	LLVMDIBuilderFinalize(cg->di);
}

LLVMMetadataRef debug_int(struct cg *cg, unsigned size, bool is_signed)
{
	char *name = arena_printf(cg->arena, "%sint%u", is_signed ? "" : "u", size * 8);

	return LLVMDIBuilderCreateBasicType(cg->di, name, strlen(name), size * 8,
					    is_signed ? DWARF_SIGNED : DWARF_UNSIGNED, 0);
}

LLVMMetadataRef debug_pointer(struct cg *cg, LLVMMetadataRef to)
{
	return LLVMDIBuilderCreatePointerType(cg->di, to, 64, 0, 0, "", 0);
}

LLVMMetadataRef debug_array(struct cg *cg, LLVMMetadataRef elem, uint32_t elem_size, uint32_t count)
{
	LLVMMetadataRef range = LLVMDIBuilderGetOrCreateSubrange(cg->di, 0, count);

	return LLVMDIBuilderCreateArrayType(cg->di, (uint64_t)elem_size * count * 8, 0, elem, &range, 1);
}

LLVMMetadataRef debug_function(struct cg *cg, LLVMValueRef fn, const char *name, struct span span, unsigned nparams,
			       bool local)
{
	LLVMMetadataRef types[5] = {debug_int(cg, 8, true)};
	struct place p = {.line = 1};
	LLVMMetadataRef type, sp;

	sources_place(cg->diag->sources, span, &p);
	/* the kernel wants a name and a type for every parameter, or neither */
	for (unsigned i = 1; i <= nparams; i++)
		types[i] = debug_pointer(cg, NULL);
	type = LLVMDIBuilderCreateSubroutineType(cg->di, cg->file, types, nparams + 1, LLVMDIFlagZero);
	sp = LLVMDIBuilderCreateFunction(cg->di, cg->file, name, strlen(name), name, strlen(name), cg->file, p.line,
					 type, local, true, p.line, LLVMDIFlagPrototyped, true);
	for (unsigned i = 1; i <= nparams; i++) {
		char *param = arena_printf(cg->arena, "a%u", i);

		LLVMDIBuilderCreateParameterVariable(cg->di, sp, param, strlen(param), i, cg->file, p.line, types[i],
						     true, LLVMDIFlagZero);
	}
	LLVMSetSubprogram(fn, sp);
	return sp;
}

LLVMMetadataRef debug_type(struct cg *cg, const struct type *t)
{
	const char *name = t->name ? t->name : "";

	switch ((int)t->kind) {
	case TYPE_POINTER:
		return debug_pointer(cg, debug_type(cg, t->elem));
	case TYPE_ARRAY:
		return debug_array(cg, debug_type(cg, t->elem), t->elem->size, t->count);
	case TYPE_STRUCT:
		if (t->is_union)
			return LLVMDIBuilderCreateUnionType(cg->di, cg->file, name, strlen(name), cg->file, 1, 0, 0,
							    LLVMDIFlagFwdDecl, NULL, 0, 0, "", 0);
		return LLVMDIBuilderCreateStructType(cg->di, cg->file, name, strlen(name), cg->file, 1, 0, 0,
						     LLVMDIFlagFwdDecl, NULL, NULL, 0, 0, NULL, "", 0);
	case TYPE_ENUM:
		return LLVMDIBuilderCreateEnumerationType(cg->di, cg->file, name, strlen(name), cg->file, 1,
							  t->size * 8, 0, NULL, 0,
							  debug_int(cg, t->size, t->is_signed));
	case TYPE_NONE:
		return NULL;
	default:
		return debug_int(cg, t->size, t->is_signed);
	}
}

void debug_external(struct cg *cg, LLVMValueRef fn, const char *name, const struct type *params,
		    const struct type *result)
{
	LLVMMetadataRef *types = arena_alloc(cg->arena, (params->nfields + 1) * sizeof(*types)), type;

	types[0] = debug_type(cg, result);
	for (uint32_t i = 0; i < params->nfields; i++)
		types[i + 1] = debug_type(cg, params->fields[i].type);
	type = LLVMDIBuilderCreateSubroutineType(cg->di, cg->file, types, params->nfields + 1, LLVMDIFlagZero);
	LLVMSetSubprogram(fn,
			  LLVMDIBuilderCreateFunction(cg->di, cg->file, name, strlen(name), name, strlen(name),
						      cg->file, 1, type, false, false, 1, LLVMDIFlagPrototyped, true));
}

void debug_place(struct cg *cg, struct span span)
{
	struct place p;

	if (!cg->fn || !sources_place(cg->diag->sources, span, &p) || p.source != cg->script->source) {
		if (cg->fn && !LLVMGetCurrentDebugLocation2(cg->b)) /* no line, but LLVM wants a place for a call */
			LLVMSetCurrentDebugLocation2(
				cg->b, LLVMDIBuilderCreateDebugLocation(cg->llvm, 0, 0, cg->fn->scope, NULL));
		return;
	}
	LLVMSetCurrentDebugLocation2(cg->b,
				     LLVMDIBuilderCreateDebugLocation(cg->llvm, p.line, p.column, cg->fn->scope, NULL));
}

static LLVMValueRef global_with_type(struct cg *cg, const char *name, LLVMTypeRef type, LLVMMetadataRef di)
{
	LLVMValueRef g = LLVMAddGlobal(cg->mod, type, name);
	LLVMMetadataRef expr = LLVMDIBuilderCreateExpression(cg->di, NULL, 0);

	LLVMSetInitializer(g, LLVMConstNull(type));
	LLVMGlobalSetMetadata(g, LLVMGetMDKindIDInContext(cg->llvm, "dbg", 3),
			      LLVMDIBuilderCreateGlobalVariableExpression(cg->di, cg->unit, name, strlen(name), "", 0,
									  cg->file, 1, di, false, expr, NULL, 64));
	return g;
}

LLVMValueRef debug_global(struct cg *cg, const char *name, LLVMTypeRef type, uint32_t size)
{
	return global_with_type(cg, name, type, debug_array(cg, debug_int(cg, 1, false), 1, size));
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
	LLVMMetadataRef di[ARRAY_SIZE(members)], i32 = debug_int(cg, 4, true), type;
	LLVMTypeRef llvm;
	LLVMValueRef g;
	unsigned n = 0;

	if (cg->ahead)
		cg->ahead(name,
			  &(struct map_shape){def->type, def->max_entries, def->key_size, def->value_size, def->flags});
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		LLVMMetadataRef to;

		if (!members[i].value)
			continue;
		if (members[i].typed && members[i].value == 4)
			to = i32;
		else if (members[i].typed)
			to = debug_array(cg, debug_int(cg, 1, false), 1, members[i].value);
		else
			to = debug_array(cg, i32, 4, members[i].value);
		di[n] = LLVMDIBuilderCreateMemberType(cg->di, cg->file, members[i].name, strlen(members[i].name),
						      cg->file, 1, 64, 0, n * 64, LLVMDIFlagZero,
						      debug_pointer(cg, to));
		n++;
	}
	type = LLVMDIBuilderCreateStructType(cg->di, cg->file, "", 0, cg->file, 1, n * 64, 0, LLVMDIFlagZero, NULL, di,
					     n, 0, NULL, "", 0);
	llvm = LLVMArrayType(cg->ptr, n);
	g = global_with_type(cg, name, llvm, type);
	LLVMSetSection(g, ".maps");
	LLVMSetAlignment(g, 8);
	return g;
}
