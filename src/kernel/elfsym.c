/* Functions and variables by name and by address. */
#include "kernel/elffile.h"

#include <stdlib.h>
#include <string.h>

/* The names of symbol versions: .gnu.version has a number for each dynamic symbol, .gnu.version_d the names. */
struct versions {
	Elf_Data *numbers, *definitions;
	size_t strings; /* section of the names */
};

static struct versions versions_of(struct elf_file *f)
{
	struct versions v = {0};

	for (Elf_Scn *s = NULL; (s = elf_nextscn(f->elf, s));) {
		GElf_Shdr head;

		if (!gelf_getshdr(s, &head))
			continue;
		if (head.sh_type == SHT_GNU_versym)
			v.numbers = elf_getdata(s, NULL);
		if (head.sh_type == SHT_GNU_verdef) {
			v.definitions = elf_getdata(s, NULL);
			v.strings = head.sh_link;
		}
	}
	return v;
}

/* "GLIBC_2.14"; NULL: of no version */
static const char *version_name(struct elf_file *f, const struct versions *v, size_t symbol, bool *hidden)
{
	GElf_Versym number;
	GElf_Verdef def;
	int at = 0;

	if (!v->numbers || !v->definitions || !gelf_getversym(v->numbers, (int)symbol, &number) ||
	    (number & 0x7fff) < 2)
		return NULL;
	*hidden = number & 0x8000;
	for (int i = 0; i < 4096 && gelf_getverdef(v->definitions, at, &def); i++) {
		GElf_Verdaux aux;

		if (def.vd_ndx == (number & 0x7fff))
			return gelf_getverdaux(v->definitions, at + (int)def.vd_aux, &aux)
				       ? elf_strptr(f->elf, v->strings, aux.vda_name)
				       : NULL;
		if (!def.vd_next)
			break;
		at += (int)def.vd_next;
	}
	return NULL;
}

static int by_address(const void *a, const void *b)
{
	const struct elf_symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* the functions of one table of `from`, which is f or a file that belongs to it */
static void add_table(struct elf_file *f, struct elf_file *from, Elf_Scn *section, const GElf_Shdr *head, size_t *cap)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t n = head->sh_entsize ? head->sh_size / head->sh_entsize : 0;
	struct versions v = {0};

	if (head->sh_type == SHT_DYNSYM)
		v = versions_of(from);
	for (size_t i = 0; data && i < n; i++) {
		struct elf_symbol s = {0};
		const char *version;
		bool hidden = false;
		GElf_Sym sym;
		int type;

		if (!gelf_getsym(data, (int)i, &sym))
			return;
		type = GELF_ST_TYPE(sym.st_info);
		if ((type != STT_FUNC && type != STT_GNU_IFUNC) || sym.st_shndx == SHN_UNDEF)
			continue;
		s.name = elf_strptr(from->elf, head->sh_link, sym.st_name);
		s.address = sym.st_value;
		s.size = sym.st_size;
		s.indirect = type == STT_GNU_IFUNC;
		if (!s.name || !*s.name || !elf_executable(f, s.address) ||
		    elf_address_to_offset(f, s.address, &s.offset))
			continue;
		version = version_name(from, &v, i, &hidden);
		if (version && hidden)
			s.name = arena_printf(f->arena, "%s@%s", s.name, version);
		else if (version)
			s.version = version;
		if (f->count == *cap) {
			*cap = *cap ? 2 * *cap : 256;
			f->list = xrealloc(f->list, *cap * sizeof(*f->list));
		}
		f->list[f->count++] = s;
	}
}

static bool add_tables(struct elf_file *f, struct elf_file *from, unsigned type, size_t *cap)
{
	size_t before = f->count;
	GElf_Shdr head;

	for (Elf_Scn *s = NULL; from && (s = elf_nextscn(from->elf, s));)
		if (gelf_getshdr(s, &head) && head.sh_type == type)
			add_table(f, from, s, &head, cap);
	return f->count > before;
}

/* .symtab names what .dynsym names, with the version behind it: "memcpy@@GLIBC_2.14" */
static bool same_symbol(const struct elf_symbol *a, const struct elf_symbol *b)
{
	size_t n = strcspn(a->name, "@");

	if (a->address != b->address)
		return false;
	return !strcmp(a->name, b->name) ||
	       (n == strcspn(b->name, "@") && !strncmp(a->name, b->name, n) &&
		(!a->name[n] || !b->name[n] || !strncmp(a->name + n, "@@", 2) || !strncmp(b->name + n, "@@", 2)));
}

static int by_name(const void *a, const void *b, void *arg)
{
	const struct elf_symbol *list = arg;
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	int order = strcmp(list[i].name, list[j].name);

	return order ? order : i < j ? -1 : 1;
}

const struct elf_symbol *elf_functions(struct elf_file *f, size_t *n)
{
	size_t cap = 0, kept = 0;

	if (!f->listed) {
		f->listed = true;
		if (!add_tables(f, f, SHT_SYMTAB, &cap) && !add_tables(f, elf_debug_file(f), SHT_SYMTAB, &cap))
			add_tables(f, elf_mini_file(f), SHT_SYMTAB, &cap);
		add_tables(f, f, SHT_DYNSYM, &cap);
		if (f->count)
			qsort(f->list, f->count, sizeof(*f->list), by_address);
		for (size_t i = 0; i < f->count; i++) {
			if (kept && same_symbol(&f->list[kept - 1], &f->list[i])) { /* the plain name comes first */
				if (!f->list[kept - 1].version)
					f->list[kept - 1].version = f->list[i].version;
				continue;
			}
			f->list[kept++] = f->list[i];
		}
		f->count = kept;
		f->by_name = xcalloc(kept + 1, sizeof(*f->by_name));
		for (size_t i = 0; i < kept; i++)
			f->by_name[i] = (uint32_t)i;
		qsort_r(f->by_name, kept, sizeof(*f->by_name), by_name, f->list);
	}
	*n = f->count;
	return f->list;
}

/* the first of by_name that is not below name */
static size_t lower_bound(const struct elf_file *f, const char *name)
{
	size_t lo = 0, hi = f->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(f->list[f->by_name[mid]].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static const struct elf_symbol *exactly(const struct elf_file *f, const char *name)
{
	size_t i = lower_bound(f, name);
	const struct elf_symbol *s = i < f->count ? &f->list[f->by_name[i]] : NULL;

	return s && !strcmp(s->name, name) ? s : NULL;
}

/*
 * "memcpy" is the version that programs linked today get; "memcpy@@GLIBC_2.14"
 * says which one that is, "memcpy@GLIBC_2.2.5" names one for old programs.
 */
const struct elf_symbol *elf_find(struct elf_file *f, const char *name)
{
	const char *at = strchr(name, '@'), *version;
	const struct elf_symbol *s;
	char *plain;
	size_t n, i;

	elf_functions(f, &n);
	s = exactly(f, name);
	if (s || !n)
		return s;
	plain = xasprintf("%.*s", at ? (int)(at - name) : (int)strlen(name), name);
	version = at ? at + strspn(at, "@") : NULL;
	if (at) {
		s = exactly(f, plain);
		if (s && (!s->version || strcmp(s->version, version)))
			s = NULL;
	} else { /* only versions of it: memcpy@@GLIBC_2.14 of .symtab */
		char *prefix = xasprintf("%s@", plain);

		i = lower_bound(f, prefix);
		if (i < n && !strncmp(f->list[f->by_name[i]].name, prefix, strlen(prefix)))
			s = &f->list[f->by_name[i]];
		free(prefix);
	}
	free(plain);
	return s;
}

static const struct elf_symbol *variable_of(struct elf_file *f, struct elf_file *from, const char *name)
{
	GElf_Shdr head;

	for (Elf_Scn *s = NULL; from && (s = elf_nextscn(from->elf, s));) {
		Elf_Data *data;
		GElf_Sym sym;

		if (!gelf_getshdr(s, &head) || (head.sh_type != SHT_SYMTAB && head.sh_type != SHT_DYNSYM))
			continue;
		data = elf_getdata(s, NULL);
		for (int i = 0; data && gelf_getsym(data, i, &sym); i++) {
			const char *is = elf_strptr(from->elf, head.sh_link, sym.st_name);

			if (!is || strcmp(is, name) || sym.st_shndx == SHN_UNDEF ||
			    GELF_ST_TYPE(sym.st_info) == STT_TLS)
				continue;
			f->variable = (struct elf_symbol){.name = is, .address = sym.st_value, .size = sym.st_size};
			return &f->variable;
		}
	}
	return NULL;
}

const struct elf_symbol *elf_variable(struct elf_file *f, const char *name)
{
	const struct elf_symbol *s = variable_of(f, f, name);

	if (!s)
		s = variable_of(f, elf_debug_file(f), name);
	return s ? s : variable_of(f, elf_mini_file(f), name);
}

uint64_t elf_symbol_end(struct elf_file *f, const struct elf_symbol *s)
{
	const struct elf_symbol *next = s;

	if (s->size)
		return s->address + s->size;
	while (next < f->list + f->count && next->address == s->address)
		next++;
	for (size_t i = 0; i < f->nsegments; i++) {
		uint64_t from = f->segments[i].address, to = from + f->segments[i].size;

		if (s->address >= from && s->address < to)
			return next < f->list + f->count && next->address < to ? next->address : to;
	}
	return s->address + 1;
}

const struct elf_symbol *elf_at(struct elf_file *f, uint64_t file_offset)
{
	const struct elf_symbol *list, *best;
	uint64_t address;
	size_t n;

	list = elf_functions(f, &n);
	if (elf_offset_to_address(f, file_offset, &address))
		return NULL;
	n = upper_bound(list, n, sizeof(*list), offsetof(struct elf_symbol, address), address);
	best = n ? &list[n - 1] : NULL;
	while (best && best > list && best[-1].address == best->address && (best[-1].size >= best->size))
		best--;
	return best && address < elf_symbol_end(f, best) ? best : NULL;
}
