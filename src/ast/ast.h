/*
 * The tree of a script, from the parser to codegen.  The parser makes it,
 * sema decorates it (the fields marked with who sets them), codegen reads it.
 */
#ifndef PROBE_AST_AST_H
#define PROBE_AST_AST_H

#include "base/base.h"
#include "lang/lang.h"

struct image_attach;
struct attach;

enum node_kind {
#define NODE(name, text) NODE_##name,
#include "ast/nodes.def"
#undef NODE
	NODE_KIND_COUNT
};

/* what an IDENT names that differs from machine to machine */
enum late {
	LATE_NOT,
	LATE_CONFIG /* CONFIG_HZ, LINUX_KERNEL_VERSION */,
	LATE_KADDR /* a kernel symbol's address */,
	LATE_CGROUP /* a path's id */,
	LATE_ENUM /* what a name of a kernel's enum stands for */
};

/* A scratch variable; one for each declaration, shared by its uses. */
struct variable {
	struct variable *next; /* all of a clause's, in order of declaration */
	const char *name; /* "$x" */
	const struct type *type; /* set by infer */
	const struct type *said; /* the same for messages: literals have the type that holds them */
	struct span span;
	bool carried; /* assigned in a loop, or pointed at: off the stack */
	bool declared; /* let $x : type: the type stays */
	bool assigned;
	const struct subprogram *of; /* whose it is; NULL: the probe's */
	struct span early; /* where it was read before it was assigned */
	bool loop; /* the variable of a for: read only */
	void *cg; /* codegen's */
};

/* A map of the script; one for each name. */
struct map {
	struct map *next; /* in order of first use */
	const char *name; /* "@x" */
	unsigned id; /* 0, 1, ...: its index in the image */
	struct span span; /* of its first use */
	bool keyed;
	bool used; /* set by infer: by code that is not pruned */
	const struct type *key; /* set by infer; of @x[a, b] a tuple */
	const struct type *value; /* TYPE_AGGREGATE for @x = count() and the like */
	const struct type *said_key, *said_value; /* the same for messages */
	struct span value_span; /* what gave it its type */
	const char *declared; /* let @x = hash(n): "hash" or NULL */
	uint64_t max_entries; /* 0: max_map_keys */
	void *cg;
};

struct node {
	enum node_kind kind;
	struct span span; /* bytes of the script */
	unsigned height; /* of the tree below: the parser's, which refuses what passes could not descend */
	struct node *next; /* the next one of a list */
	const struct type *type; /* of an expression; set by infer */

	union {
		struct { /* INT, BOOL; after sema also of a folded enum constant, whose type is TYPE_ENUM */
			int64_t num;
			bool wide; /* over INT64_MAX: num holds the bits of a uint64 */
			const char *text; /* as written, when it was a word; else NULL */
		};
		struct { /* STRING */
			const char *str;
			size_t len; /* may hold NUL bytes */
		};
		struct { /* IDENT: a builtin, macro, #define, enum constant, stack mode ... */
			const char *name;
			const struct builtin *builtin; /* set by resolve */
			enum late late; /* set by sema: the loader knows its value */
		} ident;
		struct { /* PARAM $1; what is left after sema is given when the image is run */
			int64_t index;
			bool text; /* set by infer: a string, as given, */
			uint64_t skip; /* without its first characters: str($1 + 3) */
		} param;
		struct { /* ARG arg0, sarg0 */
			unsigned index;
			bool stack;
		} arg;
		struct { /* VAR $x */
			const char *name;
			struct variable *var; /* set by resolve */
		} var;
		struct { /* MAP @x, @x[a, b] */
			const char *name;
			struct node *keys; /* list; NULL: none.  After sema one node: several became a TUPLE */
			struct map *map; /* set by resolve */
		} map;
		struct { /* CALL f(a, b) */
			const char *name;
			struct node *args;
			const struct function *fn; /* set by resolve: a function, */
			int agg; /* or an aggregation, else -1, */
			const struct builtin *builtin; /* or a builtin: pid() */
			struct subprogram *sub; /* or a function of the script */
			const struct library_function *external; /* or of an object it imports */
			struct span name_span;
		} call;
		struct { /* UNARY, and INCDEC with an lvalue */
			enum op op;
			struct node *expr;
		} unary;
		struct { /* BINARY */
			enum op op;
			struct node *left, *right;
		} binary;
		struct { /* TERNARY c ? a : b; IF as statement or expression */
			struct node *cond;
			struct node *then; /* IF: a BLOCK; NULL in c ?: b */
			struct node *other; /* BLOCK or IF or NULL */
			/* of an if comptime, two: what resolve finds wrong with a branch is said if it is taken */
			struct held *held;
		} cond;
		struct { /* FIELD a.b, a->b, t.0 (name "0") */
			struct node *expr;
			const char *name;
			bool arrow;
			struct span name_span;
			const struct field *field; /* set by infer: of a struct, tuple, record */
			/* bytes from the struct's start to the field's storage; anonymous members included */
			uint32_t offset;
		} field;
		struct { /* INDEX a[i] */
			struct node *expr;
			struct node *index;
		} index_;
		struct { /* CAST (type)e; SIZEOF type or e; TYPEINFO */
			struct node *of; /* TYPE, or NULL */
			struct node *expr; /* or NULL */
		} cast;
		struct { /* OFFSETOF(type|expr, a.b.c) */
			struct node *of;
			struct node *expr;
			struct node *path; /* list of IDENT */
		} offset;
		struct node *list; /* TUPLE (a, b), BLOCK's statements */
		struct { /* BLOCK { stmt... expr } */
			struct node *stmts; /* list */
			struct node *value; /* trailing expression without ';' or NULL */
		} block;
		struct { /* MEMBER x = e of a RECORD */
			const char *name;
			struct node *expr;
		} member;
		struct { /* TYPE: struct x **, int32[4], string[16], typeof(e) */
			const char *keyword; /* "struct", "union", "enum" or NULL */
			const char *name;
			struct node *typeof_; /* typeof(expr or TYPE) or NULL */
			struct node *suffixes; /* list of SUFFIX, left to right */
		} type_;
		struct { /* SUFFIX "*", "[]", "[4]" */
			bool pointer;
			int64_t count; /* -1: [] */
		} suffix;
		struct { /* ASSIGN target op= value; op OP_COUNT: plain = */
			enum op op;
			struct node *target;
			struct node *value; /* of @x = count(): a CALL with agg set */
		} assign;
		struct node *expr; /* EXPR e; DISCARD _ = e; RETURN e or NULL; COMPTIME e */
		struct { /* LET $x : type = e */
			const char *name;
			struct span name_span;
			struct node *of; /* TYPE or NULL */
			struct node *value; /* or NULL */
			struct variable *var; /* set by resolve */
		} let;
		struct { /* FOR $v : @map { }, FOR $i : a..b { } */
			const char *name;
			struct span name_span;
			struct node *map; /* MAP without keys, or NULL */
			struct node *from, *to;
			struct node *body;
			struct variable *var; /* set by resolve */
		} loop;
		struct { /* WHILE cond body; UNROLL count body */
			struct node *cond;
			struct node *body;
		} while_;
		struct { /* ATTACH one attach point as written */
			const char *text; /* raw, without the quotes' removal */
		} attach;
		struct { /* PROBE */
			struct node *attaches; /* list of ATTACH */
			struct node *predicate; /* or NULL */
			struct node *body; /* BLOCK */
		} probe;
		struct { /* MACRO name(params) block; FN name($a : t) : t block */
			const char *name;
			struct node *params; /* VAR, MAP, IDENT; of an FN LETs */
			struct node *result; /* TYPE, FN only */
			struct node *body;
		} macro;
		struct { /* MAPDECL let @x = hash(5) */
			const char *name;
			const char *kind;
			int64_t count;
			struct span kind_span;
		} mapdecl;
		struct { /* SETTING key = value, of CONFIG's list */
			const char *name;
			const char *value;
			struct span value_span;
		} setting;
		struct { /* IMPORT "path" */
			const char *path;
		} import;
		struct { /* CDEF: a preprocessor line or a struct, union, enum definition, raw */
			const char *text;
		} cdef;
	};
};

/* A function of the script as one clause has it; made by resolve. */
struct subprogram {
	struct subprogram *next;
	const struct node *node; /* the FN */
	struct node *body; /* a copy */
	struct variable **params;
	size_t nparams;
	bool *spaced; /* of each: has an argument said where the pointer points? */
	struct variable *result; /* its type is that of the call */
	unsigned depth; /* of calls below it */
	void *cg; /* codegen's */
};

/*
 * One program of the image: an action block and the attach points that run
 * it.  A probe of the script becomes several when its attach points need
 * different programs (another kind, another layout of args): the block is
 * then cloned.  Made by sema/expand.c.
 */
struct clause {
	struct clause *next;
	const struct node *probe; /* as written */
	unsigned id; /* 0, 1, ...: its index in the image */
	const struct provider *provider;
	struct attach *written; /* what the first of attaches was found by */
	struct image_attach *attaches;
	size_t nattaches;
	const struct type *args; /* struct of `args`, or NULL */
	unsigned nargs; /* usdt: none above arg<nargs - 1> is used; set by infer */
	uint64_t args_used; /* usdt: bit N: argN is; 63: one above that */
	/* of a tracepoint in an image for other kernels: kernel_tracepoint_record(), or NULL */
	const struct type *record;
	const struct type *retval; /* type of `retval` where known, or NULL */
	struct clause *session; /* one program with this: one is what it does on entry, the other on return; or NULL */
	struct node *predicate; /* or NULL */
	struct node *body;
	struct variable *vars;
	struct subprogram *subprograms; /* those it calls; callees before their callers */
	bool uses_probe; /* `probe` with more than one attach point */
	bool uses_func;
};

struct comment { /* what the tree has no place for */
	struct comment *next; /* in order of the text */
	struct span span;
};

struct script {
	struct arena *arena;
	struct types *types;
	struct source *source;
	struct node *cdefs, *config, *imports; /* lists */
	struct node *root; /* PROBE, MACRO, MAPDECL, FN in order */
	struct comment *comments;
	/* set by sema */
	struct clause *clauses;
	struct map *maps;
	unsigned nclauses, nmaps;
	size_t nfixed; /* parameters that were given; the others are given when the image is run */
	struct config settings;
	const struct library *libraries; /* to be linked with; NULL: nothing of them is called */
	bool watch_helpers; /* -k: what BPF helpers refuse is reported */
};

/* node.c: constructors, one a kind; lists are built by node_append */
struct node *node_new(struct arena *a, enum node_kind kind, struct span span);
struct node *node_append(struct node *list, struct node *last); /* either may be NULL; returns the list */
struct node *node_clone(struct arena *a, const struct node *n); /* deep; variables and types not set */
struct node *node_clone_list(struct arena *a, const struct node *list);
const char *node_kind_name(enum node_kind kind);
size_t node_count(const struct node *list);
bool call_has_effect(const struct node *call); /* besides its value; after resolve */

/* walk.c: every child of n in order of the text; visit returns false to stay out of a node's children */
typedef bool (*node_visit_fn)(struct node **n, void *arg);
void node_walk(struct node **n, node_visit_fn visit, void *arg); /* n, its children; not n->next */
void node_walk_list(struct node **list, node_visit_fn visit, void *arg);
/* the addresses of n's children (list heads count as one), at most 8; returns how many */
unsigned node_children(struct node *n, struct node **children[8]);

/* format.c: the script in its canonical form; as parsed, before sema */
void ast_format(const struct script *s, struct buf *out);

/* print.c: -d ast: an indented tree with spans and, once known, types */
void ast_dump(const struct script *s, FILE *out);

#endif
