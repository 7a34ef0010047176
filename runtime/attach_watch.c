/* Watchpoints: of all threads of a process and those it starts, or of the kernel on every CPU. */
#include "runtime/attach.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <stdlib.h>
#include <unistd.h>

struct watch {
	uint64_t address;
	size_t link; /* index of rt->links */
};

void watch_add(struct rt *rt, uint64_t address)
{
	rt->watches = xrealloc(rt->watches, (rt->nwatches + 1) * sizeof(*rt->watches));
	rt->watches[rt->nwatches++] = (struct watch){address, rt->nlinks - 1};
}

static int open_one(struct rt *rt, struct bpf_program *p, struct perf_event_attr *attr, int tid, uint64_t cookie)
{
	int fd = perf_open(attr, tid, -1), err;

	if (fd == -EINVAL && attr->inherit_thread) { /* before 5.13: children of the process inherit it, too */
		attr->inherit_thread = 0;
		fd = perf_open(attr, tid, -1);
	}
	err = perf_attach(rt, p, fd, cookie);
	if (!err)
		watch_add(rt, attr->bp_addr);
	return err;
}

/* threads are looked for until there are no new ones: what a watched thread starts inherits */
static int on_threads(struct rt *rt, struct bpf_program *p, struct perf_event_attr *attr, int pid, uint64_t cookie)
{
	char path[64];
	int *seen = NULL, err = 0;
	size_t n = 0, before;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	do {
		DIR *d = opendir(path);
		struct dirent *e;

		before = n;
		while (d && !err && (e = readdir(d))) {
			int tid = atoi(e->d_name);
			bool known = !isdigit((unsigned char)e->d_name[0]);

			for (size_t i = 0; i < n && !known; i++)
				known = seen[i] == tid;
			if (known)
				continue;
			seen = xrealloc(seen, (n + 1) * sizeof(*seen));
			seen[n++] = tid;
			err = open_one(rt, p, attr, tid, cookie);
			if (err == -ESRCH && n > 1) /* a thread that is gone again */
				err = 0;
		}
		if (d)
			closedir(d);
		else
			err = -ESRCH;
	} while (!err && n > before);
	free(seen);
	return err;
}

int attach_watchpoint(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	int pid = rt->options->pid ? rt->options->pid : rt->child > 0 ? rt->child : 0;
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.bp_type = (uint32_t)(a->config >> 8),
		.bp_addr = a->offset,
		.bp_len = a->config & 255,
		.sample_period = 1,
		.inherit = pid != 0,
		.inherit_thread = pid != 0,
	};

	if (attr.bp_type == HW_BREAKPOINT_X)
		attr.bp_len = sizeof(long); /* what the kernel asks for */
	if (pid)
		return on_threads(rt, p, &attr, pid, cookie);
	return on_cpus(rt, &(struct sampled){.program = p, .attach = a, .attr = attr, .cookie = cookie});
}

void unwatch(struct rt *rt, uint64_t address)
{
	for (size_t i = 0; i < rt->nwatches; i++) {
		int *link = &rt->links[rt->watches[i].link];

		if (rt->watches[i].address != address || *link < 0)
			continue;
		close(*link);
		*link = -1;
	}
	for (size_t i = 0; i < rt->nsampled;) /* CPUs that come online do not watch it again */
		if (rt->sampled[i].attr.type == PERF_TYPE_BREAKPOINT && rt->sampled[i].attr.bp_addr == address)
			rt->sampled[i] = rt->sampled[--rt->nsampled];
		else
			i++;
}
