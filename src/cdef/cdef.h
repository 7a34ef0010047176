/*
 * C definitions: what a script, or a header it includes, says in C of types,
 * enum constants and #defines.  A preprocessor and a parser of declarations;
 * bodies of functions are skipped.  Sizes and offsets are those of the ABI of
 * the machine (LP64).
 *
 * Mistakes in the script are errors, those in headers are kept quiet: what
 * could not be understood is not known.
 */
#ifndef PROBE_CDEF_CDEF_H
#define PROBE_CDEF_CDEF_H

#include "base/base.h"
#include "lang/lang.h"

struct cdefs_host { /* what C text needs of the compiler around it */
	struct arena *arena;
	struct types *types;
	struct sources *sources;
	struct diag *diag;
	bool have_btf; /* BPFTRACE_HAVE_BTF is defined */
	const char *const *include_dirs; /* -I, searched first; NULL-terminated, or NULL */
	/* a type C text names and does not define; NULL: there is none.  keyword "struct" ... or NULL */
	const struct type *(*find_type)(void *arg, const char *keyword, const char *name);
	void *arg;
};

struct cdefs *cdefs_new(const struct cdefs_host *h);

/* the part of a script that holds C definitions; may be called again with another part */
void cdefs_read(struct cdefs *c, const struct source *src, struct span part);
/* a header, "x.h" or as in #include <x.h>; false: there is no such file */
bool cdefs_include(struct cdefs *c, const char *name);

/* keyword "struct", "union", "enum", "typedef" or NULL for any; NULL: none */
const struct type *cdefs_type(struct cdefs *c, const char *keyword, const char *name);
bool cdefs_enumerator(struct cdefs *c, const char *name, int64_t *value, const struct type **type);
/* replacement of #define NAME ..., "" if it has none; NULL: not defined, or with arguments */
const char *cdefs_define(struct cdefs *c, const char *name);
/* text as a C constant expression, its macros expanded; false: it is none */
bool cdefs_constant(struct cdefs *c, const char *text, int64_t *value, bool *over_int64_max);
/* the first #include that was not found; NULL: all were */
const char *cdefs_missing(const struct cdefs *c);
/* mistakes found in headers so far, for tests */
unsigned cdefs_mistakes(const struct cdefs *c);
typedef void (*cdefs_type_fn)(const char *keyword, const char *name, const struct type *t, void *arg);
void cdefs_each_type(struct cdefs *c, cdefs_type_fn each, void *arg);

#endif
