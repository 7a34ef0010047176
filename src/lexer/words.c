/* Words, numbers and strings: what the text of a token stands for. */
#include "lexer/lex.h"

#include <ctype.h>
#include <string.h>

static const struct {
	const char *name;
	int token;
} keywords[] = {
	{"break", BREAK},   {"comptime", COMPTIME}, {"continue", CONTINUE}, {"else", ELSE},
	{"enum", ENUM},     {"false", FALSE},       {"for", FOR},           {"if", IF},
	{"import", IMPORT}, {"let", LET},           {"offsetof", OFFSETOF}, {"return", RETURN},
	{"sizeof", SIZEOF}, {"struct", STRUCT},     {"true", TRUE},         {"typeinfo", TYPEINFO},
	{"typeof", TYPEOF}, {"union", UNION},       {"unroll", UNROLL},     {"while", WHILE},
};

int lexer_word(struct lexer *lx, YYSTYPE *value, const char *text)
{
	value->name = arena_strdup(lx->arena, text);
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (text[0] == keywords[i].name[0] && str_eq(text, keywords[i].name))
			return keywords[i].token;
	}
	return IDENT;
}

int lexer_number(struct lexer *lx, YYSTYPE *value, const char *text)
{
	const char *why, *tail;
	int64_t n = 0;

	if (!parse_int_tail(text, &n, &why, &tail)) {
		if (*tail)
			lexer_error(lx, lexer_here(lx), "%s '%s'", why, tail);
		else
			lexer_error(lx, lexer_here(lx), "%s", why);
	}
	value->num = (struct number){.value = n, .text = arena_strdup(lx->arena, text)};
	return INT;
}

int lexer_param(struct lexer *lx, YYSTYPE *value, const char *text)
{
	uint64_t n = 0;

	for (const char *s = text + 1; *s && n <= INT64_MAX; s++) {
		if (__builtin_mul_overflow(n, (uint64_t)10, &n) || __builtin_add_overflow(n, (uint64_t)(*s - '0'), &n))
			n = UINT64_MAX;
	}
	if (!n || n > INT64_MAX)
		lexer_error(lx, lexer_here(lx), "param %s is out of integer range [1, %jd]", text, (intmax_t)INT64_MAX);
	value->num = (struct number){.value = n, .text = NULL};
	return PARAM;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower(c) - 'a' + 10 : -1;
}

struct text lexer_unescape(struct lexer *lx, const char *s, size_t len)
{
	static const char plain[] = "n\nt\tr\r\"\"\\\\a\ab\be\033f\fv\v";
	const char *start = s, *end = s + len;
	char *to = arena_alloc(lx->arena, len + 1);
	struct text text = {.s = to};

	while (s < end) {
		const char *escape = s, *p = plain;
		unsigned value = 0;

		if (*s++ != '\\') {
			*to++ = s[-1];
			continue;
		}
		while (*p && *p != *s)
			p += 2;
		if (*s >= '0' && *s <= '7') {
			for (int n = 0; n < 3 && s < end && *s >= '0' && *s <= '7'; n++)
				value = value * 8 + (*s++ - '0');
		} else if (*s == 'x' && s + 1 < end && hex_digit(s[1]) >= 0) {
			s++;
			for (int n = 0; n < 2 && s < end && hex_digit(*s) >= 0; n++)
				value = value * 16 + hex_digit(*s++);
		} else if (*p) {
			value = p[1];
			s++;
		} else {
			s++;
			while (s < end && (*s & 0xc0) == 0x80)
				s++;
			lexer_error(lx, span_of(lx, lx->at + 1 + (escape - start), lx->at + 1 + (s - start)),
				    "invalid escape character '%.*s'", (int)(s - escape), escape);
		}
		if (value > 255)
			lexer_error(lx, span_of(lx, lx->at + 1 + (escape - start), lx->at + 1 + (s - start)),
				    "octal escape sequence out of range '%.*s'", (int)(s - escape), escape);
		*to++ = value;
	}
	text.len = to - text.s;
	return text;
}
