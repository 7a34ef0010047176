/* What debug information says of functions: their parameters, lines, what was inlined. */
#include "kernel/arch.h"
#include "kernel/dwarf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* libdw takes it on trust that the strings it is pointed to end within their section */
static bool strings_end(struct elf_file *f)
{
	static const char *const sections[] = {".debug_str", ".debug_line_str"};
	GElf_Shdr head;

	for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
		Elf_Scn *s = elf_section(f, sections[i], &head);
		Elf_Data *data = s ? elf_getdata(s, NULL) : NULL;

		if (data && data->d_size && ((const char *)data->d_buf)[data->d_size - 1])
			return false;
	}
	return true;
}

static Dwarf *open_dwarf(struct elf_file *f)
{
	GElf_Shdr head;

	if (!f || !elf_section(f, ".debug_info", &head))
		return NULL;
	if (!f->dwarf_sought) {
		f->dwarf_sought = true;
		f->dwarf = dwarf_begin_elf(f->elf, DWARF_C_READ, NULL);
		if (f->dwarf && !strings_end(f)) {
			dwarf_end(f->dwarf);
			f->dwarf = NULL;
		}
	}
	return f->dwarf;
}

Dwarf *elf_dwarf(struct elf_file *f)
{
	Dwarf *d = open_dwarf(f);

	return d ? d : open_dwarf(elf_debug_file(f));
}

uint64_t die_number(Dwarf_Die *die, unsigned attribute, uint64_t other)
{
	Dwarf_Attribute a;
	Dwarf_Word n;
	bool flag;

	if (!dwarf_attr_integrate(die, attribute, &a))
		return other;
	if (!dwarf_formudata(&a, &n))
		return n;
	return !dwarf_formflag(&a, &flag) ? flag : other;
}

uint64_t die_count(Dwarf_Die *subrange)
{
	return die_number(subrange, DW_AT_count, die_number(subrange, DW_AT_upper_bound, UINT64_MAX) + 1);
}

bool die_type(Dwarf_Die *die, Dwarf_Die *type)
{
	Dwarf_Attribute a;
	Dwarf_Die at = *die;

	for (int depth = 0; depth < 64; depth++) {
		if (!dwarf_attr_integrate(&at, DW_AT_type, &a) || !dwarf_formref_die(&a, type))
			return false;
		switch (dwarf_tag(type)) {
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_restrict_type:
		case DW_TAG_atomic_type:
			at = *type;
			break;
		default:
			return true;
		}
	}
	return false;
}

/* the subprogram that is entered at an address */
struct wanted {
	Dwarf_Addr address;
	Dwarf_Die *function;
	bool found;
};

static int is_wanted(Dwarf_Die *die, void *arg)
{
	struct wanted *w = arg;
	Dwarf_Addr entry;

	if (dwarf_entrypc(die, &entry) || entry != w->address)
		return DWARF_CB_OK;
	*w->function = *die;
	w->found = true;
	return DWARF_CB_ABORT;
}

static bool function_at(Dwarf *d, uint64_t address, Dwarf_Die *function)
{
	struct wanted w = {address, function, false};
	Dwarf_Die cu, sub;
	Dwarf_CU *unit = NULL;

	if (dwarf_addrdie(d, address, &cu)) {
		dwarf_getfuncs(&cu, is_wanted, &w, 0);
		return w.found;
	}
	while (!w.found && !dwarf_get_units(d, unit, &unit, NULL, NULL, &cu, &sub)) /* no .debug_aranges */
		if (dwarf_haspc(&cu, address) > 0)
			dwarf_getfuncs(&cu, is_wanted, &w, 0);
	return w.found;
}

#define MOST_PARAMETERS 64

static size_t parameters_of(Dwarf_Die *function, Dwarf_Die *list)
{
	Dwarf_Die child;
	size_t n = 0;

	if (!dwarf_child(function, &child))
		do {
			if (dwarf_tag(&child) == DW_TAG_formal_parameter && n < MOST_PARAMETERS)
				list[n++] = child;
		} while (!dwarf_siblingof(&child, &child));
	return n;
}

/* where the frame base is when the function is entered: register and offset */
static bool frame_base(const struct arch *arch, Dwarf_Die *function, Dwarf_Addr pc, int *reg, int64_t *offset)
{
	Dwarf_Attribute a;
	Dwarf_Op *op;
	size_t n;

	if (!dwarf_attr_integrate(function, DW_AT_frame_base, &a) || dwarf_getlocation_addr(&a, pc, &op, &n, 1) < 1 ||
	    n != 1)
		return false;
	*offset = 0;
	if (op->atom == DW_OP_call_frame_cfa) {
		*reg = arch_offset(arch, arch->sp);
		*offset = arch->return_on_stack ? 8 : 0;
	} else if (op->atom >= DW_OP_reg0 && op->atom <= DW_OP_reg31) {
		*reg = arch_dwarf(arch, op->atom - DW_OP_reg0);
	} else if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31) {
		*reg = arch_dwarf(arch, op->atom - DW_OP_breg0);
		*offset = (int64_t)op->number;
	} else {
		return false;
	}
	return *reg >= 0;
}

/* one simple location; false: it is not one that can be read */
static bool simple(const struct arch *arch, Dwarf_Die *function, Dwarf_Addr pc, const Dwarf_Op *op, size_t n,
		   struct param_piece *piece, bool *memory)
{
	int reg = -1;
	int64_t offset = 0;

	*memory = false;
	*piece = (struct param_piece){.reg = -1, .size = 8};
	if (n == 2 && op[1].atom == DW_OP_stack_value) { /* a constant, or a register's value */
		if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31)
			piece->value = op->atom - DW_OP_lit0;
		else if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31)
			piece->reg = (int16_t)(reg = arch_dwarf(arch, op->atom - DW_OP_breg0)),
			piece->value = (int64_t)op->number;
		else if (op->atom >= DW_OP_const1u && op->atom <= DW_OP_consts)
			piece->value = (int64_t)op->number;
		else
			return false;
		return piece->reg >= 0 || !(op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31);
	}
	if (n != 1)
		return false;
	if (op->atom >= DW_OP_reg0 && op->atom <= DW_OP_reg31) {
		reg = arch_dwarf(arch, op->atom - DW_OP_reg0);
	} else if (op->atom == DW_OP_regx) {
		reg = arch_dwarf(arch, (unsigned)op->number);
	} else {
		*memory = true;
		if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31) {
			reg = arch_dwarf(arch, op->atom - DW_OP_breg0);
			offset = (int64_t)op->number;
		} else if (op->atom == DW_OP_bregx) {
			reg = arch_dwarf(arch, (unsigned)op->number);
			offset = (int64_t)op->number2;
		} else if (op->atom == DW_OP_fbreg && frame_base(arch, function, pc, &reg, &offset)) {
			offset = (int64_t)((uint64_t)offset + op->number);
		}
	}
	piece->reg = (int16_t)reg;
	piece->value = offset;
	return reg >= 0;
}

/* a location with DW_OP_piece: a struct in several registers */
static bool composite(const struct arch *arch, Dwarf_Die *function, Dwarf_Addr pc, const Dwarf_Op *op, size_t n,
		      struct param_place *p)
{
	size_t from = 0;

	*p = (struct param_place){0};
	for (size_t i = 0; i < n; i++) {
		struct param_piece piece;
		bool memory;

		if (op[i].atom != DW_OP_piece)
			continue;
		if (p->n == ARRAY_SIZE(p->pieces) ||
		    !simple(arch, function, pc, op + from, i - from, &piece, &memory) || memory || !op[i].number ||
		    op[i].number > 8)
			return false;
		piece.size = (uint8_t)op[i].number;
		p->pieces[p->n++] = piece;
		from = i + 1;
	}
	return p->n && from == n;
}

/*
 * Do callers keep to the calling convention?  Not where GCC has made a clone,
 * f.isra.0, nor need LLVM for functions that nobody else can call.
 */
static bool conventional_call(struct program *p, Dwarf_Die *function, uint64_t address)
{
	const struct elf_symbol *s = NULL;
	const char *producer;
	Dwarf_Attribute a;
	Dwarf_Die cu;
	uint64_t offset;

	if (!elf_address_to_offset(p->file, address, &offset))
		s = elf_at(p->file, offset);
	if (s && strchr(s->name, '.'))
		return false;
	if (die_number(function, DW_AT_external, 0))
		return true;
	producer = dwarf_diecu(function, &cu, NULL, NULL) && dwarf_attr(&cu, DW_AT_producer, &a) ? dwarf_formstring(&a)
												 : NULL;
	return producer && strstr(producer, "GNU C");
}

/*
 * A location list says where the parameter is at the very entry, or some
 * instructions later.  One location for the whole function is where it is
 * after the prologue, unless that is a register or the caller's frame.  Where
 * nothing is said of the entry the calling convention is taken (*p as it comes
 * in).
 */
static void find_place(const struct arch *arch, Dwarf_Die *function, Dwarf_Addr pc, Dwarf_Die *parameter,
		       struct param_place *p)
{
	struct param_place conventional = *p, found = {.n = 1};
	Dwarf_Attribute a;
	Dwarf_Op *op;
	size_t n;
	bool list;

	*p = (struct param_place){0};
	if (!dwarf_attr(parameter, DW_AT_location, &a)) {
		if (dwarf_attr_integrate(parameter, DW_AT_const_value, &a)) { /* always the same, and not passed */
			Dwarf_Sword value;

			if (!dwarf_formsdata(&a, &value))
				*p = (struct param_place){.n = 1, .pieces = {{.reg = -1, .size = 8, .value = value}}};
		}
		return;
	}
	list = dwarf_whatform(&a) == DW_FORM_sec_offset || dwarf_whatform(&a) == DW_FORM_loclistx ||
	       dwarf_whatform(&a) == DW_FORM_data4;
	if (dwarf_getlocation_addr(&a, pc, &op, &n, 1) < 1) {
		*p = conventional;
		return;
	}
	if (simple(arch, function, pc, op, n, &found.pieces[0], &found.memory)) {
		if (!list && found.memory && !(op->atom == DW_OP_fbreg && (int64_t)op->number >= 0))
			found = conventional;
		*p = found;
	} else if (composite(arch, function, pc, op, n, &found)) {
		*p = found;
	} else if (!list) {
		*p = conventional;
	}
}

static bool entered_at(struct program *p, uint64_t address, Dwarf_Die *function)
{
	return p->dwarf && function_at(p->dwarf, address, function);
}

const struct type *program_function(struct program *p, uint64_t address, const struct type **result)
{
	Dwarf_Die function, list[MOST_PARAMETERS];
	struct param_place *places;
	struct field *fields;
	struct type *s;
	size_t n;

	if (!entered_at(p, address, &function))
		return NULL;
	n = parameters_of(&function, list);
	places = arena_alloc(p->arena, (n + 1) * sizeof(*places));
	if (conventional_call(p, &function, address))
		abi_places(arch_native(), &function, list, n, places);
	fields = arena_alloc(p->arena, (n + 1) * sizeof(*fields));
	s = type_struct_new(p->types, arena_printf(p->arena, "%s:%llx", p->path, (unsigned long long)address), false);
	for (size_t i = 0; i < n; i++) {
		const char *name = dwarf_diename(&list[i]);
		struct field *f = &fields[i];

		find_place(arch_native(), &function, address, &list[i], &places[i]);
		f->name = name ? arena_strdup(p->arena, name) : arena_printf(p->arena, "arg%zu", i);
		f->type = places[i].n ? program_type_of(p, &list[i]) : &type_none;
		f->place = &places[i];
		f->offset = (s->size + 7) / 8 * 8;
		s->size = f->offset + f->type->size;
	}
	s->size = (s->size + 7) / 8 * 8;
	s->align = 8;
	s->fields = fields;
	s->nfields = (uint32_t)n;
	*result = program_type_of(p, &function);
	return s;
}

bool program_signature(struct program *p, uint64_t address, struct arena *a, char ***texts, size_t *n)
{
	Dwarf_Die function, list[MOST_PARAMETERS];

	if (!entered_at(p, address, &function))
		return false;
	*n = parameters_of(&function, list);
	*texts = arena_alloc(a, (*n + 1) * sizeof(**texts));
	for (size_t i = 0; i < *n; i++) {
		const char *name = dwarf_diename(&list[i]);
		struct buf b = {0};

		die_type_text(&list[i], &b);
		(*texts)[i] = arena_printf(a, "%s %s", b.data ? b.data : "void", name ? name : "");
		buf_free(&b);
	}
	return true;
}

/* is a name of the line table the file that is meant? "src/a.c" fits "/build/src/a.c" */
static bool fits_path(const char *known, const char *meant)
{
	size_t k = strlen(known), m = strlen(meant);

	return k >= m && !strcmp(known + k - m, meant) && (k == m || known[k - m - 1] == '/');
}

static int in_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

struct lines {
	uint64_t *list;
	size_t n;
};

/* where a row of the table begins the line's code; several rows in one function are one */
static void line_add(struct lines *l, uint64_t address)
{
	if (!(l->n & (l->n - 1)))
		l->list = xrealloc(l->list, (l->n ? 2 * l->n : 1) * sizeof(*l->list));
	l->list[l->n++] = address;
}

static bool lines_of_unit(Dwarf_Die *cu, const char *file, unsigned line, unsigned column, struct lines *found,
			  unsigned *near)
{
	Dwarf_Lines *lines;
	bool known = false;
	size_t n;

	if (dwarf_getsrclines(cu, &lines, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		Dwarf_Line *l = dwarf_onesrcline(lines, i);
		const char *source = dwarf_linesrc(l, NULL, NULL);
		int at = 0, col = 0;
		bool begins = true, ends = false;
		Dwarf_Addr address;

		if (!source || !fits_path(source, file))
			continue;
		known = true;
		dwarf_lineendsequence(l, &ends);
		dwarf_linebeginstatement(l, &begins);
		dwarf_lineno(l, &at);
		dwarf_linecol(l, &col);
		if (ends || !begins || dwarf_lineaddr(l, &address))
			continue;
		if (at == (int)line && (!column || col == (int)column))
			line_add(found, address);
		else if (at > (int)line && (!*near || at < (int)*near))
			*near = (unsigned)at;
	}
	return known;
}

int dwarf_line(struct elf_file *f, struct arena *a, const char *file, unsigned line, unsigned column,
	       uint64_t **addresses, size_t *n, unsigned *near)
{
	Dwarf *d = elf_dwarf(f);
	struct lines found = {0};
	bool known = false;
	Dwarf_CU *unit = NULL;
	Dwarf_Die cu, sub;

	*n = 0;
	if (!d)
		return -ENODATA;
	while (!dwarf_get_units(d, unit, &unit, NULL, NULL, &cu, &sub))
		known |= lines_of_unit(&cu, file, line, column, &found, near);
	if (found.n)
		qsort(found.list, found.n, sizeof(*found.list), in_order);
	*addresses = arena_alloc(a, (found.n + 1) * sizeof(**addresses));
	for (size_t i = 0; i < found.n; i++) { /* the first of each function */
		const struct elf_symbol *s = NULL;
		uint64_t offset;

		if (!elf_address_to_offset(f, found.list[i], &offset))
			s = elf_at(f, offset);
		if (*n && (s ? (*addresses)[*n - 1] >= s->address : (*addresses)[*n - 1] == found.list[i]))
			continue;
		(*addresses)[(*n)++] = found.list[i];
	}
	free(found.list);
	return known ? 0 : -ENOENT;
}

static int is_inlined(Dwarf_Die *die, void *arg)
{
	const char *name = dwarf_diename(die);

	return name && !strcmp(name, arg) && dwarf_func_inline(die) ? DWARF_CB_ABORT : DWARF_CB_OK;
}

bool dwarf_inlined(struct elf_file *f, const char *name)
{
	Dwarf *d = elf_dwarf(f);
	Dwarf_CU *unit = NULL;
	Dwarf_Die cu, sub;

	while (d && !dwarf_get_units(d, unit, &unit, NULL, NULL, &cu, &sub))
		if (dwarf_getfuncs(&cu, is_inlined, (void *)name, 0) > 0)
			return true;
	return false;
}
