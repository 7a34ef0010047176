/*
 * C's declarations: types with the layout the ABI gives them.  Bodies of
 * functions, initializers and parameters are skipped.  A declaration that is
 * not understood is passed over up to its ';' or '}'.
 */
#include "cdef/cc.h"

#include <stdlib.h>
#include <string.h>

#define DEEPEST 200
#define MOST_ELEMENTS (1u << 28)

struct parser {
	struct cdefs *cdefs;
	struct types *types;
	const struct token *list;
	size_t at;
	unsigned depth;
	bool failed; /* the declaration being read is not understood */
};

/* what attributes say, of a type or a member */
struct attributes {
	bool packed;
	uint32_t aligned;
	uint32_t mode; /* bytes of an integer, 0: not said */
	uint32_t vector; /* bytes */
};

struct specifiers {
	struct ctype type;
	struct attributes attributes;
	bool is_typedef;
	bool defines; /* a struct, union or enum with a body */
};

static const struct token *here(struct parser *p)
{
	return &p->list[p->at];
}

static bool take(struct parser *p, uint32_t punct)
{
	if (!token_is(here(p), punct))
		return false;
	p->at++;
	return true;
}

static int keyword(const struct token *t)
{
	return t->kind == TOK_NAME ? t->name->keyword : KEY_NONE;
}

static void wrong(struct parser *p, const char *what)
{
	const struct token *t = here(p);

	if (p->failed)
		return;
	p->failed = true;
	if (t->kind == TOK_END)
		mistake(p->cdefs, t->span, "C definition: unexpected end, expected %s", what);
	else
		mistake(p->cdefs, t->span, "C definition: expected %s", what);
}

static void unknown_type(struct parser *p, const char *what)
{
	if (!p->failed && here(p)->kind == TOK_NAME && !here(p)->name->keyword) {
		p->failed = true;
		mistake(p->cdefs, here(p)->span, "C definition: unknown type '%s'", here(p)->name->text);
	}
	wrong(p, what);
}

static void expect(struct parser *p, uint32_t punct, const char *what)
{
	if (!take(p, punct))
		wrong(p, what);
}

/* from an opening bracket to past the one that closes it */
static void skip_brackets(struct parser *p)
{
	size_t depth = 0;

	while (here(p)->kind != TOK_END) {
		const struct token *t = here(p);

		depth += token_is(t, '(') || token_is(t, '[') || token_is(t, '{');
		depth -= token_is(t, ')') || token_is(t, ']') || token_is(t, '}');
		p->at++;
		if (!depth)
			return;
	}
}

static int64_t constant(struct parser *p)
{
	struct cvalue v = {0};

	if (!constant_expr(p->cdefs, p->list, &p->at, &v))
		wrong(p, "a constant");
	return v.v;
}

static struct ctype plain(const struct type *t)
{
	return (struct ctype){.type = t, .align = t->align ? t->align : 1, .is_signed = t->is_signed};
}

static struct ctype integer(struct parser *p, unsigned size, bool is_signed)
{
	return plain(type_int(p->types, size, is_signed));
}

/* long double, __int128: two words that the language knows as an array */
static struct ctype wide(struct parser *p)
{
	struct ctype t = plain(type_array(p->types, type_int(p->types, 8, false), 2));

	t.align = 16;
	return t;
}

static uint32_t round_up(uint32_t n, uint32_t to)
{
	return to ? (n + to - 1) / to * to : n;
}

/* attributes */

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
		if (here(p)->kind == TOK_NAME && attribute_is(here(p)->name->text, modes[i].name))
			a->mode = modes[i].size;
}

static void attribute(struct parser *p, struct attributes *a)
{
	const struct token *name = here(p);
	size_t end;

	p->at += name->kind != TOK_END;
	if (name->kind != TOK_NAME)
		return;
	if (attribute_is(name->name->text, "packed"))
		a->packed = true;
	if (!token_is(here(p), '(')) {
		if (attribute_is(name->name->text, "aligned"))
			a->aligned = 16;
		return;
	}
	end = p->at;
	skip_brackets(p);
	{
		size_t after = p->at;

		p->at = end + 1;
		if (attribute_is(name->name->text, "aligned"))
			a->aligned = (uint32_t)constant(p);
		else if (attribute_is(name->name->text, "vector_size"))
			a->vector = (uint32_t)constant(p);
		else if (attribute_is(name->name->text, "mode"))
			mode(p, a);
		p->at = after;
	}
}

/* __attribute__((...)), asm("..."), _Alignas(...) where they may stand */
static void attributes(struct parser *p, struct attributes *a)
{
	struct ctype t;

	for (;;) {
		if (keyword(here(p)) == KEY_ATTRIBUTE) {
			p->at++;
			expect(p, '(', "'('");
			expect(p, '(', "'('");
			while (!p->failed && !token_is(here(p), ')') && here(p)->kind != TOK_END) {
				attribute(p, a);
				take(p, ',');
			}
			expect(p, ')', "')'");
			expect(p, ')', "')'");
		} else if (keyword(here(p)) == KEY_ASM) {
			p->at++;
			while (keyword(here(p)) == KEY_IGNORED)
				p->at++;
			if (token_is(here(p), '('))
				skip_brackets(p);
		} else if (keyword(here(p)) == KEY_ALIGNAS) {
			p->at++;
			expect(p, '(', "'('");
			if (type_name_at(p->cdefs, p->list, &p->at, &t))
				a->aligned = t.align;
			else
				a->aligned = (uint32_t)constant(p);
			expect(p, ')', "')'");
		} else {
			return;
		}
		if (p->failed)
			return;
	}
}

static void apply_vector(struct parser *p, const struct attributes *a, struct ctype *t)
{
	if (a->mode == 16) {
		*t = wide(p);
	} else if (a->mode && t->type->kind == TYPE_INT) {
		*t = integer(p, a->mode, t->type->is_signed);
	}
	if (a->vector && t->type->size && a->vector >= t->type->size) {
		t->type = type_array(p->types, t->type, a->vector / t->type->size);
		t->align = a->vector;
	}
	if (a->aligned)
		t->align = a->aligned;
}

/* layouts */

struct layout {
	struct type *s;
	struct field *fields;
	size_t n, cap;
	uint64_t bits; /* used so far */
	uint32_t align, pack;
	bool packed;
};

static struct field *field_add(struct parser *p, struct layout *l, const char *name, const struct type *t)
{
	if (l->n == l->cap) {
		struct field *more;

		l->cap = l->cap ? 2 * l->cap : 8;
		more = arena_alloc(p->cdefs->arena, l->cap * sizeof(*more));
		if (l->n)
			memcpy(more, l->fields, l->n * sizeof(*more));
		l->fields = more;
	}
	l->fields[l->n] = (struct field){.name = name, .type = t};
	return &l->fields[l->n++];
}

static uint32_t member_align(const struct layout *l, const struct ctype *t, const struct attributes *a)
{
	uint32_t align = l->packed || a->packed ? 1 : t->align;

	if (l->pack && align > l->pack)
		align = l->pack;
	if (a->aligned > align)
		align = a->aligned;
	return align ? align : 1;
}

static void add_bitfield(struct parser *p, struct layout *l, const char *name, const struct ctype *t, const struct attributes *a, uint32_t width)
{
	uint64_t unit = t->type->size * 8, at = l->s->is_union ? 0 : l->bits;
	uint32_t align = member_align(l, t, a);
	struct field *f;

	if (!type_is_int(t->type) || width > unit) {
		wrong(p, "a bit field no wider than its integer type");
		return;
	}
	if (!width) {
		l->bits = round_up((uint32_t)l->bits, t->align * 8);
		return;
	}
	if (!(l->packed || a->packed || l->pack) && at / unit != (at + width - 1) / unit)
		at = round_up((uint32_t)at, t->align * 8);
	if (a->aligned)
		at = round_up((uint32_t)at, a->aligned * 8);
	if (name && *name && align > l->align)
		l->align = align;
	if (name && *name) {
		uint64_t start = at / unit * unit;

		f = field_add(p, l, name, t->type);
		if (at + width > start + unit) /* packed across a unit: one of 8 bytes holds it */
			start = at / 8 * 8;
		if (at + width > start + unit) {
			f->type = type_int(p->types, 8, t->type->is_signed);
			start = at / 8 * 8;
		}
		f->offset = (uint32_t)(start / 8);
		f->bit_offset = (uint8_t)(at - start);
		f->bit_size = (uint8_t)width;
	}
	if (!l->s->is_union)
		l->bits = at + width;
	else if (width > l->bits)
		l->bits = width;
}

static void add_member(struct parser *p, struct layout *l, const char *name, const struct ctype *t, const struct attributes *a)
{
	uint32_t align = member_align(l, t, a), at;
	struct field *f;

	if (t->type->kind == TYPE_NONE || t->function) {
		wrong(p, "a member that has a size");
		return;
	}
	at = l->s->is_union ? 0 : round_up((uint32_t)((l->bits + 7) / 8), align);
	if (align > l->align)
		l->align = align;
	f = field_add(p, l, name, t->type);
	f->offset = at;
	if (!l->s->is_union)
		l->bits = 8 * ((uint64_t)at + t->type->size);
	else if (8 * (uint64_t)t->type->size > l->bits)
		l->bits = 8 * (uint64_t)t->type->size;
}

static bool specifiers(struct parser *p, struct specifiers *s);
static const char *declarator(struct parser *p, struct ctype *t, struct attributes *a);

static void members(struct parser *p, struct layout *l)
{
	while (!p->failed && !token_is(here(p), '}') && here(p)->kind != TOK_END) {
		struct specifiers s;

		if (take(p, ';'))
			continue;
		if (here(p)->kind == TOK_PACK) {
			p->at++;
			continue;
		}
		if (keyword(here(p)) == KEY_ASSERT) {
			p->at++;
			skip_brackets(p);
			continue;
		}
		if (!specifiers(p, &s)) {
			unknown_type(p, "a member's type");
			return;
		}
		if (token_is(here(p), ';')) {
			if (s.type.type->kind == TYPE_STRUCT && !s.type.type->incomplete && !*s.type.type->name)
				add_member(p, l, "", &s.type, &s.attributes);
			continue;
		}
		do {
			struct ctype t = s.type;
			struct attributes a = s.attributes;
			const char *name = "";

			if (!token_is(here(p), ':'))
				name = declarator(p, &t, &a);
			if (p->failed)
				return;
			if (take(p, ':')) {
				int64_t width = constant(p);

				attributes(p, &a);
				add_bitfield(p, l, name, &t, &a, width < 0 || width > 255 ? 255 : (uint32_t)width);
			} else {
				add_member(p, l, name, &t, &a);
			}
		} while (!p->failed && take(p, ','));
		expect(p, ';', "';'");
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
	uint32_t at = here(p)->span.from;

	for (size_t i = s->count; i-- > 0;)
		if (at >= s->list[i]->base && at <= s->list[i]->base + s->list[i]->len)
			return strstr(s->list[i]->name, "/linux/") || strstr(s->list[i]->name, "/asm");
	return false;
}

static struct ctype struct_or_union(struct parser *p, bool is_union, struct specifiers *spec)
{
	struct attributes a = {0};
	const char *tag = "", *kind = is_union ? "union" : "struct", *key;
	const struct type *known;
	struct layout l = {0};
	struct type *s;

	attributes(p, &a);
	if (here(p)->kind == TOK_NAME && !here(p)->name->keyword) {
		tag = here(p)->name->text;
		p->at++;
	}
	attributes(p, &a);
	key = arena_printf(p->cdefs->arena, "%s %s", kind, tag);
	if (!token_is(here(p), '{')) {
		if (!*tag) {
			wrong(p, "a name or '{'");
			return plain(&type_none);
		}
		s = dict_find(&p->cdefs->tags, key);
		if (s && !s->incomplete)
			return plain(s);
		/* by value it must be known; behind a pointer it may stay unknown */
		known = token_is(&p->list[p->at], '*') || token_is(&p->list[p->at], ';') ? NULL : p->cdefs->host.find_type(p->cdefs->host.arg, kind, tag);
		return plain(known ? known : tagged(p, key, tag, is_union));
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
		skip_brackets(p);
		attributes(p, &a);
		p->at = body;
	}
	l.packed = a.packed;
	if (++p->depth > DEEPEST)
		wrong(p, "fewer structs within structs");
	members(p, &l);
	p->depth--;
	expect(p, '}', "'}'");
	attributes(p, &a);
	if (a.aligned > l.align)
		l.align = a.aligned;
	s->align = l.align;
	s->size = round_up((uint32_t)((l.bits + 7) / 8), l.align);
	s->fields = l.fields;
	s->nfields = (uint32_t)l.n;
	s->incomplete = p->failed;
	s->uapi = in_kernel_header(p);
	return plain(s);
}

static struct ctype enumeration(struct parser *p, struct specifiers *spec)
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

	attributes(p, &a);
	if (here(p)->kind == TOK_NAME && !here(p)->name->keyword) {
		tag = here(p)->name->text;
		p->at++;
	}
	key = arena_printf(p->cdefs->arena, "enum %s", tag);
	if (!token_is(here(p), '{')) {
		known = dict_find(&p->cdefs->tags, key);
		if (!known)
			known = p->cdefs->host.find_type(p->cdefs->host.arg, "enum", tag);
		return known ? plain(known) : integer(p, 4, false);
	}
	p->at++;
	spec->defines = true;
	e = type_enum_new(p->types, tag, 4, false);
	while (!p->failed && here(p)->kind == TOK_NAME) {
		struct enumerator_of *known_as = arena_alloc(p->cdefs->arena, sizeof(*known_as));
		const char *name = here(p)->name->text;

		p->at++;
		attributes(p, &(struct attributes){0});
		if (take(p, '=')) {
			if (!constant_expr(p->cdefs, p->list, &p->at, &v))
				wrong(p, "a constant");
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
		if (!take(p, ','))
			break;
	}
	expect(p, '}', "',' or '}'");
	attributes(p, &a);
	e->is_signed = least < 0;
	if (most > (least < 0 ? INT32_MAX : UINT32_MAX) || least < INT32_MIN)
		e->size = e->align = 8;
	if (a.packed)
		e->size = e->align = most > UINT16_MAX ? 4 : most > UINT8_MAX ? 2 : 1;
	e->enumerators = list;
	e->nenumerators = (uint32_t)n;
	if (*tag)
		dict_set(&p->cdefs->tags, key, e);
	return plain(e);
}

static struct ctype type_of(struct parser *p)
{
	struct ctype t = plain(type_int(p->types, 8, true));
	struct cvalue v;
	size_t open = p->at;

	if (!take(p, '(')) {
		wrong(p, "'('");
		return t;
	}
	if (!type_name_at(p->cdefs, p->list, &p->at, &t) || !token_is(here(p), ')')) {
		p->at = open + 1;
		if (constant_expr(p->cdefs, p->list, &p->at, &v))
			t = v.type;
	}
	p->at = open;
	skip_brackets(p);
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
	*out = plain(known);
	return true;
}

/* the words that make one arithmetic type, counted */
struct words {
	unsigned chars, shorts, ints, longs, floats, doubles, signeds, unsigneds, bools, wides, complexes, voids;
};

static bool arithmetic(struct parser *p, const struct words *w, struct ctype *t)
{
	if (w->voids)
		*t = plain(&type_none);
	else if (w->bools)
		*t = plain(&type_bool);
	else if (w->wides || (w->doubles && w->longs))
		*t = wide(p);
	else if (w->doubles)
		*t = integer(p, 8, false);
	else if (w->floats)
		*t = integer(p, 4, false);
	else if (w->chars)
		*t = integer(p, 1, !w->unsigneds);
	else if (w->shorts)
		*t = integer(p, 2, !w->unsigneds);
	else if (w->longs)
		*t = integer(p, 8, !w->unsigneds);
	else if (w->ints || w->signeds || w->unsigneds)
		*t = integer(p, 4, !w->unsigneds);
	else if (w->complexes)
		*t = integer(p, 8, false);
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
	case KEY_VOID: return &w->voids;
	case KEY_CHAR: return &w->chars;
	case KEY_SHORT: return &w->shorts;
	case KEY_INT: return &w->ints;
	case KEY_LONG: return &w->longs;
	case KEY_FLOAT: return &w->floats;
	case KEY_DOUBLE: return &w->doubles;
	case KEY_SIGNED: return &w->signeds;
	case KEY_UNSIGNED: return &w->unsigneds;
	case KEY_BOOL: return &w->bools;
	case KEY_INT128: case KEY_FLOAT128: return &w->wides;
	case KEY_COMPLEX: return &w->complexes;
	}
	return NULL;
}

static bool specifiers(struct parser *p, struct specifiers *s)
{
	struct words w = {0};
	bool have = false, any = false;

	*s = (struct specifiers){0};
	for (; here(p)->kind == TOK_NAME && !p->failed; any = true) {
		const struct token *t = here(p);
		int key = t->name->keyword;
		unsigned *counter = word_counter(&w, key);

		if (key == KEY_ATTRIBUTE || key == KEY_ALIGNAS || key == KEY_ASM) {
			attributes(p, &s->attributes);
			continue;
		}
		if (counter) {
			++*counter;
		} else if (key == KEY_STRUCT || key == KEY_UNION || key == KEY_ENUM) {
			if (have)
				break;
			p->at++;
			s->type = key == KEY_ENUM ? enumeration(p, s) : struct_or_union(p, key == KEY_UNION, s);
			have = true;
			continue;
		} else if (key == KEY_TYPEDEF) {
			s->is_typedef = true;
		} else if (key == KEY_VALIST) {
			s->type = plain(type_array(p->types, type_int(p->types, 8, false), 3));
			have = true;
		} else if (key == KEY_TYPEOF) {
			p->at++;
			s->type = type_of(p);
			have = true;
			continue;
		} else if (key == KEY_ATOMIC) {
			p->at++;
			if (token_is(here(p), '(')) {
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
	if (!have && s->is_typedef && any && here(p)->kind == TOK_NAME && !p->failed) {
		have = named_type(p, here(p), true, &s->type);
		p->at += have;
	}
	if (have) {
		apply_vector(p, &s->attributes, &s->type);
		if (!s->defines)
			s->attributes.aligned = 0;
	}
	return have && !p->failed;
}

static void pointers(struct parser *p, struct ctype *t, struct attributes *a)
{
	for (;;) {
		if (take(p, '*')) {
			*t = plain(type_pointer(p->types, t->function ? &type_none : t->type, SPACE_NONE, false));
		} else if (keyword(here(p)) == KEY_IGNORED || keyword(here(p)) == KEY_ATOMIC) {
			p->at++;
		} else if (keyword(here(p)) == KEY_ATTRIBUTE) {
			attributes(p, a);
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
	while (keyword(here(p)) == KEY_IGNORED)
		p->at++;
	if (!token_is(here(p), ']'))
		count = constant(p);
	expect(p, ']', "']'");
	if (token_is(here(p), '['))
		dimensions(p, t);
	if (p->failed)
		return;
	if (count < 0 || (uint64_t)count > MOST_ELEMENTS || (uint64_t)count * t->type->size > UINT32_MAX / 16) {
		wrong(p, "an array of a sensible size");
		return;
	}
	align = t->align;
	t->type = type_array(p->types, t->type, (uint32_t)count);
	t->align = align;
}

/* the rest of a declarator around *t; returns the name, "" of an abstract one */
static const char *declarator(struct parser *p, struct ctype *t, struct attributes *a)
{
	const char *name = "";
	size_t inner = 0, end;

	if (++p->depth > DEEPEST) {
		wrong(p, "a simpler declarator");
		return name;
	}
	pointers(p, t, a);
	attributes(p, a);
	if (token_is(here(p), '(') && !p->failed) {
		const struct token *n = here(p) + 1;

		if (token_is(n, '*') || token_is(n, '(') || token_is(n, '^') || keyword(n) == KEY_ATTRIBUTE ||
		    (n->kind == TOK_NAME && !n->name->keyword && !n->name->type)) {
			inner = p->at + 1;
			skip_brackets(p);
		}
	} else if (here(p)->kind == TOK_NAME && !here(p)->name->keyword) {
		name = here(p)->name->text;
		p->at++;
	}
	attributes(p, a);
	if (token_is(here(p), '[')) {
		dimensions(p, t);
	} else if (token_is(here(p), '(')) {
		skip_brackets(p);
		*t = plain(&type_none);
		t->function = true;
	}
	attributes(p, a);
	end = p->at;
	if (inner && !p->failed) {
		p->at = inner;
		name = declarator(p, t, a);
		expect(p, ')', "')'");
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

	if (first->kind != TOK_NAME || (!first->name->keyword && !first->name->type && (c->depth || list[*at + 1].kind == TOK_END)))
		return false;
	if (first->name->keyword == KEY_SIZEOF || first->name->keyword == KEY_ALIGNOF || first->name->keyword == KEY_OFFSETOF)
		return false;
	if (!first->name->keyword && !first->name->type && !token_is(&list[*at + 1], ')') && !token_is(&list[*at + 1], '*'))
		return false;
	if (dict_find(&c->enumerators, first->name->text) || !specifiers(&p, &s))
		return false;
	*t = s.type;
	if (*declarator(&p, t, &s.attributes) || p.failed)
		return false;
	*at = p.at;
	return true;
}

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

	if (take(p, ';'))
		return;
	if (here(p)->kind == TOK_PACK) {
		p->cdefs->pack = (uint32_t)here(p)->value;
		p->at++;
		return;
	}
	if (keyword(here(p)) == KEY_ASSERT || keyword(here(p)) == KEY_ASM) {
		p->at++;
		skip_brackets(p);
		return;
	}
	if (!specifiers(p, &s)) {
		unknown_type(p, "a declaration");
		return;
	}
	if (s.defines && !s.is_typedef && !token_is(here(p), ';') && (here(p)->first || here(p)->kind == TOK_END))
		return; /* scripts leave out the ';' after '}' */
	if (take(p, ';'))
		return;
	do {
		struct ctype t = s.type;
		struct attributes a = {0};
		const char *name = declarator(p, &t, &a);

		if (p->failed)
			return;
		apply_vector(p, &a, &t);
		if (s.is_typedef && *name)
			define_typedef(p, name, &t);
		if (t.function && token_is(here(p), '{')) {
			skip_brackets(p);
			return;
		}
		if (take(p, '='))
			while (here(p)->kind != TOK_END && !token_is(here(p), ';') && !token_is(here(p), ',')) {
				if (token_is(here(p), '{') || token_is(here(p), '(') || token_is(here(p), '['))
					skip_brackets(p);
				else
					p->at++;
			}
	} while (!p->failed && take(p, ','));
	expect(p, ';', "';'");
}

/* past a declaration that is not understood */
static void recover(struct parser *p, size_t from)
{
	p->at = from;
	while (here(p)->kind != TOK_END && !take(p, ';')) {
		bool body = token_is(here(p), '{');

		if (body || token_is(here(p), '(') || token_is(here(p), '[')) {
			skip_brackets(p);
			if (body && here(p)->first)
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

	while (here(&p)->kind != TOK_END) {
		size_t from = p.at;

		declaration(&p);
		if (p.failed || p.at == from)
			recover(&p, from);
	}
}
