/* diag: the shape of messages, to the byte. */
#include "tests/unit/unit.h"
#include "base/base.h"

#include <stdlib.h>

static struct diag d;

static const char *flushed(bool colour)
{
	static char *text;
	size_t len;
	FILE *f;

	free(text);
	f = open_memstream(&text, &len);
	diag_flush(&d, f, colour);
	fclose(f);
	return text;
}

static const struct warning usual = {"a_name", 3, true}, rare = {"rare", 4, false};

int main(void)
{
	struct arena *a = arena_new();
	struct sources s;
	struct source *src;
	uint32_t at;

	sources_init(&s, a);
	diag_init(&d, a, &s);
	src = sources_add(&s, "stdin", "BEGIN {\n\tprinf(\"\xc3\xa4\"); x\n}", 25);
	at = src->base;

	unit_is_str(flushed(false), "");

	warning_at(&d, &usual, (struct span){at, at + 5}, "careful");
	error_at(&d, (struct span){at + 21, at + 22}, "no %s", "x");
	error_at(&d, (struct span){at + 9, at + 14}, "unknown");
	hint(&d, "use %s", "printf");
	error_at(&d, (struct span){at + 9, at + 14}, "unknown");
	hint(&d, "not twice");
	error_at(&d, (struct span){0, 0}, "nowhere");
	error_at(&d, (struct span){at, at + 10}, "long");
	error_at(&d, (struct span){at + 25, at + 25}, "end");
	unit_is_int(d.errors, 5);
	unit_is_int(d.warnings, 1);
	unit_is_str(flushed(false), "ERROR: nowhere\n"
				    "stdin:1-2: ERROR: long\n"
				    "BEGIN {\n"
				    "    prinf(\"\xc3\xa4\"); x\n"
				    "stdin:2:2-7: ERROR: unknown\n"
				    "    prinf(\"\xc3\xa4\"); x\n"
				    "    ~~~~~\n"
				    "HINT: use printf\n"
				    "stdin:2:14-15: ERROR: no x\n"
				    "    prinf(\"\xc3\xa4\"); x\n"
				    "               ~\n"
				    "stdin:3:2-3: ERROR: end\n"
				    "}\n"
				    " ~\n"
				    "stdin:1:1-6: WARNING: careful [a_name]\n"
				    "BEGIN {\n"
				    "~~~~~\n");

	/* printed once; the counts stay */
	unit_is_str(flushed(false), "");
	unit_is_int(d.errors, 5);

	error_at(&d, (struct span){at, at + 5}, "red");
	also_at(&d, (struct span){at + 6, at + 7}, "and this");
	unit_is_str(flushed(true), "\033[31mstdin:1:1-6: ERROR: red\033[0m\nBEGIN {\n~~~~~\n"
				   "stdin:1:7-8: ERROR: and this\nBEGIN {\n      ~\n");

	warning_at(&d, &rare, (struct span){at, at + 5}, "only with -v");
	unit_is_str(flushed(false), "");
	d.verbose = true;
	warning_at(&d, &rare, (struct span){0, 0}, "only with -v");
	unit_is_str(flushed(false), "WARNING: only with -v [rare]\n");
	d.silent = 1 << 4;
	warning_at(&d, &rare, (struct span){0, 0}, "hush");
	unit_is_str(flushed(false), "");
	d.silent = 1 << 3;
	warning_at(&d, &usual, (struct span){0, 0}, "hush");
	hint(&d, "hush");
	unit_is_str(flushed(false), "");

	for (int i = 0; i < 60; i++)
		error_at(&d, (struct span){0, 0}, "e%d", i);
	unit_ok(strstr(flushed(false), "ERROR: e49\nERROR: 10 more not shown\n") != NULL);
	arena_free(a);
	return unit_end();
}
