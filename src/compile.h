/* The pipeline: script to image. */
#ifndef PROBE_COMPILE_H
#define PROBE_COMPILE_H

#include "sema/sema.h"

enum stage { STAGE_TOKENS, STAGE_AST, STAGE_TYPES, STAGE_CODEGEN, STAGE_CODEGEN_OPT, STAGE_ASM, STAGE_IMAGE, STAGE_COUNT };

struct compile_options {
	struct sema_options sema;
	unsigned dump; /* bits 1 << enum stage: -d */
	bool colour;
	bool no_warnings;
	bool verbose;
};

/*
 * The image of the script in text, an ELF object, appended to *image.
 * Messages go to stderr.  0; 1: the script is wrong and has been told so.
 */
int compile(const char *name, const char *text, size_t len, const struct compile_options *o, struct buf *image);

/* parse only, and the list of what script would attach to: -l script.bt */
int compile_list(const char *name, const char *text, size_t len, const struct compile_options *o, bool verbose, FILE *out);

#endif
