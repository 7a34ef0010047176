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
	bool watch = attr.type == PERF_TYPE_BREAKPOINT;
	int fd = perf_open(&attr, !s->one && !watch && rt->options->pid ? rt->options->pid : -1, cpu), err;

	if (!s->one && !watch) /* a mapping would hold what unwatch() ends */
		watch_sampler(rt, s->attach, fd);
	err = perf_attach(rt, s->program, fd, s->cookie);
	if (!err && watch)
		watch_add(rt, attr.bp_addr);
	return err;
}

int on_cpus(struct rt *rt, const struct sampled *s)
{
	int err = rt->cpus.n ? 0 : -ENODEV;

	for (size_t i = 0; !err && i < (s->one ? 1 : rt->cpus.n); i++)
		err = sample_cpu(rt, s, rt->cpus.list[i]);
	if (!err) {
		rt->sampled = xrealloc(rt->sampled, (rt->nsampled + 1) * sizeof(*rt->sampled));
		rt->sampled[rt->nsampled] = *s;
		rt->sampled[rt->nsampled++].cpu = rt->cpus.list[0];
	}
	return err;
}

/*
 * an event ends with its CPU for good: one that came, or came back, gets a new one; what is on one CPU moves when
 * that goes
 */
static void samplers_follow(struct rt *rt, const struct cpus *was, const struct cpus *now)
{
	for (size_t i = 0; i < rt->nsampled; i++) {
		struct sampled *s = &rt->sampled[i];
		int err = 0;

		if (s->one && !cpus_has(now, s->cpu)) {
			s->cpu = now->list[0];
			err = sample_cpu(rt, s, s->cpu);
		}
		for (size_t k = 0; !s->one && k < now->n; k++)
			if (!cpus_has(was, now->list[k]))
				err = sample_cpu(rt, s, now->list[k]);
		if (err && err != -ENODEV) /* that went again */
			warn("%s: %s: %s%s", s->attach->name,
			     s->one ? "it has ended with the CPU that went offline"
				    : "a CPU that was brought online is not sampled",
			     strerror(-err), rt_capable(err));
	}
}

#define CPUS_NS 20000000 /* one that goes and comes back takes longer than that */

void cpus_watch(struct rt *rt)
{
	struct cpus was = rt->cpus;
	uint64_t now = coarse_ns();

	if (now < rt->cpus_seen + CPUS_NS)
		return;
	rt->cpus_seen = now;
	if (cpus_follow(rt->arena, &rt->cpus) <= 0)
		return;
	samplers_follow(rt, &was, &rt->cpus);
	symbols_cpus(rt->symbols, &was, &rt->cpus);
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

static int attach_clock(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie, bool one)
{
	return on_cpus(rt,
		       &(struct sampled){.program = p, .attach = a, .attr = clock_of(a), .cookie = cookie, .one = one});
}

int attach_profile(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	return attach_clock(rt, p, a, cookie, false);
}

int attach_interval(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	return attach_clock(rt, p, a, cookie, true);
}

int attach_counter(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct perf_event_attr attr = {
		.type = a->kind == ATTACH_hardware ? PERF_TYPE_HARDWARE : PERF_TYPE_SOFTWARE,
		.config = a->config,
		.sample_period = a->period,
	};

	return on_cpus(rt, &(struct sampled){.program = p, .attach = a, .attr = attr, .cookie = cookie});
}
