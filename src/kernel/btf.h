/* What the files that read BTF share. */
#ifndef PROBE_KERNEL_BTF_H
#define PROBE_KERNEL_BTF_H

#include "kernel/btfdata.h"
#include "kernel/kernel.h"

#include <bpf/btf.h>

struct kernel {
	struct arena *arena;
	struct types *types;
	struct btfdata *data; /* NULL until asked for, or where there is none */
	bool tried;
	const struct type **made; /* by BTF id */
	struct programs *programs; /* whose DWARF was asked for */
	struct ksyms *symbols; /* NULL until asked for */
};

bool btf_load(struct kernel *k); /* false: there is none */
uint32_t btf_prototype(struct kernel *k, const char *module, const char *function); /* id of a FUNC_PROTO; 0: BTF does not know the function */
/* the id behind const, volatile and typedefs; *user: a __user tag among them */
uint32_t btf_strip(struct kernel *k, uint32_t id, bool *user);

#endif
