/* Which CPUs there are: lists like "0-3,8". */
#include "kernel/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ONLINE "/sys/devices/system/cpu/online"

static int read_list(const char *path, char *text, size_t size)
{
	FILE *in = fopen(path, "re");
	char *got;

	if (!in)
		return -errno;
	got = fgets(text, (int)size, in);
	fclose(in);
	return got ? 0 : -EIO;
}

int cpus_online(struct arena *a, int **list, size_t *n)
{
	char unseen[CPUS_TEXT] = "";

	return cpus_follow(a, unseen, list, n);
}

int cpus_follow(struct arena *a, char seen[CPUS_TEXT], int **list, size_t *n)
{
	char text[CPUS_TEXT], *s = text;
	int err = read_list(ONLINE, text, sizeof(text));

	if (err || str_eq(text, seen))
		return err;
	strcpy(seen, text);
	*n = 0;
	*list = arena_alloc(a, 8192 * sizeof(**list));
	while (*s >= '0' && *s <= '9') {
		long from = strtol(s, &s, 10), to = from;

		if (*s == '-')
			to = strtol(s + 1, &s, 10);
		for (long i = from; i <= to && *n < 8192; i++)
			(*list)[(*n)++] = (int)i;
		if (*s == ',')
			s++;
	}
	return 0;
}
