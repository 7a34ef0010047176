/* Script maps read: the halves and the CPUs of each to one list, sorted. */
#include "runtime/table.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool is_agg(const struct table *t)
{
	return t->value->kind == TYPE_AGGREGATE;
}

bool is_hist(const struct table *t)
{
	return is_agg(t) && (t->value->agg == AGG_hist || t->value->agg == AGG_lhist);
}

/* shares of the CPUs to one; words of out as in image.h */
static void merge(const struct table *t, const char *shares, uint64_t *out, size_t words)
{
	size_t stride = (t->value_size + 7) / 8;
	const uint64_t *share = (const uint64_t *)shares;
	int cpus = libbpf_num_possible_cpus();
	bool extreme = t->value->agg == AGG_min || t->value->agg == AGG_max;

	for (int cpu = 0; cpu < cpus; cpu++, share += stride) {
		if (t->value->agg == AGG_tseries) {
			tseries_merge(t->value, share, out);
			continue;
		}
		if (extreme) {
			bool less = t->value->is_signed ? (int64_t)share[0] < (int64_t)out[0] : share[0] < out[0];

			if (share[1] && (!out[1] || (share[0] != out[0] && less == (t->value->agg == AGG_min))))
				out[0] = share[0];
			out[1] += share[1];
			continue;
		}
		for (size_t i = 0; i < words; i++)
			out[i] += share[i];
	}
}

int64_t average(const struct table *t, const uint64_t *v)
{
	if (!v[1] || (t->value->is_signed && (int64_t)v[1] < 1))
		return 0;
	return t->value->is_signed ? (int64_t)v[0] / (int64_t)v[1] : (int64_t)(v[0] / v[1]);
}

/* do plain values of the type go by value?  Others go by their keys. */
bool table_ranks(const struct image_type *t)
{
	return t->kind == TYPE_INT || t->kind == TYPE_ENUM;
}

static void rank(const struct table *t, struct entry *e)
{
	const uint64_t *v = (const uint64_t *)e->value;

	if (!is_agg(t))
		e->rank = table_ranks(t->value) ? load_int(e->value, t->value->size, t->value->is_signed) : 0;
	else if (t->value->agg == AGG_tseries)
		e->rank = (int64_t)tseries_latest(t->value, v);
	else if (is_hist(t))
		for (uint64_t i = 0; i < t->value->count; i++)
			e->rank += (int64_t)v[i];
	else if (t->value->agg == AGG_avg || t->value->agg == AGG_stats)
		e->rank = average(t, v);
	else
		e->rank = (int64_t)v[0];
}

void table_add(struct table *t, const void *key, size_t key_size, const char *raw)
{
	size_t words = (t->value_size + 7) / 8, n = t->count++;
	struct entry *e;

	if (!(n & (n - 1)))
		t->list = xrealloc(t->list, (n ? 2 * n : 1) * sizeof(*t->list));
	e = &t->list[n];
	*e = (struct entry){.key = memcpy(arena_alloc(t->arena, t->key_size), key, key_size)};
	if (is_agg(t)) {
		uint64_t *merged = arena_alloc(t->arena, words * 8);

		merge(t, raw, merged, words);
		e->value = (const char *)merged;
	} else {
		e->value = arena_memdup(t->arena, raw, t->value_size);
	}
	rank(t, e);
}

/* has a scalar map been given a value? */
bool table_is_set(struct table *t)
{
	const uint64_t *v = (const uint64_t *)t->list[0].value;

	if (t->rt->zeroed[t->map - t->rt->im->maps])
		return true;
	if (!is_agg(t))
		return v[t->value_size / 8 - 1] != 0;
	if (is_hist(t) || t->value->agg == AGG_count || t->value->agg == AGG_tseries)
		return t->list[0].rank != 0;
	return v[1] != 0;
}

static bool is_number(const struct image_type *t)
{
	return t->kind == TYPE_INT || t->kind == TYPE_BOOL || t->kind == TYPE_ENUM;
}

static int compare_keys(struct rt *rt, const struct image_type *t, const char *a, const char *b)
{
	int order = 0;

	if (is_number(t)) {
		int64_t x = load_int(a, t->size, t->is_signed), y = load_int(b, t->size, t->is_signed);

		return (x > y) - (x < y);
	}
	if (t->kind == TYPE_STRING)
		return strncmp(a, b, t->size);
	if (t->kind == TYPE_TUPLE || t->kind == TYPE_RECORD) {
		for (size_t i = 0; i < t->nfields && !order; i++)
			order = compare_keys(rt, rt_type(rt, t->fields[i].type), a + t->fields[i].offset,
					     b + t->fields[i].offset);
		return order;
	}
	return memcmp(a, b, t->size);
}

static int compare(const void *x, const void *y, void *arg)
{
	const struct entry *a = x, *b = y;
	const struct table *t = arg;
	bool by_value = is_agg(t) || table_ranks(t->value);

	if (by_value && a->rank != b->rank) {
		if (t->value->is_signed || is_hist(t))
			return a->rank < b->rank ? -1 : 1;
		return (uint64_t)a->rank < (uint64_t)b->rank ? -1 : 1;
	}
	return t->key ? compare_keys(t->rt, t->key, a->key, b->key) : 0;
}

/* of a map that is two BPF maps; NULL: it is one */
struct image_pair *map_pair(struct rt *rt, uint64_t index)
{
	uint64_t pair = rt->im->maps[index].pair;

	return pair && pair <= rt->npairs ? &rt->pairs[pair - 1] : NULL;
}

static bool open_half(struct table *t, struct rt *rt, uint64_t index, bool other)
{
	char name[32];
	struct bpf_map *m;

	snprintf(name, sizeof(name), "m%llu%s", (unsigned long long)index, other ? "_other" : "");
	m = rt_map(rt, name);
	if (!m)
		return false;
	*t = (struct table){
		.map = &rt->im->maps[index],
		.value = rt_type(rt, rt->im->maps[index].value),
		.key = rt->im->maps[index].key ? rt_type(rt, rt->im->maps[index].key) : NULL,
		.parts = {{bpf_map__fd(m), bpf_map__key_size(m)}},
		.nparts = 1,
		.key_size = bpf_map__key_size(m),
		.value_size = bpf_map__value_size(m),
		.rt = rt,
	};
	snprintf(name, sizeof(name), "m%llu_brief", (unsigned long long)index);
	m = t->key && t->map->brief ? rt_map(rt, name) : NULL;
	if (m && bpf_map__key_size(m) == t->map->brief && t->map->brief < t->key_size &&
	    bpf_map__value_size(m) == t->value_size)
		t->parts[t->nparts++] = (struct part){bpf_map__fd(m), bpf_map__key_size(m)};
	return true;
}

bool table_open_written(struct table *t, struct rt *rt, uint64_t index)
{
	const struct image_pair *p = map_pair(rt, index);

	return open_half(t, rt, index, p && p->current & 1);
}

bool table_open(struct table *t, struct rt *rt, uint64_t index)
{
	const struct image_pair *p = map_pair(rt, index);

	return open_half(t, rt, index, p && (p->current & 1) != rt->held[index]);
}

/* which has the key, if one has */
const struct part *table_part(const struct table *t, const char *key)
{
	uint32_t brief = (uint32_t)t->map->brief;
	struct event_stack stack;

	if (t->nparts == 1)
		return &t->parts[0];
	if (t->key->kind == TYPE_STRING)
		return &t->parts[!key[brief - 1]];
	memcpy(&stack, key, sizeof(stack));
	return &t->parts[stack.count <= (brief - sizeof(stack)) / 8];
}

size_t table_raw_size(const struct table *t)
{
	return (size_t)(t->value_size + 7) / 8 * 8 * (is_agg(t) ? (size_t)libbpf_num_possible_cpus() : 1);
}

/* a key at a time, where the kernel or the kind of map knows no better */
static void read_singly(struct table *t, const struct part *p)
{
	char *raw = xcalloc(1, table_raw_size(t)), *key = xcalloc(1, t->key_size + 8),
	     *next = xcalloc(1, t->key_size + 8), *swap;
	bool first = true;

	while (!bpf_map_get_next_key(p->fd, first ? NULL : key, next)) {
		if (!bpf_map_lookup_elem(p->fd, next, raw))
			table_add(t, next, p->key_size, raw);
		swap = key;
		key = next;
		next = swap;
		first = false;
	}
	free(raw);
	free(key);
	free(next);
}

#define BATCH_BYTES (1 << 20)
#define BATCH_LEAST 128 /* the elements of one hash bucket must fit */

/* false: this map cannot, and nothing was read */
static bool read_batches(struct table *t, const struct part *p)
{
	uint32_t most = (uint32_t)(BATCH_BYTES / (table_raw_size(t) + p->key_size)), n;
	size_t before = t->count;
	char *keys = NULL, *values = NULL, *at = xcalloc(1, t->key_size + 8), *next = xcalloc(1, t->key_size + 8),
	     *swap;
	bool first = true;
	int err;

	most = most < BATCH_LEAST ? BATCH_LEAST : most;
	do {
		if (!keys) {
			keys = xcalloc(most, p->key_size);
			values = xcalloc(most, table_raw_size(t));
		}
		n = most;
		err = bpf_map_lookup_batch(p->fd, first ? NULL : at, next, keys, values, &n, NULL);
		if (err == -ENOSPC) { /* a fuller bucket: the same again with more room */
			most *= 2;
			free(keys);
			free(values);
			keys = NULL;
			continue;
		}
		if (err && err != -ENOENT)
			break;
		for (uint32_t i = 0; i < n; i++)
			table_add(t, keys + (size_t)i * p->key_size, p->key_size, values + i * table_raw_size(t));
		first = false;
		swap = at;
		at = next;
		next = swap;
	} while (!err || err == -ENOSPC);
	free(keys);
	free(values);
	free(at);
	free(next);
	return err == -ENOENT || t->count > before;
}

void table_read(struct table *t)
{
	t->arena = arena_new();
	for (unsigned i = 0; i < t->nparts; i++)
		if (!t->key || !read_batches(t, &t->parts[i]))
			read_singly(t, &t->parts[i]);
	if (t->count)
		qsort_r(t->list, t->count, sizeof(*t->list), compare, t);
}

void table_close(struct table *t)
{
	free(t->list);
	arena_free(t->arena);
}
