/*
 * BTF read in place.  libbpf copies vmlinux's 5 MiB into the heap; from 6.16
 * the kernel lets the file be mapped, and a few types are all a script uses.
 * Those that scripts use come early in it: it is read as far as need be.
 */
#include "kernel/btfdata.h"

#include "base/base.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct btfdata {
	void *mapped; /* or NULL */
	size_t size; /* of what is mapped */
	struct buf read; /* where it cannot be mapped */
	struct btf *parsed; /* by libbpf: out of an object */
	const char *types, *strings;
	uint32_t types_len, strings_len;
	uint32_t *offsets; /* of the types seen so far, in 4 bytes */
	uint32_t room, seen; /* of offsets */
	uint64_t at; /* where the next type lies */
	uint32_t first; /* id of the first type less void: 0, or the count of */
	struct btfdata *base; /* the kernel, of whose types a module's are made; or NULL */
	unsigned finds; /* by reading all of it */
	uint32_t *index; /* ids by hash of their names, 0: nothing; or NULL: not yet */
	uint32_t mask;
};

/* bytes that follow the common part of a type; -1: no such kind */
static int tail_of(const struct btf_type *t)
{
	static const struct {
		bool known;
		uint8_t fixed, each;
	} kinds[] = {
		[BTF_KIND_INT] = {true, 4, 0},
		[BTF_KIND_PTR] = {true, 0, 0},
		[BTF_KIND_ARRAY] = {true, sizeof(struct btf_array), 0},
		[BTF_KIND_STRUCT] = {true, 0, sizeof(struct btf_member)},
		[BTF_KIND_UNION] = {true, 0, sizeof(struct btf_member)},
		[BTF_KIND_ENUM] = {true, 0, sizeof(struct btf_enum)},
		[BTF_KIND_FWD] = {true, 0, 0},
		[BTF_KIND_TYPEDEF] = {true, 0, 0},
		[BTF_KIND_VOLATILE] = {true, 0, 0},
		[BTF_KIND_CONST] = {true, 0, 0},
		[BTF_KIND_RESTRICT] = {true, 0, 0},
		[BTF_KIND_FUNC] = {true, 0, 0},
		[BTF_KIND_FUNC_PROTO] = {true, 0, sizeof(struct btf_param)},
		[BTF_KIND_VAR] = {true, sizeof(struct btf_var), 0},
		[BTF_KIND_DATASEC] = {true, 0, sizeof(struct btf_var_secinfo)},
		[BTF_KIND_FLOAT] = {true, 0, 0},
		[BTF_KIND_DECL_TAG] = {true, sizeof(struct btf_decl_tag), 0},
		[BTF_KIND_TYPE_TAG] = {true, 0, 0},
		[BTF_KIND_ENUM64] = {true, 0, sizeof(struct btf_enum64)},
	};
	unsigned kind = btf_kind(t);

	if (kind >= ARRAY_SIZE(kinds) || !kinds[kind].known)
		return -1;
	return kinds[kind].fixed + (int)btf_vlen(t) * kinds[kind].each;
}

/* one type more; false: there is none, or what is there is none */
static bool see_next(struct btfdata *b)
{
	const struct btf_type *t = (const void *)(b->types + b->at);
	int tail = b->at + sizeof(*t) <= b->types_len ? tail_of(t) : -1;

	if (tail < 0 || b->at + sizeof(*t) + (uint64_t)tail > b->types_len)
		return false;
	if (b->seen == b->room) {
		b->room = b->room ? 2 * b->room : 4096;
		b->offsets = xrealloc(b->offsets, b->room * sizeof(*b->offsets));
	}
	b->offsets[b->seen++] = (uint32_t)(b->at / 4);
	b->at += sizeof(*t) + (uint64_t)tail;
	return true;
}

static bool take(struct btfdata *b, const void *bytes, size_t len)
{
	const struct btf_header *h = bytes;
	uint64_t most;

	if (len < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len < sizeof(*h) || h->hdr_len > len)
		return false;
	most = len - h->hdr_len;
	if (h->type_off % 4 || h->hdr_len % 4 || (uint64_t)h->type_off + h->type_len > most ||
	    (uint64_t)h->str_off + h->str_len > most || !h->str_len)
		return false;
	b->types = (const char *)bytes + h->hdr_len + h->type_off;
	b->types_len = h->type_len;
	b->strings = (const char *)bytes + h->hdr_len + h->str_off;
	b->strings_len = h->str_len;
	return (b->base || !b->strings[0]) && !b->strings[h->str_len - 1];
}

static bool is_raw(int fd)
{
	uint16_t magic;

	return pread(fd, &magic, sizeof(magic), 0) == sizeof(magic) && magic == BTF_MAGIC;
}

static bool open_raw(struct btfdata *b, int fd)
{
	struct stat st;

	if (fstat(fd, &st) || st.st_size <= 0)
		return false;
	b->size = (size_t)st.st_size;
	b->mapped = mmap(NULL, b->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (b->mapped != MAP_FAILED)
		return take(b, b->mapped, b->size);
	b->mapped = NULL;
	return !buf_read(&b->read, fd) && take(b, b->read.data, b->read.len);
}

static bool open_object(struct btfdata *b, const char *path)
{
	const void *bytes;
	uint32_t len;

	b->parsed = btf__parse(path, NULL);
	if (libbpf_get_error(b->parsed)) {
		b->parsed = NULL;
		return false;
	}
	bytes = btf__raw_data(b->parsed, &len);
	return bytes && take(b, bytes, len);
}

static struct btfdata *open_file(const char *path, struct btfdata *base)
{
	struct btfdata *b = xcalloc(1, sizeof(*b));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	b->base = base;
	b->first = base ? btfdata_count(base) : 0;
	ok = fd >= 0 && (is_raw(fd) ? open_raw(b, fd) : !base && open_object(b, path));
	if (fd >= 0)
		close(fd);
	if (ok)
		return b;
	btfdata_close(b);
	return NULL;
}

struct btfdata *btfdata_open(const char *path)
{
	return open_file(path, NULL);
}

struct btfdata *btfdata_open_module(const char *path, struct btfdata *kernel)
{
	return open_file(path, kernel);
}

void btfdata_close(struct btfdata *b)
{
	if (!b)
		return;
	if (b->mapped)
		munmap(b->mapped, b->size);
	buf_free(&b->read);
	btf__free(b->parsed);
	free(b->offsets);
	free(b->index);
	free(b);
}

uint32_t btfdata_count(struct btfdata *b)
{
	while (see_next(b))
		;
	return b->first + b->seen + !b->base;
}

uint32_t btfdata_most(const struct btfdata *b)
{
	return b->first + b->types_len / (uint32_t)sizeof(struct btf_type) + 1;
}

uint32_t btfdata_first(const struct btfdata *b)
{
	return b->first;
}

const struct btf_type *btfdata_type(struct btfdata *b, uint32_t id)
{
	static const struct btf_type nothing; /* BTF_KIND_UNKN: void */
	uint32_t i = id - b->first - !b->base;

	if (!id)
		return &nothing;
	if (id < b->first)
		return btfdata_type(b->base, id);
	while (i >= b->seen)
		if (!see_next(b))
			return NULL;
	return (const void *)(b->types + (size_t)b->offsets[i] * 4);
}

const char *btfdata_name(const struct btfdata *b, uint32_t offset)
{
	uint32_t before = b->base ? b->base->strings_len : 0;

	if (offset < before)
		return btfdata_name(b->base, offset);
	return offset - before < b->strings_len ? b->strings + (offset - before) : "";
}

/* names are there once: where this one lies is compared with, not its letters */
static int find_reading(struct btfdata *b, const char *name, uint32_t kind)
{
	size_t len = strlen(name) + 2; /* between two NULs */
	char *wanted = xcalloc(1, len);
	const struct btf_type *t;
	const char *at;
	uint32_t offset;

	memcpy(wanted + 1, name, len - 2);
	at = *name ? memmem(b->strings, b->strings_len, wanted, len) : NULL;
	free(wanted);
	if (!at)
		return -ENOENT;
	offset = (uint32_t)(at + 1 - b->strings);
	for (uint32_t id = 1; (t = btfdata_type(b, id)); id++)
		if (t->name_off == offset && btf_kind(t) == kind)
			return (int)id;
	return -ENOENT;
}

/* at most half full; of one name the lowest id comes first */
static void index_names(struct btfdata *b)
{
	const struct btf_type *t;

	b->mask = 1;
	while (b->mask < 2 * (btfdata_count(b) - b->first))
		b->mask *= 2;
	b->index = xcalloc(b->mask--, sizeof(*b->index));
	for (uint32_t id = b->first; (t = btfdata_type(b, id)); id++) {
		const char *name = btfdata_name(b, t->name_off);
		uint32_t at = hash_text(name);

		if (!*name)
			continue;
		while (b->index[at & b->mask])
			at++;
		b->index[at & b->mask] = id;
	}
}

static int find_indexed(struct btfdata *b, const char *name, uint32_t kind)
{
	for (uint32_t at = hash_text(name), id; (id = b->index[at & b->mask]); at++) {
		const struct btf_type *t = btfdata_type(b, id);

		if (btf_kind(t) == kind && !strcmp(btfdata_name(b, t->name_off), name))
			return (int)id;
	}
	return -ENOENT;
}

#define FINDS 40 /* by reading take as long as an index */

int btfdata_find(struct btfdata *b, const char *name, uint32_t kind)
{
	if (!b->index && (b->base || ++b->finds > FINDS)) /* a module's names may be the kernel's */
		index_names(b);
	return b->index ? find_indexed(b, name, kind) : find_reading(b, name, kind);
}
