/* What the files of sema share. */
#ifndef PROBE_SEMA_PASS_H
#define PROBE_SEMA_PASS_H

#include "cdef/cdef.h"
#include "kernel/kernel.h"
#include "provider/provider.h"
#include "sema/sema.h"

#include <regex.h>

struct pass {
	struct script *script;
	struct arena *arena;
	struct types *types;
	struct kernel *kernel;
	struct diag *diag;
	const struct sema_options *options;
	struct dict maps; /* by name */
	struct cdefs *cdefs; /* NULL: the script has no C definitions */
	struct dict macros; /* name to those of that name */
	struct dict library; /* macros of the standard library, once read */
	unsigned expansions; /* of macros so far */
	struct dict subprograms; /* name to FN */
	struct dict externals; /* name to struct library_function */
	const struct library *libraries; /* that were imported */
	struct dict getopts; /* option to its first call */
	struct dict numbers; /* enums of our own: signals, system calls */
	struct dict imports; /* files, by their real path */
	struct node *imported; /* what they define */
	regex_t probe_filter; /* of options->probe_filter, where there is one */
	struct clause **last_clause;
	struct map **last_map;
	/* infer */
	struct clause *clause;
	struct subprogram *subprogram; /* whose body is being looked at, or NULL */
	unsigned asked; /* ifs around here whose condition has a has_field() */
	bool report; /* the last round: types are final, say what is wrong */
	const struct node *constant; /* the argument being looked at, where it must be a literal */
	uint64_t warned_unstable; /* bits 1 << setting: said once */
	bool changed; /* a variable or map got another type in this round */
	bool waits; /* a sizeof(), until they have their types */
	bool settled; /* they have */
};

/* expand.c */
bool expand(struct pass *p); /* settings, map declarations, clauses */


/* session.c */
void join_sessions(struct pass *p); /* pairs of clauses that can be one program: clause->session */

/* cdefs.c */
void cdefs_open(struct pass *p);
void read_cdefs(struct pass *p, const struct script *s);
void read_includes(struct pass *p);
/* by the script, its headers, or BTF */
const struct type *defined_type(struct pass *p, const char *keyword, const char *name);
/* t with its fields, where they can be had; t itself or what stands for it */
const struct type *complete_type(struct pass *p, const struct type *t);
struct node *define_node(struct pass *p, const char *name, struct span span);

/* param.c */
const struct type *infer_param(struct pass *p, struct node *n);
void param_text(struct pass *p, struct node *n); /* n, the argument of str(): $1 or $1 + 3 as a string */
bool late(const struct node *n); /* a parameter or option that is given when the image is run */
/* the one in n, which would be a literal if it were given; NULL: n is no such thing */
const struct node *late_in(const struct node *n);
const struct type *late_type(struct pass *p, bool text);
const struct type *wrong_late(struct pass *p, const struct node *n); /* n cannot wait until then */

/* text.c: n, which has a type, as what is meant where it stands; its type then */
const struct type *as_text(struct pass *p, struct node *n); /* where a string is wanted */
/* where it is kept or shown: no address of text in a record */
const struct type *as_value(struct pass *p, struct node *n);
/* where it goes to a variable: no `args` that points into a record */
const struct type *whole_args(struct pass *p, struct node *n);
bool is_record_text(const struct node *n); /* args.x, a pointer to text in the record of a tracepoint */

/* elsewhere.c: what differs between kernels */
/* is n CONFIG_X or the kernel's version?  Then it has become its value */
bool kernel_constant(struct pass *p, struct node *n);
/* n becomes a word the loader knows */
const struct type *late_word(struct pass *p, struct node *n, enum late what, const char *name);
/* likewise a name of a kernel's enum; false: its value is this kernel's */
bool late_enumerator(struct pass *p, struct node *n, const struct type *e);
/* SIZEOF: does it wait for the kernel that runs? */
bool late_size(struct pass *p, const struct node *n, const struct type *t);
bool late_offset(struct pass *p, const struct node *n, const struct type *t); /* OFFSETOF, of t */
const struct type *infer_has_field(struct pass *p, struct node *n);
bool asks_has_field(struct node *n); /* is there a has_field() in n? */
/* NULL: there it is not asked for */
const struct field *field_elsewhere(struct pass *p, const struct type *t, const char *name);

/* import.c */
void read_imports(struct pass *p);
void import_statements(struct pass *p, struct node **n); /* those in a block */

/* macro.c */
void macro_declare(struct pass *p, struct node *macro);
void expand_macros(struct pass *p, struct node **n);

/* resolve.c */
void resolve(struct pass *p, struct clause *c);
struct map *map_named(struct pass *p, const char *name, struct span span);

/* subprogram.c */
void subprogram_declare(struct pass *p, struct node *fn);
struct subprogram *subprogram_of(const struct clause *c, const struct node *fn);
void infer_subprogram(struct pass *p, struct subprogram *s);
const struct type *infer_subprogram_call(struct pass *p, struct node *n);
void infer_return(struct pass *p, struct node *n);
bool count_fits(struct pass *p, const struct node *call, size_t wanted); /* arguments; says so if not */

/* external.c */
void import_object(struct pass *p, const struct node *import, const char *path);
void import_bpf_c(struct pass *p, const struct node *import, const char *path);
const struct type *infer_external_call(struct pass *p, struct node *n);

/* constants.c */
bool constant_find(const char *name, int64_t *value);
bool kernel_constant_find(const char *name, int64_t *value); /* of the kernel's own headers; BTF knows better */

/* fold.c: n as a literal where its operands are; its type is set */
bool fold(struct pass *p, struct node *n);
bool is_literal(const struct node *n); /* a number, a bool or a string */
void make_int(struct pass *p, struct node *n, int64_t value, bool wide);
void make_bool(struct node *n, bool value);
void make_string(struct pass *p, struct node *n, const char *s, size_t len);

/* infer.c */
bool infer(struct pass *p);
const struct type *infer_expr(struct pass *p, struct node *n);
const struct type *wrong(struct pass *p, struct span span, const char *fmt, ...) PRINTF_LIKE(3, 4);
const struct type *undefined_map(struct pass *p, const struct map *m, struct span span);
const char *name_of(struct pass *p, const struct type *t);
bool points_to_text(const struct type *t); /* operator.c: char *, and its like */
void infer_list(struct pass *p, struct node *list);
/* an aggregation in the place of a value: a cast to its integer put around it */
void read_aggregate(struct pass *p, struct node *n);

/* typename.c */
const struct type *basic_type(struct pass *p, const char *name); /* int8 ... string; NULL: none of them */
const struct type *type_of_node(struct pass *p, struct node *type); /* a TYPE */

/* widen.c */
uint32_t buffer_most(const struct pass *p);

/* statement.c */
bool literal_fits(const struct node *n, const struct type *t); /* a literal, without loss */

/* suggest.c: "did you mean ...?" of the message just given */
void suggest(struct pass *p, const char *name, const char *const *names);
void suggest_field(struct pass *p, const struct type *s, const char *name);
void suggest_variable(struct pass *p, const struct clause *c, const char *name);
void suggest_identifier(struct pass *p, const struct clause *c, const char *name);
void suggest_map(struct pass *p, const char *name);
void suggest_type(struct pass *p, const char *keyword, const char *name);

/* lint.c: warnings about a tree with types */
void lint(struct pass *p);

/* comptime.c: the value of a call known now, its node replaced; NULL: it is none such */
const struct type *infer_comptime(struct pass *p, struct node *n);
void check_options(struct pass *p); /* names after -- that no getopt() asks for */

/* call.c */
const struct type *infer_call(struct pass *p, struct node *n);

/* signature.c: what functions.def and aggregations.def say of a call */
struct signature {
	char result[24];
	unsigned least, most; /* arguments */
	char args[8][32];
	unsigned nargs;
};

void read_signature(const char *text, struct signature *s);
bool check_count(struct pass *p, const struct node *call, const struct signature *s);
/* as a signature has it: "const int", "ptr|int" */
bool check_arg(struct pass *p, const struct node *call, struct node *arg, const char *expected);

/* result.c: of a call whose arguments have their types; word: the result its signature names */
const struct type *call_result(struct pass *p, struct node *call, const char *word);

/* builtin.c */
uint64_t setting(const struct pass *p, enum setting_id id);
/* has the kind of probe what these NEEDS_ ask for? */
bool available(struct pass *p, struct node *n, const char *name, unsigned flags);
const struct type *infer_builtin(struct pass *p, struct node *n, const struct builtin *b);
const struct type *infer_arg(struct pass *p, struct node *n);
const struct type *stack_type(struct pass *p, struct node *n, bool user); /* kstack, ustack: a builtin or a call */
const struct type *unwound_type(struct pass *p, struct node *call); /* dw_ustack() */

/* aggregation.c */
/* by its setting; says so if not */
bool stable_enough(struct pass *p, const struct node *n, const char *what, enum setting_id id);
const struct type *infer_aggregation(struct pass *p, struct node *call); /* the TYPE_AGGREGATE */

#endif
