/*
 * The seam between compiler and runtime: a relocatable BPF ELF object with a
 * section .probe that says everything libbpf does not know.  Written and read
 * here alone; the reader trusts nothing.
 *
 * BPF maps of an image:
 *	m<N>		map N of the script (image.maps[N])
 *	m<N>_brief	of it the keys that are short, where others can be long: their first image_map.brief bytes, after
 *			which there are zeroes; short are strings whose NUL is there, and stacks whose frames all are
 *	ring		BPF_MAP_TYPE_RINGBUF, the events
 *	ledger		PERCPU_ARRAY of uint64: [N] counts image.losses[N]
 *	names		ARRAY of char[names' value size]: the probe names of all
 *			clauses that use `probe` with several attach points;
 *			the low 32 bits of the cookie of an attach point are its index
 *	usdt_args	ARRAY of { uint64 address, function; struct usdt_arg args[]; }, in the file,
 *			for every place of a usdt probe; bits 32 to 63 of its
 *			cookie are the index.  The loader sizes and fills it
 *	scratch<N>	PERCPU_ARRAY with one entry, or TASK_STORAGE: memory of
 *			clause N for what the BPF stack is too small for
 *	long<N>_<M>	likewise for a long string that is a key
 *	.rodata.params	struct image_params, set by the loader
 *	.data.state	struct image_state
 *	.data.pairs	struct image_pair[], of the maps that are printed and cleared at once
 *	.rodata.args	what the tool was given, as image.params says
 */
#ifndef PROBE_IMAGE_IMAGE_H
#define PROBE_IMAGE_IMAGE_H

#include "base/base.h"

#define IMAGE_VERSION 14
#define IMAGE_SECTION ".probe"
#define PREALLOCATED_VALUE 256 /* bytes; the larger values of hashes are made when a key appears */

/* what the kernel must know of a map to make it */
struct map_shape {
	uint32_t type, max_entries, key_size, value_size, flags;
};

/* the records of image.def as structs: struct image_type { ... }; */
#define RECORD(record) struct record {
#define NUM(member) uint64_t member;
#define SNUM(member) int64_t member;
#define STR(member) \
	const char *member; \
	size_t member##_len;
#define REF(member, list) uint64_t member;
#define LIST(record, member) \
	struct record *member; \
	size_t n##member;
#define END(record) \
	} \
	;
#include "image/image.def"
#undef RECORD
#undef NUM
#undef SNUM
#undef STR
#undef REF
#undef LIST
#undef END

#define ATTACH_BPF "bpf" /* target of fentry and fexit: a function of a BPF program, whose id is in config */

enum { UPROBE_ANY_FILE = 1 }; /* config of a uprobe: offset is in the file, whatever that is */
enum { KPROBE_BREAKPOINT = 1 }; /* config of a kprobe: ftrace does not know the function */

enum attach_kind {
#define ATTACH(name, section, prog_type) ATTACH_##name,
#include "image/attach.def"
#undef ATTACH
	ATTACH_COUNT
};
const char *attach_kind_name(uint64_t kind); /* "kprobe"; "?" if there is none */
struct image_attach;
/* a kprobe or kretprobe of a link for many functions, which knows nothing else */
bool attach_by_function(const struct image_attach *a);

enum event_action {
#define ACTION(name) EVENT_##name,
#include "image/events.def"
#undef ACTION
	EVENT_ACTION_COUNT
};
const char *event_action_name(uint64_t action);

enum loss_kind {
#define LOSS(name, text) LOSS_##name,
#include "image/events.def"
#undef LOSS
	LOSS_COUNT
};
const char *loss_kind_name(uint64_t kind);
const char *loss_kind_text(uint64_t kind); /* what n of them are */

/*
 * What stands for bytes that could not be read: in a string NUL, then this; in
 * a buffer the length.  To all that looks for a NUL it is empty, and yet it is
 * equal to itself alone: a key like any other.
 */
#define FAULT_MARK 0x0e /* EFAULT */
#define FAULT_LENGTH UINT32_MAX
bool is_fault(const char *s, size_t capacity);

struct image_params {
#define PARAM(ctype, name) ctype name;
#include "image/events.def"
#undef PARAM
};

struct image_state {
#define STATE(ctype, name) ctype name;
#include "image/events.def"
#undef STATE
};

/* of the script maps that are two BPF maps, in .data.pairs (codegen/snapshot.c) */
struct image_pair {
	uint64_t current; /* & 1: which one programs write */
	uint64_t busy[2]; /* programs that can sleep and are writing to it now */
};
enum event_then { THEN_nothing, THEN_clear, THEN_zero };

/*
 * Every record in the ring begins with this; the values of image_event.args
 * follow at their offsets, which count from the start of the record and are
 * multiples of 8.
 */
struct event_header {
	uint32_t event; /* index into image.events */
	uint32_t clause; /* index into image.clauses */
};

/* A stack as a value: TYPE_KSTACK, TYPE_USTACK; its size depends on the limit. */
#define UNWIND_FAILED UINT64_MAX /* the last frame of dw_ustack(): those that follow could not be found */
struct event_stack {
	uint32_t count; /* frames that follow */
	uint32_t pid; /* tgid the user addresses belong to; 0 in a kernel stack */
	uint64_t frames[]; /* stack_limit of them; of mode build_id struct bpf_stack_build_id */
};

/*
 * How the values of maps lie in BPF map m<N>: enum map_storage.
 * A plain value is value-type bytes, padded to 8; in MAP_SCALAR a uint64 "set"
 * follows.  Aggregates, per CPU, to be merged over all possible CPUs:
 *	count			uint64 n
 *	sum			int64 sum, uint64 n (times)
 *	min, max		int64 value, uint64 n
 *	avg, stats		int64 total, uint64 n
 *	hist, lhist		uint64 buckets[type.count]
 *	tseries			TSERIES_WORDS uint64 for each of type.count intervals
 */
enum map_storage {
	MAP_SCALAR, /* ARRAY of one entry */
	MAP_PERCPU_SCALAR, /* PERCPU_ARRAY of one entry */
	MAP_HASH,
	MAP_LRU_HASH,
	MAP_PERCPU_HASH,
	MAP_PERCPU_LRU_HASH,
};

/* bytes of a short key: to hash 1 KiB takes 250 ns, 64 bytes 15 */
enum { BRIEF_STRING = 64, BRIEF_STACK = 8 + 23 * 8 };

/* a slot of a tseries: type.min is the interval in ns, type.step what is kept of it */
enum {
	TSERIES_EPOCH /* wall clock / interval */,
	TSERIES_VALUE,
	TSERIES_N /* values; of `last` the time of the value */,
	TSERIES_WORDS
};
enum tseries_kind { TSERIES_last, TSERIES_avg, TSERIES_sum, TSERIES_min, TSERIES_max };

/* what a parameter or option of a tool is */
enum param_kind {
	PARAM_COUNT, /* $#: int64 */
	PARAM_INT, /* $1 where a number is wanted: int64 */
	PARAM_TEXT, /* str($1) */
	PARAM_CONFIG, /* CONFIG_HZ, LINUX_KERNEL_VERSION: int64, like the next two not given but found out */
	PARAM_KADDR, /* address of the kernel symbol `name` */
	PARAM_CGROUP, /* id of the cgroup at the path `name` */
	/*
	 * which word of its context has a parameter of a kernel function: "module:function.parameter", less the
	 * first `skip`; below `number`
	 */
	PARAM_WORD,
	OPTION_BOOL, /* getopt("x", false): int64, 0 or 1 */
	OPTION_INT,
	OPTION_TEXT,
	PARAM_KINDS
};

enum conversion_flag {
	CONV_LEFT = 1, /* - */
	CONV_PLUS = 2,
	CONV_SPACE = 4,
	CONV_ALT = 8, /* # */
	CONV_ZERO = 16,
};

/* buckets.c: hist and lhist, shared by compiler and runtime */
uint32_t hist_buckets(unsigned bits); /* how many */
uint32_t lhist_buckets(int64_t min, int64_t max, int64_t step); /* with the two open ends */
/* bounds of bucket i: [*lo, *hi); false for *open_lo / *open_hi ends is said by the flags */
void hist_bounds(unsigned bits, uint32_t i, int64_t *lo, uint64_t *hi);

/* encode.c, decode.c */
void image_encode(const struct image *im, struct buf *out);
/* bytes of a .probe section; NULL: *why says what is wrong */
struct image *image_decode(struct arena *a, const void *bytes, size_t len, const char **why);
/* bytes of a section; NULL: there is none */
const void *image_section(const void *elf, size_t len, const char *name, size_t *size);
/* the .probe section of an ELF object; NULL: *why */
struct image *image_read(struct arena *a, const void *elf, size_t len, const char **why);
bool image_sleeps(const struct image *im); /* has it programs that may? */

/* check.c: does it make sense?  false: *why not */
bool image_check(const struct image *im, const char **why);

/* dump.c: -d image */
void image_dump(const struct image *im, FILE *out);

#endif
