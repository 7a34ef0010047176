/* Script maps as the user sees them: all CPUs merged, sorted, printed. */
#include "runtime/rt.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

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
static bool ranks(const struct image_type *t)
{
	return t->kind == TYPE_INT || t->kind == TYPE_ENUM;
}

static void rank(const struct table *t, struct entry *e)
{
	const uint64_t *v = (const uint64_t *)e->value;

	if (!is_agg(t))
		e->rank = ranks(t->value) ? load_int(e->value, t->value->size, t->value->is_signed) : 0;
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

static void add(struct table *t, const void *key, size_t key_size, const char *raw)
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
static bool scalar_is_set(struct table *t)
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
			order = compare_keys(rt, rt_type(rt, t->fields[i].type), a + t->fields[i].offset, b + t->fields[i].offset);
		return order;
	}
	return memcmp(a, b, t->size);
}

static int compare(const void *x, const void *y, void *arg)
{
	const struct entry *a = x, *b = y;
	const struct table *t = arg;
	bool by_value = is_agg(t) || ranks(t->value);

	if (by_value && a->rank != b->rank) {
		if (t->value->is_signed || is_hist(t))
			return a->rank < b->rank ? -1 : 1;
		return (uint64_t)a->rank < (uint64_t)b->rank ? -1 : 1;
	}
	return t->key ? compare_keys(t->rt, t->key, a->key, b->key) : 0;
}

/* of a map that is two BPF maps; NULL: it is one */
static struct image_pair *pair_of(struct rt *rt, uint64_t index)
{
	uint64_t pair = rt->im->maps[index].pair;

	return pair && pair <= rt->npairs ? &rt->pairs[pair - 1] : NULL;
}

static bool table_open_one(struct table *t, struct rt *rt, uint64_t index, bool other)
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
	if (m && bpf_map__key_size(m) == t->map->brief && t->map->brief < t->key_size && bpf_map__value_size(m) == t->value_size)
		t->parts[t->nparts++] = (struct part){bpf_map__fd(m), bpf_map__key_size(m)};
	return true;
}

static bool table_open(struct table *t, struct rt *rt, uint64_t index)
{
	const struct image_pair *p = pair_of(rt, index);

	return table_open_one(t, rt, index, p && p->current & 1);
}

/* which has the key, if one has */
static const struct part *part_of(const struct table *t, const char *key)
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

static size_t raw_size(const struct table *t)
{
	return (size_t)(t->value_size + 7) / 8 * 8 * (is_agg(t) ? (size_t)libbpf_num_possible_cpus() : 1);
}

/* a key at a time, where the kernel or the kind of map knows no better */
static void read_singly(struct table *t, const struct part *p)
{
	char *raw = xcalloc(1, raw_size(t)), *key = xcalloc(1, t->key_size + 8), *next = xcalloc(1, t->key_size + 8), *swap;
	bool first = true;

	while (!bpf_map_get_next_key(p->fd, first ? NULL : key, next)) {
		if (!bpf_map_lookup_elem(p->fd, next, raw))
			add(t, next, p->key_size, raw);
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
	uint32_t most = (uint32_t)(BATCH_BYTES / (raw_size(t) + p->key_size)), n;
	size_t before = t->count;
	char *keys = NULL, *values = NULL, *at = xcalloc(1, t->key_size + 8), *next = xcalloc(1, t->key_size + 8), *swap;
	bool first = true;
	int err;

	most = most < BATCH_LEAST ? BATCH_LEAST : most;
	do {
		if (!keys) {
			keys = xcalloc(most, p->key_size);
			values = xcalloc(most, raw_size(t));
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
			add(t, keys + (size_t)i * p->key_size, p->key_size, values + i * raw_size(t));
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

static void table_read(struct table *t)
{
	t->arena = arena_new();
	for (unsigned i = 0; i < t->nparts; i++)
		if (!t->key || !read_batches(t, &t->parts[i]))
			read_singly(t, &t->parts[i]);
	if (t->count)
		qsort_r(t->list, t->count, sizeof(*t->list), compare, t);
}

static void table_close(struct table *t)
{
	free(t->list);
	arena_free(t->arena);
}

static void print_value(struct table *t, struct buf *out, const struct entry *e, int64_t div)
{
	const uint64_t *v = (const uint64_t *)e->value;

	if (!is_agg(t)) {
		if (div > 1 && ranks(t->value) && t->value->is_signed)
			buf_signed(out, e->rank / div);
		else if (div > 1 && ranks(t->value))
			buf_unsigned(out, (uint64_t)e->rank / (uint64_t)div);
		else
			render(t->rt, out, t->map->value, e->value);
	} else if (t->value->agg == AGG_stats) {
		const char *form = t->value->is_signed ? "{ .count = %llu, .average = %lld, .total = %lld }" : "{ .count = %llu, .average = %llu, .total = %llu }";

		buf_printf(out, form, (unsigned long long)v[1], (long long)average(t, v) / div, (long long)v[0]);
	} else if (t->value->is_signed) {
		buf_signed(out, e->rank / div);
	} else {
		buf_unsigned(out, (uint64_t)e->rank / (uint64_t)div);
	}
}

static bool is_graph(const struct table *t)
{
	return is_hist(t) || (is_agg(t) && t->value->agg == AGG_tseries);
}

static void print_graph(const struct table *t, struct buf *out, const struct entry *e, int64_t div)
{
	if (is_hist(t))
		hist_print(out, t->value, (const uint64_t *)e->value, div);
	else
		tseries_print(out, t->value, (const uint64_t *)e->value);
}

static void print_entry(struct table *t, struct buf *out, const struct entry *e, int64_t div)
{
	buf_puts(out, t->map->name);
	if (t->key) {
		buf_putc(out, '[');
		render_key(t->rt, out, t->map->key, e->key);
		buf_putc(out, ']');
	}
	if (is_graph(t)) {
		buf_puts(out, ":\n");
		print_graph(t, out, e, div);
		return;
	}
	buf_puts(out, ": ");
	print_value(t, out, e, div);
	buf_putc(out, '\n');
}

#define CHUNK 32768 /* bytes handed on at once */

/* one count is not divided, nor are buckets of equal width */
static int64_t divisor(const struct table *t, int64_t div)
{
	if (div <= 0 || (is_agg(t) && (t->value->agg == AGG_lhist || (t->value->agg == AGG_count && !t->key))))
		return 1;
	return div;
}

static void print_table(struct table *t, int64_t top, int64_t div)
{
	struct buf out = {0};
	size_t from = 0;

	div = divisor(t, div);
	if (top > 0 && (uint64_t)top < t->count)
		from = t->count - (size_t)top;
	if (json(t->rt)) {
		json_map(t, from, div);
		return;
	}
	for (size_t i = from; i < t->count; i++) {
		print_entry(t, &out, &t->list[i], div);
		if (out.len < CHUNK && i + 1 < t->count)
			continue;
		output_text(t->rt, out.data, out.len);
		buf_reset(&out);
	}
	buf_free(&out);
}

void map_print(struct rt *rt, uint64_t index, int64_t top, int64_t div)
{
	struct table t;

	if (!table_open(&t, rt, index))
		return;
	table_read(&t);
	print_table(&t, top, div);
	table_close(&t);
}

void map_print_entry(struct rt *rt, uint64_t index, const void *key)
{
	struct buf out = {0};
	struct table t;
	char *raw;

	if (!table_open(&t, rt, index))
		return;
	t.arena = arena_new();
	raw = xcalloc(1, raw_size(&t));
	if (bpf_map_lookup_elem(part_of(&t, key)->fd, key, raw))
		memset(raw, 0, raw_size(&t));
	add(&t, key, t.key_size, raw);
	if (json(rt))
		json_entry(&t, &t.list[0]);
	else if (is_graph(&t))
		print_graph(&t, &out, &t.list[0], 1);
	else
		print_value(&t, &out, &t.list[0], 1);
	if (!is_graph(&t))
		buf_putc(&out, '\n');
	if (!json(rt))
		output_text(rt, out.data, out.len);
	buf_free(&out);
	free(raw);
	table_close(&t);
}

/* write zeroes to every key of what was read, or delete it; into: where the zeroes go */
static void sweep_table(struct table *t, bool delete, const struct table *into)
{
	char *zero = xcalloc(1, raw_size(t));

	if (!t->key) {
		uint32_t first = 0;

		bpf_map_update_elem(t->parts[0].fd, &first, zero, BPF_ANY);
	}
	for (size_t i = 0; t->key && i < t->count; i++) {
		const void *key = t->list[i].key;
		int from = part_of(t, key)->fd, to = part_of(into, key)->fd;

		if (delete || to != from)
			bpf_map_delete_elem(from, key);
		if (!delete)
			bpf_map_update_elem(to, key, zero, to == from ? BPF_EXIST : BPF_NOEXIST);
	}
	t->rt->zeroed[t->map - t->rt->im->maps] = !delete && t->count && (t->key || scalar_is_set(t));
	free(zero);
}

static void sweep(struct rt *rt, uint64_t index, bool delete)
{
	struct table t;

	if (!table_open(&t, rt, index))
		return;
	table_read(&t);
	sweep_table(&t, delete, &t);
	table_close(&t);
}

#define BUSY_MOST 20000 /* looks, of 50 us: nobody writes that long */

/* until no program writes to what it wrote to before: those that cannot sleep RCU knows, the others say */
static void wait_for_programs(struct rt *rt)
{
	unsigned looks = 0;

	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(50000);
	for (uint64_t i = 0; i < rt->im->nmaps; i++) {
		struct image_pair *p = rt->held[i] ? pair_of(rt, i) : NULL;

		while (p && __atomic_load_n(&p->busy[~p->current & 1], __ATOMIC_SEQ_CST) && looks++ < BUSY_MOST)
			usleep(50);
	}
}

/* the maps that are printed together: programs get the other one of each pair */
static void exchange(struct rt *rt, uint64_t group)
{
	for (size_t i = 0; i < rt->im->nevents; i++) {
		const struct image_event *e = &rt->im->events[i];
		struct image_pair *p = e->then && e->group == group && e->map ? pair_of(rt, e->map - 1) : NULL;

		if (!p || rt->held[e->map - 1])
			continue;
		__atomic_store_n(&p->current, ~p->current & 1, __ATOMIC_SEQ_CST);
		rt->held[e->map - 1] = true;
	}
	wait_for_programs(rt);
}

/* print(@x); clear(@x): what programs wrote to is printed and swept in peace */
void map_print_sweep(struct rt *rt, const struct image_event *e, int64_t top, int64_t div)
{
	uint64_t index = e->map - 1;
	struct image_pair *p = pair_of(rt, index);
	bool delete = e->then == THEN_clear;
	struct table t, now;

	if (!p || !table_open(&now, rt, index)) {
		map_print(rt, index, top, div);
		sweep(rt, index, delete);
		return;
	}
	if (!rt->held[index])
		exchange(rt, e->group);
	if (!table_open_one(&t, rt, index, ~p->current & 1) || !table_open(&now, rt, index))
		return;
	table_read(&t);
	print_table(&t, top, div);
	sweep_table(&t, delete, &now);
	table_close(&t);
	rt->held[index] = false;
}

void map_clear(struct rt *rt, uint64_t index)
{
	sweep(rt, index, true);
}

void map_zero(struct rt *rt, uint64_t index)
{
	sweep(rt, index, false);
}

static int by_name(const void *a, const void *b, void *arg)
{
	const struct image *im = arg;

	return strcmp(im->maps[*(const size_t *)a].name, im->maps[*(const size_t *)b].name);
}

void maps_print_all(struct rt *rt)
{
	size_t n = rt->im->nmaps, *order = xcalloc(n + 1, sizeof(*order));

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	qsort_r(order, n, sizeof(*order), by_name, (void *)rt->im);
	for (size_t i = 0; i < n; i++) {
		struct image_pair *p = rt->held[order[i]] ? pair_of(rt, order[i]) : NULL;
		struct table t;

		if (p && table_open_one(&t, rt, order[i], ~p->current & 1)) { /* exchanged, and the event to print it was lost */
			table_read(&t);
			print_table(&t, 0, 0);
			table_close(&t);
		}
		if (!table_open(&t, rt, order[i]))
			continue;
		table_read(&t);
		if (t.count && (t.key || scalar_is_set(&t)))
			print_table(&t, 0, 0);
		table_close(&t);
	}
	free(order);
}
