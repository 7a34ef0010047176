/* printf: conversions taken apart when compiling, carried out here. */
#include "runtime/rt.h"

#include <string.h>

/* text in a field of width columns */
static void pad(struct buf *out, const struct image_conversion *c, const char *s, size_t len)
{
	size_t fill = c->width > len ? c->width - len : 0;

	if (c->precision >= 0 && (uint64_t)c->precision < len) {
		len = (size_t)c->precision;
		fill = c->width > len ? c->width - len : 0;
	}
	if (!(c->flags & CONV_LEFT))
		while (fill) {
			buf_putc(out, ' ');
			fill--;
		}
	buf_add(out, s, len);
	while (fill--  && c->flags & CONV_LEFT)
		buf_putc(out, ' ');
}

static void number(struct buf *out, const struct image_conversion *c, int64_t v)
{
	char spec[32], *s = spec;
	bool is_signed = c->conv == 'd' || c->conv == 'i';

	*s++ = '%';
	for (int i = 0; i < 5; i++)
		if (c->flags & 1u << i)
			*s++ = "-+ #0"[i];
	if (c->precision >= 0)
		s += snprintf(s, 8, ".*");
	snprintf(s, 8, "*ll%c", (char)c->conv);
	v = load_int(&v, c->length, is_signed);
	if (c->precision >= 0) { /* width comes before the precision */
		snprintf(s - 2, 10, "*.*ll%c", (char)c->conv);
		buf_printf(out, spec, (int)c->width, (int)c->precision, (long long)v);
	} else {
		buf_printf(out, spec, (int)c->width, (long long)v);
	}
}

/* %r as it is or \xNN, %rx all \xNN, %rh spaced */
static void bytes(struct buf *out, const struct image_conversion *c, const struct image_type *t, const unsigned char *s)
{
	uint32_t n = (uint32_t)t->size;

	if (t->kind == TYPE_BUFFER) {
		memcpy(&n, s, 4);
		s += 4;
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
	struct buf text = {0};

	switch ((int)c->conv) {
	case 's':
		render(rt, &text, type, data);
		pad(out, c, text.data ? text.data : "", text.len);
		break;
	case 'r':
		bytes(&text, c, t, data);
		pad(out, c, text.data ? text.data : "", text.len);
		break;
	case 'c':
		buf_putc(&text, (char)integer(t, data));
		pad(out, c, text.data, text.len);
		break;
	case 'p':
		buf_printf(&text, "0x%llx", (unsigned long long)integer(t, data));
		pad(out, c, text.data, text.len);
		break;
	case 'G':
		buf_printf(&text, "0x%llx", (unsigned long long)integer(t, data));
		pad(out, c, text.data, text.len);
		break;
	default:
		number(out, c, integer(t, data));
	}
	buf_free(&text);
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
