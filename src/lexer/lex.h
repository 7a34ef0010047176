/* What the files of the lexer share. */
#ifndef PROBE_LEXER_LEX_H
#define PROBE_LEXER_LEX_H

#include "lexer/lexer.h"

#include "ast/ast.h"
#include "parser/build.h"
#include "parser/grammar.h"

/* lexer.c: spans of the text, by offsets; of the token read last */
struct span span_of(const struct lexer *lx, uint32_t from, uint32_t to);
struct span lexer_here(const struct lexer *lx);
void too_deep(struct lexer *lx);

/* scan.l: the next token in code; flex calls the functions below for what it cannot tell */
int lexer_scan(YYSTYPE *value, YYLTYPE *span, void *scanner);

/* words.c */
int lexer_word(struct lexer *lx, YYSTYPE *value, const char *text);
int lexer_number(struct lexer *lx, YYSTYPE *value, const char *text);
int lexer_param(struct lexer *lx, YYSTYPE *value, const char *text);
struct text lexer_unescape(struct lexer *lx, const char *s, size_t len);

/* outside.c: reads a token outside of blocks from lx->at on and sets lx->end; -1: there was something to pass over */
int lexer_outside(struct lexer *lx, YYSTYPE *value);

/* code.c: what a token of flex's is where it stands; the lexer's modes */
int code_token(struct lexer *lx, int token, const YYSTYPE *value);
void enter_code(struct lexer *lx, int until);
void leave_code(struct lexer *lx);
void open_brace(struct lexer *lx);

/* advice.c: is this token within the ( ... ) of a for? */
bool in_loop_head(struct lexer *lx, int token);

/* cast.c: does the '(' that ends at i open a type?  any_name: where a name can be nothing else */
bool type_follows(const struct lexer *lx, uint32_t i, bool any_name);

/* look.c: offsets into the text; s points into it, and it ends with a NUL */
extern const char *const type_tags[]; /* struct, union, enum */
bool is_space(char c);
bool is_letter(char c);
bool is_word(char c);
uint32_t skip_space(const struct lexer *lx, uint32_t i); /* and comments; stops at one without an end */
size_t word_len(const char *s); /* 0: no word there */
bool word_is(const char *s, const char *word);
bool word_among(const char *s, const char *const *words);
uint32_t quoted_end(const struct lexer *lx, uint32_t i); /* past the '"', or the end of its line */

#endif
