/* From the name of a binary to its path. */
#include "kernel/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/*
 * ld.so.cache: "glibc-ld.so.cache1.1", uint32 count, uint32 length of the
 * strings, 20 bytes, then count times { int32 flags; uint32 name, path; ... }
 * of 24 bytes; offsets count from the start of the file.
 */
static char *library_path(struct arena *a, const char *name)
{
	static const char magic[] = "glibc-ld.so.cache1.1";
	FILE *in = fopen("/etc/ld.so.cache", "re");
	struct buf b = {0};
	char bytes[65536], *found = NULL;
	size_t n, len = strlen(name);
	uint32_t count;

	depends_on("/etc/ld.so.cache");
	if (!in)
		return NULL;
	while ((n = fread(bytes, 1, sizeof(bytes), in)))
		buf_add(&b, bytes, n);
	fclose(in);
	if (b.len > 48 && !memcmp(b.data, magic, sizeof(magic) - 1)) {
		memcpy(&count, b.data + 20, 4);
		for (uint32_t i = 0; i < count && 48 + 24ul * (i + 1) <= b.len && !found; i++) {
			uint32_t entry[3];
			const char *soname;

			memcpy(entry, b.data + 48 + 24ul * i, sizeof(entry));
			if (entry[1] >= b.len || entry[2] >= b.len)
				break;
			soname = b.data + entry[1];
			if (!strncmp(soname, name, len) && (!soname[len] || !strncmp(soname + len, ".so", 3)) && is_file(b.data + entry[2]))
				found = arena_strdup(a, b.data + entry[2]);
		}
	}
	buf_free(&b);
	return found;
}

char *binary_path(struct arena *a, const char *name, unsigned *matches)
{
	const char *path = getenv("PATH");
	char *real, *found = NULL;

	*matches = 0;
	if (strchr(name, '/')) {
		depends_on(name);
		if (!is_file(name))
			return NULL;
		found = arena_strdup(a, name);
	}
	if (!found && !strncmp(name, "lib", 3))
		found = library_path(a, name);
	for (const char *dir = path ? path : "/usr/bin:/bin"; !found && dir; dir = strchr(dir, ':') ? strchr(dir, ':') + 1 : NULL) {
		char *try = arena_printf(a, "%.*s/%s", (int)strcspn(dir, ":"), dir, name);

		depends_on(try);
		if (is_program(try))
			found = try;
	}
	if (!found)
		return NULL;
	*matches = 1;
	real = realpath(found, NULL);
	if (real) {
		found = arena_strdup(a, real);
		free(real);
	}
	return found;
}

int cgroup_id(const char *path, uint64_t *id)
{
	struct {
		struct file_handle head;
		unsigned char bytes[sizeof(uint64_t)];
	} handle = {.head.handle_bytes = sizeof(uint64_t)};
	int mount;

	depends_unknown();
	if (name_to_handle_at(AT_FDCWD, path, &handle.head, &mount, 0))
		return -errno;
	memcpy(id, handle.head.f_handle, sizeof(*id));
	return 0;
}
