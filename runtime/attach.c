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

int attach_link(struct rt *rt, struct bpf_link *link)
{
	int fd, err;

	if (!link)
		return -errno;
	fd = dup(bpf_link__fd(link));
	err = fd < 0 ? -errno : 0;
	if (fd >= 0)
		attach_keep(rt, fd);
	bpf_link__destroy(link);
	return err;
}

static const attach_fn attachers[ATTACH_COUNT] = {
	[ATTACH_kprobe] = attach_kprobe,
	[ATTACH_kretprobe] = attach_kprobe,
	[ATTACH_tracepoint] = attach_tracepoint,
	[ATTACH_rawtracepoint] = attach_btf,
	[ATTACH_fentry] = attach_btf,
	[ATTACH_fexit] = attach_btf,
	[ATTACH_profile] = attach_profile,
	[ATTACH_interval] = attach_interval,
	[ATTACH_software] = attach_counter,
	[ATTACH_hardware] = attach_counter,
};

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

	if (p && (c->kind == ATTACH_uprobe || c->kind == ATTACH_uretprobe || c->kind == ATTACH_usdt))
		return attach_user(rt, p, c, cookie);
	if (!p || c->kind >= ATTACH_COUNT || !attachers[c->kind]) {
		fprintf(stderr, "ERROR: this image has a %s probe, which this probe cannot attach\n", attach_kind_name(c->kind));
		return 255;
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

	while (n < CLOSERS && n + 1 < rt->nlinks && !pthread_create(&threads[n], NULL, close_some, &c))
		n++;
	close_some(&c);
	while (n)
		pthread_join(threads[--n], NULL);
	free(rt->links);
	rt->links = NULL;
	rt->nlinks = 0;
}
