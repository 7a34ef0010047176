/* printf: conversions taken apart when compiling, carried out here. */
#include "runtime/rt.h"

#include <string.h>

/* what follows from is text: cut to the precision, set in a field of width columns */
static void pad(struct buf *out, const struct image_conversion *c, size_t from)
{
	size_t len = out->len - from, fill;

	if (c->precision >= 0 && (uint64_t)c->precision < len) {
		len = (size_t)c->precision;
		out->len = from + len;
		out->data[out->len] = '\0';
	}
	fill = c->width > len ? c->width - len : 0;
	if (!fill)
		return;
	buf_fill(out, ' ', fill);
	if (!(c->flags & CONV_LEFT)) {
		memmove(out->data + from + fill, out->data + from, len);
		memset(out->data + from, ' ', fill);
	}
}

/* as C has it: [spaces][sign or prefix][zeroes]digits[spaces] */
static void number(struct buf *out, const struct image_conversion *c, int64_t v)
{
	static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
	bool is_signed = c->conv == 'd' || c->conv == 'i';
	unsigned base = c->conv == 'x' || c->conv == 'X' ? 16 : c->conv == 'o' ? 8 : 10;
	char digits[24], *s = digits + sizeof(digits);
	const char *prefix = "";
	size_t n, zeroes = 0, fill;
	uint64_t rest;

	v = load_int(&v, c->length, is_signed);
	rest = is_signed && v < 0 ? -(uint64_t)v : (uint64_t)v;
	if (is_signed)
		prefix = v < 0 ? "-" : c->flags & CONV_PLUS ? "+" : c->flags & CONV_SPACE ? " " : "";
	else if (c->flags & CONV_ALT && base == 16 && rest)
		prefix = c->conv == 'x' ? "0x" : "0X";
	for (; rest; rest /= base)
		*--s = (c->conv == 'X' ? upper : lower)[rest % base];
	n = (size_t)(digits + sizeof(digits) - s);
	if (c->precision >= 0)
		zeroes = (size_t)c->precision > n ? (size_t)c->precision - n : 0;
	else if (!n)
		zeroes = 1;
	if (c->flags & CONV_ALT && base == 8 && !zeroes && (!n || *s != '0'))
		zeroes = 1;
	fill = n + zeroes + strlen(prefix);
	fill = c->width > fill ? c->width - fill : 0;
	if (c->flags & CONV_ZERO && !(c->flags & CONV_LEFT) && c->precision < 0) {
		zeroes += fill;
		fill = 0;
	}
	if (!(c->flags & CONV_LEFT))
		buf_fill(out, ' ', fill);
	buf_puts(out, prefix);
	buf_fill(out, '0', zeroes);
	buf_add(out, s, n);
	if (c->flags & CONV_LEFT)
		buf_fill(out, ' ', fill);
}

/* %r as it is or \xNN, %rx all \xNN, %rh spaced */
static void bytes(struct rt *rt, struct buf *out, const struct image_conversion *c, const struct image_type *t,
		  const unsigned char *s)
{
	uint32_t n = (uint32_t)t->size;

	if (t->kind == TYPE_BUFFER) {
		memcpy(&n, s, 4);
		s += 4;
		if (n == FAULT_LENGTH) {
			render_fault(rt, out);
			return;
		}
		n = n < t->size - 4 ? n : (uint32_t)t->size - 4;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (c->sub == 'h')
			buf_printf(out, "%s%02x", i ? " " : "", s[i]);
		else if (c->sub == 'x' || s[i] < 32 || s[i] > 126)
			buf_printf(out, "\\x%02x", s[i]);
		else
			buf_putc(out, (char)s[i]);
	}
}

static int64_t integer(const struct image_type *t, const void *data)
{
	return load_int(data, t->kind == TYPE_POINTER ? 8 : t->size, t->is_signed);
}

static void convert(struct rt *rt, struct buf *out, const struct image_conversion *c, uint64_t type, const void *data)
{
	const struct image_type *t = rt_type(rt, type);
	size_t from = out->len;
	char byte;

	switch ((int)c->conv) {
	case 's':
		render(rt, out, type, data);
		break;
	case 'r':
		bytes(rt, out, c, t, data);
		break;
	case 'c':
		byte = (char)integer(t, data);
		render_traced(rt, out, &byte, 1);
		break;
	case 'G':
		render_gfp(out, (uint64_t)integer(t, data));
		break;
	case 'p':
		buf_puts(out, "0x");
		buf_hex(out, (uint64_t)integer(t, data));
		break;
	default:
		number(out, c, integer(t, data));
		return;
	}
	pad(out, c, from);
}

void format_event(struct rt *rt, struct buf *out, const struct image_event *e, const void *record)
{
	size_t arg = 0;

	for (size_t i = 0; i < e->nconversions; i++) {
		const struct image_conversion *c = &e->conversions[i];

		buf_add(out, c->literal, c->literal_len);
		if (c->conv && arg < e->nargs) {
			convert(rt, out, c, e->args[arg].type, (const char *)record + e->args[arg].offset);
			arg++;
		}
	}
}
