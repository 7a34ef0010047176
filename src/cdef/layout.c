/* Where members lie: the layout the ABI gives a struct or union. */
#include "cdef/decl.h"

#include <string.h>

static struct field *field_add(struct parser *p, struct layout *l, const char *name, const struct type *t)
{
	if (l->n == l->cap) {
		struct field *more;

		l->cap = l->cap ? 2 * l->cap : 8;
		more = arena_alloc(p->cdefs->arena, l->cap * sizeof(*more));
		if (l->n)
			memcpy(more, l->fields, l->n * sizeof(*more));
		l->fields = more;
	}
	l->fields[l->n] = (struct field){.name = name, .type = t};
	return &l->fields[l->n++];
}

static uint32_t member_align(const struct layout *l, const struct ctype *t, const struct attributes *a)
{
	uint32_t align = l->packed || a->packed ? 1 : t->align;

	if (l->pack && align > l->pack)
		align = l->pack;
	if (a->aligned > align)
		align = a->aligned;
	return align ? align : 1;
}

void c_add_bitfield(struct parser *p, struct layout *l, const char *name, const struct ctype *t,
		    const struct attributes *a, uint32_t width)
{
	uint64_t unit = t->type->size * 8, at = l->s->is_union ? 0 : l->bits;
	uint32_t align = member_align(l, t, a);
	struct field *f;

	if (!type_is_int(t->type) || width > unit) {
		c_wrong(p, "a bit field no wider than its integer type");
		return;
	}
	if (!width) {
		l->bits = c_round_up((uint32_t)l->bits, t->align * 8);
		return;
	}
	if (!(l->packed || a->packed || l->pack) && at / unit != (at + width - 1) / unit)
		at = c_round_up((uint32_t)at, t->align * 8);
	if (a->aligned)
		at = c_round_up((uint32_t)at, a->aligned * 8);
	if (name && *name && align > l->align)
		l->align = align;
	if (name && *name) {
		uint64_t start = at / unit * unit;

		f = field_add(p, l, name, t->type);
		if (at + width > start + unit) /* packed across a unit: one of 8 bytes holds it */
			start = at / 8 * 8;
		if (at + width > start + unit) {
			f->type = type_int(p->types, 8, t->type->is_signed);
			start = at / 8 * 8;
		}
		f->offset = (uint32_t)(start / 8);
		f->bit_offset = (uint8_t)(at - start);
		f->bit_size = (uint8_t)width;
	}
	if (!l->s->is_union)
		l->bits = at + width;
	else if (width > l->bits)
		l->bits = width;
}

void c_add_member(struct parser *p, struct layout *l, const char *name, const struct ctype *t,
		  const struct attributes *a)
{
	uint32_t align = member_align(l, t, a), at;
	struct field *f;

	if (t->type->kind == TYPE_NONE || t->function) {
		c_wrong(p, "a member that has a size");
		return;
	}
	at = l->s->is_union ? 0 : c_round_up((uint32_t)((l->bits + 7) / 8), align);
	if (align > l->align)
		l->align = align;
	f = field_add(p, l, name, t->type);
	f->offset = at;
	if (!l->s->is_union)
		l->bits = 8 * ((uint64_t)at + t->type->size);
	else if (8 * (uint64_t)t->type->size > l->bits)
		l->bits = 8 * (uint64_t)t->type->size;
}
