/*
 * What differs between kernels: their version and configuration, addresses,
 * the fields of their structs.  For the kernel we are on it is known now; in
 * an image for others the loader finds out, and one branch of an if is dead.
 */
#include "sema/pass.h"

#include <errno.h>
#include <string.h>

const struct type *late_word(struct pass *p, struct node *n, enum late what, const char *name)
{
	struct node *next = n->next;
	struct span span = n->span;

	memset(n, 0, sizeof(*n));
	n->kind = NODE_IDENT;
	n->span = span;
	n->next = next;
	n->ident.name = name;
	n->ident.late = what;
	return n->type = what == LATE_CONFIG ? late_type(p, false) : type_int(p->types, 8, false);
}

bool kernel_constant(struct pass *p, struct node *n)
{
	const char *name = n->ident.name;
	int64_t value;
	int err;

	if (strncmp(name, "CONFIG_", 7) && !str_eq(name, "LINUX_KERNEL_VERSION") && !str_eq(name, "LINUX_VERSION_CODE"))
		return false;
	if (p->options->late) {
		late_word(p, n, LATE_CONFIG, name);
		return true;
	}
	err = kernel_constant_value(name, &value);
	if (err) {
		error_at(p->diag, n->span, "the value of %s is not known: %s", name, kernel_constant_error(err));
		value = 0;
	}
	make_int(p, n, value, false);
	return true;
}

static bool has_name(const struct type *t)
{
	return t->name && *t->name;
}

bool late_enumerator(struct pass *p, struct node *n, const struct type *e)
{
	if (!p->options->late)
		return false;
	if (!has_name(e)) {
		warning_at(
			p->diag, WARN(not_portable), n->span,
			"%s is taken to be what it is in this kernel: its enum has no name by which another's is found",
			n->ident.name);
		return false;
	}
	n->ident.late = LATE_ENUM;
	n->type = e;
	return true;
}

/* may another kernel have more or less of it? */
static bool moves(const struct type *t)
{
	while (t->kind == TYPE_ARRAY)
		t = t->elem;
	return t->kind == TYPE_STRUCT && t->relocatable;
}

/* a field, of a struct by whose name another kernel has it */
static bool is_field_of_named(const struct node *n)
{
	const struct type *t;

	if (!n || n->kind != NODE_FIELD || n->field.field->bit_size)
		return false;
	t = n->field.expr->type;
	if (t->kind == TYPE_POINTER)
		t = t->elem;
	return t->kind == TYPE_STRUCT && t->relocatable && has_name(t);
}

bool late_size(struct pass *p, const struct node *n, const struct type *t)
{
	if (!p->options->late)
		return false;
	if (is_field_of_named(n->cast.expr) || (t->kind == TYPE_STRUCT && t->relocatable && has_name(t)))
		return true;
	if (moves(t)) /* now: n becomes a number */
		warning_at(
			p->diag, WARN(not_portable), n->span,
			"the size of '%s' is taken to be what it is in this kernel: it has no name by which another's is found",
			name_of(p, t));
	return false;
}

bool late_offset(struct pass *p, const struct node *n, const struct type *t)
{
	if (!p->options->late || !t->relocatable)
		return false;
	if (!has_name(t))
		warning_at(
			p->diag, WARN(not_portable), n->span,
			"the offset is taken to be what it is in this kernel: the struct has no name by which another's is found");
	return has_name(t);
}

static bool is_has_field(struct node **n, void *arg)
{
	if ((*n)->kind == NODE_CALL && (*n)->call.fn && (*n)->call.fn->id == FN_has_field)
		*(bool *)arg = true;
	return true;
}

bool asks_has_field(struct node *n)
{
	bool found = false;

	node_walk(&n, is_has_field, &found);
	return found;
}

/* struct x, union x, or x alone; one that this kernel has not may be another's */
static const struct type *struct_named(struct pass *p, const struct node *n)
{
	const char *keyword = n->kind == NODE_TYPE ? n->type_.keyword : NULL,
		   *name = n->kind == NODE_TYPE ? n->type_.name : n->ident.name;
	const struct type *t = name ? defined_type(p, keyword, name) : NULL;
	struct type *unknown;

	if (t)
		return complete_type(p, t);
	if (!name || !keyword || str_eq(keyword, "enum"))
		return NULL;
	unknown = type_struct_new(p->types, name, str_eq(keyword, "union"));
	unknown->relocatable = true;
	return unknown;
}

/* the names of a.b.c in order, as IDENTs */
static struct node *path_of(struct pass *p, const struct node *n)
{
	struct node *last = node_new(p->arena, NODE_IDENT, n->span);

	last->type = &type_none;
	if (n->kind == NODE_IDENT) {
		last->ident.name = n->ident.name;
		return last;
	}
	if (n->kind != NODE_FIELD || n->field.arrow)
		return NULL;
	last->ident.name = n->field.name;
	return node_append(path_of(p, n->field.expr), last);
}

static bool is_here(struct pass *p, const struct type *t, const struct node *path)
{
	for (const struct node *f = path; f; f = f->next) {
		uint32_t offset;
		const struct field *field = t->kind == TYPE_STRUCT ? type_field(t, f->ident.name, &offset) : NULL;

		if (!field)
			return false;
		t = complete_type(p, field->type);
	}
	return true;
}

const struct type *infer_has_field(struct pass *p, struct node *n)
{
	struct node *of = n->call.args, *path, *next = n->next;
	const struct type *t;

	t = of->kind == NODE_TYPE || of->kind == NODE_IDENT ? struct_named(p, of) : NULL;
	path = path_of(p, of->next);
	if (!t || t->kind != TYPE_STRUCT || !path)
		return wrong(
			p, n->span,
			"has_field() expects a struct or union and the name of a field: has_field(struct task_struct, pid)");
	if (!p->options->late || !t->relocatable) {
		make_bool(n, is_here(p, t, path));
		n->next = next;
		return n->type;
	}
	of->next = path;
	of->type = t;
	return &type_bool;
}

const struct field *field_elsewhere(struct pass *p, const struct type *t, const char *name)
{
	struct field *f;

	if (!p->asked || !p->options->late || !t->relocatable || !has_name(t))
		return NULL;
	f = arena_alloc(p->arena, sizeof(*f));
	*f = (struct field){.name = name, .type = type_int(p->types, 8, false), .elsewhere = true};
	return f;
}
