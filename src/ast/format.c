/*
 * The canonical form of a script, from its tree: probe fmt.  Words, numbers
 * and strings are as written, comments stay beside what they stood beside,
 * one blank line is kept where there were some; all the rest is the tree's.
 */
#include "ast/ast.h"

#include <inttypes.h>
#include <string.h>

struct format {
	struct buf *out;
	const struct source *src;
	const struct comment *comment; /* the next one */
	unsigned depth;
	bool fresh; /* nothing stands in this block yet */
};

/* ---- lines and comments ---- */

static void text_of(struct format *f, struct span span)
{
	buf_add(f->out, f->src->text + (span.from - f->src->base), span.to - span.from);
}

static void indent(struct format *f)
{
	buf_fill(f->out, '\t', f->depth);
}

/* begin a line for what stands at pos; after a blank one where the script has some */
static void begin(struct format *f, uint32_t pos, bool blank)
{
	const char *s = f->src->text + (pos - f->src->base), *start = f->src->text;
	unsigned newlines = 0;

	while (s > start && strchr(" \t\r\n;", s[-1]))
		newlines += *--s == '\n';
	if (!f->fresh && (blank || newlines > 1))
		buf_putc(f->out, '\n');
	f->fresh = false;
	indent(f);
}

/* the comments before pos, each on a line of its own; true: there were some */
static bool before(struct format *f, uint32_t pos, bool blank)
{
	bool any = false;

	for (; f->comment && f->comment->span.from < pos; f->comment = f->comment->next) {
		begin(f, f->comment->span.from, blank && !any);
		text_of(f, f->comment->span);
		buf_putc(f->out, '\n');
		any = true;
	}
	return any;
}

/* the rest of the line of what ends at pos: a comment beside it */
static void end_line(struct format *f, uint32_t pos)
{
	while (f->comment) {
		const char *s = f->src->text + (pos - f->src->base),
			   *at = f->src->text + (f->comment->span.from - f->src->base);

		while (s < at && strchr(" \t;,", *s))
			s++;
		if (s < at || memchr(at, '\n', f->comment->span.to - f->comment->span.from))
			break;
		buf_putc(f->out, ' ');
		text_of(f, f->comment->span);
		pos = f->comment->span.to;
		f->comment = f->comment->next;
	}
	buf_putc(f->out, '\n');
}

/* ---- expressions ---- */

enum level {
	LEVEL_ANY,
	LEVEL_TERNARY,
	LEVEL_LOR,
	LEVEL_LAND,
	LEVEL_OR,
	LEVEL_XOR,
	LEVEL_AND,
	LEVEL_EQUAL,
	LEVEL_ORDER,
	LEVEL_SHIFT,
	LEVEL_SUM,
	LEVEL_PRODUCT,
	LEVEL_UNARY,
	LEVEL_POSTFIX
};

static enum level level_of_op(enum op op)
{
	static const uint8_t levels[OP_COUNT] = {
		[OP_LOR] = LEVEL_LOR,     [OP_LAND] = LEVEL_LAND,   [OP_OR] = LEVEL_OR,    [OP_XOR] = LEVEL_XOR,
		[OP_AND] = LEVEL_AND,     [OP_EQ] = LEVEL_EQUAL,    [OP_NE] = LEVEL_EQUAL, [OP_LT] = LEVEL_ORDER,
		[OP_LE] = LEVEL_ORDER,    [OP_GT] = LEVEL_ORDER,    [OP_GE] = LEVEL_ORDER, [OP_SHL] = LEVEL_SHIFT,
		[OP_SHR] = LEVEL_SHIFT,   [OP_ADD] = LEVEL_SUM,     [OP_SUB] = LEVEL_SUM,  [OP_MUL] = LEVEL_PRODUCT,
		[OP_DIV] = LEVEL_PRODUCT, [OP_MOD] = LEVEL_PRODUCT,
	};

	return levels[op];
}

static enum level level_of(const struct node *n)
{
	switch ((int)n->kind) {
	case NODE_BINARY:
		return level_of_op(n->binary.op);
	case NODE_TERNARY:
	case NODE_IF: /* as an operand: in parentheses */
	case NODE_BLOCK:
		return LEVEL_TERNARY;
	case NODE_UNARY:
	case NODE_CAST:
	case NODE_COMPTIME:
		return LEVEL_UNARY;
	case NODE_INCDEC:
		return n->unary.op == OP_PREINC || n->unary.op == OP_PREDEC ? LEVEL_UNARY : LEVEL_POSTFIX;
	}
	return LEVEL_POSTFIX;
}

static void expr(struct format *f, const struct node *n);
static void block(struct format *f, const struct node *n);
static void type(struct format *f, const struct node *n);

/* n where only what binds as tightly as level may stand */
static void operand(struct format *f, const struct node *n, enum level level)
{
	bool parens = level_of(n) < level;

	if (parens)
		buf_putc(f->out, '(');
	expr(f, n);
	if (parens)
		buf_putc(f->out, ')');
}

static void list(struct format *f, const struct node *n)
{
	for (; n; n = n->next) {
		expr(f, n);
		if (n->next)
			buf_puts(f->out, ", ");
	}
}

static void binary(struct format *f, const struct node *n)
{
	enum level level = level_of_op(n->binary.op);
	const struct node *l = n->binary.left, *r = n->binary.right;
	/* 1 < 2 == 3, a << b >> c: the parser's order is nobody's guess */
	bool mixed = l->kind == NODE_BINARY && level_of(l) == level && level != LEVEL_SUM && level != LEVEL_PRODUCT &&
		     l->binary.op != n->binary.op;

	operand(f, l, mixed ? level + 1 : level);
	buf_printf(f->out, " %s ", op_text(n->binary.op));
	operand(f, r, level + 1);
}

static void unary(struct format *f, const struct node *n)
{
	const struct node *e = n->unary.expr;
	bool minus = n->unary.op == OP_NEG && ((e->kind == NODE_UNARY && e->unary.op == OP_NEG) ||
					       (e->kind == NODE_INCDEC && e->unary.op == OP_PREDEC));

	buf_puts(f->out, op_text(n->unary.op));
	operand(f, e, minus ? LEVEL_POSTFIX : LEVEL_UNARY);
}

static void cast(struct format *f, const struct node *n)
{
	const struct node *e = n->cast.expr;

	buf_putc(f->out, '(');
	type(f, n->cast.of);
	buf_putc(f->out, ')');
	/* (x)-1 and (x)*p may look like operations on x */
	operand(f, e, e->kind == NODE_UNARY ? LEVEL_POSTFIX : LEVEL_UNARY);
}

/* a word alone would be a type: sizeof((x)) */
static void value_or_type(struct format *f, const struct node *of, const struct node *e)
{
	const struct node *first = e;
	bool parens;

	if (of) {
		type(f, of);
		return;
	}
	while (first->kind == NODE_INDEX || first->kind == NODE_BINARY || first->kind == NODE_TERNARY ||
	       first->kind == NODE_FIELD)
		first = first->kind == NODE_INDEX    ? first->index_.expr
			: first->kind == NODE_BINARY ? first->binary.left
			: first->kind == NODE_FIELD  ? first->field.expr
						     : first->cond.cond;
	parens = first->kind == NODE_IDENT || first->kind == NODE_ARG;
	if (parens)
		buf_putc(f->out, '(');
	expr(f, e);
	if (parens)
		buf_putc(f->out, ')');
}

static void type(struct format *f, const struct node *n)
{
	if (n->type_.typeof_) {
		buf_puts(f->out, "typeof(");
		value_or_type(f, n->type_.typeof_->kind == NODE_TYPE ? n->type_.typeof_ : NULL, n->type_.typeof_);
		buf_putc(f->out, ')');
	} else {
		buf_printf(f->out, "%s%s%s", n->type_.keyword ? n->type_.keyword : "", n->type_.keyword ? " " : "",
			   n->type_.name);
	}
	for (const struct node *s = n->type_.suffixes, *last = NULL; s; last = s, s = s->next)
		if (s->suffix.pointer)
			buf_puts(f->out, last && last->suffix.pointer ? "*" : " *");
		else if (s->suffix.count < 0)
			buf_puts(f->out, "[]");
		else
			buf_printf(f->out, "[%" PRId64 "]", s->suffix.count);
}

static void path(struct format *f, const struct node *n)
{
	for (; n; n = n->next)
		buf_printf(f->out, "%s%s", n->ident.name, n->next ? "." : "");
}

static void choice(struct format *f, const struct node *n)
{
	operand(f, n->cond.cond, LEVEL_LOR);
	if (n->cond.then) {
		buf_puts(f->out, " ? ");
		operand(f, n->cond.then, LEVEL_LOR);
		buf_puts(f->out, " : ");
	} else {
		buf_puts(f->out, " ?: ");
	}
	operand(f, n->cond.other, n->cond.other->kind == NODE_TERNARY ? LEVEL_TERNARY : LEVEL_LOR);
}

static void if_(struct format *f, const struct node *n)
{
	buf_puts(f->out, "if (");
	expr(f, n->cond.cond);
	buf_puts(f->out, ") ");
	block(f, n->cond.then);
	if (!n->cond.other)
		return;
	buf_puts(f->out, " else ");
	if (n->cond.other->kind == NODE_IF)
		if_(f, n->cond.other);
	else
		block(f, n->cond.other);
}

static void expr(struct format *f, const struct node *n)
{
	switch ((int)n->kind) {
	case NODE_INT:
	case NODE_STRING:
	case NODE_PARAM:
	case NODE_IDENT:
	case NODE_ARG:
		text_of(f, n->span);
		break;
	case NODE_BOOL:
		buf_puts(f->out, n->num ? "true" : "false");
		break;
	case NODE_NPARAMS:
		buf_puts(f->out, "$#");
		break;
	case NODE_VAR:
		buf_puts(f->out, n->var.name);
		break;
	case NODE_MAP:
		buf_puts(f->out, n->map.name);
		if (n->map.keys) {
			buf_putc(f->out, '[');
			list(f, n->map.keys);
			buf_putc(f->out, ']');
		}
		break;
	case NODE_CALL:
		buf_printf(f->out, "%s(", n->call.name);
		list(f, n->call.args);
		buf_putc(f->out, ')');
		break;
	case NODE_UNARY:
		unary(f, n);
		break;
	case NODE_INCDEC:
		if (level_of(n) == LEVEL_UNARY)
			buf_puts(f->out, op_text(n->unary.op));
		expr(f, n->unary.expr);
		if (level_of(n) != LEVEL_UNARY)
			buf_puts(f->out, op_text(n->unary.op));
		break;
	case NODE_BINARY:
		binary(f, n);
		break;
	case NODE_TERNARY:
		choice(f, n);
		break;
	case NODE_FIELD:
		operand(f, n->field.expr, LEVEL_POSTFIX);
		buf_printf(f->out, "%s%s", n->field.arrow ? "->" : ".", n->field.name);
		break;
	case NODE_INDEX:
		if (n->index_.expr->kind == NODE_MAP && !n->index_.expr->map.keys) { /* (@m)[1] is no key */
			buf_putc(f->out, '(');
			expr(f, n->index_.expr);
			buf_putc(f->out, ')');
		} else {
			operand(f, n->index_.expr, LEVEL_POSTFIX);
		}
		buf_putc(f->out, '[');
		expr(f, n->index_.index);
		buf_putc(f->out, ']');
		break;
	case NODE_CAST:
		cast(f, n);
		break;
	case NODE_TUPLE:
		buf_putc(f->out, '(');
		list(f, n->list);
		buf_puts(f->out, n->list && !n->list->next ? ",)" : ")");
		break;
	case NODE_RECORD:
		buf_putc(f->out, '(');
		list(f, n->list);
		buf_putc(f->out, ')');
		break;
	case NODE_MEMBER:
		buf_printf(f->out, "%s = ", n->member.name);
		expr(f, n->member.expr);
		break;
	case NODE_SIZEOF:
	case NODE_TYPEINFO:
		buf_puts(f->out, n->kind == NODE_SIZEOF ? "sizeof(" : "typeinfo(");
		value_or_type(f, n->cast.of, n->cast.expr);
		buf_putc(f->out, ')');
		break;
	case NODE_OFFSETOF:
		buf_puts(f->out, "offsetof(");
		value_or_type(f, n->offset.of, n->offset.expr);
		buf_puts(f->out, ", ");
		path(f, n->offset.path);
		buf_putc(f->out, ')');
		break;
	case NODE_COMPTIME:
		buf_puts(f->out, "comptime ");
		operand(f, n->expr, LEVEL_UNARY);
		break;
	case NODE_TYPE:
		type(f, n);
		break;
	case NODE_IF:
		if_(f, n);
		break;
	case NODE_BLOCK:
		block(f, n);
		break;
	default:
		bug("%s is no expression", node_kind_name(n->kind));
	}
}

/* ---- statements ---- */

/* would it, last in its block, be the block's value? */
static bool has_value(const struct node *n)
{
	while (n->kind == NODE_IF && n->cond.other && n->cond.then->block.value)
		n = n->cond.other;
	return n->kind == NODE_BLOCK && n->block.value;
}

static void loop(struct format *f, const struct node *n)
{
	buf_printf(f->out, "for (%s : ", n->loop.name);
	if (n->loop.map) {
		expr(f, n->loop.map);
	} else {
		operand(f, n->loop.from, LEVEL_POSTFIX);
		buf_puts(f->out, "..");
		operand(f, n->loop.to, LEVEL_POSTFIX);
	}
	buf_puts(f->out, ") ");
	block(f, n->loop.body);
}

static void let(struct format *f, const struct node *n)
{
	buf_printf(f->out, "let %s", n->let.name);
	if (n->let.of) {
		buf_puts(f->out, " : ");
		type(f, n->let.of);
	}
	if (n->let.value) {
		buf_puts(f->out, " = ");
		expr(f, n->let.value);
	}
}

static void import(struct format *f, const struct node *n)
{
	const char *s = f->src->text + (n->span.from - f->src->base),
		   *quote = memchr(s, '"', n->span.to - n->span.from);

	buf_puts(f->out, "import ");
	buf_add(f->out, quote, (size_t)(f->src->text + (n->span.to - f->src->base) - quote));
}

/* without what ends it; true: it ends itself */
static bool statement(struct format *f, const struct node *n)
{
	switch ((int)n->kind) {
	case NODE_ASSIGN:
		expr(f, n->assign.target);
		buf_printf(f->out, " %s= ", n->assign.op == OP_COUNT ? "" : op_text(n->assign.op));
		expr(f, n->assign.value);
		return false;
	case NODE_EXPR: /* a { or an if begins a statement */
		operand(f, n->expr, n->expr->kind == NODE_BLOCK || n->expr->kind == NODE_IF ? LEVEL_LOR : LEVEL_ANY);
		return false;
	case NODE_DISCARD:
		buf_puts(f->out, "_ = ");
		expr(f, n->expr);
		return false;
	case NODE_LET:
		let(f, n);
		return false;
	case NODE_BREAK:
	case NODE_CONTINUE:
		buf_puts(f->out, n->kind == NODE_BREAK ? "break" : "continue");
		return false;
	case NODE_RETURN:
		buf_puts(f->out, n->expr ? "return " : "return");
		if (n->expr)
			expr(f, n->expr);
		return false;
	case NODE_IMPORT:
		import(f, n);
		return false;
	case NODE_IF:
		if_(f, n);
		return true;
	case NODE_BLOCK:
		block(f, n);
		return true;
	case NODE_FOR:
		loop(f, n);
		return true;
	case NODE_WHILE:
	case NODE_UNROLL:
		buf_puts(f->out, n->kind == NODE_WHILE ? "while (" : "unroll (");
		expr(f, n->while_.cond);
		buf_puts(f->out, ") ");
		block(f, n->while_.body);
		return true;
	}
	bug("%s is no statement", node_kind_name(n->kind));
}

static void block(struct format *f, const struct node *n)
{
	uint32_t close = n->span.to - 1;

	buf_putc(f->out, '{');
	if (!n->block.stmts && !n->block.value && !(f->comment && f->comment->span.from < close)) {
		buf_putc(f->out, '}');
		return;
	}
	end_line(f, n->span.from + 1);
	f->depth++;
	f->fresh = true;
	for (const struct node *s = n->block.stmts; s; s = s->next) {
		before(f, s->span.from, false);
		begin(f, s->span.from, false);
		if (!statement(f, s) || (!s->next && !n->block.value && has_value(s)))
			buf_putc(f->out, ';');
		end_line(f, s->span.to);
	}
	if (n->block.value) {
		before(f, n->block.value->span.from, false);
		begin(f, n->block.value->span.from, false);
		expr(f, n->block.value);
		end_line(f, n->block.value->span.to);
	}
	before(f, close, false);
	f->depth--;
	f->fresh = false;
	indent(f);
	buf_putc(f->out, '}');
}

/* ---- the parts of a script ---- */

static void probe(struct format *f, const struct node *n)
{
	struct buf text = {0}, *out = f->out;

	for (const struct node *a = n->probe.attaches; a; a = a->next) {
		buf_puts(f->out, a->attach.text);
		if (!a->next)
			break;
		buf_putc(f->out, ',');
		end_line(f, a->span.to);
		before(f, a->next->span.from, false);
	}
	buf_putc(f->out, ' ');
	if (n->probe.predicate) {
		f->out = &text;
		expr(f, n->probe.predicate);
		f->out = out;
		buf_printf(f->out, "/%s%s/ ", strchr("*/", text.data[0]) ? " " : "", text.data);
		buf_free(&text);
	}
	block(f, n->probe.body);
}

static void params(struct format *f, const struct node *n)
{
	buf_putc(f->out, '(');
	for (; n; n = n->next) {
		if (n->kind == NODE_LET) {
			buf_printf(f->out, "%s : ", n->let.name);
			type(f, n->let.of);
		} else {
			expr(f, n);
		}
		if (n->next)
			buf_puts(f->out, ", ");
	}
	buf_putc(f->out, ')');
}

static void config(struct format *f, const struct node *n)
{
	buf_puts(f->out, "config = {");
	end_line(f, n->span.from + (uint32_t)strcspn(f->src->text + (n->span.from - f->src->base), "{") + 1);
	f->depth++;
	f->fresh = true;
	for (const struct node *s = n->list; s; s = s->next) {
		before(f, s->span.from, false);
		begin(f, s->span.from, false);
		buf_printf(f->out, "%s = ", s->setting.name);
		text_of(f, s->setting.value_span);
		buf_putc(f->out, ';');
		end_line(f, s->span.to);
	}
	before(f, n->span.to - 1, false);
	f->depth--;
	f->fresh = false;
	buf_putc(f->out, '}');
}

static void part(struct format *f, const struct node *n)
{
	switch ((int)n->kind) {
	case NODE_CDEF:
		text_of(f, n->span);
		break;
	case NODE_CONFIG:
		config(f, n);
		break;
	case NODE_IMPORT:
		import(f, n);
		buf_putc(f->out, ';');
		break;
	case NODE_MAPDECL:
		buf_printf(f->out, "let %s = %s(%" PRId64 ");", n->mapdecl.name, n->mapdecl.kind, n->mapdecl.count);
		break;
	case NODE_MACRO:
	case NODE_FN:
		buf_printf(f->out, "%s %s", n->kind == NODE_FN ? "fn" : "macro", n->macro.name);
		params(f, n->macro.params);
		if (n->macro.result) {
			buf_puts(f->out, " : ");
			type(f, n->macro.result);
		}
		buf_putc(f->out, ' ');
		block(f, n->macro.body);
		break;
	case NODE_PROBE:
		probe(f, n);
		break;
	default:
		bug("%s is no part of a script", node_kind_name(n->kind));
	}
}

static const struct node *earliest(const struct node **lists, size_t n)
{
	const struct node *found = NULL;
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		if (lists[i] && (!found || lists[i]->span.from < found->span.from)) {
			found = lists[i];
			at = i;
		}
	if (found)
		lists[at] = found->next;
	return found;
}

static bool is_line(const struct node *n)
{
	return n->kind == NODE_CDEF || n->kind == NODE_IMPORT || n->kind == NODE_MAPDECL;
}

void ast_format(const struct script *s, struct buf *out)
{
	const struct node *lists[] = {s->cdefs, s->config, s->imports, s->root}, *n, *last = NULL;
	struct format f = {.out = out, .src = s->source, .comment = s->comments, .fresh = true};

	if (!strncmp(s->source->text, "#!", 2)) {
		size_t len = strcspn(s->source->text, "\n");

		buf_add(out, s->source->text, len);
		buf_putc(out, '\n');
		f.fresh = false;
	}
	while ((n = earliest(lists, ARRAY_SIZE(lists)))) {
		bool blank = last && !(is_line(last) && last->kind == n->kind);
		bool any = before(&f, n->span.from, blank);

		begin(&f, n->span.from, blank && !any);
		part(&f, n);
		end_line(&f, n->span.to);
		last = n;
	}
	before(&f, UINT32_MAX, false);
}
