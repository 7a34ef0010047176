/* What the files of the kinds share. */
#ifndef PROBE_PROVIDER_KINDS_H
#define PROBE_PROVIDER_KINDS_H

#include "provider/provider.h"

/* provider.c */
struct image_attach *match_add(struct attach *a, const char *name); /* name: of `probe` */
void match_target(struct image_attach *m, const char *target);
void match_symbol(struct image_attach *m, const char *symbol);
const char *no_matches(struct attach *a, const char *what); /* "No matches for kprobe foo." */

/* binaries.c: each file that a->target names, or that a->pid's process has; false: there is none of that name */
bool binaries_each(struct attach *a, binary_fn each, void *arg);

extern const struct provider provider_begin, provider_end;
extern const struct provider provider_kprobe, provider_kretprobe;
extern const struct provider provider_uprobe, provider_uretprobe, provider_usdt;
extern const struct provider provider_tracepoint, provider_rawtracepoint;
extern const struct provider provider_fentry, provider_fexit;
extern const struct provider provider_profile, provider_interval;
extern const struct provider provider_software, provider_hardware;

#endif
