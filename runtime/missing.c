/* What an image is to be attached to and this machine has not: missing_probes says what becomes of it. */
#include "runtime/rt.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

enum { MISSING_ERROR, MISSING_WARN, MISSING_IGNORE }; /* as in settings.def */

int attach_failed(struct rt *rt, const struct image_attach *a, const char *why)
{
	int64_t policy = rt_setting(rt, "missing_probes", MISSING_ERROR);

	if (policy == MISSING_ERROR) {
		fprintf(stderr,
			"ERROR: Unable to attach probe: %s: %s. If this is expected, set the 'missing_probes' config "
			"variable to 'warn'.\n",
			a->name, why);
		return 255;
	}
	if (policy == MISSING_WARN && !rt->options->no_warnings)
		warn("Unable to attach probe: %s: %s. Skipping.", a->name, why);
	return 0;
}

/* what the kernel's BTF calls the function of a program that is checked against it when loaded; NULL: it is not */
static const char *btf_name(struct arena *ar, const struct image_attach *a, uint32_t *kind)
{
	switch ((int)a->kind) {
	case ATTACH_fentry:
	case ATTACH_fexit:
		*kind = BTF_KIND_FUNC;
		return *a->target && !str_eq(a->target, "vmlinux") ? NULL
								   : a->symbol; /* libbpf looks into modules itself */
	case ATTACH_rawtracepoint:
		*kind = BTF_KIND_TYPEDEF;
		return arena_printf(ar, "btf_trace_%s", a->symbol);
	case ATTACH_iter:
		*kind = BTF_KIND_FUNC;
		return arena_printf(ar, "bpf_iter_%s", a->symbol);
	}
	return NULL;
}

/* -errno of an attach point whose program cannot be loaded here */
static int absent(struct rt *rt, const struct image_attach *a)
{
	struct btf *btf = rt_btf(rt);
	uint32_t kind;
	const char *name = btf_name(rt->arena, a, &kind);

	if (!name)
		return 0;
	if (!btf || ((a->kind == ATTACH_fentry || a->kind == ATTACH_fexit) && !feature(FEATURE_fentry)))
		return -ENOENT;
	return btf__find_by_name_kind(btf, name, kind) > 0 ? 0 : -ENOENT;
}

int leave_out(struct rt *rt, size_t clause, const char *why)
{
	const struct image_clause *c = &rt->im->clauses[clause];

	rt->absent[clause] = true;
	bpf_program__set_autoload(rt_program(rt, c), false);
	return attach_failed(rt, &c->attaches[0], why);
}

int leave_missing(struct rt *rt)
{
	uint32_t kind;
	int status = 0;

	rt->absent = arena_alloc(rt->arena, (rt->im->nclauses + 1) * sizeof(*rt->absent));
	if (!rt->im->portable)
		return 0;
	for (size_t i = 0; i < rt->im->nclauses && !status; i++) {
		const struct image_clause *c = &rt->im->clauses[i];
		struct bpf_program *p = rt_program(rt, c);

		if (!p || !c->nattaches || !btf_name(rt->arena, &c->attaches[0], &kind))
			continue;
		if (absent(rt, &c->attaches[0]))
			status = leave_out(rt, i, strerror(ENOENT));
	}
	return status;
}
