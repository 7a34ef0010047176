/*
 * iter: the program runs while we read its file.  A byte that it writes for
 * each object ends a read of PACE bytes after as many objects; then the ring
 * buffer is emptied, so that nothing is lost however many objects there are.
 */
#include "runtime/attach.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#define PACE 64

static int pin(struct rt *rt, int link, const char *path)
{
	int err = bpf_obj_pin(link, path) ? -errno : 0;

	close(link);
	if (err)
		return err;
	if (!rt->options->quiet)
		printf("Program pinned to %s\n", path);
	rt->pinned = true;
	return 0;
}

int attach_iter(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	union bpf_iter_link_info info = {.task.pid = (uint32_t)rt->options->pid};
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	int link;

	(void)cookie;
	if (rt->options->pid && !strncmp(a->symbol, "task", 4)) {
		opts.iter_info = &info;
		opts.iter_info_len = sizeof(info);
	}
	link = bpf_link_create(bpf_program__fd(p), 0, BPF_TRACE_ITER, &opts);
	if (link < 0)
		return link;
	if (a->target_len)
		return pin(rt, link, a->target);
	rt->iter_fd = bpf_iter_create(link);
	close(link);
	if (rt->iter_fd < 0)
		return rt->iter_fd;
	attach_keep(rt, rt->iter_fd);
	return 0;
}

int iter_run(struct rt *rt)
{
	char bytes[PACE];

	while (!rt_interrupted(rt) && !rt->write_error) {
		ssize_t n = read(rt->iter_fd, bytes, sizeof(bytes));

		rt_drain(rt);
		if (n < 0 && errno == EAGAIN)
			continue; /* many objects were not for us */
		if (n < 0)
			return fail(-errno, "cannot read the iterator");
		if (!n)
			break;
	}
	return 0;
}
