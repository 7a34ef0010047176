/* Names that compilers made of C++ and Rust ones. */
#include "kernel/kernel.h"

#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>

char *demangle(const char *name, bool parameters)
{
	if (name[0] != '_' || (name[1] != 'Z' && name[1] != 'R' && strncmp(name, "__Z", 3)))
		return NULL;
	return cplus_demangle(name, DMGL_ANSI | DMGL_AUTO | (parameters ? DMGL_PARAMS : 0));
}
