/* The rows of the .def files, and finding them by name. */
#include "lang/lang.h"

#include <string.h>

const struct builtin builtins[BUILTIN_COUNT] = {
#define BUILTIN(name, type, flags) {#name, type, flags},
#include "lang/builtins.def"
#undef BUILTIN
};

const struct function functions[FN_COUNT] = {
#define FUNC(name, signature, flags) {#name, signature, flags, FN_##name},
#include "lang/functions.def"
#undef FUNC
};

const struct aggregation aggregations[AGG_COUNT] = {
#define AGG(name, signature, flags) {#name, signature, flags},
#include "lang/aggregations.def"
#undef AGG
};

const struct warning warnings[WARN_COUNT] = {
#define WARNING(name, usual, what) {#name, WARN_##name, usual},
#include "lang/warnings.def"
#undef WARNING
};

const struct builtin *builtin_find(const char *name)
{
	for (size_t i = 0; i < BUILTIN_COUNT; i++)
		if (str_eq(builtins[i].name, name))
			return &builtins[i];
	return NULL;
}

const struct function *function_find(const char *name)
{
	for (size_t i = 0; i < FN_COUNT; i++)
		if (str_eq(functions[i].name, name))
			return &functions[i];
	return NULL;
}

const char *warning_names(struct arena *a)
{
	const char *names = warnings[0].name;

	for (size_t i = 1; i < WARN_COUNT; i++)
		names = arena_printf(a, "%s, %s", names, warnings[i].name);
	return names;
}

bool warnings_named(struct arena *a, const char *names, uint64_t *bits, const char **unknown)
{
	for (size_t len; *names; names += len + (names[len] == ',')) {
		size_t i = 0;

		len = strcspn(names, ",");
		while (i < WARN_COUNT && (strlen(warnings[i].name) != len || strncmp(warnings[i].name, names, len)))
			i++;
		if (i == WARN_COUNT) {
			*unknown = arena_strndup(a, names, len);
			return false;
		}
		*bits |= 1ull << i;
	}
	return true;
}

int aggregation_find(const char *name)
{
	for (size_t i = 0; i < AGG_COUNT; i++)
		if (str_eq(aggregations[i].name, name))
			return (int)i;
	return -1;
}
