/* What an image is to be attached to and this machine has not: missing_probes says what becomes of it. */
#include "runtime/rt.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct refusal { /* that waits until it is known whether others of its probe are attached */
	struct refusal *next;
	const struct image_clause *clause;
	const struct image_attach *attach;
	const char *why;
};

/* are they of one probe of the script? */
static bool same_probe(const struct image_clause *c, const struct image_clause *d)
{
	return str_eq(c->place, d->place);
}

static bool has_others(const struct rt *rt, const struct image_clause *c)
{
	size_t n = 0;

	for (size_t i = 0; i < rt->im->nclauses; i++)
		if (same_probe(&rt->im->clauses[i], c))
			n += rt->im->clauses[i].nattaches;
	return n > 1;
}

static bool lives(const struct rt *rt, const struct image_clause *c)
{
	for (size_t i = 0; i < rt->im->nclauses; i++)
		if (rt->live[i] && same_probe(&rt->im->clauses[i], c))
			return true;
	return false;
}

/* 0, or the exit status */
static int say(const struct rt *rt, const struct image_attach *a, const char *why, enum missing_policy policy)
{
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

int attach_failed(struct rt *rt, const struct image_clause *c, const struct image_attach *a, const char *why)
{
	enum missing_policy policy = (enum missing_policy)rt_setting(rt, "missing_probes", MISSING_ERROR);
	struct refusal *r, **last = &rt->refusals;

	if (process_ended(rt)) {
		fprintf(stderr, "ERROR: Unable to attach probe: %s: the process has ended\n", a->name);
		return 255;
	}
	if (policy != MISSING_UNSET || !has_others(rt, c))
		return say(rt, a, why, policy == MISSING_UNSET ? MISSING_ERROR : policy);
	while (*last)
		last = &(*last)->next;
	*last = r = arena_alloc(rt->arena, sizeof(*r));
	*r = (struct refusal){.clause = c, .attach = a, .why = arena_strdup(rt->arena, why)};
	return 0;
}

int refusals_settle(struct rt *rt)
{
	int status = 0;

	for (const struct refusal *r = rt->refusals; r; r = r->next)
		status |= say(rt, r->attach, r->why, lives(rt, r->clause) ? MISSING_WARN : MISSING_ERROR);
	return status;
}

/* what the kernel's BTF calls the function of a program that is checked against it when loaded; NULL: it is not */
static const char *btf_name(struct arena *ar, const struct image_attach *a, uint32_t *kind)
{
	switch ((int)a->kind) {
	case ATTACH_fentry:
	case ATTACH_fexit:
		*kind = BTF_KIND_FUNC;
		return str_eq(a->target, ATTACH_BPF) ? NULL : a->symbol;
	case ATTACH_rawtracepoint:
		*kind = BTF_KIND_TYPEDEF;
		return arena_printf(ar, "btf_trace_%s", a->symbol);
	case ATTACH_iter:
		*kind = BTF_KIND_FUNC;
		return arena_printf(ar, "bpf_iter_%s", a->symbol);
	}
	return NULL;
}

/* libbpf looks into modules itself, when it loads the program */
static bool in_module(struct btf *vmlinux, const char *module, const char *name, uint32_t kind)
{
	struct btf *btf = btf__load_module_btf(module, vmlinux);
	bool found = btf && btf__find_by_name_kind(btf, name, kind) > 0;

	btf__free(btf);
	return found;
}

static bool in_modules(struct btf *vmlinux, const char *name, uint32_t kind)
{
	struct dirent **list;
	int n = scandir("/sys/kernel/btf", &list, NULL, alphasort);
	bool found = false;

	for (int i = 0; i < n; i++) {
		found = found || (*list[i]->d_name != '.' && in_module(vmlinux, list[i]->d_name, name, kind));
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return found;
}

/* an attach point whose program cannot be loaded here */
static bool is_absent(struct rt *rt, const struct image_attach *a)
{
	uint32_t kind;
	const char *name = btf_name(rt->arena, a, &kind);
	struct btf *btf = name ? rt_btf(rt) : NULL;

	if (!name)
		return false;
	if (!btf || ((a->kind == ATTACH_fentry || a->kind == ATTACH_fexit) && !feature(FEATURE_fentry)))
		return true;
	if (kind == BTF_KIND_FUNC && *a->target && !str_eq(a->target, "vmlinux"))
		return !in_module(btf, a->target, name, kind);
	return btf__find_by_name_kind(btf, name, kind) <= 0 && !in_modules(btf, name, kind);
}

int leave_out(struct rt *rt, size_t clause, const char *why)
{
	const struct image_clause *c = &rt->im->clauses[clause];

	rt->absent[clause] = true;
	bpf_program__set_autoload(rt_program(rt, c), false);
	return attach_failed(rt, c, &c->attaches[0], why);
}

int leave_missing(struct rt *rt)
{
	int status = 0;

	rt->absent = arena_alloc(rt->arena, (rt->im->nclauses + 1) * sizeof(*rt->absent));
	rt->live = arena_alloc(rt->arena, (rt->im->nclauses + 1) * sizeof(*rt->live));
	if (!rt->im->portable)
		return 0;
	for (size_t i = 0; i < rt->im->nclauses && !status; i++) {
		const struct image_clause *c = &rt->im->clauses[i];

		if (rt_program(rt, c) && c->nattaches && is_absent(rt, &c->attaches[0]))
			status = leave_out(rt, i, strerror(ENOENT));
	}
	return status;
}
