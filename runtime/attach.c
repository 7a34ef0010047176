/* From clauses to running probes; and off again. */
#include "runtime/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void attach_keep(struct rt *rt, int fd)
{
	if (!(rt->nlinks & (rt->nlinks - 1)))
		rt->links = xrealloc(rt->links, (rt->nlinks ? 2 * rt->nlinks : 1) * sizeof(*rt->links));
	rt->links[rt->nlinks++] = fd;
}

static const attach_fn attachers[ATTACH_COUNT] = {
	[ATTACH_kprobe] = attach_kprobe,
	[ATTACH_kretprobe] = attach_kprobe,
	[ATTACH_tracepoint] = attach_tracepoint,
	[ATTACH_rawtracepoint] = attach_btf,
	[ATTACH_fentry] = attach_btf,
	[ATTACH_fexit] = attach_btf,
	[ATTACH_sys_enter] = attach_btf,
	[ATTACH_sys_exit] = attach_btf,
	[ATTACH_iter] = attach_iter,
	[ATTACH_profile] = attach_profile,
	[ATTACH_interval] = attach_interval,
	[ATTACH_software] = attach_counter,
	[ATTACH_hardware] = attach_counter,
	[ATTACH_watchpoint] = attach_watchpoint,
};

const char *attach_reason(const struct image_attach *a, int err)
{
	if (!err)
		return NULL;
	if (a->kind == ATTACH_kprobe || a->kind == ATTACH_kretprobe)
		return kprobe_reason(a, err);
	if (a->frequency && err == -EINVAL)
		return "the kernel allows fewer samples a second: /proc/sys/kernel/perf_event_max_sample_rate";
	if (a->kind == ATTACH_iter && (err == -EBADF || err == -EINVAL))
		return "it goes over the elements of one map, and cannot be told of which";
	if (a->kind == ATTACH_iter && a->target_len && (err == -ENOENT || err == -EPERM))
		return "the pin must be in a bpf file system, such as /sys/fs/bpf";
	if (err == -524) /* ENOTSUPP */
		return a->kind == ATTACH_fentry || a->kind == ATTACH_fexit
			       ? "more than six arguments are too many for this kernel (6.6): kprobe will do"
			       : "this kernel does not support it";
	if (a->kind == ATTACH_hardware && (err == -ENOENT || err == -EOPNOTSUPP))
		return "this machine has no such counter: software:cpu-clock, or profile, will do";
	return strerror(-err);
}

static bool is_end(const struct image_clause *c)
{
	return c->session && (c->kind == ATTACH_kretprobe || c->kind == ATTACH_uretprobe);
}

const struct image_clause *session_end(const struct rt *rt, const struct image_clause *c)
{
	return c->session && !is_end(c) ? &rt->im->clauses[c->session - 1] : NULL;
}

static void attached(struct rt *rt, const struct image_clause *c, const struct image_attach *a)
{
	rt->attached++;
	rt->live[c - rt->im->clauses] = true;
	if (rt->options->verbose)
		fprintf(stderr, "Attaching %s\n", a->name);
}

void attach_done(struct rt *rt, const struct image_clause *c, const struct image_attach *a, const char *why)
{
	const struct image_clause *end = session_end(rt, c);

	if (!why) {
		attached(rt, c, a);
		if (end)
			attached(rt, end, &end->attaches[a - c->attaches]);
		return;
	}
	if (a->wild)
		rt->refused++;
	else if (!rt->attach_status)
		rt->attach_status = attach_failed(rt, c, a, why);
}

static void attach_all(struct rt *rt, const struct image_clause *c, int err)
{
	for (size_t i = 0; i < c->nattaches; i++)
		attach_done(rt, c, &c->attaches[i], attach_reason(&c->attaches[i], err));
}

static void attach_clause(struct rt *rt, const struct image_clause *c, uint64_t cookie)
{
	struct bpf_program *p = rt_program(rt, c);
	bool user = c->kind == ATTACH_uprobe || c->kind == ATTACH_uretprobe || c->kind == ATTACH_usdt;

	if (!p || c->kind >= ATTACH_COUNT || (!user && !attachers[c->kind])) {
		fprintf(stderr, "ERROR: this image has a %s probe, which this probe cannot attach\n",
			attach_kind_name(c->kind));
		rt->attach_status = 255;
		return;
	}
	if (is_end(c)) /* attached with its entry */
		return;
	rt->refused = 0;
	if (user)
		attach_user(rt, p, c, cookie);
	else if (bpf_program__expected_attach_type(p) == KPROBE_MULTI ||
		 bpf_program__expected_attach_type(p) == KPROBE_SESSION)
		attach_kprobes(rt, p, c, cookie);
	else if (c->kind == ATTACH_sys_enter || c->kind == ATTACH_sys_exit) /* one program is all of them */
		attach_all(rt, c, attach_btf(rt, p, &c->attaches[0], cookie));
	else
		for (size_t i = 0; i < c->nattaches && !rt->attach_status && !rt_interrupted(rt); i++)
			attach_done(
				rt, c, &c->attaches[i],
				attach_reason(&c->attaches[i], attachers[c->kind](rt, p, &c->attaches[i], cookie + i)));
	if (rt->refused && process_ended(rt))
		rt->attach_status = attach_failed(rt, c, &c->attaches[0], NULL);
	else if (rt->refused && !rt->attach_status)
		warn("%u of the %zu points that a wildcard at %s matched cannot be attached", rt->refused, c->nattaches,
		     c->place);
}

/* The kernel runs these newest first; they are attached backwards, so that they run as written (P-007). */
static const bool backwards[ATTACH_COUNT] = {
	[ATTACH_kprobe] = true, [ATTACH_uprobe] = true, [ATTACH_uretprobe] = true,
	[ATTACH_usdt] = true,   [ATTACH_fentry] = true, [ATTACH_fexit] = true,
};

static bool run_by_us(const struct image_clause *c)
{
	return c->kind == ATTACH_begin || c->kind == ATTACH_end || c->kind == ATTACH_self || c->kind == ATTACH_test ||
	       c->kind == ATTACH_bench;
}

static bool is_backwards(const struct image_clause *c)
{
	return c->kind < ATTACH_COUNT && backwards[c->kind];
}

int rt_attach(struct rt *rt)
{
	const struct image *im = rt->im;
	uint64_t *cookies = xcalloc(im->nclauses + 1, sizeof(*cookies));
	unsigned wanted = 0;

	for (size_t i = 0; i < im->nclauses; i++) {
		cookies[i + 1] = cookies[i] + im->clauses[i].nattaches;
		if (im->clauses[i].kind == ATTACH_test || im->clauses[i].kind == ATTACH_bench)
			continue;
		if (run_by_us(&im->clauses[i]))
			rt->attached++;
		else if (rt->exiting) /* begin called exit(): as if they were, for the banner */
			rt->attached += im->clauses[i].nattaches;
		else
			wanted++;
	}
	for (size_t i = im->nclauses; i-- && !rt->attach_status && !rt_interrupted(rt);)
		if (is_backwards(&im->clauses[i]) && !rt->absent[i])
			attach_clause(rt, &im->clauses[i], cookies[i]);
	for (size_t i = 0; i < im->nclauses && !rt->attach_status && !rt_interrupted(rt); i++)
		if (!run_by_us(&im->clauses[i]) && !is_backwards(&im->clauses[i]) && !rt->absent[i])
			attach_clause(rt, &im->clauses[i], cookies[i]);
	free(cookies);
	elf_close(rt->target.file);
	memset(&rt->target, 0, sizeof(rt->target));
	if (!rt->attach_status)
		rt->attach_status = refusals_settle(rt);
	if (wanted && !rt->nlinks && !rt->attach_status && !rt->exiting && !rt->pinned && !rt_interrupted(rt)) {
		fputs("ERROR: Attachment failed for all probes.\n", stderr);
		rt->attach_status = 255;
	}
	return rt->attach_status;
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

/*
 * Closing a link waits for a grace period or two of RCU, 50 to 100 ms; closes
 * at the same time share it.
 */
#define CLOSERS 32

struct closing {
	const int *fds;
	size_t n;
	atomic_size_t next;
};

static void *close_some(void *arg)
{
	struct closing *c = arg;

	for (size_t i; (i = atomic_fetch_add(&c->next, 1)) < c->n;)
		close(c->fds[i]);
	return NULL;
}

void rt_detach(struct rt *rt)
{
	struct closing c = {.fds = rt->links, .n = rt->nlinks};
	pthread_t threads[CLOSERS];
	size_t n = 0;

	samplers_close(rt); /* a mapping holds its event */
	while (n < CLOSERS && n + 1 < rt->nlinks && !pthread_create(&threads[n], NULL, close_some, &c))
		n++;
	close_some(&c);
	while (n)
		pthread_join(threads[--n], NULL);
	free(rt->links);
	rt->links = NULL;
	rt->nlinks = 0;
}
