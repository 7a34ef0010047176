/*
 * Names, types and checks: from the parser's tree to one that codegen can
 * read without looking anything up.
 *
 * What sema leaves behind, for codegen:
 * - script->clauses: one for each program, with its own clone of the block;
 *   `for`, `if`, blocks and expressions as parsed.  script->root's PROBEs are
 *   no longer of interest.
 * - Every expression has a type, never NULL; type_none for void calls.
 *   Literals and what can be folded from them are INT, BOOL, STRING nodes;
 *   enum constants are INTs with a TYPE_ENUM type; $1 and $# are literals, or
 *   (options.late) a PARAM, NPARAMS or CALL getopt, int64 or string, for the loader to fill in;
 *   macros, comptime, sizeof, offsetof, unroll counts are gone or literal.
 * - IDENTs left are builtins (ident.builtin set; a CALL f() of a builtin has
 *   call.builtin, that of a function of the script call.sub: the clause's own
 *   copy, in clause->subprograms, whose parameters, result and variables are
 *   among clause->vars).  `args` alone only stands below a FIELD or in print(args).
 * - A MAP's keys are one node: @m[a, b] has become @m[(a, b)].  Its type is
 *   the map's value type.  A whole map as an argument (print(@m), clear,
 *   len, for) is a MAP without keys.  delete(@m[k]) has become delete(@m, k).
 * - An aggregate map read as a value (@c > 5, printf("%d", @c)) stays a MAP of
 *   TYPE_AGGREGATE below a CAST to int64 or uint64 that sema inserted.
 *   print(@m[k]) and printf("%s") keep the aggregate.
 * - Variables, map keys and values have their final types; where the value
 *   assigned, compared or passed is of another integer width, string capacity
 *   or tuple element type codegen converts (cg_convert): sema inserts no casts
 *   for that.  Comparison of strings of different capacities is allowed.
 * - `args.x`: FIELD of IDENT args: type of the field; args' own type is
 *   clause->args (offsets: see struct clause and provider.h).  A FIELD through
 *   a pointer keeps its pointer operand (a->b, or a.b with auto-deref: expr's
 *   type is TYPE_POINTER): codegen loads through the pointer's space.
 * - char arrays of structs (char[N]) read as TYPE_STRING of N + 1; the
 *   field's own type stays the array.
 * - Predicates stay in clause->predicate.
 * - script->settings is filled; every probe-attach is in clause->attaches.
 */
#ifndef PROBE_SEMA_SEMA_H
#define PROBE_SEMA_SEMA_H

#include "ast/ast.h"

struct kernel;

struct sema_options {
	const char *const *params; /* $1 ... */
	size_t nparams;
	const char *const *named; /* --name=value, --name, as written */
	size_t nnamed;
	bool late; /* those not given are given when the image is run */
	int pid; /* -p */
	bool has_child; /* -c */
	bool unsafe;
	bool warnings; /* -k */
	bool no_sessions; /* a program for each clause */
	uint64_t strlen_most; /* max_strlen is no more than this; 0: as set */
	char **environ;
	const char *const *include_dirs; /* -I; NULL-terminated, or NULL */
	const char *const *includes; /* --include; likewise */
	const char *traceable; /* --traceable-functions, or NULL */
	const char *probe_filter; /* --probe-filter, an extended regular expression, or NULL */
};

struct image_conversion;
/* format.c: a printf format taken apart, for checking it and for the image.  false: *why */
bool format_parse(struct arena *a, const char *text, size_t len, struct image_conversion **list, size_t *n,
		  const char **why);

/* false: errors were reported */
bool sema(struct script *s, struct kernel *k, struct diag *d, const struct sema_options *o);

#endif
