/*
 * layouts HEADER: what cdef makes of a header, as C that gcc can check: an
 * assertion for the size of every struct and the offset of every member.
 * Exit status 1: something in the header was not understood.
 */
#include "cdef/cdef.h"

#include <string.h>

static const struct type *unknown(void *arg, const char *keyword, const char *name)
{
	(void)arg, (void)keyword, (void)name;
	return NULL;
}

static void assert_fields(const char *whole, const struct type *t, uint32_t base)
{
	for (uint32_t i = 0; i < t->nfields; i++) {
		const struct field *f = &t->fields[i];

		if (!*f->name)
			assert_fields(whole, f->type, base + f->offset);
		else if (!f->bit_size)
			printf("_Static_assert(__builtin_offsetof(%s, %s) == %u, \"%s.%s\");\n", whole, f->name,
			       base + f->offset, whole, f->name);
	}
}

static void assert_type(const char *keyword, const char *name, const struct type *t, void *arg)
{
	char whole[256];

	(void)arg;
	snprintf(whole, sizeof(whole), "%s %s", keyword, name);
	printf("_Static_assert(sizeof(%s) == %u, \"%s\");\n", whole, t->size, whole);
	if (t->kind == TYPE_STRUCT)
		assert_fields(whole, t, 0);
}

int main(int argc, char **argv)
{
	struct arena *a = arena_new();
	struct sources sources;
	struct diag diag;
	struct cdefs_host host = {
		.arena = a, .types = types_new(a), .sources = &sources, .diag = &diag, .find_type = unknown};
	struct cdefs *c;
	bool found;

	if (argc != 2)
		return 2;
	sources_init(&sources, a);
	diag_init(&diag, a, &sources);
	c = cdefs_new(&host);
	printf("#define _GNU_SOURCE 1\n#define __KERNEL__ 1\n#include <%s>\n", argv[1]);
	found = cdefs_include(c, argv[1]);
	cdefs_each_type(c, assert_type, NULL);
	found = found && !cdefs_mistakes(c) && !cdefs_missing(c);
	arena_free(a);
	return !found;
}
