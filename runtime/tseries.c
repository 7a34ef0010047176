/* tseries(): values over time, drawn sideways (language.md section 9.4). */
#include "runtime/rt.h"

#include <string.h>
#include <time.h>

#define WIDTH 53

struct series {
	const struct image_type *type;
	const uint64_t *slots;
	uint64_t first, last; /* epochs */
	bool any;
};

static const uint64_t *slot_of(const struct series *s, uint64_t epoch)
{
	const uint64_t *slot = s->slots + epoch % s->type->count * TSERIES_WORDS;

	return slot[TSERIES_N] && slot[TSERIES_EPOCH] == epoch ? slot : NULL;
}

static struct series open_series(const struct image_type *t, const uint64_t *slots)
{
	struct series s = {.type = t, .slots = slots};

	for (uint64_t i = 0; i < t->count; i++) {
		uint64_t epoch = slots[i * TSERIES_WORDS + TSERIES_EPOCH];

		if (!slots[i * TSERIES_WORDS + TSERIES_N])
			continue;
		if (!s.any || epoch > s.last)
			s.last = epoch;
		if (!s.any || epoch < s.first)
			s.first = epoch;
		s.any = true;
	}
	if (s.any && s.last - s.first >= t->count)
		s.first = s.last - t->count + 1;
	return s;
}

static int64_t value_at(const struct series *s, const uint64_t *slot)
{
	int64_t v = (int64_t)slot[TSERIES_VALUE];

	if (s->type->step == TSERIES_avg)
		return s->type->is_signed ? v / ((int64_t)slot[TSERIES_N] < 1 ? 1 : (int64_t)slot[TSERIES_N])
					  : (int64_t)((uint64_t)v / slot[TSERIES_N]);
	return v;
}

void tseries_merge(const struct image_type *t, const uint64_t *share, uint64_t *out)
{
	for (uint64_t i = 0; i < t->count; i++, share += TSERIES_WORDS, out += TSERIES_WORDS) {
		bool less = t->is_signed ? (int64_t)share[TSERIES_VALUE] < (int64_t)out[TSERIES_VALUE]
					 : share[TSERIES_VALUE] < out[TSERIES_VALUE];

		if (!share[TSERIES_N] || (out[TSERIES_N] && share[TSERIES_EPOCH] < out[TSERIES_EPOCH]))
			continue;
		if (!out[TSERIES_N] || share[TSERIES_EPOCH] > out[TSERIES_EPOCH]) {
			memcpy(out, share, TSERIES_WORDS * sizeof(*out));
		} else if (t->step == TSERIES_avg || t->step == TSERIES_sum) {
			out[TSERIES_VALUE] += share[TSERIES_VALUE];
			out[TSERIES_N] += share[TSERIES_N];
		} else if (t->step == TSERIES_last ? share[TSERIES_N] > out[TSERIES_N]
						   : less == (t->step == TSERIES_min)) {
			out[TSERIES_VALUE] = share[TSERIES_VALUE];
			out[TSERIES_N] = share[TSERIES_N];
		}
	}
}

uint64_t tseries_latest(const struct image_type *t, const uint64_t *slots)
{
	struct series s = open_series(t, slots);

	return s.any ? s.last : 0;
}

/* how fine the time is shown: digits after the second */
static int digits(int64_t interval)
{
	return interval % 1000000000 == 0 ? 0 : interval % 1000000 == 0 ? 3 : interval % 1000 == 0 ? 6 : 9;
}

static void put_time(struct buf *out, const char *format, uint64_t ns, int fraction)
{
	time_t seconds = (time_t)(ns / 1000000000);
	char text[64], sub[16];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), format, &tm);
	snprintf(sub, sizeof(sub), "%09llu", (unsigned long long)(ns % 1000000000));
	buf_puts(out, text);
	if (fraction)
		buf_printf(out, ".%.*s", fraction, sub);
}

/* of a value between low and high, whatever they are */
static int column(int64_t v, int64_t low, int64_t high)
{
	double range = (double)high - (double)low, at = range > 0 ? (WIDTH - 1) * ((double)v - (double)low) / range : 0;

	return at < 0 ? 0 : at > WIDTH - 1 ? WIDTH - 1 : (int)at;
}

static void row(struct buf *out, const struct series *s, uint64_t epoch, int64_t low, int64_t high)
{
	const uint64_t *slot = slot_of(s, epoch);
	char line[WIDTH + 1];

	memset(line, ' ', WIDTH);
	line[WIDTH] = '\0';
	line[0] = line[WIDTH - 1] = '|';
	if (low < 0 && high > 0)
		line[column(0, low, high)] = '.';
	if (slot)
		line[column(value_at(s, slot), low, high)] = '*';
	put_time(out, "%H:%M:%S", epoch * (uint64_t)s->type->min, digits(s->type->min));
	buf_printf(out, " %s ", line);
	if (!slot)
		buf_puts(out, "-\n");
	else if (s->type->is_signed)
		buf_printf(out, "%lld\n", (long long)value_at(s, slot));
	else
		buf_printf(out, "%llu\n", (unsigned long long)value_at(s, slot));
}

static void limits(struct buf *out, int width, int64_t low, int64_t high)
{
	buf_printf(out, "%*s%-21lld%32lld\n", width + 1, "", (long long)low, (long long)high);
}

void tseries_print(struct buf *out, const struct image_type *t, const uint64_t *slots)
{
	static const char *const units[] = {[0] = "", [3] = ".ms", [6] = ".\u03bcs", [9] = ".ns"};
	static const char bar[] = "___________________________________________________";
	struct series s = open_series(t, slots);
	int fraction = digits(t->min), width = 8 + (fraction ? fraction + 1 : 0);
	int64_t low = INT64_MAX, high = INT64_MIN;

	if (!s.any) {
		buf_puts(out, "<no data>\n");
		return;
	}
	for (uint64_t e = s.first; e - s.first <= s.last - s.first && e >= s.first; e++) {
		const uint64_t *slot = slot_of(&s, e);

		if (slot && value_at(&s, slot) < low)
			low = value_at(&s, slot);
		if (slot && value_at(&s, slot) > high)
			high = value_at(&s, slot);
	}
	if (low == high) {
		low -= low > INT64_MIN;
		high += high < INT64_MAX;
	}
	limits(out, width, low, high);
	buf_printf(out, "hh:mm:ss%-*s |%s|\n", width - 8 + (fraction == 6), units[fraction], bar);
	for (uint64_t e = s.first; e - s.first <= s.last - s.first && e >= s.first; e++)
		row(out, &s, e, low, high);
	buf_printf(out, "%*sv%sv\n", width + 1, "", bar);
	limits(out, width, low, high);
	buf_putc(out, '\n');
}

void tseries_json(struct buf *out, const struct image_type *t, const uint64_t *slots)
{
	struct series s = open_series(t, slots);
	bool first = true;

	buf_putc(out, '[');
	for (uint64_t e = s.first; s.any && e - s.first <= s.last - s.first && e >= s.first; e++) {
		const uint64_t *slot = slot_of(&s, e);

		if (!slot)
			continue;
		buf_printf(out, "%s{\"interval_start\":\"", first ? "" : ",");
		put_time(out, "%Y-%m-%dT%H:%M:%S", e * (uint64_t)t->min, 9);
		buf_printf(out, "\",\"value\":%lld}", (long long)value_at(&s, slot));
		first = false;
	}
	buf_putc(out, ']');
}
