/* What follows a type: pointers, a name, [N] and (parameters), which are skipped. */
#include "cdef/decl.h"

#include <string.h>

static void pointers(struct parser *p, struct ctype *t, struct attributes *a)
{
	for (;;) {
		if (c_take(p, '*')) {
			*t = c_plain(type_pointer(p->types, t->function ? &type_none : t->type, SPACE_NONE, false));
		} else if (c_keyword(c_here(p)) == KEY_IGNORED || c_keyword(c_here(p)) == KEY_ATOMIC) {
			p->at++;
		} else if (c_keyword(c_here(p)) == KEY_ATTRIBUTE) {
			c_attributes(p, a);
		} else {
			return;
		}
	}
}

/* [N][M] after a name: the last one belongs to the elements */
static void dimensions(struct parser *p, struct ctype *t)
{
	int64_t count = 0;
	uint32_t align;

	p->at++;
	while (c_keyword(c_here(p)) == KEY_IGNORED)
		p->at++;
	if (!token_is(c_here(p), ']'))
		count = c_constant(p);
	c_expect(p, ']', "']'");
	if (token_is(c_here(p), '['))
		dimensions(p, t);
	if (p->failed)
		return;
	if (count < 0 || (uint64_t)count > MOST_ELEMENTS || (uint64_t)count * t->type->size > UINT32_MAX / 16) {
		c_wrong(p, "an array of a sensible size");
		return;
	}
	align = t->align;
	t->type = type_array(p->types, t->type, (uint32_t)count);
	t->align = align;
}

const char *c_declarator(struct parser *p, struct ctype *t, struct attributes *a)
{
	const char *name = "";
	size_t inner = 0, end;

	if (++p->depth > DEEPEST) {
		c_wrong(p, "a simpler declarator");
		return name;
	}
	pointers(p, t, a);
	c_attributes(p, a);
	if (token_is(c_here(p), '(') && !p->failed) {
		const struct token *n = c_here(p) + 1;

		if (token_is(n, '*') || token_is(n, '(') || token_is(n, '^') || c_keyword(n) == KEY_ATTRIBUTE ||
		    (n->kind == TOK_NAME && !n->name->keyword && !n->name->type)) {
			inner = p->at + 1;
			c_skip_brackets(p);
		}
	} else if (c_here(p)->kind == TOK_NAME && !c_here(p)->name->keyword) {
		name = c_here(p)->name->text;
		p->at++;
	}
	c_attributes(p, a);
	if (token_is(c_here(p), '[')) {
		dimensions(p, t);
	} else if (token_is(c_here(p), '(')) {
		c_skip_brackets(p);
		*t = c_plain(&type_none);
		t->function = true;
	}
	c_attributes(p, a);
	end = p->at;
	if (inner && !p->failed) {
		p->at = inner;
		name = c_declarator(p, t, a);
		c_expect(p, ')', "')'");
		p->at = end;
	}
	p->depth--;
	return name;
}

bool type_name_at(struct cdefs *c, const struct token *list, size_t *at, struct ctype *t)
{
	struct parser p = {.cdefs = c, .types = c->host.types, .list = list, .at = *at, .failed = false};
	struct specifiers s;
	const struct token *first = &list[*at];

	if (first->kind != TOK_NAME ||
	    (!first->name->keyword && !first->name->type && (c->depth || list[*at + 1].kind == TOK_END)))
		return false;
	if (first->name->keyword == KEY_SIZEOF || first->name->keyword == KEY_ALIGNOF ||
	    first->name->keyword == KEY_OFFSETOF)
		return false;
	if (!first->name->keyword && !first->name->type && !token_is(&list[*at + 1], ')') &&
	    !token_is(&list[*at + 1], '*'))
		return false;
	if (dict_find(&c->enumerators, first->name->text) || !c_specifiers(&p, &s))
		return false;
	*t = s.type;
	if (*c_declarator(&p, t, &s.attributes) || p.failed)
		return false;
	*at = p.at;
	return true;
}
