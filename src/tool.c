/* The runtime and an image as one program. */
#include "tool.h"

#include "own.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

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
	char *draft = xasprintf("%s.XXXXXX", path), *program = own_program("probe-run");
	int runtime = program ? open(program, O_RDONLY | O_CLOEXEC) : -1, out, err = 0;

	free(program);
	memcpy(trailer.magic, TOOL_MAGIC, sizeof(trailer.magic));
	if (runtime < 0) {
		free(draft);
		return fail(-errno, "the runtime, probe-run, is neither beside probe nor in " PKGLIBEXECDIR);
	}
	out = mkostemp(draft, O_CLOEXEC);
	if (out < 0 || !copy(out, runtime) || !write_all(out, image, len) ||
	    !write_all(out, &trailer, sizeof(trailer)) || fchmod(out, 0755))
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
