/*
 * What differs between architectures: where struct pt_regs keeps registers,
 * which of them hold arguments, what DWARF numbers them.
 */
#include "kernel/arch.h"

#include <elf.h>
#include <string.h>

static const struct arch_register x86_64_registers[] = {
	{"r15", 0},  {"r14", 8},  {"r13", 16}, {"r12", 24},    {"bp", 32},  {"bx", 40},  {"r11", 48}, {"r10", 56},
	{"r9", 64},  {"r8", 72},  {"ax", 80},  {"cx", 88},     {"dx", 96},  {"si", 104}, {"di", 112}, {"orig_rax", 120},
	{"ip", 128}, {"pc", 128}, {"cs", 136}, {"flags", 144}, {"sp", 152}, {"ss", 160}, {NULL, 0},
};
static const char *const x86_64_arguments[] = {"di", "si", "dx", "cx", "r8", "r9", NULL};
static const char *const x86_64_dwarf[] = {"ax", "dx",  "cx",  "bx",  "si",  "di",  "bp",  "sp", "r8",
					   "r9", "r10", "r11", "r12", "r13", "r14", "r15", "ip", NULL};

const struct arch arch_x86_64 = {
	.name = "x86_64",
	.machine = EM_X86_64,
	.registers = x86_64_registers,
	.arguments = x86_64_arguments,
	.dwarf = x86_64_dwarf,
	.result = "ax",
	.ip = "ip",
	.sp = "sp",
	.return_on_stack = true,
};

static const struct arch_register arm64_registers[] = {
	{"r0", 0},    {"r1", 8},    {"r2", 16},   {"r3", 24},   {"r4", 32},   {"r5", 40},      {"r6", 48},
	{"r7", 56},   {"r8", 64},   {"r9", 72},   {"r10", 80},  {"r11", 88},  {"r12", 96},     {"r13", 104},
	{"r14", 112}, {"r15", 120}, {"r16", 128}, {"r17", 136}, {"r18", 144}, {"r19", 152},    {"r20", 160},
	{"r21", 168}, {"r22", 176}, {"r23", 184}, {"r24", 192}, {"r25", 200}, {"r26", 208},    {"r27", 216},
	{"r28", 224}, {"r29", 232}, {"r30", 240}, {"sp", 248},  {"pc", 256},  {"pstate", 264}, {NULL, 0},
};
static const char *const arm64_arguments[] = {"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", NULL};
static const char *const arm64_dwarf[] = {"r0",  "r1",  "r2",  "r3",  "r4",  "r5",  "r6",  "r7",  "r8",  "r9",  "r10",
					  "r11", "r12", "r13", "r14", "r15", "r16", "r17", "r18", "r19", "r20", "r21",
					  "r22", "r23", "r24", "r25", "r26", "r27", "r28", "r29", "r30", "sp",  NULL};

const struct arch arch_arm64 = {
	.name = "arm64",
	.machine = EM_AARCH64,
	.registers = arm64_registers,
	.arguments = arm64_arguments,
	.dwarf = arm64_dwarf,
	.result = "r0",
	.ip = "pc",
	.sp = "sp",
};

const struct arch *arch_native(void)
{
#if defined(__x86_64__)
	return &arch_x86_64;
#elif defined(__aarch64__)
	return &arch_arm64;
#else
#error "no register table for this architecture"
#endif
}

int arch_offset(const struct arch *a, const char *name)
{
	for (const struct arch_register *r = a->registers; r->name; r++)
		if (str_eq(r->name, name))
			return r->offset;
	return -1;
}

int arch_dwarf(const struct arch *a, unsigned number)
{
	for (unsigned i = 0; a->dwarf[i]; i++)
		if (i == number)
			return arch_offset(a, a->dwarf[i]);
	return -1;
}

int arch_register(const char *name)
{
	return arch_offset(arch_native(), name);
}

int arch_argument(unsigned n)
{
	const struct arch *a = arch_native();

	for (unsigned i = 0; a->arguments[i]; i++)
		if (i == n)
			return arch_offset(a, a->arguments[i]);
	return -1;
}

int arch_result(void)
{
	return arch_register(arch_native()->result);
}

int arch_ip(void)
{
	return arch_register(arch_native()->ip);
}

int arch_sp(void)
{
	return arch_register(arch_native()->sp);
}
