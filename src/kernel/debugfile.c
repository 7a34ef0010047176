/*
 * What was taken out of a binary when it was stripped: a debug file beside it
 * or below /usr/lib/debug, found by build id or by the link's name and CRC;
 * and the symbols that Fedora's packages keep in .gnu_debugdata, an ELF file
 * of its own, packed by xz.
 */
#include "kernel/elffile.h"

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define MOST_UNPACKED (256ull << 20)

static const char *more_dirs; /* --debuginfo */

void elf_debug_dirs(const char *dirs)
{
	more_dirs = dirs;
	depends_unknown();
}

/* the dir-th directory of "a:b", then /usr/lib/debug; NULL: there are no more */
static char *directory(unsigned dir)
{
	const char *d = more_dirs ? more_dirs : "";

	for (; *d && dir; dir--)
		d += strcspn(d, ":") + (d[strcspn(d, ":")] == ':');
	if (*d)
		return xasprintf("%.*s", (int)strcspn(d, ":"), d);
	return dir ? NULL : xstrdup("/usr/lib/debug");
}

static uint32_t crc_of(int fd)
{
	unsigned char block[65536];
	uLong crc = crc32(0, NULL, 0);
	off_t at = 0;
	ssize_t n;

	for (; (n = pread(fd, block, sizeof(block), at)) > 0; at += n)
		crc = crc32(crc, block, (uInt)n);
	return (uint32_t)crc;
}

/* the file at path if it belongs to f; path is freed */
static struct elf_file *try_file(struct elf_file *f, char *path, const uint32_t *crc)
{
	struct elf_file *d = NULL;
	bool fits;
	int err;

	if (strcmp(path, f->path))
		d = elf_open(path, &err);
	free(path);
	if (!d)
		return NULL;
	if (f->build_id && d->build_id)
		fits = str_eq(f->build_id, d->build_id);
	else
		fits = crc && crc_of(d->fd) == *crc;
	if (fits)
		return d;
	elf_close(d);
	return NULL;
}

/* the root of the file system that path is seen through: "/proc/PID/root", "" */
static char *root_of(const char *path)
{
	int end = 0;

	sscanf(path, "/proc/%*d/root%n", &end);
	return xasprintf("%.*s", end, path);
}

static struct elf_file *by_build_id(struct elf_file *f, const char *root)
{
	struct elf_file *d = NULL;
	char *dir;

	if (!f->build_id || strlen(f->build_id) < 4)
		return NULL;
	for (unsigned i = 0; !d && (dir = directory(i)); i++) {
		if (*root)
			d = try_file(f,
				     xasprintf("%s%s/.build-id/%.2s/%s.debug", root, dir, f->build_id, f->build_id + 2),
				     NULL);
		if (!d)
			d = try_file(f, xasprintf("%s/.build-id/%.2s/%s.debug", dir, f->build_id, f->build_id + 2),
				     NULL);
		free(dir);
	}
	return d;
}

static struct elf_file *by_link(struct elf_file *f, const char *root)
{
	char *real = realpath(f->path, NULL), *place = real ? real : xstrdup(f->path), *slash, *dir;
	GElf_Shdr head;
	Elf_Scn *s = elf_section(f, ".gnu_debuglink", &head);
	Elf_Data *data = s ? elf_getdata(s, NULL) : NULL;
	const char *name = data ? data->d_buf : NULL;
	size_t len = name ? strnlen(name, data->d_size) : 0, at = (len + 4) & ~3ull;
	struct elf_file *d = NULL;
	uint32_t crc;

	slash = strrchr(place, '/');
	if (len && slash && at + 4 <= data->d_size && !memchr(name, '/', len)) {
		memcpy(&crc, name + at, 4);
		*slash = '\0';
		d = try_file(f, xasprintf("%s/%s", place, name), &crc);
		if (!d)
			d = try_file(f, xasprintf("%s/.debug/%s", place, name), &crc);
		for (unsigned i = 0; !d && (dir = directory(i)); i++) {
			d = try_file(f,
				     xasprintf("%s%s%s/%s", root, dir,
					       place + (strncmp(place, root, strlen(root)) ? 0 : strlen(root)), name),
				     &crc);
			if (!d && more_dirs)
				d = try_file(f, xasprintf("%s/%s", dir, name), &crc);
			free(dir);
		}
	}
	free(place);
	return d;
}

struct elf_file *elf_debug_file(struct elf_file *f)
{
	char *root;

	if (!f->debug_sought) {
		f->debug_sought = true;
		root = root_of(f->path);
		f->debug = by_build_id(f, root);
		if (!f->debug)
			f->debug = by_link(f, root);
		free(root);
		if (f->debug)
			f->debug->debug_sought = f->debug->mini_sought = true;
	}
	return f->debug;
}

/* xz to bytes; false: corrupt or too large */
static bool unpack(const void *from, size_t size, struct buf *out)
{
	lzma_stream z = LZMA_STREAM_INIT;
	uint8_t block[65536];
	lzma_ret r = lzma_stream_decoder(&z, MOST_UNPACKED, 0);

	z.next_in = from;
	z.avail_in = size;
	while (r == LZMA_OK && out->len < MOST_UNPACKED) {
		z.next_out = block;
		z.avail_out = sizeof(block);
		r = lzma_code(&z, LZMA_FINISH);
		buf_add(out, block, sizeof(block) - z.avail_out);
	}
	lzma_end(&z);
	return r == LZMA_STREAM_END && out->len;
}

struct elf_file *elf_mini_file(struct elf_file *f)
{
	GElf_Shdr head;
	Elf_Scn *s;
	Elf_Data *data;
	struct buf out = {0};

	if (f->mini_sought)
		return f->mini;
	f->mini_sought = true;
	s = elf_section(f, ".gnu_debugdata", &head);
	data = s ? elf_rawdata(s, NULL) : NULL;
	if (data && data->d_buf && unpack(data->d_buf, data->d_size, &out)) {
		f->mini = elf_from_memory(f->path, out.data, out.len);
		if (f->mini)
			f->mini->debug_sought = f->mini->mini_sought = true;
		return f->mini;
	}
	buf_free(&out);
	return NULL;
}
