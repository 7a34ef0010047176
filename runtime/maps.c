/* Script maps as the user sees them. */
#include "runtime/table.h"

#include <bpf/bpf.h>
#include <stdlib.h>
#include <string.h>

static void print_value(struct table *t, struct buf *out, const struct entry *e, int64_t div)
{
	const uint64_t *v = (const uint64_t *)e->value;

	if (!is_agg(t)) {
		if (div > 1 && table_ranks(t->value) && t->value->is_signed)
			buf_signed(out, e->rank / div);
		else if (div > 1 && table_ranks(t->value))
			buf_unsigned(out, (uint64_t)e->rank / (uint64_t)div);
		else
			render(t->rt, out, t->map->value, e->value);
	} else if (t->value->agg == AGG_stats) {
		const char *form = t->value->is_signed ? "{ .count = %llu, .average = %lld, .total = %lld }"
						       : "{ .count = %llu, .average = %llu, .total = %llu }";

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

void table_print(struct table *t, int64_t top, int64_t div)
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
	table_print(&t, top, div);
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
	raw = xcalloc(1, table_raw_size(&t));
	if (bpf_map_lookup_elem(table_part(&t, key)->fd, key, raw))
		memset(raw, 0, table_raw_size(&t));
	table_add(&t, key, t.key_size, raw);
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
		struct table t;

		/* exchanged, and the event to print it was lost */
		if (rt->held[order[i]] && table_open(&t, rt, order[i])) {
			table_read(&t);
			table_print(&t, 0, 0);
			table_close(&t);
		}
		if (!table_open_written(&t, rt, order[i]))
			continue;
		table_read(&t);
		if (t.count && (t.key || table_is_set(&t)))
			table_print(&t, 0, 0);
		table_close(&t);
	}
	free(order);
}
