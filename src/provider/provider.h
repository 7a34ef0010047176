/*
 * The kinds of probes.  One file and one const struct a kind: how its attach
 * points are written, listed and expanded, and what its programs are given.
 */
#ifndef PROBE_PROVIDER_PROVIDER_H
#define PROBE_PROVIDER_PROVIDER_H

#include "base/base.h"
#include "image/image.h"
#include "kernel/kernel.h"
#include "lang/lang.h"

/* An attach point as written, taken apart. */
struct attach {
	struct span span;
	struct arena *arena;
	struct diag *diag;
	struct kernel *kernel;
	struct types *types;
	int pid; /* -p, else 0 */
	bool unsafe;
	const char *label; /* name=..., or NULL */
	const struct provider *provider;
	const char *const *fields; /* after the provider's name, quotes removed */
	size_t nfields;
	/* set by provider->parse */
	const char *target, *symbol; /* may be patterns; NULL: not given */
	const char *space_name; /* usdt: the namespace, "" any */
	const char *file; /* uprobe: of a source code location; NULL: it is none */
	unsigned line, column; /* column 0: any */
	bool demangled; /* uprobe: the symbol is a demangled name */
	uint64_t offset;
	bool has_offset, wild;
	uint64_t period;
	bool frequency;
	uint64_t config;
	/* set by provider->expand */
	struct image_attach *matches;
	size_t nmatches;
};

/* What a provider's listing hands out: a name and, for -lv, its parameters. */
struct listing {
	struct arena *arena;
	struct kernel *kernel;
	struct types *types;
	int pid;
	bool verbose; /* parameters are wanted */
	void (*each)(struct listing *l, const char *name); /* "kprobe:vfs_read" */
	void (*parameter)(struct listing *l, const char *text); /* "int dfd", after its each() */
	void *arg;
};

struct provider {
	enum attach_kind kind;
	const char *name; /* "kprobe" */
	const char *const *aliases; /* "k"; other names; NULL-terminated */
	unsigned has; /* NEEDS_ARGN | ...: what its programs can use */
	enum space space; /* where pointers from its arguments point */
	const char *syntax; /* "kprobe:[module:]function[+offset]", for messages */
	uint8_t min_fields, max_fields;
	bool kernel_listed; /* part of -l without a pattern */
	/* fields to target, symbol, ...; false: reported */
	bool (*parse)(struct attach *a);
	/* to matches, at least one; false: reported.  *missing: nothing matches (sema heeds missing_probes) */
	bool (*expand)(struct attach *a, const char **missing);
	/* every point matching target and symbol patterns (never NULL, "*" is all) */
	void (*list)(struct listing *l, const char *target, const char *symbol);
	/* the struct of `args`, or NULL.  *retval: of `retval`, when known */
	const struct type *(*args)(struct attach *a, const struct image_attach *match, const struct type **retval);
	unsigned typed; /* words that args() gives types: NEEDS_ARGS | NEEDS_ARGN | NEEDS_RETVAL; 0: args alone */
	/* do programs differ by attach point even if args are laid out the same? (fentry, tp_btf) */
	bool one_program_each;
	/* must it be attached by itself?  One link holds the others of a program; NULL: none */
	bool (*alone)(const struct image_attach *match);
	/*
	 * Another provider whose programs do what these do, at less cost, for the
	 * match; NULL: none.  *m may be changed.  Not for programs that look at
	 * the kernel's stack.
	 */
	const struct provider *(*form)(const struct attach *a, struct image_attach *m);
	/* section of the program, "fentry/vfs_read"; NULL: that of attach.def */
	const char *(*section)(struct arena *ar, const struct image_attach *match);
};

/* provider.c */
extern const struct provider *const providers[]; /* NULL-terminated */
const struct provider *provider_find(const char *name); /* name or alias */
const struct provider *provider_of(enum attach_kind kind);
/*
 * Take text apart and expand it: label, provider, fields (S-003 to S-005),
 * positional parameters already substituted.  Reports what is wrong and
 * returns false.  A wildcard provider gives several attaches, chained in the
 * array *list of *n.  *missing: nothing matches, which is not reported here.
 */
struct attach_context {
	struct arena *arena;
	struct diag *diag;
	struct kernel *kernel;
	struct types *types;
	int pid;
	bool unsafe;
	bool elsewhere; /* it will run in another kernel: what is not here may be there */
};
bool attach_parse(const struct attach_context *c, const char *text, struct span span, struct attach ***list, size_t *n,
		  const char **missing);

/* list.c: probe -l.  pattern as on the command line, NULL: everything.  0 or -errno */
int provider_list(struct kernel *k, struct types *t, struct arena *a, const char *pattern, int pid, bool verbose,
		  FILE *out);

#endif
