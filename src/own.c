/* Where our programs are. */
#include "own.h"

#include "base/base.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static char *if_there(char *path)
{
	if (!access(path, R_OK))
		return path;
	free(path);
	return NULL;
}

char *own_program(const char *name)
{
	char self[4096], *path = NULL;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n < 0) /* /proc is not mounted */
		n = snprintf(self, sizeof(self), "%s", (const char *)getauxval(AT_EXECFN));
	self[n < (ssize_t)sizeof(self) ? n : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		path = if_there(xasprintf("%.*s/%s", (int)(slash - self), self, name));
	return path ? path : if_there(xasprintf(PKGLIBEXECDIR "/%s", name));
}
