/* What the files that read C declarations share. */
#ifndef PROBE_CDEF_DECL_H
#define PROBE_CDEF_DECL_H

#include "cdef/cc.h"

#define DEEPEST 200
#define MOST_ELEMENTS (1u << 28)

struct parser {
	struct cdefs *cdefs;
	struct types *types;
	const struct token *list;
	size_t at;
	unsigned depth;
	bool failed; /* the declaration being read is not understood */
};

/* what attributes say, of a type or a member */
struct attributes {
	bool packed;
	uint32_t aligned;
	uint32_t mode; /* bytes of an integer, 0: not said */
	uint32_t vector; /* bytes */
};

struct specifiers {
	struct ctype type;
	struct attributes attributes;
	bool is_typedef;
	bool defines; /* a struct, union or enum with a body */
};

/* of a struct or union that is being read */
struct layout {
	struct type *s;
	struct field *fields;
	size_t n, cap;
	uint64_t bits; /* used so far */
	uint32_t align, pack;
	bool packed;
};

/* cursor.c */
const struct token *c_here(struct parser *p); /* the next token */
bool c_take(struct parser *p, uint32_t punct); /* past it, if it is that */
int c_keyword(const struct token *t); /* KEY_NONE: it is none */
void c_wrong(struct parser *p, const char *what); /* "expected WHAT", once a declaration */
void c_unknown_type(struct parser *p, const char *what);
void c_expect(struct parser *p, uint32_t punct, const char *what);
void c_skip_brackets(struct parser *p); /* from an opening bracket to past the one that closes it */
int64_t c_constant(struct parser *p);
struct ctype c_plain(const struct type *t); /* aligned as it is large */
struct ctype c_integer(struct parser *p, unsigned size, bool is_signed);
struct ctype c_wide(struct parser *p); /* of 16 bytes: long double, __int128 */

/* attribute.c */
void c_attributes(struct parser *p, struct attributes *a); /* those that stand here, none or many */
/* what they make of a type */
void c_apply_vector(struct parser *p, const struct attributes *a, struct ctype *t);

/* layout.c */
void c_add_bitfield(struct parser *p, struct layout *l, const char *name, const struct ctype *t,
		    const struct attributes *a, uint32_t width);
void c_add_member(struct parser *p, struct layout *l, const char *name, const struct ctype *t,
		  const struct attributes *a);

/* tagged.c: after the keyword */
struct ctype c_struct_or_union(struct parser *p, bool is_union, struct specifiers *spec);
struct ctype c_enumeration(struct parser *p, struct specifiers *spec);

/* specifier.c */
bool c_specifiers(struct parser *p, struct specifiers *s); /* false: no declaration begins here */

/* declarator.c */
/* the rest of a declarator around *t; returns the name, "" of an abstract one */
const char *c_declarator(struct parser *p, struct ctype *t, struct attributes *a);

static inline uint32_t c_round_up(uint32_t n, uint32_t to)
{
	return to ? (n + to - 1) / to * to : n;
}

#endif
