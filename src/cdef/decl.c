/*
 * C's declarations: types with the layout the ABI gives them.  Bodies of
 * functions, initializers and parameters are skipped.  A declaration that is
 * not understood is passed over up to its ';' or '}'.
 */
#include "cdef/decl.h"

#include <string.h>

static void define_typedef(struct parser *p, const char *name, const struct ctype *t)
{
	struct name *n = name_of_text(p->cdefs, name, strlen(name));

	n->type = arena_memdup(p->cdefs->arena, t, sizeof(*t));
	if ((t->type->kind == TYPE_STRUCT || t->type->kind == TYPE_ENUM) && !*t->type->name)
		((struct type *)t->type)->name = n->text; /* made here: it had no name to print */
}

static void declaration(struct parser *p)
{
	struct specifiers s;

	if (c_take(p, ';'))
		return;
	if (c_here(p)->kind == TOK_PACK) {
		p->cdefs->pack = (uint32_t)c_here(p)->value;
		p->at++;
		return;
	}
	if (c_keyword(c_here(p)) == KEY_ASSERT || c_keyword(c_here(p)) == KEY_ASM) {
		p->at++;
		c_skip_brackets(p);
		return;
	}
	if (!c_specifiers(p, &s)) {
		c_unknown_type(p, "a declaration");
		return;
	}
	if (s.defines && !s.is_typedef && !token_is(c_here(p), ';') && (c_here(p)->first || c_here(p)->kind == TOK_END))
		return; /* scripts leave out the ';' after '}' */
	if (c_take(p, ';'))
		return;
	do {
		struct ctype t = s.type;
		struct attributes a = {0};
		const char *name = c_declarator(p, &t, &a);

		if (p->failed)
			return;
		c_apply_vector(p, &a, &t);
		if (s.is_typedef && *name)
			define_typedef(p, name, &t);
		if (t.function && token_is(c_here(p), '{')) {
			c_skip_brackets(p);
			return;
		}
		if (c_take(p, '='))
			while (c_here(p)->kind != TOK_END && !token_is(c_here(p), ';') && !token_is(c_here(p), ',')) {
				if (token_is(c_here(p), '{') || token_is(c_here(p), '(') || token_is(c_here(p), '['))
					c_skip_brackets(p);
				else
					p->at++;
			}
	} while (!p->failed && c_take(p, ','));
	c_expect(p, ';', "';'");
}

/* past a declaration that is not understood */
static void recover(struct parser *p, size_t from)
{
	p->at = from;
	while (c_here(p)->kind != TOK_END && !c_take(p, ';')) {
		bool body = token_is(c_here(p), '{');

		if (body || token_is(c_here(p), '(') || token_is(c_here(p), '[')) {
			c_skip_brackets(p);
			if (body && c_here(p)->first)
				break;
		} else {
			p->at++;
		}
	}
	p->failed = false;
	p->depth = 0;
}

void declarations(struct cdefs *c)
{
	struct parser p = {.cdefs = c, .types = c->host.types, .list = c->out.list};

	while (c_here(&p)->kind != TOK_END) {
		size_t from = p.at;

		declaration(&p);
		if (p.failed || p.at == from)
			recover(&p, from);
	}
}
