/* What variables and maps become by what they are given. */
#include "sema/infer.h"

/* bytes of a buffer, whose length is before them */
uint32_t buffer_most(const struct pass *p)
{
	uint64_t size = p->script->settings.num[SETTING_max_strlen];

	return size > 4 ? (uint32_t)size - 4 : 0;
}

const struct type *int64(struct pass *p, bool is_signed)
{
	return type_int(p->types, 8, is_signed);
}

/*
 * The type a variable or map gets from a value: a literal's is that of 64-bit
 * arithmetic, whose sign is still open while others may settle it.
 */
const struct type *stored_as(struct pass *p, const struct type *t, bool open)
{
	if (t->literal)
		return t->flexible && open ? type_literal(p->types, INT64_MAX, false) : int64(p, true);
	if ((t->kind == TYPE_TUPLE || t->kind == TYPE_RECORD) && t->nfields) {
		const struct type **elems = arena_alloc(p->arena, t->nfields * sizeof(*elems));
		const char **names = arena_alloc(p->arena, t->nfields * sizeof(*names));

		for (uint32_t i = 0; i < t->nfields; i++) {
			elems[i] = stored_as(p, t->fields[i].type, open);
			names[i] = t->fields[i].name;
		}
		return type_record(p->types, t->kind == TYPE_RECORD ? names : NULL, elems, t->nfields);
	}
	if (t->kind == TYPE_POINTER && t->space == SPACE_BPF) /* &$v, of which the same is true */
		return type_pointer(p->types, stored_as(p, t->elem, open), SPACE_BPF, false);
	if (t->kind == TYPE_POINTER && t->trusted)
		return type_pointer(p->types, t->elem, t->space, false);
	return t;
}

const struct type *stored(struct pass *p, const struct type *t)
{
	return stored_as(p, t, true);
}

/* the value of a map or variable: what it was, widened by the new */
const struct type *widen(struct pass *p, const struct type *was, const struct type *now)
{
	const struct type *elem;

	if (now->kind == TYPE_ERROR)
		return was ? was : now;
	if (!was)
		return stored(p, now);
	if (was->kind == TYPE_AGGREGATE || now->kind == TYPE_AGGREGATE) {
		if (was->kind != now->kind || was->agg.kind != now->agg.kind)
			return NULL;
		return was->agg.is_signed ? was : now; /* as a sum of both signs is */
	}
	if (was->kind == TYPE_POINTER && was->space == SPACE_BPF && now->kind == TYPE_POINTER &&
	    now->space == SPACE_BPF) {
		elem = widen(p, was->elem, now->elem); /* what it points to may not have its last type yet */
		return elem && (!p->report || type_same(elem, now->elem))
			       ? type_pointer(p->types, elem, SPACE_BPF, false)
			       : NULL;
	}
	now = type_unify(p->types, was, stored(p, now));
	return now ? stored(p, now) : NULL;
}

/* what a message calls the type of a map or variable: that of what it was given so far, where 1 is int8 */
void say(struct pass *p, const struct type **said, const struct type *now)
{
	if (p->report && now->kind != TYPE_ERROR)
		*said = *said ? type_unify(p->types, *said, now) : now;
}

const char *said_of(struct pass *p, const struct type *said, const struct type *is, const struct type *now)
{
	return name_of(p, said && !type_unify(p->types, said, now) ? said : is);
}

void set_type(struct pass *p, const struct type **slot, const struct type *t)
{
	if (*slot == t)
		return;
	*slot = t;
	p->changed = true;
}
