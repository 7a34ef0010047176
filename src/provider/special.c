/* begin, end: run by the tracer itself. */
#include "provider/kinds.h"

static bool parse(struct attach *a)
{
	if (a->nfields && !str_eq(a->fields[0], "*")) {
		error_at(a->diag, a->span, "%s probe type requires 0 arguments, found %zu", a->provider->name, a->nfields);
		return false;
	}
	return true;
}

static bool expand(struct attach *a, const char **missing)
{
	(void)missing;
	match_add(a, a->provider->name);
	return true;
}

const struct provider provider_begin = {
	.kind = ATTACH_begin, .name = "begin", .syntax = "begin", .max_fields = 1, .parse = parse, .expand = expand,
};

const struct provider provider_end = {
	.kind = ATTACH_end, .name = "end", .syntax = "end", .max_fields = 1, .parse = parse, .expand = expand,
};
