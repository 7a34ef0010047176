/*
 * What the machine says of itself: BTF, tracefs, symbols, ELF files, features.
 * Numbers come from the running kernel or the file named; nothing is cached
 * beyond the life of struct kernel.  Functions return 0 or -errno unless said.
 */
#ifndef PROBE_KERNEL_KERNEL_H
#define PROBE_KERNEL_KERNEL_H

#include "base/base.h"

struct type;
struct types;

/* btf.c: types of the kernel; loaded when first asked for */
struct kernel;
struct kernel *kernel_open(struct arena *a, struct types *t);
void kernel_close(struct kernel *k);
bool kernel_has_btf(struct kernel *k);
/* keyword "struct", "union", "enum", "typedef" or NULL for any of them; NULL: there is none */
const struct type *kernel_type(struct kernel *k, const char *keyword, const char *name);
bool kernel_enumerator(struct kernel *k, const char *name, int64_t *value, const struct type **type);
/*
 * Parameters of a kernel function as a struct: field i is parameter i, at its
 * offset in the BTF context, where each takes as many words as it needs.  module NULL or "": any.  *result: its return
 * type.  NULL: BTF does not know the function.
 */
const struct type *kernel_function(struct kernel *k, const char *module, const char *function,
				   const struct type **result);
/* can fentry programs be attached to it?  false: *why, a sentence */
bool kernel_function_fits(struct kernel *k, struct arena *a, const char *module, const char *function,
			  const char **why);
/* its parameters in C: "struct sock *", "sk"; its result: "int", "void"; NULL: BTF does not know it */
typedef void (*parameter_fn)(const char *type, const char *name, void *arg);
const char *kernel_each_parameter(struct kernel *k, struct arena *a, const char *module, const char *function,
				  parameter_fn each, void *arg);
/* of a struct */
void kernel_each_member(struct kernel *k, struct arena *a, const char *name, parameter_fn each, void *arg);
/* may BPF programs call the function? (kernels that say so: 6.10) */
bool kernel_kfunc(struct kernel *k, const char *name);
/* in its BTF, by which a program calls a kfunc; 0: there is none */
int kernel_function_id(struct kernel *k, const char *name);
/* type of a per-CPU or global variable; NULL: not in BTF */
const struct type *kernel_variable(struct kernel *k, const char *name);
/* likewise of a raw tracepoint (btf_trace_NAME without the first void *) */
const struct type *kernel_raw_tracepoint(struct kernel *k, const char *event);
/* in the BTF of the kernel that runs, by which a program is attached; 0: that has none, or it is a module's */
int kernel_raw_tracepoint_id(struct kernel *k, const char *event);
int kernel_traced_id(struct kernel *k, const char *function);
struct programs *kernel_programs(struct kernel *k);
const struct type *kernel_iterator(struct kernel *k, const char *name); /* struct bpf_iter__NAME */
/*
 * The kernel's struct of a tracepoint's records, trace_event_raw_CLASS, by
 * which their fields are found in other kernels; args: the event's fields as
 * tracefs has them.  NULL: there is none, or it is not this one.
 */
const struct type *kernel_tracepoint_record(struct kernel *k, const char *event, const struct type *args);
typedef void (*name_fn)(const char *name, void *arg);
void kernel_each_type(struct kernel *k, const char *keyword, name_fn each, void *arg);
void kernel_each_raw_tracepoint(struct kernel *k, name_fn each, void *arg);
void kernel_each_iterator(struct kernel *k, name_fn each, void *arg);
/* C definition of a type, for -lv 'struct x'; "vmlinux" or the module that has it, NULL: there is none */
const char *kernel_type_define(struct kernel *k, const char *keyword, const char *name, struct buf *out);

/* tracefs.c: mounted or, where it is not, a mount of our own that nobody else sees */
int tracefs_read(const char *path, struct buf *out);
int debugfs_read(const char *path, struct buf *out); /* likewise */
int tracepoint_id(const char *category, const char *event); /* id or -errno */
/* category "syscalls": each(name of event); category NULL: each(name of category) */
int tracepoint_each(const char *category, name_fn each, void *arg);
struct tracepoint_field {
	const char *type; /* "const char *", "pid_t", "char", "__data_loc char[]" */
	const char *name;
	uint32_t offset, size; /* bytes in the record */
	uint32_t count; /* of an array; 0: none */
	bool is_signed;
	bool data_loc;
	const char *text; /* as in the format file, up to ';' */
};
/* the event's fields after the common ones; list in the arena, *n of them */
int tracepoint_format(struct arena *a, const char *category, const char *event, struct tracepoint_field **fields,
		      size_t *n);

/* config.c */
int kernel_config(struct buf *out); /* lines CONFIG_X=y; 0 or -errno */
int kernel_constant_value(const char *name, int64_t *value); /* of CONFIG_X, LINUX_KERNEL_VERSION; 0 or -errno */
const char *kernel_constant_error(int err); /* what is wrong */

/* ksyms.c: /proc/kallsyms and the list of what kprobes can reach */
struct ksyms;
struct ksyms *ksyms_load(void);
const struct ksyms *kernel_symbols(struct kernel *k); /* btf.c: read once for each k; NULL: they cannot be */
void ksyms_free(struct ksyms *s);
const char *ksyms_find(const struct ksyms *s, uint64_t address, uint64_t *offset, const char **module); /* NULL: none */
bool ksyms_address(const struct ksyms *s, const char *name, uint64_t *address);
typedef void (*symbol_fn)(const char *module, const char *function, uint64_t address, void *arg);
void kallsyms_each(symbol_fn each, void *arg); /* functions, in the order of the file */
/*
 * What can be traced: available_filter_functions or the file of
 * --traceable-functions, else all functions of kallsyms; by name, each name once a module.
 */
typedef void (*function_fn)(const char *module, const char *function, void *arg); /* module "vmlinux" for none */
int traceable_from(const char *path); /* before the first of these */
void traceable_each(function_fn each, void *arg);
void traceable_named(const char *function, function_fn each, void *arg);
bool traceable_known(void); /* the list is one of what can be traced, not of all symbols */
bool kprobe_forbidden(const char *function); /* the kernel has it on the kprobes blacklist */
bool module_loaded(const char *module); /* "vmlinux" is */
bool module_of(const char *function, char *module, size_t size); /* which installed module exports it */

/*
 * elf.c: executables and libraries (libelf).  Addresses are virtual, as in the
 * file; offsets are places in the file, what a uprobe wants.  Of a member of an
 * archive, "app.apk!/lib/x.so", offsets count from the start of the archive.
 */
struct elf_file;
size_t elf_archive(const char *path); /* of "x.apk!/lib/y.so" the bytes before "!/"; 0: it is no member of an archive */
/* NULL: *err is -errno, -ENOEXEC: not an ELF file, -ENOTSUP: a packed member */
struct elf_file *elf_open(const char *path, int *err);
void elf_close(struct elf_file *f);
const char *elf_error(int err); /* words for *err */
int elf_address_to_offset(struct elf_file *f, uint64_t address, uint64_t *offset);
int elf_offset_to_address(struct elf_file *f, uint64_t offset, uint64_t *address);
bool elf_executable(struct elf_file *f, uint64_t address); /* in a segment that is? */
size_t elf_code(struct elf_file *f, uint64_t address, void *to, size_t size); /* bytes read */

/* elfsym.c: of the file, else of its debug file, else of its .gnu_debugdata */
struct elf_symbol {
	const char *name; /* an old version's is "memcpy@GLIBC_2.2.5" */
	uint64_t address;
	uint64_t offset;
	uint64_t size; /* 0: not known */
	const char *version; /* of the plain name: "GLIBC_2.14"; NULL: none */
	bool indirect; /* STT_GNU_IFUNC: what runs here chooses a function */
};
/* functions of .symtab and .dynsym, sorted by address; owned by f */
const struct elf_symbol *elf_functions(struct elf_file *f, size_t *n);
const struct elf_symbol *elf_find(struct elf_file *f, const char *name); /* NULL: none */
/* a symbol of any kind; until the next call; NULL: none */
const struct elf_symbol *elf_variable(struct elf_file *f, const char *name);
const struct elf_symbol *elf_at(struct elf_file *f, uint64_t file_offset); /* the function around it */
/* one of elf_functions(): where it ends; of size 0: where the next begins */
uint64_t elf_symbol_end(struct elf_file *f, const struct elf_symbol *s);

/* the interpreter and the libraries that it is linked with, then NULL */
const char *const *elf_needs(struct elf_file *f, struct arena *a);

/*
 * cfi.c: how to leave a function from anywhere in it (x86_64).  A row counts
 * from its place to the next one's.  Programs read rows from map
 * "unwind_rows", which of them are a file's from "unwind_files"; where they may
 * not look for the file themselves, what a process has mapped from
 * "unwind_ranges", which of those are a process' from "unwind_processes".  The
 * layouts are fixed.
 */
enum unwind_kind {
	UNWIND_NONE, /* not known */
	UNWIND_END, /* nobody called this */
	UNWIND_SP, /* the frame ends at sp + cfa: there the return address is, below it */
	UNWIND_BP, /* at bp + cfa */
	UNWIND_PLT, /* at sp + 8, or 16 where ip & 15 >= cfa */
	UNWIND_SIGNAL, /* a handler returns to it: the kernel's struct ucontext is at sp */
};
#define UNWIND_SAME INT32_MIN
struct unwind_row {
	uint32_t place; /* offset in the file */
	uint32_t kind;
	int32_t cfa;
	int32_t bp; /* from the end of the frame to where the caller's bp is; UNWIND_SAME: still in bp */
};
/* of a file: what its inode says, wherever it is mounted; of no file UNWIND_OF_JIT, _OF_VDSO and inode 0 */
struct unwind_key {
	uint64_t inode, size;
};
struct unwind_part { /* of a map: the rows of a file, the ranges of a process (by its pid) */
	uint32_t first, n;
};
struct unwind_range { /* a mapping */
	uint64_t start, end;
	uint64_t place; /* offset in the file */
	struct unwind_part rows;
};
enum { UNWIND_OF_JIT, UNWIND_OF_VDSO };
#define UNWIND_FILES 4096
#define UNWIND_PROCESSES 128
size_t elf_unwind_rows(struct elf_file *f, struct unwind_row **rows); /* in order; to be freed */

/*
 * usdt.c, operand.c: the statically defined probes of a file.  A value is
 *	(base? regs[base] : 0) + (index? regs[index] << scale : 0) + value
 * or what lies there, of that `skip` bits dropped, `bits` kept and extended.
 * Programs read this from map "usdt_args": the layout is fixed.
 */
enum { USDT_DEREF = 1, USDT_SIGNED = 2, USDT_INDEX_INT = 4, USDT_INDEX_UINT = 8 /* of an index its low 32 bits */ };
struct usdt_arg {
	int64_t value;
	int16_t base, index; /* offsets in struct pt_regs; -1: none */
	uint8_t flags, scale, bits, skip;
};
#define USDT_HEAD 16 /* bytes before the arguments: uint64 address, function */
struct usdt_site {
	const char *provider, *name;
	const char *operands; /* "-4@%edi 8@-8(%rbp)" */
	uint64_t address, offset;
	uint64_t semaphore; /* offset in the file; 0: none */
};
/* sorted by provider, name, address; how many */
size_t usdt_sites(struct elf_file *f, struct arena *a, struct usdt_site **list);
bool usdt_is(const struct usdt_site *s, const char *symbol); /* "provider:name" */
unsigned usdt_nargs(const struct usdt_site *s);
/* false: *why it cannot be read */
bool usdt_arg(struct elf_file *f, const struct usdt_site *s, unsigned n, struct usdt_arg *arg, const char **why);
struct usdt_symbol { /* in an operand; len 0: none */
	const char *name;
	size_t len;
};
struct arch;
bool usdt_operand(const struct arch *arch, const char *text, size_t len, struct usdt_arg *arg,
		  struct usdt_symbol *symbol, const char **why);
size_t usdt_next(const char **text); /* length of the next operand, *text moved to it; 0: no more */

/* insn.c: of the code from - to, does one begin at address? */
bool elf_instruction(struct elf_file *f, uint64_t from, uint64_t to, uint64_t address);
size_t x86_length(const uint8_t *code, size_t size); /* of the instruction at code; 0: not known */

/*
 * dwarf.c: debug information (libdw), of the file or its debug file.  Lines:
 * the first address in each function; -ENODATA: no DWARF, -ENOENT: no such
 * source file.  *near: the next line with code, if *n is 0
 */
int dwarf_line(struct elf_file *f, struct arena *a, const char *file, unsigned line, unsigned column,
	       uint64_t **addresses, size_t *n, unsigned *near);
bool dwarf_inlined(struct elf_file *f, const char *name); /* is there a function of that name that is inlined? */

/*
 * dwarfline.c: where the instruction at an address comes from.  The inlined
 * functions it is in, innermost first, and last the function itself; how many:
 * at most most, 0 without debug information.  Strings live as long as f.
 */
struct source_frame {
	const char *inlined; /* the linker's name of an inlined function; NULL: the function itself */
	const char *file; /* NULL: not known */
	unsigned line;
};
size_t dwarf_frames(struct elf_file *f, uint64_t address, struct source_frame *to, size_t most);

/* btflibrary.c: BPF objects that a script imports */
#define EXTERNAL_PARAMETERS 5 /* registers for them */
struct library;
struct library_function {
	const char *name;
	const struct type *params, *result; /* params: a struct, each a field */
	const struct library *library;
};
struct library { /* lives as long as struct kernel */
	struct library *next; /* of kernel's, the last one opened first */
	const char *name;
	int fd;
	const char *license; /* NULL: it says none */
	struct library_function *functions;
	size_t nfunctions;
};
/* takes the fd; NULL: it is none */
struct library *library_open(struct kernel *k, const char *name, int fd, const char **why);
/* the image and the objects as one; false: *why, the image is as it was */
bool libraries_link(const struct library *list, struct arena *a, struct buf *image, const char **why);

/* clang.c: compile NAME.bpf.c: the fd of an object; -ENOENT: no clang on $PATH, -EINVAL: the messages say why */
int clang_bpf(struct arena *a, const char *path, const char *const *include_dirs, struct buf *messages);
bool kernel_header(FILE *out); /* vmlinux.h */

/*
 * Where a parameter is when its function is entered: the pieces one behind
 * the other, each the low `size` bytes of regs[reg] + value (value alone
 * without a reg); in memory: what lies at the only one.  n 0: nowhere.
 */
struct param_piece {
	int16_t reg; /* offset in struct pt_regs; -1: none */
	uint8_t size;
	int64_t value;
};
struct param_place {
	uint8_t n;
	bool memory;
	struct param_piece pieces[4];
};

/* dwarftype.c: the types of programs; they live as long as struct kernel */
struct program;
struct programs;
struct programs *programs_open(struct arena *a, struct types *t);
void programs_close(struct programs *ps);
struct program *program_at(struct programs *ps, const char *path); /* never NULL: it may have nothing to say */
struct elf_file *program_file(struct program *p); /* NULL: it cannot be read */
bool program_has_dwarf(struct program *p);
const struct type *program_named(struct program *p, const char *keyword, const char *name); /* as kernel_type() */
/*
 * parameters of the function at an address: fields with places; *result: of its return value.  NULL: DWARF does not
 * know it
 */
const struct type *program_function(struct program *p, uint64_t address, const struct type **result);
/* "int a", a text a parameter */
bool program_signature(struct program *p, uint64_t address, struct arena *a, char ***texts, size_t *n);

/* debugfile.c: separate debug files are found by build id and debug link */
void elf_debug_dirs(const char *dirs); /* "a:b" to look in before /usr/lib/debug; kept, not copied */

/* zip.c: where a stored member of an archive lies in it; -ENOENT, -ENOTSUP: it is packed, -ENOEXEC: no archive */
int zip_member(int fd, const char *name, uint64_t *offset, uint64_t *size);

/* demangle.c: "ns::f(int)" or, without parameters, "ns::f" of a C++ or Rust symbol, to be freed; NULL: it is none */
char *demangle(const char *name, bool parameters);

int syscall_number(const char *name); /* syscalls.c: of sys_enter_NAME on this architecture; -1: not known */

/* paths.c */
/* a binary as a script names it: a path, a library by name (ld.so.cache), a program on $PATH; NULL: none */
char *binary_path(struct arena *a, const char *name, unsigned *matches); /* *matches: how many are on $PATH */
/* root "" or "/proc/PID/root" */
char *binary_path_in(struct arena *a, const char *root, const char *name, unsigned *matches);
typedef void (*binary_fn)(void *arg, const char *path);
/* on $PATH; libraries if it begins with lib */
void binaries_named(struct arena *a, const char *pattern, binary_fn each, void *arg);
const char *process_root(struct arena *a, int pid); /* "/proc/PID/root"; NULL: the process sees the files that we see */
const char *process_exe(struct arena *a, int pid); /* a path of its program that we can open */
/* executable mappings; pid 0: of all processes; may repeat */
void mapped_files(struct arena *a, int pid, binary_fn each, void *arg);

int cgroup_id(const char *path, uint64_t *id); /* of the directory of a cgroup v2 */

/* features.c: asked of the kernel, never by version */
enum feature {
#define FEATURE(name, text) FEATURE_##name,
#include "kernel/features.def"
#undef FEATURE
	FEATURE_COUNT
};
bool feature(enum feature f); /* tried once, remembered */
/*
 * BPF_LINK_CREATE of many places of one file (6.6).  union bpf_attr of
 * Debian's headers does not have it yet: its first words.
 */
struct uprobe_multi_attr {
	uint32_t prog_fd, target_fd, attach_type, flags;
	uint64_t path, offsets, ref_ctr_offsets, cookies;
	uint32_t cnt, multi_flags, pid, pad;
};
void feature_off(enum feature f); /* --no-feature: as if the kernel had it not */
uint64_t features_off(void); /* of which that was said: 1 << f */
const char *feature_name(enum feature f);
const char *feature_text(enum feature f);
bool perf_counts(uint32_t type, uint64_t config); /* has this machine the counter of perf? */
/* may we trace at all?  0, or -EPERM with what is missing in *why */
int permitted(struct arena *a, const char **why);

/* btfprog.c: functions of BPF programs, by the program's id */
typedef void (*bpf_function_fn)(uint32_t id, const char *function, void *arg);
/* those that fentry reaches; none where we may not see them */
void bpf_functions_each(bpf_function_fn each, void *arg);

/* cpus.c: lists like "0-3,8" of /sys/devices/system/cpu */
struct cpus {
	char text[4096]; /* as the kernel has them */
	int *list;
	size_t n;
};
/* 1: they are others than they were (at first none); 0, or -errno */
int cpus_follow(struct arena *a, struct cpus *online);
bool cpus_has(const struct cpus *c, int cpu);

#endif
