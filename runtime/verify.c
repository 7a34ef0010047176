/*
 * Is the object of an image what its .probe section says?  The kernel checks
 * programs; this is about what we are going to do with maps and programs.
 */
#include "runtime/rt.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

static bool wrong(const char *what, const char *name)
{
	fprintf(stderr, "ERROR: cannot run this image: %s: '%s'\n", what, name);
	return false;
}

static uint64_t up(uint64_t n)
{
	return (n + 7) / 8 * 8;
}

/* bytes of a value as image.h has them */
static uint64_t value_bytes(const struct image_map *m, const struct image_type *t)
{
	if (t->kind != TYPE_AGGREGATE)
		return up(t->size) + (m->storage < MAP_HASH ? 8 : 0);
	if (t->agg == AGG_hist || t->agg == AGG_lhist)
		return 8 * t->count;
	if (t->agg == AGG_tseries)
		return 8 * t->count * TSERIES_WORDS;
	return t->agg == AGG_count ? 8 : 16;
}

/* what is read of a map depends on its type: of those the kernel has some copy a value for each CPU */
static const struct {
	enum bpf_map_type type;
	bool percpu;
} storages[] = {
	[MAP_SCALAR] = {BPF_MAP_TYPE_ARRAY, false},
	[MAP_PERCPU_SCALAR] = {BPF_MAP_TYPE_PERCPU_ARRAY, true},
	[MAP_HASH] = {BPF_MAP_TYPE_HASH, false},
	[MAP_LRU_HASH] = {BPF_MAP_TYPE_LRU_HASH, false},
	[MAP_PERCPU_HASH] = {BPF_MAP_TYPE_PERCPU_HASH, true},
	[MAP_PERCPU_LRU_HASH] = {BPF_MAP_TYPE_LRU_PERCPU_HASH, true},
};

/* m<index>, or one that stands for it at times; key_size 0: at least that of its keys */
static bool is_as_described(struct rt *rt, size_t index, const char *suffix, uint64_t key_size, bool needed)
{
	const struct image_map *im = &rt->im->maps[index];
	const struct image_type *value = rt_type(rt, im->value), *key = im->key ? rt_type(rt, im->key) : NULL;
	struct bpf_map *m;
	char name[48];

	snprintf(name, sizeof(name), "m%zu%s", index, suffix);
	m = rt_map(rt, name);
	if (!m)
		return !needed;
	if (bpf_map__type(m) != storages[im->storage].type ||
	    storages[im->storage].percpu != (value->kind == TYPE_AGGREGATE))
		return false;
	if (bpf_map__value_size(m) < value_bytes(im, value) || bpf_map__value_size(m) % 8)
		return false;
	if (key_size)
		return bpf_map__key_size(m) == key_size;
	return key ? bpf_map__key_size(m) >= key->size : bpf_map__key_size(m) == 4;
}

static bool check_map(struct rt *rt, size_t index)
{
	const struct image_map *im = &rt->im->maps[index];
	struct bpf_map *m, *other;
	char name[32];

	if (!is_as_described(rt, index, "", 0, true) || !is_as_described(rt, index, "_other", 0, false) ||
	    !is_as_described(rt, index, "_brief", im->brief, false))
		return wrong("a map is not as its description says", im->name);
	snprintf(name, sizeof(name), "m%zu_other", index);
	other = rt_map(rt, name);
	snprintf(name, sizeof(name), "m%zu", index);
	m = rt_map(rt, name);
	if (other &&
	    (bpf_map__key_size(other) != bpf_map__key_size(m) || bpf_map__value_size(other) != bpf_map__value_size(m)))
		return wrong("the halves of a map are not alike", im->name);
	for (size_t i = 0; i < rt->im->nevents; i++) {
		const struct image_event *e = &rt->im->events[i];

		if (e->action == EVENT_print_entry && e->map == index + 1 && e->nargs &&
		    e->size - e->args[0].offset < bpf_map__key_size(m))
			return wrong("a key is shorter than its map's", im->name);
	}
	return true;
}

/* maps of our own, which we read or fill by what we know of them */
static bool check_own(struct rt *rt, const char *name, enum bpf_map_type type, uint32_t key_size, uint32_t value_size)
{
	struct bpf_map *m = rt_map(rt, name);

	if (m && (bpf_map__type(m) != type || (key_size && bpf_map__key_size(m) != key_size) ||
		  (value_size && bpf_map__value_size(m) != value_size)))
		return wrong("a map of the runtime's is of another kind", name);
	return true;
}

static const enum bpf_prog_type types[ATTACH_COUNT] = {
#define ATTACH(name, section, prog_type) [ATTACH_##name] = BPF_PROG_TYPE_##prog_type,
#include "image/attach.def"
#undef ATTACH
};

static bool check_program(struct rt *rt, const struct image_clause *c)
{
	struct bpf_program *p = rt_program(rt, c);
	enum bpf_prog_type type = p ? bpf_program__type(p) : BPF_PROG_TYPE_UNSPEC;

	if (type == types[c->kind] ||
	    (rt->placed && types[c->kind] == BPF_PROG_TYPE_TRACING && type == BPF_PROG_TYPE_RAW_TRACEPOINT) ||
	    (c->kind == ATTACH_rawtracepoint && type == BPF_PROG_TYPE_TRACING))
		return true;
	return wrong("a program is missing, or not of its clause's kind", c->program);
}

bool rt_verify(struct rt *rt)
{
	struct bpf_map *m;
	bool ok = true;

	bpf_object__for_each_map (m, rt->object) {
		/*
		 * libbpf would write below /sys/fs/bpf for the one, and read the kernel's configuration for the
		 * other
		 */
		if (bpf_map__pin_path(m) || strstr(bpf_map__name(m), ".kconfig"))
			ok = wrong("a map has what images do not have", bpf_map__name(m));
	}
	ok = ok && check_own(rt, "ring", BPF_MAP_TYPE_RINGBUF, 0, 0) &&
	     check_own(rt, "ledger", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8) &&
	     check_own(rt, "names", BPF_MAP_TYPE_ARRAY, 4, 0) && check_own(rt, "usdt_args", BPF_MAP_TYPE_ARRAY, 4, 0) &&
	     check_own(rt, "packets", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4) &&
	     check_own(rt, "unwind_rows", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct unwind_row)) &&
	     check_own(rt, "unwind_ranges", BPF_MAP_TYPE_ARRAY, 4, sizeof(struct unwind_range)) &&
	     check_own(rt, "unwind_files", BPF_MAP_TYPE_HASH, sizeof(struct unwind_key), sizeof(struct unwind_part)) &&
	     check_own(rt, "unwind_processes", BPF_MAP_TYPE_HASH, 4, sizeof(struct unwind_part));
	if (ok && rt_map(rt, "unwind_rows") &&
	    !(rt_map(rt, "unwind_ranges") && rt_map(rt, "unwind_files") && rt_map(rt, "unwind_processes")))
		ok = wrong("it has no map", "unwind_files");
	for (size_t i = 0; ok && i < rt->im->nmaps; i++)
		ok = check_map(rt, i);
	for (size_t i = 0; ok && i < rt->im->nclauses; i++)
		ok = check_program(rt, &rt->im->clauses[i]);
	return ok;
}
