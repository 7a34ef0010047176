/* What a beginner may have meant by a token that does not fit: a line below the message. */
#include "lexer/lex.h"

#include <string.h>

/* where the token stands: its statement, read anew from the brace around it */
struct spot {
	struct lexer *lx;
	int token;
	const char *first; /* the statement's first word or byte */
	const char *before; /* the last byte before the token that is no space, or the brace */
	char within; /* ( or [ that is open around it, / in a predicate, or 0 */
};

static struct spot spot_of(struct lexer *lx, int token)
{
	struct spot s = {.lx = lx, .token = token};
	uint32_t from = lx->depth_before ? lx->opened[lx->depth_before] : lx->at;
	char open[32];
	unsigned n = 0, inner = 0;

	s.first = NULL;
	s.before = lx->text + from;
	for (uint32_t i = from + 1; (i = skip_space(lx, i)) < lx->at; i++) {
		const char *c = lx->text + i;

		if (!s.first)
			s.first = c;
		if (*c == '"')
			i = quoted_end(lx, i) - 1;
		s.before = lx->text + i;
		if (strchr("([", *c) && n < sizeof(open))
			open[n++] = *c;
		else if (strchr(")]", *c) && n)
			n--;
		else if (*c == '{')
			inner++;
		else if (*c == '}' && inner)
			inner--;
		if (!inner && !(s.first && word_is(s.first, "for") && n) && strchr(";}", *c)) {
			s.first = NULL;
			n = 0;
		}
	}
	if (!s.first)
		s.first = lx->text + lx->at;
	s.within = n ? open[n - 1] : !lx->depth_before && lx->predicate ? '/' : 0;
	return s;
}

/* does the word that ends at s begin so? */
static bool ends_word(const struct lexer *lx, const char *s, const char *const *words)
{
	while (s > lx->text && is_word(s[-1]))
		s--;
	return word_among(s, words);
}

bool in_loop_head(struct lexer *lx, int token)
{
	struct spot s = spot_of(lx, token);

	return s.within == '(' && word_is(s.first, "for");
}

static bool begins_operand(int token)
{
	return token == SIF || token == IF || token == FOR || token == WHILE || token == UNROLL || token == LET ||
	       token == RETURN || token == IDENT || token == VAR || token == MAP || token == INT || token == STRING ||
	       token == PARAM;
}

/* BEGIN print(1);	kprobe vfs_read { } */
static void advise_attach(const struct spot *s)
{
	static const char *const providers[] = {"kprobe",     "kretprobe",     "uprobe",   "uretprobe", "usdt",
						"tracepoint", "rawtracepoint", "fentry",   "fexit",     "kfunc",
						"kretfunc",   "profile",       "interval", "software",  "hardware",
						"watchpoint", "iter",          NULL};
	const struct lexer *lx = s->lx;
	const char *end = lx->text + lx->at;

	while (end > lx->text && is_space(end[-1]))
		end--;
	if (ends_word(lx, end, providers))
		hint(lx->diag, "the parts of an attach point are joined by colons, as in kprobe:vfs_read");
	else
		hint(lx->diag, "what a probe does stands in braces: BEGIN { ... }");
}

static void advise_statement(const struct spot *s)
{
	static const char *const conditions[] = {"if", "while", "unroll", "for", "else", NULL};
	static const char *const elses[] = {"elseif", "elsif", "elif", NULL};
	static const char *const types[] = {
		"int", "char", "short", "long",  "unsigned", "bool",  "auto",   "var",    "u8",     "u16",    "u32",
		"u64", "int8", "int16", "int32", "int64",    "uint8", "uint16", "uint32", "uint64", "string", NULL};
	static const char *const logic[] = {"and", "or", "not", NULL};
	static const char *const only_else[] = {"else", NULL};
	struct diag *d = s->lx->diag;
	const char *name = s->lx->text + s->lx->at;
	int len = (int)word_len(name);

	if (s->token == '{' && s->within == '/')
		hint(d, "the predicate ends with '/': /pid == 1/ { ... }");
	else if (word_among(name, logic) || ends_word(s->lx, s->before + 1, logic))
		hint(d, "and, or, not are written &&, ||, !");
	else if (s->token == '{' && word_among(s->first, elses))
		hint(d, "write else if (...) { ... }");
	else if (word_is(s->first, "for"))
		hint(d, "a loop is for ($i : 0..10) { ... }, or for ($entry : @map) { ... }");
	else if (s->token == IDENT && (word_is(s->first, "let") || (!s->within && word_among(s->first, types))))
		hint(d, "a variable is written $%.*s", len, name);
	else if (!s->within && begins_operand(s->token) &&
		 ((*s->before == ')' && word_among(s->first, conditions)) ||
		  ends_word(s->lx, s->before + 1, only_else)))
		hint(d, "what depends on a condition stands in braces: if (...) { ... }");
	else if (s->token == '=' && s->within && s->within != '[')
		hint(d, "== compares");
	else if (begins_operand(s->token) && (is_word(*s->before) || strchr(")]\"+-", *s->before)) && s->within != '/')
		hint(d, "is a '%s' missing before it?", s->within ? "," : ";");
	else if (strchr(";={", s->token) && (s->within == '(' || s->within == '['))
		hint(d, "is a '%s' missing before it?", s->within == '(' ? ")" : "]");
	else if (s->token == ',' && !s->within)
		hint(d, "a statement ends with ';'");
}

static unsigned line_of(const struct lexer *lx, uint32_t offset)
{
	unsigned line = 1;

	for (uint32_t i = 0; i < offset; i++)
		line += lx->text[i] == '\n';
	return line;
}

void lexer_advise(struct lexer *lx, int token)
{
	struct spot s;

	if (lx->quiet)
		return;
	if (lx->greater.from && lx->angle && token == YYEOF) {
		hint(lx->diag, "end the last statement of a < ... > block with ';' before the '>'");
	} else if (token == YYEOF) {
		if (lx->depth)
			hint(lx->diag, "the '%c' of line %u is not closed", lx->text[lx->opened[lx->depth]],
			     line_of(lx, lx->opened[lx->depth]));
	} else {
		s = spot_of(lx, token);
		if (token == ATTACH)
			advise_attach(&s);
		else if (token < 256 || begins_operand(token))
			advise_statement(&s);
	}
}
