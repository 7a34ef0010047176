/* Where our programs are. */
#include "own.h"

#include "base/base.h"

#include <stdlib.h>
#include <string.h>
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

	if (n > 0) {
		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		path = if_there(xasprintf("%s/%s", self, name));
	}
	return path ? path : if_there(xasprintf(PKGLIBEXECDIR "/%s", name));
}
