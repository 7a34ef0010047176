/* Tokens outside of blocks: C definitions, attach points, the words that begin something. */
#include "lexer/lex.h"

#include <string.h>

/* #define X a \<newline> b: the line, continued lines joined, with what comments it opens */
static int preprocessor_line(struct lexer *lx, YYSTYPE *value)
{
	struct buf b = {0};
	uint32_t i = lx->at;
	const char *s, *end;
	size_t len;

	while (i < lx->len && lx->text[i] != '\n') {
		s = lx->text + i;
		if (s[0] == '\\' && (s[1] == '\n' || (s[1] == '\r' && s[2] == '\n'))) {
			i += s[1] == '\n' ? 2 : 3;
			continue;
		}
		if (s[0] == '/' && s[1] == '/') {
			end = memchr(s, '\n', lx->len - i);
			len = (end ? end : lx->text + lx->len) - s;
		} else if (s[0] == '/' && s[1] == '*') {
			end = memmem(s + 2, lx->len - i - 2, "*/", 2);
			if (!end) {
				lexer_give_up(lx, span_of(lx, i, i + 2), "unterminated comment");
				buf_free(&b);
				return YYEOF;
			}
			len = end + 2 - s;
		} else {
			len = s[0] == '"' ? quoted_end(lx, i) - i : 1;
		}
		buf_add(&b, s, len);
		i += len;
	}
	lx->end = i;
	while (b.len && is_space(b.data[b.len - 1]))
		b.data[--b.len] = '\0';
	value->name = arena_strndup(lx->arena, b.data, b.len);
	buf_free(&b);

	/* #define NAME: a value's name from now on; NAME( is a macro with arguments */
	s = value->name + 1;
	s += strspn(s, " \t");
	if (word_is(s, "define")) {
		s += strlen("define");
		s += strspn(s, " \t");
		len = word_len(s);
		if (len && s[len] != '(')
			dict_set(&lx->values, arena_strndup(lx->arena, s, len), lx);
	}
	return CDEF;
}

/* past "__attribute__((...))" and white space at i */
static uint32_t skip_attributes(const struct lexer *lx, uint32_t i)
{
	while (word_is(lx->text + skip_space(lx, i), "__attribute__")) {
		unsigned depth = 0;

		i = skip_space(lx, i) + strlen("__attribute__");
		i = skip_space(lx, i);
		for (; i < lx->len; i++) {
			if (lx->text[i] == '(')
				depth++;
			else if (lx->text[i] == ')' && depth && !--depth)
				break;
			else if (!depth)
				return i;
		}
		i += i < lx->len;
	}
	return i;
}

/* struct x { ... } __attribute__((packed)); typedef ... x; */
static int c_definition(struct lexer *lx, YYSTYPE *value)
{
	bool type_def = word_is(lx->text + lx->at, "typedef");
	uint32_t i = lx->at, open = 0;
	unsigned depth = 0;

	for (;;) {
		char c = lx->text[i = skip_space(lx, i)];

		if (i >= lx->len || (c == '/' && lx->text[i + 1] == '*')) {
			if (i < lx->len)
				lexer_give_up(lx, span_of(lx, i, i + 2), "unterminated comment");
			else if (depth)
				lexer_give_up(lx, span_of(lx, open, open + 1), "syntax: this { is not closed");
			else
				lexer_give_up(lx, span_of(lx, i, i),
					      "syntax: unexpected end of file, expected a C definition");
			return YYEOF;
		}
		if (c == '"') {
			i = quoted_end(lx, i);
			continue;
		}
		i++;
		if (c == '{' && !depth++)
			open = i - 1;
		if (c == ';' && !depth)
			break;
		if (c == '}' && depth && !--depth && !type_def) {
			uint32_t next;

			i = skip_attributes(lx, i);
			next = skip_space(lx, i);
			if (lx->text[next] == ';')
				i = next + 1;
			break;
		}
	}
	lx->end = i;
	value->name = arena_strndup(lx->arena, lx->text + lx->at, i - lx->at);
	return CDEF;
}

/*
 * White space within an attach point, `kprobe: vfs_read`: does what follows at
 * i still belong to it?  Text is what was read of it so far.
 */
static bool attach_goes_on(const struct lexer *lx, const struct buf *text, bool colon, uint32_t i)
{
	char last = text->data[text->len - 1], c = lx->text[i];

	if (i >= lx->len || strchr("{},;/<", c))
		return false;
	if (last == ':' || c == ':')
		return true;
	if (!colon)
		return false;
	for (; i < lx->len && !is_space(lx->text[i]) && !strchr("{,/;", lx->text[i]); i++) {
		if (!is_word(lx->text[i]) && !strchr(".+*?[]$@-", lx->text[i]))
			return false;
	}
	return true;
}

/*
 * kprobe:vfs_read/pid == 5/{: does the '/' at i, n bytes into a field, begin
 * a predicate?  Not in a path: /bin/sh, ./a, bin/a:main.
 */
static bool predicate_begins(const struct lexer *lx, const char *field, size_t n, uint32_t i)
{
	if (!n || strchr("/.*$\"~", *field))
		return false;
	for (uint32_t j = i; j < lx->len && !is_space(lx->text[j]) && lx->text[j] != '{'; j++)
		if (lx->text[j] == ':')
			return false;
	for (uint32_t j = i + 1; j < lx->len && !strchr("{};", lx->text[j]); j++)
		if (lx->text[j] == '/' && lx->text[skip_space(lx, j + 1)] == '{')
			return true;
	return false;
}

static int attach_point(struct lexer *lx, YYSTYPE *value)
{
	struct buf b = {0};
	bool colon = false;
	uint32_t i = lx->at, next, end;
	size_t field = 0;

	for (;;) {
		for (char c; i < lx->len && !is_space(c = lx->text[i]) && !strchr("{},;", c); i = end) {
			if (!colon ? c == '/' || c == '<'
				   : c == '/' && predicate_begins(lx, b.data + field, b.len - field, i))
				break;
			end = i + 1;
			if (c == '"') {
				end = quoted_end(lx, i);
				if (end == i + 1 || lx->text[end - 1] != '"')
					lexer_error(lx, span_of(lx, i, end), "unterminated string");
			}
			colon |= c == ':';
			buf_add(&b, lx->text + i, end - i);
			if (c == ':')
				field = b.len;
		}
		lx->end = i;
		next = skip_space(lx, i);
		if (next == i || !attach_goes_on(lx, &b, colon, next))
			break;
		i = next;
	}
	value->name = arena_strndup(lx->arena, b.data, b.len);
	buf_free(&b);
	return ATTACH;
}

/* `config = {`, `import "x"`, ...: the token of the word at lx->at, and how its construct ends */
static int root_keyword(struct lexer *lx)
{
	static const struct {
		const char *name;
		int token;
		int until;
		const char *before; /* one of these follows; a: a name */
	} roots[] = {
		{"config", CONFIG, '}', "={"}, {"import", IMPORT, ';', "\""}, {"let", LET, ')', "@$"},
		{"macro", MACRO, '}', "a"},    {"fn", FN, '}', "a"},
	};
	const char *s = lx->text + lx->at;
	size_t len = word_len(s);
	char next = lx->text[skip_space(lx, lx->at + len)];

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
		if (!word_is(s, roots[i].name) || !next || !strchr(roots[i].before, is_letter(next) ? 'a' : next))
			continue;
		lx->end = lx->at + len;
		enter_code(lx, roots[i].until);
		lx->in_macro = roots[i].token == MACRO;
		if (lx->in_macro)
			dict_init(&lx->params, lx->arena);
		return roots[i].token;
	}
	return 0;
}

/*
 * Read a token outside of blocks, from lx->at on; sets lx->end.  -1: there was
 * something to pass over.
 */
int lexer_outside(struct lexer *lx, YYSTYPE *value)
{
	const char *s;
	char c;
	int token;

	lx->end = lx->at;
	if (!lx->at && lx->text[0] == '#' && lx->text[1] == '!') { /* L-003 */
		s = memchr(lx->text, '\n', lx->len);
		lx->end = s ? s - lx->text : lx->len;
		return -1;
	}
	if (!lx->at && !strncmp(lx->text, "\xef\xbb\xbf", 3)) { /* some editors begin UTF-8 with this */
		lx->end = 3;
		return -1;
	}
	lx->end = skip_space(lx, lx->at);
	if (lx->end > lx->at)
		return -1;

	s = lx->text + lx->at;
	c = *s;
	lx->end = lx->at + 1;
	if (c == '/' && s[1] == '*') {
		lexer_give_up(lx, span_of(lx, lx->at, lx->at + 2), "unterminated comment");
		return YYEOF;
	}
	if (lx->mode == LEXER_ROOT) {
		if (c == '#')
			return preprocessor_line(lx, value);
		if (c == ';')
			return -1;
		if (c == '}') {
			lexer_error(lx, lexer_here(lx), "syntax: unexpected '}', no { is open");
			return -1;
		}
		/* a definition, not a provider of that name */
		if ((word_among(s, type_tags) || word_is(s, "typedef")) && is_space(s[word_len(s)]))
			return c_definition(lx, value);
		token = root_keyword(lx);
		if (token)
			return token;
	}
	switch (c) {
	case '{':
	case '<':
		enter_code(lx, '}');
		open_brace(lx);
		lx->angle = c == '<';
		return '{';
	case '/':
		enter_code(lx, 0);
		lx->predicate = true;
		return PREDICATE;
	case '}':
	case ';':
		leave_code(lx);
		return c;
	case ',':
		return c;
	default:
		lx->mode = LEXER_ATTACH;
		return attach_point(lx, value);
	}
}
