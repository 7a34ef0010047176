/* Programs: symbols, notes, operands, DWARF, debug data; all that we read of one. */
#include "tests/fuzz/fuzz.h"

#include "kernel/kernel.h"
#include "lang/lang.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool seed(unsigned i, struct buf *out)
{
	static const char *const programs[] = {FUZZ_PROGRAMS "/shapes.so", FUZZ_PROGRAMS "/usdt.so",
					       FUZZ_PROGRAMS "/inlined.so"};

	return i < ARRAY_SIZE(programs) && !buf_read_file(out, programs[i]);
}

/* where a byte matters: the headers, a section header, a section that we read */
static size_t place(const struct buf *b)
{
	const Elf64_Ehdr *h = (const void *)b->data;
	const Elf64_Shdr *s;
	unsigned kind = chance(8), tries = 64;

	if (kind == 0)
		return chance(sizeof(*h) + 56 * 16);
	if (b->len < sizeof(*h) || h->e_shoff % 8 || h->e_shoff > b->len ||
	    h->e_shoff + (uint64_t)h->e_shnum * sizeof(*s) > b->len || !h->e_shnum)
		return chance((uint32_t)b->len);
	s = (const void *)(b->data + h->e_shoff);
	if (kind == 1)
		return h->e_shoff + chance(h->e_shnum * (uint32_t)sizeof(*s));
	while (tries--) {
		const Elf64_Shdr *one = &s[chance(h->e_shnum)];

		if (one->sh_type == SHT_NOBITS || !one->sh_size || one->sh_offset > b->len ||
		    one->sh_size > b->len - one->sh_offset)
			continue;
		if (kind < 7 && one->sh_flags & SHF_EXECINSTR)
			continue;
		return one->sh_offset + chance((uint32_t)one->sh_size);
	}
	return chance((uint32_t)b->len);
}

static void damage(struct buf *b)
{
	static const unsigned char odd[] = {0, 1, 0x7f, 0x80, 0xff, 0xfe};
	unsigned n = 1 + chance(24);

	for (unsigned i = 0; i < n && b->len; i++) {
		size_t at = place(b);

		if (at < b->len)
			b->data[at] = (char)(chance(3) ? chance(256) : odd[chance(sizeof(odd))]);
	}
	if (!chance(8))
		b->len = chance((uint32_t)b->len + 1);
}

static void read_types(struct arena *a, const char *path, struct elf_file *f)
{
	struct types *t = types_new(a);
	struct programs *ps = programs_open(a, t);
	struct program *p = program_at(ps, path);
	const struct elf_symbol *list;
	struct source_frame frames[4];
	uint64_t *addresses;
	unsigned near = 0;
	char **texts;
	size_t n, count;

	list = elf_functions(f, &n);
	for (size_t i = 0; i < n && i < 400; i++) {
		const struct type *result, *args = program_function(p, list[i].address, &result);

		for (uint32_t j = 0; args && j < args->nfields; j++) {
			const struct type *at = args->fields[j].type;

			for (int depth = 0; depth < 3 && at; depth++) {
				if (at->kind == TYPE_POINTER || at->kind == TYPE_ARRAY)
					at = at->elem;
				if (at)
					type_complete(at);
				at = at->kind == TYPE_STRUCT && at->nfields ? at->fields[at->nfields - 1].type : NULL;
			}
		}
		program_signature(p, list[i].address, a, &texts, &count);
		for (uint64_t at = 0; i < 100 && at <= list[i].size; at += 4 + list[i].size / 8) {
			count = dwarf_frames(f, list[i].address + at, frames, ARRAY_SIZE(frames));
			if (count > ARRAY_SIZE(frames))
				bug("more frames than asked for");
			while (count--)
				free(frames[count].inlined ? demangle(frames[count].inlined, true) : NULL);
		}
	}
	program_named(p, "struct", "item");
	program_named(p, NULL, "no_such_type");
	dwarf_line(f, a, "shapes.c", 124, 0, &addresses, &count, &near);
	dwarf_inlined(f, "hidden");
	programs_close(ps);
}

static bool read_all(const char *path)
{
	struct arena *a = arena_new();
	struct usdt_site *sites;
	const struct elf_symbol *list;
	struct unwind_row *rows;
	size_t n;
	int err;
	struct elf_file *f = elf_open(path, &err);

	if (f) {
		list = elf_functions(f, &n);
		for (size_t i = 0; i < n; i++) {
			char *plain = demangle(list[i].name, true);

			elf_at(f, list[i].offset);
			elf_find(f, list[i].name);
			if (i < 200)
				elf_instruction(f, list[i].address, elf_symbol_end(f, &list[i]),
						list[i].address + list[i].size / 2);
			free(plain);
		}
		elf_find(f, "memcpy@@GLIBC_2.14");
		elf_variable(f, "global_word");
		n = usdt_sites(f, a, &sites);
		for (size_t i = 0; i < n; i++)
			for (unsigned j = 0, args = usdt_nargs(&sites[i]); j < args; j++) {
				struct usdt_arg arg;
				const char *why;

				usdt_arg(f, &sites[i], j, &arg, &why);
			}
		elf_unwind_rows(f, &rows);
		free(rows);
		elf_needs(f, a);
		read_types(a, path, f);
		elf_close(f);
	}
	arena_free(a);
	return f;
}

static bool read_program(const void *data, size_t len)
{
	int fd = memfd_create("program", MFD_CLOEXEC);
	char path[64];
	bool taken = false;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		bug("no file in memory");
	taken = read_all(path);
	close(fd);
	return taken;
}

const struct fuzz fuzz = {.name = "elf", .seed = seed, .damage = damage, .read = read_program};
