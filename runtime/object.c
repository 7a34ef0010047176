/*
 * What is mapped into processes: files, each opened once however many map it,
 * the vDSO, and memory that holds code but is of no file.
 */
#define _GNU_SOURCE
#include "runtime/process.h"

#include "base/base.h"
#include "kernel/kernel.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

struct object {
	const char *name;
	dev_t device;
	ino_t inode;
	int fd; /* of a file that its path does not lead to here; -1: the path does */
	bool anonymous, tried;
	struct elf_file *elf; /* NULL: cannot be read */
	const struct elf_symbol *first; /* elf_functions(), */
	size_t count; /* of them */
	const char **names; /* demangled, by function, when first asked for */
};

struct objects {
	struct arena *arena;
	struct dict by_key;
};

struct objects *objects_new(void)
{
	struct objects *o = xcalloc(1, sizeof(*o));

	o->arena = arena_new();
	dict_init(&o->by_key, o->arena);
	return o;
}

static void object_free(struct object *o)
{
	if (o->names) {
		for (size_t i = 0; i < o->count; i++)
			if (o->names[i] != o->first[i].name)
				free((char *)o->names[i]);
		free(o->names);
	}
	elf_close(o->elf);
	if (o->fd >= 0)
		close(o->fd);
}

void objects_free(struct objects *o)
{
	for (size_t i = 0; i < o->by_key.count; i++)
		object_free(o->by_key.entries[i].value);
	arena_free(o->arena);
	free(o);
}

static bool is_ours(const struct object *o, const char *path)
{
	struct stat st;

	return !stat(path, &st) && st.st_ino == o->inode && st.st_dev == o->device;
}

/* in another mount namespace, or deleted: only through the process, and only now */
static int open_foreign(pid_t pid, const struct mapped *m)
{
	char path[4400];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/map_files/%llx-%llx", pid, (unsigned long long)m->start,
		 (unsigned long long)m->end);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/root%s", pid, m->name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

struct object *object_get(struct objects *all, pid_t pid, const struct mapped *m)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(m->name), tail = sizeof(deleted) - 1;
	struct object *o;
	char *key;

	if (len > tail && str_eq(m->name + len - tail, deleted))
		len -= tail;
	key = xasprintf("%x:%x %llu %.*s", m->major, m->minor, (unsigned long long)m->inode, (int)len, m->name);
	o = dict_find(&all->by_key, key);
	if (!o) {
		o = arena_alloc(all->arena, sizeof(*o));
		o->name = arena_strndup(all->arena, m->name, len);
		o->device = makedev(m->major, m->minor);
		o->inode = m->inode;
		o->fd = -1;
		o->anonymous = m->name[0] != '/' || !strncmp(m->name, "//anon", 6) || !strncmp(m->name, "/memfd:", 7) ||
			       !strncmp(m->name, "/dev/zero", 9);
		if (!o->anonymous && !is_ours(o, o->name))
			o->fd = open_foreign(pid, m);
		dict_set(&all->by_key, key, o);
	}
	free(key);
	return o;
}

const char *object_name(const struct object *o)
{
	return o->name;
}

bool object_anonymous(const struct object *o)
{
	return o->anonymous && !str_eq(o->name, "[vdso]") && !str_eq(o->name, "[vsyscall]");
}

int vdso_file(void)
{
	const char *image = (const char *)getauxval(AT_SYSINFO_EHDR); /* NOLINT: an address it is */
	int fd = image ? memfd_create("vdso", MFD_CLOEXEC) : -1;
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)image;
	size_t size;

	if (fd < 0)
		return -1;
	size = head->e_shoff + (size_t)head->e_shentsize * head->e_shnum;
	if (write(fd, image, size) == (ssize_t)size)
		return fd;
	close(fd);
	return -1;
}

static void object_open(struct object *o)
{
	char path[64];
	int err;

	o->tried = true;
	if (o->fd < 0 && str_eq(o->name, "[vdso]"))
		o->fd = vdso_file();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", o->fd);
	if (o->fd >= 0)
		o->elf = elf_open(path, &err);
	else if (!o->anonymous && is_ours(o, o->name))
		o->elf = elf_open(o->name, &err);
}

/* of names for one place the public one: clock_gettime, not __GI___clock_gettime */
static const struct elf_symbol *public(const struct elf_symbol *list, size_t n, const struct elf_symbol *s)
{
	const struct elf_symbol *at = s;

	if (strncmp(s->name, "__GI_", 5))
		return s;
	while (at > list && at[-1].offset == s->offset)
		at--;
	for (; at < list + n && at->offset == s->offset; at++)
		if (at->size && strncmp(at->name, "__GI_", 5))
			return at;
	return s;
}

size_t object_frames(struct object *o, uint64_t offset, struct source_frame *to, size_t most)
{
	uint64_t address;

	if (!o->tried)
		object_open(o);
	return o->elf && !elf_offset_to_address(o->elf, offset, &address) ? dwarf_frames(o->elf, address, to, most) : 0;
}

const char *object_symbol(struct object *o, uint64_t offset, bool demangled, uint64_t *start)
{
	const struct elf_symbol *s;
	size_t i;

	if (!o->tried)
		object_open(o);
	s = o->elf ? elf_at(o->elf, offset) : NULL;
	if (!s)
		return NULL;
	if (!o->first)
		o->first = elf_functions(o->elf, &o->count);
	s = public(o->first, o->count, s);
	*start = s->offset;
	if (!demangled || (strncmp(s->name, "_Z", 2) && strncmp(s->name, "_R", 2)))
		return s->name;
	if (!o->names) {
		o->names = xcalloc(o->count + 1, sizeof(*o->names));
		for (i = 0; i < o->count; i++)
			o->names[i] = o->first[i].name;
	}
	i = (size_t)(s - o->first);
	if (o->names[i] == s->name) {
		char *plain = demangle(s->name, true);

		if (plain)
			o->names[i] = plain;
	}
	return o->names[i];
}
