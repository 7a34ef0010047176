/* What differs between architectures: where struct pt_regs keeps things. */
#include "codegen/cg.h"

#include <stdlib.h>
#include <string.h>

struct reg {
	const char *name;
	int offset;
};

#if defined(__x86_64__)
static const struct reg regs[] = {
	{"r15", 0}, {"r14", 8}, {"r13", 16}, {"r12", 24}, {"bp", 32}, {"bx", 40},
	{"r11", 48}, {"r10", 56}, {"r9", 64}, {"r8", 72}, {"ax", 80}, {"cx", 88},
	{"dx", 96}, {"si", 104}, {"di", 112}, {"orig_rax", 120}, {"ip", 128}, {"pc", 128},
	{"cs", 136}, {"flags", 144}, {"sp", 152}, {"ss", 160},
};
static const char *const arguments[] = {"di", "si", "dx", "cx", "r8", "r9"};
static const char result[] = "ax", ip[] = "ip";
#elif defined(__aarch64__)
static const struct reg regs[] = {
	{"r0", 0}, {"r1", 8}, {"r2", 16}, {"r3", 24}, {"r4", 32}, {"r5", 40}, {"r6", 48}, {"r7", 56},
	{"r8", 64}, {"r9", 72}, {"r10", 80}, {"r11", 88}, {"r12", 96}, {"r13", 104}, {"r14", 112},
	{"r15", 120}, {"r16", 128}, {"r17", 136}, {"r18", 144}, {"r19", 152}, {"r20", 160},
	{"r21", 168}, {"r22", 176}, {"r23", 184}, {"r24", 192}, {"r25", 200}, {"r26", 208},
	{"r27", 216}, {"r28", 224}, {"r29", 232}, {"r30", 240}, {"sp", 248}, {"pc", 256}, {"pstate", 264},
};
static const char *const arguments[] = {"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"};
static const char result[] = "r0", ip[] = "pc";
#else
#error "no register table for this architecture"
#endif

int arch_register(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(regs); i++)
		if (str_eq(regs[i].name, name))
			return regs[i].offset;
	return -1;
}

int arch_argument(unsigned n)
{
	return n < ARRAY_SIZE(arguments) ? arch_register(arguments[n]) : -1;
}

int arch_result(void)
{
	return arch_register(result);
}

int arch_ip(void)
{
	return arch_register(ip);
}

int arch_sp(void)
{
	return arch_register("sp");
}
