/* Finding in what is sorted. */
#include "base/base.h"

size_t upper_bound(const void *list, size_t n, size_t size, size_t offset, uint64_t limit)
{
	const char *bytes = list;
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (*(const uint64_t *)(const void *)(bytes + mid * size + offset) <= limit)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
