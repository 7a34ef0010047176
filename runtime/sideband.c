/*
 * What processes do to their address spaces, as the kernel tells it through
 * perf events without samples: so that a stack of a process that is gone by the
 * time it is printed still has names.  Records come in a ring a CPU; they are
 * put in order by time.
 */
#include "runtime/process.h"

#include "base/base.h"
#include "kernel/kernel.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RING_PAGES 32 /* 128 KiB a CPU */

struct ring {
	int fd;
	struct perf_event_mmap_page *head; /* a page, then the data */
	size_t size;
};

struct record {
	uint64_t time;
	const struct perf_event_header *head;
};

struct sideband {
	struct processes *processes;
	bool all; /* or those that are known and their children */
	struct ring *rings;
	size_t nrings;
	struct arena *arena; /* records, until they are in order */
	struct record *records;
	size_t count, cap;
};

static int ring_open(struct ring *r, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TIME,
		.sample_id_all = 1,
		.mmap = 1,
		.mmap2 = 1,
		.comm = 1,
		.comm_exec = 1,
		.task = 1,
	};
	long page = sysconf(_SC_PAGESIZE);
	void *p;
	int err;

	r->fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (r->fd < 0)
		return -errno;
	r->size = (size_t)page * RING_PAGES;
	p = mmap(NULL, r->size + (size_t)page, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	if (p != MAP_FAILED) {
		r->head = p;
		return 0;
	}
	err = -errno;
	close(r->fd);
	return err;
}

int sideband_add(struct sideband *s, int cpu)
{
	struct ring r;
	int err = ring_open(&r, cpu);

	if (err)
		return err;
	s->rings = xrealloc(s->rings, (s->nrings + 1) * sizeof(*s->rings));
	s->rings[s->nrings++] = r;
	return 0;
}

struct sideband *sideband_open(struct processes *p, pid_t pid, const struct cpus *cpus)
{
	struct sideband *s = xcalloc(1, sizeof(*s));

	s->processes = p;
	s->all = pid <= 0;
	s->arena = arena_new();
	for (size_t i = 0; i < cpus->n; i++)
		sideband_add(s, cpus->list[i]);
	return s;
}

void sideband_close(struct sideband *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nrings; i++) {
		munmap(s->rings[i].head, s->rings[i].size + (size_t)sysconf(_SC_PAGESIZE));
		close(s->rings[i].fd);
	}
	free(s->rings);
	free(s->records);
	arena_free(s->arena);
	free(s);
}

/* the records of a ring, copied, as it is a circle */
static void collect(struct sideband *s, struct ring *r)
{
	const char *data = (const char *)r->head + sysconf(_SC_PAGESIZE);
	uint64_t head = __atomic_load_n(&r->head->data_head, __ATOMIC_ACQUIRE), tail = r->head->data_tail;

	while (tail < head) {
		struct perf_event_header h;
		char *copy;

		memcpy(&h, data + tail % r->size, sizeof(h)); /* never split: records are multiples of 8 */
		if (h.size < sizeof(h) + 8)
			break;
		copy = arena_alloc(s->arena, h.size);
		for (size_t i = 0; i < h.size; i += 8)
			memcpy(copy + i, data + (tail + i) % r->size, 8);
		if (s->count == s->cap) {
			s->cap = s->cap ? 2 * s->cap : 256;
			s->records = xrealloc(s->records, s->cap * sizeof(*s->records));
		}
		s->records[s->count].head = (const struct perf_event_header *)copy;
		memcpy(&s->records[s->count++].time, copy + h.size - 8, 8);
		tail += h.size;
	}
	__atomic_store_n(&r->head->data_tail, head, __ATOMIC_RELEASE);
}

static int by_time(const void *a, const void *b)
{
	const struct record *x = a, *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

struct mmap2 {
	struct perf_event_header head;
	uint32_t pid, tid;
	uint64_t address, size, offset;
	uint32_t major, minor;
	uint64_t inode, generation;
	uint32_t protection, flags;
	char name[];
};

struct task {
	struct perf_event_header head;
	uint32_t pid, parent, tid;
};

static void apply(const struct sideband *s, const struct perf_event_header *h)
{
	struct processes *p = s->processes;
	const struct task *t = (const void *)h;
	const struct mmap2 *m = (const void *)h;

	/* all these records begin with the pid; of a fork it is its parent who may be known */
	if (!s->all && !process_known(p, (pid_t)(h->type == PERF_RECORD_FORK ? t->parent : t->pid)))
		return;
	switch (h->type) {
	case PERF_RECORD_MMAP2:
		process_map(p, (pid_t)m->pid,
			    &(struct mapped){m->address, m->address + m->size, m->offset, m->major, m->minor, m->inode,
					     m->name});
		break;
	case PERF_RECORD_COMM:
		if (h->misc & PERF_RECORD_MISC_COMM_EXEC)
			process_exec(p, (pid_t)t->pid);
		break;
	case PERF_RECORD_FORK:
		if (t->pid != t->parent) /* a process, no thread */
			process_fork(p, (pid_t)t->pid, (pid_t)t->parent);
		break;
	case PERF_RECORD_EXIT:
		if (t->pid == t->tid)
			process_exit(p, (pid_t)t->pid);
		break;
	}
}

void sideband_read(struct sideband *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->nrings; i++)
		collect(s, &s->rings[i]);
	if (!s->count)
		return;
	qsort(s->records, s->count, sizeof(*s->records), by_time);
	for (size_t i = 0; i < s->count; i++)
		apply(s, s->records[i].head);
	s->count = 0;
	arena_free(s->arena);
	s->arena = arena_new();
}
