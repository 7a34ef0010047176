/* source: from a span to its file, line and column. */
#include "tests/unit/unit.h"
#include "base/base.h"

int main(void)
{
	struct arena *a = arena_new();
	struct sources s;
	struct source *one, *two;
	struct place p;
	size_t len;

	sources_init(&s, a);
	one = sources_add(&s, "one", "abc\n\nxyz", 8);
	two = sources_add(&s, "two", "12345", 5);
	sources_add(&s, "empty", "", 0);

	unit_ok(!sources_place(&s, (struct span){0, 0}, &p));
	unit_ok(!sources_place(&s, (struct span){s.end, s.end}, &p));

	unit_ok(sources_place(&s, (struct span){one->base + 5, one->base + 8}, &p));
	unit_is_str(p.source->name, "one");
	unit_is_int(p.line, 3);
	unit_is_int(p.column, 1);
	unit_is_int(p.end_line, 3);
	unit_is_int(p.end_column, 4);

	unit_ok(sources_place(&s, (struct span){two->base + 1, two->base + 2}, &p));
	unit_is_str(p.source->name, "two");
	unit_is_int(p.line, 1);
	unit_is_int(p.column, 2);
	unit_is_int(p.end_column, 3);

	/* a newline belongs to its line; the end of a text is a place in it */
	unit_ok(sources_place(&s, (struct span){one->base, one->base + 4}, &p));
	unit_is_int(p.end_line, 1);
	unit_ok(sources_place(&s, (struct span){one->base + 8, one->base + 8}, &p));
	unit_is_str(p.source->name, "one");
	unit_is_int(p.line, 3);
	unit_is_int(p.column, 4);

	unit_ok(!strncmp(source_line(one, 3, &len), "xyz", 3));
	unit_is_int(len, 3);
	unit_ok(source_line(one, 2, &len));
	unit_is_int(len, 0);
	unit_ok(!source_line(one, 4, &len));
	unit_ok(source_line(two, 1, &len));
	unit_is_int(len, 5);
	unit_ok(!source_line(two, 2, &len));

	unit_is_int(span_join((struct span){3, 5}, (struct span){8, 9}).to, 9);
	unit_is_int(span_join((struct span){0, 0}, (struct span){8, 9}).from, 8);
	arena_free(a);
	return unit_end();
}
