/*
 * The pipeline: script to image.  In compile.c, or for the program that has no
 * compiler in handover.c, which replaces it by the one that has.
 */
#ifndef PROBE_COMPILE_H
#define PROBE_COMPILE_H

#include "sema/sema.h"

struct map_shape;

enum stage { /* in the order in which they run */
	     STAGE_ast,
	     STAGE_types,
	     STAGE_codegen,
	     STAGE_codegen_opt,
	     STAGE_asm,
	     STAGE_image,
	     STAGE_COUNT
};

struct compile_options {
	struct sema_options sema;
	unsigned dump; /* bits 1 << enum stage: -d; nothing runs after the last of them */
	bool colour;
	uint64_t silent; /* warnings: bits 1 << enum warning_id */
	bool verbose;
	bool roll; /* unroll (N) is a loop */
	/* or NULL: told of the image's maps before LLVM works on it */
	void (*ahead)(const char *name, const struct map_shape *shape);
	const char *emit_llvm; /* PREFIX.original.ll, PREFIX.optimized.ll; or NULL */
	bool from_stdin; /* the script came that way */
};

/*
 * The image of the script in text, an ELF object, appended to *image; nothing
 * if a dump ended the work.  Messages go to stderr, dumps to stdout.  false:
 * the script is wrong and its author has been told.
 */
bool compile(const char *name, const char *text, size_t len, const struct compile_options *o, struct buf *image);

/* the script in its canonical form, appended to *out; needs no privileges */
bool compile_format(const char *name, const char *text, size_t len, const struct compile_options *o, struct buf *out);

/* what the script would attach to, a line each: -l script.bt */
bool compile_list(const char *name, const char *text, size_t len, const struct compile_options *o, FILE *out);

/* of LLVM */
const char *compiler_version(void);

#endif
