/*
 * Statically defined probes: notes of owner "stapsdt", each an address, the
 * address of .stapsdt.base when it was linked, that of a semaphore or 0, and
 * three strings: provider, name, operands.
 */
#include "kernel/arch.h"
#include "kernel/elffile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NT_STAPSDT 3

static uint64_t word_at(const char *bytes, size_t size)
{
	uint32_t half;
	uint64_t word;

	if (size == 4) {
		memcpy(&half, bytes, 4);
		return half;
	}
	memcpy(&word, bytes, 8);
	return word;
}

/* the string at *at, before end; NULL: it does not end */
static const char *string_at(const char **at, const char *end)
{
	const char *s = *at, *nul = s < end ? memchr(s, '\0', (size_t)(end - s)) : NULL;

	if (!nul)
		return NULL;
	*at = nul + 1;
	return s;
}

/* base: where .stapsdt.base is, 0: nowhere; what prelinking or a linker moved: the difference to where it was */
static bool read_note(struct elf_file *f, const char *desc, size_t size, uint64_t base, struct usdt_site *s)
{
	size_t word = gelf_getclass(f->elf) == ELFCLASS32 ? 4 : 8;
	const char *at = desc + 3 * word, *end = desc + size;
	uint64_t moved = 0, semaphore;

	if (size < 3 * word)
		return false;
	s->address = word_at(desc, word);
	if (base && word_at(desc + word, word))
		moved = base - word_at(desc + word, word);
	s->address += moved;
	semaphore = word_at(desc + 2 * word, word);
	s->provider = string_at(&at, end);
	s->name = s->provider ? string_at(&at, end) : NULL;
	s->operands = s->name ? string_at(&at, end) : NULL;
	if (!s->name)
		return false;
	if (!s->operands) /* the last string of a note that was cut short */
		s->operands = "";
	if (elf_address_to_offset(f, s->address, &s->offset))
		return false;
	s->semaphore = 0;
	return !semaphore || !elf_address_to_offset(f, semaphore + moved, &s->semaphore);
}

static int in_order(const void *a, const void *b)
{
	const struct usdt_site *x = a, *y = b;
	int order = strcmp(x->provider, y->provider);

	if (!order)
		order = strcmp(x->name, y->name);
	if (order)
		return order;
	return x->address < y->address ? -1 : x->address > y->address;
}

struct sites {
	struct arena *arena;
	struct usdt_site *list;
	size_t count;
	uint64_t base;
};

static bool add_site(struct elf_file *f, const char *desc, size_t size, void *arg)
{
	struct sites *sites = arg;
	struct usdt_site site;

	if (!read_note(f, desc, size, sites->base, &site))
		return false;
	sites->list = arena_grow(sites->arena, sites->list, sites->count, sizeof(*sites->list));
	site.provider = arena_strdup(sites->arena, site.provider);
	site.name = arena_strdup(sites->arena, site.name);
	site.operands = arena_strdup(sites->arena, site.operands);
	sites->list[sites->count++] = site;
	return false;
}

size_t usdt_sites(struct elf_file *f, struct arena *a, struct usdt_site **list)
{
	struct sites sites = {.arena = a};
	GElf_Shdr base;

	if (elf_section(f, ".stapsdt.base", &base))
		sites.base = base.sh_addr;
	elf_notes_each(f, "stapsdt", NT_STAPSDT, add_site, &sites);
	if (sites.count)
		qsort(sites.list, sites.count, sizeof(*sites.list), in_order);
	*list = sites.list;
	return sites.count;
}

/* symbols become what is added to a register: rip + (symbol - site), or nothing in a program that does not move */
static bool resolve(struct elf_file *f, const struct arch *arch, const struct usdt_site *s, struct usdt_arg *arg,
		    const struct usdt_symbol *symbol, const char **why)
{
	int ip = arch_offset(arch, arch->ip);
	const struct elf_symbol *known;
	char *name;

	if (!symbol->len) {
		*why = "it is relative to the next instruction";
		return arg->base != ip;
	}
	name = xasprintf("%.*s", (int)(symbol->len), symbol->name);
	name[strcspn(name, "@")] = '\0'; /* name@GOTPCREL and the like */
	known = name[0] ? elf_variable(f, name) : NULL;
	free(name);
	*why = "it needs a symbol that is not known";
	if (!known)
		return false;
	arg->value += (int64_t)known->address;
	if (arg->base == ip || arg->base < 0) {
		arg->base = (int16_t)ip;
		arg->value -= (int64_t)s->address;
	}
	return true;
}

bool usdt_arg(struct elf_file *f, const struct usdt_site *s, unsigned n, struct usdt_arg *arg, const char **why)
{
	const struct arch *arch = arch_native();
	const char *text = s->operands;
	struct usdt_symbol symbol;
	size_t len;

	for (;; text += len) {
		len = usdt_next(&text);
		if (!len) {
			*why = "there is none";
			return false;
		}
		if (!n--)
			break;
	}
	return usdt_operand(arch, text, len, arg, &symbol, why) && resolve(f, arch, s, arg, &symbol, why);
}

bool usdt_is(const struct usdt_site *s, const char *symbol)
{
	size_t n = strlen(s->provider);

	return !strncmp(symbol, s->provider, n) && symbol[n] == ':' && str_eq(symbol + n + 1, s->name);
}

unsigned usdt_nargs(const struct usdt_site *s)
{
	const char *text = s->operands;
	unsigned n = 0;

	for (size_t len; (len = usdt_next(&text)); text += len)
		n++;
	return n;
}
