/* Bytes that grow. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* room for n more bytes and the NUL */
static void reserve(struct buf *b, size_t n)
{
	size_t need = b->len + n + 1;

	if (need <= b->cap)
		return;
	if (need < b->len)
		bug("buffer of %zu and %zu bytes", b->len, n);
	b->cap = need < 64 ? 64 : need > b->cap * 2 ? need : b->cap * 2;
	b->data = xrealloc(b->data, b->cap);
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	reserve(b, n);
	if (n)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	reserve(b, 1);
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}

void buf_fill(struct buf *b, char c, size_t n)
{
	reserve(b, n);
	memset(b->data + b->len, c, n);
	b->len += n;
	b->data[b->len] = '\0';
}

static void put_digits(struct buf *b, uint64_t v, unsigned base)
{
	char digits[20], *s = digits + sizeof(digits);

	do
		*--s = "0123456789abcdef"[v % base];
	while (v /= base);
	buf_add(b, s, (size_t)(digits + sizeof(digits) - s));
}

void buf_unsigned(struct buf *b, uint64_t v)
{
	put_digits(b, v, 10);
}

void buf_signed(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_putc(b, '-');
	put_digits(b, v < 0 ? -(uint64_t)v : (uint64_t)v, 10);
}

void buf_hex(struct buf *b, uint64_t v)
{
	put_digits(b, v, 16);
}

static PRINTF_LIKE(2, 0) void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	reserve(b, 0);
	n = vsnprintf(b->data + b->len, b->cap - b->len, fmt, ap);
	if (n > 0 && (size_t)n >= b->cap - b->len) {
		reserve(b, n);
		vsnprintf(b->data + b->len, b->cap - b->len, fmt, again);
	}
	va_end(again);
	if (n > 0)
		b->len += n;
	b->data[b->len] = '\0';
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

int buf_read(struct buf *b, int fd)
{
	char block[65536];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		buf_add(b, block, (size_t)n);
	return n < 0 ? -errno : 0;
}

int buf_read_file(struct buf *b, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = buf_read(b, fd);
	close(fd);
	return err;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->data)
		b->data[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}
