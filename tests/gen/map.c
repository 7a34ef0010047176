/* Maps and aggregations: what they hold, in which order and how they print. */
#include "gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry *find(struct var *m, struct value key)
{
	for (size_t i = 0; i < m->n; i++)
		if (!m->key || equal(m->entries[i].key, convert(key, m->key)))
			return &m->entries[i];
	return NULL;
}

static struct entry *entry(struct var *m, struct value key)
{
	struct entry *e = find(m, key);

	if (e)
		return e;
	m->entries = realloc(m->entries, (m->n + 1) * sizeof(*m->entries));
	e = &m->entries[m->n++];
	*e = (struct entry){.value = zero(m->type)};
	if (m->key)
		e->key = convert(key, m->key);
	return e;
}

struct value map_get(struct var *m, struct value key)
{
	struct entry *e = find(m, key);

	return e ? e->value : zero(m->type);
}

void map_set(struct var *m, struct value key, struct value v)
{
	v = convert(v, m->type);
	entry(m, key)->value = v;
}

bool map_delete(struct var *m, struct value key)
{
	struct entry *e = find(m, key);

	if (!e)
		return false;
	*e = m->entries[--m->n];
	return true;
}

void map_add(struct var *m, struct value key, int64_t v)
{
	struct sums *s = &entry(m, key)->sums;
	bool is_signed = m->of->is_signed;

	if (!s->n || (is_signed ? v < s->least : (uint64_t)v < (uint64_t)s->least))
		s->least = v;
	if (!s->n || (is_signed ? v > s->most : (uint64_t)v > (uint64_t)s->most))
		s->most = v;
	s->total = (int64_t)((uint64_t)s->total + (uint64_t)v);
	s->added = realloc(s->added, (size_t)(s->n + 1) * sizeof(*s->added));
	s->added[s->n++] = v;
}

static int64_t average(const struct var *m, const struct sums *s)
{
	if (!s->n)
		return 0;
	return m->of->is_signed ? s->total / s->n : (int64_t)((uint64_t)s->total / (uint64_t)s->n);
}

static int64_t sums_read(const struct var *m, const struct sums *s)
{
	switch ((int)m->agg) {
	case SUM:
		return s->total;
	case MIN:
		return s->least;
	case MAX:
		return s->most;
	case AVG:
	case STATS:
		return average(m, s);
	default:
		return s->n;
	}
}

int64_t map_read(struct var *m, struct value key)
{
	struct entry *e = find(m, key);

	return e ? sums_read(m, &e->sums) : 0;
}

/* histograms */

#define MOST_BUCKETS 2200

static int hist_bucket(int64_t n, int k)
{
	int top = 63;

	if (n < 0)
		return 0;
	if (n < 1 << k)
		return (int)n + 1;
	while (!(n >> top & 1))
		top--;
	top -= k;
	return ((top + 1) << k) + (int)(n >> top & ((1 << k) - 1)) + 1;
}

static const char *power(int bucket, int k)
{
	int up = ((bucket - 1) >> k) - 1;
	uint64_t low = (uint64_t)((1 << k) + ((bucket - 1) & ((1 << k) - 1)));

	if (up < 0)
		return text("%d", bucket - 1);
	return text("%llu%.1s", (unsigned long long)(low << up % 10), &"\0KMGTPE"[up / 10]);
}

static uint64_t hist_low(int bucket, int k)
{
	int up = ((bucket - 1) >> k) - 1;
	uint64_t low = (uint64_t)((1 << k) + ((bucket - 1) & ((1 << k) - 1)));

	return up < 0 ? (uint64_t)bucket - 1 : low << up;
}

static const char *hist_label(const struct var *m, int i)
{
	int k = (int)m->low;

	if (!i)
		return "(..., 0)";
	if (i <= 2 << k)
		return text("[%d]", i - 1);
	return text("[%s, %s)", power(i, k), power(i + 1, k));
}

static const char *bound(const struct var *m, int64_t v)
{
	if (v && m->step % 1024 == 0 && v % (1 << 20) == 0)
		return text("%lldM", (long long)v / (1 << 20));
	if (v && m->step % 1024 == 0 && v % 1024 == 0)
		return text("%lldK", (long long)v / 1024);
	return text("%lld", (long long)v);
}

static const char *lhist_label(const struct var *m, int i, int last)
{
	int64_t from = m->low + (i - 1) * m->step;

	if (!i)
		return text("(..., %s)", bound(m, m->low));
	if (i == last)
		return text("[%s, ...)", bound(m, m->high));
	if (m->step == 1)
		return text("[%lld]", (long long)from);
	return text("[%s, %s)", bound(m, from), bound(m, from + m->step));
}

struct counts {
	int64_t of[MOST_BUCKETS], most;
	int first, end, last; /* first: -1 of none; last: that of lhist without an upper bound */
};

static void count_buckets(const struct var *m, const struct sums *s, struct counts *c)
{
	*c = (struct counts){.first = -1, .last = (int)((m->high - m->low) / (m->step ? m->step : 1)) + 1};
	for (int64_t i = 0; i < s->n; i++) {
		int64_t v = s->added[i];
		int b = m->agg == HIST ? hist_bucket(v, (int)m->low)
			: v < m->low   ? 0
			: v >= m->high ? c->last
				       : 1 + (int)((v - m->low) / m->step);

		if (++c->of[b] > c->most)
			c->most = c->of[b];
	}
	for (int b = 0; b < MOST_BUCKETS; b++)
		if (c->of[b]) {
			c->first = c->first < 0 ? b : c->first;
			c->end = b;
		}
}

static void graph(const struct var *m, const struct sums *s, int64_t div)
{
	struct counts c;

	count_buckets(m, s, &c);
	for (int b = c.first; b >= 0 && b <= c.end; b++) {
		char bar[53] = "";

		memset(bar, '@', (size_t)(52.0 * (double)c.of[b] / (double)c.most));
		emit("%-16s%8lld |%-52s|\n", m->agg == HIST ? hist_label(m, b) : lhist_label(m, b, c.last),
		     (long long)(m->agg == HIST ? c.of[b] / div : c.of[b]), bar);
	}
	emit("\n");
}

static const char *json_graph(const struct var *m, const struct sums *s, int64_t div)
{
	const char *out = "";
	struct counts c;

	count_buckets(m, s, &c);
	for (int b = c.first; b >= 0 && b <= c.end; b++) {
		int64_t low = m->agg == HIST ? (int64_t)hist_low(b, (int)m->low) : m->low + (b - 1) * m->step;
		int64_t high = m->agg == HIST ? (int64_t)hist_low(b + 1, (int)m->low) : low + m->step;

		if (b == 0)
			high = m->agg == HIST ? 0 : m->low;
		out = text("%s%s{%s%s\"count\": %lld}", out, *out ? "," : "",
			   b ? text("\"min\": %lld, ", (long long)low) : "",
			   m->agg == LHIST && b == c.last ? "" : text("\"max\": %lld, ", (long long)high - 1),
			   (long long)(m->agg == HIST ? c.of[b] / div : c.of[b]));
	}
	return text("[%s]", out);
}

/* printing */

static const struct var *sorting;

static int compare(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	const struct var *m = sorting;
	bool is_signed = m->agg == COUNT || m->agg == HIST || m->agg == LHIST ||
			 (m->agg ? m->of->is_signed : m->type->is_signed);

	if (a->rank != b->rank && (m->agg || m->type->kind == INT || m->type->kind == ENUM))
		return (is_signed ? a->rank < b->rank : (uint64_t)a->rank < (uint64_t)b->rank) ? -1 : 1;
	return m->key ? order(a->key, b->key) : 0;
}

static struct value entry_value(const struct var *m, const struct entry *e, int64_t div)
{
	const struct type *t = m->agg == COUNT ? int_type(8, true) : m->agg ? int_type(8, m->of->is_signed) : m->type;
	struct value v = {.type = t, .num = e->rank};

	if (!m->agg && !is_number(t))
		return e->value;
	if (div > 1 || m->agg)
		v.num = t->is_signed ? v.num / div : (int64_t)((uint64_t)v.num / (uint64_t)div);
	return v;
}

static struct value total(const struct var *m, const struct entry *e)
{
	return (struct value){.type = int_type(8, m->of->is_signed), .num = e->sums.total};
}

static void print_value(const struct var *m, const struct entry *e, int64_t div)
{
	const char *v = render(entry_value(m, e, div));

	if (m->agg == STATS)
		emit("{ .count = %lld, .average = %s, .total = %s }\n", (long long)e->sums.n, v, render(total(m, e)));
	else
		emit("%s\n", v);
}

static void json_map(const struct var *m, size_t from, int64_t div)
{
	const char *all = "", *v;

	for (size_t i = from; i < m->n; i++) {
		const struct entry *e = &m->entries[i];

		if (m->agg == HIST || m->agg == LHIST)
			v = json_graph(m, &e->sums, div);
		else if (m->agg == STATS)
			v = text("{\"count\": %lld, \"average\": %s, \"total\": %s}", (long long)e->sums.n,
				 json(entry_value(m, e, div)), json(total(m, e)));
		else
			v = json(entry_value(m, e, div));
		all = m->key ? text("%s%s%s: %s", all, i > from ? ", " : "", json_key(e->key), v) : v;
	}
	if (m->n > from)
		emit(m->key ? "{\"type\": \"%s\", \"data\": {\"%s\": {%s}}}\n"
			    : "{\"type\": \"%s\", \"data\": {\"%s\": %s}}\n",
		     m->agg == HIST || m->agg == LHIST  ? "hist"
		     : m->agg == STATS || m->agg == AVG ? "stats"
							: "map",
		     m->name, all);
}

void map_print(struct var *m, int top, int64_t div)
{
	size_t from = top && (size_t)top < m->n ? m->n - (size_t)top : 0;

	for (size_t i = 0; i < m->n; i++)
		m->entries[i].rank = m->agg ? sums_read(m, &m->entries[i].sums) : m->entries[i].value.num;
	sorting = m;
	if (m->n)
		qsort(m->entries, m->n, sizeof(*m->entries), compare);
	if (as_json) {
		json_map(m, from, div);
		return;
	}
	for (size_t i = from; i < m->n; i++) {
		const struct entry *e = &m->entries[i];
		const char *key = m->key ? render(e->key) : "";

		emit("%s", m->name);
		if (m->key && m->key->kind == TUPLE)
			emit("[%.*s]", (int)strlen(key) - 2, key + 1);
		else if (m->key)
			emit("[%s]", key);
		if (m->agg == HIST || m->agg == LHIST) {
			emit(":\n");
			graph(m, &e->sums, div);
		} else {
			emit(": ");
			print_value(m, e, div);
		}
	}
}
