/*
 * dw_ustack(): the tables its programs unwind user stacks by (kernel.h), of
 * what the processes of -p, -c and --dwarf-pid have mapped.
 */
#include "kernel/kernel.h"
#include "runtime/process.h"
#include "runtime/rt.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct file {
	struct unwind_key key;
	struct unwind_row *rows; /* until they are in the map */
	struct unwind_part part; /* of the map; n 0: there are none */
};

#define MOST_RANGES 1024 /* of a process */

struct traced { /* a process */
	pid_t pid;
	struct unwind_range *ranges;
	uint32_t n;
	uint32_t slot; /* it has two parts of the map, one of which programs read */
	bool other;
};

struct unwind {
	struct rt *rt;
	struct file *files;
	size_t nfiles;
	uint64_t rows, room; /* in the map; room 0: it is not there yet */
	struct traced list[UNWIND_PROCESSES];
	uint32_t nlist;
	bool full;
};

static int map_fd(struct unwind *u, const char *name)
{
	return bpf_map__fd(rt_map(u->rt, name));
}

static bool update(int fd, uint32_t first, uint32_t n, const void *values)
{
	uint32_t *keys = xmalloc((n + 1) * sizeof(*keys)), count = n;
	bool ok;

	for (uint32_t i = 0; i < n; i++)
		keys[i] = first + i;
	ok = !n || !bpf_map_update_batch(fd, keys, values, &count, NULL);
	free(keys);
	return ok;
}

/* first the rows, then who they are of */
static void load_file(struct unwind *u, struct file *f)
{
	if (!f->rows)
		return;
	if (u->rows + f->part.n <= u->room) {
		f->part.first = (uint32_t)u->rows;
		if (update(map_fd(u, "unwind_rows"), f->part.first, f->part.n, f->rows)) {
			u->rows += f->part.n;
			bpf_map_update_elem(map_fd(u, "unwind_files"), &f->key, &f->part, BPF_ANY);
		}
	} else {
		if (!u->full)
			warn("dw_ustack(): too much was mapped after the start: some files have no unwind tables");
		u->full = true;
		f->part.n = 0;
	}
	free(f->rows);
	f->rows = NULL;
}

static struct file *add_file(struct unwind *u, uint64_t inode, uint64_t size)
{
	u->files = xrealloc(u->files, (u->nfiles + 1) * sizeof(*u->files));
	u->files[u->nfiles] = (struct file){.key = {inode, size}};
	return &u->files[u->nfiles++];
}

static void read_rows(struct file *f, const char *path)
{
	int err;
	struct elf_file *elf = elf_open(path, &err);

	if (elf)
		f->part.n = (uint32_t)elf_unwind_rows(elf, &f->rows);
	elf_close(elf);
}

/* NULL: it is no file */
static struct file *file_at(struct unwind *u, const char *path)
{
	struct file *f;
	struct stat st;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return NULL;
	for (size_t i = 0; i < u->nfiles; i++)
		if (u->files[i].key.inode == st.st_ino && u->files[i].key.size == (uint64_t)st.st_size)
			return &u->files[i];
	f = add_file(u, st.st_ino, (uint64_t)st.st_size);
	read_rows(f, path);
	if (u->room)
		load_file(u, f);
	return f;
}

enum { FILE_OF_JIT, FILE_OF_VDSO }; /* the first two */

/* code that was made while the program ran: by frame pointers, or not at all */
static void add_jit(struct unwind *u)
{
	struct file *f = add_file(u, 0, UNWIND_OF_JIT);

	f->rows = xcalloc(1, sizeof(*f->rows));
	f->rows[0] = (struct unwind_row){.kind = UNWIND_BP, .cfa = 16, .bp = -16};
	f->part.n = 1;
}

static void add_vdso(struct unwind *u)
{
	struct file *f = add_file(u, 0, UNWIND_OF_VDSO);
	int fd = vdso_file();
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0)
		return;
	read_rows(f, path);
	close(fd);
}

/* what a program will have mapped once it runs: itself, its interpreter, its libraries and theirs */
static void add_program(struct unwind *u, const char *path, unsigned depth)
{
	struct arena *a = arena_new();
	size_t before = u->nfiles;
	const char *const *names;
	struct elf_file *f;
	unsigned matches;
	int err;

	if (depth && file_at(u, path) && u->nfiles > before) {
		f = elf_open(path, &err);
		names = f ? elf_needs(f, a) : NULL;
		for (; names && *names; names++) {
			const char *file = **names == '/' ? *names : binary_path(a, *names, &matches);

			if (file)
				add_program(u, file, depth - 1);
		}
		elf_close(f);
	}
	arena_free(a);
}

struct reading {
	struct unwind *unwind;
	struct traced *process;
};

static void add_range(const struct mapped *m, void *arg)
{
	struct reading *r = arg;
	struct traced *p = r->process;
	const struct file *f;
	char path[4400];

	if (p->n == MOST_RANGES || str_eq(m->name, "[vsyscall]"))
		return;
	snprintf(path, sizeof(path), "/proc/%d/root%s", p->pid, m->name);
	if (m->inode)
		f = file_at(r->unwind, path);
	else
		f = &r->unwind->files[str_eq(m->name, "[vdso]") ? FILE_OF_VDSO : FILE_OF_JIT];
	if (f && f->part.n)
		p->ranges[p->n++] = (struct unwind_range){m->start, m->end, m->offset, f->part};
}

static void read_process(struct unwind *u, struct traced *p)
{
	p->n = 0;
	process_maps(p->pid, add_range, &(struct reading){u, p});
}

/* its ranges as they are now, where they differ from those that programs read */
static void follow(struct unwind *u, struct traced *p)
{
	struct unwind_range *before = p->ranges;
	uint32_t n = p->n, first;
	struct unwind_part part;

	p->ranges = xcalloc(MOST_RANGES, sizeof(*p->ranges));
	read_process(u, p);
	if (p->n != n || memcmp(p->ranges, before, n * sizeof(*before))) {
		first = p->slot + (p->other ? MOST_RANGES : 0);
		part = (struct unwind_part){first, p->n};
		if (update(map_fd(u, "unwind_ranges"), first, p->n, p->ranges))
			bpf_map_update_elem(map_fd(u, "unwind_processes"), &p->pid, &part, BPF_ANY);
		p->other = !p->other;
	}
	free(before);
}

static void add_process(struct unwind *u, pid_t pid)
{
	if (pid <= 0 || u->nlist == UNWIND_PROCESSES)
		return;
	u->list[u->nlist] = (struct traced){.pid = pid,
					    .slot = u->nlist * 2 * MOST_RANGES,
					    .ranges = xcalloc(MOST_RANGES, sizeof(struct unwind_range))};
	u->nlist++;
}

#define SPARE_ROWS (1u << 18) /* for what is mapped later: 4 MiB */

void unwind_prepare(struct rt *rt)
{
	const struct run_options *o = rt->options;
	struct bpf_map *rows = rt_map(rt, "unwind_rows");
	uint64_t n = SPARE_ROWS;
	struct unwind *u;

	if (!rows)
		return;
	if (!o->pid && !o->command && !o->ndwarf_pids)
		warn("dw_ustack() unwinds stacks of the processes of -p, -c and --dwarf-pid: there are none");
	u = rt->unwind = xcalloc(1, sizeof(*u));
	u->rt = rt;
	add_jit(u);
	add_vdso(u);
	if (rt->child_path) {
		add_program(u, rt->child_path, 16);
		add_process(u, rt->child); /* before its exec: there is nothing to read yet */
	}
	add_process(u, o->pid);
	for (size_t i = 0; i < o->ndwarf_pids; i++) {
		if (kill(o->dwarf_pids[i], 0) && errno == ESRCH)
			warn("dw_ustack(): there is no process %d, that of --dwarf-pid", o->dwarf_pids[i]);
		add_process(u, o->dwarf_pids[i]);
	}
	for (uint32_t i = rt->child_path != NULL; i < u->nlist; i++)
		read_process(u, &u->list[i]); /* which files there are */
	for (size_t i = 0; i < u->nfiles; i++)
		n += u->files[i].part.n;
	u->room = n < UINT32_MAX / sizeof(struct unwind_row) ? n : UINT32_MAX / sizeof(struct unwind_row);
	bpf_map__set_max_entries(rows, (uint32_t)u->room);
	bpf_map__set_max_entries(rt_map(rt, "unwind_ranges"), (u->nlist + 1) * 2 * MOST_RANGES);
}

void unwind_fill(struct rt *rt)
{
	struct unwind *u = rt->unwind;

	if (!u)
		return;
	for (size_t i = 0; i < u->nfiles; i++)
		load_file(u, &u->files[i]);
	for (uint32_t i = rt->child_path != NULL; i < u->nlist; i++) {
		u->list[i].n = 0; /* their rows are somewhere now */
		follow(u, &u->list[i]);
	}
}

void unwind_follow(struct rt *rt)
{
	for (uint32_t i = 0; rt->unwind && i < rt->unwind->nlist; i++)
		follow(rt->unwind, &rt->unwind->list[i]);
}

void unwind_free(struct rt *rt)
{
	struct unwind *u = rt->unwind;

	for (size_t i = 0; u && i < u->nfiles; i++)
		free(u->files[i].rows);
	for (uint32_t i = 0; u && i < u->nlist; i++)
		free(u->list[i].ranges);
	if (u)
		free(u->files);
	free(u);
}
