/*
 * A fuzzer of one subject is a file that defines `fuzz`; it is linked with
 * seeded.c, which makes a test of `make check` of it, or with libfuzzer.c, for
 * `make fuzz`, which is guided by what was reached.
 */
#ifndef PROBE_TESTS_FUZZ_H
#define PROBE_TESTS_FUZZ_H

#include "base/base.h"

struct fuzz {
	const char *name; /* inputs that once failed are in corpus/NAME */
	/* once, before all: what the readings need; dir is an empty directory of theirs.  Or NULL */
	void (*begin)(const char *dir);
	/* adds the good input of number i, of those it is to begin with; false: there are no more */
	bool (*seed)(unsigned i, struct buf *out);
	void (*damage)(struct buf *b); /* by chance() */
	/* what must neither fail nor take long; is the input what it claims to be? */
	bool (*read)(const void *data, size_t len);
};
extern const struct fuzz fuzz;

#define FUZZ_SECONDS 10 /* a reading may take */

/* chance.c */
void chance_seed(uint64_t seed);
uint32_t chance(uint32_t n); /* below n */
void damage_text(struct buf *b); /* a script */
void damage_bytes(struct buf *b); /* small numbers, one after the other */

/*
 * machine.c: the files that say what a machine is, always the same ones: BTF, tracefs, kallsyms, a program; and no
 * way out of them
 */
void machine_enter(const char *dir);

#endif
