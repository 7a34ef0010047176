/* The texts of one compilation laid end to end; from a span to file, line and column. */
#include "base/base.h"

#include <string.h>

void sources_init(struct sources *s, struct arena *a)
{
	*s = (struct sources){.arena = a, .end = 1};
}

static void append(struct sources *s, struct source *src)
{
	src->base = s->end;
	s->end += src->len + 1; /* its end is a place, too */
	s->list = arena_grow(s->arena, s->list, s->count, sizeof(*s->list));
	s->list[s->count++] = src;
}

struct source *sources_add(struct sources *s, const char *name, const char *text, size_t len)
{
	struct source *src = arena_alloc(s->arena, sizeof(*src));
	char *copy = arena_alloc(s->arena, len + 1);

	if (len >= UINT32_MAX - s->end)
		bug("sources of over 4 GiB");
	if (len)
		memcpy(copy, text, len);
	src->name = arena_strdup(s->arena, name);
	src->text = copy;
	src->len = len;
	append(s, src);
	return src;
}

static void find_lines(struct sources *s, struct source *src)
{
	const char *end = src->text + src->len;
	uint32_t n = 1;

	if (src->lines)
		return;
	for (const char *p = src->text; (p = memchr(p, '\n', end - p)); p++)
		n++;
	src->lines = arena_alloc(s->arena, n * sizeof(*src->lines));
	src->nlines = 1;
	for (const char *p = src->text; (p = memchr(p, '\n', end - p)); p++)
		src->lines[src->nlines++] = p + 1 - src->text;
}

static uint32_t line_of(const struct source *src, uint32_t offset)
{
	uint32_t low = 0, high = src->nlines;

	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (src->lines[mid] <= offset)
			low = mid;
		else
			high = mid;
	}
	return low;
}

static struct source *source_at(const struct sources *s, uint32_t at)
{
	size_t low = 0, high = s->count;

	if (!at || at >= s->end)
		return NULL;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (s->list[mid]->base <= at)
			low = mid;
		else
			high = mid;
	}
	return s->list[low];
}

uint32_t sources_again(struct sources *s, struct span span, struct span call)
{
	struct source *of = source_at(s, span.from), *src;

	if (!of || of->of || span.to - span.from >= UINT32_MAX - s->end)
		return 0;
	src = arena_alloc(s->arena, sizeof(*src));
	src->of = of;
	src->skip = span.from - of->base;
	src->call = call;
	src->len = span.to - span.from;
	append(s, src);
	return src->base - span.from;
}

bool sources_place(struct sources *s, struct span span, struct place *p)
{
	struct source *src = source_at(s, span.from);
	uint32_t from, last, line;

	if (!src)
		return false;
	from = span.from - src->base;
	last = span.to > span.from ? span.to - 1 - src->base : from;
	p->call = src->call;
	if (src->of) {
		from += src->skip;
		last += src->skip;
		src = src->of;
	}
	find_lines(s, src);
	if (last > src->len)
		last = src->len;

	line = line_of(src, from);
	p->source = src;
	p->line = line + 1;
	p->column = from - src->lines[line] + 1;
	line = line_of(src, last);
	p->end_line = line + 1;
	p->end_column = last - src->lines[line] + 2;
	return true;
}

const char *source_line(struct source *src, uint32_t line, size_t *len)
{
	const char *text = src->text, *end = src->text + src->len, *nl;

	if (src->lines) {
		if (!line || line > src->nlines)
			return NULL;
		text += src->lines[line - 1];
	} else {
		for (uint32_t i = 1; i < line; i++) {
			nl = memchr(text, '\n', end - text);
			if (!nl)
				return NULL;
			text = nl + 1;
		}
	}
	nl = memchr(text, '\n', end - text);
	*len = (nl ? nl : end) - text;
	return text;
}

struct span span_join(struct span a, struct span b)
{
	if (!a.from)
		return b;
	if (!b.from)
		return a;
	return (struct span){
		.from = a.from < b.from ? a.from : b.from,
		.to = a.to > b.to ? a.to : b.to,
	};
}
