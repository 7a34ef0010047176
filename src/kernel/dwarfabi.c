/*
 * Where a function's parameters are when it is entered, by the calling
 * convention: System V for x86-64, AAPCS64.  DWARF of code that was not
 * optimised only says where they are later.
 */
#include "kernel/arch.h"
#include "kernel/dwarf.h"

#include <elf.h>

enum passing { NONE, INTEGER, FLOAT };

#define MOST_DEPTH 16

static enum passing merge(enum passing a, enum passing b)
{
	if (a == NONE)
		return b;
	if (b == NONE)
		return a;
	return a == INTEGER || b == INTEGER ? INTEGER : FLOAT;
}

/* the classes of a value's first and second eight bytes; false: it is passed in memory */
static bool classify(Dwarf_Die *type, uint64_t offset, enum passing *halves, unsigned depth)
{
	uint64_t size = die_number(type, DW_AT_byte_size, 8), count = 1;
	enum passing is = INTEGER;
	Dwarf_Die child, of;

	if (depth > MOST_DEPTH)
		return false;
	switch (dwarf_tag(type)) {
	case DW_TAG_base_type:
		if (die_number(type, DW_AT_encoding, 0) == DW_ATE_float ||
		    die_number(type, DW_AT_encoding, 0) == DW_ATE_complex_float)
			is = FLOAT;
		if (size > 16 || (is == FLOAT && size == 16)) /* long double */
			return false;
		break;
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
		if (offset + size > 16)
			return false;
		if (dwarf_child(type, &child))
			return true;
		do {
			uint64_t at;

			if ((dwarf_tag(&child) != DW_TAG_member && dwarf_tag(&child) != DW_TAG_inheritance) ||
			    die_number(&child, DW_AT_external, 0))
				continue;
			at = offset + die_member_offset(&child) + die_number(&child, DW_AT_data_bit_offset, 0) / 8;
			if (die_type(&child, &of) && !classify(&of, at, halves, depth + 1))
				return false;
		} while (!dwarf_siblingof(&child, &child));
		return true;
	case DW_TAG_array_type:
		if (!die_type(type, &of))
			return false;
		if (!dwarf_child(type, &child))
			do
				if (dwarf_tag(&child) == DW_TAG_subrange_type)
					count *= die_count(&child);
			while (!dwarf_siblingof(&child, &child));
		size = die_number(&of, DW_AT_byte_size, 8);
		for (uint64_t i = 0; i < count; i++)
			if (i > 16 || !classify(&of, offset + i * size, halves, depth + 1))
				return false;
		return true;
	}
	if (offset + size > 16)
		return false;
	for (uint64_t at = offset / 8; at <= (offset + (size ? size : 1) - 1) / 8; at++)
		halves[at] = merge(halves[at], is);
	return true;
}

static bool by_reference(Dwarf_Die *type)
{
	/* a class that is not trivial */
	return die_number(type, DW_AT_calling_convention, 0) == DW_CC_pass_by_reference;
}

struct state {
	const struct arch *arch;
	unsigned used, total; /* registers */
	uint64_t stack; /* bytes */
};

static struct param_piece in_register(struct state *s, uint64_t size)
{
	return (struct param_piece){.reg = (int16_t)arch_offset(s->arch, s->arch->arguments[s->used++]),
				    .size = (uint8_t)(size > 8 ? 8 : size)};
}

/* on the stack, behind the return address where a call pushes it */
static struct param_place on_stack(struct state *s, uint64_t size)
{
	struct param_place p = {.n = 1, .memory = true};

	p.pieces[0] =
		(struct param_piece){.reg = (int16_t)arch_offset(s->arch, s->arch->sp), .value = (int64_t)s->stack};
	if (s->arch->return_on_stack)
		p.pieces[0].value += 8;
	s->stack += (size + 7) / 8 * 8;
	return p;
}

static struct param_place pass(struct state *s, Dwarf_Die *type)
{
	enum passing halves[3] = {NONE, NONE, NONE};
	uint64_t size = die_number(type, DW_AT_byte_size, 8);
	bool whole = classify(type, 0, halves, 0), reference = by_reference(type);
	unsigned needs = (halves[0] == INTEGER) + (halves[1] == INTEGER);
	bool fp = halves[0] == FLOAT || halves[1] == FLOAT;
	struct param_place p = {0};

	if (reference || (!whole && s->arch->machine == EM_AARCH64 && size > 16)) {
		if (s->used == s->total) /* the pointer is on the stack: one step too far */
			return s->stack += 8, p;
		p.pieces[p.n++] = in_register(s, 8);
		p.memory = true;
		return p;
	}
	if (!whole)
		return on_stack(s, size);
	if (!needs && fp) /* in a floating-point register */
		return p;
	if (!needs) /* an empty struct */
		return p;
	if (s->used + needs > s->total)
		return on_stack(s, size);
	for (unsigned i = 0; i < 2; i++)
		if (halves[i] == INTEGER)
			p.pieces[p.n++] = in_register(s, size - 8 * i);
	if (fp) /* half of it is where nobody can read it */
		p.n = 0;
	return p;
}

void abi_places(const struct arch *arch, Dwarf_Die *function, Dwarf_Die *parameters, size_t n,
		struct param_place *places)
{
	struct state s = {.arch = arch};
	enum passing halves[3] = {NONE, NONE, NONE};
	Dwarf_Die type;

	while (arch->arguments[s.total])
		s.total++;
	/* a result in memory: where is the first argument */
	if (arch->machine == EM_X86_64 && die_type(function, &type) &&
	    (by_reference(&type) || !classify(&type, 0, halves, 0)) && dwarf_tag(&type) != DW_TAG_base_type)
		s.used++;
	for (size_t i = 0; i < n; i++)
		places[i] = die_type(&parameters[i], &type) ? pass(&s, &type) : (struct param_place){0};
}
