/* Where in its source an instruction comes from, and through which inlined functions. */
#include "kernel/dwarf.h"

#include <stdlib.h>

static bool unit_at(Dwarf *d, uint64_t address, Dwarf_Die *unit)
{
	Dwarf_CU *cu = NULL;

	if (dwarf_addrdie(d, address, unit))
		return true;
	/* .debug_aranges need not be there, nor name every unit */
	while (!dwarf_get_units(d, cu, &cu, NULL, NULL, unit, NULL))
		if (dwarf_haspc(unit, address) > 0)
			return true;
	return false;
}

/* the place of the call that was inlined */
static struct source_frame call_of(Dwarf_Die *unit, Dwarf_Die *inlined)
{
	uint64_t file = die_number(inlined, DW_AT_call_file, UINT64_MAX);
	struct source_frame f = {.line = (unsigned)die_number(inlined, DW_AT_call_line, 0)};
	Dwarf_Files *files;
	size_t n;

	if (!dwarf_getsrcfiles(unit, &files, &n) && file < n)
		f.file = dwarf_filesrc(files, file, NULL, NULL);
	return f;
}

/* as the linker knows it, from which a C++ or Rust name is made; else as the source has it */
static const char *name_of(Dwarf_Die *inlined)
{
	Dwarf_Attribute a;

	if (dwarf_attr_integrate(inlined, DW_AT_linkage_name, &a) ||
	    dwarf_attr_integrate(inlined, DW_AT_MIPS_linkage_name, &a))
		return dwarf_formstring(&a);
	return dwarf_diename(inlined);
}

size_t dwarf_frames(struct elf_file *f, uint64_t address, struct source_frame *to, size_t most)
{
	Dwarf *d = elf_dwarf(f);
	struct source_frame at = {0};
	Dwarf_Die unit, *scopes = NULL;
	Dwarf_Line *line;
	size_t n = 0;
	int number = 0, nscopes;

	if (!d || !unit_at(d, address, &unit))
		return 0;
	line = dwarf_getsrc_die(&unit, address);
	if (line && !dwarf_lineno(line, &number)) {
		at.file = dwarf_linesrc(line, NULL, NULL);
		at.line = (unsigned)number;
	}
	nscopes = dwarf_getscopes(&unit, address, &scopes); /* innermost first */
	for (int i = 0; i < nscopes && n + 1 < most && dwarf_tag(&scopes[i]) != DW_TAG_subprogram; i++) {
		if (dwarf_tag(&scopes[i]) != DW_TAG_inlined_subroutine)
			continue;
		at.inlined = name_of(&scopes[i]);
		if (at.inlined)
			to[n++] = at;
		at = call_of(&unit, &scopes[i]);
	}
	free(scopes);
	at.inlined = NULL;
	to[n++] = at;
	return n;
}
