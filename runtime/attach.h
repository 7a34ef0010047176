/*
 * What the files of attaching share.  A function a kind: 0 or -errno; what it
 * opened it hands to attach_keep().
 */
#ifndef PROBE_RUNTIME_ATTACH_H
#define PROBE_RUNTIME_ATTACH_H

#include "runtime/rt.h"

#include <bpf/bpf.h>
#include <linux/perf_event.h>

/* cookie: of the attach point, or of the first of several: image.h */
typedef int (*attach_fn)(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);

/* program types of links for many functions; not all in Debian's headers */
#define KPROBE_MULTI ((enum bpf_attach_type)42) /* BPF_TRACE_KPROBE_MULTI, 5.18 */
#define UPROBE_MULTI ((enum bpf_attach_type)48) /* BPF_TRACE_UPROBE_MULTI, 6.6 */
#define KPROBE_SESSION ((enum bpf_attach_type)56) /* BPF_TRACE_KPROBE_SESSION, 6.10 */
#define UPROBE_SESSION ((enum bpf_attach_type)57) /* BPF_TRACE_UPROBE_SESSION, 6.13 */

/* attach.c */
/*
 * what is left when the clause's functions return: the other clause of its session; NULL: it has none, or is that
 * itself
 */
const struct image_clause *session_end(const struct rt *rt, const struct image_clause *c);
void attach_keep(struct rt *rt, int fd); /* closed when we detach */

/*
 * how it went with a point of a clause: why not, or NULL.  That is said, counted in rt->refused, or set in
 * rt->attach_status
 */
void attach_done(struct rt *rt, const struct image_clause *c, const struct image_attach *a, const char *why);
const char *attach_reason(const struct image_attach *a, int err); /* in words; NULL: err is 0 */

/* attach_perf.c */
struct sampled { /* an attach point on CPUs */
	struct bpf_program *program;
	const struct image_attach *attach;
	struct perf_event_attr attr;
	uint64_t cookie;
	bool one; /* on one CPU only: interval */
	int cpu; /* that */
};
int on_cpus(struct rt *rt, const struct sampled *s); /* those online now, and later */
int perf_open(struct perf_event_attr *attr, int pid, int cpu); /* fd or -errno */
int read_number(const char *path, const char *format); /* what format, with one %d, finds in a file; or -errno */
int perf_link(int prog, int fd, uint64_t cookie); /* takes fd: the link, which holds the event, or -errno */
/* of perf_open: takes fd, or reports its error */
int perf_attach(struct rt *rt, struct bpf_program *p, int fd, uint64_t cookie);
void samplers_close(struct rt *rt);
int attach_tracepoint(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);
int attach_profile(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);
int attach_interval(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);
/* software, hardware */
int attach_counter(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);

/* attach_kernel.c */
int attach_kprobe(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);
/* all functions of a clause by one link, or several if some are refused */
void attach_kprobes(struct rt *rt, struct bpf_program *p, const struct image_clause *c, uint64_t cookie);
const char *kprobe_reason(const struct image_attach *a, int err); /* in words */
int attach_btf(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);

/* attach_iter.c */
int attach_iter(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);

/* attach_watch.c */
void watch_add(struct rt *rt, uint64_t address); /* the latest link watches it */
int attach_watchpoint(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie);

/* attach_user.c: all of a clause of uprobes, uretprobes or usdt probes */
void attach_user(struct rt *rt, struct bpf_program *p, const struct image_clause *c, uint64_t cookie);

/* usdt.c */
struct usdt_entry { /* a place; its index is that in map "usdt_args" */
	const struct image_clause *clause;
	const struct image_attach *attach;
	uint64_t address, offset, semaphore; /* as in struct usdt_site */
	uint64_t function; /* address of the one around it */
	struct usdt_arg args[]; /* as many as the map holds */
};

#endif
