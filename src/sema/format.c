/* printf formats: literal text and conversions. */
#include "image/image.h"
#include "sema/sema.h"

#include <stdlib.h>
#include <string.h>

static uint64_t flags_of(const char **s, const char *end)
{
	static const char letters[] = "-+ #0";
	uint64_t flags = 0;

	for (const char *at; *s < end && **s && (at = strchr(letters, **s)); (*s)++)
		flags |= 1u << (at - letters);
	return flags;
}

static uint64_t number(const char **s, const char *end)
{
	uint64_t n = 0;

	while (*s < end && **s >= '0' && **s <= '9')
		n = n * 10 + (uint64_t)(*(*s)++ - '0');
	return n;
}

static uint64_t length_of(const char **s, const char *end)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} lengths[] = {{"hh", 1}, {"h", 2}, {"ll", 8}, {"l", 8}, {"j", 8}, {"z", 8}, {"t", 8}, {"L", 8}};

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		size_t n = strlen(lengths[i].text);

		if ((size_t)(end - *s) >= n && !memcmp(*s, lengths[i].text, n)) {
			*s += n;
			return lengths[i].bytes;
		}
	}
	return 4;
}

/* a number given as an argument: %*d, %.*s */
static bool star(const char **s, const char *end)
{
	bool is = *s < end && **s == '*';

	*s += is;
	return is;
}

/* what follows a '%'; false: no conversion, the text stays as it is */
static bool conversion(const char **s, const char *end, struct image_conversion *c, bool *starred)
{
	c->flags = flags_of(s, end);
	*starred = star(s, end);
	c->width = number(s, end);
	c->precision = -1;
	if (*s < end && **s == '.') {
		(*s)++;
		*starred |= star(s, end);
		c->precision = (int64_t)number(s, end);
	}
	c->length = length_of(s, end);
	if (*s >= end || !strchr("diuoxXcspr%feEgGaA", **s))
		return false;
	c->conv = (unsigned char)*(*s)++;
	if (c->conv == 'g' && *s < end && **s == 'r') {
		c->conv = 'G';
		c->sub = (unsigned char)*(*s)++;
	} else if (c->conv == 'r' && *s < end && (**s == 'x' || **s == 'h')) {
		c->sub = (unsigned char)*(*s)++;
	}
	return true;
}

bool format_parse(struct arena *a, const char *text, size_t len, struct image_conversion **list, size_t *n,
		  const char **why)
{
	const char *end = text + len;
	struct buf literal = {0};
	size_t most = 2;

	for (const char *s = text; s < end; s++)
		most += *s == '%';
	*list = arena_alloc(a, most * sizeof(**list));
	*n = 0;
	for (const char *s = text; s <= end;) {
		struct image_conversion c = {0};
		const char *after = s + 1;
		bool starred = false;

		if (s < end && *s != '%') {
			buf_putc(&literal, *s++);
			continue;
		}
		if (s < end && (!conversion(&after, end, &c, &starred) || c.conv == '%')) {
			bool percent = c.conv == '%';

			buf_putc(&literal, '%');
			s = percent ? after : s + 1;
			continue;
		}
		if (c.conv && (starred || (strchr("feEgGaA", (int)c.conv) && c.sub != 'r'))) {
			*why = arena_printf(a, "unsupported format specifier: %c", starred ? '*' : (int)c.conv);
			buf_free(&literal);
			return false;
		}
		c.literal = arena_bytes(a, literal.data ? literal.data : "", literal.len);
		c.literal_len = literal.len;
		buf_reset(&literal);
		(*list)[(*n)++] = c;
		if (s == end)
			break;
		s = after;
	}
	buf_free(&literal);
	return true;
}
