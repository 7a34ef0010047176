/*
 * skboutput(): packets, which come by perf buffers of their own, as the kernel
 * has it, into capture files that tcpdump and the like read.
 */
#include "runtime/rt.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGES 256 /* of a CPU's buffer: 1 MiB */
#define LINKTYPE_RAW 101 /* packets begin with their IP header */

struct capture {
	const char *path;
	FILE *out;
};

struct packets {
	struct perf_buffer *buffer;
	struct capture *list; /* by event; of several with one path the first has the file */
};

static FILE *open_capture(const char *path)
{
	const struct {
		uint32_t magic; /* in our byte order, times in ns */
		uint16_t major, minor;
		uint32_t zone, accuracy, longest, link;
	} head = {0xa1b23c4d, 2, 4, 0, 0, 1 << 18, LINKTYPE_RAW};
	FILE *out = fopen(path, "we");

	if (out && fwrite(&head, sizeof(head), 1, out) == 1)
		return out;
	fprintf(stderr, "ERROR: Failed to open pcap file: \"%s\": %s\n", path, strerror(errno));
	if (out)
		fclose(out);
	return NULL;
}

/* the file of an event */
static FILE *file_of(struct rt *rt, uint32_t event)
{
	const struct capture *list = rt->packets->list;

	for (uint32_t i = 0; i <= event && list[event].path; i++)
		if (list[i].out && str_eq(list[i].path, list[event].path))
			return list[i].out;
	return NULL;
}

static uint64_t word(struct rt *rt, const struct image_event *e, const char *record, size_t i)
{
	return (uint64_t)load_int(record + e->args[i].offset, rt_type(rt, e->args[i].type)->size, false);
}

/* struct event_header, the arguments of skboutput's event, the packet */
static void on_packet(void *ctx, int cpu, void *data, uint32_t size)
{
	struct rt *rt = ctx;
	const struct image_event *e;
	struct event_header head;
	uint64_t time, length, whole, skip;
	uint32_t record[4];
	const char *bytes = data;
	FILE *out;

	(void)cpu;
	memcpy(&head, bytes, size < sizeof(head) ? size : sizeof(head));
	e = size >= sizeof(head) && head.event < rt->im->nevents ? &rt->im->events[head.event] : NULL;
	out = e && e->action == EVENT_skboutput && e->nargs == 4 && size >= e->size ? file_of(rt, head.event) : NULL;
	if (!out)
		return;
	time = word(rt, e, bytes, 0) + rt->params.wall_offset;
	length = word(rt, e, bytes, 1);
	whole = word(rt, e, bytes, 2);
	skip = word(rt, e, bytes, 3);
	if (length > size - e->size)
		length = size - e->size;
	if (skip > length)
		return; /* nothing is left of it */
	record[0] = (uint32_t)(time / 1000000000);
	record[1] = (uint32_t)(time % 1000000000);
	record[2] = (uint32_t)(length - skip);
	record[3] = (uint32_t)(whole > skip ? whole - skip : 0);
	if (fwrite(record, sizeof(record), 1, out) != 1 ||
	    fwrite(bytes + e->size + skip, 1, length - skip, out) != length - skip)
		rt->write_error = -errno;
}

static void on_lost(void *ctx, int cpu, long long unsigned n)
{
	(void)cpu;
	ledger_count(ctx, LOSS_packet, n);
}

int packets_open(struct rt *rt)
{
	struct bpf_map *m = rt_map(rt, "packets");
	struct packets *p;

	if (!m || rt->options->dry_run)
		return 0;
	p = rt->packets = arena_alloc(rt->arena, sizeof(*p));
	p->list = arena_alloc(rt->arena, (rt->im->nevents + 1) * sizeof(*p->list));
	for (uint32_t i = 0; i < rt->im->nevents; i++) {
		const struct image_event *e = &rt->im->events[i];

		if (e->action != EVENT_skboutput)
			continue;
		p->list[i].path = e->text;
		if (file_of(rt, i))
			continue;
		p->list[i].out = open_capture(e->text);
		if (!p->list[i].out)
			return 1;
	}
	p->buffer = perf_buffer__new(bpf_map__fd(m), PAGES, on_packet, on_lost, rt, NULL);
	if (p->buffer)
		return 0;
	fail(-errno, "cannot read packets");
	return 255;
}

int packets_fd(const struct rt *rt)
{
	return rt->packets && rt->packets->buffer ? perf_buffer__epoll_fd(rt->packets->buffer) : -1;
}

void packets_read(struct rt *rt)
{
	if (rt->packets && rt->packets->buffer)
		perf_buffer__consume(rt->packets->buffer);
}

void packets_close(struct rt *rt)
{
	struct packets *p = rt->packets;

	if (!p)
		return;
	for (uint32_t i = 0; i < rt->im->nevents; i++)
		if (p->list[i].out && fclose(p->list[i].out) && !rt->write_error)
			rt->write_error = -errno;
	if (p->buffer)
		perf_buffer__free(p->buffer);
	rt->packets = NULL;
}
