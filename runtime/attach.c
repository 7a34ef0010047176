/* From clauses to running probes, a function a kind; and off again. */
#include "runtime/rt.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void keep(struct rt *rt, struct bpf_link *link)
{
	rt->links = xrealloc(rt->links, (rt->nlinks + 1) * sizeof(*rt->links));
	rt->links[rt->nlinks++] = link;
}

static int perf_open(struct perf_event_attr *attr, int pid, int cpu)
{
	int fd;

	attr->size = sizeof(*attr);
	fd = (int)syscall(SYS_perf_event_open, attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int link_perf(struct rt *rt, struct bpf_program *p, int fd, uint64_t cookie)
{
	LIBBPF_OPTS(bpf_perf_event_opts, opts, .bpf_cookie = feature(FEATURE_perf_link) ? cookie : 0);
	struct bpf_link *link;

	if (fd < 0)
		return fd;
	link = bpf_program__attach_perf_event_opts(p, fd, &opts);
	if (!link) {
		int err = -errno;

		close(fd);
		return err;
	}
	keep(rt, link);
	return 0;
}

typedef int (*attach_fn)(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);

static int attach_kprobe(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .bpf_cookie = cookie, .offset = a->offset, .retprobe = a->kind == ATTACH_kretprobe);
	struct bpf_link *link = bpf_program__attach_kprobe_opts(p, a->symbol, &opts);

	if (!link)
		return -errno;
	keep(rt, link);
	return 0;
}

/* where in the file a uprobe goes */
static int uprobe_offset(const struct image_attach *a, uint64_t *offset)
{
	const struct elf_symbol *s;
	int err = 0;
	struct elf_file *f = elf_open(a->target, &err);

	if (!f)
		return err;
	if (!a->symbol_len) {
		err = elf_address_to_offset(f, a->offset, offset);
	} else {
		s = elf_find(f, a->symbol);
		if (s)
			*offset = s->offset + a->offset;
		else
			err = -ENOENT;
	}
	elf_close(f);
	return err;
}

static int attach_uprobe(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .bpf_cookie = cookie, .retprobe = a->kind == ATTACH_uretprobe);
	struct bpf_link *link;
	uint64_t offset;
	int err = uprobe_offset(a, &offset);

	if (err)
		return err;
	link = bpf_program__attach_uprobe_opts(p, rt->options->pid ? rt->options->pid : -1, a->target, offset, &opts);
	if (!link)
		return -errno;
	keep(rt, link);
	return 0;
}

static int attach_tracepoint(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT, .sample_period = 1, .wakeup_events = 1};
	int id = tracepoint_id(a->target, a->symbol);

	if (id < 0)
		return id;
	attr.config = (uint64_t)id;
	return link_perf(rt, p, perf_open(&attr, -1, 0), cookie);
}

/* fentry, fexit, raw tracepoints: libbpf knows from the section */
static int attach_btf(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct bpf_link *link = bpf_program__attach(p);

	(void)a;
	(void)cookie;
	if (!link)
		return -errno;
	keep(rt, link);
	return 0;
}

static int on_cpus(struct rt *rt, struct bpf_program *p, struct perf_event_attr *attr, bool all, uint64_t cookie)
{
	int *cpus, err;
	size_t n;

	err = cpus_online(rt->arena, &cpus, &n);
	for (size_t i = 0; !err && i < (all ? n : 1); i++)
		err = link_perf(rt, p, perf_open(attr, rt->options->pid ? rt->options->pid : -1, cpus[i]), cookie);
	return err;
}

static int attach_profile(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK, .freq = a->frequency, .sample_period = a->period};

	return on_cpus(rt, p, &attr, true, cookie);
}

static int attach_interval(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK, .freq = a->frequency, .sample_period = a->period};
	int *cpus, err;
	size_t n;

	err = cpus_online(rt->arena, &cpus, &n);
	return err ? err : link_perf(rt, p, perf_open(&attr, -1, cpus[0]), cookie);
}

static int attach_software(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .config = a->config, .sample_period = a->period};

	return on_cpus(rt, p, &attr, true, cookie);
}

static int attach_hardware(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE, .config = a->config, .sample_period = a->period};

	return on_cpus(rt, p, &attr, true, cookie);
}

static const attach_fn attachers[ATTACH_COUNT] = {
	[ATTACH_kprobe] = attach_kprobe,     [ATTACH_kretprobe] = attach_kprobe, [ATTACH_uprobe] = attach_uprobe,     [ATTACH_uretprobe] = attach_uprobe,
	[ATTACH_tracepoint] = attach_tracepoint, [ATTACH_rawtracepoint] = attach_btf, [ATTACH_fentry] = attach_btf, [ATTACH_fexit] = attach_btf,
	[ATTACH_profile] = attach_profile,   [ATTACH_interval] = attach_interval, [ATTACH_software] = attach_software, [ATTACH_hardware] = attach_hardware,
};

/*
 * Many functions of one binary by one link (6.6).  union bpf_attr of Debian's
 * headers does not have it yet: its first words.
 */
struct uprobe_multi_attr {
	uint32_t prog_fd, target_fd, attach_type, flags;
	uint64_t path, offsets, ref_ctr_offsets, cookies;
	uint32_t cnt, multi_flags, pid, pad;
};

#define UPROBE_MULTI 48
#define UPROBE_MULTI_RETURN 1

static int attach_many(struct rt *rt, struct bpf_program *p, const struct image_attach *list, size_t n, uint64_t cookie)
{
	uint64_t *offsets = xcalloc(n, sizeof(*offsets)), *cookies = xcalloc(n, sizeof(*cookies));
	struct uprobe_multi_attr attr = {
		.prog_fd = (uint32_t)bpf_program__fd(p), .attach_type = UPROBE_MULTI, .path = (uint64_t)list[0].target, .offsets = (uint64_t)offsets,
		.cookies = (uint64_t)cookies, .multi_flags = list[0].kind == ATTACH_uretprobe ? UPROBE_MULTI_RETURN : 0, .pid = (uint32_t)rt->options->pid,
	};
	int err = 0, fd;
	struct elf_file *f = elf_open(list[0].target, &err);

	for (size_t i = 0; f && i < n; i++) {
		const struct elf_symbol *s = list[i].symbol_len ? elf_find(f, list[i].symbol) : NULL;

		if (s)
			offsets[attr.cnt] = s->offset + list[i].offset;
		else if (list[i].symbol_len || elf_address_to_offset(f, list[i].offset, &offsets[attr.cnt]))
			continue;
		cookies[attr.cnt++] = cookie + i;
	}
	elf_close(f);
	if (!err) {
		fd = (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
		err = fd < 0 ? -errno : 0;
		if (!err)
			rt->attached += attr.cnt; /* the fd stays open until we end */
	}
	free(offsets);
	free(cookies);
	return err;
}

static int cannot(const struct image_attach *a, int err)
{
	fprintf(stderr, "ERROR: Unable to attach probe: %s: %s. If this is expected, set the 'missing_probes' config variable to 'warn'.\n", a->name, strerror(-err));
	return 255;
}

static int attach_clause(struct rt *rt, const struct image_clause *c, uint64_t cookie)
{
	struct bpf_program *p = rt_program(rt, c);
	size_t failed = 0;
	int err;

	if (!p || c->kind >= ATTACH_COUNT || !attachers[c->kind]) {
		fprintf(stderr, "ERROR: this image has a %s probe, which this probe cannot attach\n", attach_kind_name(c->kind));
		return 255;
	}
	if (bpf_program__expected_attach_type(p) == (enum bpf_attach_type)UPROBE_MULTI) {
		for (size_t i = 0, n; i < c->nattaches; i += n) { /* a link a file */
			for (n = 1; i + n < c->nattaches && str_eq(c->attaches[i].target, c->attaches[i + n].target); n++)
				;
			err = attach_many(rt, p, &c->attaches[i], n, cookie + i);
			if (err)
				return cannot(&c->attaches[i], err);
		}
		return 0;
	}
	for (size_t i = 0; i < c->nattaches; i++) {
		const struct image_attach *a = &c->attaches[i];

		err = attachers[c->kind](rt, p, a, cookie + i);
		if (!err)
			rt->attached++;
		else if (!a->wild)
			return cannot(a, err);
		else
			failed++;
		if (rt->options->verbose && !err)
			fprintf(stderr, "Attaching %s\n", a->name);
	}
	if (failed)
		warn("%zu of the %zu points that a wildcard at %s matched cannot be attached", failed, c->nattaches, c->place);
	return 0;
}

int rt_attach(struct rt *rt)
{
	uint64_t cookie = 0;

	for (size_t i = 0; i < rt->im->nclauses; i++) {
		const struct image_clause *c = &rt->im->clauses[i];
		int status = 0;

		if (c->kind == ATTACH_begin || c->kind == ATTACH_end)
			rt->attached++;
		else
			status = attach_clause(rt, c, cookie);
		if (status)
			return status;
		cookie += c->nattaches;
	}
	return 0;
}

int rt_run_special(struct rt *rt, enum attach_kind kind)
{
	for (size_t i = 0; i < rt->im->nclauses; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts);
		const struct image_clause *c = &rt->im->clauses[i];
		int err;

		if (c->kind != kind)
			continue;
		err = bpf_prog_test_run_opts(bpf_program__fd(rt_program(rt, c)), &opts);
		if (err) {
			fail(err, "cannot run %s", attach_kind_name(kind));
			return 255;
		}
	}
	return 0;
}

void rt_detach(struct rt *rt)
{
	for (size_t i = 0; i < rt->nlinks; i++)
		bpf_link__destroy(rt->links[i]);
	free(rt->links);
	rt->links = NULL;
	rt->nlinks = 0;
}
