/*
 * From an image to answers on the terminal: load, attach, read, print, leave.
 * Includes nothing of the compiler.
 */
#ifndef PROBE_RUNTIME_RUNTIME_H
#define PROBE_RUNTIME_RUNTIME_H

#include "base/base.h"

enum output_format { OUTPUT_TEXT, OUTPUT_JSON };
enum output_buffering { BUFFER_LINE, BUFFER_FULL, BUFFER_NONE };

struct run_options {
	const char *output; /* -o FILE or NULL */
	enum output_format format;
	enum output_buffering buffering;
	const char *command; /* -c or NULL */
	int pid; /* -p or 0 */
	bool quiet, verbose, no_warnings, warnings /* -k */;
	bool unsafe;
	bool dry_run;
	bool strict;
};

/*
 * Run an image until it ends.  Exit status: 0, N of exit(N), 1: nothing to
 * attach or a bad image, 255: the kernel refuses; all reported on stderr.
 */
int run(const void *image, size_t len, const struct run_options *o);

/* --info */
void info_print(FILE *out, const char *version, const char *llvm);

#endif
