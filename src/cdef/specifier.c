/* What a declaration begins with: const unsigned long, struct x { ... }, typeof(e), a typedef's name. */
#include "cdef/decl.h"

static struct ctype type_of(struct parser *p)
{
	struct ctype t = c_plain(type_int(p->types, 8, true));
	struct cvalue v;
	size_t open = p->at;

	if (!c_take(p, '(')) {
		c_wrong(p, "'('");
		return t;
	}
	if (!type_name_at(p->cdefs, p->list, &p->at, &t) || !token_is(c_here(p), ')')) {
		p->at = open + 1;
		if (constant_expr(p->cdefs, p->list, &p->at, &v))
			t = v.type;
	}
	p->at = open;
	c_skip_brackets(p);
	return t;
}

/* what a name stands for, where a type may stand; false: no type */
static bool named_type(struct parser *p, const struct token *t, bool must, struct ctype *out)
{
	const struct token *after = t + 1;
	const struct type *known;

	if (t->name->type) {
		*out = *t->name->type;
		return true;
	}
	if (!must && after->kind != TOK_NAME && !token_is(after, '*') && !token_is(after, ')'))
		return false;
	known = p->cdefs->host.find_type(p->cdefs->host.arg, NULL, t->name->text);
	if (!known)
		return false;
	*out = c_plain(known);
	return true;
}

/* the words that make one arithmetic type, counted */
struct words {
	unsigned chars, shorts, ints, longs, floats, doubles, signeds, unsigneds, bools, wides, complexes, voids;
};

static bool arithmetic(struct parser *p, const struct words *w, struct ctype *t)
{
	if (w->voids)
		*t = c_plain(&type_none);
	else if (w->bools)
		*t = c_plain(&type_bool);
	else if (w->wides || (w->doubles && w->longs))
		*t = c_wide(p);
	else if (w->doubles)
		*t = c_integer(p, 8, false);
	else if (w->floats)
		*t = c_integer(p, 4, false);
	else if (w->chars)
		*t = c_integer(p, 1, !w->unsigneds);
	else if (w->shorts)
		*t = c_integer(p, 2, !w->unsigneds);
	else if (w->longs)
		*t = c_integer(p, 8, !w->unsigneds);
	else if (w->ints || w->signeds || w->unsigneds)
		*t = c_integer(p, 4, !w->unsigneds);
	else if (w->complexes)
		*t = c_integer(p, 8, false);
	else
		return false;
	if (w->complexes) {
		uint32_t align = t->align;

		t->type = type_array(p->types, t->type, 2);
		t->align = align;
	}
	return true;
}

static unsigned *word_counter(struct words *w, int key)
{
	switch (key) {
	case KEY_VOID:
		return &w->voids;
	case KEY_CHAR:
		return &w->chars;
	case KEY_SHORT:
		return &w->shorts;
	case KEY_INT:
		return &w->ints;
	case KEY_LONG:
		return &w->longs;
	case KEY_FLOAT:
		return &w->floats;
	case KEY_DOUBLE:
		return &w->doubles;
	case KEY_SIGNED:
		return &w->signeds;
	case KEY_UNSIGNED:
		return &w->unsigneds;
	case KEY_BOOL:
		return &w->bools;
	case KEY_INT128:
	case KEY_FLOAT128:
		return &w->wides;
	case KEY_COMPLEX:
		return &w->complexes;
	}
	return NULL;
}

bool c_specifiers(struct parser *p, struct specifiers *s)
{
	struct words w = {0};
	bool have = false, any = false;

	*s = (struct specifiers){0};
	for (; c_here(p)->kind == TOK_NAME && !p->failed; any = true) {
		const struct token *t = c_here(p);
		int key = t->name->keyword;
		unsigned *counter = word_counter(&w, key);

		if (key == KEY_ATTRIBUTE || key == KEY_ALIGNAS || key == KEY_ASM) {
			c_attributes(p, &s->attributes);
			continue;
		}
		if (counter) {
			++*counter;
		} else if (key == KEY_STRUCT || key == KEY_UNION || key == KEY_ENUM) {
			if (have)
				break;
			p->at++;
			s->type = key == KEY_ENUM ? c_enumeration(p, s) : c_struct_or_union(p, key == KEY_UNION, s);
			have = true;
			continue;
		} else if (key == KEY_TYPEDEF) {
			s->is_typedef = true;
		} else if (key == KEY_VALIST) {
			s->type = c_plain(type_array(p->types, type_int(p->types, 8, false), 3));
			have = true;
		} else if (key == KEY_TYPEOF) {
			p->at++;
			s->type = type_of(p);
			have = true;
			continue;
		} else if (key == KEY_ATOMIC) {
			p->at++;
			if (token_is(c_here(p), '(')) {
				s->type = type_of(p);
				have = true;
			}
			continue;
		} else if (key == KEY_NONE) {
			if (have || arithmetic(p, &w, &s->type) || !named_type(p, t, false, &s->type))
				break;
			have = true;
		} else if (key != KEY_IGNORED) {
			break;
		}
		p->at++;
	}
	if (!have)
		have = arithmetic(p, &w, &s->type);
	if (!have && s->is_typedef && any && c_here(p)->kind == TOK_NAME && !p->failed) {
		have = named_type(p, c_here(p), true, &s->type);
		p->at += have;
	}
	if (have) {
		c_apply_vector(p, &s->attributes, &s->type);
		if (!s->defines)
			s->attributes.aligned = 0;
	}
	return have && !p->failed;
}
