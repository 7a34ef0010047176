/*
 * What the fuzzers share: numbers that a seed gives, and a reading in a
 * process of its own.
 */
#ifndef PROBE_TESTS_FUZZ_H
#define PROBE_TESTS_FUZZ_H

#include "base/base.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 10 /* a reading may take */

static uint64_t state;

static inline void seed_with(long seed)
{
	state = (uint64_t)seed * 0x9e3779b97f4a7c15ull;
}

static inline uint32_t next(void)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(state >> 33);
}

/* does read(arg) return, in time? */
static inline bool survives(void (*read)(const void *arg), const void *arg)
{
	int status;
	pid_t child = fork();

	if (!child) {
		alarm(SECONDS);
		read(arg);
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status);
}

/* keep what failed, and say where */
static inline void keep(const struct buf *b, const char *what, long seed)
{
	char *kept = xasprintf("/tmp/probe-fuzz-failed-%ld", seed);
	FILE *f = fopen(kept, "we");

	printf("# %s, seed %ld: see %s\n", what, seed, kept);
	if (f) {
		fwrite(b->data, 1, b->len, f);
		fclose(f);
	}
	free(kept);
}

#endif
