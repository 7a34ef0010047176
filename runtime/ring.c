/*
 * The ring buffer, read.  It is libbpf's loop but for two things: how far we
 * are is told to the kernel now and then, not after each record, as the cache
 * line that says it is read by whoever is traced; and it is what decides
 * whether a record wakes us.  The kernel does so when one is submitted that we
 * stand before.  A wakeup costs the traced thread more than all the rest, so
 * while records come we stay a record behind, and look by ourselves.
 */
#include "runtime/rt.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define TOLD_EVERY 8 /* parts of the ring */
#define HELD_MOST 8 /* likewise: a larger record does not stay in it */

struct ring {
	int fd;
	size_t size, page;
	unsigned long *consumer; /* bytes read, ever: a page that we write */
	const unsigned long *producer; /* bytes reserved, ever: a page that the kernel writes, before the data */
	const char *data; /* twice, so that every record is in one piece */
	unsigned long at; /* how far we are */
	bool behind; /* by the record at *consumer */
};

struct ring *ring_new(int fd, size_t size)
{
	struct ring *r = xcalloc(1, sizeof(*r));
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *producer = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, (off_t)page);

	*r = (struct ring){.fd = fd,
			   .size = size,
			   .page = page,
			   .consumer = consumer,
			   .producer = (void *)producer,
			   .data = producer + page};
	if (consumer != MAP_FAILED && producer != MAP_FAILED)
		return r;
	r->consumer = consumer == MAP_FAILED ? NULL : consumer;
	r->producer = producer == MAP_FAILED ? NULL : (void *)producer;
	ring_free(r);
	return NULL;
}

void ring_free(struct ring *r)
{
	int err = errno;

	if (r && r->consumer)
		munmap(r->consumer, r->page);
	if (r && r->producer)
		munmap((void *)r->producer, r->page + 2 * r->size);
	free(r);
	errno = err;
}

int ring_fd(const struct ring *r)
{
	return r && !r->behind ? r->fd : -1;
}

static void tell(struct ring *r, unsigned long at)
{
	__atomic_store_n(r->consumer, at, __ATOMIC_SEQ_CST); /* before we look whether there is more */
}

/* the record at r->at, as its head: 0 if there is none, or none that is submitted */
static uint32_t head_of(const struct ring *r)
{
	uint32_t head;

	if (__atomic_load_n(r->producer, __ATOMIC_SEQ_CST) == r->at)
		return 0;
	head = __atomic_load_n((const uint32_t *)(r->data + (r->at & (r->size - 1))), __ATOMIC_ACQUIRE);
	return head & BPF_RINGBUF_BUSY_BIT ? 0 : head;
}

/* records until take() says that it is enough, or there are no more */
static bool read_on(struct ring *r, ring_fn take, void *arg, unsigned long *last)
{
	unsigned long told = r->at;
	uint32_t head;

	while ((head = head_of(r))) {
		const char *record = r->data + (r->at & (r->size - 1)) + BPF_RINGBUF_HDR_SZ;
		uint32_t len = head & ~(uint32_t)BPF_RINGBUF_DISCARD_BIT;
		bool more = true;

		if (!(head & BPF_RINGBUF_DISCARD_BIT))
			more = take(arg, record, len);
		*last = r->at;
		r->at += (len + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
		if (!more)
			return false;
		if (r->at - told >= r->size / TOLD_EVERY) {
			told = *last;
			tell(r, told);
		}
	}
	return true;
}

size_t ring_read(struct ring *r, ring_fn take, void *arg, bool wake)
{
	unsigned long from = r->at, last = r->at;

	while (read_on(r, take, arg, &last)) {
		r->behind = !wake && r->at != last && r->at - last <= r->size / HELD_MOST;
		tell(r, r->behind ? last : r->at);
		if (r->behind || !head_of(r)) /* what comes now wakes us, or waits */
			return r->at - from;
	}
	r->behind = false;
	tell(r, r->at);
	return r->at - from;
}
