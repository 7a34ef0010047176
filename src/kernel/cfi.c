/*
 * How to leave a function from anywhere in it: the call frame information in
 * .eh_frame and .debug_frame, worked out to a table that a BPF program can look into (x86_64).
 */
#include "kernel/elffile.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

enum { X86_BP = 6, X86_SP = 7, X86_RETURN = 16 }; /* as DWARF numbers registers */

struct reader {
	const uint8_t *start, *at, *end;
	uint64_t address; /* of start */
	bool bad; /* it ended too soon, or says what we do not know */
};

static uint64_t fixed(struct reader *r, size_t size)
{
	uint64_t v = 0;

	if ((size_t)(r->end - r->at) < size) {
		r->bad = true;
		r->at = r->end;
		return 0;
	}
	memcpy(&v, r->at, size); /* little-endian */
	r->at += size;
	return v;
}

static int64_t extended(uint64_t v, unsigned bits)
{
	return bits < 64 ? (int64_t)(v << (64 - bits)) >> (64 - bits) : (int64_t)v;
}

static uint64_t leb(struct reader *r, bool is_signed)
{
	uint64_t v = 0;
	unsigned shift = 0;
	uint8_t byte;

	do {
		byte = (uint8_t)fixed(r, 1);
		if (shift < 64)
			v |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && !r->bad);
	return is_signed && shift < 64 ? (uint64_t)extended(v, shift) : v;
}

static uint64_t uleb(struct reader *r)
{
	return leb(r, false);
}

static int64_t sleb(struct reader *r)
{
	return (int64_t)leb(r, true);
}

/* an address as `encoding` has it */
static uint64_t pointer(struct reader *r, unsigned encoding)
{
	uint64_t base = (encoding & 0x70) == DW_EH_PE_pcrel ? r->address + (uint64_t)(r->at - r->start) : 0;

	if (encoding & DW_EH_PE_indirect || (encoding & 0x70) > DW_EH_PE_pcrel)
		r->bad = true;
	switch (encoding & 0x0f) {
	case DW_EH_PE_absptr:
	case DW_EH_PE_udata8:
	case DW_EH_PE_sdata8:
		return base + fixed(r, 8);
	case DW_EH_PE_uleb128:
		return base + uleb(r);
	case DW_EH_PE_sleb128:
		return base + (uint64_t)sleb(r);
	case DW_EH_PE_udata2:
		return base + fixed(r, 2);
	case DW_EH_PE_udata4:
		return base + fixed(r, 4);
	case DW_EH_PE_sdata2:
		return base + (uint64_t)extended(fixed(r, 2), 16);
	case DW_EH_PE_sdata4:
		return base + (uint64_t)extended(fixed(r, 4), 32);
	default:
		r->bad = true;
		return 0;
	}
}

/* one that nobody wants, wherever it leads to */
static void skip_pointer(struct reader *r)
{
	unsigned encoding = (unsigned)fixed(r, 1);

	if (encoding != DW_EH_PE_omit)
		pointer(r, encoding & 0x0f);
}

/*
 * The next entry of the section.  common: where the one is that it refers to;
 * of one that is common itself UINT64_MAX.  false: there are no more.
 */
static bool next_entry(struct reader *section, struct reader *entry, bool debug, uint64_t *common)
{
	uint64_t length = fixed(section, 4), most = UINT32_MAX, place, id;
	size_t size = 4; /* of the id; in .eh_frame always */

	if (length == UINT32_MAX) {
		length = fixed(section, 8);
		size = debug ? 8 : 4;
		most = debug ? UINT64_MAX : most;
	}
	if (section->bad || (!length && !debug) || length > (uint64_t)(section->end - section->at))
		return false;
	*entry = *section;
	entry->end = section->at + length;
	section->at = entry->end;
	place = (uint64_t)(entry->at - section->start);
	id = fixed(entry, size);
	if (debug) /* counted from the start of the section; there from here back */
		*common = id == most ? UINT64_MAX : id;
	else
		*common = !id || id > place ? UINT64_MAX : place - id;
	return !entry->bad;
}

struct common { /* what functions have in common: a CIE */
	uint64_t code;
	int64_t data;
	unsigned encoding; /* of addresses */
	bool sized, signal; /* sized: augmentation data has its length before it */
	struct reader rules;
};

static bool read_common(struct reader *r, struct common *c)
{
	const char *more;
	const uint8_t *rules = NULL;
	uint64_t version, size;

	*c = (struct common){.encoding = DW_EH_PE_absptr};
	version = fixed(r, 1);
	more = (const char *)r->at;
	if (!memchr(more, 0, (size_t)(r->end - r->at)) || (version != 1 && version != 3 && version != 4))
		return false;
	r->at += strlen(more) + 1;
	if (version == 4 && (fixed(r, 1) != 8 || fixed(r, 1)))
		return false; /* sizes of addresses and segments */
	c->code = uleb(r);
	c->data = sleb(r);
	if ((version == 1 ? fixed(r, 1) : uleb(r)) != X86_RETURN)
		return false;
	if (*more == 'z') {
		c->sized = true;
		size = uleb(r);
		if (r->bad || size > (uint64_t)(r->end - r->at))
			return false;
		rules = r->at + size;
		for (more++; *more && !r->bad; more++)
			if (*more == 'R')
				c->encoding = (unsigned)fixed(r, 1);
			else if (*more == 'L')
				fixed(r, 1);
			else if (*more == 'P')
				skip_pointer(r);
			else if (*more == 'S')
				c->signal = true;
			else
				break;
		r->at = rules;
	} else if (*more) {
		return false;
	}
	c->rules = *r;
	return !r->bad;
}

struct rules { /* of a place in the code */
	enum unwind_kind cfa; /* UNWIND_SP, _BP, _PLT; NONE: in a way we do not follow */
	int64_t offset;
	int64_t bp; /* from the CFA, or UNWIND_SAME */
	enum { RETURN_ON_STACK, RETURN_NOWHERE, RETURN_ELSEWHERE } return_address;
};

struct table {
	struct elf_file *file;
	struct unwind_row *rows;
	size_t n, cap;
};

static void add_row(struct table *t, uint64_t address, struct unwind_row row)
{
	uint64_t at;

	if (elf_address_to_offset(t->file, address, &at) || at > UINT32_MAX)
		return;
	row.place = (uint32_t)at;
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 1024;
		t->rows = xrealloc(t->rows, t->cap * sizeof(*t->rows));
	}
	t->rows[t->n++] = row;
}

static struct unwind_row row_of(const struct rules *r, bool signal)
{
	struct unwind_row row = {.kind = r->cfa, .cfa = (int32_t)r->offset, .bp = (int32_t)r->bp};

	if (signal)
		row.kind = UNWIND_SIGNAL;
	else if (r->return_address == RETURN_NOWHERE)
		row.kind = UNWIND_END;
	else if (r->return_address == RETURN_ELSEWHERE || row.cfa != r->offset || row.bp != r->bp)
		row.kind = UNWIND_NONE;
	return row;
}

static void set_register(struct rules *r, uint64_t reg)
{
	r->cfa = reg == X86_SP ? UNWIND_SP : reg == X86_BP ? UNWIND_BP : UNWIND_NONE;
}

static int64_t factored(const struct common *c, int64_t n)
{
	return (int64_t)((uint64_t)n * (uint64_t)c->data);
}

/* a register lies at the CFA plus n times the data factor */
static void set_saved(const struct common *c, struct rules *r, uint64_t reg, int64_t n)
{
	int64_t offset = factored(c, n);

	if (reg == X86_BP)
		r->bp = offset;
	else if (reg == X86_RETURN)
		r->return_address = offset == -8 ? RETURN_ON_STACK : RETURN_ELSEWHERE;
}

static void set_lost(struct rules *r, uint64_t reg, bool undefined)
{
	if (reg == X86_RETURN)
		r->return_address = undefined ? RETURN_NOWHERE : RETURN_ELSEWHERE;
}

static void set_same(struct rules *r, uint64_t reg, const struct rules *initial)
{
	if (reg == X86_BP)
		r->bp = initial ? initial->bp : UNWIND_SAME;
	else if (reg == X86_RETURN)
		r->return_address = initial ? initial->return_address : RETURN_ELSEWHERE;
}

/* the linker's, of its stubs: sp + 8 + ((ip & 15) >= N) * 8, N 11 or 10 */
static void set_expression(struct rules *r, struct reader *e)
{
	static const uint8_t plt[] = {DW_OP_breg7, 8,        DW_OP_breg16, 0,         DW_OP_lit15, DW_OP_and,
				      DW_OP_lit11, DW_OP_ge, DW_OP_lit3,   DW_OP_shl, DW_OP_plus};
	uint64_t size = uleb(e);

	r->cfa = UNWIND_NONE;
	if (size > (uint64_t)(e->end - e->at)) {
		e->bad = true;
		return;
	}
	if (size == sizeof(plt) && !memcmp(e->at, plt, 6) && (e->at[6] == DW_OP_lit11 || e->at[6] == DW_OP_lit10) &&
	    !memcmp(e->at + 7, plt + 7, 4)) {
		r->cfa = UNWIND_PLT;
		r->offset = e->at[6] - DW_OP_lit0;
	}
	e->at += size;
}

static void skip_block(struct reader *r)
{
	uint64_t size = uleb(r);

	if (size > (uint64_t)(r->end - r->at))
		r->bad = true;
	else
		r->at += size;
}

#define MOST_REMEMBERED 16

struct walk {
	const struct common *common;
	const struct rules *initial; /* after the common ones; NULL: these are those */
	struct rules now, remembered[MOST_REMEMBERED];
	unsigned depth;
	uint64_t pc;
	struct table *table; /* gets a row before each advance; or NULL */
};

static void advance(struct walk *w, uint64_t n)
{
	if (w->table && n)
		add_row(w->table, w->pc, row_of(&w->now, w->common->signal));
	w->pc += n * w->common->code;
}

static void instruction(struct walk *w, struct reader *r)
{
	const struct common *c = w->common;
	uint8_t op = (uint8_t)fixed(r, 1), low = op & 0x3f;
	uint64_t reg;

	switch (op & 0xc0) {
	case DW_CFA_advance_loc:
		advance(w, low);
		return;
	case DW_CFA_offset:
		set_saved(c, &w->now, low, (int64_t)uleb(r));
		return;
	case DW_CFA_restore:
		set_same(&w->now, low, w->initial);
		return;
	default:
		break;
	}
	switch (op) {
	case DW_CFA_nop:
		break;
	case DW_CFA_set_loc:
		if (w->table)
			add_row(w->table, w->pc, row_of(&w->now, c->signal));
		w->pc = pointer(r, c->encoding);
		break;
	case DW_CFA_advance_loc1:
		advance(w, fixed(r, 1));
		break;
	case DW_CFA_advance_loc2:
		advance(w, fixed(r, 2));
		break;
	case DW_CFA_advance_loc4:
		advance(w, fixed(r, 4));
		break;
	case DW_CFA_offset_extended:
		reg = uleb(r);
		set_saved(c, &w->now, reg, (int64_t)uleb(r));
		break;
	case DW_CFA_offset_extended_sf:
		reg = uleb(r);
		set_saved(c, &w->now, reg, sleb(r));
		break;
	case DW_CFA_restore_extended:
		set_same(&w->now, uleb(r), w->initial);
		break;
	case DW_CFA_same_value:
		set_same(&w->now, uleb(r), NULL);
		break;
	case DW_CFA_undefined:
		set_lost(&w->now, uleb(r), true);
		break;
	case DW_CFA_register:
		set_lost(&w->now, uleb(r), false);
		uleb(r);
		break;
	case DW_CFA_remember_state:
		if (w->depth < MOST_REMEMBERED)
			w->remembered[w->depth++] = w->now;
		else
			r->bad = true;
		break;
	case DW_CFA_restore_state:
		if (w->depth)
			w->now = w->remembered[--w->depth];
		else
			r->bad = true;
		break;
	case DW_CFA_def_cfa:
		set_register(&w->now, uleb(r));
		w->now.offset = (int64_t)uleb(r);
		break;
	case DW_CFA_def_cfa_sf:
		set_register(&w->now, uleb(r));
		w->now.offset = factored(c, sleb(r));
		break;
	case DW_CFA_def_cfa_register:
		set_register(&w->now, uleb(r));
		break;
	case DW_CFA_def_cfa_offset:
		w->now.offset = (int64_t)uleb(r);
		break;
	case DW_CFA_def_cfa_offset_sf:
		w->now.offset = factored(c, sleb(r));
		break;
	case DW_CFA_def_cfa_expression:
		set_expression(&w->now, r);
		break;
	case DW_CFA_expression:
	case DW_CFA_val_expression:
		set_lost(&w->now, uleb(r), false);
		skip_block(r);
		break;
	case DW_CFA_val_offset:
		set_lost(&w->now, uleb(r), false);
		uleb(r);
		break;
	case DW_CFA_val_offset_sf:
		set_lost(&w->now, uleb(r), false);
		sleb(r);
		break;
	case DW_CFA_GNU_args_size:
		uleb(r);
		break;
	default:
		r->bad = true;
	}
}

static bool carry_out(struct walk *w, struct reader r)
{
	while (r.at < r.end && !r.bad)
		instruction(w, &r);
	return !r.bad;
}

/* the rows of a function; one behind it says that there is nothing */
static void read_function(struct table *t, struct reader *r, const struct common *c)
{
	struct walk start = {.common = c, .now = {.bp = UNWIND_SAME, .return_address = RETURN_ELSEWHERE}}, w;
	uint64_t from = pointer(r, c->encoding), size = pointer(r, c->encoding & 0x0f), end = from + size;
	struct rules initial;

	if (c->sized)
		skip_block(r);
	if (r->bad || !size || end < from || !carry_out(&start, c->rules))
		return;
	initial = start.now;
	w = (struct walk){.common = c, .initial = &initial, .now = initial, .pc = from, .table = t};
	if (carry_out(&w, *r) && w.pc < end)
		add_row(t, w.pc, row_of(&w.now, c->signal));
	add_row(t, end, (struct unwind_row){.kind = UNWIND_NONE});
}

/* where one function ends and the next begins, that one counts */
static int by_place(const void *a, const void *b)
{
	const struct unwind_row *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return (x->kind != UNWIND_NONE) - (y->kind != UNWIND_NONE);
}

/* .eh_frame, or .debug_frame, which differs in how entries refer to one another */
static void read_section(struct table *t, struct elf_file *f, const char *name, bool debug)
{
	struct reader section = {0}, entry, at, shared;
	struct common c;
	GElf_Shdr head;
	Elf_Scn *s = elf_section(f, name, &head);
	Elf_Data *data =
		s && (!(head.sh_flags & SHF_COMPRESSED) || elf_compress(s, 0, 0) >= 0) ? elf_getdata(s, NULL) : NULL;
	uint64_t common, same = UINT64_MAX, none;
	bool known = false;

	if (data && data->d_buf)
		section = (struct reader){data->d_buf, data->d_buf, (const uint8_t *)data->d_buf + data->d_size,
					  head.sh_addr, false};
	while (section.at < section.end && next_entry(&section, &entry, debug, &common)) {
		if (common >= (uint64_t)(section.end - section.start))
			continue;
		if (common != same) { /* mostly it is the one before */
			same = common;
			at = section;
			at.at = section.start + same;
			known = next_entry(&at, &shared, debug, &none) && none == UINT64_MAX &&
				read_common(&shared, &c);
		}
		if (known)
			read_function(t, &entry, &c);
	}
}

size_t elf_unwind_rows(struct elf_file *f, struct unwind_row **rows)
{
	struct table t = {.file = f};
	struct elf_file *debug = elf_debug_file(f);
	size_t n = 0;

	read_section(&t, f, ".eh_frame", false);
	read_section(&t, f, ".debug_frame", true);
	if (debug)
		read_section(&t, debug, ".debug_frame", true);
	if (t.n)
		qsort(t.rows, t.n, sizeof(*t.rows), by_place);
	for (size_t i = 0; i < t.n; i++) /* of rows at one place the last */
		if (i + 1 == t.n || t.rows[i + 1].place != t.rows[i].place)
			t.rows[n++] = t.rows[i];
	*rows = t.rows;
	return n;
}
