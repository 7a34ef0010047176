/* The places of usdt probes: found before loading, as a map tells programs where the arguments are. */
#include "runtime/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* how many arguments an entry of the map has room for */
static unsigned nargs(struct rt *rt)
{
	struct bpf_map *m = rt_map(rt, "usdt_args");

	return m && bpf_map__value_size(m) > USDT_HEAD
		       ? (unsigned)((bpf_map__value_size(m) - USDT_HEAD) / sizeof(struct usdt_arg))
		       : 0;
}

static struct usdt_entry *entry_add(struct rt *rt)
{
	struct usdt_entry *e = arena_alloc(rt->arena, sizeof(*e) + nargs(rt) * sizeof(e->args[0]));

	if (!(rt->nusdt & (rt->nusdt - 1)))
		rt->usdt = xrealloc(rt->usdt, (rt->nusdt ? 2 * rt->nusdt : 1) * sizeof(*rt->usdt));
	rt->usdt[rt->nusdt++] = e;
	return e;
}

static int add_site(struct rt *rt, struct elf_file *f, const struct image_clause *c, const struct image_attach *a,
		    const struct usdt_site *s)
{
	struct usdt_entry *e = entry_add(rt);
	const struct elf_symbol *function = elf_at(f, s->offset);
	const char *why;

	*e = (struct usdt_entry){.clause = c,
				 .attach = a,
				 .address = s->address,
				 .offset = s->offset,
				 .semaphore = s->semaphore,
				 .function = function ? function->address : s->address};
	for (unsigned i = 0, n = nargs(rt); i < n; i++)
		if (!usdt_arg(f, s, i, &e->args[i], &why) && c->args >> (i < 63 ? i : 63) & 1) {
			fprintf(stderr, "%s: ERROR: arg%u of %s cannot be read ('%s'): %s\n", c->place, i, a->name,
				s->operands, why);
			return -ENOTSUP;
		}
	return 0;
}

static int add_sites(struct rt *rt, const struct image_clause *c, const struct image_attach *a, struct elf_file *f,
		     const struct usdt_site *list, size_t n)
{
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		if (!usdt_is(&list[i], a->symbol))
			continue;
		found = true;
		if (add_site(rt, f, c, a, &list[i]))
			return 255;
	}
	if (found || a->wild)
		return 0;
	return attach_failed(rt, c, a, "the file has no such probe");
}

int usdt_find(struct rt *rt)
{
	struct bpf_map *m = rt_map(rt, "usdt_args");
	struct elf_file *f = NULL;
	struct usdt_site *list = NULL;
	const char *path = "";
	int status = 0, err = 0;
	size_t n = 0;

	for (size_t i = 0; i < rt->im->nclauses && !status; i++) {
		const struct image_clause *c = &rt->im->clauses[i];

		if (c->kind != ATTACH_usdt)
			continue;
		for (size_t j = 0; j < c->nattaches && !status; j++) {
			const struct image_attach *a = &c->attaches[j];

			if (strcmp(path, a->target)) {
				elf_close(f);
				path = a->target;
				f = elf_open(path, &err);
				n = f ? usdt_sites(f, rt->arena, &list) : 0;
			}
			if (f) {
				status = add_sites(rt, c, a, f, list, n);
			} else if (!a->wild) {
				status = attach_failed(rt, c, a, elf_error(err));
			}
		}
	}
	elf_close(f);
	if (m && rt->nusdt)
		bpf_map__set_max_entries(m, (uint32_t)rt->nusdt);
	return status;
}

void usdt_fill(struct rt *rt)
{
	struct bpf_map *m = rt_map(rt, "usdt_args");
	size_t args = nargs(rt) * sizeof(struct usdt_arg), size = m ? bpf_map__value_size(m) : 0;
	char *value = xcalloc(1, size + 1);

	for (uint32_t i = 0; i < rt->nusdt && size >= USDT_HEAD; i++) {
		const struct usdt_entry *e = rt->usdt[i];

		memcpy(value, &e->address, 8);
		memcpy(value + 8, &e->function, 8);
		memcpy(value + USDT_HEAD, e->args, args);
		bpf_map_update_elem(bpf_map__fd(m), &i, value, BPF_ANY);
	}
	free(value);
}
