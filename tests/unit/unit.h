/*
 * A unit test is a program: main() calls checks and ends in
 * `return unit_end();`.  Each check is one line, "ok" or "not ok", which the
 * runner counts; the plan at the end tells it that nothing is missing.
 */
#ifndef PROBE_TESTS_UNIT_H
#define PROBE_TESTS_UNIT_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int unit_count, unit_failed;

static inline bool unit_result(bool ok, const char *file, int line, const char *what)
{
	unit_count++;
	unit_failed += !ok;
	printf("%s %d - %s:%d: %s\n", ok ? "ok" : "not ok", unit_count, file, line, what);
	fflush(stdout);
	return ok;
}

static inline void unit_str(const char *got, const char *want, const char *file, int line, const char *what)
{
	bool ok = got && want ? !strcmp(got, want) : got == want;

	if (!unit_result(ok, file, line, what))
		printf("#   got:      %s\n#   expected: %s\n", got ? got : "NULL", want ? want : "NULL");
}

static inline void unit_int(intmax_t got, intmax_t want, const char *file, int line, const char *what)
{
	if (!unit_result(got == want, file, line, what))
		printf("#   got:      %jd (0x%jx)\n#   expected: %jd (0x%jx)\n", got, got, want, want);
}

#define unit_ok(cond) unit_result((cond), __FILE__, __LINE__, #cond)
#define unit_is_str(got, want) unit_str((got), (want), __FILE__, __LINE__, #got)
#define unit_is_int(got, want) unit_int((intmax_t)(got), (intmax_t)(want), __FILE__, __LINE__, #got)

static inline int unit_end(void)
{
	printf("1..%d\n", unit_count);
	return unit_failed ? 1 : 0;
}

#endif
