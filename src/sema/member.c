/* Fields, elements and casts. */
#include "sema/infer.h"

#include <stdlib.h>
#include <string.h>

/* a pointer that C text declares points to where the pointer it was read through does */
const struct type *in_space(struct pass *p, const struct type *t, enum space space)
{
	return t->kind == TYPE_POINTER && t->space == SPACE_NONE ? type_pointer(p->types, t->elem, space, false) : t;
}

static enum space space_of(const struct pass *p, const struct type *t)
{
	return t->kind == TYPE_POINTER ? t->space : p->clause->provider->space;
}

/* char x[N] is read as a string with room for a NUL */
static const struct type *read_as(struct pass *p, const struct type *t)
{
	if (t->kind == TYPE_ARRAY && t->elem->kind == TYPE_INT && t->elem->size == 1 && t->elem->is_signed && t->count)
		return type_string(p->types, t->count + 1);
	return t;
}

#define MOST_NAMED 3 /* of the attach points that a message names */

/*
 * "args of uprobe:/bin/a:f, uprobe:/bin/a:g": the probe's attach points whose arguments lack the field; all its
 * clauses say the same
 */
static const char *args_name(struct pass *p, const char *field)
{
	const char *names = "args of ";
	uint32_t offset;
	size_t n = 0;

	for (const struct clause *c = p->script->clauses; c; c = c->next) {
		if (c->probe != p->clause->probe || !c->args || type_field(c->args, field, &offset))
			continue;
		for (size_t i = 0; i < c->nattaches; i++)
			if (n++ < MOST_NAMED)
				names = arena_printf(p->arena, "%s%s%s", names, n > 1 ? ", " : "", c->attaches[i].name);
	}
	return n > MOST_NAMED ? arena_printf(p->arena, "%s and %zu more", names, n - MOST_NAMED) : names;
}

/* how a message calls the struct that lacks the field */
static const char *struct_name(struct pass *p, const struct type *s, const char *field)
{
	const struct clause *c = p->clause;

	if (c && s == c->args && (c->provider->space == SPACE_USER || c->attaches[0].wild))
		return args_name(p, field);
	return s->name ? arena_printf(p->arena, "%s %s", s->is_union ? "union" : "struct", s->name) : name_of(p, s);
}

const struct type *infer_field(struct pass *p, struct node *n)
{
	if (n->field.expr->kind == NODE_TYPEINFO)
		return infer_typeinfo(p, n);
	const struct type *t = operand(p, n->field.expr), *s = t;
	const struct field *f;

	if (t->kind == TYPE_ERROR)
		return t;
	if (t->kind == TYPE_POINTER)
		s = t->elem;
	if (s->kind == TYPE_TUPLE) {
		unsigned long i = strtoul(n->field.name, NULL, 10);

		if (n->field.name[0] < '0' || n->field.name[0] > '9' || i >= s->nfields)
			return wrong(p, n->field.name_span, "Invalid tuple index: %s. Found %u elements in tuple.",
				     n->field.name, s->nfields);
		n->field.field = &s->fields[i];
		n->field.offset = s->fields[i].offset;
		return s->fields[i].type;
	}
	if (s->kind != TYPE_STRUCT && s->kind != TYPE_RECORD) {
		wrong(p, n->span, "Can not access field '%s' on expression of type '%s'", n->field.name, name_of(p, t));
		if (n->field.expr->kind == NODE_FIELD && n->field.expr->field.field &&
		    n->field.expr->field.field->elsewhere)
			hint(p->diag,
			     "this kernel has no '%s': say what it points to where there is one, ((struct TYPE *)...->%s)->%s",
			     n->field.expr->field.name, n->field.expr->field.name, n->field.name);
		else if (!kernel_has_btf(p->kernel))
			hint(p->diag, "the kernel says nothing of its types: there is no /sys/kernel/btf/vmlinux");
		return &type_error;
	}
	s = complete_type(p, s);
	if (s->incomplete) {
		wrong(p, n->span, "the definition of '%s' is not known", name_of(p, s));
		if (p->report && p->cdefs && cdefs_missing(p->cdefs))
			hint(p->diag, "the header %s was not found: install it or name its directory with -I",
			     cdefs_missing(p->cdefs));
		return &type_error;
	}
	f = type_field(s, n->field.name, &n->field.offset);
	if (!f && s->name && !strncmp(s->name, "tracepoint:", 11) && !strncmp(n->field.name, "common_", 7))
		return wrong(p, n->span, "BPF does not support accessing common tracepoint fields");
	if (!f)
		f = field_elsewhere(p, s, n->field.name);
	if (!f) {
		wrong(p, n->field.name_span.from ? n->field.name_span : n->span,
		      "Struct/union of type '%s' does not contain a field named '%s'", struct_name(p, s, n->field.name),
		      n->field.name);
		if (p->report)
			suggest_field(p, s, n->field.name);
		return &type_error;
	}
	n->field.field = f;
	if (f->place && !f->place->n)
		return wrong(
			p, n->field.name_span.from ? n->field.name_span : n->span,
			"'%s' cannot be read when %s is entered: it is optimised out, or in a floating-point register",
			n->field.name, p->clause->attaches[0].name);
	if (f->type->kind == TYPE_POINTER && t->kind == TYPE_POINTER) {
		/* what hangs off a trusted pointer is trusted, as far as BTF goes */
		bool trusted = t->trusted && f->type->elem->kind == TYPE_STRUCT && f->type->space == SPACE_KERNEL &&
			       !f->type->elem->incomplete;
		enum space space = t->space == SPACE_USER || f->type->space == SPACE_NONE ? t->space : f->type->space;

		return type_pointer(p->types, f->type->elem, space, trusted);
	}
	return in_space(p, read_as(p, f->type), space_of(p, t));
}

const struct type *infer_index(struct pass *p, struct node *n)
{
	const struct type *t = operand(p, n->index_.expr), *i = operand(p, n->index_.index);

	if (t->kind == TYPE_ERROR || i->kind == TYPE_ERROR)
		return &type_error;
	if (t->kind == TYPE_TUPLE && n->index_.index->kind == NODE_INT) { /* $t[1] is $t.1 */
		struct node *tuple = n->index_.expr, *index = n->index_.index;

		n->kind = NODE_FIELD;
		n->field.expr = tuple;
		n->field.name = arena_printf(p->arena, "%lld", (long long)index->num);
		n->field.name_span = index->span;
		return infer_field(p, n);
	}
	if (!type_is_int(i))
		return wrong(p, n->index_.index->span,
			     "The array index operator [] only accepts positive (unsigned) integer indices. Got %s",
			     name_of(p, i));
	if (t->kind == TYPE_POINTER)
		return in_space(p, t->elem, t->space);
	if (t->kind == TYPE_STRING)
		return type_int(p->types, 1, true);
	if (t->kind != TYPE_ARRAY)
		return wrong(p, n->span,
			     "The array index operator [] can only be used on arrays and pointers, found %s",
			     name_of(p, t));
	if (n->index_.index->kind == NODE_INT && t->count && (uint64_t)n->index_.index->num >= t->count)
		return wrong(p, n->span, "the index %lld is out of bounds for array of size %u",
			     (long long)n->index_.index->num, t->count);
	return t->elem;
}

/* where an array is that is a member of something, or an element */
static enum space array_space(const struct pass *p, const struct node *n)
{
	const struct node *of = n->kind == NODE_FIELD   ? n->field.expr
				: n->kind == NODE_INDEX ? n->index_.expr
				: n->kind == NODE_UNARY ? n->unary.expr
							: NULL;

	if (!of)
		return SPACE_BPF;
	if (of->kind == NODE_IDENT && of->ident.builtin == &builtins[BUILTIN_args])
		return p->clause->provider->kind == ATTACH_tracepoint ? SPACE_KERNEL : SPACE_BPF;
	return of->type->kind == TYPE_POINTER ? space_of(p, of->type) : array_space(p, of);
}

const struct type *infer_cast(struct pass *p, struct node *n)
{
	const struct type *to, *from;

	if (!n->cast.of) { /* one that stands for the reading of an aggregation */
		infer_expr(p, n->cast.expr);
		return n->type;
	}
	to = type_of_node(p, n->cast.of);
	from = operand(p, n->cast.expr);
	if (from->kind == TYPE_ERROR || to->kind == TYPE_ERROR)
		return to;
	if (to->kind == TYPE_ARRAY && !to->count && to->elem->size)
		to = type_array(p->types, to->elem, from->size / to->elem->size);
	if (to->kind == TYPE_STRUCT || from->kind == TYPE_STRUCT)
		return wrong(p, n->span, "Cannot cast from '%s' to '%s': cast a pointer instead", name_of(p, from),
			     name_of(p, to));
	if (to->kind == TYPE_POINTER &&
	    (from->kind == TYPE_ARRAY || (from->kind == TYPE_STRING && n->cast.expr->kind == NODE_FIELD)))
		return type_pointer(p->types, to->elem, array_space(p, n->cast.expr), false);
	if (!type_castable(to, from))
		return wrong(p, n->span, "Cannot cast from '%s' to '%s'", name_of(p, from), name_of(p, to));
	if (to->kind == TYPE_POINTER && from->kind == TYPE_POINTER)
		return type_pointer(p->types, to->elem, from->space, from->trusted && from->elem == to->elem);
	if (to->kind == TYPE_POINTER)
		return in_space(p, to, p->clause->provider->space);
	if (n->cast.expr->kind == NODE_INT && to->kind == TYPE_INT && to->size == 8) {
		int64_t value = n->cast.expr->num;
		struct node *next = n->next;
		bool wide = !to->is_signed && value < 0;

		make_int(p, n, value, wide);
		n->next = next;
		return to;
	}
	return to;
}
