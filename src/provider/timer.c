/* profile and interval: by the clock. */
#include "provider/kinds.h"

#include <string.h>

#define LEAST_NS 1000

static bool parse(struct attach *a)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {{"hz", 0}, {"s", 1000000000}, {"ms", 1000000}, {"us", 1000}};
	const char *name = a->provider->name, *why;
	int64_t n;

	if (a->nfields == 1) { /* nanoseconds, or a duration: 10ms */
		if (!parse_int(a->fields[0], &n, &why)) {
			error_at(a->diag, a->span, "%s probe must have unit of time", name);
			hint(a->diag, "write %s", a->provider->syntax);
			return false;
		}
		if (n < LEAST_NS) {
			error_at(a->diag, a->span,
				 "Invalid rate of %s probe. Minimum is 1000 or 1us. Found: %lld nanoseconds", name,
				 (long long)n);
			hint(a->diag, "write %s, as in %s:%s", a->provider->syntax, name,
			     a->provider->kind == ATTACH_profile ? "hz:99" : "s:1");
			return false;
		}
		a->period = (uint64_t)n;
		a->symbol = arena_printf(a->arena, "us:%llu", (unsigned long long)n / 1000);
		return true;
	}
	if (!parse_int(a->fields[1], &n, &why) || n < 1) {
		error_at(a->diag, a->span, "%s frequency should be a positive integer", name);
		return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (str_eq(units[i].name, a->fields[0])) {
			a->frequency = !units[i].ns;
			a->period = (uint64_t)n * (units[i].ns ? units[i].ns : 1);
			a->symbol = arena_printf(a->arena, "%s:%lld", a->fields[0], (long long)n);
			return true;
		}
	error_at(a->diag, a->span, "%s is not an accepted unit of time", a->fields[0]);
	hint(a->diag, "hz, s, ms or us");
	return false;
}

static bool expand(struct attach *a, const char **missing)
{
	(void)missing;
	match_add(a, arena_printf(a->arena, "%s:%s", a->provider->name, a->symbol));
	return true;
}

static void list_units(struct listing *l, const char *provider, const char *target, const char *symbol)
{
	static const char *const names[] = {"hz", "ms", "s", "us"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (glob_match(symbol, names[i]) || (!str_eq(target, "*") && glob_match(target, names[i])))
			l->each(l, arena_printf(l->arena, "%s:%s:", provider, names[i]));
}

static void list_profile(struct listing *l, const char *target, const char *symbol)
{
	list_units(l, "profile", target, symbol);
}

static void list_interval(struct listing *l, const char *target, const char *symbol)
{
	list_units(l, "interval", target, symbol);
}

static const char *const profile_aliases[] = {"p", NULL};
static const char *const interval_aliases[] = {"i", NULL};

const struct provider provider_profile = {
	.kind = ATTACH_profile,
	.name = "profile",
	.aliases = profile_aliases,
	.has = NEEDS_REGS | NEEDS_CTX,
	.syntax = "profile:hz|s|ms|us:N",
	.min_fields = 1,
	.max_fields = 2,
	.parse = parse,
	.expand = expand,
	.list = list_profile,
};

const struct provider provider_interval = {
	.kind = ATTACH_interval,
	.name = "interval",
	.aliases = interval_aliases,
	.has = NEEDS_REGS | NEEDS_CTX,
	.syntax = "interval:hz|s|ms|us:N",
	.min_fields = 1,
	.max_fields = 2,
	.parse = parse,
	.expand = expand,
	.list = list_interval,
};
