/* The tree as the grammar builds it. */
#include "parser/build.h"

#include <string.h>

/*
 * Passes go down the tree by recursion.  What brackets nest the lexer limits;
 * a chain a + b + c ... is as deep as it is long, to the left.
 */
#define HEIGHT_MAX 22000

struct list list_add(struct list l, struct node *n)
{
	if (!n)
		return l;
	if (l.last)
		l.last->next = n;
	else
		l.first = n;
	l.last = n;
	l.closed = false;
	return l;
}

static struct node *make(struct parser *p, enum node_kind kind, struct span span)
{
	return node_new(p->arena, kind, span);
}

/* every node with children goes through here once it has them */
static struct node *done(struct parser *p, struct node *n)
{
	struct node **children[8];
	unsigned count = node_children(n, children);

	for (unsigned i = 0; i < count; i++) {
		for (const struct node *child = *children[i]; child; child = child->next) {
			if (child->height >= n->height)
				n->height = child->height + 1;
		}
	}
	if (n->height > HEIGHT_MAX)
		lexer_give_up(&p->lexer, n->span, "syntax: nesting is too deep: an expression of over 20000 operators");
	return n;
}

/* ---- the parts of a script ---- */

void add_cdef(struct parser *p, struct span span, const char *text)
{
	struct node *n = make(p, NODE_CDEF, span);

	n->cdef.text = text;
	if (p->config.first || p->imports.first || p->root.first)
		lexer_error(&p->lexer, span, "C definitions must appear before probes and functions");
	p->cdefs = list_add(p->cdefs, n);
}

void add_config(struct parser *p, struct span span, struct list settings)
{
	if (p->root.first)
		lexer_error(&p->lexer, span, "config must appear before probes and functions");
	else if (p->config.first)
		lexer_error(&p->lexer, span, "duplicate config block");
	p->config = list_add(p->config, node_list(p, span, NODE_CONFIG, settings));
}

void add_import(struct parser *p, struct node *import)
{
	if (p->root.first)
		lexer_error(&p->lexer, import->span, "imports must appear before probes and functions");
	p->imports = list_add(p->imports, import);
}

void add_root(struct parser *p, struct node *n)
{
	p->root = list_add(p->root, n);
}

struct node *node_setting(struct parser *p, struct span span, const char *name, const char *value,
			  struct span value_span)
{
	struct node *n = make(p, NODE_SETTING, span);

	n->setting.name = name;
	n->setting.value = value;
	n->setting.value_span = value_span;
	return n;
}

struct node *node_import(struct parser *p, struct span span, struct text path)
{
	struct node *n = make(p, NODE_IMPORT, span);

	n->import.path = path.s;
	return n;
}

struct node *node_mapdecl(struct parser *p, struct span span, const char *name, const char *kind, struct span kind_span,
			  struct number count)
{
	struct node *n = make(p, NODE_MAPDECL, span);

	n->mapdecl.name = name;
	n->mapdecl.kind = kind;
	n->mapdecl.kind_span = kind_span;
	n->mapdecl.count = count.value;
	return n;
}

struct node *node_macro(struct parser *p, struct span span, enum node_kind kind, const char *name, struct list params,
			struct node *result, struct node *body)
{
	struct node *n = make(p, kind, span);

	n->macro.name = name;
	n->macro.params = params.first;
	n->macro.result = result;
	n->macro.body = body;
	return done(p, n);
}

struct node *node_probe(struct parser *p, struct span span, struct list attaches, struct node *predicate,
			struct node *body)
{
	struct node *n = make(p, NODE_PROBE, span);

	n->probe.attaches = attaches.first;
	n->probe.predicate = predicate;
	n->probe.body = body;
	return done(p, n);
}

struct node *node_attach(struct parser *p, struct span span, const char *text)
{
	struct node *n = make(p, NODE_ATTACH, span);

	n->attach.text = text;
	return n;
}

/* ---- blocks and statements ---- */

static struct node *block(struct parser *p, struct span span, struct list stmts, struct node *value)
{
	struct node *n = make(p, NODE_BLOCK, span);

	n->block.stmts = stmts.first;
	n->block.value = value;
	return done(p, n);
}

struct node *node_body(struct parser *p, struct span span, struct block b)
{
	if (b.value)
		b.stmts = list_add(b.stmts, node_simple(p, b.value->span, NODE_EXPR, b.value));
	return block(p, span, b.stmts, NULL);
}

/* is this, written as a statement, an expression as well? */
static bool has_value(const struct node *n)
{
	if (n->kind == NODE_BLOCK)
		return n->block.value;
	while (n->kind == NODE_IF && n->cond.then->block.value && n->cond.other) {
		n = n->cond.other;
		if (n->kind == NODE_BLOCK)
			return n->block.value;
	}
	return false;
}

struct node *node_block(struct parser *p, struct span span, struct block b)
{
	/* { ...; if c { 1 } else { 2 } }: the if is the value */
	if (!b.value && b.stmts.last && !b.stmts.closed && has_value(b.stmts.last)) {
		struct node **end = &b.stmts.first;

		while ((*end)->next)
			end = &(*end)->next;
		b.value = *end;
		*end = NULL;
	}
	return block(p, span, b.stmts, b.value);
}

struct node *node_simple(struct parser *p, struct span span, enum node_kind kind, struct node *expr)
{
	struct node *n = make(p, kind, span);

	n->expr = expr;
	return done(p, n);
}

struct node *node_assign(struct parser *p, struct span span, struct node *target, enum op op, struct node *value)
{
	struct node *n;

	if (target->kind == NODE_IDENT && str_eq(target->ident.name, "_") && op == OP_COUNT)
		return node_simple(p, span, NODE_DISCARD, value);
	if (target->kind == NODE_FIELD || target->kind == NODE_INDEX)
		lexer_error(
			&p->lexer, span,
			"Tuples and records are immutable once created. Consider creating a new value and assigning it instead.");
	else if (target->kind != NODE_VAR && target->kind != NODE_MAP)
		lexer_error(&p->lexer, target->span, "syntax: only a variable or a map can be assigned to");
	if (target->kind == NODE_IDENT && !p->lexer.quiet)
		hint(p->lexer.diag, "a variable is written $%s", target->ident.name);
	n = make(p, NODE_ASSIGN, span);
	n->assign.op = op;
	n->assign.target = target;
	n->assign.value = value;
	return done(p, n);
}

struct node *node_let(struct parser *p, struct span span, const char *name, struct span name_span, struct node *of,
		      struct node *value)
{
	struct node *n = make(p, NODE_LET, span);

	n->let.name = name;
	n->let.name_span = name_span;
	n->let.of = of;
	n->let.value = value;
	return done(p, n);
}

struct node *node_for(struct parser *p, struct span span, const char *name, struct span name_span, struct node *from,
		      struct node *to, struct node *body)
{
	struct node *n = make(p, NODE_FOR, span);

	n->loop.name = name;
	n->loop.name_span = name_span;
	n->loop.body = body;
	if (to) {
		n->loop.from = from;
		n->loop.to = to;
	} else {
		n->loop.map = from;
		if (from->kind != NODE_MAP || from->map.keys)
			lexer_error(&p->lexer, from->span, "syntax: expected a map without a key or a range a..b");
	}
	return done(p, n);
}

struct node *node_while(struct parser *p, struct span span, enum node_kind kind, struct node *cond, struct node *body)
{
	struct node *n = make(p, kind, span);

	n->while_.cond = cond;
	n->while_.body = body;
	return done(p, n);
}

struct node *node_cond(struct parser *p, struct span span, enum node_kind kind, struct node *cond, struct node *then,
		       struct node *other)
{
	struct node *n = make(p, kind, span);

	n->cond.cond = cond;
	n->cond.then = then;
	n->cond.other = other;
	return done(p, n);
}

/* ---- expressions ---- */

struct node *node_int(struct parser *p, struct span span, struct number num)
{
	struct node *n = make(p, NODE_INT, span);

	n->num = num.value;
	n->wide = num.value < 0;
	return n;
}

struct node *node_bool(struct parser *p, struct span span, bool value)
{
	struct node *n = make(p, NODE_BOOL, span);

	n->num = value;
	return n;
}

struct node *node_string(struct parser *p, struct span span, struct text text)
{
	struct node *n = make(p, NODE_STRING, span);

	n->str = text.s;
	n->len = text.len;
	return n;
}

/* arg0, sarg12: the number; else -1 */
static int arg_index(const char *name)
{
	int index = 0;

	name += *name == 's';
	if (strncmp(name, "arg", 3) || !name[3])
		return -1;
	for (name += 3; *name; name++) {
		if (*name < '0' || *name > '9' || index > 100000)
			return -1;
		index = index * 10 + (*name - '0');
	}
	return index;
}

struct node *node_ident(struct parser *p, struct span span, const char *name)
{
	int index = arg_index(name);
	struct node *n = make(p, index < 0 ? NODE_IDENT : NODE_ARG, span);

	if (index < 0) {
		n->ident.name = name;
	} else {
		n->arg.index = index;
		n->arg.stack = *name == 's';
	}
	return n;
}

struct node *node_param(struct parser *p, struct span span, struct number num)
{
	struct node *n = make(p, NODE_PARAM, span);

	n->param.index = num.value;
	return n;
}

struct node *node_var(struct parser *p, struct span span, const char *name)
{
	struct node *n = make(p, NODE_VAR, span);

	n->var.name = name;
	return n;
}

struct node *node_map(struct parser *p, struct span span, const char *name, struct list keys)
{
	struct node *n = make(p, NODE_MAP, span);

	n->map.name = name;
	n->map.keys = keys.first;
	return done(p, n);
}

struct node *node_call(struct parser *p, struct span span, const char *name, struct span name_span, struct list args)
{
	struct node *n = make(p, NODE_CALL, span);

	n->call.name = name;
	n->call.name_span = name_span;
	n->call.args = args.first;
	return done(p, n);
}

struct node *node_unary(struct parser *p, struct span span, enum op op, struct node *expr)
{
	struct node *n = make(p, NODE_UNARY, span);

	if (op == OP_ADDR && expr->kind != NODE_VAR && expr->kind != NODE_MAP)
		lexer_error(&p->lexer, span, "syntax: & takes the address of a variable or a map only");
	n->unary.op = op;
	n->unary.expr = expr;
	return done(p, n);
}

struct node *node_incdec(struct parser *p, struct span span, enum op op, struct node *expr)
{
	struct node *n = make(p, NODE_INCDEC, span);

	if (expr->kind != NODE_VAR && expr->kind != NODE_MAP)
		lexer_error(&p->lexer, span, "The %s operator must be applied to a map or variable", op_text(op));
	n->unary.op = op;
	n->unary.expr = expr;
	return done(p, n);
}

struct node *node_binary(struct parser *p, struct span span, enum op op, struct node *left, struct node *right)
{
	struct node *n = make(p, NODE_BINARY, span);

	n->binary.op = op;
	n->binary.left = left;
	n->binary.right = right;
	return done(p, n);
}

struct node *node_field(struct parser *p, struct span span, struct node *expr, const char *name, struct span name_span,
			bool arrow)
{
	struct node *n = make(p, NODE_FIELD, span);

	if (expr->kind == NODE_INT)
		lexer_error(&p->lexer, span, "syntax: there are no numbers with a fraction");
	n->field.expr = expr;
	n->field.name = name;
	n->field.name_span = name_span;
	n->field.arrow = arrow;
	return done(p, n);
}

struct node *node_index(struct parser *p, struct span span, struct node *expr, struct node *index)
{
	struct node *n = make(p, NODE_INDEX, span);

	n->index_.expr = expr;
	n->index_.index = index;
	return done(p, n);
}

struct node *node_list(struct parser *p, struct span span, enum node_kind kind, struct list list)
{
	struct node *n = make(p, kind, span);

	n->list = list.first;
	return done(p, n);
}

struct node *node_member(struct parser *p, struct span span, const char *name, struct node *expr)
{
	struct node *n = make(p, NODE_MEMBER, span);

	n->member.name = name;
	n->member.expr = expr;
	return done(p, n);
}

struct node *node_of(struct parser *p, struct span span, enum node_kind kind, struct node *of, struct node *expr)
{
	struct node *n = make(p, kind, span);

	n->cast.of = of;
	n->cast.expr = expr;
	return done(p, n);
}

struct node *node_offsetof(struct parser *p, struct span span, struct node *of, struct node *expr, struct list path)
{
	struct node *n = make(p, NODE_OFFSETOF, span);

	n->offset.of = of;
	n->offset.expr = expr;
	n->offset.path = path.first;
	return done(p, n);
}

struct node *node_type(struct parser *p, struct span span, const char *keyword, const char *name, struct node *typeof_,
		       struct list suffixes)
{
	struct node *n = make(p, NODE_TYPE, span);

	n->type_.keyword = keyword;
	n->type_.name = name;
	n->type_.typeof_ = typeof_;
	n->type_.suffixes = suffixes.first;
	return done(p, n);
}

struct node *node_suffix(struct parser *p, struct span span, bool pointer, int64_t count)
{
	struct node *n = make(p, NODE_SUFFIX, span);

	n->suffix.pointer = pointer;
	n->suffix.count = count;
	return n;
}
