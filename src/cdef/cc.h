/* What the files of cdef share. */
#ifndef PROBE_CDEF_CC_H
#define PROBE_CDEF_CC_H

#include "cdef/cdef.h"

/* a punctuator as a number: its characters */
#define P1(a) ((uint32_t)(a))
#define P2(a, b) (P1(a) | P1(b) << 8)
#define P3(a, b, c) (P2(a, b) | P1(c) << 16)

enum token_kind {
	TOK_END,
	TOK_NAME,
	TOK_NUMBER,
	TOK_CHAR,
	TOK_STRING,
	TOK_PUNCT,
	TOK_PACK, /* what is left of #pragma pack: value is the new packing, 0 none */
	TOK_OTHER,
};

struct macro;

/* C's type: the language's and what only the layout needs */
struct ctype {
	const struct type *type;
	uint32_t align;
	bool function;
	bool is_signed; /* of plain char and enums as the evaluator sees them */
};

/* One for each word of the text. */
struct name {
	const char *text;
	struct macro *macro; /* NULL: not defined */
	struct ctype *type; /* typedef */
	int keyword; /* enum keyword */
};

struct token {
	uint8_t kind;
	bool first; /* of its line */
	bool space; /* white space before it */
	bool final; /* a name that is not expanded any more */
	uint32_t punct;
	union {
		struct name *name;
		const char *text; /* NUMBER, CHAR, STRING: with quotes; len bytes */
		int64_t value;
	};
	uint32_t len;
	struct span span; /* in the sources */
};

struct tokens {
	struct token *list;
	size_t n, cap;
};

struct macro {
	struct name *name;
	bool function, variadic, active;
	struct name **params;
	size_t nparams;
	struct token *body;
	size_t nbody;
	const char *text; /* of the body, as written */
};

enum keyword {
	KEY_NONE,
	KEY_VOID,
	KEY_CHAR,
	KEY_SHORT,
	KEY_INT,
	KEY_LONG,
	KEY_FLOAT,
	KEY_DOUBLE,
	KEY_SIGNED,
	KEY_UNSIGNED,
	KEY_BOOL,
	KEY_INT128,
	KEY_FLOAT128,
	KEY_COMPLEX,
	KEY_VALIST,
	KEY_STRUCT,
	KEY_UNION,
	KEY_ENUM,
	KEY_TYPEOF,
	KEY_TYPEDEF,
	KEY_ATTRIBUTE,
	KEY_ALIGNAS,
	KEY_ATOMIC,
	KEY_ASM,
	KEY_ASSERT,
	KEY_SIZEOF,
	KEY_ALIGNOF,
	KEY_OFFSETOF,
	KEY_IGNORED, /* says nothing of a layout */
};

struct cdefs {
	struct cdefs_host host;
	struct arena *arena;
	struct dict names; /* text to struct name */
	struct dict tags; /* "struct x" to type */
	struct dict enumerators; /* name to struct enumerator_of */
	struct dict once; /* files that said #pragma once */
	struct tokens out; /* the preprocessed text that decl.c reads */
	unsigned depth; /* of includes */
	unsigned script_end, script_from; /* positions of the script's own text: mistakes there are errors */
	unsigned mistakes;
	const char *missing;
	uint32_t pack; /* #pragma pack */
	bool config_read; /* CONFIG_* have been defined */
	bool too_much; /* gave up: macros grow without end */
};

struct enumerator_of {
	int64_t value;
	const struct type *type;
};

/* token.c */
struct name *name_of_text(struct cdefs *c, const char *s, size_t len);
/* tokens of text[0..len); base: position of its first byte in the sources */
void tokenize(struct cdefs *c, const char *text, size_t len, uint32_t base, struct tokens *out);
void tokens_add(struct tokens *l, const struct token *t);
bool token_is(const struct token *t, uint32_t punct);
bool token_named(const struct token *t, const char *name);
bool number_value(const struct token *t, int64_t *value, bool *is_unsigned, unsigned *size);
int64_t char_value(const struct token *t);

/* macro.c */
void macro_define(struct cdefs *c, const struct token *line, size_t n, const char *text, uint32_t base);
void expand_tokens(struct cdefs *c, const struct token *list, size_t n, struct tokens *out);

/* preprocess.c */
void preprocess(struct cdefs *c, const char *text, size_t len, uint32_t base, const char *path);
void mistake(struct cdefs *c, struct span span, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* expr.c: a constant expression at list[*at], *at past it; false: it is none */
struct cvalue {
	int64_t v;
	bool is_unsigned;
	struct ctype type;
};
bool constant_expr(struct cdefs *c, const struct token *list, size_t *at, struct cvalue *v);

/* decl.c, declarator.c */
void declarations(struct cdefs *c);
/* a type name as in a cast at list[*at]; false: there is none */
bool type_name_at(struct cdefs *c, const struct token *list, size_t *at, struct ctype *t);

/* predefined.c */
extern const char predefined[]; /* what the compiler of this machine defines */
const char *builtin_header(const char *name); /* stddef.h and the like; NULL: none */
void define_config(struct cdefs *c); /* CONFIG_* of the running kernel */

#endif
