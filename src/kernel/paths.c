/* From the name of a binary to its path, here or in another root directory. */
#include "kernel/kernel.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static bool is_program(const char *path)
{
	return is_file(path) && !access(path, X_OK);
}

static bool is_same(const char *path, const struct stat *file)
{
	struct stat st;

	return !stat(path, &st) && st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

/*
 * path with its symbolic links followed inside root, where "/" is root; the
 * kernel would follow them to our own.  NULL: there is no such file.
 */
static char *resolve_in(struct arena *a, const char *root, const char *path)
{
	char *rest = arena_strdup(a, path), *done = arena_strdup(a, ""), link[4096];

	for (int links = 0; *rest;) {
		size_t n;
		ssize_t got;
		char *here;

		rest += strspn(rest, "/");
		n = strcspn(rest, "/");
		if (!n)
			break;
		if (n == 2 && !strncmp(rest, "..", 2)) {
			char *slash = strrchr(done, '/');

			if (slash)
				*slash = '\0';
			rest += n;
			continue;
		}
		here = arena_printf(a, "%s/%.*s", done, (int)n, rest);
		rest += n;
		if (n == 1 && here[strlen(here) - 1] == '.')
			continue;
		got = readlink(arena_printf(a, "%s%s", root, here), link, sizeof(link) - 1);
		if (got < 0) {
			done = here;
			continue;
		}
		if (++links > 40)
			return NULL;
		link[got] = '\0';
		rest = arena_printf(a, "%s%s", link, rest);
		if (*link == '/')
			done = arena_strdup(a, "");
	}
	done = arena_printf(a, "%s%s", root, done);
	return is_file(done) ? done : NULL;
}

/* the real name of a file, so that one file has one name */
static char *real_path(struct arena *a, const char *root, const char *path)
{
	char *real, *found = NULL;

	if (*root)
		return resolve_in(a, root, path);
	real = realpath(path, NULL);
	if (real)
		found = arena_strdup(a, real);
	free(real);
	return found;
}

/*
 * ld.so.cache: "glibc-ld.so.cache1.1", uint32 count, uint32 length of the
 * strings, 20 bytes, then count times { int32 flags; uint32 name, path; ... }
 * of 24 bytes; offsets count from the start of the file.
 */
typedef bool (*library_fn)(const char *soname, const char *path, void *arg); /* true: enough */

static void each_library(const char *root, library_fn each, void *arg)
{
	static const char magic[] = "glibc-ld.so.cache1.1";
	char *cache = xasprintf("%s/etc/ld.so.cache", root);
	struct buf b = {0};
	uint32_t count;

	depends_on(cache);
	buf_read_file(&b, cache);
	free(cache);
	if (b.len > 48 && !memcmp(b.data, magic, sizeof(magic) - 1)) {
		memcpy(&count, b.data + 20, 4);
		for (uint32_t i = 0; i < count && 48 + 24ul * (i + 1) <= b.len; i++) {
			uint32_t entry[3];

			memcpy(entry, b.data + 48 + 24ul * i, sizeof(entry));
			if (entry[1] >= b.len || entry[2] >= b.len || each(b.data + entry[1], b.data + entry[2], arg))
				break;
		}
	}
	buf_free(&b);
}

struct wanted {
	struct arena *arena;
	const char *root, *name;
	char *path;
};

/* "libc", "libc.so", "libc.so.6": the cache lists the newest first */
static bool is_wanted(const char *soname, const char *path, void *arg)
{
	struct wanted *w = arg;
	size_t len = strlen(w->name);

	if (strncmp(soname, w->name, len) || (soname[len] && soname[len] != '.') ||
	    (soname[len] && !strstr(w->name, ".so") && strncmp(soname + len, ".so", 3)))
		return false;
	w->path = *w->root ? real_path(w->arena, w->root, path) : arena_strdup(w->arena, path);
	return w->path && is_file(w->path);
}

static bool is_script(const char *path)
{
	char head[2] = "";
	FILE *f = fopen(path, "re");
	bool script = f && fread(head, 1, 2, f) == 2 && head[0] == '#' && head[1] == '!';

	if (f)
		fclose(f);
	return script;
}

char *binary_path_in(struct arena *a, const char *root, const char *name, unsigned *matches)
{
	struct wanted w = {a, root, name, NULL};
	const char *path = getenv("PATH"), *bang = strstr(name, "!/");
	char *found = NULL, *first = NULL, *script = NULL, *real; /* first: the real name of found */

	*matches = 0;
	if (bang && access(name, F_OK)) {
		found = binary_path_in(a, root, arena_strndup(a, name, (size_t)(bang - name)), matches);
		return found ? arena_printf(a, "%s%s", found, bang) : NULL;
	}
	if (strchr(name, '/')) {
		depends_on(name);
		/* as the user has it */
		found = *name == '/' && *root ? real_path(a, root, name) : arena_strdup(a, name);
		*matches = 1;
		return found && is_file(found) ? found : NULL;
	}
	if (!strncmp(name, "lib", 3))
		each_library(root, is_wanted, &w);
	if (w.path) {
		*matches = 1;
		return w.path;
	}
	for (const char *dir = path ? path : "/usr/bin:/bin"; dir;
	     dir = strchr(dir, ':') ? strchr(dir, ':') + 1 : NULL) {
		char *try = arena_printf(a, "%.*s/%s", (int)strcspn(dir, ":"), dir, name);

		if (!*root)
			depends_on(try);
		real = real_path(a, root, try);
		if (!real || !is_program(real) || (first && str_eq(first, real)))
			continue;
		if (!*root)
			real = try;
		if (is_script(real)) { /* say a wrapper: there is nothing in it to trace */
			script = script ? script : real;
			continue;
		}
		if (!found) {
			found = real;
			first = real_path(a, root, try);
		}
		++*matches;
	}
	return found ? found : script;
}

char *binary_path(struct arena *a, const char *name, unsigned *matches)
{
	return binary_path_in(a, "", name, matches);
}

struct named {
	struct arena *arena;
	const char *pattern;
	binary_fn each;
	void *arg;
};

static bool library_named(const char *soname, const char *path, void *arg)
{
	struct named *n = arg;
	char *real = glob_match(n->pattern, soname) ? real_path(n->arena, "", path) : NULL;

	if (real)
		n->each(n->arg, real);
	return false;
}

void binaries_named(struct arena *a, const char *pattern, binary_fn each, void *arg)
{
	struct named n = {a, pattern, each, arg};
	const char *path = getenv("PATH");

	for (const char *dir = path ? path : "/usr/bin:/bin"; dir;
	     dir = strchr(dir, ':') ? strchr(dir, ':') + 1 : NULL) {
		char *name = arena_strndup(a, dir, strcspn(dir, ":"));
		DIR *d = opendir(name);

		for (struct dirent *e; d && (e = readdir(d));) {
			char *real = glob_match(pattern, e->d_name)
					     ? real_path(a, "", arena_printf(a, "%s/%s", name, e->d_name))
					     : NULL;

			if (real && is_program(real))
				each(arg, real);
		}
		if (d)
			closedir(d);
	}
	if (!strncmp(pattern, "lib", 3))
		each_library("", library_named, &n);
}

const char *process_root(struct arena *a, int pid)
{
	char *theirs = arena_printf(a, "/proc/%d/root", pid);
	char *ns = arena_printf(a, "/proc/%d/ns/mnt", pid);
	struct stat x, y;

	if (stat(theirs, &x) || stat("/proc/self/root", &y))
		return NULL;
	if (x.st_dev == y.st_dev && x.st_ino == y.st_ino && !stat(ns, &x) && !stat("/proc/self/ns/mnt", &y) &&
	    x.st_ino == y.st_ino)
		return NULL;
	return theirs;
}

const char *process_exe(struct arena *a, int pid)
{
	char *link = arena_printf(a, "/proc/%d/exe", pid), path[4096], *seen;
	ssize_t n = readlink(link, path, sizeof(path) - 1);
	struct stat exe;

	depends_on(link); /* another process may have the number later */
	if (n < 0 || stat(link, &exe))
		return link;
	path[n] = '\0';
	if (is_same(path, &exe))
		return arena_strdup(a, path);
	seen = arena_printf(a, "/proc/%d/root%s", pid, path);
	return is_same(seen, &exe) ? seen : link;
}

/* what one process has mapped to execute, by names that we can open */
static void mapped_by(struct arena *a, int pid, binary_fn each, void *arg)
{
	char *maps = arena_printf(a, "/proc/%d/maps", pid), line[4352], last[4352] = "";
	FILE *in = fopen(maps, "re");

	while (in && fgets(line, sizeof(line), in)) {
		char *slash = strchr(line, '/'), *space = strchr(line, ' '), *theirs;
		struct stat file;

		if (!slash || !space || space[3] != 'x')
			continue;
		slash[strcspn(slash, "\n")] = '\0';
		if (str_eq(slash, last))
			continue;
		snprintf(last, sizeof(last), "%s", slash);
		theirs = arena_printf(a, "/proc/%d/root%s", pid, slash);
		if (stat(theirs, &file)) /* deleted */
			continue;
		if (is_same(slash, &file))
			each(arg, arena_strdup(a, slash));
		else
			each(arg, theirs);
	}
	if (in)
		fclose(in);
}

void mapped_files(struct arena *a, int pid, binary_fn each, void *arg)
{
	struct dirent *e;
	DIR *d;

	if (pid) {
		mapped_by(a, pid, each, arg);
		return;
	}
	d = opendir("/proc");
	while (d && (e = readdir(d)))
		if (isdigit((unsigned char)e->d_name[0]))
			mapped_by(a, atoi(e->d_name), each, arg);
	if (d)
		closedir(d);
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
