/* struct x { ... }, union x { ... }, enum x { ... } */
#include "cdef/decl.h"

#include <string.h>

static void members(struct parser *p, struct layout *l)
{
	while (!p->failed && !token_is(c_here(p), '}') && c_here(p)->kind != TOK_END) {
		struct specifiers s;

		if (c_take(p, ';'))
			continue;
		if (c_here(p)->kind == TOK_PACK) {
			p->at++;
			continue;
		}
		if (c_keyword(c_here(p)) == KEY_ASSERT) {
			p->at++;
			c_skip_brackets(p);
			continue;
		}
		if (!c_specifiers(p, &s)) {
			c_unknown_type(p, "a member's type");
			return;
		}
		if (token_is(c_here(p), ';')) {
			if (s.type.type->kind == TYPE_STRUCT && !s.type.type->incomplete && !*s.type.type->name)
				c_add_member(p, l, "", &s.type, &s.attributes);
			continue;
		}
		do {
			struct ctype t = s.type;
			struct attributes a = s.attributes;
			const char *name = "";

			if (!token_is(c_here(p), ':'))
				name = c_declarator(p, &t, &a);
			if (p->failed)
				return;
			if (c_take(p, ':')) {
				int64_t width = c_constant(p);

				c_attributes(p, &a);
				c_add_bitfield(p, l, name, &t, &a, width < 0 || width > 255 ? 255 : (uint32_t)width);
			} else {
				c_add_member(p, l, name, &t, &a);
			}
		} while (!p->failed && c_take(p, ','));
		c_expect(p, ';', "';'");
	}
}

static struct type *tagged(struct parser *p, const char *key, const char *name, bool is_union)
{
	struct type *t = dict_find(&p->cdefs->tags, key);

	if (t)
		return t;
	t = type_struct_new(p->types, name, is_union);
	t->incomplete = true;
	dict_set(&p->cdefs->tags, key, t);
	return t;
}

/* is what is read here a header of the kernel? */
static bool in_kernel_header(struct parser *p)
{
	const struct sources *s = p->cdefs->host.sources;
	uint32_t at = c_here(p)->span.from;

	for (size_t i = s->count; i-- > 0;)
		if (at >= s->list[i]->base && at <= s->list[i]->base + s->list[i]->len)
			return strstr(s->list[i]->name, "/linux/") || strstr(s->list[i]->name, "/asm");
	return false;
}

struct ctype c_struct_or_union(struct parser *p, bool is_union, struct specifiers *spec)
{
	struct attributes a = {0};
	const char *tag = "", *kind = is_union ? "union" : "struct", *key;
	const struct type *known;
	struct layout l = {0};
	struct type *s;

	c_attributes(p, &a);
	if (c_here(p)->kind == TOK_NAME && !c_here(p)->name->keyword) {
		tag = c_here(p)->name->text;
		p->at++;
	}
	c_attributes(p, &a);
	key = arena_printf(p->cdefs->arena, "%s %s", kind, tag);
	if (!token_is(c_here(p), '{')) {
		if (!*tag) {
			c_wrong(p, "a name or '{'");
			return c_plain(&type_none);
		}
		s = dict_find(&p->cdefs->tags, key);
		if (s && !s->incomplete)
			return c_plain(s);
		/* by value it must be known; behind a pointer it may stay unknown */
		known = token_is(&p->list[p->at], '*') || token_is(&p->list[p->at], ';')
				? NULL
				: p->cdefs->host.find_type(p->cdefs->host.arg, kind, tag);
		return c_plain(known ? known : tagged(p, key, tag, is_union));
	}
	p->at++;
	s = *tag ? tagged(p, key, tag, is_union) : type_struct_new(p->types, "", is_union);
	if (*tag && !s->incomplete) { /* said again: from now on this one */
		s = type_struct_new(p->types, tag, is_union);
		dict_set(&p->cdefs->tags, key, s);
	}
	spec->defines = true;
	l.s = s;
	l.align = 1;
	l.pack = p->cdefs->pack;
	{ /* attributes that follow the body concern it */
		size_t body = p->at;

		p->at--;
		c_skip_brackets(p);
		c_attributes(p, &a);
		p->at = body;
	}
	l.packed = a.packed;
	if (++p->depth > DEEPEST)
		c_wrong(p, "fewer structs within structs");
	members(p, &l);
	p->depth--;
	c_expect(p, '}', "'}'");
	c_attributes(p, &a);
	if (a.aligned > l.align)
		l.align = a.aligned;
	s->align = l.align;
	s->size = c_round_up((uint32_t)((l.bits + 7) / 8), l.align);
	s->fields = l.fields;
	s->nfields = (uint32_t)l.n;
	s->incomplete = p->failed;
	s->uapi = in_kernel_header(p);
	return c_plain(s);
}

struct ctype c_enumeration(struct parser *p, struct specifiers *spec)
{
	struct attributes a = {0};
	const char *tag = "", *key;
	struct enumerator *list = NULL;
	const struct type *known;
	struct cvalue v = {0};
	size_t n = 0, cap = 0;
	int64_t value = 0, least = 0;
	uint64_t most = 0;
	struct type *e;

	c_attributes(p, &a);
	if (c_here(p)->kind == TOK_NAME && !c_here(p)->name->keyword) {
		tag = c_here(p)->name->text;
		p->at++;
	}
	key = arena_printf(p->cdefs->arena, "enum %s", tag);
	if (!token_is(c_here(p), '{')) {
		known = dict_find(&p->cdefs->tags, key);
		if (!known)
			known = p->cdefs->host.find_type(p->cdefs->host.arg, "enum", tag);
		return known ? c_plain(known) : c_integer(p, 4, false);
	}
	p->at++;
	spec->defines = true;
	e = type_enum_new(p->types, tag, 4, false);
	while (!p->failed && c_here(p)->kind == TOK_NAME) {
		struct enumerator_of *known_as = arena_alloc(p->cdefs->arena, sizeof(*known_as));
		const char *name = c_here(p)->name->text;

		p->at++;
		c_attributes(p, &(struct attributes){0});
		if (c_take(p, '=')) {
			if (!constant_expr(p->cdefs, p->list, &p->at, &v))
				c_wrong(p, "a constant");
			value = v.v;
			if (v.is_unsigned && value < 0)
				most = (uint64_t)value;
		}
		if (n == cap) {
			struct enumerator *more;

			cap = cap ? 2 * cap : 8;
			more = arena_alloc(p->cdefs->arena, cap * sizeof(*more));
			if (n)
				memcpy(more, list, n * sizeof(*more));
			list = more;
		}
		list[n++] = (struct enumerator){name, value};
		*known_as = (struct enumerator_of){value, e};
		dict_set(&p->cdefs->enumerators, name, known_as);
		if (value < least && most <= INT64_MAX)
			least = value;
		if (value > 0 && (uint64_t)value > most)
			most = (uint64_t)value;
		value++;
		if (!c_take(p, ','))
			break;
	}
	c_expect(p, '}', "',' or '}'");
	c_attributes(p, &a);
	e->is_signed = least < 0;
	if (most > (least < 0 ? INT32_MAX : UINT32_MAX) || least < INT32_MIN)
		e->size = e->align = 8;
	if (a.packed)
		e->size = e->align = most > UINT16_MAX ? 4 : most > UINT8_MAX ? 2 : 1;
	e->enumerators = list;
	e->nenumerators = (uint32_t)n;
	if (*tag)
		dict_set(&p->cdefs->tags, key, e);
	return c_plain(e);
}
