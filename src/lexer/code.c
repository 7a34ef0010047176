/* What tokens mean in code: by the brackets around them. */
#include "lexer/lex.h"

#include <string.h>

void enter_code(struct lexer *lx, int until)
{
	lx->mode = LEXER_CODE;
	lx->until = until;
	lx->predicate = lx->angle = lx->in_macro = false;
	lx->depth = lx->nesting = lx->prefixes = 0;
	lx->parens[0] = 0;
	lx->greater = (struct span){0, 0};
}

void leave_code(struct lexer *lx)
{
	enter_code(lx, 0);
	lx->mode = LEXER_ROOT;
}

void open_brace(struct lexer *lx)
{
	if (++lx->nesting > NESTING_MAX) {
		too_deep(lx);
		return;
	}
	lx->depth++;
	lx->parens[lx->depth] = 0;
	lx->opened[lx->depth] = lx->at;
}

/* does this '>' close the block that a '<' opened? */
static bool closes_angle(struct lexer *lx)
{
	static const char *const ends[] = {"BEGIN", "END", "begin", "end", NULL};
	uint32_t next = skip_space(lx, lx->end);
	const char *s = lx->text + next;

	if (!lx->angle || lx->depth != 1 || lx->parens[1])
		return false;
	if (strchr(";{}", lx->last) || next >= lx->len)
		return true;
	if (word_among(s, ends) && strchr("<{", lx->text[skip_space(lx, next + word_len(s))])) {
		lexer_error(lx, lexer_here(lx), "syntax: expected ; before the > that closes the block");
		return true;
	}
	lx->greater = lexer_here(lx);
	return false;
}

static bool prefix_operator(int token)
{
	return token == '!' || token == '~' || token == '-' || token == '*' || token == '&' || token == INC ||
	       token == DEC || token == COMPTIME;
}

int code_token(struct lexer *lx, int token, const YYSTYPE *value)
{
	bool statement = lx->depth && (lx->last == ';' || lx->last == '{' || lx->last == '}' || lx->last == LBLOCK);

	lx->prefixes = prefix_operator(token) ? lx->prefixes + 1 : 0;
	if (lx->prefixes > NESTING_MAX)
		too_deep(lx);
	if (token == '>' && closes_angle(lx)) {
		lx->angle = false;
		token = '}';
	} else if (token == '}' && lx->angle && lx->depth == 1) {
		lexer_error(lx, lexer_here(lx), "syntax: unexpected '}', expected >");
	}

	switch (token) {
	case IF:
		return statement ? SIF : IF;
	case IDENT:
		if (lx->in_macro && !lx->depth && lx->parens[0])
			dict_set(&lx->params, value->name, lx);
		return token;
	case '{':
		open_brace(lx);
		return statement ? LBLOCK : '{';
	case '}':
		if (lx->depth) {
			lx->nesting -= 1 + lx->parens[lx->depth];
			lx->depth--;
			lx->prefixes = 0;
		}
		if (!lx->depth && lx->until == '}')
			leave_code(lx);
		return token;
	case '(':
	case '[':
		lx->parens[lx->depth]++;
		if (++lx->nesting > NESTING_MAX)
			too_deep(lx);
		if (token == '(' &&
		    (lx->last == SIZEOF || lx->last == TYPEOF || lx->last == TYPEINFO || lx->last == OFFSETOF))
			return type_follows(lx, lx->end, true) ? TPAREN : token;
		if (token == '(' && lx->last != IDENT && type_follows(lx, lx->end, false))
			return TPAREN;
		return token;
	case ')':
	case ']':
		if (lx->parens[lx->depth]) {
			lx->parens[lx->depth]--;
			lx->nesting--;
		}
		if (token == lx->until && !lx->depth && !lx->parens[0])
			leave_code(lx);
		return token;
	case ';':
		lx->nesting -= lx->parens[lx->depth];
		lx->parens[lx->depth] = 0;
		lx->greater = (struct span){0, 0};
		if (!lx->depth && lx->until == ';')
			leave_code(lx);
		return token;
	case '/': {
		char next = lx->text[skip_space(lx, lx->end)];

		if (!lx->predicate || lx->depth || lx->parens[0] || (next != '{' && next != '<'))
			return token;
		leave_code(lx);
		lx->mode = LEXER_ATTACH;
		return PREDICATE_END;
	}
	default:
		return token;
	}
}
