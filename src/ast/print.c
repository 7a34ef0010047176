/*
 * -d ast: one node a line, its parts indented below it:
 *	probe [0-35]
 *	  attach kprobe:f [0-8]
 *	  predicate
 *	    binary == [10-18]
 */
#include "ast/ast.h"

#include <inttypes.h>
#include <string.h>

#define INDENT_MAX 100 /* levels that are shown as such */

struct printer {
	FILE *out;
	struct arena *arena; /* for the names of types */
	uint32_t base; /* position of the script's first byte */
};

static void quote(FILE *out, const char *s, size_t len)
{
	fputc('"', out);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = s[i];

		if (c == '\n')
			fputs("\\n", out);
		else if (c == '\t')
			fputs("\\t", out);
		else if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/* what tells this node from others of its kind, after a space */
static void print_detail(FILE *out, const struct node *n)
{
	switch (n->kind) {
	case NODE_INT:
		fprintf(out, n->wide ? " %" PRIu64 : " %" PRId64, n->num);
		break;
	case NODE_BOOL:
		fputs(n->num ? " true" : " false", out);
		break;
	case NODE_STRING:
		fputc(' ', out);
		quote(out, n->str, n->len);
		break;
	case NODE_IDENT:
		fprintf(out, " %s", n->ident.name);
		break;
	case NODE_PARAM:
		fprintf(out, " $%" PRId64, n->param.index);
		break;
	case NODE_ARG:
		fprintf(out, " %sarg%u", n->arg.stack ? "s" : "", n->arg.index);
		break;
	case NODE_VAR:
		fprintf(out, " %s", n->var.name);
		break;
	case NODE_MAP:
		fprintf(out, " %s", n->map.name);
		break;
	case NODE_CALL:
		fprintf(out, " %s", n->call.name);
		break;
	case NODE_UNARY:
		fprintf(out, " %s", op_text(n->unary.op));
		break;
	case NODE_INCDEC:
		fprintf(out, " %s%s", n->unary.op == OP_PREINC || n->unary.op == OP_PREDEC ? "pre" : "post",
			op_text(n->unary.op));
		break;
	case NODE_BINARY:
		fprintf(out, " %s", op_text(n->binary.op));
		break;
	case NODE_TERNARY:
		if (!n->cond.then)
			fputs(" ?:", out);
		break;
	case NODE_FIELD:
		fprintf(out, " %s%s", n->field.arrow ? "->" : ".", n->field.name);
		break;
	case NODE_MEMBER:
		fprintf(out, " %s", n->member.name);
		break;
	case NODE_TYPE:
		if (n->type_.keyword)
			fprintf(out, " %s", n->type_.keyword);
		fprintf(out, " %s", n->type_.typeof_ ? "typeof" : n->type_.name);
		break;
	case NODE_SUFFIX:
		if (n->suffix.pointer)
			fputs(" *", out);
		else if (n->suffix.count < 0)
			fputs(" []", out);
		else
			fprintf(out, " [%" PRId64 "]", n->suffix.count);
		break;
	case NODE_ASSIGN:
		fprintf(out, " %s=", n->assign.op == OP_COUNT ? "" : op_text(n->assign.op));
		break;
	case NODE_LET:
		fprintf(out, " %s", n->let.name);
		break;
	case NODE_FOR:
		fprintf(out, " %s", n->loop.name);
		break;
	case NODE_ATTACH:
		fprintf(out, " %s", n->attach.text);
		break;
	case NODE_MACRO:
	case NODE_FN:
		fprintf(out, " %s", n->macro.name);
		break;
	case NODE_MAPDECL:
		fprintf(out, " %s %s(%" PRId64 ")", n->mapdecl.name, n->mapdecl.kind, n->mapdecl.count);
		break;
	case NODE_SETTING:
		fprintf(out, " %s ", n->setting.name);
		quote(out, n->setting.value, strlen(n->setting.value));
		break;
	case NODE_IMPORT:
		fputc(' ', out);
		quote(out, n->import.path, strlen(n->import.path));
		break;
	case NODE_CDEF:
		fputc(' ', out);
		quote(out, n->cdef.text, strlen(n->cdef.text));
		break;
	case NODE_NPARAMS:
	case NODE_INDEX:
	case NODE_CAST:
	case NODE_TUPLE:
	case NODE_RECORD:
	case NODE_SIZEOF:
	case NODE_OFFSETOF:
	case NODE_TYPEINFO:
	case NODE_COMPTIME:
	case NODE_BLOCK:
	case NODE_IF:
	case NODE_EXPR:
	case NODE_DISCARD:
	case NODE_WHILE:
	case NODE_UNROLL:
	case NODE_BREAK:
	case NODE_CONTINUE:
	case NODE_RETURN:
	case NODE_PROBE:
	case NODE_CONFIG:
	case NODE_KIND_COUNT:
		break;
	}
}

static void indent(FILE *out, unsigned depth)
{
	fprintf(out, "%*s", 2 * (int)(depth < INDENT_MAX ? depth : INDENT_MAX), "");
}

/* children that their place alone does not tell apart have a line with their name above them */
static const char *label(const struct node *n, struct node **child)
{
	if (n->kind == NODE_PROBE && child == &n->probe.predicate)
		return "predicate";
	if (n->kind == NODE_BLOCK && child == &n->block.value)
		return "value";
	if (n->kind == NODE_FN && child == &n->macro.result)
		return "result";
	return NULL;
}

static void print_list(const struct printer *p, struct node *n, unsigned depth)
{
	struct node **children[8];

	for (; n; n = n->next) {
		unsigned count = node_children(n, children);

		indent(p->out, depth);
		fputs(node_kind_name(n->kind), p->out);
		print_detail(p->out, n);
		fprintf(p->out, " [%u-%u]", n->span.from - p->base, n->span.to - p->base);
		if (n->type)
			fprintf(p->out, " : %s", type_name(p->arena, n->type));
		fputc('\n', p->out);
		for (unsigned i = 0; i < count; i++) {
			const char *name = *children[i] ? label(n, children[i]) : NULL;

			if (name) {
				indent(p->out, depth + 1);
				fprintf(p->out, "%s\n", name);
			}
			print_list(p, *children[i], depth + 1 + !!name);
		}
	}
}

void ast_dump(const struct script *s, FILE *out)
{
	struct printer p = {.out = out, .arena = s->arena, .base = s->source->base};

	print_list(&p, s->cdefs, 0);
	print_list(&p, s->config, 0);
	print_list(&p, s->imports, 0);
	print_list(&p, s->root, 0);
}
