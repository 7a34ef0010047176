/* The tokens of a declaration, one after another, and plain types. */
#include "cdef/decl.h"

const struct token *c_here(struct parser *p)
{
	return &p->list[p->at];
}

bool c_take(struct parser *p, uint32_t punct)
{
	if (!token_is(c_here(p), punct))
		return false;
	p->at++;
	return true;
}

int c_keyword(const struct token *t)
{
	return t->kind == TOK_NAME ? t->name->keyword : KEY_NONE;
}

void c_wrong(struct parser *p, const char *what)
{
	const struct token *t = c_here(p);

	if (p->failed)
		return;
	p->failed = true;
	if (t->kind == TOK_END)
		mistake(p->cdefs, t->span, "C definition: unexpected end, expected %s", what);
	else
		mistake(p->cdefs, t->span, "C definition: expected %s", what);
}

void c_unknown_type(struct parser *p, const char *what)
{
	if (!p->failed && c_here(p)->kind == TOK_NAME && !c_here(p)->name->keyword) {
		p->failed = true;
		mistake(p->cdefs, c_here(p)->span, "C definition: unknown type '%s'", c_here(p)->name->text);
	}
	c_wrong(p, what);
}

void c_expect(struct parser *p, uint32_t punct, const char *what)
{
	if (!c_take(p, punct))
		c_wrong(p, what);
}

/* from an opening bracket to past the one that closes it */
void c_skip_brackets(struct parser *p)
{
	size_t depth = 0;

	while (c_here(p)->kind != TOK_END) {
		const struct token *t = c_here(p);

		depth += token_is(t, '(') || token_is(t, '[') || token_is(t, '{');
		depth -= token_is(t, ')') || token_is(t, ']') || token_is(t, '}');
		p->at++;
		if (!depth)
			return;
	}
}

int64_t c_constant(struct parser *p)
{
	struct cvalue v = {0};

	if (!constant_expr(p->cdefs, p->list, &p->at, &v))
		c_wrong(p, "a constant");
	return v.v;
}

struct ctype c_plain(const struct type *t)
{
	return (struct ctype){.type = t, .align = t->align ? t->align : 1, .is_signed = t->is_signed};
}

struct ctype c_integer(struct parser *p, unsigned size, bool is_signed)
{
	return c_plain(type_int(p->types, size, is_signed));
}

/* long double, __int128: two words that the language knows as an array */
struct ctype c_wide(struct parser *p)
{
	struct ctype t = c_plain(type_array(p->types, type_int(p->types, 8, false), 2));

	t.align = 16;
	return t;
}
