/* hist() and lhist(): how many buckets, and what they hold. */
#include "image/image.h"

uint32_t hist_buckets(unsigned bits)
{
	/* the last: the top bit is 62, all bits below it that count are set */
	return ((62 - bits + 1) << bits) + (1u << bits) - 1 + 1 + 1;
}

uint32_t lhist_buckets(int64_t min, int64_t max, int64_t step)
{
	return (uint32_t)((max - min) / step) + 2;
}

void hist_bounds(unsigned bits, uint32_t i, int64_t *lo, uint64_t *hi)
{
	uint32_t group, part;

	if (!i) {
		*lo = INT64_MIN;
		*hi = 0;
		return;
	}
	i--;
	group = i >> bits;
	part = i & ((1u << bits) - 1);
	if (!group) {
		*lo = i;
		*hi = (uint64_t)i + 1;
	} else {
		*lo = (int64_t)(((uint64_t)(1u << bits) + part) << (group - 1));
		*hi = ((uint64_t)(1u << bits) + part + 1) << (group - 1);
	}
}
