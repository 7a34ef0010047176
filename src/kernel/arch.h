/* What differs between architectures; offsets are those in struct pt_regs. */
#ifndef PROBE_KERNEL_ARCH_H
#define PROBE_KERNEL_ARCH_H

#include "base/base.h"

struct arch_register {
	const char *name;
	int offset;
};

struct arch {
	const char *name;
	unsigned machine; /* EM_ of its ELF files */
	const struct arch_register *registers; /* lists end in NULL */
	const char *const *arguments; /* of functions, in order */
	const char *const *dwarf; /* by number */
	const char *result, *ip, *sp;
	bool return_on_stack; /* a call pushes the return address */
};

extern const struct arch arch_x86_64, arch_arm64;
const struct arch *arch_native(void);
int arch_offset(const struct arch *a, const char *name); /* -1: there is none */
int arch_dwarf(const struct arch *a, unsigned number); /* -1: not kept, say a vector register */

/* of this machine */
int arch_argument(unsigned n); /* -1: not in a register */
int arch_register(const char *name);
int arch_result(void);
int arch_ip(void);
int arch_sp(void);

#endif
