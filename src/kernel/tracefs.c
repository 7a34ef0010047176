/*
 * tracefs: mounted where it usually is; where nobody has mounted it, a mount
 * of our own that is in no namespace and goes away with us.
 */
#include "kernel/kernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int mount_privately(const char *type)
{
	int fs = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC), root = -1;

	if (fs < 0)
		return -errno;
	if (!syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		root = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	if (root < 0)
		root = -errno;
	close(fs);
	return root;
}

static int tracefs_root(void)
{
	static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	static int root = -1;
	char *dynamic;

	for (size_t i = 0; root < 0 && i < ARRAY_SIZE(places); i++) {
		int fd = open(places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd < 0)
			continue;
		if (faccessat(fd, "events", F_OK, 0)) {
			close(fd);
			continue;
		}
		root = fd;
		/* the others stay as they are while the kernel runs, and its modules */
		dynamic = xasprintf("%s/dynamic_events", places[i]);
		depends_on_text(dynamic);
		free(dynamic);
	}
	if (root < 0)
		root = mount_privately("tracefs");
	return root;
}

/* below its root: fd or -errno */
static int tracefs_open(const char *path, int flags)
{
	int root = tracefs_root(), fd;

	if (root < 0)
		return root;
	fd = openat(root, path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_all(int fd, struct buf *out)
{
	int err;

	if (fd < 0)
		return fd;
	err = buf_read(out, fd);
	close(fd);
	return err;
}

int tracefs_read(const char *path, struct buf *out)
{
	return read_all(tracefs_open(path, O_RDONLY), out);
}

int debugfs_read(const char *path, struct buf *out)
{
	static int root = -1;
	int fd;

	if (root < 0) {
		root = open("/sys/kernel/debug", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (root >= 0 && faccessat(root, path, F_OK, 0)) { /* not mounted there */
			close(root);
			root = -1;
		}
	}
	if (root < 0)
		root = mount_privately("debugfs");
	if (root < 0)
		return root;
	fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	return read_all(fd < 0 ? -errno : fd, out);
}

int tracepoint_id(const char *category, const char *event)
{
	char *path = xasprintf("events/%s/%s/id", category, event);
	struct buf text = {0};
	int err = tracefs_read(path, &text);

	if (!err)
		err = atoi(text.data);
	buf_free(&text);
	free(path);
	return err;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int tracepoint_each(const char *category, name_fn each, void *arg)
{
	char *path = category ? xasprintf("events/%s", category) : xstrdup("events");
	int fd = tracefs_open(path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	char **names = NULL;
	size_t n = 0;

	free(path);
	if (!dir)
		return fd < 0 ? fd : -errno;
	for (struct dirent *e; (e = readdir(dir));) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		if (!(n & (n - 1)))
			names = xrealloc(names, (n ? 2 * n : 1) * sizeof(*names));
		names[n++] = xstrdup(e->d_name);
	}
	closedir(dir);
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++) {
		each(names[i], arg);
		free(names[i]);
	}
	free(names);
	return 0;
}

/* "\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;" */
static bool parse_field(struct arena *a, const char *line, struct tracepoint_field *f)
{
	const char *end = strchr(line, ';'), *name, *bracket;
	unsigned offset, size, is_signed = 0;
	size_t len;
	char *text;

	if (!end || sscanf(end, "; offset:%u; size:%u; signed:%u;", &offset, &size, &is_signed) < 2)
		return false;
	text = arena_strndup(a, line, (size_t)(end - line));
	*f = (struct tracepoint_field){.text = text, .offset = offset, .size = size, .is_signed = is_signed};
	f->data_loc = !strncmp(text, "__data_loc", 10);
	bracket = f->data_loc ? NULL : strrchr(text, '[');
	len = bracket ? (size_t)(bracket - text) : strlen(text);
	name = text + len;
	while (name > text && name[-1] != ' ' && name[-1] != '*')
		name--;
	f->name = arena_strndup(a, name, (size_t)(text + len - name));
	while (name > text && name[-1] == ' ')
		name--;
	f->type = arena_strndup(a, text, (size_t)(name - text));
	if (bracket)
		f->count = (uint32_t)atoi(bracket + 1);
	return true;
}

int tracepoint_format(struct arena *a, const char *category, const char *event, struct tracepoint_field **fields,
		      size_t *n)
{
	char *path = xasprintf("events/%s/%s/format", category, event);
	struct buf text = {0};
	int err = tracefs_read(path, &text);
	struct tracepoint_field *list = NULL;
	size_t count = 0;

	free(path);
	for (char *line = text.data; !err && line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		struct tracepoint_field f;

		if (strncmp(line, "\tfield:", 7) || !parse_field(a, line + 7, &f) || f.offset < 8)
			continue;
		if (!(count & (count - 1))) {
			struct tracepoint_field *more = arena_alloc(a, (count ? 2 * count : 1) * sizeof(*more));

			if (count)
				memcpy(more, list, count * sizeof(*more));
			list = more;
		}
		list[count++] = f;
	}
	buf_free(&text);
	if (err)
		return err;
	*fields = list;
	*n = count;
	return 0;
}
