/* Structs to bytes, as image.def lists them. */
#include "image/image.h"

static void put_num(struct buf *out, uint64_t n)
{
	while (n >= 0x80) {
		buf_putc(out, (char)(n | 0x80));
		n >>= 7;
	}
	buf_putc(out, (char)n);
}

/* an encoder for each record; a record uses only those above it */
#define RECORD(record) \
	static void put_##record(struct buf *out, const struct record *r) \
	{
#define NUM(member) put_num(out, r->member);
#define SNUM(member) put_num(out, (uint64_t)r->member << 1 ^ (uint64_t)(r->member >> 63));
#define STR(member) \
	put_num(out, r->member##_len); \
	buf_add(out, r->member, r->member##_len);
#define REF(member, list) put_num(out, r->member);
#define LIST(record, member) \
	put_num(out, r->n##member); \
	for (size_t i = 0; i < r->n##member; i++) \
		put_##record(out, &r->member[i]);
#define END(record) }
#include "image/image.def"
#undef RECORD
#undef NUM
#undef SNUM
#undef STR
#undef REF
#undef LIST
#undef END

void image_encode(const struct image *im, struct buf *out)
{
	put_image(out, im);
}
