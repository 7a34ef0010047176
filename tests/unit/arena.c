/* arena, buf: zeroed, aligned, whole. */
#include "tests/unit/unit.h"
#include "base/base.h"

int main(void)
{
	struct arena *a = arena_new();
	struct buf b = {0};
	bool zero = true, aligned = true;
	char *big;

	for (size_t n = 0; n < 5000; n++) {
		char *p = arena_alloc(a, n);

		for (size_t i = 0; i < n; i++)
			zero &= !p[i];
		memset(p, 0xff, n);
		aligned &= (uintptr_t)p % 16 == 0;
	}
	unit_ok(zero);
	unit_ok(aligned);
	big = arena_alloc(a, 10 << 20);
	big[(10 << 20) - 1] = 1;
	unit_is_str(arena_strdup(a, "abc"), "abc");
	unit_is_str(arena_strndup(a, "abc", 2), "ab");
	unit_is_str(arena_strndup(a, "abc", 9), "abc");
	unit_is_str(arena_printf(a, "%d-%s", 5, "x"), "5-x");
	arena_free(a);
	arena_free(NULL);

	buf_reset(&b);
	unit_is_int(b.len, 0);
	buf_puts(&b, "a");
	buf_putc(&b, 'b');
	buf_printf(&b, "%0200d", 7);
	unit_is_int(b.len, 202);
	unit_is_int(strlen(b.data), 202);
	buf_reset(&b);
	unit_is_str(b.data, "");
	buf_add(&b, "x\0y", 3);
	unit_is_int(b.len, 3);
	buf_free(&b);
	unit_ok(!b.data);
	return unit_end();
}
