/*
 * Where instructions begin: a uprobe in the middle of one changes what the
 * program does.  x86-64 needs the lengths of all before it; arm64's are 4 bytes.
 */
#include "kernel/elffile.h"

#include <stdlib.h>
#include <string.h>

/*
 * What follows an opcode: m a ModRM byte, 1 2 3 4 as many bytes, z an
 * immediate of 4 (2 after a 66 prefix), v one of 4, 2 or (with REX.W) 8, a an
 * address of 8 (4 after a 67 prefix), - nothing, x no such instruction.
 * I and Z: a ModRM byte, then 1 or z.
 */
static const char one_byte[] = "mmmm1zxxmmmm1zxx" /* 00 */ "mmmm1zxxmmmm1zxx" /* 10 */
			       "mmmm1zxxmmmm1zxx" /* 20 */ "mmmm1zxxmmmm1zxx" /* 30 */
			       "----------------" /* 40 */ "----------------" /* 50 */
			       "xxxm----zZ1I----" /* 60 */ "1111111111111111" /* 70 */
			       "IZxImmmmmmmmmmmm" /* 80 */ "----------x-----" /* 90 */
			       "aaaa----1z------" /* a0 */ "11111111vvvvvvvv" /* b0 */
			       "II2-xxIZ3-2--1x-" /* c0 */ "mmmmxxx-mmmmmmmm" /* d0 */
			       "1111111144x1----" /* e0 */ "------xx------mm" /* f0 */;
static const char two_byte[] = /* after 0f */
	"mmmmx-----x-xm-x" /* 00 */ "mmmmmmmmmmmmmmmm" /* 10 */
	"mmmmxxxxmmmmmmmm" /* 20 */ "------x-xxxxxxxx" /* 30 */
	"mmmmmmmmmmmmmmmm" /* 40 */ "mmmmmmmmmmmmmmmm" /* 50 */
	"mmmmmmmmmmmmmmmm" /* 60 */ "IIIImmm-mmxxmmmm" /* 70 */
	"4444444444444444" /* 80 */ "mmmmmmmmmmmmmmmm" /* 90 */
	"---mImxx---mImmm" /* a0 */ "mmmmmmmmmmImmmmm" /* b0 */
	"mmImIIIm--------" /* c0 */ "mmmmmmmmmmmmmmmm" /* d0 */
	"mmmmmmmmmmmmmmmm" /* e0 */ "mmmmmmmmmmmmmmmm" /* f0 */;

struct code {
	const uint8_t *at, *end;
	bool narrow, wide, short_address; /* prefixes: 66, REX.W, 67 */
};

static size_t word(const struct code *c)
{
	return c->narrow && !c->wide ? 2 : 4;
}

static int next(struct code *c)
{
	return c->at < c->end ? *c->at++ : -1;
}

static bool skip(struct code *c, size_t n)
{
	if ((size_t)(c->end - c->at) < n)
		return false;
	c->at += n;
	return true;
}

/* ModRM, SIB, displacement */
static bool operand(struct code *c)
{
	int modrm = next(c), mod = modrm >> 6, sib = 0;

	if (modrm < 0)
		return false;
	if (mod == 3)
		return true;
	if ((modrm & 7) == 4 && (sib = next(c)) < 0)
		return false;
	if (mod == 1)
		return skip(c, 1);
	if (mod == 2 || (modrm & 7) == 5 || ((modrm & 7) == 4 && (sib & 7) == 5))
		return skip(c, 4);
	return true;
}

static bool follows(struct code *c, char what)
{
	switch (what) {
	case '-':
		return true;
	case 'm':
		return operand(c);
	case '1':
		return skip(c, 1);
	case '2':
		return skip(c, 2);
	case '3': /* enter */
		return skip(c, 3);
	case '4': /* calls and jumps */
		return skip(c, 4);
	case 'z':
		return skip(c, word(c));
	case 'v':
		return skip(c, c->wide ? 8 : word(c));
	case 'a':
		return skip(c, c->short_address ? 4 : 8);
	case 'I':
		return operand(c) && skip(c, 1);
	case 'Z':
		return operand(c) && skip(c, word(c));
	default:
		return false;
	}
}

/* the map that a VEX or EVEX prefix names: 1 0f, 2 0f38, 3 0f3a */
static bool vector(struct code *c, unsigned map)
{
	int op = next(c);

	if (op < 0)
		return false;
	if (map == 1 && op == 0x77) /* vzeroupper */
		return true;
	if (!operand(c))
		return false;
	return map == 3 || (map == 1 && ((op >= 0x70 && op <= 0x73) || op == 0xc2 || (op >= 0xc4 && op <= 0xc6)))
		       ? skip(c, 1)
		       : true;
}

size_t x86_length(const uint8_t *code, size_t size)
{
	struct code c = {.at = code, .end = code + (size < 15 ? size : 15)};
	int op, more;
	bool ok;

	for (;;) {
		op = next(&c);
		if (op == 0x66)
			c.narrow = true;
		else if (op == 0x67)
			c.short_address = true;
		else if (op != 0xf0 && op != 0xf2 && op != 0xf3 && op != 0x2e && op != 0x36 && op != 0x3e &&
			 op != 0x26 && op != 0x64 && op != 0x65)
			break;
	}
	if (op >= 0x40 && op <= 0x4f) {
		c.wide = op & 8;
		op = next(&c);
	}
	if (op < 0)
		return 0;
	if (op == 0xc5) {
		ok = skip(&c, 1) && vector(&c, 1);
	} else if (op == 0xc4) {
		more = next(&c);
		ok = more >= 0 && skip(&c, 1) && vector(&c, more & 31);
	} else if (op == 0x62) {
		more = next(&c);
		ok = more >= 0 && skip(&c, 2) && vector(&c, more & 7);
	} else if (op == 0x0f) {
		op = next(&c);
		if (op == 0x38)
			ok = next(&c) >= 0 && operand(&c);
		else if (op == 0x3a)
			ok = next(&c) >= 0 && operand(&c) && skip(&c, 1);
		else
			ok = op >= 0 && (op == 0x0f ? operand(&c) && skip(&c, 1) : follows(&c, two_byte[op]));
	} else if (op == 0xf6 || op == 0xf7) { /* test has an immediate, its neighbours not */
		more = c.at < c.end ? *c.at >> 3 & 7 : 0;
		ok = operand(&c) && (more > 1 || skip(&c, op == 0xf6 ? 1 : word(&c)));
	} else if (op == 0xc7 && c.at < c.end && *c.at == 0xf8) { /* xbegin */
		ok = skip(&c, 5);
	} else {
		ok = follows(&c, one_byte[op]);
	}
	return ok ? (size_t)(c.at - code) : 0;
}

bool elf_instruction(struct elf_file *f, uint64_t from, uint64_t to, uint64_t address)
{
	size_t size = to > from && to - from < (1 << 20) ? (size_t)(to - from) : 0, n, at = 0;
	GElf_Ehdr head;
	uint8_t *code;

	if (!gelf_getehdr(f->elf, &head) || address < from)
		return true;
	if (head.e_machine == EM_AARCH64)
		return address % 4 == 0;
	if (head.e_machine != EM_X86_64 || !size)
		return true;
	code = xcalloc(1, size);
	size = elf_code(f, from, code, size);
	while (at < size && from + at < address) {
		n = x86_length(code + at, size - at);
		if (!n) /* data, or what we do not know: the kernel decides */
			break;
		at += n;
	}
	free(code);
	return from + at <= address;
}
