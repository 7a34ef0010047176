/* Functions of executables and libraries. */
#include "kernel/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct elf_file {
	int fd;
	Elf *elf;
	struct elf_symbol *list; /* by address */
	size_t count;
	bool listed;
	struct elf_symbol variable; /* elf_variable()'s answer */
};

struct elf_file *elf_open(const char *path, int *err)
{
	struct elf_file *f;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	depends_on(path);
	if (fd < 0) {
		*err = -errno;
		return NULL;
	}
	elf_version(EV_CURRENT);
	f = xcalloc(1, sizeof(*f));
	f->fd = fd;
	f->elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF) {
		*err = -ENOEXEC;
		elf_close(f);
		return NULL;
	}
	return f;
}

void elf_close(struct elf_file *f)
{
	if (!f)
		return;
	if (f->elf)
		elf_end(f->elf);
	close(f->fd);
	free(f->list);
	free(f);
}

int elf_address_to_offset(struct elf_file *f, uint64_t address, uint64_t *offset)
{
	size_t n;

	if (elf_getphdrnum(f->elf, &n))
		return -ENOEXEC;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(f->elf, (int)i, &p) || p.p_type != PT_LOAD)
			continue;
		if (address >= p.p_vaddr && address - p.p_vaddr < p.p_memsz) {
			*offset = address - p.p_vaddr + p.p_offset;
			return 0;
		}
	}
	return -ENOENT;
}

uint64_t elf_load_bias(struct elf_file *f, uint64_t map_start, uint64_t map_offset)
{
	size_t n;

	if (elf_getphdrnum(f->elf, &n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (gelf_getphdr(f->elf, (int)i, &p) && p.p_type == PT_LOAD && p.p_offset <= map_offset && map_offset < p.p_offset + p.p_filesz)
			return map_start - (p.p_vaddr + (map_offset - p.p_offset));
	}
	return map_start - map_offset;
}

static int by_address(const void *a, const void *b)
{
	const struct elf_symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void add_table(struct elf_file *f, Elf_Scn *section, const GElf_Shdr *head, size_t *cap)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t n = head->sh_entsize ? head->sh_size / head->sh_entsize : 0;

	for (size_t i = 0; data && i < n; i++) {
		struct elf_symbol s;
		GElf_Sym sym;
		int type;

		if (!gelf_getsym(data, (int)i, &sym))
			return;
		type = GELF_ST_TYPE(sym.st_info);
		if ((type != STT_FUNC && type != STT_GNU_IFUNC) || sym.st_shndx == SHN_UNDEF)
			continue;
		s.name = elf_strptr(f->elf, head->sh_link, sym.st_name);
		s.address = sym.st_value;
		s.size = sym.st_size;
		if (!s.name || !*s.name || elf_address_to_offset(f, s.address, &s.offset))
			continue;
		if (f->count == *cap) {
			*cap = *cap ? 2 * *cap : 256;
			f->list = xrealloc(f->list, *cap * sizeof(*f->list));
		}
		f->list[f->count++] = s;
	}
}

const struct elf_symbol *elf_functions(struct elf_file *f, size_t *n)
{
	size_t cap = 0, kept = 0;
	GElf_Shdr head;

	if (!f->listed) {
		for (Elf_Scn *s = NULL; (s = elf_nextscn(f->elf, s));)
			if (gelf_getshdr(s, &head) && (head.sh_type == SHT_SYMTAB || head.sh_type == SHT_DYNSYM))
				add_table(f, s, &head, &cap);
		qsort(f->list, f->count, sizeof(*f->list), by_address);
		for (size_t i = 0; i < f->count; i++) /* .symtab has what .dynsym has */
			if (!kept || by_address(&f->list[kept - 1], &f->list[i]))
				f->list[kept++] = f->list[i];
		f->count = kept;
		f->listed = true;
	}
	*n = f->count;
	return f->list;
}

const struct elf_symbol *elf_find(struct elf_file *f, const char *name)
{
	size_t n;
	const struct elf_symbol *list = elf_functions(f, &n);

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(name);

		/* a versioned name, memcpy@@GLIBC_2.14, is found by its plain form */
		if (!strncmp(list[i].name, name, len) && (!list[i].name[len] || list[i].name[len] == '@'))
			return &list[i];
	}
	return NULL;
}

const struct elf_symbol *elf_variable(struct elf_file *f, const char *name)
{
	GElf_Shdr head;

	for (Elf_Scn *s = NULL; (s = elf_nextscn(f->elf, s));) {
		Elf_Data *data;
		GElf_Sym sym;

		if (!gelf_getshdr(s, &head) || (head.sh_type != SHT_SYMTAB && head.sh_type != SHT_DYNSYM))
			continue;
		data = elf_getdata(s, NULL);
		for (int i = 0; data && gelf_getsym(data, i, &sym); i++) {
			const char *is = elf_strptr(f->elf, head.sh_link, sym.st_name);

			if (!is || strcmp(is, name) || sym.st_shndx == SHN_UNDEF)
				continue;
			f->variable = (struct elf_symbol){.name = is, .address = sym.st_value, .size = sym.st_size};
			return &f->variable;
		}
	}
	return NULL;
}

const struct elf_symbol *elf_at(struct elf_file *f, uint64_t file_offset)
{
	const struct elf_symbol *list, *best = NULL;
	size_t n;

	list = elf_functions(f, &n);
	for (size_t lo = 0, hi = n; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;

		if (list[mid].offset <= file_offset) {
			best = &list[mid];
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	while (best && best > list && best[-1].offset == best->offset && best[-1].size >= best->size)
		best--;
	return best && file_offset - best->offset < (best->size ? best->size : 1) ? best : NULL;
}
