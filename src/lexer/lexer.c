/* One token after another, with what is passed over: comments, the rest of a mistake. */
#include "lexer/lex.h"

#include <stdarg.h>
#include <string.h>

/* ---- messages ---- */

struct span span_of(const struct lexer *lx, uint32_t from, uint32_t to)
{
	return (struct span){lx->base + from, lx->base + to};
}

struct span lexer_here(const struct lexer *lx)
{
	return span_of(lx, lx->at, lx->end);
}

void lexer_error(struct lexer *lx, struct span span, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	lx->failed = true;
	if (lx->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error_at(lx->diag, span, "%s", text);
}

void lexer_give_up(struct lexer *lx, struct span span, const char *why)
{
	if (!lx->dead)
		lexer_error(lx, span, "%s", why);
	lx->dead = true;
}

void too_deep(struct lexer *lx)
{
	char why[80];

	snprintf(why, sizeof(why), "syntax: nesting is too deep (more than %d levels)", NESTING_MAX);
	lexer_give_up(lx, lexer_here(lx), why);
}

/* ---- tokens ---- */

static int next_token(struct lexer *lx, YYSTYPE *value, struct span *span)
{
	enum lexer_mode mode = lx->mode;
	int token = YYEOF;

	lx->depth_before = lx->depth;
	if (!lx->dead)
		token = lexer_scan(value, span, lx->scanner);
	if (lx->dead || token == YYEOF) {
		*span = span_of(lx, lx->len, lx->len);
		return YYEOF;
	}
	*span = lexer_here(lx);
	if (mode == LEXER_CODE)
		token = code_token(lx, token, value);
	lx->last = token;
	return lx->dead ? YYEOF : token;
}

void lexer_recover(struct lexer *lx, int token)
{
	lx->skip = SKIP_NOTHING;
	if (token == YYEOF)
		return;
	if (lx->depth_before) {
		if (token == ';' || token == '}')
			return;
		lx->skip = in_loop_head(lx, token) ? SKIP_LOOP : SKIP_STATEMENT;
		lx->skip_depth = lx->depth_before;
	} else if (token != PREDICATE_END) {
		lx->skip = lx->predicate ? SKIP_PREDICATE : SKIP_PROBE;
	}
}

/* the next token that the grammar is waiting for */
static int skip_tokens(struct lexer *lx, YYSTYPE *value, struct span *span)
{
	for (;;) {
		int token;

		*span = lexer_here(lx);
		if (lx->skip == SKIP_PROBE && lx->mode == LEXER_ROOT)
			return RESYNC;
		token = next_token(lx, value, span);
		if (token == YYEOF)
			return token;
		switch (lx->skip) {
		case SKIP_NOTHING:
			return token;
		case SKIP_STATEMENT:
		case SKIP_LOOP:
			if (token == '}' && lx->depth < lx->skip_depth)
				return token;
			if (lx->skip == SKIP_STATEMENT && token == ';' && lx->depth == lx->skip_depth)
				return token;
			/* its block is over, and so is the statement */
			if (token == '}' && lx->depth == lx->skip_depth &&
			    !word_is(lx->text + skip_space(lx, lx->end), "else"))
				return ';';
			break;
		case SKIP_PREDICATE:
			if (token == PREDICATE_END)
				return token;
			if (token == '}' && !lx->depth) {
				leave_code(lx);
				lx->skip = SKIP_PROBE;
			}
			break;
		case SKIP_PROBE:
			if (token == ';' && !lx->depth)
				leave_code(lx);
			break;
		}
	}
}

/* what stands between the token read last and the one before it */
static void note_comments(struct lexer *lx, uint32_t to)
{
	uint32_t i = lx->noted;

	if (!i && !strncmp(lx->text, "#!", 2))
		i = strcspn(lx->text, "\n");
	while (i < to) {
		const char *s = lx->text + i, *end;
		struct comment *c;

		if (s[0] != '/' || (s[1] != '/' && s[1] != '*')) {
			i++;
			continue;
		}
		end = s[1] == '/' ? memchr(s, '\n', lx->len - i) : memmem(s + 2, lx->len - i - 2, "*/", 2);
		end = !end ? lx->text + lx->len : s[1] == '*' ? end + 2 : end;
		c = arena_alloc(lx->arena, sizeof(*c));
		c->span = span_of(lx, i, end - lx->text);
		if (!lx->last_comment)
			lx->last_comment = &lx->comments;
		*lx->last_comment = c;
		lx->last_comment = &c->next;
		i = end - lx->text;
	}
	lx->noted = lx->end > i ? lx->end : i;
}

int lexer_next(struct lexer *lx, union YYSTYPE *value, struct span *span)
{
	int token = lx->first;

	if (token) {
		lx->first = 0;
		*span = span_of(lx, 0, 0);
	} else if (lx->skip) {
		token = skip_tokens(lx, value, span);
		lx->skip = SKIP_NOTHING;
	} else {
		token = next_token(lx, value, span);
	}
	note_comments(lx, token == YYEOF && !lx->dead ? lx->len : lx->at);
	return token;
}
