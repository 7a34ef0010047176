/*
 * Where a string is meant and something else stands: a parameter not given
 * yet, and the text in the record of a tracepoint, whose field is a pointer.
 *	@[args.filename] = count()	is @[str(args.filename)] = count()
 *	print(args)			is print((filename=str(args.filename), pid=args.pid))
 */
#include "sema/pass.h"

#include <string.h>

bool is_record_text(const struct node *n)
{
	const struct field *f = n->kind == NODE_FIELD ? n->field.field : NULL;

	return f && f->data_loc && f->type->elem->kind == TYPE_INT && f->type->elem->size == 1 &&
	       f->type->elem->is_signed;
}

static void call_str(struct pass *p, struct node *n)
{
	struct node *arg = arena_memdup(p->arena, n, sizeof(*n)), *call = node_new(p->arena, NODE_CALL, n->span);

	arg->next = NULL;
	call->call.name = "str";
	call->call.name_span = n->span;
	call->call.fn = &functions[FN_str];
	call->call.args = arg;
	call->next = n->next;
	*n = *call;
	infer_expr(p, n);
}

/* does what lies in the record say less than its fields? */
static bool is_record(struct pass *p, const struct node *n)
{
	const struct clause *c = p->clause;

	if (n->kind != NODE_IDENT || n->ident.builtin != &builtins[BUILTIN_args] ||
	    c->provider->kind != ATTACH_tracepoint || !c->args)
		return false;
	for (uint32_t i = 0; i < c->args->nfields; i++)
		if (c->args->fields[i].data_loc)
			return true;
	return p->options->late; /* in another kernel it lies elsewhere */
}

static void spread(struct pass *p, struct node *n)
{
	struct node *record = node_new(p->arena, NODE_RECORD, n->span), **end = &record->list,
		    *args = arena_memdup(p->arena, n, sizeof(*n));

	args->next = NULL;
	for (uint32_t i = 0; i < n->type->nfields; i++) {
		struct node *member = node_new(p->arena, NODE_MEMBER, n->span),
			    *field = node_new(p->arena, NODE_FIELD, n->span);

		field->field.expr = node_clone(p->arena, args);
		field->field.name = member->member.name = n->type->fields[i].name;
		member->member.expr = field;
		*end = member;
		end = &member->next;
	}
	record->next = n->next;
	*n = *record;
	infer_expr(p, n);
}

const struct type *whole_args(struct pass *p, struct node *n)
{
	if (is_record(p, n))
		spread(p, n);
	return n->type;
}

const struct type *as_value(struct pass *p, struct node *n)
{
	if (is_record_text(n))
		call_str(p, n);
	return whole_args(p, n);
}

const struct type *as_text(struct pass *p, struct node *n)
{
	if (n->kind != NODE_PARAM)
		return as_value(p, n);
	n->param.text = true;
	return n->type = late_type(p, true);
}
