/* What the readers of DWARF share: dwarf.c, dwarftype.c, dwarfabi.c. */
#ifndef PROBE_KERNEL_DWARF_H
#define PROBE_KERNEL_DWARF_H

#include "kernel/elffile.h"
#include "lang/lang.h"

#include <dwarf.h>

/* dwarf.c */
Dwarf *elf_dwarf(struct elf_file *f); /* of the file, or its debug file; NULL: none */
bool die_type(Dwarf_Die *die, Dwarf_Die *type); /* DW_AT_type with const, volatile, typedef taken off; false: void */
uint64_t die_number(Dwarf_Die *die, unsigned attribute, uint64_t other); /* of an attribute; other: it has none */
uint64_t die_count(Dwarf_Die *subrange); /* elements of an array's dimension; 0: not known */

/* dwarftype.c: types of one program, as script types */
struct program {
	struct program *next;
	const char *path;
	struct elf_file *file; /* NULL: it cannot be read */
	Dwarf *dwarf; /* NULL: it has none */
	struct arena *arena;
	struct types *types;
	struct dict made; /* by the address of its DIE */
	Dwarf_Die *dies; /* of structs, by btf_id */
	uint32_t ndies;
	struct dict names; /* "struct foo", "enum bar", "baz" of a typedef; to their DIE */
	bool named; /* names has been filled */
};
const struct type *program_type_of(struct program *p, Dwarf_Die *die); /* of what die is: its DW_AT_type */
uint64_t die_member_offset(Dwarf_Die *member); /* bytes in its struct; 0: where DW_AT_data_bit_offset says */
void die_type_text(Dwarf_Die *die, struct buf *out); /* of what die is, in C: "struct foo *" */

/*
 * dwarfabi.c: where calling conventions put the parameters of a function;
 * places[i] is that of the i-th of n parameters
 */
void abi_places(const struct arch *arch, Dwarf_Die *function, Dwarf_Die *parameters, size_t n,
		struct param_place *places);

#endif
