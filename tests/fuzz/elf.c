/*
 * elf [N [SEED [FILE...]]]: N times (400) damage a program, by numbers that
 * SEED (1) gives, and read all that we read of one: symbols, notes, operands,
 * DWARF, debug data.  Each reading is a process of its own; one that is killed,
 * or takes longer than a few seconds, is a failure, and its file is kept.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/unit.h"
#include "kernel/kernel.h"
#include "lang/lang.h"

#include <elf.h>

/* where a byte matters: the headers, a section header, a section that we read */
static size_t place(const struct buf *b)
{
	const Elf64_Ehdr *h = (const void *)b->data;
	const Elf64_Shdr *s;
	unsigned kind = next() % 8, tries = 64;

	if (kind == 0)
		return next() % (sizeof(*h) + 56 * 16);
	if (b->len < sizeof(*h) || h->e_shoff > b->len || h->e_shoff + (uint64_t)h->e_shnum * sizeof(*s) > b->len || !h->e_shnum)
		return next() % b->len;
	s = (const void *)(b->data + h->e_shoff);
	if (kind == 1)
		return h->e_shoff + next() % (h->e_shnum * sizeof(*s));
	while (tries--) {
		const Elf64_Shdr *one = &s[next() % h->e_shnum];

		if (one->sh_type == SHT_NOBITS || !one->sh_size || one->sh_offset > b->len || one->sh_size > b->len - one->sh_offset)
			continue;
		if (kind < 7 && one->sh_flags & SHF_EXECINSTR)
			continue;
		return one->sh_offset + next() % one->sh_size;
	}
	return next() % b->len;
}

static void damage(struct buf *b)
{
	static const unsigned char odd[] = {0, 1, 0x7f, 0x80, 0xff, 0xfe};
	unsigned n = 1 + next() % 24;

	for (unsigned i = 0; i < n && b->len; i++) {
		size_t at = place(b);

		if (at < b->len)
			b->data[at] = (char)(next() % 3 ? (int)next() : odd[next() % sizeof(odd)]);
	}
	if (next() % 8 == 0)
		b->len = next() % (b->len + 1);
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
				if (at->kind == TYPE_STRUCT && at->lazy)
					program_complete(at);
				at = at->kind == TYPE_STRUCT && at->nfields ? at->fields[at->nfields - 1].type : NULL;
			}
		}
		program_signature(p, list[i].address, a, &texts, &count);
		for (uint64_t at = 0; i < 100 && at <= list[i].size; at += 4 + list[i].size / 8) {
			count = dwarf_frames(f, list[i].address + at, frames, ARRAY_SIZE(frames));
			if (count > ARRAY_SIZE(frames))
				abort();
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

static void read_all(const void *path)
{
	struct arena *a = arena_new();
	struct usdt_site *sites;
	const struct elf_symbol *list;
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
				elf_instruction(f, list[i].address, elf_symbol_end(f, &list[i]), list[i].address + list[i].size / 2);
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
		read_types(a, path, f);
		elf_close(f);
	}
	arena_free(a);
}

static void fuzz(const char *seed_file, long n, long seed)
{
	struct buf original = {0};
	char path[] = "/tmp/probe-fuzz-XXXXXX";
	int fd = mkstemp(path);
	long failed = 0;

	if (!unit_ok(fd >= 0 && !buf_read_file(&original, seed_file) && original.len > 0))
		return;
	unit_ok(survives(read_all, seed_file));
	for (long i = 0; i < n; i++) {
		struct buf b = {0};

		seed_with(seed + i);
		buf_add(&b, original.data, original.len);
		damage(&b);
		if (ftruncate(fd, 0) || pwrite(fd, b.data, b.len, 0) != (ssize_t)b.len)
			unit_ok(!"a file that can be written");
		if (!survives(read_all, path)) {
			failed++;
			keep(&b, seed_file, seed + i);
		}
		buf_free(&b);
	}
	unit_is_int(failed, 0);
	close(fd);
	unlink(path);
	buf_free(&original);
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 400, seed = argc > 2 ? atol(argv[2]) : 1;
	char *dir = xasprintf("%s/../workloads", argv[0]), *slash = strrchr(argv[0], '/');

	if (slash) {
		free(dir);
		dir = xasprintf("%.*s/../workloads", (int)(slash - argv[0]), argv[0]);
	}
	for (int i = 3; i < argc; i++)
		fuzz(argv[i], n, seed);
	if (argc < 4) {
		static const struct {
			const char *name;
			long part; /* of n */
		} seeds[] = {{"shapes", 1}, {"usdt", 1}, {"inlined4", 4}};

		for (size_t i = 0; i < ARRAY_SIZE(seeds); i++) {
			char *path = xasprintf("%s/%s", dir, seeds[i].name);

			fuzz(path, n / seeds[i].part, seed);
			free(path);
		}
	}
	free(dir);
	return unit_end();
}
