/* A script map as it was read: what maps.c, sweep.c and json.c work with. */
#ifndef PROBE_RUNTIME_TABLE_H
#define PROBE_RUNTIME_TABLE_H

#include "runtime/rt.h"

struct entry {
	const char *key; /* key_size bytes */
	const char *value; /* of a plain map its bytes; of an aggregation: total, n or buckets, merged */
	int64_t rank; /* what sorting goes by, where it is a number */
};

struct table {
	const struct image_map *map;
	const struct image_type *value, *key; /* key NULL: scalar */
	struct part { /* a BPF map that has some of the keys */
		int fd;
		uint32_t key_size; /* bytes; what follows in the key is zero */
	} parts[2];
	unsigned nparts;
	uint32_t key_size, value_size;
	struct entry *list;
	size_t count;
	struct arena *arena;
	struct rt *rt;
};

/* table.c */
bool is_agg(const struct table *t);
bool is_hist(const struct table *t);
int64_t average(const struct table *t, const uint64_t *v); /* of total and n */
bool table_ranks(const struct image_type *t); /* do plain values of the type go by value?  Others go by their keys. */
struct image_pair *map_pair(struct rt *rt, uint64_t index); /* of a map that is two BPF maps; NULL: it is one */
/* as it is to what was issued now: of an exchanged pair what is yet to be printed; false: there is none */
bool table_open(struct table *t, struct rt *rt, uint64_t index);
bool table_open_written(struct table *t, struct rt *rt, uint64_t index); /* what programs write to */
void table_read(struct table *t); /* all of it, into list */
void table_add(struct table *t, const void *key, size_t key_size, const char *raw); /* an entry, as the kernel has it */
void table_close(struct table *t);
bool table_is_set(struct table *t); /* has a scalar map been given a value? */
const struct part *table_part(const struct table *t, const char *key); /* which has the key, if one has */
size_t table_raw_size(const struct table *t); /* bytes of a value as the kernel has it: those of all CPUs */

/* maps.c */
void table_print(struct table *t, int64_t top, int64_t div); /* as print(@x, top, div) */

/* json.c: the same; entries from from on */
void json_map(struct table *t, size_t from, int64_t div);
void json_entry(struct table *t, const struct entry *e);

#endif
