/* probe build FILE -o TOOL: a program that needs no compiler. */
#ifndef PROBE_TOOL_H
#define PROBE_TOOL_H

#include "base/base.h"

/* the runtime, probe-run, with the image behind it, as an executable file; 0 or -errno, reported */
int tool_write(const char *path, const void *image, size_t len);

#endif
