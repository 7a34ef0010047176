/* What we cannot do with less of: raised where it is lower, if we may. */
#include "base/base.h"

#include <sys/resource.h>

static const struct {
	int resource;
	rlim_t least;
	const char *text;
} limits[] = {
	{RLIMIT_NOFILE, 32, "at least 32 open files are needed: ulimit -n"},
	{RLIMIT_STACK, 4 << 20, "at least 4096 KiB of stack are needed: ulimit -s"},
};

bool limits_raise(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct rlimit l;

		if (getrlimit(limits[i].resource, &l) || l.rlim_cur >= limits[i].least)
			continue;
		l.rlim_cur = limits[i].least;
		if (l.rlim_max < l.rlim_cur)
			l.rlim_max = l.rlim_cur;
		if (!setrlimit(limits[i].resource, &l))
			continue;
		fprintf(stderr, "ERROR: %s\n", limits[i].text);
		return false;
	}
	return true;
}
