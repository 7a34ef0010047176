/*
 * What the files of attaching share.  A function a kind: 0 or -errno; what it
 * opened it hands to attach_keep().
 */
#ifndef PROBE_RUNTIME_ATTACH_H
#define PROBE_RUNTIME_ATTACH_H

#include "runtime/rt.h"

#include <linux/perf_event.h>

/* cookie: of the attach point, or of the first of several: image.h */
typedef int (*attach_fn)(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);

/* attach.c */
void attach_keep(struct rt *rt, int fd); /* closed when we detach */
int attach_link(struct rt *rt, struct bpf_link *link); /* what libbpf made; NULL: its errno */

/* attach_perf.c */
int perf_open(struct perf_event_attr *attr, int pid, int cpu); /* fd or -errno */
int perf_attach(struct rt *rt, struct bpf_program *p, int fd, uint64_t cookie); /* of perf_open: takes fd, or reports its error */
int attach_tracepoint(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);
int attach_profile(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);
int attach_interval(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);
int attach_counter(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie); /* software, hardware */

/* attach_kernel.c */
int attach_kprobe(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);
int attach_btf(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);

/* attach_user.c */
int attach_uprobe(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);
/* points of one file by one link; those that are not in it are left out.  *attached: how many were not */
int attach_uprobes(struct rt *rt, struct bpf_program *p, const struct image_attach *list, size_t n, uint64_t cookie, size_t *attached);

#endif
