/*
 * The language: its types, operators, and the tables of builtins, functions,
 * aggregations and settings.  Knows nothing of LLVM, libbpf or the machine.
 */
#ifndef PROBE_LANG_LANG_H
#define PROBE_LANG_LANG_H

#include "base/base.h"

/* types.c */
enum type_kind {
	TYPE_ERROR, /* something was wrong and has been said; fits every rule */
	TYPE_NONE, /* void */
	TYPE_BOOL,
	TYPE_INT, /* size 1 2 4 8, is_signed */
	TYPE_ENUM, /* name, size, is_signed, enumerators */
	TYPE_STRING, /* size = capacity with the NUL */
	TYPE_BUFFER, /* size = 4 + capacity: uint32 length, bytes */
	TYPE_POINTER, /* elem (TYPE_NONE for void *), space */
	TYPE_ARRAY, /* elem, count */
	TYPE_STRUCT, /* name, fields; also unions, and `args` */
	TYPE_TUPLE, /* fields without names */
	TYPE_RECORD, /* fields with names */
	TYPE_KSTACK, /* stack.mode, stack.limit; laid out as struct event_stack */
	TYPE_USTACK,
	TYPE_KSYM, /* uint64 address */
	/*
	 * uint64 address, uint32 pid, uint32 0; `func`: uint64 address in the file if usdt, uint32 0, uint32 attach
	 * point + 1
	 */
	TYPE_USYM,
	TYPE_INET, /* uint32 family (4 or 6 bytes: 4, 16), 16 bytes */
	TYPE_MAC, /* 6 bytes */
	TYPE_TIMESTAMP, /* uint64 ns, uint32 clock, uint32 format */
	TYPE_USERNAME, /* uint32 uid */
	TYPE_CGROUP_PATH, /* uint64 id, uint32 pattern, 0 */
	TYPE_ERRNO, /* strerror(): int32 */
	TYPE_AGGREGATE, /* agg */
	TYPE_KIND_COUNT
};

enum space { SPACE_NONE, SPACE_KERNEL, SPACE_USER, SPACE_BPF /* our own memory: &$v */ };

enum stack_mode { STACK_BPFTRACE, STACK_PERF, STACK_RAW, STACK_BUILD_ID };

#define VALUE_MOST 32768 /* bytes of a value: what the kernel allows for one of a per-CPU map */
#define STACK_LIMIT 127 /* frames, where the script says nothing */

enum agg_kind { /* row order of aggregations.def */
#define AGG(name, signature, flags) AGG_##name,
#include "lang/aggregations.def"
#undef AGG
		AGG_COUNT
};

struct type;
struct param_place;

struct field {
	const char *name; /* NULL in a tuple; "" of an anonymous struct or union member */
	const struct type *type;
	uint32_t offset; /* bytes; of a bitfield that of its storage unit */
	uint8_t bit_offset; /* of a bitfield, from the least significant bit of the unit */
	uint8_t bit_size; /* 0: not a bitfield */
	const struct param_place *place; /* of a function's parameter: where it is, see kernel.h; else NULL */
	bool data_loc; /* a tracepoint's __data_loc */
	bool elsewhere; /* not of this kernel: in others an integer or a pointer */
};

struct enumerator {
	const char *name;
	int64_t value;
};

struct agg {
	enum agg_kind kind;
	bool is_signed;
	int64_t min, max, step; /* lhist; tseries: interval ns, count, - */
	uint32_t bits; /* hist */
};

struct type {
	enum type_kind kind;
	bool is_signed;
	bool literal; /* of an integer literal: the least size, 8 once stored */
	bool flexible; /* of one that is not negative: takes the other side's sign */
	bool is_union;
	bool relocatable; /* a struct or enum known from the kernel's BTF: what is in it is a CO-RE relocation */
	bool trusted; /* pointer the verifier knows the type of: curtask and what hangs off it, BTF-typed args */
	bool incomplete; /* a struct without a definition */
	bool uapi; /* a struct from a header of the kernel: what BTF says of it is preferred */
	enum space space; /* pointer: what it points into */
	uint32_t size; /* bytes */
	uint32_t align;
	const char *name; /* struct, enum: tag without the keyword, "" if it has none */
	const struct type *elem; /* pointer, array */
	uint32_t count; /* array */
	uint32_t nfields; /* struct, tuple, record */
	const struct field *fields;
	uint32_t nenumerators;
	const struct enumerator *enumerators;
	union {
		struct {
			enum stack_mode mode;
			uint32_t limit;
		} stack;
		struct agg agg;
	};
	uint32_t btf_id; /* where it came from BTF */
	void (*lazy)(struct type *t); /* gives a struct the fields that nobody has asked for yet, out of */
	const void *origin; /* the BTF or DWARF it came from */
};

void type_complete(const struct type *t); /* a struct then has its fields; may be called on any type, again and again */

extern const struct type type_error, type_none, type_bool;

struct types; /* interns: two equal types are one pointer (structs by name and origin) */
struct types *types_new(struct arena *a);
const struct type *type_int(struct types *t, unsigned size, bool is_signed);
/* "unsigned long", "const char"; NULL: other words are there */
const struct type *type_c_int(struct types *t, const char *words);
const struct type *type_literal(struct types *t, int64_t value, bool over_int64_max); /* T-010 */
const struct type *type_string(struct types *t, uint32_t capacity);
const struct type *type_buffer(struct types *t, uint32_t capacity);
const struct type *type_pointer(struct types *t, const struct type *to, enum space space, bool trusted);
const struct type *type_array(struct types *t, const struct type *elem, uint32_t count);
const struct type *type_tuple(struct types *t, const struct type *const *elems, uint32_t n);
const struct type *type_record(struct types *t, const char *const *names, const struct type *const *elems, uint32_t n);
const struct type *type_stack(struct types *t, bool user, enum stack_mode mode, uint32_t limit);
const struct type *type_simple(struct types *t, enum type_kind kind); /* ksym, usym, inet, mac, ... */
const struct type *type_aggregate(struct types *t, const struct agg *agg);
struct type *type_struct_new(struct types *t, const char *name, bool is_union); /* a fresh one to fill in */
struct type *type_enum_new(struct types *t, const char *name, unsigned size, bool is_signed);
struct arena *types_arena(struct types *t);

bool type_is_int(const struct type *t); /* int, bool, enum */
bool type_is_castable_agg(const struct type *t); /* count sum min max avg: read as an integer */
bool type_castable(const struct type *to, const struct type *from);
bool type_same(const struct type *a, const struct type *b); /* ignoring flexible, trusted */
/* looks into anonymous members; *offset: bytes from the start of t to the field's storage */
const struct field *type_field(const struct type *t, const char *name, uint32_t *offset);
/* the type both can be stored in without loss (T-014 to T-017), or NULL */
const struct type *type_unify(struct types *t, const struct type *a, const struct type *b);
/* as diagnostics show it (T-007): "int64", "string[6]", "struct foo *", "(int8,string[3])" */
const char *type_name(struct arena *a, const struct type *t);
/* as -lv and struct listings show it */
const char *type_kind_name(enum type_kind kind);

/* tables.c */
enum builtin_id {
#define BUILTIN(name, type, flags) BUILTIN_##name,
#include "lang/builtins.def"
#undef BUILTIN
	BUILTIN_COUNT
};

enum function_id {
#define FUNC(name, signature, flags) FN_##name,
#include "lang/functions.def"
#undef FUNC
	FN_COUNT
};

enum setting_id {
#define SETTING(name, type, value) SETTING_##name,
#include "lang/settings.def"
#undef SETTING
	SETTING_COUNT
};

enum warning_id {
#define WARNING(name, usual, what) WARN_##name,
#include "lang/warnings.def"
#undef WARNING
	WARN_COUNT
};

enum { /* flags of builtins: what the provider must have */
       NEEDS_ARGN = 1 << 0,
       NEEDS_ARGS = 1 << 1,
       NEEDS_RETVAL = 1 << 2,
       NEEDS_FUNC = 1 << 3,
       NEEDS_REGS = 1 << 4,
       NEEDS_CTX = 1 << 5,
       /* flags of functions */
       FN_UNSAFE = 1 << 8,
       FN_ASYNC = 1 << 9, /* queued, done in user space */
       FN_FORMAT = 1 << 10, /* first argument is a printf format for the rest */
       FN_MAP = 1 << 11, /* first argument may name a whole map */
       FN_EFFECT = 1 << 12, /* unused result is no mistake */
       FN_ENDS = 1 << 13, /* nothing after it runs */
};

struct builtin {
	const char *name;
	const char *type; /* "uint32", "string[16]", "*": sema decides */
	unsigned flags;
};
struct function {
	const char *name;
	const char *signature; /* "string(ptr, [int])": see functions.def */
	unsigned flags;
	enum function_id id;
};
struct aggregation {
	const char *name;
	const char *signature;
	unsigned flags;
};

extern const struct builtin builtins[BUILTIN_COUNT];
extern const struct function functions[FN_COUNT];
extern const struct aggregation aggregations[AGG_COUNT];

extern const struct warning warnings[WARN_COUNT];
#define WARN(name) (&warnings[WARN_##name])
/* a list of names with commas, as bits for diag's silent; false: *unknown is none */
const char *warning_names(struct arena *a); /* "unreachable, unused_map" */
bool warnings_named(struct arena *a, const char *names, uint64_t *bits, const char **unknown);

const struct builtin *builtin_find(const char *name); /* not argN, $N */
const struct function *function_find(const char *name);
int aggregation_find(const char *name); /* enum agg_kind or -1 */

/* settings: the config block and the environment, V-001 to V-023 */
enum setting_type { SETTING_BOOL, SETTING_NUM, SETTING_TEXT, SETTING_CHOICE };
enum setting_type setting_type(enum setting_id id);
const char *setting_name(enum setting_id id); /* "max_strlen" */
struct config {
	uint64_t num[SETTING_COUNT]; /* of a choice its index, of a bool 0 or 1 */
	const char *text[SETTING_COUNT];
	enum setter { SET_DEFAULT, SET_SCRIPT, SET_ENV } set_by[SETTING_COUNT];
};
void config_init(struct config *c); /* the defaults */
/* missing_probes, as in settings.def, or UNSET: beside other attach points of its probe one is an alternative */
enum missing_policy { MISSING_ERROR, MISSING_WARN, MISSING_IGNORE, MISSING_UNSET };
enum missing_policy config_missing(const struct config *c);
/* key in any case, with or without BPFTRACE_; false: *why says what is wrong.  *note: a rename, or NULL */
bool config_set(struct config *c, struct arena *a, const char *key, const char *value, bool from_env, const char **why,
		const char **note);
bool config_from_env(struct config *c, struct arena *a, char **environ, const char **why);

/* ops.c */
enum op {
#define OP(name, text, kind) OP_##name,
#include "lang/ops.def"
#undef OP
	OP_COUNT
};
const char *op_text(enum op op); /* "<<" */
/* fold two or one 64-bit operands as the language does; false: overflow or division by zero, *why */
bool op_fold(enum op op, uint64_t a, uint64_t b, bool is_signed, uint64_t *result, const char **why);

#endif
