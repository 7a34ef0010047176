/* What the files of the kinds share. */
#ifndef PROBE_PROVIDER_KINDS_H
#define PROBE_PROVIDER_KINDS_H

#include "provider/provider.h"

/* provider.c */
struct image_attach *match_add(struct attach *a, const char *name); /* name: of `probe` */
void match_target(struct image_attach *m, const char *target);
void match_symbol(struct image_attach *m, const char *symbol);
/* "a function": is it there?  If not that is said */
bool must_have(struct attach *a, const char *field, const char *what);
const char *no_matches(struct attach *a, const char *what); /* "No matches for kprobe foo." */
bool attach_of_bpf(const struct attach *a); /* fentry:bpf:... */

/* binaries.c: each file that a->target names, or that a->pid's process has; false: there is none of that name */
bool binaries_each(struct attach *a, binary_fn each, void *arg);
/* function.c: of the kernel */
bool function_parse(struct attach *a);
bool function_expand(struct attach *a, const char **missing);
bool function_excluded(const char *name); /* wildcards do not reach it (P-011) */
const char *function_other_ways(struct attach *a); /* what does instead on this kernel: "rawtracepoint:x is there" */
/* named: the module is part of the name */
void function_list(struct listing *l, const struct provider *p, const char *target, const char *symbol,
		   void (*show)(struct listing *l, const struct provider *p, const char *module, const char *function,
				bool named));

extern const struct provider provider_sys_enter, provider_sys_exit; /* forms of tracepoint */
extern const struct provider provider_begin, provider_end, provider_self, provider_test, provider_bench, provider_iter;
extern const struct provider provider_kprobe, provider_kretprobe;
extern const struct provider provider_uprobe, provider_uretprobe, provider_usdt;
extern const struct provider provider_tracepoint, provider_rawtracepoint;
extern const struct provider provider_fentry, provider_fexit;
extern const struct provider provider_profile, provider_interval;
extern const struct provider provider_software, provider_hardware, provider_watchpoint;

#endif
