/* Memory that is freed whole: blocks in a list, handed out from the front. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

#define ALIGN 16
#define BLOCK_MIN (16 * 1024)
#define BLOCK_MAX (1024 * 1024)

struct block {
	struct block *next;
	size_t size; /* of data */
	size_t used;
	_Alignas(ALIGN) char data[];
};

struct arena {
	struct block *blocks; /* the first is the one allocated from */
	size_t block_size; /* of the next block */
};

struct arena *arena_new(void)
{
	struct arena *a = xcalloc(1, sizeof(*a));

	a->block_size = BLOCK_MIN;
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (struct block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

static struct block *block_new(size_t size)
{
	struct block *b;

	/* calloc: large blocks come as zero pages, never touched twice */
	if (size > SIZE_MAX - sizeof(*b))
		bug("allocation of %zu bytes", size);
	b = xcalloc(1, sizeof(*b) + size);
	b->size = size;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->blocks;
	void *p;

	if (size > SIZE_MAX / 2)
		bug("allocation of %zu bytes", size);
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);

	if (b && size > b->size - b->used && size > BLOCK_MAX / 4) {
		/* a big one has its own block, behind the current one */
		struct block *big = block_new(size);

		big->used = size;
		big->next = b->next;
		b->next = big;
		return big->data;
	}
	if (!b || size > b->size - b->used) {
		b = block_new(size > a->block_size ? size : a->block_size);
		b->next = a->blocks;
		a->blocks = b;
		if (a->block_size < BLOCK_MAX)
			a->block_size *= 2;
	}
	p = b->data + b->used;
	b->used += size;
	return p;
}

void *arena_memdup(struct arena *a, const void *p, size_t n)
{
	void *copy = arena_alloc(a, n);

	return n ? memcpy(copy, p, n) : copy;
}

/* the room is 1, 2, 4, ...: it is full when n is 0 or a power of two */
void *arena_grow(struct arena *a, void *list, size_t n, size_t size)
{
	void *more;

	if (n & (n - 1))
		return list;
	more = arena_alloc(a, (n ? 2 * n : 1) * size);
	return n ? memcpy(more, list, n * size) : more;
}

char *arena_bytes(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	return arena_bytes(a, s, strnlen(s, n));
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_memdup(a, s, strlen(s) + 1);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *s;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	s = arena_alloc(a, (n < 0 ? 0 : n) + 1);
	vsnprintf(s, (n < 0 ? 0 : n) + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return s;
}
