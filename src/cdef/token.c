/* C text to tokens.  A backslash at the end of a line is white space. */
#include "cdef/cc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *text;
	enum keyword keyword;
} keywords[] = {
#define KEYWORD(id, text) {text, KEY_##id},
#include "cdef/keywords.def"
#undef KEYWORD
};

static int keyword_of(const char *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (!strcmp(keywords[i].text, s))
			return keywords[i].keyword;
	return KEY_NONE;
}

struct name *name_of_text(struct cdefs *c, const char *s, size_t len)
{
	char small[128], *key = len < sizeof(small) ? small : arena_alloc(c->arena, len + 1);
	struct name *n;

	memcpy(key, s, len);
	key[len] = '\0';
	n = dict_find(&c->names, key);
	if (n)
		return n;
	n = arena_alloc(c->arena, sizeof(*n));
	n->text = arena_strndup(c->arena, s, len);
	n->keyword = keyword_of(n->text);
	dict_set(&c->names, n->text, n);
	if (!c->config_read && !strncmp(n->text, "CONFIG_", 7)) {
		c->config_read = true;
		define_config(c);
	}
	return n;
}

void tokens_add(struct tokens *l, const struct token *t)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->list = xrealloc(l->list, l->cap * sizeof(*l->list));
	}
	l->list[l->n++] = *t;
}

bool token_is(const struct token *t, uint32_t punct)
{
	return t->kind == TOK_PUNCT && t->punct == punct;
}

bool token_named(const struct token *t, const char *name)
{
	return t->kind == TOK_NAME && !strcmp(t->name->text, name);
}

static size_t quoted(const char *s, size_t len)
{
	char quote = s[0];
	size_t i = 1;

	while (i < len && s[i] != quote && s[i] != '\n')
		i += s[i] == '\\' && i + 1 < len ? 2 : 1;
	return i < len && s[i] == quote ? i + 1 : i < len ? i : len;
}

/* a number as the preprocessor reads it: 0x1p-3, 1.5e+9L */
static size_t number(const char *s, size_t len)
{
	size_t i = 1;

	while (i < len && (isalnum((unsigned char)s[i]) || s[i] == '.' || s[i] == '_' ||
			   ((s[i] == '+' || s[i] == '-') && strchr("eEpP", s[i - 1]))))
		i++;
	return i;
}

static size_t word(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && (isalnum((unsigned char)s[i]) || s[i] == '_' || s[i] == '$'))
		i++;
	return i;
}

static uint32_t punctuator(const char *s, size_t len)
{
	static const char *const longer[] = {"...", "<<=", ">>=", "##", "->", "++", "--", "<<", ">>", "<=", ">=", "==",
					     "!=",  "&&",  "||",  "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="};

	for (size_t i = 0; i < ARRAY_SIZE(longer); i++) {
		const char *p = longer[i];
		size_t n = strlen(p);

		if (n <= len && !memcmp(p, s, n))
			return n == 3 ? P3(p[0], p[1], p[2]) : P2(p[0], p[1]);
	}
	return P1((unsigned char)s[0]);
}

static size_t punct_len(uint32_t punct)
{
	return punct >> 16 ? 3 : punct >> 8 ? 2 : 1;
}

/* white space, comments and continued lines at s; *lines: newlines among them */
static size_t skip_blank(const char *s, size_t len, bool *newline)
{
	size_t i = 0;

	for (;;) {
		if (i < len && s[i] == '\n') {
			*newline = true;
			i++;
		} else if (i < len && isspace((unsigned char)s[i])) {
			i++;
		} else if (i + 1 < len && s[i] == '\\' && s[i + 1] == '\n') {
			i += 2;
		} else if (i + 2 < len && s[i] == '\\' && s[i + 1] == '\r' && s[i + 2] == '\n') {
			i += 3;
		} else if (i + 1 < len && s[i] == '/' && s[i + 1] == '/') {
			while (i < len && s[i] != '\n')
				i += s[i] == '\\' && i + 1 < len ? 2 : 1;
		} else if (i + 1 < len && s[i] == '/' && s[i + 1] == '*') {
			const char *end = memmem(s + i + 2, len - i - 2, "*/", 2);

			i = end ? (size_t)(end - s) + 2 : len;
		} else {
			return i < len ? i : len;
		}
	}
}

void tokenize(struct cdefs *c, const char *text, size_t len, uint32_t base, struct tokens *out)
{
	bool newline = true;
	size_t i = 0, blank, n;

	while (blank = skip_blank(text + i, len - i, &newline), i += blank, i < len) {
		const char *s = text + i;
		struct token t = {.first = newline, .space = blank > 0};

		if (isalpha((unsigned char)*s) || *s == '_' || *s == '$') {
			n = word(s, len - i);
			if (n == 1 && *s == 'L' && n < len - i && (s[1] == '\'' || s[1] == '"')) {
				i++;
				continue;
			}
			t.kind = TOK_NAME;
			t.name = name_of_text(c, s, n);
		} else if (isdigit((unsigned char)*s) || (*s == '.' && i + 1 < len && isdigit((unsigned char)s[1]))) {
			n = number(s, len - i);
			t.kind = TOK_NUMBER;
			t.text = s;
		} else if (*s == '"' || *s == '\'') {
			n = quoted(s, len - i);
			t.kind = *s == '"' ? TOK_STRING : TOK_CHAR;
			t.text = s;
		} else {
			t.kind = ispunct((unsigned char)*s) ? TOK_PUNCT : TOK_OTHER;
			t.punct = punctuator(s, len - i);
			n = punct_len(t.punct);
		}
		t.len = (uint32_t)n;
		t.span = (struct span){base + (uint32_t)i, base + (uint32_t)(i + n)};
		tokens_add(out, &t);
		newline = false;
		i += n;
	}
}

bool number_value(const struct token *t, int64_t *value, bool *is_unsigned, unsigned *size)
{
	char digits[72], *end;
	bool u = false;
	unsigned longs = 0;
	uint64_t v;

	if (t->len >= sizeof(digits))
		return false;
	memcpy(digits, t->text, t->len);
	digits[t->len] = '\0';
	if (digits[0] == '0' && (digits[1] == 'b' || digits[1] == 'B'))
		v = strtoull(digits + 2, &end, 2);
	else
		v = strtoull(digits, &end, 0);
	for (; *end; end++) {
		if (*end == 'u' || *end == 'U')
			u = true;
		else if (*end == 'l' || *end == 'L')
			longs++;
		else
			return false;
	}
	*size = longs || v > UINT32_MAX || (v > INT32_MAX && !u && digits[0] != '0') ? 8 : 4;
	*is_unsigned = u || v > INT64_MAX || (*size == 4 && v > INT32_MAX);
	*value = (int64_t)v;
	return true;
}

int64_t char_value(const struct token *t)
{
	static const char from[] = "abefnrtv0", to[] = "\a\b\033\f\n\r\t\v";
	const char *s = t->text + 1, *found;

	if (*s != '\\')
		return (signed char)*s;
	if (s[1] == 'x')
		return (signed char)strtoul(s + 2, NULL, 16);
	if (s[1] >= '0' && s[1] <= '7')
		return (signed char)strtoul(s + 1, NULL, 8);
	found = strchr(from, s[1]);
	return found && *found ? to[found - from] : s[1];
}
