/* Rows of hist() and lhist() (language.md section 9.3). */
#include "runtime/rt.h"

#include <string.h>

#define BAR 52

/* 1024 is 1K: the suffix for every full 2^10 in the power of two */
static void power_label(char *out, size_t size, uint64_t v, unsigned bits)
{
	static const char suffix[] = "\0KMGTPE";
	unsigned p = 0, k = 0;

	while (v >> p >= 2ull << bits && p < 63)
		p++;
	/* v = m * 2^p with m of bits + 1 binary digits */
	while (p >= 10) {
		p -= 10;
		v >>= 10;
		k++;
	}
	if (k)
		snprintf(out, size, "%llu%c", (unsigned long long)v, suffix[k]);
	else
		snprintf(out, size, "%llu", (unsigned long long)v);
}

static void hist_label(char *out, size_t size, unsigned bits, uint32_t i)
{
	char low[24], high[24];
	uint64_t hi;
	int64_t lo;

	if (!i) {
		snprintf(out, size, "(..., 0)");
		return;
	}
	hist_bounds(bits, i, &lo, &hi);
	if (i <= 2u << bits) {
		snprintf(out, size, "[%lld]", (long long)lo);
		return;
	}
	power_label(low, sizeof(low), (uint64_t)lo, bits);
	power_label(high, sizeof(high), hi, bits);
	snprintf(out, size, "[%s, %s)", low, high);
}

static void lhist_number(char *out, size_t size, int64_t v, int64_t step)
{
	if (v && step % 1024 == 0 && v % (1 << 20) == 0)
		snprintf(out, size, "%lldM", (long long)(v >> 20));
	else if (v && step % 1024 == 0 && v % 1024 == 0)
		snprintf(out, size, "%lldK", (long long)(v >> 10));
	else
		snprintf(out, size, "%lld", (long long)v);
}

static void lhist_label(char *out, size_t size, const struct image_type *t, uint32_t i, uint32_t last)
{
	int64_t lo = t->min + ((int64_t)i - 1) * t->step;
	char low[24], high[24];

	lhist_number(low, sizeof(low), i == last ? t->max : lo, t->step);
	lhist_number(high, sizeof(high), i ? lo + t->step : t->min, t->step);
	if (!i)
		snprintf(out, size, "(..., %s)", high);
	else if (i == last)
		snprintf(out, size, "[%s, ...)", low);
	else if (t->step == 1)
		snprintf(out, size, "[%s]", low);
	else
		snprintf(out, size, "[%s, %s)", low, high);
}

void hist_range(const struct image_type *t, uint32_t i, int64_t *lo, int64_t *hi, bool *open_lo, bool *open_hi)
{
	uint32_t last = (uint32_t)t->count - 1;
	uint64_t high;

	*open_lo = !i;
	*open_hi = t->agg == AGG_lhist && i == last;
	if (t->agg == AGG_lhist) {
		*lo = i == last ? t->max : t->min + ((int64_t)i - 1) * t->step;
		*hi = i ? *lo + t->step : t->min;
	} else if (!i) {
		*lo = *hi = 0;
	} else {
		hist_bounds((unsigned)t->bits, i, lo, &high);
		*hi = (int64_t)high;
	}
}

void hist_print(struct buf *out, const struct image_type *t, const uint64_t *buckets, int64_t div)
{
	static const char bar[] = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";
	uint32_t n = (uint32_t)t->count, first = n, last = 0;
	uint64_t most = 0;
	char label[64];

	for (uint32_t i = 0; i < n; i++) {
		if (!buckets[i])
			continue;
		if (first == n)
			first = i;
		last = i;
		if (buckets[i] > most)
			most = buckets[i];
	}
	for (uint32_t i = first; i < n && i <= last; i++) {
		int len = (int)((double)BAR * (double)buckets[i] / (double)most);

		if (t->agg == AGG_hist)
			hist_label(label, sizeof(label), (unsigned)t->bits, i);
		else
			lhist_label(label, sizeof(label), t, i, n - 1);
		buf_printf(out, "%-16s%8llu |%-52.*s|\n", label,
			   (unsigned long long)(div > 1 ? buckets[i] / (uint64_t)div : buckets[i]), len, bar);
	}
	buf_putc(out, '\n');
}
