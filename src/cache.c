/* Compiled images, kept. */
#include "cache.h"

#include "kernel/kernel.h"

#include "own.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define MAGIC "probe cache 1\n"
#define MOST_BYTES (64ull << 20) /* of all files */

/*
 * The directory, opened; -1: there is none that is ours alone.  All is done by
 * this descriptor: who may write to what is above it could put another in its place.
 */
static int directory(char **name)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *parent, *dir;
	struct stat st;
	int fd;

	if (xdg && *xdg == '/')
		parent = xstrdup(xdg);
	else if (home && *home == '/')
		parent = xasprintf("%s/.cache", home);
	else
		return -1;
	dir = xasprintf("%s/probe", parent);
	mkdir(parent, 0700);
	free(parent);
	mkdir(dir, 0700);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && (fstat(fd, &st) || st.st_uid != geteuid() || st.st_mode & 022)) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0 && name)
		*name = dir;
	else
		free(dir);
	return fd;
}

static void add(struct buf *key, const char *what, const void *bytes, size_t len)
{
	buf_printf(key, "%s %zu ", what, len);
	buf_add(key, bytes, len);
	buf_putc(key, '\n');
}

static void add_text(struct buf *key, const char *what, const char *text)
{
	add(key, what, text, strlen(text));
}

static void add_list(struct buf *key, const char *what, const char *const *list)
{
	for (size_t i = 0; list && list[i]; i++)
		add_text(key, what, list[i]);
}

static void add_file(struct buf *key, const char *path)
{
	struct buf text = {0};

	buf_read_file(&text, path);
	add(key, path, text.data ? text.data : "", text.len);
	buf_free(&text);
}

void cache_key(struct buf *key, const char *name, const struct buf *script, const struct compile_options *o)
{
	struct stat st = {0};
	struct utsname u;
	char *cwd = getcwd(NULL, 0), *compiler = own_program("probe-compile");

	buf_puts(key, MAGIC);
	if (compiler)
		stat(compiler, &st);
	free(compiler);
	buf_printf(key, "probe %llu %llu %lld.%ld\n", (unsigned long long)st.st_ino, (unsigned long long)st.st_size,
		   (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	uname(&u);
	add_text(key, "kernel", u.release);
	add_text(key, "version", u.version);
	add_file(key, "/proc/sys/kernel/random/boot_id"); /* addresses are those of this boot */
	add_file(key, "/proc/modules");
	add_file(key, "/sys/devices/system/cpu/online");
	add_text(key, "name", name);
	add(key, "script", script->data ? script->data : "", script->len);
	add_list(key, "param", o->sema.params);
	add_list(key, "named", o->sema.named);
	add_list(key, "include-dir", o->sema.include_dirs);
	add_list(key, "include", o->sema.includes);
	buf_printf(key, "options %zu %d %d %d %d %d %llx %llx\n", o->sema.nparams, o->sema.pid, o->sema.has_child,
		   o->sema.unsafe, o->sema.warnings, o->verbose, (unsigned long long)o->silent,
		   (unsigned long long)features_off());
	add_text(key, "traceable", o->sema.traceable ? o->sema.traceable : "");
	add_text(key, "filter", o->sema.probe_filter ? o->sema.probe_filter : "");
	add_text(key, "directory", cwd ? cwd : "");
	for (char **e = o->sema.environ; e && *e; e++)
		if (!strncmp(*e, "BPFTRACE_", 9) || !strncmp(*e, "PATH=", 5) || !strncmp(*e, "LD_LIBRARY_PATH=", 16))
			add_text(key, "environment", *e);
	free(cwd);
}

/* a name for the file: the key itself, in the file, decides */
static char *file_of(const struct buf *key)
{
	uint64_t h[2] = {14695981039346656037ull, 0x9e3779b97f4a7c15ull};

	for (size_t i = 0; i < key->len; i++) {
		h[0] = (h[0] ^ (unsigned char)key->data[i]) * 1099511628211ull;
		h[1] = (h[1] + (unsigned char)key->data[i]) * 0xff51afd7ed558ccdull;
		h[1] ^= h[1] >> 32;
	}
	return xasprintf("%016llx%016llx.image", (unsigned long long)h[0], (unsigned long long)h[1]);
}

struct head {
	char magic[16];
	uint64_t key, dependencies, image; /* bytes of each; they follow */
};

static bool read_exactly(int fd, void *to, size_t len)
{
	char *s = to;

	while (len) {
		ssize_t n = read(fd, s, len);

		if (n <= 0)
			return false;
		s += n;
		len -= (size_t)n;
	}
	return true;
}

static bool read_entry(int fd, const struct buf *key, struct buf *image)
{
	struct head h;
	struct stat st;
	char *rest;
	bool ok;

	if (fstat(fd, &st) || st.st_uid != geteuid() || st.st_mode & 022 || !read_exactly(fd, &h, sizeof(h)) ||
	    memcmp(h.magic, MAGIC, sizeof(MAGIC)))
		return false;
	if (h.key != key->len || h.dependencies > (uint64_t)st.st_size || h.image > (uint64_t)st.st_size ||
	    sizeof(h) + h.key + h.dependencies + h.image != (uint64_t)st.st_size)
		return false;
	rest = malloc((size_t)st.st_size);
	ok = rest && read_exactly(fd, rest, (size_t)st.st_size - sizeof(h)) && !memcmp(rest, key->data, key->len) &&
	     dependencies_hold(rest + h.key, h.dependencies);
	if (ok)
		buf_add(image, rest + h.key + h.dependencies, h.image);
	free(rest);
	return ok;
}

bool cache_find(const struct buf *key, struct buf *image)
{
	int dir = directory(NULL), fd;
	char *name;
	bool ok;

	if (dir < 0)
		return false;
	name = file_of(key);
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ok = fd >= 0 && read_entry(fd, key, image);
	if (ok)
		futimens(fd, NULL); /* used: not the oldest any more */
	if (fd >= 0)
		close(fd);
	close(dir);
	free(name);
	return ok;
}

struct file {
	char *name;
	uint64_t size;
	struct timespec used;
};

static int older(const void *x, const void *y)
{
	const struct file *a = x, *b = y;

	if (a->used.tv_sec != b->used.tv_sec)
		return a->used.tv_sec < b->used.tv_sec ? -1 : 1;
	return a->used.tv_nsec < b->used.tv_nsec ? -1 : a->used.tv_nsec > b->used.tv_nsec;
}

/* remove the files used longest ago until the rest is small enough; *removed: how many.  Takes dir */
static int shrink(int dir, uint64_t most, size_t *removed)
{
	struct file *list = NULL;
	uint64_t total = 0;
	struct dirent *e;
	struct stat st;
	size_t n = 0;
	DIR *d = fdopendir(dir);
	int err = -errno;

	*removed = 0;
	if (!d) {
		close(dir);
		return err;
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.' || fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode))
			continue;
		list = xrealloc(list, (n + 1) * sizeof(*list));
		list[n++] = (struct file){xstrdup(e->d_name), (uint64_t)st.st_size, st.st_mtim};
		total += (uint64_t)st.st_size;
	}
	if (n)
		qsort(list, n, sizeof(*list), older);
	for (size_t i = 0; i < n; i++) {
		if (total > most && !unlinkat(dirfd(d), list[i].name, 0)) {
			total -= list[i].size;
			++*removed;
		}
		free(list[i].name);
	}
	free(list);
	closedir(d);
	return 0;
}

void cache_keep(const struct buf *key, const struct buf *image)
{
	const char *depends = dependencies();
	int dir = depends ? directory(NULL) : -1, fd;
	char *name, *draft;
	struct head h = {.magic = MAGIC, .key = key->len, .image = image->len};
	size_t removed;
	bool ok;
	FILE *f;

	if (dir < 0)
		return;
	h.dependencies = strlen(depends);
	name = file_of(key);
	draft = xasprintf("draft.%d", (int)getpid());
	unlinkat(dir, draft, 0); /* of one that had this number and was killed */
	fd = openat(dir, draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (f) {
		ok = fwrite(&h, sizeof(h), 1, f) == 1 && fwrite(key->data, 1, key->len, f) == key->len &&
		     fwrite(depends, 1, h.dependencies, f) == h.dependencies &&
		     fwrite(image->data, 1, image->len, f) == image->len;
		ok = !fclose(f) && ok;
		if (!ok || renameat(dir, draft, dir, name))
			unlinkat(dir, draft, 0);
		shrink(dir, MOST_BYTES, &removed);
	} else {
		close(dir);
	}
	free(draft);
	free(name);
}

int cache_clear(void)
{
	char *name;
	int dir = directory(&name), err;
	size_t removed;

	if (dir < 0) {
		fputs("ERROR: there is no cache: neither XDG_CACHE_HOME nor HOME leads to a directory that is yours alone\n",
		      stderr);
		return 1;
	}
	err = shrink(dir, 0, &removed);
	if (err)
		fail(err, "cannot clear %s", name);
	else
		printf("%zu file%s removed from %s\n", removed, removed == 1 ? "" : "s", name);
	free(name);
	return err != 0;
}
