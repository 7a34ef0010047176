/*
 * The operands of USDT notes, as the compiler wrote them for an assembler:
 *	x86-64	-4@%edi	 8@-8(%rbp)  8@(%rax,%rbx,8)  4@$5  8@name+16(%rip)
 *	arm64	-4@w0	 8@[sp, 16]  8@[x0, x1, lsl 3]	4@5
 * Before the '@' stands the size in bytes, negative where it is signed.
 */
#include "kernel/arch.h"
#include "kernel/kernel.h"

#include <ctype.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const char *at, *end;
	const struct arch *arch;
	struct usdt_arg *arg;
	struct usdt_symbol *symbol;
	const char **why;
};

static bool wrong(struct reader *r, const char *why)
{
	*r->why = why;
	return false;
}

static void blanks(struct reader *r)
{
	while (r->at < r->end && isspace((unsigned char)*r->at))
		r->at++;
}

static bool next_is(struct reader *r, char c)
{
	blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool number(struct reader *r, int64_t *n)
{
	uint64_t v = 0;
	bool negative = false;
	int base = 10, digit;
	const char *start;

	blanks(r);
	if (r->at < r->end && (*r->at == '-' || *r->at == '+'))
		negative = *r->at++ == '-';
	if (r->end - r->at > 2 && r->at[0] == '0' && (r->at[1] | 32) == 'x') {
		base = 16;
		r->at += 2;
	}
	for (start = r->at; r->at < r->end && isxdigit((unsigned char)*r->at); r->at++) {
		digit = isdigit((unsigned char)*r->at) ? *r->at - '0' : (*r->at | 32) - 'a' + 10;
		if (digit >= base)
			break;
		v = v * (unsigned)base + (unsigned)digit;
	}
	*n = (int64_t)(negative ? 0 - v : v);
	return r->at > start;
}

static bool of_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$' || c == '@';
}

/* "rdi" into word */
static bool word(struct reader *r, char *word, size_t size)
{
	size_t n = 0;

	blanks(r);
	while (r->at < r->end && of_name(*r->at)) {
		if (n + 1 < size)
			word[n++] = *r->at;
		r->at++;
	}
	word[n] = '\0';
	return n > 0;
}

/* numbers and at most one symbol, added: "-8", "name+16", "8+name" */
static bool sum(struct reader *r, int64_t *n)
{
	bool any = false;

	*n = 0;
	for (;;) {
		char sign = '+';
		int64_t part;

		blanks(r);
		if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
			sign = *r->at++;
		else if (any)
			return true;
		blanks(r);
		if (r->at == r->end)
			return any && sign == '+' ? true : wrong(r, "it ends too soon");
		if (isdigit((unsigned char)*r->at)) {
			if (!number(r, &part))
				return wrong(r, "a number was expected");
			*n = (int64_t)(sign == '+' ? (uint64_t)*n + (uint64_t)part : (uint64_t)*n - (uint64_t)part);
		} else if (of_name(*r->at)) {
			if (sign == '-' || r->symbol->len)
				return wrong(r, "a difference of symbols");
			r->symbol->name = r->at;
			while (r->at < r->end && of_name(*r->at))
				r->at++;
			r->symbol->len = (size_t)(r->at - r->symbol->name);
		} else {
			return wrong(r, "a number or a symbol was expected");
		}
		any = true;
	}
}

/* x86-64 */

static const struct {
	const char *name; /* of pt_regs */
	const char *words[4]; /* of 8, 4, 2, 1 bytes */
	const char *high; /* of bits 8 to 15 */
} x86_names[] = {
	{"ax", {"rax", "eax", "ax", "al"}, "ah"},     {"bx", {"rbx", "ebx", "bx", "bl"}, "bh"},
	{"cx", {"rcx", "ecx", "cx", "cl"}, "ch"},     {"dx", {"rdx", "edx", "dx", "dl"}, "dh"},
	{"si", {"rsi", "esi", "si", "sil"}, ""},      {"di", {"rdi", "edi", "di", "dil"}, ""},
	{"bp", {"rbp", "ebp", "bp", "bpl"}, ""},      {"sp", {"rsp", "esp", "sp", "spl"}, ""},
	{"r8", {"r8", "r8d", "r8w", "r8b"}, ""},      {"r9", {"r9", "r9d", "r9w", "r9b"}, ""},
	{"r10", {"r10", "r10d", "r10w", "r10b"}, ""}, {"r11", {"r11", "r11d", "r11w", "r11b"}, ""},
	{"r12", {"r12", "r12d", "r12w", "r12b"}, ""}, {"r13", {"r13", "r13d", "r13w", "r13b"}, ""},
	{"r14", {"r14", "r14d", "r14w", "r14b"}, ""}, {"r15", {"r15", "r15d", "r15w", "r15b"}, ""},
	{"ip", {"rip", "eip", "ip", "rip"}, ""},
};

/* after the '%' */
static bool x86_register(struct reader *r, int16_t *offset, uint8_t *skip)
{
	char name[16];

	if (!word(r, name, sizeof(name)))
		return wrong(r, "a register was expected");
	for (size_t i = 0; i < ARRAY_SIZE(x86_names); i++) {
		bool known = skip && *x86_names[i].high && str_eq(name, x86_names[i].high);

		if (known)
			*skip = 8;
		for (size_t j = 0; j < 4; j++)
			known |= str_eq(name, x86_names[i].words[j]);
		if (!known)
			continue;
		*offset = (int16_t)arch_offset(r->arch, x86_names[i].name);
		return true;
	}
	if (!strncmp(name, "xmm", 3) || !strncmp(name, "ymm", 3) || !strncmp(name, "st", 2))
		return wrong(r, "it is in a floating-point register");
	if (strlen(name) == 2 && name[1] == 's' && strchr("cdefgs", name[0]))
		return wrong(r, "it is relative to a segment");
	return wrong(r, "an unknown register");
}

static bool x86_operand(struct reader *r)
{
	struct usdt_arg *a = r->arg;
	int64_t scale;

	if (next_is(r, '$'))
		return sum(r, &a->value);
	if (next_is(r, '*')) /* of an indirect jump: old assemblers */
		return wrong(r, "an indirect operand");
	if (next_is(r, '%'))
		return x86_register(r, &a->base, &a->skip);
	a->flags |= USDT_DEREF;
	blanks(r);
	if (r->at < r->end && *r->at != '(' && !sum(r, &a->value))
		return false;
	if (!next_is(r, '('))
		return true;
	if (next_is(r, '%') && !x86_register(r, &a->base, NULL))
		return false;
	if (next_is(r, ',')) {
		if (!next_is(r, '%') || !x86_register(r, &a->index, NULL))
			return wrong(r, "an index register was expected");
		if (next_is(r, ',')) {
			if (!number(r, &scale) || (scale != 1 && scale != 2 && scale != 4 && scale != 8))
				return wrong(r, "a scale of 1, 2, 4 or 8 was expected");
			while (scale > 1) {
				a->scale++;
				scale /= 2;
			}
		}
	}
	return next_is(r, ')') || wrong(r, "')' was expected");
}

/* arm64 */

/* x0, w0, sp, xzr */
static bool arm_register(struct reader *r, int16_t *offset)
{
	char name[16], as[16];

	if (!word(r, name, sizeof(name)))
		return wrong(r, "a register was expected");
	if (str_eq(name, "xzr") || str_eq(name, "wzr"))
		return true;
	if (str_eq(name, "wsp") || str_eq(name, "sp"))
		snprintf(as, sizeof(as), "sp");
	else if (str_eq(name, "fp") || str_eq(name, "lr"))
		snprintf(as, sizeof(as), "%s", name[0] == 'f' ? "r29" : "r30");
	else
		snprintf(as, sizeof(as), "r%.10s", name + 1);
	*offset = (int16_t)arch_offset(r->arch, as);
	if ((name[0] == 'x' || name[0] == 'w' || as[0] == 's' || name[1] == 'p' || name[0] == 'l') && *offset >= 0)
		return true;
	if (strchr("vqdshb", name[0]) && isdigit((unsigned char)name[1]))
		return wrong(r, "it is in a floating-point register");
	return wrong(r, "an unknown register");
}

/* "lsl 3", "sxtw #2", "uxtw" */
static bool arm_extend(struct reader *r)
{
	char how[16];
	int64_t shift;

	if (!word(r, how, sizeof(how)))
		return wrong(r, "lsl, sxtw, uxtw or sxtx was expected");
	if (str_eq(how, "sxtw"))
		r->arg->flags |= USDT_INDEX_INT;
	else if (str_eq(how, "uxtw"))
		r->arg->flags |= USDT_INDEX_UINT;
	else if (!str_eq(how, "lsl") && !str_eq(how, "sxtx") && !str_eq(how, "uxtx"))
		return wrong(r, "lsl, sxtw, uxtw or sxtx was expected");
	next_is(r, '#');
	blanks(r);
	if (r->at == r->end || *r->at == ']')
		return true;
	if (!number(r, &shift) || shift < 0 || shift > 4)
		return wrong(r, "a shift was expected");
	r->arg->scale = (uint8_t)shift;
	return true;
}

static bool arm_operand(struct reader *r)
{
	struct usdt_arg *a = r->arg;

	if (!next_is(r, '[')) {
		next_is(r, '#');
		blanks(r);
		if (r->at < r->end && (isdigit((unsigned char)*r->at) || *r->at == '-' || *r->at == '+'))
			return number(r, &a->value);
		return arm_register(r, &a->base);
	}
	a->flags |= USDT_DEREF;
	if (!arm_register(r, &a->base))
		return false;
	if (next_is(r, ',')) {
		next_is(r, '#');
		blanks(r);
		if (r->at < r->end && *r->at == ':')
			return wrong(r, "a part of a symbol's address");
		if (r->at < r->end && isalpha((unsigned char)*r->at)) {
			if (!arm_register(r, &a->index))
				return false;
			if (next_is(r, ',') && !arm_extend(r))
				return false;
		} else if (!number(r, &a->value)) {
			return wrong(r, "an offset was expected");
		}
	}
	return next_is(r, ']') || wrong(r, "']' was expected");
}

bool usdt_operand(const struct arch *arch, const char *text, size_t len, struct usdt_arg *arg,
		  struct usdt_symbol *symbol, const char **why)
{
	struct reader r = {text, text + len, arch, arg, symbol, why};
	const char *at = memchr(text, '@', len);
	int64_t size = 8;
	bool ok;

	*arg = (struct usdt_arg){.base = -1, .index = -1, .bits = 64};
	*symbol = (struct usdt_symbol){0};
	if (at && number(&r, &size)) {
		if (r.at < r.end && *r.at == 'f')
			return wrong(&r, "it is a floating-point number");
		if (!next_is(&r, '@'))
			return wrong(&r, "'@' was expected");
		if (size < 0) {
			arg->flags |= USDT_SIGNED;
			size = -size;
		}
	}
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return wrong(&r, "a size of 1, 2, 4 or 8 bytes was expected");
	arg->bits = (uint8_t)(8 * size);
	blanks(&r);
	if (r.at == r.end)
		return wrong(&r, "it ends too soon");
	ok = arch->machine == EM_AARCH64 ? arm_operand(&r) : x86_operand(&r);
	blanks(&r);
	return ok && (r.at == r.end || wrong(&r, "something follows it"));
}

/* the next operand of a note: blanks end it unless they are in brackets */
size_t usdt_next(const char **text)
{
	const char *s = *text + strspn(*text, " \t");
	int depth = 0;
	size_t n;

	for (n = 0; s[n] && (depth > 0 || (s[n] != ' ' && s[n] != '\t')); n++)
		depth += (s[n] == '[' || s[n] == '(') - (s[n] == ']' || s[n] == ')');
	*text = s;
	return n;
}
