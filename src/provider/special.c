/* What the tracer runs itself: begin and end, a signal, tests and benchmarks of a script. */
#include "provider/kinds.h"

static bool parse_none(struct attach *a)
{
	if (a->nfields && !str_eq(a->fields[0], "*")) {
		error_at(a->diag, a->span, "%s probe type requires 0 arguments, found %zu", a->provider->name,
			 a->nfields);
		return false;
	}
	return true;
}

static bool expand_none(struct attach *a, const char **missing)
{
	(void)missing;
	match_add(a, a->provider->name);
	return true;
}

const struct provider provider_begin = {
	.kind = ATTACH_begin,
	.name = "begin",
	.syntax = "begin",
	.max_fields = 1,
	.parse = parse_none,
	.expand = expand_none,
};

const struct provider provider_end = {
	.kind = ATTACH_end,
	.name = "end",
	.syntax = "end",
	.max_fields = 1,
	.parse = parse_none,
	.expand = expand_none,
};

static bool parse_signal(struct attach *a)
{
	if (!str_eq(a->fields[0], "signal")) {
		error_at(a->diag, a->span, "%s is not a supported trigger", a->fields[0]);
		hint(a->diag, "write %s", a->provider->syntax);
		return false;
	}
	if (!str_eq(a->fields[1], "SIGUSR1")) {
		error_at(a->diag, a->span, "%s is not a supported signal", a->fields[1]);
		hint(a->diag, "write %s", a->provider->syntax);
		return false;
	}
	return true;
}

static bool expand_signal(struct attach *a, const char **missing)
{
	(void)missing;
	match_add(a, "self:signal:SIGUSR1");
	return true;
}

static void list_signal(struct listing *l, const char *target, const char *symbol)
{
	if (glob_match(symbol, "SIGUSR1") && glob_match(target, "signal"))
		l->each(l, "self:signal:SIGUSR1");
}

const struct provider provider_self = {
	.kind = ATTACH_self,
	.name = "self",
	.syntax = "self:signal:SIGUSR1",
	.min_fields = 2,
	.max_fields = 2,
	.parse = parse_signal,
	.expand = expand_signal,
	.list = list_signal,
};

static bool parse_name(struct attach *a)
{
	a->symbol = a->fields[0];
	return must_have(a, a->symbol, "a name");
}

static bool expand_name(struct attach *a, const char **missing)
{
	(void)missing;
	match_symbol(match_add(a, arena_printf(a->arena, "%s:%s", a->provider->name, a->symbol)), a->symbol);
	return true;
}

const struct provider provider_test = {
	.kind = ATTACH_test,
	.name = "test",
	.syntax = "test:name",
	.min_fields = 1,
	.max_fields = 1,
	.parse = parse_name,
	.expand = expand_name,
};

const struct provider provider_bench = {
	.kind = ATTACH_bench,
	.name = "bench",
	.syntax = "bench:name",
	.min_fields = 1,
	.max_fields = 1,
	.parse = parse_name,
	.expand = expand_name,
};
