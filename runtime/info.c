/* --info. */
#include "kernel/kernel.h"
#include "runtime/runtime.h"

#include <sys/utsname.h>

void info_print(FILE *out, const char *version, const char *llvm)
{
	struct utsname u;

	uname(&u);
	fprintf(out, "System\n  OS: %s %s %s\n  Arch: %s\n\n", u.sysname, u.release, u.version, u.machine);
	fprintf(out, "Build\n  version: %s\n  LLVM: %s\n\nKernel features\n", version, llvm);
	for (int f = 0; f < FEATURE_COUNT; f++)
		fprintf(out, "  %s: %s\n", feature_text((enum feature)f), feature((enum feature)f) ? "yes" : "no");
}
