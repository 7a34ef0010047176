/*
 * Parameters: $1, $#.  Given, they are literals; where the script becomes a
 * tool those not given stay, for the loader to fill in.
 */
#include "sema/pass.h"

#include <string.h>

const struct type *late_type(struct pass *p, bool text)
{
	/* like a literal: it takes the sign of what it meets */
	return text ? type_string(p->types, (uint32_t)p->script->settings.num[SETTING_max_strlen])
		    : type_literal(p->types, INT64_MAX, false);
}

bool late(const struct node *n)
{
	return (n->kind == NODE_IDENT && n->ident.late) || n->kind == NODE_PARAM || n->kind == NODE_NPARAMS ||
	       n->kind == NODE_SIZEOF || n->kind == NODE_OFFSETOF ||
	       (n->kind == NODE_CALL && n->call.fn && n->call.fn->id == FN_getopt);
}

/* both literals but for such a parameter: it */
static const struct node *late_of(const struct node *a, const struct node *b)
{
	const struct node *left = late_in(a), *right = late_in(b);

	if ((!left && !is_literal(a)) || (!right && !is_literal(b)))
		return NULL;
	return left ? left : right;
}

const struct node *late_in(const struct node *n)
{
	const struct node *cond;

	if (late(n))
		return n;
	switch ((int)n->kind) {
	case NODE_UNARY:
		return n->unary.op == OP_NEG || n->unary.op == OP_NOT || n->unary.op == OP_BITNOT
			       ? late_in(n->unary.expr)
			       : NULL;
	case NODE_BINARY:
		return late_of(n->binary.left, n->binary.right);
	case NODE_TERNARY:
		cond = late_in(n->cond.cond);
		return cond || !n->cond.then || !n->cond.other ? cond : late_of(n->cond.then, n->cond.other);
	case NODE_CALL: /* str($1), str("abc", $1) */
		if (!n->call.fn || n->call.fn->id != FN_str || !n->call.args)
			return NULL;
		return n->call.args->next ? late_of(n->call.args, n->call.args->next) : late_in(n->call.args);
	}
	return NULL;
}

const struct type *wrong_late(struct pass *p, const struct node *n)
{
	const char *name = n->kind == NODE_IDENT      ? n->ident.name
			   : n->kind == NODE_PARAM    ? arena_printf(p->arena, "$%lld", (long long)n->param.index)
			   : n->kind == NODE_NPARAMS  ? "$#"
			   : n->kind == NODE_SIZEOF   ? "sizeof()"
			   : n->kind == NODE_OFFSETOF ? "offsetof()"
						      : "getopt()";

	wrong(p, n->span, "%s must be known here when the script is compiled", name);
	if (p->report && (n->kind == NODE_PARAM || n->kind == NODE_NPARAMS || n->kind == NODE_CALL))
		hint(p->diag, "give it a value when building: probe build FILE %s -o TOOL",
		     n->kind == NODE_CALL ? "-- --NAME=VALUE" : "VALUE");
	return &type_error;
}

/* the string $N, from its k-th character on */
static void make_text(struct pass *p, struct node *n, uint64_t index, uint64_t skip)
{
	const struct sema_options *o = p->options;
	const char *text = index <= o->nparams ? o->params[index - 1] : "";
	size_t len = strlen(text);
	struct node *next = n->next;

	if (skip && skip >= len) {
		if (p->report)
			warning_at(p->diag, WARN(empty_string), n->span, "literal string will always be empty");
		skip = len;
	}
	make_string(p, n, text + skip, len - skip);
	n->next = next;
}

void param_text(struct pass *p, struct node *n)
{
	struct node *param = n, *plus = NULL;

	if (n->kind == NODE_BINARY && n->binary.op == OP_ADD && n->binary.left->kind == NODE_PARAM &&
	    n->binary.right->kind == NODE_INT && n->binary.right->num >= 0) {
		param = n->binary.left;
		plus = n->binary.right;
	}
	if (param->kind != NODE_PARAM || param->param.index < 1)
		return;
	if (p->options->late && (uint64_t)param->param.index > p->options->nparams) {
		struct node *next = n->next;
		struct span span = n->span;

		if (plus)
			param->param.skip = (uint64_t)plus->num;
		if (plus)
			*n = *param;
		n->span = span;
		n->next = next;
		as_text(p, n);
		return;
	}
	make_text(p, n, (uint64_t)param->param.index, plus ? (uint64_t)plus->num : 0);
}

const struct type *infer_param(struct pass *p, struct node *n)
{
	const struct sema_options *o = p->options;
	struct node *next = n->next;
	const char *text, *why;
	int64_t value;

	if (n->kind == NODE_NPARAMS) {
		if (o->late)
			return late_type(p, false);
		make_int(p, n, (int64_t)o->nparams, false);
	} else if (n->param.index < 1) {
		return wrong(p, n->span, "param $%lld is out of integer range [1, 9223372036854775807]",
			     (long long)n->param.index);
	} else if ((uint64_t)n->param.index > o->nparams && o->late) {
		return late_type(p, n->param.text);
	} else if ((uint64_t)n->param.index > o->nparams || !*o->params[n->param.index - 1]) {
		warning_at(p->diag, WARN(missing_parameter), n->span,
			   "Positional parameter $%lld is empty or not provided.", (long long)n->param.index);
		make_int(p, n, 0, false);
	} else {
		text = o->params[n->param.index - 1];
		if (parse_int(text, &value, &why))
			make_int(p, n, value, false);
		else
			make_string(p, n, text, strlen(text));
	}
	n->next = next;
	return n->type;
}
