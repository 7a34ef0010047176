/* The command line: what was asked for. */
#ifndef PROBE_COMMAND_H
#define PROBE_COMMAND_H

#include "compile.h"
#include "runtime/runtime.h"

enum { STATUS_OK = 0, STATUS_WRONG = 1 }; /* exit statuses of what is not a run */

/* words of the command line, a NULL behind them */
struct words {
	const char **list;
	size_t n;
};

struct command {
	const char *program; /* -e */
	const char *file; /* FILE, "-", or the pattern of -l */
	bool list, info, no_cache;
	unsigned refused; /* -d refused: as if the kernel refused so many forms of the program, for tests */
	struct words include_dirs, includes, silenced; /* -I, --include, --no-warning */
	struct compile_options compile;
	struct run_options run;
	const char *build; /* build FILE -o THIS */
	const char *mode; /* --mode, --fmt: codegen or format */
	const char *elf; /* --emit-elf */
	bool stop; /* an option did all there was to do, or was wrong */
	int status; /* then */
};

/* Reads the command line; what is wrong with it is reported.  Whatever happens, to be freed. */
void command_read(struct command *c, int argc, char **argv);
void command_free(struct command *c);

#endif
