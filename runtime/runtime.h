/*
 * From an image to answers on the terminal: load, attach, read, print, leave.
 * Includes nothing of the compiler.
 */
#ifndef PROBE_RUNTIME_RUNTIME_H
#define PROBE_RUNTIME_RUNTIME_H

#include "base/base.h"

enum output_format { OUTPUT_TEXT, OUTPUT_JSON };
enum run_mode { MODE_trace, MODE_test, MODE_bench };
enum output_buffering { BUFFER_LINE, BUFFER_FULL, BUFFER_NONE };

struct run_options {
	const char *output; /* -o FILE or NULL */
	enum output_format format;
	enum output_buffering buffering;
	const char *command; /* -c or NULL */
	int pid; /* -p or 0 */
	int dwarf_pids[64]; /* --dwarf-pid */
	size_t ndwarf_pids;
	bool quiet, verbose, no_warnings, warnings /* -k */;
	bool unsafe;
	bool no_sleep; /* no program is loaded as one that may sleep */
	bool may_retry; /* if the kernel refuses, say nothing: there is another image */
	bool report; /* if the kernel refuses, print what a bug report needs */
	bool dry_run;
	bool strict;
	enum run_mode mode; /* --test, --bench */
	const char *const *words; /* parameters of the image: $1 ... */
	size_t nwords;
	const char *const *named; /* --name=value, --name, as written */
	size_t nnamed;
};

/* set an option, a row of options.def; false: its argument is wrong and that was said */
bool run_option(struct run_options *o, const char *name, const char *arg);
/* its line of --help; letter 0 and argument NULL: it has none */
void print_option(FILE *out, int letter, const char *name, const char *argument, const char *help);

/*
 * A tool is the runtime with an image behind it, then this: it finds the
 * image in its own file.
 */
struct tool_trailer {
	uint64_t image_size;
	char magic[8];
};
#define TOOL_MAGIC "probeimg"

/* a map that an image to be run will have: what takes long to make is begun */
struct map_shape;
void map_ahead(const char *name, const struct map_shape *shape);

#define RUN_REFUSED 256 /* the kernel refuses the programs, and o->may_retry */

/*
 * Run an image until it ends.  Exit status: 0, N of exit(N), 1: nothing to
 * attach or a bad image, 255: the kernel refuses; all reported on stderr.
 */
int run(const void *image, size_t len, const struct run_options *o);

/* --info */
void info_print(FILE *out, const char *version, const char *llvm);

#endif
