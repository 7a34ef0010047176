/* What the files that read BTF share. */
#ifndef PROBE_KERNEL_BTF_H
#define PROBE_KERNEL_BTF_H

#include "kernel/btfdata.h"
#include "kernel/kernel.h"

#include <bpf/btf.h>

/* The types of one BTF: the kernel's, a module's, an object's. */
struct btf_scope {
	struct btf_scope *next;
	struct kernel *kernel;
	const char *name; /* "vmlinux", "ext4" */
	struct btfdata *data;
	const struct type **made; /* by id, from btfdata_first() on */
	bool fixed; /* an object's: it lies as it says, on every kernel */
};

struct kernel {
	struct arena *arena;
	struct types *types;
	struct btf_scope *vmlinux; /* NULL until asked for, or where there is none */
	struct btf_scope *modules, *objects; /* lists */
	struct library *imported; /* list */
	bool tried, all_modules; /* all there are have been read */
	bool elsewhere; /* BPFTRACE_BTF: of a kernel that is not this one */
	struct programs *programs; /* whose DWARF was asked for */
	struct ksyms *symbols; /* NULL until asked for */
};

struct btf_scope *btf_kernel(struct kernel *k); /* NULL: it has no BTF */
struct btf_scope *btf_module(struct kernel *k, const char *module); /* "vmlinux" is one; NULL: there is no BTF of it */
struct btf_scope *btf_next(struct btf_scope *s); /* after btf_kernel() all modules; NULL: that was the last */
struct btf_scope *btf_object(struct kernel *k, const char *path); /* NULL: there is no BTF in it */
/* where a function is described, *proto: the id of its FUNC_PROTO there; module NULL: anywhere; NULL: nowhere */
struct btf_scope *btf_function(struct kernel *k, const char *module, const char *function, uint32_t *proto);
/* parameters of a prototype as the fields of a struct of that name; *result: what it returns */
const struct type *btf_parameters(struct btf_scope *s, const char *name, uint32_t proto, const struct type **result);
/* the id behind const, volatile and typedefs; *user: a __user tag among them */
uint32_t btf_strip(struct btf_scope *s, uint32_t id, bool *user);

#endif
