/* zip: members of archives, stored or packed; archives that are none. */
#include "tests/unit/unit.h"
#include "base/base.h"
#include "kernel/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static void number(struct buf *b, uint32_t n, unsigned bytes)
{
	for (; bytes; bytes--, n >>= 8)
		buf_putc(b, (char)n);
}

static void zeros(struct buf *b, unsigned n)
{
	while (n--)
		buf_putc(b, 0);
}

/* a local header with some extra bytes, then the content */
static uint32_t local(struct buf *b, const char *name, const char *content, size_t len, unsigned extra)
{
	uint32_t at = (uint32_t)b->len;

	buf_add(b, "PK\3\4", 4);
	zeros(b, 14);
	number(b, (uint32_t)len, 4);
	number(b, (uint32_t)len, 4);
	number(b, (uint32_t)strlen(name), 2);
	number(b, extra, 2);
	buf_puts(b, name);
	zeros(b, extra);
	buf_add(b, content, len);
	return at;
}

static void entry(struct buf *b, const char *name, size_t len, unsigned method, uint32_t at)
{
	buf_add(b, "PK\1\2", 4);
	zeros(b, 6);
	number(b, method, 2);
	zeros(b, 8);
	number(b, (uint32_t)len, 4);
	number(b, (uint32_t)len, 4);
	number(b, (uint32_t)strlen(name), 2);
	zeros(b, 12);
	number(b, at, 4);
	buf_puts(b, name);
}

static struct buf archive(const char *first, size_t len)
{
	struct buf b = {0};
	uint32_t one = local(&b, "lib/one.so", first, len, 3), two = local(&b, "two", "second", 6, 0),
		 at = (uint32_t)b.len;

	entry(&b, "lib/one.so", len, 0, one);
	entry(&b, "two", 6, 8, two);
	buf_add(&b, "PK\5\6", 4);
	zeros(&b, 4);
	number(&b, 2, 2);
	number(&b, 2, 2);
	number(&b, (uint32_t)b.len - 12 - at, 4);
	number(&b, at, 4);
	number(&b, 7, 2);
	buf_puts(&b, "comment");
	return b;
}

static int member(const char *bytes, size_t len, const char *name, uint64_t *offset, uint64_t *size)
{
	FILE *f = tmpfile();
	int err;

	fwrite(bytes, 1, len, f);
	fflush(f);
	err = zip_member(fileno(f), name, offset, size);
	fclose(f);
	return err;
}

/* a library in an archive is read where it lies */
static void library(const char *program)
{
	char path[] = "/tmp/probe-zip-XXXXXX", *inside;
	const struct elf_symbol *one, *other;
	struct elf_file *plain, *member;
	struct buf content = {0}, b;
	int err, fd = mkstemp(path);
	uint8_t code[2][16];
	uint64_t at, size;

	if (!unit_ok(!buf_read_file(&content, program) && fd >= 0))
		return;
	b = archive(content.data, content.len);
	unit_ok(write(fd, b.data, b.len) == (ssize_t)b.len);
	unit_is_int(zip_member(fd, "lib/one.so", &at, &size), 0);
	inside = xasprintf("%s!/lib/one.so", path);
	plain = elf_open(program, &err);
	member = elf_open(inside, &err);
	one = plain ? elf_find(plain, "letter") : NULL;
	other = member ? elf_find(member, "letter") : NULL;
	if (unit_ok(one && other)) {
		unit_is_int(other->offset, one->offset + at);
		unit_is_str(elf_at(member, other->offset + 1)->name, "letter");
		unit_is_int(elf_code(plain, one->address, code[0], 16), elf_code(member, other->address, code[1], 16));
		unit_ok(!memcmp(code[0], code[1], 16));
	}
	elf_close(plain);
	elf_close(member);
	free(inside);
	inside = xasprintf("%s!/two", path);
	unit_ok(!elf_open(inside, &err));
	unit_is_int(err, -ENOTSUP);
	free(inside);
	unlink(path);
	close(fd);
	buf_free(&content);
	buf_free(&b);
}

int main(int argc, char **argv)
{
	char *slash = strrchr(argv[0], '/'), *program;
	struct buf b = archive("first", 5);
	uint64_t offset = 0, size = 0;

	unit_is_int(member(b.data, b.len, "lib/one.so", &offset, &size), 0);
	unit_is_int(size, 5);
	unit_ok(!memcmp(b.data + offset, "first", 5));
	unit_is_int(member(b.data, b.len, "two", &offset, &size), -ENOTSUP);
	unit_is_int(member(b.data, b.len, "three", &offset, &size), -ENOENT);
	unit_is_int(member("", 0, "two", &offset, &size), -ENOEXEC);
	unit_is_int(member("PK\5\6", 4, "two", &offset, &size), -ENOEXEC);
	for (size_t n = 0; n < b.len - 7; n++) /* cut short: never a member */
		if (member(b.data, n, "lib/one.so", &offset, &size) == 0)
			unit_ok(!"a member of half an archive");
	for (size_t i = 0; i < b.len; i++) { /* a wrong byte: whatever is said lies in the file */
		b.data[i] ^= 0x55;
		if (!member(b.data, b.len, "lib/one.so", &offset, &size) && offset + size > b.len)
			unit_ok(!"a member beyond the file");
		b.data[i] ^= 0x55;
	}
	buf_free(&b);
	(void)argc;
	if (slash)
		*slash = '\0';
	program = xasprintf("%s/../workloads/shapes", slash ? argv[0] : ".");
	library(program);
	free(program);
	return unit_end();
}
