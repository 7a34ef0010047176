/*
 * From bytes to tokens.  What a byte means depends on where it stands: outside
 * of blocks a probe's attach points are raw text, `/` may open or close a
 * predicate, `<` and `>` may be a block's braces, `(` may begin a cast.  The
 * lexer knows all that by counting brackets, the grammar sees plain tokens.
 */
#ifndef PROBE_LEXER_LEXER_H
#define PROBE_LEXER_LEXER_H

#include "base/base.h"

#define NESTING_MAX 1000 /* brackets within brackets, operators before operators */

enum lexer_mode {
	LEXER_ROOT, /* before a probe, a definition ... */
	LEXER_ATTACH, /* after an attach point or a predicate, before the block */
	LEXER_CODE, /* in all the rest */
};

enum lexer_skip { /* after a syntax error: the tokens not to be seen */
		  SKIP_NOTHING,
		  SKIP_STATEMENT, /* up to its ';', or the '}' of the block around it */
		  SKIP_LOOP, /* likewise, of a for (a; b; c) { ... }, whose ';' end nothing */
		  SKIP_PREDICATE, /* up to its '/' */
		  SKIP_PROBE, /* up to where another one may begin: there is a RESYNC */
};

struct lexer {
	struct arena *arena;
	struct diag *diag;
	bool quiet; /* report nothing, set failed */
	bool failed;
	bool dead; /* gave up, said why: from here on there is only the end of the file */

	void *scanner; /* flex's */
	const char *text;
	uint32_t len;
	uint32_t base; /* position of text */
	uint32_t at, end; /* offsets of the token read last */
	uint32_t noted; /* offset up to which comments are in the list */
	struct comment *comments, **last_comment;

	int first; /* a token that stands before the text: which start symbol is meant */
	enum lexer_mode mode;
	int until; /* CODE outside of braces: the token after which ROOT begins: } ; ) */
	bool in_macro; /* between `macro` and its block */
	bool predicate; /* in /.../ */
	bool angle; /* the outermost block is < ... > */
	unsigned depth; /* of braces */
	unsigned depth_before; /* the last token */
	unsigned nesting; /* of all brackets */
	unsigned prefixes; /* operators in a row */
	uint16_t parens[NESTING_MAX + 2]; /* ( and [ that are open since the brace of each depth */
	uint32_t opened[NESTING_MAX + 2]; /* where that brace is */
	int last; /* the token before */
	struct span greater; /* in < ... >: a '>' of this statement taken for an operator */

	enum lexer_skip skip;
	unsigned skip_depth;

	struct dict values; /* names of #defines: (NAME) is no cast */
	struct dict params; /* of the macro being read */
};

union YYSTYPE;
void lexer_init(struct lexer *lx, struct arena *a, struct diag *d, const struct source *src);
void lexer_free(struct lexer *lx);
int lexer_next(struct lexer *lx, union YYSTYPE *value, struct span *span);
void lexer_error(struct lexer *lx, struct span span, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* a mistake with which there is no going on */
void lexer_give_up(struct lexer *lx, struct span span, const char *why);
/* below a syntax error at this token: what may have been meant */
void lexer_advise(struct lexer *lx, int token);
/* after a syntax error at this token: what to skip */
void lexer_recover(struct lexer *lx, int token);

#endif
