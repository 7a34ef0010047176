/*
 * The ledger: what was lost or could not be read, counted where it happened,
 * said once, at the end.
 */
#include "runtime/rt.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

/* the message of a row: place, what is written there, how often, what that means */
static void say(const struct rt *rt, const struct image_loss *l, uint64_t n)
{
	unsigned long long count = n;

	if (l->kind == LOSS_map && l->index < rt->im->nmaps) {
		const char *map = rt->im->maps[l->index].name;

		fprintf(stderr,
			"%s: WARNING: Map full; can't update element (%s, %llu times). Try increasing max_map_keys "
			"config or manually setting the max "
			"entries in a map declaration e.g. `let %s = hash(5000)`\n",
			l->place, map, count, map);
		return;
	}
	fprintf(stderr, "%s: WARNING: %s: %llu %s\n", l->place, l->text, count, loss_kind_text(l->kind));
}

bool ledger_print(struct rt *rt)
{
	struct bpf_map *m = rt_map(rt, "ledger");
	int cpus = libbpf_num_possible_cpus();
	uint64_t *shares, events = 0;
	bool lost = false;

	if (!m)
		return false;
	shares = xcalloc((size_t)cpus, sizeof(*shares));
	for (uint32_t i = 0; i < rt->im->nlosses; i++) {
		const struct image_loss *l = &rt->im->losses[i];
		uint64_t n = 0;

		if (bpf_map_lookup_elem(bpf_map__fd(m), &i, shares))
			continue;
		for (int cpu = 0; cpu < cpus; cpu++)
			n += shares[cpu];
		if (!n)
			continue;
		lost = true;
		if (l->kind == LOSS_event)
			events += n;
		if (json(rt))
			json_loss(rt, l, n);
		else
			say(rt, l, n);
	}
	if (json(rt))
		json_lost(rt, events);
	else if (events)
		warn("Total lost event count: %llu", (unsigned long long)events);
	free(shares);
	return lost;
}
