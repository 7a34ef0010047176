/*
 * ZIP archives, as far as a program mapped straight from one needs them: a
 * member that is stored, not packed.  All numbers are little-endian.
 */
#include "kernel/kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define END_SIZE 22 /* end of central directory, without its comment */
#define ENTRY_SIZE 46 /* central directory entry, without its name */
#define LOCAL_SIZE 30 /* header before the bytes */

static uint32_t number(const unsigned char *at, unsigned bytes)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n |= (uint32_t)at[i] << 8 * i;
	return n;
}

static bool read_at(int fd, void *to, size_t size, uint64_t at)
{
	return pread(fd, to, size, (off_t)at) == (ssize_t)size;
}

/* the end record: the last one of the file, a comment of at most 64 KiB behind it */
static bool find_end(int fd, uint64_t size, unsigned char *end)
{
	uint64_t most = size < 65536 + END_SIZE ? size : 65536 + END_SIZE;
	unsigned char *tail = malloc(most + 1);
	bool found = false;

	if (tail && read_at(fd, tail, most, size - most))
		for (uint64_t i = most - END_SIZE + 1; most >= END_SIZE && i-- && !found;)
			if (!memcmp(tail + i, "PK\5\6", 4)) {
				memcpy(end, tail + i, END_SIZE);
				found = true;
			}
	free(tail);
	return found;
}

int zip_member(int fd, const char *name, uint64_t *offset, uint64_t *size)
{
	unsigned char end[END_SIZE], entry[ENTRY_SIZE], local[LOCAL_SIZE];
	struct stat st;
	uint64_t at;
	size_t len = strlen(name);

	if (fstat(fd, &st) || st.st_size < END_SIZE || !find_end(fd, (uint64_t)st.st_size, end))
		return -ENOEXEC;
	at = number(end + 16, 4);
	for (uint32_t i = 0, n = number(end + 10, 2); i < n; i++) {
		uint32_t name_len, here;
		char is[4096];

		if (!read_at(fd, entry, ENTRY_SIZE, at) || memcmp(entry, "PK\1\2", 4))
			return -ENOEXEC;
		name_len = number(entry + 28, 2);
		if (name_len == len && len < sizeof(is) && read_at(fd, is, len, at + ENTRY_SIZE) &&
		    !memcmp(is, name, len)) {
			if (number(entry + 10, 2)) /* method: packed */
				return -ENOTSUP;
			here = number(entry + 42, 4);
			if (!read_at(fd, local, LOCAL_SIZE, here) || memcmp(local, "PK\3\4", 4))
				return -ENOEXEC;
			*offset = here + LOCAL_SIZE + number(local + 26, 2) + number(local + 28, 2);
			*size = number(entry + 24, 4);
			return *offset + *size <= (uint64_t)st.st_size ? 0 : -ENOEXEC;
		}
		at += ENTRY_SIZE + name_len + number(entry + 30, 2) + number(entry + 32, 2);
	}
	return -ENOENT;
}
