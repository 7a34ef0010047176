/* From the typed tree to an image, through the LLVM C API. */
#ifndef PROBE_CODEGEN_CODEGEN_H
#define PROBE_CODEGEN_CODEGEN_H

#include "ast/ast.h"

struct kernel;
struct map_shape;

enum codegen_stage { CODEGEN_OBJECT, CODEGEN_IR, CODEGEN_IR_OPT, CODEGEN_ASM };

struct codegen_options {
	/* fields of kernel types are relocations, for any kernel; else they are where this kernel has them */
	bool portable;
	bool roll; /* unroll (N) is a loop; else N copies, where there is room for them */
	/* or NULL: told of each map, long before the image is there */
	void (*ahead)(const char *name, const struct map_shape *shape);
};

/* The ELF object in *out; with another stage its text.  false: an error was reported. */
bool codegen(const struct script *s, struct kernel *k, struct diag *d, const struct codegen_options *o,
	     enum codegen_stage stage, struct buf *out);

/* "19.1.7" */
const char *codegen_llvm_version(void);

#endif
