/* Functions of the kernel. */
#include "runtime/attach.h"

#include <bpf/libbpf.h>
#include <errno.h>

int attach_kprobe(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .bpf_cookie = cookie, .offset = a->offset, .retprobe = a->kind == ATTACH_kretprobe);

	return attach_link(rt, bpf_program__attach_kprobe_opts(p, a->symbol, &opts));
}

/* fentry, fexit, raw tracepoints: libbpf knows from the section */
int attach_btf(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	(void)a;
	(void)cookie;
	return attach_link(rt, bpf_program__attach(p));
}
