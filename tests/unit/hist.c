/*
 * Histograms from their buckets: counts are 64 bits, the bars are in proportion.
 * spec: O-030 O-034 O-035
 */
#include "tests/unit/unit.h"
#include "lang/lang.h"
#include "runtime/rt.h"

#include <string.h>

static void wide_counts(void)
{
	struct image_type t = {.kind = TYPE_AGGREGATE, .agg = AGG_hist, .count = hist_buckets(0)};
	uint64_t buckets[128] = {0};
	struct buf out = {0};

	buckets[1] = 1ull << 40; /* [0] */
	buckets[3] = 1ull << 39; /* [2, 4) */
	hist_print(&out, &t, buckets, 0);
	buf_putc(&out, '\0');
	unit_ok(strstr(out.data,
		       "[0]             1099511627776 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"));
	unit_ok(strstr(out.data, "[1]                    0 |                                                    |\n"));
	unit_ok(strstr(out.data,
		       "[2, 4)          549755813888 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n"));
	buf_free(&out);
}

int main(void)
{
	wide_counts();
	return unit_end();
}
