/* The same output as -f json has it. */
#include "gen.h"

#include <stdlib.h>
#include <string.h>

bool as_json;

static const char *quoted(const char *s)
{
	static const char plain[] = "\"\\\n\r\t", escaped[] = "\"\\nrt";
	const char *out = "", *at;

	for (; *s; s++) {
		at = strchr(plain, *s);
		out = at ? text("%s\\%c", out, escaped[at - plain]) : text("%s%c", out, *s);
	}
	return text("\"%s\"", out);
}

/* a number, or a string where a double cannot hold it */
static const char *json_number(const char *s)
{
	bool is_signed = *s == '-';
	uint64_t v = strtoull(s + is_signed, NULL, 10);
	double d = (double)v;

	return d < 0x1p64 && (uint64_t)d == v ? s : text("\"%s\"", s);
}

/* { .a = 1, .in = { .x = 2 } } as {"a": 1, "in": {"x": 2}} */
static const char *json_struct(const char *shown)
{
	char *out = make(2 * strlen(shown) + 1), *o = out;

	for (const char *s = shown; *s; s++) {
		if (*s == '.') {
			*o++ = '"';
			while (*++s != ' ')
				*o++ = *s;
			o = stpcpy(o, "\": ");
			s += strlen(" =");
			continue;
		}
		if (*s == '-' || (*s >= '0' && *s <= '9')) {
			size_t n = strspn(s, "-0123456789");

			o = stpcpy(o, json_number(text("%.*s", (int)n, s)));
			s += n - 1;
		} else if ((*s == ' ' && s[1] == '}') || (*s == ' ' && s > shown && s[-1] == '{')) {
			continue;
		} else {
			*o++ = *s;
		}
	}
	return out;
}

static const char *json_list(struct value v)
{
	const char *s = "";

	for (int i = 0; i < v.type->n; i++)
		s = text("%s%s%s", s, i ? "," : "", json(v.part[i]));
	return text("[%s]", s);
}

const char *json(struct value v)
{
	const char *s = "";

	switch (v.type->kind) {
	case BOOL:
		return v.num ? "true" : "false";
	case INT:
		return json_number(render(v));
	case ENUM:
	case POINTER:
		return text("%lld", (long long)v.num);
	case STRING:
	case TEXT:
		return quoted(v.text);
	case BUFFER:
		for (size_t i = 0; i < v.len; i++)
			s = text("%s%s%d", s, i ? "," : "", v.text[i]);
		return text("[%s]", s);
	case TUPLE:
	case ARRAY:
		return json_list(v);
	case RECORD:
		for (int i = 0; i < v.type->n; i++)
			s = text("%s%s\"%s\": %s", s, i ? ", " : "", v.type->name[i], json(v.part[i]));
		return text("{%s}", s);
	case OBJECT:
		return json_struct(render(v));
	case VOID:
		break;
	}
	return "null";
}

/* a key as it is printed, without its outer parentheses and all spaces; a string as it is */
const char *json_key(struct value key)
{
	const char *s = render(key);
	char *out = make(strlen(s) + 1), *o = out;

	for (; *s; s++)
		if (*s != ' ' || key.type->kind == STRING)
			*o++ = *s;
	if (key.type->kind == TUPLE) {
		o[-1] = 0;
		out++;
	}
	return quoted(out);
}

void emit_value(struct value v)
{
	if (as_json)
		emit("{\"type\": \"value\", \"data\": %s}\n", json(v));
	else
		emit("%s\n", render(v));
}

void emit_text(const char *type, const char *s)
{
	if (as_json)
		emit("{\"type\": \"%s\", \"data\": %s}\n", type, quoted(s));
	else
		emit("%s", s);
}
