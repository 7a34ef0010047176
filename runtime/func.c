/* `func` in probes of user functions: what the attach point says, or the ELF file around it. */
#include "runtime/rt.h"

#include <stdlib.h>
#include <string.h>

struct function_text { /* one that was asked for */
	struct function_text *next;
	uint64_t address;
	const char *name;
};

static size_t attach_count(const struct rt *rt)
{
	size_t n = 0;

	for (size_t i = 0; i < rt->im->nclauses; i++)
		n += rt->im->clauses[i].nattaches;
	return n;
}

static const struct image_attach *attach_at(const struct rt *rt, uint32_t index)
{
	for (size_t i = 0; i < rt->im->nclauses; i++) {
		const struct image_clause *c = &rt->im->clauses[i];

		if (index < c->nattaches)
			return &c->attaches[index];
		index -= (uint32_t)c->nattaches;
	}
	return NULL;
}

static const char *from_file(struct rt *rt, const struct image_attach *a, uint64_t address)
{
	const struct elf_symbol *s = NULL;
	const char *name = NULL;
	uint64_t offset;
	int err;
	struct elf_file *f = elf_open(a->target, &err);

	if (f && !elf_address_to_offset(f, address, &offset))
		s = elf_at(f, offset);
	if (s)
		name = arena_strdup(rt->arena, s->name);
	elf_close(f);
	return name ? name : arena_printf(rt->arena, "0x%llx", (unsigned long long)address);
}

const char *function_name(struct rt *rt, uint32_t index, uint64_t address)
{
	const struct image_attach *a = attach_at(rt, index);
	struct function_text *f;
	const char *name;
	char *plain;

	if (!a)
		return "[unknown]";
	if (!rt->functions)
		rt->functions = arena_alloc(rt->arena, attach_count(rt) * sizeof(*rt->functions));
	for (f = rt->functions[index]; f; f = f->next)
		if (f->address == address)
			return f->name;
	if (a->kind != ATTACH_usdt && a->symbol_len)
		name = arena_strndup(rt->arena, a->symbol, strcspn(a->symbol, "@"));
	else
		name = from_file(rt, a, a->kind == ATTACH_usdt ? address : a->offset);
	plain = rt_setting(rt, "cpp_demangle", 1) ? demangle(name, true) : NULL;
	f = arena_alloc(rt->arena, sizeof(*f));
	*f = (struct function_text){rt->functions[index], address, plain ? arena_strdup(rt->arena, plain) : name};
	rt->functions[index] = f;
	free(plain);
	return f->name;
}
