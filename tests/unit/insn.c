/* insn: lengths of x86-64 instructions, one of each form. */
#include "tests/unit/unit.h"
#include "kernel/kernel.h"

static const struct {
	const char *bytes; /* hexadecimal; its length is the instruction's */
	const char *text;
} rows[] = {
	{"90", "nop"},
	{"c3", "ret"},
	{"c20800", "ret 8"},
	{"c8100001", "enter 16, 1"},
	{"f4", "hlt"},
	{"f30f1efa", "endbr64"},
	{"55", "push %rbp"},
	{"4157", "push %r15"},
	{"6aff", "push -1"},
	{"6800000100", "push 65536"},
	{"31c0", "xor %eax, %eax"},
	{"4889e5", "mov %rsp, %rbp"},
	{"8b4508", "mov 8(%rbp), %eax"},
	{"8b8508010000", "mov 264(%rbp), %eax"},
	{"8b0424", "mov (%rsp), %eax"},
	{"8b442408", "mov 8(%rsp), %eax"},
	{"8b04c500000000", "mov 0(,%rax,8), %eax"},
	{"8b0500000000", "mov 0(%rip), %eax"},
	{"b805000000", "mov $5, %eax"},
	{"48b80807060504030201", "movabs"},
	{"66b80500", "mov $5, %ax"},
	{"c70001000000", "movl $1, (%rax)"},
	{"66c7000100", "movw $1, (%rax)"},
	{"48c7c0ffffffff", "mov $-1, %rax"},
	{"48a10807060504030201", "mov 0x102030405060708, %rax"},
	{"83c405", "add $5, %esp"},
	{"81c400010000", "add $256, %esp"},
	{"6bc00a", "imul $10, %eax, %eax"},
	{"69c000010000", "imul $256, %eax, %eax"},
	{"f6c101", "test $1, %cl"},
	{"f7c100010000", "test $256, %ecx"},
	{"66f7c10001", "test $256, %cx"},
	{"f7d8", "neg %eax"},
	{"e800000000", "call"},
	{"666648e800000000", "call __tls_get_addr"},
	{"ebfe", "jmp"},
	{"0f8400000000", "je"},
	{"0f05", "syscall"},
	{"0fa2", "cpuid"},
	{"0fb6c0", "movzbl"},
	{"0fba6008"
	 "05",
	 "btl $5, 8(%rax)"},
	{"0fa4c105", "shld $5"},
	{"660f70c01b", "pshufd"},
	{"660f3a0fc108", "palignr"},
	{"660f3800c1", "pshufb"},
	{"f30f6f06", "movdqu (%rsi), %xmm0"},
	{"c5f877", "vzeroupper"},
	{"c5fd6f06", "vmovdqa"},
	{"c5f970c01b", "vpshufd"},
	{"c4e27d5806", "vpbroadcastd"},
	{"c4e37d39c101", "vextracti128"},
	{"62f17c48104601", "vmovups 64(%rsi), %zmm0"},
	{"62f37d481ec100", "vpcmpud"},
	{"6440"
	 "8b042500000000",
	 "mov %fs:0, %eax"},
	{"f0480fb10f", "lock cmpxchg"},
	{"f3a4", "rep movsb"},
	{"6690", "xchg %ax, %ax"},
	{"66662e0f1f840000000000", "nopw %cs:0(%rax,%rax)"},
	{"c7f800000000", "xbegin"},
};

static size_t bytes_of(const char *text, uint8_t *to)
{
	size_t n = strlen(text) / 2;

	for (size_t i = 0; i < n; i++) {
		unsigned byte;

		sscanf(text + 2 * i, "%2x", &byte);
		to[i] = (uint8_t)byte;
	}
	return n;
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t code[32];
		size_t n = bytes_of(rows[i].bytes, code);

		memset(code + n, 0x90, sizeof(code) - n);
		printf("# %s\n", rows[i].text);
		unit_is_int(x86_length(code, sizeof(code)), n);
		unit_is_int(x86_length(code, n - 1), 0); /* cut short */
	}
	unit_is_int(x86_length((const uint8_t *)"\x06", 1), 0); /* none in 64-bit mode */
	return unit_end();
}
