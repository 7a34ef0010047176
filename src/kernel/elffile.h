/* What the readers of ELF files share: elf.c, elfsym.c, debugfile.c, usdt.c, dwarf.c. */
#ifndef PROBE_KERNEL_ELFFILE_H
#define PROBE_KERNEL_ELFFILE_H

#include "kernel/kernel.h"

#include <elfutils/libdw.h>
#include <gelf.h>
#include <libelf.h>

struct elf_segment { /* a PT_LOAD */
	uint64_t address, offset, size; /* size: of what is in the file */
	bool executable;
};

struct elf_file {
	char *path;
	int fd;
	Elf *elf;
	void *image; /* elf is in memory, this */
	uint64_t base; /* of the ELF file in the file at path, which is an archive; else 0 */
	struct elf_segment *segments;
	size_t nsegments;
	char *build_id; /* hexadecimal; NULL: has none */
	struct elf_file *debug; /* its debug file, once looked for */
	bool debug_sought;
	struct elf_file *mini; /* what .gnu_debugdata unpacks to, once looked for */
	bool mini_sought;
	struct elf_symbol *list; /* functions by address */
	uint32_t *by_name; /* indices of list */
	size_t count;
	bool listed;
	struct arena *arena; /* of names that are not in the file */
	struct elf_symbol variable; /* elf_variable()'s answer */
	Dwarf *dwarf; /* once looked for */
	bool dwarf_sought;
};

/* elf.c */
Elf_Scn *elf_section(struct elf_file *f, const char *name, GElf_Shdr *head); /* NULL: none */
typedef bool (*note_fn)(struct elf_file *f, const char *desc, size_t size, void *arg); /* true: enough */
void elf_notes_each(struct elf_file *f, const char *owner, uint32_t type, note_fn each, void *arg);
struct elf_file *elf_from_memory(const char *path, void *image,
				 size_t size); /* image is its own from now on; NULL: no ELF file */
/* debugfile.c */
struct elf_file *elf_debug_file(struct elf_file *f); /* NULL: none */
struct elf_file *elf_mini_file(struct elf_file *f);

#endif
