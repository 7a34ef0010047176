/* software and hardware: counters of perf. */
#include "provider/kinds.h"

#include <linux/perf_event.h>
#include <string.h>

struct counter {
	const char *name, *alias;
	uint64_t config, period;
};

static const struct counter software[] = {
	{"cpu-clock", "cpu", PERF_COUNT_SW_CPU_CLOCK, 1000000},
	{"task-clock", NULL, PERF_COUNT_SW_TASK_CLOCK, 1},
	{"page-faults", "faults", PERF_COUNT_SW_PAGE_FAULTS, 100},
	{"context-switches", "cs", PERF_COUNT_SW_CONTEXT_SWITCHES, 1000},
	{"cpu-migrations", NULL, PERF_COUNT_SW_CPU_MIGRATIONS, 1},
	{"minor-faults", NULL, PERF_COUNT_SW_PAGE_FAULTS_MIN, 100},
	{"major-faults", NULL, PERF_COUNT_SW_PAGE_FAULTS_MAJ, 1},
	{"alignment-faults", NULL, PERF_COUNT_SW_ALIGNMENT_FAULTS, 1},
	{"emulation-faults", NULL, PERF_COUNT_SW_EMULATION_FAULTS, 1},
	{"dummy", NULL, PERF_COUNT_SW_DUMMY, 1},
	{"bpf-output", NULL, PERF_COUNT_SW_BPF_OUTPUT, 1},
	{0},
};

static const struct counter hardware[] = {
	{"cpu-cycles", "cycles", PERF_COUNT_HW_CPU_CYCLES, 1000000},
	{"instructions", NULL, PERF_COUNT_HW_INSTRUCTIONS, 1000000},
	{"cache-references", NULL, PERF_COUNT_HW_CACHE_REFERENCES, 1000000},
	{"cache-misses", NULL, PERF_COUNT_HW_CACHE_MISSES, 1000000},
	{"branch-instructions", "branches", PERF_COUNT_HW_BRANCH_INSTRUCTIONS, 100000},
	{"branch-misses", NULL, PERF_COUNT_HW_BRANCH_MISSES, 100000},
	{"bus-cycles", NULL, PERF_COUNT_HW_BUS_CYCLES, 100000},
	{"frontend-stalls", NULL, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, 1000000},
	{"backend-stalls", NULL, PERF_COUNT_HW_STALLED_CYCLES_BACKEND, 1000000},
	{"ref-cycles", NULL, PERF_COUNT_HW_REF_CPU_CYCLES, 1000000},
	{0},
};

static const struct counter *table_of(const struct provider *p)
{
	return p->kind == ATTACH_software ? software : hardware;
}

static bool parse(struct attach *a)
{
	const char *event = a->fields[0], *why, *names[32];
	int64_t count = 0;
	size_t n = 0;

	if (!must_have(a, event, "an event"))
		return false;
	for (const struct counter *c = table_of(a->provider); c->name; c++) {
		names[n++] = c->name;
		if (!str_eq(c->name, event) && !str_eq(c->alias ? c->alias : "", event))
			continue;
		a->config = c->config;
		a->period = c->period;
		if (a->nfields == 2 && *a->fields[1] && (!parse_int(a->fields[1], &count, &why) || count < 1)) {
			error_at(a->diag, a->span, "%s count should be a positive integer", a->provider->name);
			return false;
		}
		if (count)
			a->period = (uint64_t)count;
		a->symbol = event;
		return true;
	}
	names[n] = NULL;
	error_at(a->diag, a->span, "%s is not a %s probe", event, a->provider->name);
	if (nearest(event, names))
		hint(a->diag, "did you mean '%s'?", nearest(event, names));
	return false;
}

static bool expand(struct attach *a, const char **missing)
{
	(void)missing;
	match_symbol(match_add(a, arena_printf(a->arena, "%s:%s:%llu", a->provider->name, a->symbol,
					       (unsigned long long)a->period)),
		     a->symbol);
	return true;
}

static void list_table(struct listing *l, const char *provider, const struct counter *table, const char *target,
		       const char *symbol)
{
	for (const struct counter *c = table; c->name; c++)
		for (int i = 0;
		     i < 2 && perf_counts(table == hardware ? PERF_TYPE_HARDWARE : PERF_TYPE_SOFTWARE, c->config);
		     i++) {
			const char *name = i ? c->alias : c->name;

			if (name && (glob_match(symbol, name) || (!str_eq(target, "*") && glob_match(target, name))))
				l->each(l, arena_printf(l->arena, "%s:%s:", provider, name));
		}
}

static void list_software(struct listing *l, const char *target, const char *symbol)
{
	list_table(l, "software", software, target, symbol);
}

static void list_hardware(struct listing *l, const char *target, const char *symbol)
{
	list_table(l, "hardware", hardware, target, symbol);
}

static const char *const software_aliases[] = {"s", NULL};
static const char *const hardware_aliases[] = {"h", NULL};

const struct provider provider_software = {
	.kind = ATTACH_software,
	.name = "software",
	.aliases = software_aliases,
	.has = NEEDS_REGS | NEEDS_CTX,
	.syntax = "software:event[:count]",
	.min_fields = 1,
	.max_fields = 2,
	.kernel_listed = true,
	.parse = parse,
	.expand = expand,
	.list = list_software,
};

const struct provider provider_hardware = {
	.kind = ATTACH_hardware,
	.name = "hardware",
	.aliases = hardware_aliases,
	.has = NEEDS_REGS | NEEDS_CTX,
	.syntax = "hardware:event[:count]",
	.min_fields = 1,
	.max_fields = 2,
	.kernel_listed = true,
	.parse = parse,
	.expand = expand,
	.list = list_hardware,
};
