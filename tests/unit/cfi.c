/* cfi: the table of how to leave functions says what libdw works out at every one of its places. */
#include "tests/unit/unit.h"
#include "kernel/elffile.h"
#include "kernel/kernel.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

enum { BP = 6, SP = 7, RETURN = 16 };

/* a register and an offset; false: something else */
static bool simple(const Dwarf_Op *op, size_t n, int *reg, int64_t *offset)
{
	if (n != 1)
		return false;
	*reg = op->atom == DW_OP_bregx ? (int)op->number : op->atom - DW_OP_breg0;
	*offset = (int64_t)(op->atom == DW_OP_bregx ? op->number2 : op->number);
	return op->atom == DW_OP_bregx || (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31);
}

/* what libdw says of an address; place is left alone */
static struct unwind_row by_libdw(Dwarf_CFI *cfi, uint64_t address)
{
	struct unwind_row row = {.kind = UNWIND_NONE, .bp = UNWIND_SAME};
	Dwarf_Frame *frame;
	Dwarf_Op *op, room[3];
	Dwarf_Addr start, end;
	int reg, returns = dwarf_cfi_addrframe(cfi, address, &frame) ? -1 : 0;
	bool signal;
	int64_t offset;
	size_t n;

	if (returns < 0)
		return row;
	returns = dwarf_frame_info(frame, &start, &end, &signal);
	if (signal) {
		row.kind = UNWIND_SIGNAL;
	} else if (!dwarf_frame_register(frame, RETURN, room, &op, &n) && !n && op == room) {
		row.kind = UNWIND_END;
	} else if (!dwarf_frame_cfa(frame, &op, &n) && simple(op, n, &reg, &offset) && (reg == SP || reg == BP)) {
		row.kind = reg == SP ? UNWIND_SP : UNWIND_BP;
		row.cfa = (int32_t)offset;
	} else if (n > 6) {
		row.kind = UNWIND_PLT;
	}
	if (!dwarf_frame_register(frame, BP, room, &op, &n) && n == 2 && op[0].atom == DW_OP_call_frame_cfa &&
	    op[1].atom == DW_OP_plus_uconst)
		row.bp = (int32_t)op[1].number;
	free(frame);
	return row;
}

static void compare(const char *path)
{
	struct unwind_row *rows;
	unsigned long wrong = 0, seen[UNWIND_SIGNAL + 1] = {0};
	uint64_t address;
	Dwarf_CFI *cfi;
	int err;
	struct elf_file *f = elf_open(path, &err);
	size_t n;

	if (!unit_ok(f != NULL))
		return;
	n = elf_unwind_rows(f, &rows);
	cfi = dwarf_getcfi_elf(f->elf);
	for (size_t i = 0; cfi && i < n; i++) {
		const struct unwind_row *r = &rows[i];
		struct unwind_row other;

		wrong += i && r->place <= rows[i - 1].place;
		seen[r->kind <= UNWIND_SIGNAL ? r->kind : 0]++;
		if (elf_offset_to_address(f, r->place, &address) || r->kind == UNWIND_NONE)
			continue;
		other = by_libdw(cfi, address);
		if (other.kind == r->kind &&
		    (r->kind < UNWIND_SP || r->kind > UNWIND_BP || (other.cfa == r->cfa && other.bp == r->bp)))
			continue;
		if (!wrong++)
			printf("# %llx: %u %d %d, libdw: %u %d %d\n", (unsigned long long)address, r->kind, r->cfa,
			       r->bp, other.kind, other.cfa, other.bp);
	}
	unit_ok(cfi != NULL);
	unit_is_int(wrong, 0);
	unit_ok(n > 1000 && seen[UNWIND_SP] > 100 && seen[UNWIND_BP] > 10 && seen[UNWIND_END] && seen[UNWIND_SIGNAL]);
	if (cfi)
		dwarf_cfi_end(cfi);
	free(rows);
	elf_close(f);
}

int main(int argc, char **argv)
{
	char *slash = strrchr(argv[0], '/'),
	     *path = xasprintf("%.*s/../workloads/calls", slash ? (int)(slash - argv[0]) : 1, slash ? argv[0] : ".");

	compare(argc > 1 ? argv[1] : path);
	free(path);
	return unit_end();
}
