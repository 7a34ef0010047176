/* Types and values: sizes, conversions, comparison, and how they print. */
#include "gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct type bool_type = {.kind = BOOL, .size = 1};
const struct type enum_type = {.kind = ENUM, .size = 4};
const char *const color_names[COLORS] = {"RED", "GREEN", "BLUE", "PINK"};

const struct type *int_type(int size, bool is_signed)
{
	struct type *t = make(sizeof(*t));

	*t = (struct type){.kind = INT, .size = size, .is_signed = is_signed};
	return t;
}

const struct type *literal_type(int64_t v, bool over_int64_max)
{
	struct type *t = make(sizeof(*t));
	int size = v == (int8_t)v ? 1 : v == (int16_t)v ? 2 : v == (int32_t)v ? 4 : 8;

	if (over_int64_max)
		return int_type(8, false);
	*t = (struct type){.kind = INT, .size = size, .is_signed = true, .constant = true, .literal = v >= 0};
	return t;
}

const struct type *string_type(int capacity)
{
	struct type *t = make(sizeof(*t));

	*t = (struct type){.kind = STRING, .size = capacity};
	return t;
}

const struct type *text_type(const char *name)
{
	struct type *t = make(sizeof(*t));

	*t = (struct type){.kind = TEXT, .name = {name}};
	return t;
}

const struct type *parts_type(enum kind kind, int n, const struct type **part, const char **name)
{
	struct type *t = make(sizeof(*t));

	*t = (struct type){.kind = kind, .n = n};
	for (int i = 0; i < n; i++) {
		t->part[i] = part[i]->literal    ? literal_type(INT64_MAX, false)
			     : part[i]->constant ? int_type(8, true)
						 : part[i];
		t->name[i] = name ? name[i] : NULL;
	}
	return t;
}

const struct type *array_type(const struct type *elem, int n)
{
	struct type *t = make(sizeof(*t));

	*t = (struct type){.kind = ARRAY, .n = n, .part = {elem}, .size = n * elem->size};
	return t;
}

const struct type *pointer_type(const struct type *to)
{
	struct type *t = make(sizeof(*t));

	*t = (struct type){.kind = POINTER, .size = 8, .n = 1, .part = {to}};
	return t;
}

const struct type *object_type(const struct layout *l)
{
	struct type *t = make(sizeof(*t));

	*t = (struct type){.kind = OBJECT, .size = l->size, .layout = l};
	return t;
}

bool is_number(const struct type *t)
{
	return t->kind == INT || t->kind == BOOL || t->kind == ENUM;
}

bool same_type(const struct type *a, const struct type *b)
{
	if (a->kind != b->kind || a->size != b->size || a->is_signed != b->is_signed || a->n != b->n ||
	    a->layout != b->layout)
		return false;
	if (a->kind == TEXT)
		return !strcmp(a->name[0], b->name[0]);
	for (int i = 0; i < a->n && i < MOST_PARTS && (a->kind != ARRAY || !i); i++) {
		if (!same_type(a->part[i], b->part[i]))
			return false;
		if (a->kind == RECORD && strcmp(a->name[i], b->name[i]))
			return false;
	}
	return true;
}

/* where `from` has part i of `to`: records go by name; -1: nowhere */
static int part_of(const struct type *from, const struct type *to, int i)
{
	if (to->kind != RECORD)
		return i;
	for (int k = 0; k < from->n; k++)
		if (!strcmp(from->name[k], to->name[i]))
			return k;
	return -1;
}

bool fits(const struct type *from, const struct type *to)
{
	if (from->kind == VOID || from->kind != to->kind)
		return false;
	if (to->kind == INT && from->constant)
		return to->size == 8 && (from->literal || to->is_signed);
	if (to->kind == INT)
		return from->is_signed == to->is_signed ? from->size <= to->size
							: to->is_signed && from->size < to->size;
	if (to->kind == STRING || to->kind == BUFFER)
		return from->size <= to->size;
	if (to->kind != TUPLE && to->kind != RECORD)
		return same_type(from, to);
	if (from->n != to->n)
		return false;
	for (int i = 0; i < to->n; i++) {
		int at = part_of(from, to, i);

		if (at < 0 || !fits(from->part[at], to->part[i]))
			return false;
	}
	return true;
}

const struct type *join(const struct type *a, const struct type *b)
{
	int size = a->size > b->size ? a->size : b->size;
	bool sign = a->is_signed || b->is_signed;

	if (a->kind == b->kind && a->kind != INT)
		return a;
	if (a->kind == ENUM && b->literal)
		return a;
	if (b->kind == ENUM && a->literal)
		return b;
	if (a->constant && b->constant && a->literal == b->literal)
		return a->size > b->size ? a : b;
	if (a->literal || b->literal)
		return int_type(size, a->literal ? b->is_signed : a->is_signed);
	if (a->is_signed != b->is_signed) {
		int u = a->is_signed ? b->size : a->size, s = a->is_signed ? a->size : b->size;

		if (u >= s && u < 8)
			size = 2 * u;
	}
	return int_type(size, sign);
}

bool signed_pair(const struct type *a, const struct type *b)
{
	if (a->literal && b->literal)
		return true;
	return (a->is_signed && !a->literal) || (b->is_signed && !b->literal);
}

const char *type_text(const struct type *t)
{
	switch ((int)t->kind) {
	case BOOL:
		return "bool";
	case INT:
		return text("%sint%d", t->is_signed ? "" : "u", t->size * 8);
	case ENUM:
		return "enum color";
	case STRING:
		return text("string[%d]", t->size);
	case ARRAY:
		return text("%s[%d]", type_text(t->part[0]), t->n);
	case OBJECT:
		return text("struct %s", t->layout->name);
	default:
		fprintf(stderr, "gen: a type of kind %d has no name\n", t->kind);
		exit(2);
	}
}

struct value number(const struct type *t, int64_t v)
{
	if (t->kind == BOOL)
		v = v != 0;
	else if (t->size == 1)
		v = t->is_signed ? (int64_t)(int8_t)v : (int64_t)(uint8_t)v;
	else if (t->size == 2)
		v = t->is_signed ? (int64_t)(int16_t)v : (int64_t)(uint16_t)v;
	else if (t->size == 4)
		v = t->is_signed ? (int64_t)(int32_t)v : (int64_t)(uint32_t)v;
	return (struct value){.type = t, .num = v};
}

struct value string(const struct type *t, const char *s)
{
	return (struct value){.type = t, .text = text("%.*s", t->size - 1, s)};
}

struct value zero(const struct type *t)
{
	struct value v = {.type = t, .text = ""};

	if (t->kind == OBJECT)
		v.text = make((size_t)t->size);
	if (t->kind == TEXT)
		v.text = !strcmp(t->name[0], "strerror") ? "Success" : !strcmp(t->name[0], "ntop") ? "0.0.0.0" : "root";
	if (t->kind != TUPLE && t->kind != RECORD && t->kind != ARRAY)
		return v;
	v.part = make((size_t)t->n * sizeof(*v.part));
	for (int i = 0; i < t->n; i++)
		v.part[i] = zero(t->kind == ARRAY ? t->part[0] : t->part[i]);
	return v;
}

struct value convert(struct value v, const struct type *t)
{
	struct value out = {.type = t, .num = v.num, .text = v.text, .len = v.len, .part = v.part, .to = v.to};

	if (t->kind == BOOL && v.type->kind == BOOL)
		return out;
	if (is_number(t))
		return number(t, v.num);
	if (t->kind == STRING)
		return string(t, v.text);
	if (t->kind != TUPLE && t->kind != RECORD)
		return out;
	out.part = make((size_t)t->n * sizeof(*out.part));
	for (int i = 0; i < t->n; i++)
		out.part[i] = convert(v.part[part_of(v.type, t, i)], t->part[i]);
	return out;
}

bool equal(struct value a, struct value b)
{
	if (is_number(a.type))
		return a.num == b.num;
	if (a.type->kind == OBJECT)
		return !memcmp(a.text, b.text, (size_t)a.type->size);
	if (a.type->kind == BUFFER)
		return a.len == b.len && !memcmp(a.text, b.text, a.len);
	if (a.type->kind == STRING || a.type->kind == TEXT)
		return !strcmp(a.text, b.text);
	for (int i = 0; i < a.type->n; i++)
		if (!equal(a.part[i], b.part[part_of(b.type, a.type, i)]))
			return false;
	return true;
}

int order(struct value a, struct value b)
{
	int by = 0;

	if (is_number(a.type))
		return (a.num > b.num) - (a.num < b.num);
	if (a.type->kind == STRING)
		return strcmp(a.text, b.text);
	for (int i = 0; i < a.type->n && !by; i++)
		by = order(a.part[i], b.part[i]);
	return by;
}

static const char *render_parts(struct value v)
{
	const char *s = "";

	for (int i = 0; i < v.type->n; i++)
		s = text("%s%s%s%s", s, i ? v.type->kind == ARRAY ? "," : ", " : "",
			 v.type->kind == RECORD ? text(".%s = ", v.type->name[i]) : "", render(v.part[i]));
	return s;
}

const char *render(struct value v)
{
	char *s;

	switch (v.type->kind) {
	case BOOL:
		return v.num ? "true" : "false";
	case ENUM:
		if (v.num >= 0 && v.num < COLORS)
			return color_names[v.num];
		return text("%u", (unsigned)v.num);
	case INT:
		return v.type->is_signed ? text("%lld", (long long)v.num) : text("%llu", (unsigned long long)v.num);
	case POINTER:
		return text("0x%llx", (unsigned long long)v.num);
	case STRING:
	case TEXT:
		return v.text;
	case BUFFER:
		s = make(4 * v.len + 1);
		for (size_t i = 0; i < v.len; i++) {
			unsigned char c = (unsigned char)v.text[i];

			sprintf(s + strlen(s), c >= 32 && c < 127 ? "%c" : "\\x%02x", c);
		}
		return s;
	case TUPLE:
		return text("(%s)", render_parts(v));
	case RECORD:
		return text("{ %s }", render_parts(v));
	case ARRAY:
		return text("[%s]", render_parts(v));
	case OBJECT:
		return v.type->layout->show(v.text);
	case VOID:
		break;
	}
	return "?";
}
