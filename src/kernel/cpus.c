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

#define MOST_CPUS 8192 /* NR_CPUS */

int cpus_follow(struct arena *a, struct cpus *online)
{
	char text[sizeof(online->text)], *s = text;
	int err = read_list(ONLINE, text, sizeof(text));

	if (err || str_eq(text, online->text))
		return err;
	strcpy(online->text, text);
	online->n = 0;
	online->list = arena_alloc(a, MOST_CPUS * sizeof(*online->list));
	while (*s >= '0' && *s <= '9') {
		long from = strtol(s, &s, 10), to = from;

		if (*s == '-')
			to = strtol(s + 1, &s, 10);
		for (long i = from; i <= to && online->n < MOST_CPUS; i++)
			online->list[online->n++] = (int)i;
		if (*s == ',')
			s++;
	}
	return 1;
}

bool cpus_has(const struct cpus *c, int cpu)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i] == cpu)
			return true;
	return false;
}
