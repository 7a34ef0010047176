/* Events of perf: tracepoints, clocks, counters. */
#include "runtime/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int perf_open(struct perf_event_attr *attr, int pid, int cpu)
{
	int fd;

	attr->size = sizeof(*attr);
	fd = (int)syscall(SYS_perf_event_open, attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* before 5.15: no link, no cookie */
static int set_bpf(struct rt *rt, struct bpf_program *p, int fd)
{
	if (ioctl(fd, PERF_EVENT_IOC_SET_BPF, bpf_program__fd(p)) || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0)) {
		int err = -errno;

		close(fd);
		return err;
	}
	attach_keep(rt, fd);
	return 0;
}

int perf_link(int prog, int fd, uint64_t cookie)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .perf_event.bpf_cookie = cookie);
	int link = bpf_link_create(prog, fd, BPF_PERF_EVENT, &opts);

	if (link < 0)
		link = -errno;
	close(fd); /* the link holds the event */
	return link;
}

int perf_attach(struct rt *rt, struct bpf_program *p, int fd, uint64_t cookie)
{
	int link;

	if (fd < 0)
		return fd;
	if (!feature(FEATURE_perf_link))
		return set_bpf(rt, p, fd);
	link = perf_link(bpf_program__fd(p), fd, cookie);
	if (link < 0)
		return link;
	attach_keep(rt, link);
	return 0;
}

int attach_tracepoint(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT, .sample_period = 1, .wakeup_events = 1};
	int id = tracepoint_id(a->target, a->symbol);

	if (id < 0)
		return id;
	attr.config = (uint64_t)id;
	return perf_attach(rt, p, perf_open(&attr, -1, 0), cookie);
}

/*
 * The kernel throttles what samples too often and says so in the event's ring
 * buffer alone, a record when it begins and one when it ends.  The ring is mapped read-only, so
 * that it never fills; what was written to it counts them.
 */
#define RING_BYTES (2 * (size_t)sysconf(_SC_PAGESIZE))
#define THROTTLE_BYTES 32 /* header, time, id, stream */

static void watch_sampler(struct rt *rt, const struct image_attach *a, int fd)
{
	void *ring = fd < 0 ? MAP_FAILED : mmap(NULL, RING_BYTES, PROT_READ, MAP_SHARED, fd, 0);

	if (ring == MAP_FAILED)
		return;
	rt->samplers = xrealloc(rt->samplers, (rt->nsamplers + 1) * sizeof(*rt->samplers));
	rt->samplers[rt->nsamplers++] = (struct sampler){a, ring};
}

uint64_t sampler_throttled(const struct sampler *s)
{
	const volatile struct perf_event_mmap_page *page = s->ring;

	return (page->data_head / THROTTLE_BYTES + 1) / 2;
}

void samplers_close(struct rt *rt)
{
	for (size_t i = 0; i < rt->nsamplers; i++)
		munmap(rt->samplers[i].ring, RING_BYTES);
	free(rt->samplers);
	free(rt->sampled);
	rt->samplers = NULL;
	rt->sampled = NULL;
	rt->nsamplers = rt->nsampled = 0;
}

static int sample_cpu(struct rt *rt, const struct sampled *s, int cpu)
{
	struct perf_event_attr attr = s->attr;
	int fd = perf_open(&attr, !s->one && rt->options->pid ? rt->options->pid : -1, cpu);

	if (!s->one)
		watch_sampler(rt, s->attach, fd);
	return perf_attach(rt, s->program, fd, s->cookie);
}

static int on_cpus(struct rt *rt, struct bpf_program *p, const struct image_attach *a,
		   const struct perf_event_attr *attr, bool one, uint64_t cookie)
{
	struct sampled s = {.program = p, .attach = a, .attr = *attr, .cookie = cookie, .one = one};
	int err = 0;

	if (!rt->cpus.n)
		err = cpus_follow(rt->arena, rt->cpus.text, &rt->cpus.list, &rt->cpus.n);
	for (size_t i = 0; !err && i < (one ? 1 : rt->cpus.n); i++)
		err = sample_cpu(rt, &s, rt->cpus.list[i]);
	if (!err) {
		rt->sampled = xrealloc(rt->sampled, (rt->nsampled + 1) * sizeof(*rt->sampled));
		rt->sampled[rt->nsampled++] = s;
	}
	return err;
}

static bool is_among(const int *cpus, size_t n, int cpu)
{
	for (size_t i = 0; i < n; i++)
		if (cpus[i] == cpu)
			return true;
	return false;
}

/* an event ends with its CPU for good: one that came, or came back, gets a new one; what is on one CPU moves when that goes */
void samplers_follow(struct rt *rt)
{
	const int *was = rt->cpus.list, *now;
	size_t n = rt->cpus.n;
	int err = 0;

	if (!rt->nsampled || cpus_follow(rt->arena, rt->cpus.text, &rt->cpus.list, &rt->cpus.n) || rt->cpus.list == was)
		return;
	now = rt->cpus.list;
	for (size_t i = 0; i < rt->nsampled; i++) {
		const struct sampled *s = &rt->sampled[i];

		if (s->one && now[0] != was[0])
			err = sample_cpu(rt, s, now[0]);
		for (size_t k = 0; !s->one && k < rt->cpus.n; k++)
			if (!is_among(was, n, now[k]))
				err = sample_cpu(rt, s, now[k]);
		if (err && err != -ENODEV) /* that went again */
			warn("%s: a CPU that was brought online is not sampled: %s", s->attach->name, strerror(-err));
	}
}

static struct perf_event_attr clock_of(const struct image_attach *a)
{
	return (struct perf_event_attr){
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.freq = a->frequency,
		.sample_period = a->period,
	};
}

int attach_profile(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct perf_event_attr attr = clock_of(a);

	return on_cpus(rt, p, a, &attr, false, cookie);
}

int attach_interval(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct perf_event_attr attr = clock_of(a);

	return on_cpus(rt, p, a, &attr, true, cookie);
}

int attach_counter(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct perf_event_attr attr = {
		.type = a->kind == ATTACH_hardware ? PERF_TYPE_HARDWARE : PERF_TYPE_SOFTWARE,
		.config = a->config,
		.sample_period = a->period,
	};

	return on_cpus(rt, p, a, &attr, false, cookie);
}
