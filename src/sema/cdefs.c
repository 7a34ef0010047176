/* The script's C definitions, and where types and constants that they do not define come from. */
#include "parser/parser.h"
#include "sema/pass.h"

#include <ctype.h>
#include <string.h>

static const struct type *kernel_or_basic(void *arg, const char *keyword, const char *name)
{
	struct pass *p = arg;
	const struct type *t = keyword ? NULL : basic_type(p, name);

	return t ? t : kernel_type(p->kernel, keyword, name);
}

void cdefs_open(struct pass *p)
{
	struct cdefs_host host = {
		.arena = p->arena,
		.types = p->types,
		.sources = p->diag->sources,
		.diag = p->diag,
		.have_btf = kernel_has_btf(p->kernel),
		.include_dirs = p->options->include_dirs,
		.find_type = kernel_or_basic,
		.arg = p,
	};

	if (!p->cdefs)
		p->cdefs = cdefs_new(&host);
}

/* all of them are one piece of text: between two there are but comments */
void read_cdefs(struct pass *p, const struct script *s)
{
	struct span all;

	if (!s->cdefs)
		return;
	all = s->cdefs->span;
	for (const struct node *n = s->cdefs; n; n = n->next)
		all = span_join(all, n->span);
	cdefs_open(p);
	cdefs_read(p->cdefs, s->source, all);
}

/* what the command line includes before the script */
void read_includes(struct pass *p)
{
	for (const char *const *i = p->options->includes; i && *i; i++) {
		cdefs_open(p);
		if (!cdefs_include(p->cdefs, *i))
			error_at(p->diag, (struct span){0}, "--include: %s is not there", *i);
	}
}

const struct type *defined_type(struct pass *p, const char *keyword, const char *name)
{
	const struct type *t = p->cdefs ? cdefs_type(p->cdefs, keyword, name) : NULL, *btf;

	/* in a probe of a program its own types come first */
	if (!t && p->clause && p->clause->nattaches && p->clause->provider->space == SPACE_USER) {
		t = program_named(program_at(kernel_programs(p->kernel), p->clause->attaches[0].target), keyword, name);
		if (t)
			return t;
	}
	/* what a kernel header says BTF says better: for the kernel that runs */
	btf = !t || t->uapi ? kernel_type(p->kernel, keyword, name) : NULL;
	return btf && btf->kind != TYPE_NONE ? btf : t;
}

const struct type *complete_type(struct pass *p, const struct type *t)
{
	const struct type *known;

	type_complete(t);
	if (t->kind != TYPE_STRUCT || !t->incomplete || !t->name || !*t->name)
		return t;
	known = defined_type(p, t->is_union ? "union" : "struct", t->name);
	if (!known || known->incomplete)
		return t;
	type_complete(known);
	return known;
}

static bool is_word(const char *s)
{
	return (isalpha((unsigned char)*s) || *s == '_') &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")] == '\0';
}

static bool place_all(struct node **n, void *span)
{
	(*n)->span = *(struct span *)span;
	return true;
}

/* the replacement of #define name as a node at span; NULL: it is no expression */
struct node *define_node(struct pass *p, const char *name, struct span span)
{
	const char *text = p->cdefs ? cdefs_define(p->cdefs, name) : NULL;
	struct source *src;
	struct node *n;
	int64_t value;
	bool wide;

	if (!text || !*text)
		return NULL;
	if (is_word(text)) { /* another name: an enum constant keeps its type */
		if (str_eq(text, name))
			return NULL;
		n = node_new(p->arena, NODE_IDENT, span);
		n->ident.name = text;
		return n;
	}
	if (cdefs_constant(p->cdefs, text, &value, &wide)) {
		n = node_new(p->arena, NODE_INT, span);
		make_int(p, n, value, wide);
		return n;
	}
	src = sources_add(p->diag->sources, name, text, strlen(text));
	n = parse_expression(p->arena, p->diag, src);
	if (n)
		node_walk(&n, place_all, &span);
	return n;
}
