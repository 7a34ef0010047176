/* What the tables say of a call: how many arguments it takes, of what types. */
#include "sema/pass.h"

#include <string.h>

void read_signature(const char *text, struct signature *s)
{
	const char *open = strchr(text, '('), *at = open + 1;

	memset(s, 0, sizeof(*s));
	snprintf(s->result, sizeof(s->result), "%.*s", (int)(open - text), text);
	while (*at && *at != ')') {
		size_t len = strcspn(at, ",)");
		const char *word = at;
		bool optional = *word == '[';

		if (!strncmp(word, "...", 3)) {
			s->most = 127;
		} else {
			snprintf(s->args[s->nargs], sizeof(s->args[0]), "%.*s", (int)(len - (optional ? 2 : 0)),
				 word + optional);
			s->nargs++;
			s->most++;
			s->least += !optional;
		}
		at += len;
		while (*at == ',' || *at == ' ')
			at++;
	}
}

static const char *count_words(struct pass *p, unsigned n)
{
	return n == 1 ? "one argument" : arena_printf(p->arena, "%u arguments", n);
}

bool check_count(struct pass *p, const struct node *n, const struct signature *s)
{
	size_t got = node_count(n->call.args);
	const char *name = n->call.name;

	if (got >= s->least && got <= s->most)
		return true;
	if (!s->most)
		wrong(p, n->span, "%s() requires no arguments (%zu provided)", name, got);
	else if (s->least == s->most)
		wrong(p, n->span, "%s() requires %s (%zu provided)", name, count_words(p, s->most), got);
	else if (got < s->least)
		wrong(p, n->span, "%s() requires at least %s (%zu provided)", name, count_words(p, s->least), got);
	else
		wrong(p, n->span, "%s() takes up to %s (%zu provided)", name, count_words(p, s->most), got);
	return false;
}

static bool word_fits(const char *word, const struct type *t)
{
	if (!strcmp(word, "any") || !strcmp(word, "stackmode") || !strcmp(word, "map"))
		return true;
	if (!strcmp(word, "int"))
		return type_is_int(t) || t->kind == TYPE_POINTER;
	if (!strcmp(word, "ptr"))
		return type_is_int(t) || t->kind == TYPE_POINTER || t->kind == TYPE_ARRAY;
	if (!strcmp(word, "string") || !strcmp(word, "format"))
		return t->kind == TYPE_STRING;
	return true;
}

/* "const int", "ptr|int|string" */
bool check_arg(struct pass *p, const struct node *call, struct node *a, const char *expected)
{
	char words[32], *rest = words, *word;
	bool literal = !strncmp(expected, "const ", 6), fits = false;

	if (a->type->kind == TYPE_ERROR)
		return false;
	if (!strcmp(expected, "string") || (!strcmp(expected, "any") && call->call.fn && call->call.fn->id == FN_print))
		as_text(p, a);
	if (!strcmp(expected, "map") && a->kind != NODE_MAP) {
		wrong(p, a->span, "%s() expects a map to be provided", call->call.name);
		return false;
	}
	snprintf(words, sizeof(words), "%s", expected + (literal ? 6 : 0));
	if (literal && late(a)) {
		wrong_late(p, a);
		return false;
	}
	if (literal && !is_literal(a)) {
		wrong(p, a->span, "%s() expects a%s %s literal (%s provided)", call->call.name,
		      words[0] == 'i' ? "n" : "", words[0] == 'f' ? "string" : words, type_kind_name(a->type->kind));
		return false;
	}
	while ((word = strsep(&rest, "|")))
		fits |= word_fits(word, a->type);
	if (!fits) {
		if (literal)
			wrong(p, a->span, "%s() expects a %s literal (%s provided)", call->call.name,
			      strstr(expected, "int") ? "int" : "string", type_kind_name(a->type->kind));
		else
			wrong(p, a->span, "%s() only supports %s arguments (%s provided)", call->call.name, expected,
			      type_kind_name(a->type->kind));
	}
	return fits;
}
