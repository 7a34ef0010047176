/* The version and configuration of the kernel that runs. */
#include "kernel/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

int kernel_config(struct buf *out)
{
	static const char *const places[] = {"/proc/config.gz", "/boot/config-%s", "/lib/modules/%s/config",
					     "/usr/lib/kernel/config-%s"};
	char path[256], block[16384];
	struct utsname u;
	int n;

	uname(&u);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		gzFile f;

		if (strchr(places[i], '%'))
			snprintf(path, sizeof(path), "%.*s%s%s", (int)strcspn(places[i], "%"), places[i], u.release,
				 strchr(places[i], '%') + 2);
		else
			snprintf(path, sizeof(path), "%s", places[i]);
		f = gzopen(path, "re");
		if (!f)
			continue;
		while ((n = gzread(f, block, sizeof(block))) > 0)
			buf_add(out, block, (size_t)n);
		gzclose(f);
		return 0;
	}
	return -ENOENT;
}

/* the three numbers of a version as one, as KERNEL_VERSION() has them */
static int64_t version(void)
{
	unsigned a = 0, b = 0, c = 0;
	const char *debian;
	struct utsname u;

	uname(&u);
	debian = strstr(u.version, "Debian ");
	if (!debian || sscanf(debian, "Debian %u.%u.%u", &a, &b, &c) < 2) /* whose release has no third number */
		sscanf(u.release, "%u.%u.%u", &a, &b, &c);
	return (int64_t)(a << 16 | b << 8 | (c > 255 ? 255 : c));
}

/*
 * Ticks a second, where the configuration is not to be had: jiffies began at
 * 2^32 - 300 HZ when the clock began at 0.
 */
static int64_t measured_hz(void)
{
	static const uint64_t known[] = {100, 250, 300, 1000};
	FILE *f = fopen("/proc/timer_list", "re");
	unsigned long long jiffies = 0, now = 0;
	int64_t hz = 0, least = INT64_MAX;
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		sscanf(line, "now at %llu nsecs", &now);
		sscanf(line, "jiffies: %llu", &jiffies);
	}
	if (f)
		fclose(f);
	for (size_t i = 0; jiffies && now && i < ARRAY_SIZE(known); i++) {
		int64_t off = (int64_t)((1ull << 32) - 300 * known[i] + now / (1000000000 / known[i]) - jiffies);

		off = off < 0 ? -off : off;
		if (off < least) {
			least = off;
			hz = (int64_t)known[i];
		}
	}
	return hz;
}

/* y 1, m 2, a number; a text has no value */
static int value_of(const char *text, int64_t *value)
{
	const char *why;
	char word[32];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, "\n"), text);
	if (str_eq(word, "y"))
		*value = 1;
	else if (str_eq(word, "m"))
		*value = 2;
	else if (!parse_int(word, value, &why))
		return -EINVAL;
	return 0;
}

int kernel_constant_value(const char *name, int64_t *value)
{
	struct buf config = {0};
	size_t len = strlen(name);
	int err;

	if (strncmp(name, "CONFIG_", 7)) {
		*value = version();
		return 0;
	}
	err = kernel_config(&config);
	if (err && str_eq(name, "CONFIG_HZ")) {
		*value = measured_hz();
		err = *value ? 0 : err;
	} else if (!err) {
		*value = 0; /* what is not set is not there */
		for (const char *line = config.data; line; line = strchr(line, '\n')) {
			line += *line == '\n';
			if (!strncmp(line, name, len) && line[len] == '=') {
				err = value_of(line + len + 1, value);
				break;
			}
		}
	}
	buf_free(&config);
	return err;
}

const char *kernel_constant_error(int err)
{
	return err == -EINVAL ? "it is a text"
			      : "neither /proc/config.gz nor a config file of this kernel below /boot can be read";
}
