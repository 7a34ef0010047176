/*
 * Random well-typed scripts, and what each of them must print.  An expression
 * is made with its text, its type by the rules of the language, and a function
 * that says what it is worth; nothing here comes from the compiler.
 */
#ifndef PROBE_TESTS_GEN_H
#define PROBE_TESTS_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MOST_PARTS 4

enum kind {
	VOID,
	BOOL,
	INT,
	ENUM, /* enum color */
	STRING, /* size: capacity with the NUL */
	BUFFER,
	TUPLE,
	RECORD,
	ARRAY, /* n of part[0] */
	OBJECT, /* struct of layouts.h: 8 bytes */
	TEXT, /* known by how it prints: inet and the like; name[0] says which */
	POINTER, /* to our own memory */
};

struct type {
	enum kind kind;
	bool is_signed;
	bool constant; /* of an integer literal: stored it has 64 bits */
	bool literal; /* of one that is not negative: it takes the sign of the other side */
	int size; /* bytes */
	int n; /* parts, elements */
	const struct type *part[MOST_PARTS];
	const char *name[MOST_PARTS];
	const struct layout *layout; /* OBJECT */
};

struct value {
	const struct type *type;
	int64_t num; /* integers */
	const char *text; /* STRING, TEXT, BUFFER; the bytes of an OBJECT */
	size_t len; /* BUFFER */
	struct value *part; /* TUPLE, RECORD, ARRAY */
	struct var *to; /* POINTER: what it leads to, at byte num */
};

/* an aggregation: all that was added */
enum agg { NO_AGG, COUNT, SUM, AVG, MIN, MAX, STATS, HIST, LHIST, AGGS };
struct sums {
	int64_t n, total, least, most;
	int64_t *added;
};

struct entry {
	struct value key, value;
	struct sums sums;
	int64_t rank;
};

/* a scratch variable, or a map of entries (a scalar map has one without key) */
struct var {
	const char *name;
	const struct type *type, *key; /* key: NULL of a scalar map */
	bool is_map, fixed; /* fixed: not assigned to */
	bool declared; /* let $v : type: arithmetic does not widen it */
	int room; /* of a pointer: bytes that are there */
	bool set; /* a scalar map that has a value */
	enum agg agg;
	const struct type *of; /* what the aggregation adds up */
	int64_t low, high, step; /* lhist; hist: low is the number of bits */
	struct value value;
	struct entry *entries;
	size_t n;
};

struct expr {
	const struct type *type;
	const char *text;
	int prec; /* of what binds least in text; higher binds more */
	bool literal; /* folds when compiling */
	bool constant; /* a literal that a cast has given a type */
	struct value (*eval)(const struct expr *e);
	struct expr *arg[MOST_PARTS + 1];
	struct value known;
	struct var *var;
	int op; /* whatever eval wants to know */
	struct stmt *body, *other;
	struct function *function;
	const char *inside; /* of (a, b): a, b */
};

enum flow { ON, BREAK, CONTINUE, RETURN };
struct stmt {
	struct stmt *next;
	const char *text;
	enum flow (*run)(const struct stmt *s);
	struct expr *e[MOST_PARTS];
	struct var *var;
	int op;
	struct stmt *body, *other;
	struct function *function;
};

/* one random choice: what it is called in the tables of the language */
struct production {
	const char *name;
	struct expr *(*make)(int depth);
};

/* gen.c: chance, text, what has been covered */
unsigned rnd(unsigned n); /* 0 .. n - 1 */
bool chance(unsigned percent);
void seed(uint64_t s, uint64_t k);
char *text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void *make(size_t bytes);
void covered(const char *name);
void emit(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* to the expected output */
extern int max_strlen;
extern const char *const params[]; /* $1, $2 */

/* value.c: types and values */
extern const struct type bool_type, enum_type;
#define COLORS 4
extern const char *const color_names[COLORS]; /* of enum color: 0, 1, ... */
const struct type *int_type(int size, bool is_signed);
const struct type *literal_type(int64_t v, bool over_int64_max);
const struct type *string_type(int capacity);
const struct type *text_type(const char *name);
const struct type *parts_type(enum kind kind, int n, const struct type **part, const char **name);
const struct type *array_type(const struct type *elem, int n);
const struct type *pointer_type(const struct type *to);
const struct type *object_type(const struct layout *l);
bool is_number(const struct type *t); /* INT, BOOL, ENUM */
bool same_type(const struct type *a, const struct type *b);
bool fits(const struct type *from, const struct type *to); /* assigned to a `to` it leaves the type as it is */
const struct type *join(const struct type *a, const struct type *b); /* of numbers: T-014 */
bool signed_pair(const struct type *a, const struct type *b);
const char *type_text(const struct type *t);
struct value number(const struct type *t, int64_t v); /* cut to the size of t */
struct value string(const struct type *t, const char *s);
struct value zero(const struct type *t);
struct value convert(struct value v, const struct type *t);
bool equal(struct value a, struct value b);
int order(struct value a, struct value b); /* of keys */
const char *render(struct value v);

/* json.c */
extern bool as_json; /* what is printed */
const char *json(struct value v);
const char *json_key(struct value key);
void emit_value(struct value v); /* print(v) */
void emit_text(const char *type, const char *text); /* printf, time */

/* map.c */
struct entry *find(struct var *m, struct value key);
struct value map_get(struct var *m, struct value key);
void map_set(struct var *m, struct value key, struct value v);
bool map_delete(struct var *m, struct value key);
void map_add(struct var *m, struct value key, int64_t v); /* to its aggregation */
int64_t map_read(struct var *m, struct value key); /* an aggregation as a number */
void map_print(struct var *m, int top, int64_t div);

/* layouts.c: structs, whose members gcc reads */
struct member {
	const struct layout *of;
	const char *path;
	int size;
	bool is_signed;
	int64_t (*get)(const void *bytes, int i);
	int count; /* 0: a number; else that many, of which path has the %s */
	bool is_text; /* char[size] */
	bool is_enum;
	int offset; /* -1: not to be had by offsetof */
};
struct layout {
	const char *name;
	const char *definition;
	int size;
	char *(*show)(const void *bytes); /* as print() does; NULL: not known */
};
const struct layout *small_layout(void); /* one of 8 bytes */
extern const struct layout layouts[];
extern const int layout_count;
extern const struct member layout_members[];
extern const int member_count;

/* expr.c */
#define MOST_VARS 64
/* precedence */
enum { LOWEST, TERNARY, LOR, LAND, OR, XOR, AND, EQUALITY, ORDER, SHIFT, SUMS, PRODUCT, UNARY, POSTFIX };
extern struct var *vars[MOST_VARS];
extern int nvars; /* in scope */
extern int pure; /* > 0: no side effects now */
struct value eval(const struct expr *e);
const char *operand(const struct expr *e, int prec); /* its text, in parentheses where needed */
struct expr *new_expr(const struct type *t, struct value (*eval)(const struct expr *), int prec, const char *text);
struct expr *known(struct value v, int prec, const char *text, bool literal);
struct expr *hide(struct expr *e); /* a literal that an operation could not be folded with */
struct value scalar_key(void);
const char *key_text(const struct expr *key); /* what is in the brackets */
bool is_keyed(const struct var *v);
bool can_delete(const struct var *v); /* from it */
struct var *any_var(bool (*good)(const struct var *)); /* one in scope, or NULL */
struct expr *variable(struct var *v);
struct expr *read_at(struct var *v, struct expr *key); /* $v, @m, @m[key] */
struct expr *read_var(struct var *v, int depth); /* with a random key; NULL if v is */
struct expr *block_expr(struct expr *(*inner)(int), int depth); /* { statements; e } */
struct expr *choose(const struct production *list, unsigned all, unsigned leaves, int depth);

/* operator.c */
enum { ADD, SUB, MUL, DIV, MOD, BAND, BOR, BXOR, SHL, SHR, EQ, NE, LT, LE, GT, GE, BOTH, EITHER };
const char *binary_text(int op);
struct expr *binary(int op, struct expr *a, struct expr *b);
struct expr *right_of(int op, struct expr *b); /* b as its right side: what would not compile is hidden */
struct expr *compare_parts(struct expr *a, struct expr *b); /* == or != */
struct expr *unary(int op, struct expr *a);
struct expr *cast_to(const struct type *t, struct expr *e);
const struct type *choice_type(const struct expr *a, const struct expr *b);
struct expr *choice(struct expr *c, struct expr *a, struct expr *b);

/* number.c */
struct expr *number_literal(int64_t v, bool over_int64_max);
struct expr *number_leaf(int depth);
struct expr *number_enum(int depth);
struct expr *gen_number(int depth);
struct expr *gen_step(int depth); /* $v++, or NULL */
struct expr *small_number(int depth, int below); /* 0 .. below - 1 */

/* part.c */
bool is_memory(const struct var *v); /* an integer that has an address */
bool is_word(const struct var *v); /* one of 8 bytes */
struct expr *part(int depth, bool (*good)(const struct type *)); /* of a tuple or record */
struct expr *number_part(int depth);
struct expr *number_element(int depth);
struct expr *number_of_array(int depth);
struct expr *number_memory(int depth);
struct expr *number_member(int depth);
struct expr *string_member(int depth);

/* call.c */
struct expr *number_call(int depth);
struct expr *bool_call(int depth);

/* fn.c */
void begin_functions(void);
bool in_function(void);
const char *gen_functions(const char *prefix); /* of a program, whose maps are in scope */
struct expr *gen_fn(bool (*good)(const struct type *), int depth); /* good NULL: one that gives nothing */
struct expr *number_fn(int depth);
struct expr *gen_returned(void);
struct stmt *function_return(int depth);
struct stmt *stmt_call(int depth);

/* macro.c */
bool in_macro(void);
void begin_macros(const char *prefix);
const char *macros_text(void);
struct expr *gen_macro(struct expr *(*inner)(int), int depth);
struct expr *number_expands(int depth);
struct expr *number_given(int depth); /* the argument of the macro around it */
struct expr *string_given(int room);

/* pointer.c */
struct expr *gen_pointer(const struct type *t);
struct expr *number_pointer(int depth);
struct expr *bool_pointer(int depth);
struct stmt *stmt_point(int depth);

/* bool.c */
struct expr *gen_bool(int depth);

/* string.c */
struct expr *word(const char *s); /* "s" */
struct expr *gen_string(int depth, int capacity); /* of at most that */

/* any.c */
const struct type *random_int(void);
const struct type *random_type(int depth, bool key);
const struct type *narrower(const struct type *t); /* one whose values a t holds as well */
struct expr *gen_value(const struct type *t, int depth); /* may be stored in a t */
/* its type is t to the letter, so that what it is stored in becomes a t */
struct expr *exact(const struct type *t, int depth);
struct expr *gen_parts(const struct type *t, int depth, struct expr *(*inner)(const struct type *, int));
struct expr *gen_any(int depth); /* what print() takes */

/* stmt.c */
struct stmt *new_stmt(enum flow (*run)(const struct stmt *), const char *text);
struct stmt *gen_block(int statements, int depth); /* depth < 0: nothing that jumps or nests */
enum flow run(const struct stmt *list);
const char *block_text(const struct stmt *list);

/* assign.c */
struct var *new_var(const struct type *t, bool fixed);
void declare(struct var *v);
const char *target(struct var *v, int depth, struct expr **key); /* v, @m or @m[k]; its key in *key */
enum flow run_assign(const struct stmt *s); /* e[1] to var[e[0]] */

/* aggregate.c */
const char *add_text(const struct var *v, const char *to, const struct expr *e);
struct stmt *add_to(struct var *v, int depth);

/* print.c */
enum flow run_nothing(const struct stmt *s);

/* a kind of statement; NULL: not here */
struct stmt *stmt_assign(int depth);
struct stmt *stmt_new(int depth);
struct stmt *stmt_compound(int depth);
struct stmt *stmt_step(int depth);
struct stmt *stmt_discard(int depth);
struct stmt *stmt_delete(int depth);
struct stmt *stmt_find(int depth);
struct stmt *stmt_macro(int depth);
struct stmt *stmt_aggregate(int depth);
struct stmt *stmt_while(int depth);
struct stmt *stmt_range(int depth);
struct stmt *stmt_unroll(int depth);
struct stmt *stmt_for(int depth);
struct stmt *stmt_jump(int depth);
struct stmt *stmt_print(int depth);
struct stmt *stmt_printf(int depth);
struct stmt *stmt_time(int depth);
struct stmt *stmt_never(int depth);

/* program.c */
extern struct var *nothing; /* @p1_z: 0, but nobody knows; what depends on it is compiled and not run */
extern unsigned serial; /* of variables */
extern int loops; /* around the statement: break and continue may be said */
extern bool may_return;

/* a test of its own: clauses that share maps with each other and with no other program */
struct program {
	const char *begin, *end; /* text of its clauses; end: NULL if it has none */
	struct var *maps[16];
	int nmaps;
	struct clause {
		struct expr *predicate;
		struct stmt *body;
	} clauses[3];
	int nclauses;
	bool has_end; /* the last clause is an END */
};
struct program *gen_program(unsigned index);
void run_clause(const struct program *p, int i);

#endif
