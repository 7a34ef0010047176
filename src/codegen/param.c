/* Parameters and options given when the image is run: places in .rodata.args. */
#include "codegen/cg.h"

#include <stdlib.h>
#include <string.h>

/* the place of a parameter; uses that want the same share it */
static const struct image_param *place(struct cg *cg, const struct image_param *wanted)
{
	struct image_param *list = cg->im.params;
	size_t n = cg->im.nparams;

	for (size_t i = 0; i < n; i++)
		if (list[i].kind == wanted->kind && list[i].skip == wanted->skip && str_eq(list[i].name, wanted->name))
			return &list[i];
	cg->im.params = list = arena_grow(cg->arena, list, n, sizeof(*list));
	list[n] = *wanted;
	list[n].name_len = strlen(wanted->name);
	list[n].offset = cg->args_size;
	cg->args_size += (uint32_t)(wanted->size + 7) / 8 * 8;
	cg->im.nparams++;
	return &list[n];
}

static struct image_param describe(struct cg *cg, const struct node *n)
{
	struct image_param p = {.size = 8, .text = "", .description = ""};
	const struct node *fallback, *about;

	if (n->kind == NODE_IDENT) {
		static const enum param_kind kinds[] = {
			[LATE_CONFIG] = PARAM_CONFIG, [LATE_KADDR] = PARAM_KADDR, [LATE_CGROUP] = PARAM_CGROUP};

		p.name = n->ident.name;
		p.kind = kinds[n->ident.late];
		return p;
	}
	if (n->kind == NODE_NPARAMS) {
		p.name = "$#";
		p.kind = PARAM_COUNT;
		p.number = (int64_t)cg->script->nfixed;
		return p;
	}
	if (n->kind == NODE_PARAM) {
		p.name = arena_printf(cg->arena, "$%lld", (long long)n->param.index);
		p.kind = n->type->kind == TYPE_STRING ? PARAM_TEXT : PARAM_INT;
		p.index = (uint64_t)n->param.index - cg->script->nfixed;
		p.skip = n->param.skip;
	} else {
		fallback = n->call.args->next;
		about = fallback ? fallback->next : NULL;
		p.name = n->call.args->str;
		p.kind = n->type->kind == TYPE_STRING ? OPTION_TEXT
			 : n->type->kind == TYPE_BOOL ? OPTION_BOOL
						      : OPTION_INT;
		if (fallback && fallback->kind == NODE_STRING) {
			p.text = fallback->str;
			p.text_len = fallback->len;
		} else if (fallback) {
			p.number = fallback->num;
		}
		if (about) {
			p.description = about->str;
			p.description_len = about->len;
		}
	}
	if (n->type->kind == TYPE_STRING)
		p.size = n->type->size;
	return p;
}

static LLVMValueRef address_of(struct cg *cg, const struct image_param *p)
{
	if (!cg->args)
		cg->args = LLVMAddGlobal(cg->mod, cg->i8, "early_args");
	return cg_add(cg, cg->args, place(cg, p)->offset);
}

LLVMValueRef cg_late_word(struct cg *cg, const char *parameter, unsigned skip, unsigned below)
{
	struct image_param p = {.size = 8,
				.text = "",
				.description = "",
				.kind = PARAM_WORD,
				.name = parameter,
				.skip = skip,
				.number = below};

	return cg_load_raw(cg, address_of(cg, &p), 8, true, 8);
}

struct value cg_late(struct cg *cg, const struct node *n)
{
	struct image_param p = describe(cg, n);
	LLVMValueRef address = address_of(cg, &p);

	if (n->type->kind == TYPE_STRING)
		return cg_mem(n->type, address);
	return cg_int(n->type, cg_load_raw(cg, address, 8, true, 8));
}

/* the size is known last */
void cg_finish_args(struct cg *cg)
{
	LLVMValueRef early = cg->args;

	if (!early)
		return;
	cg->args = debug_global(cg, "args", LLVMArrayType(cg->i8, cg->args_size), cg->args_size);
	LLVMSetSection(cg->args, ".rodata.args");
	LLVMSetAlignment(cg->args, 8);
	LLVMSetGlobalConstant(cg->args, true);
	LLVMSetExternallyInitialized(cg->args, true); /* the zeroes are not what it will hold */
	LLVMReplaceAllUsesWith(early, cg->args);
	LLVMDeleteGlobal(early);
}

struct value emit_fn_getopt(struct cg *cg, const struct node *n)
{
	return cg_late(cg, n);
}
