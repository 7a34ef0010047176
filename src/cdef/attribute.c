/* __attribute__((...)), asm("..."), _Alignas(...). */
#include "cdef/decl.h"

#include <string.h>

static bool attribute_is(const char *s, const char *name)
{
	size_t len = strlen(name);

	return str_eq(s, name) || (!strncmp(s, "__", 2) && !strncmp(s + 2, name, len) && str_eq(s + 2 + len, "__"));
}

static void mode(struct parser *p, struct attributes *a)
{
	static const struct {
		const char *name;
		uint32_t size;
	} modes[] = {{"QI", 1}, {"HI", 2}, {"SI", 4}, {"DI", 8}, {"TI", 16}, {"word", 8}, {"pointer", 8}, {"byte", 1}};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (c_here(p)->kind == TOK_NAME && attribute_is(c_here(p)->name->text, modes[i].name))
			a->mode = modes[i].size;
}

static void attribute(struct parser *p, struct attributes *a)
{
	const struct token *name = c_here(p);
	size_t end;

	p->at += name->kind != TOK_END;
	if (name->kind != TOK_NAME)
		return;
	if (attribute_is(name->name->text, "packed"))
		a->packed = true;
	if (!token_is(c_here(p), '(')) {
		if (attribute_is(name->name->text, "aligned"))
			a->aligned = 16;
		return;
	}
	end = p->at;
	c_skip_brackets(p);
	{
		size_t after = p->at;

		p->at = end + 1;
		if (attribute_is(name->name->text, "aligned"))
			a->aligned = (uint32_t)c_constant(p);
		else if (attribute_is(name->name->text, "vector_size"))
			a->vector = (uint32_t)c_constant(p);
		else if (attribute_is(name->name->text, "mode"))
			mode(p, a);
		p->at = after;
	}
}

/* __attribute__((...)), asm("..."), _Alignas(...) where they may stand */
void c_attributes(struct parser *p, struct attributes *a)
{
	struct ctype t;

	for (;;) {
		if (c_keyword(c_here(p)) == KEY_ATTRIBUTE) {
			p->at++;
			c_expect(p, '(', "'('");
			c_expect(p, '(', "'('");
			while (!p->failed && !token_is(c_here(p), ')') && c_here(p)->kind != TOK_END) {
				attribute(p, a);
				c_take(p, ',');
			}
			c_expect(p, ')', "')'");
			c_expect(p, ')', "')'");
		} else if (c_keyword(c_here(p)) == KEY_ASM) {
			p->at++;
			while (c_keyword(c_here(p)) == KEY_IGNORED)
				p->at++;
			if (token_is(c_here(p), '('))
				c_skip_brackets(p);
		} else if (c_keyword(c_here(p)) == KEY_ALIGNAS) {
			p->at++;
			c_expect(p, '(', "'('");
			if (type_name_at(p->cdefs, p->list, &p->at, &t))
				a->aligned = t.align;
			else
				a->aligned = (uint32_t)c_constant(p);
			c_expect(p, ')', "')'");
		} else {
			return;
		}
		if (p->failed)
			return;
	}
}

void c_apply_vector(struct parser *p, const struct attributes *a, struct ctype *t)
{
	if (a->mode == 16) {
		*t = c_wide(p);
	} else if (a->mode && t->type->kind == TYPE_INT) {
		*t = c_integer(p, a->mode, t->type->is_signed);
	}
	if (a->vector && t->type->size && a->vector >= t->type->size) {
		t->type = type_array(p->types, t->type, a->vector / t->type->size);
		t->align = a->vector;
	}
	if (a->aligned)
		t->align = a->aligned;
}
