/*
 * Maps made ahead of the image.  The kernel prepares the values of a per-CPU
 * hash one by one, 3 ms for 4096 keys of two CPUs, and LLVM is as long at work.
 */
#include "runtime/rt.h"

#include "runtime/runtime.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define MOST 8 /* maps */
#define LONG_ENTRIES 1024 /* fewer are made as quickly as a thread */

static struct ahead {
	struct map_shape shape;
	char name[16]; /* as long as the kernel's */
	pthread_t thread;
	int fd; /* or -errno */
} list[MOST];
static size_t count;

static void *make(void *arg)
{
	struct ahead *a = arg;
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = a->shape.flags);

	a->fd = bpf_map_create(a->shape.type, a->name, a->shape.key_size, a->shape.value_size, a->shape.max_entries,
			       &opts);
	return NULL;
}

void map_ahead(const char *name, const struct map_shape *shape)
{
	struct ahead *a = &list[count];
	sigset_t all, before;

	if (shape->type != BPF_MAP_TYPE_PERCPU_HASH || shape->flags & BPF_F_NO_PREALLOC ||
	    shape->max_entries < LONG_ENTRIES || count == MOST)
		return;
	*a = (struct ahead){.shape = *shape};
	snprintf(a->name, sizeof(a->name), "%s", name);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* they are the main thread's */
	if (!pthread_create(&a->thread, NULL, make, a))
		count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static bool fits(const struct ahead *a, const struct bpf_map *m)
{
	return str_eq(a->name, bpf_map__name(m)) && a->shape.type == bpf_map__type(m) &&
	       a->shape.key_size == bpf_map__key_size(m) && a->shape.value_size == bpf_map__value_size(m) &&
	       a->shape.max_entries == bpf_map__max_entries(m) && a->shape.flags == bpf_map__map_flags(m);
}

void maps_take(struct rt *rt)
{
	while (count) {
		const struct ahead *a = &list[--count];
		struct bpf_map *m = rt_map(rt, a->name);

		pthread_join(a->thread, NULL);
		if (a->fd < 0)
			continue;
		if (m && fits(a, m))
			bpf_map__reuse_fd(m, a->fd); /* a copy of it */
		close(a->fd);
	}
}
