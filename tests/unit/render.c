/*
 * Bytes as text.
 * spec: O-004 O-035 O-044 O-010
 */
#include "tests/unit/unit.h"

#include "runtime/rt.h"

#include <string.h>

static struct image_type types[] = {
	{.kind = TYPE_NONE, .name = ""},
	{.kind = TYPE_USTACK, .size = 8 + 8 * 4, .stack_limit = 4, .stack_mode = STACK_RAW, .name = ""},
	{.kind = TYPE_AGGREGATE, .agg = AGG_lhist, .min = 0, .max = 2, .step = 1, .count = 4, .name = ""},
};
static const struct image im = {.types = types, .ntypes = ARRAY_SIZE(types), .str_trunc_trailer = ".."};
static const struct run_options options;
static struct rt rt = {.im = &im, .options = &options};

static const char *rendered(uint64_t type, const void *bytes)
{
	static struct buf out;

	buf_reset(&out);
	render(&rt, &out, type, bytes);
	return out.data;
}

static void stacks(void)
{
	struct {
		uint32_t count, pid;
		uint64_t frames[4];
	} st = {0, 1, {0}};

	unit_ok(str_eq(rendered(2, &st), "\n"));
	st.count = 3;
	st.frames[0] = 0xabc;
	unit_ok(str_eq(rendered(2, &st), "\nabc\n")); /* where frame pointers end is no frame */
}

static void histograms(void)
{
	uint64_t buckets[4] = {0, 1ull << 33, 1, 0};
	struct buf out = {0};

	hist_print(&out, &types[2], buckets, 1);
	unit_ok(!strncmp(out.data, "[0]             8589934592 |@@@@", 31));
	unit_ok(NULL != strstr(out.data, "[1]                    1 |   "));
	buf_free(&out);
}

int main(void)
{
	unit_ok(str_eq(rendered(1, ""), "null"));
	stacks();
	histograms();
	return unit_end();
}
