/* The rows of the .def files, and finding them by name. */
#include "lang/lang.h"

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

int aggregation_find(const char *name)
{
	for (size_t i = 0; i < AGG_COUNT; i++)
		if (str_eq(aggregations[i].name, name))
			return (int)i;
	return -1;
}
