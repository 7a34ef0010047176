/* clear(@x), zero(@x), and print(@x); clear(@x) without a loss. */
#include "runtime/table.h"

#include <bpf/bpf.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* write zeroes to every key of what was read, or delete it; into: where the zeroes go */
static void sweep_table(struct table *t, bool delete, const struct table *into)
{
	char *zero = xcalloc(1, table_raw_size(t));

	if (!t->key) {
		uint32_t first = 0;

		bpf_map_update_elem(t->parts[0].fd, &first, zero, BPF_ANY);
	}
	for (size_t i = 0; t->key && i < t->count; i++) {
		const void *key = t->list[i].key;
		int from = table_part(t, key)->fd, to = table_part(into, key)->fd;

		if (delete || to != from)
			bpf_map_delete_elem(from, key);
		if (!delete)
			bpf_map_update_elem(to, key, zero, to == from ? BPF_EXIST : BPF_NOEXIST);
	}
	t->rt->zeroed[t->map - t->rt->im->maps] = !delete &&t->count && (t->key || table_is_set(t));
	free(zero);
}

static void sweep(struct rt *rt, uint64_t index, bool delete)
{
	struct table t;

	if (!table_open(&t, rt, index))
		return;
	table_read(&t);
	sweep_table(&t, delete, &t);
	table_close(&t);
	/* what came since it was exchanged is swept as well */
	if (!rt->held[index] || !table_open_written(&t, rt, index))
		return;
	table_read(&t);
	sweep_table(&t, delete, &t);
	table_close(&t);
}

#define BUSY_MOST 600000 /* looks, of 50 us: half a minute; nobody writes that long, but it may be pushed aside */

/* until no program writes to what it wrote to before: those that cannot sleep RCU knows, the others say */
static void wait_for_programs(struct rt *rt)
{
	unsigned looks = 0;

	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(50000);
	for (uint64_t i = 0; i < rt->im->nmaps; i++) {
		struct image_pair *p = rt->held[i] ? map_pair(rt, i) : NULL;

		while (p && __atomic_load_n(&p->busy[~p->current & 1], __ATOMIC_SEQ_CST) && looks++ < BUSY_MOST)
			usleep(50);
	}
	if (looks >= BUSY_MOST)
		warn("a program that writes to a map does not end: what it writes may be missing from what is printed");
}

/* the maps that are printed together, from this one on: programs get the other one of each pair */
static void exchange(struct rt *rt, const struct image_event *first)
{
	for (const struct image_event *e = first; e < rt->im->events + rt->im->nevents; e++) {
		struct image_pair *p = e->then && e->group == first->group && e->map ? map_pair(rt, e->map - 1) : NULL;

		if (!p || rt->held[e->map - 1])
			continue;
		__atomic_store_n(&p->current, ~p->current & 1, __ATOMIC_SEQ_CST);
		rt->held[e->map - 1] = true;
	}
	wait_for_programs(rt);
}

/* print(@x); clear(@x): what programs wrote to is printed and swept in peace */
void map_print_sweep(struct rt *rt, const struct image_event *e, int64_t top, int64_t div)
{
	uint64_t index = e->map - 1;
	struct image_pair *p = map_pair(rt, index);
	bool delete = e->then == THEN_clear;
	struct table t, now;

	if (!p || !table_open_written(&now, rt, index)) {
		map_print(rt, index, top, div);
		sweep(rt, index, delete);
		return;
	}
	if (!rt->held[index])
		exchange(rt, e);
	if (!table_open(&t, rt, index) || !table_open_written(&now, rt, index))
		return;
	table_read(&t);
	table_print(&t, top, div);
	sweep_table(&t, delete, &now);
	table_close(&t);
	rt->held[index] = false;
}

void map_clear(struct rt *rt, uint64_t index)
{
	sweep(rt, index, true);
}

void map_zero(struct rt *rt, uint64_t index)
{
	sweep(rt, index, false);
}
