/* Messages about the machine, and about ourselves. */
#include "base/base.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int fail(int err, const char *fmt, ...)
{
	va_list ap;

	fputs("ERROR: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (err)
		fprintf(stderr, ": %s", strerror(-err));
	fputc('\n', stderr);
	if (err == -EMFILE)
		fputs("HINT: a higher limit of open files is needed: ulimit -n\n", stderr);
	return err ? err : -EINVAL;
}

static bool silent;

void warn_never(void)
{
	silent = true;
}

void warn(const char *fmt, ...)
{
	va_list ap;

	if (silent)
		return;
	fputs("WARNING: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void bug(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("BUG: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}
