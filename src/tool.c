/* The runtime and an image as one program. */
#include "tool.h"

#include "runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* probe-run: beside probe, or where it is installed */
static int open_runtime(void)
{
	char self[4096], path[sizeof(self) + 16];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	int fd = -1;

	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		snprintf(path, sizeof(path), "%.*s/probe-run", (int)(slash - self), self);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		fd = open(PKGLIBEXECDIR "/probe-run", O_RDONLY | O_CLOEXEC);
	return fd;
}

static bool write_all(int fd, const void *bytes, size_t len)
{
	const char *s = bytes;

	while (len) {
		ssize_t n = write(fd, s, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s += n;
		len -= (size_t)n;
	}
	return true;
}

static bool copy(int to, int from)
{
	struct stat st;
	off_t done = 0;

	if (fstat(from, &st))
		return false;
	while (done < st.st_size)
		if (sendfile(to, from, &done, (size_t)(st.st_size - done)) <= 0)
			return false;
	return true;
}

/* written beside the file and put in its place whole */
int tool_write(const char *path, const void *image, size_t len)
{
	struct tool_trailer trailer = {.image_size = len};
	char *draft = xasprintf("%s.XXXXXX", path);
	int runtime = open_runtime(), out, err = 0;

	memcpy(trailer.magic, TOOL_MAGIC, sizeof(trailer.magic));
	if (runtime < 0) {
		free(draft);
		return fail(-errno, "the runtime, probe-run, is neither beside probe nor in " PKGLIBEXECDIR);
	}
	out = mkostemp(draft, O_CLOEXEC);
	if (out < 0 || !copy(out, runtime) || !write_all(out, image, len) || !write_all(out, &trailer, sizeof(trailer)) || fchmod(out, 0755))
		err = -errno;
	if (out >= 0 && close(out) && !err)
		err = -errno;
	if (!err && rename(draft, path))
		err = -errno;
	if (err && out >= 0)
		unlink(draft);
	if (err)
		fail(err, "failed to write file '%s'", path);
	close(runtime);
	free(draft);
	return err;
}
