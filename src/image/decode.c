/* Bytes to structs; the bytes may come from an enemy. */
#include "image/image.h"

#include <elf.h>
#include <string.h>

struct reader {
	struct arena *arena;
	const uint8_t *at, *end;
	const char *why; /* the first thing wrong; nothing is read after it */
};

static void wrong(struct reader *r, const char *why)
{
	if (!r->why)
		r->why = why;
	r->at = r->end;
}

static uint64_t get_num(struct reader *r)
{
	uint64_t n = 0;

	for (unsigned shift = 0; r->at < r->end; shift += 7) {
		uint8_t byte = *r->at++;

		if (shift > 63 || (shift == 63 && byte > 1)) {
			wrong(r, "a number is too large");
			return 0;
		}
		n |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return n;
	}
	wrong(r, "it ends too early");
	return 0;
}

static int64_t get_snum(struct reader *r)
{
	uint64_t n = get_num(r);

	return (int64_t)(n >> 1 ^ -(n & 1));
}

static const char *get_str(struct reader *r, size_t *len)
{
	uint64_t n = get_num(r);
	const char *s;

	*len = 0;
	if (n > (uint64_t)(r->end - r->at)) {
		wrong(r, "a text is longer than what is left");
		return "";
	}
	s = arena_bytes(r->arena, (const char *)r->at, n);
	r->at += n;
	*len = n;
	return s;
}

/* every record takes a byte at least, so a count can be no more than the bytes left */
static void *get_list(struct reader *r, size_t size, size_t *count)
{
	uint64_t n = get_num(r);

	*count = 0;
	if (n > (uint64_t)(r->end - r->at)) {
		wrong(r, "a list is longer than what is left");
		return NULL;
	}
	*count = n;
	return arena_alloc(r->arena, (n + 1) * size);
}

#define RECORD(record) \
	static void get_##record(struct reader *in, struct record *r) \
	{
#define NUM(member) r->member = get_num(in);
#define SNUM(member) r->member = get_snum(in);
#define STR(member) r->member = get_str(in, &r->member##_len);
#define REF(member, list) r->member = get_num(in);
#define LIST(record, member) \
	r->member = get_list(in, sizeof(struct record), &r->n##member); \
	for (size_t i = 0; i < r->n##member && !in->why; i++) \
		get_##record(in, &r->member[i]);
#define END(record) }
#include "image/image.def"
#undef RECORD
#undef NUM
#undef SNUM
#undef STR
#undef REF
#undef LIST
#undef END

/* is every reference to a list of the image inside it? */
#define RECORD(record) \
	static bool check_##record(const struct image *im, const struct record *r) \
	{ \
		bool ok = im && r;
#define NUM(member)
#define SNUM(member)
#define STR(member)
#define REF(member, list) ok &= r->member <= im->n##list;
#define LIST(record, member) \
	for (size_t i = 0; i < r->n##member; i++) \
		ok &= check_##record(im, &r->member[i]);
#define END(record) \
	return ok; \
	}
#include "image/image.def"
#undef RECORD
#undef NUM
#undef SNUM
#undef STR
#undef REF
#undef LIST
#undef END

struct image *image_decode(struct arena *a, const void *bytes, size_t len, const char **why)
{
	struct reader r = {.arena = a, .at = bytes, .end = (const uint8_t *)bytes + len};
	struct image *im = arena_alloc(a, sizeof(*im));
	struct reader first = r;

	if (get_num(&first) != IMAGE_VERSION) {
		*why = "it was made by another version of probe";
		return NULL;
	}
	get_image(&r, im);
	if (!r.why && r.at != r.end)
		wrong(&r, "bytes are left over");
	if (!r.why && !check_image(im, im))
		wrong(&r, "a reference leads nowhere");
	if (r.why) {
		*why = r.why;
		return NULL;
	}
	return image_check(im, why) ? im : NULL;
}

const void *image_section(const void *elf, size_t len, const char *wanted, size_t *size)
{
	const uint8_t *bytes = elf;
	Elf64_Ehdr head;
	Elf64_Shdr names, section;
	size_t room = strlen(wanted) + 1;

	if (len < sizeof(head) || memcmp(elf, ELFMAG, SELFMAG))
		return NULL;
	memcpy(&head, elf, sizeof(head));
	if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_shentsize != sizeof(section) || head.e_shoff > len ||
	    (uint64_t)head.e_shnum * sizeof(section) > len - head.e_shoff || head.e_shstrndx >= head.e_shnum)
		return NULL;
	memcpy(&names, bytes + head.e_shoff + head.e_shstrndx * sizeof(names), sizeof(names));
	if (names.sh_offset > len || names.sh_size > len - names.sh_offset)
		return NULL;
	for (unsigned i = 0; i < head.e_shnum; i++) {
		memcpy(&section, bytes + head.e_shoff + i * sizeof(section), sizeof(section));
		if (section.sh_name >= names.sh_size || names.sh_size - section.sh_name < room)
			continue;
		if (memcmp(bytes + names.sh_offset + section.sh_name, wanted, room))
			continue;
		if (section.sh_type == SHT_NOBITS || section.sh_offset > len ||
		    section.sh_size > len - section.sh_offset)
			return NULL;
		*size = section.sh_size;
		return bytes + section.sh_offset;
	}
	return NULL;
}

struct image *image_read(struct arena *a, const void *elf, size_t len, const char **why)
{
	size_t size;
	const void *section = image_section(elf, len, IMAGE_SECTION, &size);

	*why = "it is not an image of probe";
	return section ? image_decode(a, section, size, why) : NULL;
}

bool image_sleeps(const struct image *im)
{
	for (size_t i = 0; i < im->nclauses; i++)
		if (im->clauses[i].sleepable)
			return true;
	return false;
}
