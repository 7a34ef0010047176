/*
 * The ledger: what was lost or could not be read, counted where it happened.
 * Most of it BPF programs count themselves, in image.losses; the rest comes from
 * the kernel, and from the runtime.
 */
#include "runtime/rt.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

void ledger_count(struct rt *rt, enum loss_kind kind, uint64_t n)
{
	rt->losses[kind] += n;
}

/* row N of image.losses, of all CPUs; shares: room for a word a CPU */
static uint64_t row(struct bpf_map *m, uint32_t i, uint64_t *shares)
{
	uint64_t n = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(m), &i, shares))
		return 0;
	for (int cpu = libbpf_num_possible_cpus(); cpu--;)
		n += shares[cpu];
	return n;
}

/*
 * How often a link did not run its program: bpf_link_info of newer kernels (6.7)
 * than Debian's headers know.
 */
#define LINK_PERF_EVENT 7
#define LINK_KPROBE_MULTI 8
#define PERF_KPROBE 3
#define PERF_KRETPROBE 4
#define MISSED_KPROBE 48 /* offsets of the members */
#define MISSED_KPROBE_MULTI 32

struct misses { /* of a link */
	uint32_t program;
	uint64_t n;
};

/* the program that a link runs, and how often it did not */
static uint64_t link_missed(int fd, uint32_t *program)
{
	union {
		struct {
			uint32_t type, id, prog_id, pad, kind;
		};
		char bytes[512];
	} info = {0};
	uint32_t len = sizeof(info);
	uint64_t n = 0;

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return 0;
	*program = info.prog_id;
	if (info.type == LINK_PERF_EVENT && (info.kind == PERF_KPROBE || info.kind == PERF_KRETPROBE))
		memcpy(&n, info.bytes + MISSED_KPROBE, sizeof(n));
	else if (info.type == LINK_KPROBE_MULTI)
		memcpy(&n, info.bytes + MISSED_KPROBE_MULTI, sizeof(n));
	return n;
}

/* what the kernel did not run: the program was running already, or too many functions wait for their return */
static uint64_t missed(struct rt *rt, const struct image_clause *c, const struct misses *links)
{
	struct bpf_program *p = rt_program(rt, c);
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	uint64_t n;

	if (!p || bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &len))
		return 0;
	n = info.recursion_misses;
	for (size_t i = 0; i < rt->nlinks; i++)
		if (links[i].program == info.id)
			n += links[i].n;
	return n;
}

/* place, what is written there, how often, what that means */
static void say(struct rt *rt, const struct image_loss *l, uint64_t n)
{
	const char *text = l->text;
	struct buf line = {0};

	if (!n)
		return;
	if ((l->kind == LOSS_map || l->kind == LOSS_map_busy) && l->index < rt->im->nmaps)
		text = rt->im->maps[l->index].name;
	if (json(rt)) {
		json_loss(rt, l, text, n);
		return;
	}
	if (rt->options->no_warnings)
		return;
	if (*l->place)
		buf_printf(&line, "%s: ", l->place);
	buf_puts(&line, "WARNING: ");
	if (l->kind == LOSS_map)
		buf_printf(
			&line,
			"Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration "
			"e.g. `let %s = hash(5000)` (%s, %llu times)",
			text, text, (unsigned long long)n);
	else
		buf_printf(&line, "%s%s%llu %s", text, *text ? ": " : "", (unsigned long long)n,
			   loss_kind_text(l->kind));
	fprintf(stderr, "%s\n", line.data);
	buf_free(&line);
}

/* what no program can count */
static bool say_others(struct rt *rt)
{
	struct misses *links = xcalloc(rt->nlinks + 1, sizeof(*links));
	uint64_t n, all = 0;

	for (size_t i = 0; i < rt->nlinks; i++)
		links[i].n = link_missed(rt->links[i], &links[i].program);
	for (size_t i = 0; i < rt->im->nclauses; i++) {
		const struct image_clause *c = &rt->im->clauses[i];
		struct image_loss l = {.kind = LOSS_missed,
				       .index = i,
				       .place = c->place,
				       .text = c->nattaches ? c->attaches[0].name : ""};

		if (c->session && c->session <= i) /* that program has been counted */
			continue;
		all += n = missed(rt, c, links);
		say(rt, &l, n);
	}
	free(links);
	for (size_t i = 0; i < rt->nsamplers; i++) {
		struct image_loss l = {.kind = LOSS_throttled, .place = "", .text = rt->samplers[i].attach->name};

		for (n = sampler_throttled(&rt->samplers[i]);
		     i + 1 < rt->nsamplers && rt->samplers[i + 1].attach == rt->samplers[i].attach; i++)
			n += sampler_throttled(&rt->samplers[i + 1]); /* a CPU each */
		all += n;
		say(rt, &l, n);
	}
	for (unsigned kind = 0; kind < LOSS_COUNT; kind++) {
		struct image_loss l = {.kind = kind, .place = "", .text = ""};

		all += rt->losses[kind];
		say(rt, &l, rt->losses[kind]);
	}
	return all != 0;
}

bool ledger_print(struct rt *rt)
{
	struct bpf_map *m = rt_map(rt, "ledger");
	uint64_t *shares = xcalloc((size_t)libbpf_num_possible_cpus(), sizeof(*shares)), events = 0, n;
	bool lost = false;

	output_flush(rt);
	for (uint32_t i = 0; m && i < rt->im->nlosses; i++) {
		const struct image_loss *l = &rt->im->losses[i];

		n = row(m, i, shares);
		lost |= n != 0;
		events += l->kind == LOSS_event ? n : 0;
		say(rt, l, n);
	}
	lost |= say_others(rt);
	if (json(rt))
		json_lost(rt, events);
	else if (events && !rt->options->no_warnings)
		warn("Total lost event count: %llu", (unsigned long long)events);
	free(shares);
	return lost;
}

void ledger_watch(struct rt *rt)
{
	struct bpf_map *m = rt_map(rt, "ledger");
	uint64_t *shares = xcalloc((size_t)libbpf_num_possible_cpus(), sizeof(*shares)), events = 0;

	for (uint32_t i = 0; m && i < rt->im->nlosses; i++)
		if (rt->im->losses[i].kind == LOSS_event)
			events += row(m, i, shares);
	free(shares);
	if (events == rt->events_lost)
		return;
	if (json(rt))
		json_lost(rt, events - rt->events_lost);
	else
		fprintf(stderr, "Lost %llu events\n", (unsigned long long)(events - rt->events_lost));
	rt->events_lost = events;
}
