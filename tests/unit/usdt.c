/* usdt: every form of operand that compilers write, for both architectures. */
#include "tests/unit/unit.h"
#include "kernel/arch.h"
#include "kernel/kernel.h"

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

struct row {
	const char *text;
	const char *base, *index; /* NULL: none */
	int64_t value;
	unsigned bits, flags, scale, skip;
	const char *symbol;
};

static const struct row x86[] = {
	{"-4@%edi", "di", NULL, 0, 32, USDT_SIGNED, 0, 0, NULL},
	{"8@%rsi", "si", NULL, 0, 64, 0, 0, 0, NULL},
	{"%rdx", "dx", NULL, 0, 64, 0, 0, 0, NULL},
	{"-1@%al", "ax", NULL, 0, 8, USDT_SIGNED, 0, 0, NULL},
	{"1@%ah", "ax", NULL, 0, 8, 0, 0, 8, NULL},
	{"-2@%cx", "cx", NULL, 0, 16, USDT_SIGNED, 0, 0, NULL},
	{"1@%sil", "si", NULL, 0, 8, 0, 0, 0, NULL},
	{"4@%r8d", "r8", NULL, 0, 32, 0, 0, 0, NULL},
	{"2@%r15w", "r15", NULL, 0, 16, 0, 0, 0, NULL},
	{"1@%r10b", "r10", NULL, 0, 8, 0, 0, 0, NULL},
	{"8@%rbp", "bp", NULL, 0, 64, 0, 0, 0, NULL},
	{"4@$5", NULL, NULL, 5, 32, 0, 0, 0, NULL},
	{"-4@$-9", NULL, NULL, -9, 32, USDT_SIGNED, 0, 0, NULL},
	{"8@$0x1f", NULL, NULL, 31, 64, 0, 0, 0, NULL},
	{"8@$9223372036854775807", NULL, NULL, INT64_MAX, 64, 0, 0, 0, NULL},
	{"-8@$-9223372036854775808", NULL, NULL, INT64_MIN, 64, USDT_SIGNED, 0, 0, NULL},
	{"8@$name", NULL, NULL, 0, 64, 0, 0, 0, "name"},
	{"8@$name+8", NULL, NULL, 8, 64, 0, 0, 0, "name"},
	{"8@-8(%rbp)", "bp", NULL, -8, 64, USDT_DEREF, 0, 0, NULL},
	{"-4@(%rsp)", "sp", NULL, 0, 32, USDT_DEREF | USDT_SIGNED, 0, 0, NULL},
	{"8@0x10(%rdi)", "di", NULL, 16, 64, USDT_DEREF, 0, 0, NULL},
	{"8@-0x10(%rdi)", "di", NULL, -16, 64, USDT_DEREF, 0, 0, NULL},
	{"8@(%rax,%rbx,8)", "ax", "bx", 0, 64, USDT_DEREF, 3, 0, NULL},
	{"4@12(%rax,%r9,4)", "ax", "r9", 12, 32, USDT_DEREF, 2, 0, NULL},
	{"1@-1(%rax,%rdx)", "ax", "dx", -1, 8, USDT_DEREF, 0, 0, NULL},
	{"2@(%rax,%rcx,1)", "ax", "cx", 0, 16, USDT_DEREF, 0, 0, NULL},
	{"8@16(,%rax,8)", NULL, "ax", 16, 64, USDT_DEREF, 3, 0, NULL},
	{"8@name(,%rax,8)", NULL, "ax", 0, 64, USDT_DEREF, 3, 0, "name"},
	{"8@name(%rip)", "ip", NULL, 0, 64, USDT_DEREF, 0, 0, "name"},
	{"-4@name+16(%rip)", "ip", NULL, 16, 32, USDT_DEREF | USDT_SIGNED, 0, 0, "name"},
	{"-4@4+name(%rip)", "ip", NULL, 4, 32, USDT_DEREF | USDT_SIGNED, 0, 0, "name"},
	{"4@name-4(%rip)", "ip", NULL, -4, 32, USDT_DEREF, 0, 0, "name"},
	{"8@_ZL5table.3+8-4(%rip)", "ip", NULL, 4, 64, USDT_DEREF, 0, 0, "_ZL5table.3"},
	{"4@name", NULL, NULL, 0, 32, USDT_DEREF, 0, 0, "name"},
	{NULL, NULL, NULL, 0, 0, 0, 0, 0, NULL},
};

static const struct row arm[] = {
	{"-4@w0", "r0", NULL, 0, 32, USDT_SIGNED, 0, 0, NULL},
	{"8@x30", "r30", NULL, 0, 64, 0, 0, 0, NULL},
	{"8@sp", "sp", NULL, 0, 64, 0, 0, 0, NULL},
	{"-8@x29", "r29", NULL, 0, 64, USDT_SIGNED, 0, 0, NULL},
	{"4@wzr", NULL, NULL, 0, 32, 0, 0, 0, NULL},
	{"4@5", NULL, NULL, 5, 32, 0, 0, 0, NULL},
	{"-4@-7", NULL, NULL, -7, 32, USDT_SIGNED, 0, 0, NULL},
	{"8@#0x20", NULL, NULL, 32, 64, 0, 0, 0, NULL},
	{"8@[x0]", "r0", NULL, 0, 64, USDT_DEREF, 0, 0, NULL},
	{"-4@[sp, 60]", "sp", NULL, 60, 32, USDT_DEREF | USDT_SIGNED, 0, 0, NULL},
	{"8@[sp,16]", "sp", NULL, 16, 64, USDT_DEREF, 0, 0, NULL},
	{"8@[x29,#-8]", "r29", NULL, -8, 64, USDT_DEREF, 0, 0, NULL},
	{"8@[x1, x2]", "r1", "r2", 0, 64, USDT_DEREF, 0, 0, NULL},
	{"8@[x1, x2, lsl 3]", "r1", "r2", 0, 64, USDT_DEREF, 3, 0, NULL},
	{"8@[x1, x2, lsl #3]", "r1", "r2", 0, 64, USDT_DEREF, 3, 0, NULL},
	{"4@[x1, w2, sxtw 2]", "r1", "r2", 0, 32, USDT_DEREF | USDT_INDEX_INT, 2, 0, NULL},
	{"1@[x1, w2, uxtw]", "r1", "r2", 0, 8, USDT_DEREF | USDT_INDEX_UINT, 0, 0, NULL},
	{NULL, NULL, NULL, 0, 0, 0, 0, 0, NULL},
};

static void good(const struct arch *arch, const struct row *r)
{
	for (; r->text; r++) {
		struct usdt_symbol symbol;
		struct usdt_arg a;
		const char *why = "";

		printf("# %s %s\n", arch->name, r->text);
		if (!unit_ok(usdt_operand(arch, r->text, strlen(r->text), &a, &symbol, &why))) {
			printf("# %s\n", why);
			continue;
		}
		unit_is_int(a.base, r->base ? arch_offset(arch, r->base) : -1);
		unit_is_int(a.index, r->index ? arch_offset(arch, r->index) : -1);
		unit_is_int(a.value, r->value);
		unit_is_int(a.bits, r->bits);
		unit_is_int(a.flags, r->flags);
		unit_is_int(a.scale, r->scale);
		unit_is_int(a.skip, r->skip);
		unit_ok(symbol.len == (r->symbol ? strlen(r->symbol) : 0) &&
			(!symbol.len || !strncmp(symbol.name, r->symbol, symbol.len)));
	}
}

static void bad(const struct arch *arch, const char *text, const char *want)
{
	struct usdt_symbol symbol;
	struct usdt_arg a;
	const char *why = "";

	unit_ok(!usdt_operand(arch, text, strlen(text), &a, &symbol, &why));
	unit_is_str(why, want);
}

static void lists(void)
{
	const char *text = "-4@%edi  8@(%rax, %rbx, 8) 8@[sp, 16]\t1@x";
	static const char *const want[] = {"-4@%edi", "8@(%rax, %rbx, 8)", "8@[sp, 16]", "1@x"};
	struct usdt_site s = {.operands = text};
	size_t n;

	unit_is_int(usdt_nargs(&s), 4);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++, text += n) {
		n = usdt_next(&text);
		unit_ok(n == strlen(want[i]) && !strncmp(text, want[i], n));
	}
	unit_is_int(usdt_next(&text), 0);
	s.operands = "";
	unit_is_int(usdt_nargs(&s), 0);
}

/* prelinking moves .stapsdt.base, and with it what notes say */
static void moved(const char *dir)
{
	char *path = xasprintf("%s/../workloads/usdt", dir), copy[] = "/tmp/probe-usdt-XXXXXX";
	struct arena *a = arena_new();
	struct usdt_site *before, *after;
	int fd = mkstemp(copy), err;
	struct elf_file *f = elf_open(path, &err);
	size_t n = f ? usdt_sites(f, a, &before) : 0, m;
	Elf64_Ehdr *head;
	Elf64_Shdr *sections;
	struct buf b = {0};

	unit_ok(fd >= 0 && !buf_read_file(&b, path) && n == 9);
	head = (void *)b.data;
	sections = (void *)(b.data + head->e_shoff);
	for (unsigned i = 0; i < head->e_shnum; i++)
		if (!strcmp(b.data + sections[head->e_shstrndx].sh_offset + sections[i].sh_name, ".stapsdt.base"))
			sections[i].sh_addr += 16;
	unit_ok(write(fd, b.data, b.len) == (ssize_t)b.len);
	elf_close(f);
	f = elf_open(copy, &err);
	m = f ? usdt_sites(f, a, &after) : 0;
	unit_is_int(m, n);
	for (size_t i = 0; i < n && i < m; i++) {
		unit_is_str(after[i].name, before[i].name);
		unit_is_int(after[i].address, before[i].address + 16);
		unit_is_int(after[i].semaphore, before[i].semaphore ? before[i].semaphore + 16 : 0);
	}
	elf_close(f);
	close(fd);
	unlink(copy);
	buf_free(&b);
	arena_free(a);
	free(path);
}

int main(int argc, char **argv)
{
	char *slash = strrchr(argv[0], '/');

	good(&arch_x86_64, x86);
	good(&arch_arm64, arm);
	bad(&arch_x86_64, "8f@%xmm0", "it is a floating-point number");
	bad(&arch_x86_64, "8@%xmm0", "it is in a floating-point register");
	bad(&arch_x86_64, "3@%eax", "a size of 1, 2, 4 or 8 bytes was expected");
	bad(&arch_x86_64, "8@", "it ends too soon");
	bad(&arch_x86_64, "8@%fs:16", "it is relative to a segment");
	bad(&arch_x86_64, "8@%zz", "an unknown register");
	bad(&arch_x86_64, "8@8(%rax", "')' was expected");
	bad(&arch_x86_64, "8@(%rax,%rbx,3)", "a scale of 1, 2, 4 or 8 was expected");
	bad(&arch_x86_64, "8@(%rax)x", "something follows it");
	bad(&arch_x86_64, "8@a-b(%rip)", "a difference of symbols");
	bad(&arch_arm64, "8@d0", "it is in a floating-point register");
	bad(&arch_arm64, "8@x31", "an unknown register");
	bad(&arch_arm64, "8@[x0, 8", "']' was expected");
	bad(&arch_arm64, "8@[x0, x1, ror 3]", "lsl, sxtw, uxtw or sxtx was expected");
	bad(&arch_arm64, "8@[x0, :lo12:name]", "a part of a symbol's address");
	lists();
	(void)argc;
	if (slash)
		*slash = 0;
	moved(slash ? argv[0] : ".");
	return unit_end();
}
