/* The words of codegen; shared by its files, seen by nobody else. */
#ifndef PROBE_CODEGEN_CG_H
#define PROBE_CODEGEN_CG_H

#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm-c/TargetMachine.h>

#include "ast/ast.h"
#include "codegen/codegen.h"
#include "image/image.h"
#include "kernel/arch.h"
#include "kernel/kernel.h"

/* Where the bytes of a value are. */
enum where {
	AT_REGISTER, /* v is the value: integers i64, extended as their type says; pointers ptr */
	AT_MEMORY, /* v is the address, in memory the verifier lets us read: stack, scratch, maps, .rodata */
	AT_CTX, /* v is the program's context plus a constant */
	AT_TRUSTED, /* kernel memory the verifier knows the type of: plain loads */
	AT_KERNEL, /* v is an address for bpf_probe_read_kernel, */
	AT_USER, /* bpf_probe_read_user, */
	AT_ANY, /* the first and, if that fails, the second */
};

struct value {
	const struct type *type;
	LLVMValueRef v;
	enum where at;
};

/* The BPF map of a script map: what map->cg points to. */
struct cg_map {
	LLVMValueRef global, other; /* other: the second of a pair, or NULL */
	unsigned pair;
	enum map_storage storage;
	uint32_t key_size, value_size; /* bytes, as BPF has them */
	LLVMValueRef brief; /* of keys that are short (image.h), or NULL */
	uint32_t brief_size; /* bytes of its keys */
};

/* One C function of the object: a program or the body of a loop. */
struct cg_fn {
	struct cg_fn *outer;
	LLVMValueRef fn;
	const struct subprogram *sub; /* the function of the script that it is, or is part of */
	LLVMMetadataRef scope;
	LLVMBasicBlockRef entry; /* allocas and what every path needs */
	LLVMBasicBlockRef body_end; /* where `return` goes */
	LLVMValueRef ctx; /* ptr */
	LLVMValueRef scratch; /* alloca: ptr to the clause's scratch memory */
	LLVMValueRef frame; /* ptr to the clause's frame, which the bodies of loops share */
	LLVMValueRef words; /* ptr to what loops of our own are given; NULL until it is asked for */
	LLVMValueRef zero_key; /* ptr to an int 0, the key of maps without one; NULL until it is asked for */
	LLVMValueRef number; /* ptr to the 8 bytes that core_bits() reads into; NULL until it does */
	unsigned stack; /* bytes of allocas that stay in memory */
	struct cg_slot *slots; /* these allocas: of one statement after another */
	LLVMBasicBlockRef before; /* where code goes on after it; NULL: nowhere */
	LLVMMetadataRef place; /* of the code around it */
};

struct cg {
	struct arena *arena;
	const struct script *script;
	struct kernel *kernel;
	struct diag *diag;
	struct image im;
	struct dict types; /* type's address to image index + 1 */
	struct dict fields; /* CO-RE: "task_struct.pid" to metadata */

	LLVMContextRef llvm;
	LLVMModuleRef mod;
	LLVMBuilderRef b;
	LLVMTargetMachineRef tm;
	LLVMDIBuilderRef di;
	LLVMMetadataRef file, unit;
	LLVMTypeRef i1, i8, i16, i32, i64, ptr, void_;

	LLVMValueRef ring, ledger, names, params, args, state;
	uint32_t args_size; /* bytes of `args`: .rodata.args */
	struct {
		LLVMValueRef files, rows, processes, ranges; /* NULL: nobody asked */
	} unwind; /* maps of dw_ustack() */
	LLVMValueRef packets; /* of skboutput(); NULL: nobody asked */
	LLVMValueRef usdt; /* where usdt probes keep their arguments; made by cg_usdt_map() */
	uint32_t name_size; /* bytes of an entry of `names` */
	uint32_t first_cookie; /* that of the clause's first attach point */
	uint32_t cookie_shift; /* what the kernel gives is less by this: the cookie of the other clause of a session */

	const struct clause *clause;
	struct cg_fn *fn;
	bool looping; /* in the body of a loop, which is a function */
	unsigned depth; /* of the statement being emitted in others */
	uint32_t slot_top, slot_max; /* bytes of scratch in use, and at most */
	uint32_t slot_kept; /* of them, those that the end of a statement does not free */
	struct cg_snapshot { /* print(@x); clear(@x): one event */
		struct cg_snapshot *next;
		const struct node *print, *clear;
		const struct map *map;
		unsigned group;
	} * snapshots;
	LLVMValueRef pairs; /* struct image_pair[] */
	struct span span; /* of the expression being emitted */
	bool asleep; /* no sleeping here: the kernel holds a lock around the body of a loop over a map */
	struct { /* where the value of a node is wanted, see cg_result() */
		const struct node *node;
		LLVMValueRef address;
		uint32_t size;
	} target;
	struct cg_object { /* a pointer of an iter's context that the body uses */
		struct cg_object *next;
		uint32_t offset, room; /* in the context, in the frame */
	} * objects;
	struct {
		/* a string that is only a key: if it is short there need be no more than BRIEF_STRING bytes */
		const struct node *node;
		LLVMValueRef key, is; /* of such a one its address, and i1: is it? */
	} brief;
	uint32_t frame_size;
	uint32_t cookie_room; /* in the frame; 0: nobody asked */
	bool portable; /* kernel fields are CO-RE relocations */
	bool roll; /* unroll (N) is a loop */
	void (*ahead)(const char *name, const struct map_shape *shape);
	bool frugal; /* with the stack: values live in scratch */
	bool failed;
	char *complaint; /* of LLVM, while it emits; or NULL */
};

/* llvm.c: contexts, targets, output */
bool llvm_start(struct cg *cg);
bool llvm_finish(struct cg *cg, enum codegen_stage stage, struct buf *out);
void llvm_stop(struct cg *cg);
LLVMAttributeRef llvm_attribute(struct cg *cg, const char *name);

/* debug.c: debug info, from which LLVM makes BTF */
void debug_start(struct cg *cg);
void debug_finish(struct cg *cg);
LLVMMetadataRef debug_function(struct cg *cg, LLVMValueRef fn, const char *name, struct span span, unsigned nparams,
			       bool local);
void debug_place(struct cg *cg, struct span span);
struct btf_map { /* the members of a BTF map definition; 0: left out */
	uint32_t type, max_entries, key_size, value_size, flags;
	bool typed; /* key int, value bytes: task storage asks for it */
};
LLVMValueRef debug_map(struct cg *cg, const char *name, const struct btf_map *def);
LLVMValueRef debug_global(struct cg *cg, const char *name, LLVMTypeRef type, uint32_t size);
LLVMMetadataRef debug_int(struct cg *cg, unsigned size, bool is_signed);
LLVMMetadataRef debug_pointer(struct cg *cg, LLVMMetadataRef to);
LLVMMetadataRef debug_type(struct cg *cg, const struct type *t); /* NULL: none; structs are no more than their names */
/* one that is linked in */
void debug_external(struct cg *cg, LLVMValueRef fn, const char *name, const struct type *params,
		    const struct type *result);
LLVMMetadataRef debug_array(struct cg *cg, LLVMMetadataRef elem, uint32_t elem_size, uint32_t count);

/* core.c: what libbpf fits to the kernel it meets */
/*
 * address of a field of a kernel struct at base; NULL: it has no name to be found by, or the image is for this
 * kernel
 */
LLVMValueRef core_field(struct cg *cg, LLVMValueRef base, const struct type *t, const struct field *f, uint32_t offset);
/* of a core_field() of type t; NULL: not by a path */
LLVMValueRef core_element(struct cg *cg, LLVMValueRef array, const struct type *t, LLVMValueRef index);
/* what the path of a core_field() begins at; NULL: it is none */
LLVMValueRef core_root(struct cg *cg, LLVMValueRef path);
enum core_info { CORE_BYTE_OFFSET, CORE_BYTE_SIZE, CORE_EXISTS, CORE_SIGNED, CORE_LSHIFT, CORE_RSHIFT };
LLVMValueRef core_info(struct cg *cg, LLVMValueRef field, enum core_info what); /* i64, of a core_field() */
enum sign { SIGN_NO, SIGN_YES, SIGN_UNKNOWN };
/* i64: an integer or bit field, read */
LLVMValueRef core_bits(struct cg *cg, LLVMValueRef field, enum sign sign, enum where at);
/* i64: a field this kernel has not */
LLVMValueRef core_elsewhere(struct cg *cg, struct value base, const struct type *t, const char *name);
LLVMValueRef core_exists(struct cg *cg, const struct type *t, const struct field *f, uint32_t offset); /* i1 */
LLVMValueRef core_size(struct cg *cg, const struct type *t); /* i64: bytes of a type */
struct value core_sizeof(struct cg *cg, const struct node *n); /* what SIZEOF, OFFSETOF, and an IDENT of an enum */
struct value core_offsetof(struct cg *cg, const struct node *n); /* are in the kernel that runs */
struct value core_enumerator(struct cg *cg, const struct node *n);
bool core_unnamed(const struct type *t); /* a struct that libbpf finds only by the path to it */
struct core_member {
	const struct field *field;
	uint32_t offset;
};
/* those of unnamed structs in it among them, in order */
struct core_member *core_members(struct cg *cg, const struct type *t, unsigned *n);
/* the loader sets the size */
void core_read(struct cg *cg, LLVMValueRef to, LLVMValueRef size, LLVMValueRef from, enum where at);

/* copy.c */
/* a struct or array of the kernel's, as this one lays it out; false: not by its parts */
bool core_copy(struct cg *cg, LLVMValueRef to, struct value v);

/* emit.c: small words */
LLVMValueRef cg_num(struct cg *cg, int64_t n); /* i64 */
LLVMValueRef cg_num32(struct cg *cg, int32_t n);
LLVMValueRef cg_add(struct cg *cg, LLVMValueRef address, uint64_t bytes); /* ptr + constant */
LLVMValueRef cg_add_var(struct cg *cg, LLVMValueRef address, LLVMValueRef bytes);
LLVMTypeRef cg_int_type(struct cg *cg, unsigned size); /* 1 2 4 8 bytes */
LLVMValueRef cg_helper(struct cg *cg, int id, unsigned n, ...); /* n arguments, i64 or ptr; result i64 */
LLVMValueRef cg_helper_ptr(struct cg *cg, int id, unsigned n, ...); /* result ptr */
LLVMBasicBlockRef cg_block(struct cg *cg, const char *name);
void cg_goto(struct cg *cg, LLVMBasicBlockRef to); /* unless the block has ended */
void cg_at(struct cg *cg, LLVMBasicBlockRef block);
bool cg_ended(struct cg *cg);
struct cg_if {
	LLVMBasicBlockRef other, end;
};
struct cg_if cg_if(struct cg *cg, LLVMValueRef i1); /* what follows runs if it is true */
void cg_else(struct cg *cg, struct cg_if *f);
void cg_end_if(struct cg *cg, struct cg_if *f);
struct cg_for { /* for (i = 0; i < n; i++), unrolled by nobody */
	LLVMBasicBlockRef head, end;
	LLVMValueRef slot, i;
};
struct cg_for cg_for(struct cg *cg, LLVMValueRef n);
void cg_end_for(struct cg *cg, struct cg_for *f);
LLVMValueRef cg_alloca(struct cg *cg, LLVMTypeRef type, unsigned align); /* in the entry block */
/* memory of size bytes, 8-aligned: on the stack if small, else in the clause's scratch */
LLVMValueRef cg_slot(struct cg *cg, uint32_t size);
LLVMValueRef cg_stack_slot(struct cg *cg, uint32_t size); /* NULL: the stack is too full */
LLVMValueRef cg_temp(struct cg *cg); /* 8 bytes on the stack, for what helpers write, until */
void cg_temp_done(struct cg *cg, LLVMValueRef temp); /* or the end of the statement */
void cg_keep_slot(struct cg *cg, LLVMValueRef address); /* the script has it: what is there stays */
void cg_free_slots(struct cg *cg); /* of the statement that ends here */
LLVMValueRef cg_scratch(struct cg *cg, uint32_t offset);
uint32_t cg_scratch_room(struct cg *cg, uint32_t size); /* room in it, as long as that of a slot: its offset */
LLVMValueRef cg_words(struct cg *cg); /* ptr to 3 words on the stack, good until it is asked for again */
unsigned cg_alignment(LLVMValueRef address); /* what it is a multiple of: 1 2 4 8 */
void cg_zero(struct cg *cg, LLVMValueRef address, uint32_t size);
void cg_memcpy(struct cg *cg, LLVMValueRef to, LLVMValueRef from, uint32_t size);
LLVMValueRef cg_load_raw(struct cg *cg, LLVMValueRef address, unsigned size, bool is_signed, unsigned align); /* i64 */
void cg_store_raw(struct cg *cg, LLVMValueRef address, LLVMValueRef i64, unsigned size, unsigned align);
LLVMValueRef cg_param(struct cg *cg, size_t offset, unsigned size); /* a word of struct image_params, i64 */
#define CG_PARAM(cg, name) cg_param(cg, offsetof(struct image_params, name), sizeof(((struct image_params *)0)->name))
LLVMValueRef cg_state_get(struct cg *cg, size_t offset); /* a word of struct image_state, i64 */
void cg_state_set(struct cg *cg, size_t offset, LLVMValueRef i64);
LLVMValueRef cg_opaque(struct cg *cg, LLVMValueRef i64); /* the same, but LLVM does not know */
LLVMValueRef cg_opaque_pointer(struct cg *cg, LLVMValueRef p);
LLVMValueRef cg_pointer(struct cg *cg, LLVMValueRef i64); /* the address as an LLVM pointer */
LLVMValueRef cg_string(struct cg *cg, const char *s, size_t len, size_t capacity); /* constant, NUL padded */

/* read.c: foreign memory; what cannot be read is zero, and counted where it stands */
/* i64: 0 or -errno */
LLVMValueRef cg_read(struct cg *cg, LLVMValueRef to, uint32_t size, LLVMValueRef from, enum where at);
/* len bytes after the length of a buffer */
void cg_read_buf(struct cg *cg, LLVMValueRef buffer, LLVMValueRef len, LLVMValueRef from, enum where at);
/*
 * a string of at most size bytes with its NUL, into capacity: i64: bytes with NUL or -errno, then it is the mark of
 * a fault
 */
LLVMValueRef cg_read_str(struct cg *cg, LLVMValueRef to, uint32_t capacity, LLVMValueRef size, LLVMValueRef from,
			 enum where at);
/* a copied string's */
void cg_keep_fault(struct cg *cg, LLVMValueRef to, uint32_t to_size, LLVMValueRef from, uint32_t from_size);
LLVMValueRef cg_is_fault(struct cg *cg, LLVMValueRef s); /* i1; s: a string of 2 bytes or more */
/* read n bytes of a longer one? */
void cg_cut_str(struct cg *cg, LLVMValueRef n, LLVMValueRef to, uint32_t size, LLVMValueRef from, enum where at);
bool cg_sleepable_kind(const struct cg *cg); /* is the program of a kind that may be loaded to sleep? */
bool cg_may_sleep(const struct cg *cg); /* to have a page faulted in, where the kernel can */
enum where cg_where(enum space space);

/* loss.c: one more in the ledger, of what is at cg->span */
void cg_count_loss(struct cg *cg, enum loss_kind kind, unsigned index);

/* value.c: values of any type */
struct value cg_int(const struct type *t, LLVMValueRef i64);
/* a word as a scalar: what is beyond its size is rubbish */
struct value cg_narrowed(struct cg *cg, const struct type *t, LLVMValueRef i64);
struct value cg_mem(const struct type *t, LLVMValueRef address);
bool cg_scalar(const struct type *t); /* fits a register */
struct value cg_value(struct cg *cg, struct value v); /* scalars to registers, the rest to our memory */
LLVMValueRef cg_i64(struct cg *cg, struct value v); /* the integer; of a pointer its address */
/* likewise, to calculate with: the verifier takes it for a pointer no more, since it was negated, twice */
LLVMValueRef cg_number(struct cg *cg, struct value v);
LLVMValueRef cg_truth(struct cg *cg, struct value v); /* i1 */
struct value cg_bool(struct cg *cg, const struct type *t, LLVMValueRef i1); /* 0 or 1 */
/* likewise, of what was asked of pointers */
struct value cg_bool_of_pointer(struct cg *cg, const struct type *t, LLVMValueRef i1);
/* the value as bytes of type t (convertible to it) at address; zeroes padding */
void cg_store(struct cg *cg, LLVMValueRef address, const struct type *t, struct value v);
/* of bytes of type t: v's own where they fit, else a slot's */
LLVMValueRef cg_address(struct cg *cg, struct value v, const struct type *t);
LLVMValueRef cg_equal(struct cg *cg, struct value a, struct value b); /* i1 */
/* what a core_field() or core_element() leads to; other: where that kernel has it as another kind; or NULL */
struct value cg_core_value(struct cg *cg, LLVMValueRef path, LLVMValueRef other, const struct field *f, enum where at);
struct value cg_field(struct cg *cg, struct value base, const struct type *t, const struct field *f, uint32_t offset);

/* expr.c */
struct value cg_expr(struct cg *cg, const struct node *n); /* in a register or our memory */
struct value cg_place(struct cg *cg, const struct node *n); /* not read yet where it is foreign */
struct cg_spot { /* of the script: what the ledger and the verifier's lines name */
	struct span span;
	LLVMMetadataRef debug;
};
struct cg_spot cg_enter(struct cg *cg, struct span span);
void cg_leave(struct cg *cg, struct cg_spot before);
void cg_expr_into(struct cg *cg, const struct node *n, LLVMValueRef address, const struct type *t);
LLVMValueRef cg_cond(struct cg *cg, const struct node *n); /* i1, short circuit */

/* memory for the value of n: where it is wanted if that is known, else a slot */
LLVMValueRef cg_result(struct cg *cg, const struct node *n, uint32_t size);
struct value cg_unsupported(struct cg *cg, const struct node *n, const char *what);
struct value cg_none(void);

/* operator.c */
bool cg_signed_pair(const struct type *a, const struct type *b); /* is an operation on them signed? */
LLVMValueRef cg_binary(struct cg *cg, enum op op, LLVMValueRef a, LLVMValueRef b, bool is_signed);
struct value emit_op_binary(struct cg *cg, const struct node *n);
struct value emit_op_unary(struct cg *cg, const struct node *n);
struct value emit_op_incdec(struct cg *cg, const struct node *n);
struct value emit_op_choose(struct cg *cg, const struct node *n); /* c ? a : b, if c { a } else { b } */
struct value emit_op_cast(struct cg *cg, const struct node *n);

/* member.c */
struct value emit_op_dereference(struct cg *cg, const struct node *n); /* not read yet */
struct value emit_op_field(struct cg *cg, const struct node *n);
struct value emit_op_index(struct cg *cg, const struct node *n);

/* stmt.c */
void cg_stmt(struct cg *cg, const struct node *n);
void cg_stmts(struct cg *cg, const struct node *list);
void cg_end(struct cg *cg); /* of the clause: what follows does not run */
void cg_quit_if(struct cg *cg, LLVMValueRef i1); /* leaves the function if so */
void cg_return(struct cg *cg, const struct node *value); /* or NULL */
void cg_variables(struct cg *cg); /* places for the clause's; begins its frame */
LLVMValueRef cg_var(struct cg *cg, const struct variable *v); /* its address */
/*
 * The frame: what a program and the bodies of its loops, functions of their
 * own to BPF, have in common.  Small variables follow.
 */
enum { FRAME_CTX, FRAME_SCRATCH, FRAME_RESULT, FRAME_ENDED, FRAME_WORDS };
enum { ENDED_CLAUSE = 1, ENDED_FUNCTION }; /* what FRAME_ENDED says */
LLVMValueRef cg_frame(struct cg *cg, unsigned word); /* address */
uint32_t cg_frame_room(struct cg *cg); /* 8 more bytes: their offset */

/* map.c */
void cg_maps(struct cg *cg);
struct cg_hold;
struct cg_map *cg_map_of(const struct map *m);
LLVMValueRef cg_zero_key(struct cg *cg); /* ptr to an int 0 */
/* the BPF map that has the key, if one has */
LLVMValueRef cg_map_with(struct cg *cg, const struct map *m, LLVMValueRef key);
LLVMValueRef cg_map_key(struct cg *cg, const struct map *m, const struct node *keys);
/* for cg_map_with() alone: perhaps no more than its short form */
LLVMValueRef cg_map_brief_key(struct cg *cg, const struct map *m, const struct node *keys);
LLVMValueRef cg_map_lookup(struct cg *cg, const struct map *m, LLVMValueRef key); /* ptr, NULL where there is none */
struct value cg_map_get(struct cg *cg, const struct map *m, LLVMValueRef key);
void cg_map_set(struct cg *cg, const struct map *m, LLVMValueRef key, LLVMValueRef value); /* value: address */
/* ptr to the value, made zero if missing; NULL if full */
LLVMValueRef cg_map_slot(struct cg *cg, const struct cg_hold *hold, LLVMValueRef key);
/* i64 before; atomic */
LLVMValueRef cg_map_add(struct cg *cg, const struct map *m, LLVMValueRef key, LLVMValueRef delta);
/* the value of all CPUs together: 64 bits, as a signed integer */
struct value cg_agg_read(struct cg *cg, const struct map *m, LLVMValueRef key);

/* snapshot.c */
void cg_snapshots(struct cg *cg); /* find them, before the maps are made */
/* that it is one half of; or NULL */
const struct cg_snapshot *cg_snapshot_of(const struct cg *cg, const struct node *call);
bool cg_is_pair(const struct cg *cg, const struct map *m);
LLVMValueRef cg_map_now(struct cg *cg, const struct map *m); /* the BPF map to read */
struct cg_if cg_if_other(struct cg *cg, const struct map *m); /* of a pair: is it the second? */
struct cg_hold {
	const struct map *map;
	LLVMValueRef now, which;
};
struct cg_hold cg_hold_map(struct cg *cg, const struct map *m); /* the BPF map to write until it is released */
void cg_release_map(struct cg *cg, struct cg_hold *hold);

/* agg.c */
void cg_aggregate(struct cg *cg, const struct node *assign);

/* event.c: records in the ring */
struct cg_event {
	struct image_event *im; /* until the next event begins */
	unsigned index;
	LLVMValueRef record; /* ptr */
	struct cg_if have;
};
const char *cg_place_text(struct cg *cg, struct span span, struct place *p); /* FILE:LINE:C1-C2; "": it is no place */
unsigned event_new(struct cg *cg, enum event_action action, struct span place);
struct image_event *event_at(struct cg *cg, unsigned index);
uint32_t event_arg(struct cg *cg, unsigned index, const struct type *t); /* room for a value: its offset */
struct cg_event event_begin(struct cg *cg, unsigned index); /* reserve; what follows fills it in */
void event_end(struct cg *cg, struct cg_event *e); /* submit */
/* the usual event: these values and nothing else */
void event_send(struct cg *cg, unsigned index, const struct node *args);

/* record.c */
/* of a __data_loc field: the pointer to what it tells of */
struct value cg_record_data(struct cg *cg, const struct field *f);
LLVMValueRef cg_record_data_length(struct cg *cg, const struct field *f); /* and its bytes, i64 */
struct value cg_record_field(struct cg *cg, const struct field *f); /* of clause->record */

/* param.c */
struct value cg_late(struct cg *cg, const struct node *n); /* a PARAM, NPARAMS, CALL getopt */
/* i64: see PARAM_WORD */
LLVMValueRef cg_late_word(struct cg *cg, const char *parameter, unsigned skip, unsigned below);
void cg_finish_args(struct cg *cg);

/* warn.c: runtime warnings of cg->span */
void cg_warn(struct cg *cg, const char *text);
/* with -k: the helper failed */
void cg_warn_if(struct cg *cg, LLVMValueRef i1, const char *helper, LLVMValueRef result);
/* with -k: negative is a failure; result */
LLVMValueRef cg_watch(struct cg *cg, const char *helper, LLVMValueRef result);

/* imtype.c */
uint64_t image_type_of(struct cg *cg, const struct type *t); /* a REF */

/* loop.c */
LLVMValueRef cg_for_each(struct cg *cg, const struct map *m, LLVMValueRef fn, LLVMValueRef arg); /* i64: elements */
void cg_for_stmt(struct cg *cg, const struct node *n);
void cg_while_stmt(struct cg *cg, const struct node *n);
void cg_unroll_stmt(struct cg *cg, const struct node *n);
bool cg_rolls(struct cg *cg, const struct node *unroll); /* is it a loop, rather than N copies? */

/* program.c */
void cg_fn_begin(struct cg *cg, struct cg_fn *f, const char *name, LLVMTypeRef type, struct span span);
/* one with the clause's frame as its last parameter */
void cg_fn_inner(struct cg *cg, struct cg_fn *f, const char *name, LLVMTypeRef type, struct span span);
void cg_fn_end(struct cg *cg, struct cg_fn *f);
/* in a map of that name; only in the program itself */
LLVMValueRef cg_memory(struct cg *cg, const char *name, uint32_t size);
bool cg_preemptible(const struct clause *c); /* may another task run the program on this CPU half-way? */

/* subprogram.c */
void cg_subprograms(struct cg *cg);
struct value cg_subprogram_call(struct cg *cg, const struct node *n);

/* external.c */
struct value cg_external_call(struct cg *cg, const struct node *n);

/* parameter.c */
struct value cg_parameter(struct cg *cg, const struct field *f); /* of a user function: one with a place */

/* usdt.c */
void cg_usdt_map(struct cg *cg);
LLVMValueRef cg_usdt_address(struct cg *cg); /* i64: of the place that was hit, as in the file */
LLVMValueRef cg_usdt_function(struct cg *cg); /* i64: of the function around it */
struct value cg_usdt_arg(struct cg *cg, const struct node *n);

/* args.c: what the function, event or system call was given */
struct value cg_arg(struct cg *cg, const struct node *n); /* arg0, sarg0 */
struct value cg_args_field(struct cg *cg, const struct node *n); /* args.x */
struct value cg_register(struct cg *cg, const struct type *t, int offset); /* of the context, pt_regs or the like */
LLVMValueRef cg_context_word(struct cg *cg, uint64_t offset); /* i64 */

/* syscall.c */
bool cg_is_syscall(const struct cg *cg); /* does the clause stand for many system calls? */
void cg_syscall_begin(struct cg *cg); /* ends the program where it is none of them */
LLVMValueRef cg_syscall_word(struct cg *cg, const struct field *f); /* args.x */
LLVMValueRef cg_cookie(struct cg *cg); /* i64: of the attach point that was hit */

/* iter.c */
void cg_iter_begin(struct cg *cg); /* ends the program where there is no object */
struct value cg_iter_field(struct cg *cg, const struct node *n); /* ctx->x */
bool cg_iter_pinned(const struct cg *cg);
/* to who reads the pinned file */
void cg_iter_printf(struct cg *cg, const struct node *format, const struct image_conversion *list, size_t n);

/* builtin.c, fn_*.c */
typedef struct value (*emit_fn)(struct cg *cg, const struct node *n);
#define BUILTIN(name, type, flags) struct value emit_##name(struct cg *cg, const struct node *n);
#include "lang/builtins.def"
#undef BUILTIN
#define FUNC(name, signature, flags) struct value emit_fn_##name(struct cg *cg, const struct node *n);
#include "lang/functions.def"
#undef FUNC
LLVMValueRef cg_task(struct cg *cg); /* bpf_get_current_task_btf() */
struct value cg_stack(struct cg *cg, const struct node *n); /* kstack, ustack, as n->type says */

#endif
