/*
 * Names of code that a process made, as it writes them to /tmp/perf-PID.map of
 * its own file system, by its own idea of its pid:
 *	START SIZE NAME		both in hexadecimal
 */
#define _GNU_SOURCE
#include "runtime/process.h"

#include "base/base.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct made {
	uint64_t start, size;
	const char *name;
	size_t order; /* what is written later replaces what was there */
};

struct jit {
	int dir; /* its /tmp, where that is not ours; -1: it is */
	pid_t pid; /* as it knows itself */
	int fd; /* of the file; -1: it was not there yet */
	off_t read; /* bytes of the file */
	struct arena *arena;
	struct made *list; /* by address */
	size_t count, cap;
};

/* its pid in the innermost of its namespaces */
static pid_t own_pid(pid_t pid)
{
	char path[64], line[256];
	pid_t own = pid;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	in = fopen(path, "re");
	while (in && fgets(line, sizeof(line), in))
		if (!strncmp(line, "NSpid:", 6)) {
			line[strcspn(line, "\n")] = '\0';
			own = (pid_t)strtol(strrchr(line, '\t') ? strrchr(line, '\t') : line + 6, NULL, 10);
		}
	if (in)
		fclose(in);
	return own;
}

static bool same_file(const char *path, const char *other)
{
	struct stat a, b;

	return !stat(path, &a) && !stat(other, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

struct jit *jit_open(pid_t pid)
{
	struct jit *j = xcalloc(1, sizeof(*j));
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root/tmp", pid);
	*j = (struct jit){.arena = arena_new(), .pid = own_pid(pid), .fd = -1, .dir = -1};
	if (!same_file(path, "/tmp"))
		j->dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return j;
}

/* where its /tmp is not known, as the process is gone, ours is tried */
static void open_file(struct jit *j)
{
	char name[64];

	snprintf(name, sizeof(name), "%sperf-%d.map", j->dir < 0 ? "/tmp/" : "", j->pid);
	j->fd = openat(j->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

void jit_free(struct jit *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		close(j->fd);
	if (j->dir >= 0)
		close(j->dir);
	free(j->list);
	arena_free(j->arena);
	free(j);
}

static void parse_line(struct jit *j, const char *line, size_t len)
{
	char *text = arena_strndup(j->arena, line, len), *end;
	struct made m = {.order = j->count};

	m.start = strtoull(text, &end, 16);
	if (end == text || *end != ' ')
		return;
	m.size = strtoull(end + 1, &end, 16);
	if (*end != ' ' || !end[1])
		return;
	m.name = end + 1;
	if (j->count == j->cap) {
		j->cap = j->cap ? 2 * j->cap : 256;
		j->list = xrealloc(j->list, j->cap * sizeof(*j->list));
	}
	j->list[j->count++] = m;
}

static int by_address(const void *a, const void *b)
{
	const struct made *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* whole lines that were written since; false: none */
static bool read_more(struct jit *j)
{
	struct stat st;
	size_t len, done = 0;
	char *text;

	if (j->fd < 0)
		open_file(j);
	if (j->fd < 0 || fstat(j->fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= j->read)
		return false;
	len = (size_t)(st.st_size - j->read);
	text = malloc(len);
	if (!text)
		return false;
	len = (size_t)pread(j->fd, text, len, j->read);
	for (const char *end; (ssize_t)len > 0 && (end = memchr(text + done, '\n', len - done));
	     done = (size_t)(end - text) + 1)
		parse_line(j, text + done, (size_t)(end - text) - done);
	free(text);
	j->read += (off_t)done;
	qsort(j->list, j->count, sizeof(*j->list), by_address);
	return done > 0;
}

static const char *look(const struct jit *j, uint64_t address, uint64_t *start)
{
	size_t n = upper_bound(j->list, j->count, sizeof(*j->list), offsetof(struct made, start), address);
	const struct made *last = n ? &j->list[n - 1] : NULL;

	if (!last || address - last->start >= last->size)
		return NULL;
	*start = last->start;
	return last->name;
}

const char *jit_symbol(struct jit *j, uint64_t address, uint64_t *start)
{
	const char *name = look(j, address, start);

	return name || !read_more(j) ? name : look(j, address, start);
}
