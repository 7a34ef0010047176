/* Types as the image describes them to the runtime. */
#include "codegen/cg.h"

#include <stdlib.h>
#include <string.h>

static size_t length(const char *s)
{
	return s ? strlen(s) : 0;
}

static size_t add_type(struct cg *cg)
{
	size_t n = cg->im.ntypes;

	cg->im.types = arena_grow(cg->arena, cg->im.types, n, sizeof(*cg->im.types));
	cg->im.ntypes++;
	return n;
}

static struct image_field *fields_of(struct cg *cg, const struct type *t)
{
	struct image_field *list = arena_alloc(cg->arena, t->nfields * sizeof(*list));

	for (uint32_t i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		list[i] = (struct image_field){
			.name = f->name ? f->name : "",
			.name_len = length(f->name),
			.type = image_type_of(cg, f->type),
			.offset = f->offset,
			.bit_offset = f->bit_offset,
			.bit_size = f->bit_size,
		};
	}
	return list;
}

uint64_t image_type_of(struct cg *cg, const struct type *t)
{
	char *key = arena_printf(cg->arena, "%p", (const void *)t);
	size_t ref = (size_t)dict_find(&cg->types, key);
	struct image_type im = {0};

	if (ref)
		return ref;
	ref = add_type(cg) + 1;
	dict_set(&cg->types, key, (void *)ref);
	type_complete(t);
	im.kind = t->kind;
	im.size = t->size;
	im.is_signed = t->is_signed;
	im.count = t->count;
	im.name = t->name ? t->name : "";
	im.name_len = length(t->name);
	im.differs = cg->portable && t->kind == TYPE_ENUM && t->relocatable && im.name_len;
	if (t->kind == TYPE_ARRAY)
		im.elem = image_type_of(cg, t->elem);
	if (t->nfields) {
		im.fields = fields_of(cg, t);
		im.nfields = t->nfields;
	}
	if (t->nenumerators) {
		im.enumerators = arena_alloc(cg->arena, t->nenumerators * sizeof(*im.enumerators));
		im.nenumerators = t->nenumerators;
		for (uint32_t i = 0; i < t->nenumerators; i++)
			im.enumerators[i] = (struct image_enumerator){
				t->enumerators[i].name, length(t->enumerators[i].name), t->enumerators[i].value};
	}
	if (t->kind == TYPE_KSTACK || t->kind == TYPE_USTACK) {
		im.stack_mode = t->stack.mode;
		im.stack_limit = t->stack.limit;
	}
	if (t->kind == TYPE_AGGREGATE) {
		const struct agg *a = &t->agg;

		im.agg = a->kind;
		im.is_signed = a->is_signed;
		im.min = a->min;
		im.max = a->max;
		im.step = a->step;
		im.bits = a->bits;
		if (a->kind == AGG_hist)
			im.count = hist_buckets(a->bits);
		if (a->kind == AGG_lhist)
			im.count = lhist_buckets(a->min, a->max, a->step);
		if (a->kind == AGG_tseries)
			im.count = (uint64_t)a->max;
	}
	cg->im.types[ref - 1] = im;
	return ref;
}
