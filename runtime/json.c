/* Results as JSON, an object a line. */
#include "runtime/table.h"

#include <stdlib.h>
#include <string.h>

bool json(const struct rt *rt)
{
	return rt->options->format == OUTPUT_JSON && !rt->holding;
}

static void quote(struct buf *out, const char *text, size_t len)
{
	static const char from[] = "\"\\\n\r\t", to[] = "\"\\nrt";
	const unsigned char *s = (const unsigned char *)text;
	const char *special;
	size_t n;

	buf_putc(out, '"');
	for (size_t i = 0; i < len; i += n) {
		n = utf8_length(text + i, len - i);
		special = s[i] ? strchr(from, s[i]) : NULL;
		if (special)
			buf_printf(out, "\\%c", to[special - from]);
		else if (n == 2 && s[i] == 0xc2 && s[i + 1] < 0xa0) /* C1: a terminal may act on it */
			buf_printf(out, "\\u%04x", s[i + 1]);
		else if (!n || s[i] < 0x20 || s[i] == 0x7f)
			buf_printf(out, "\\u%04x", s[i]);
		else
			buf_add(out, s + i, n);
		n = n ? n : 1;
	}
	buf_putc(out, '"');
}

/* integers that a double cannot hold are strings */
static void integer(struct buf *out, int64_t v, bool is_signed)
{
	bool negative = is_signed && v < 0;
	uint64_t size = negative ? -(uint64_t)v : (uint64_t)v;
	bool exact = size == 0 || size << __builtin_clzll(size) << 53 == 0;

	if (!exact)
		buf_putc(out, '"');
	if (negative)
		buf_putc(out, '-');
	buf_unsigned(out, size);
	if (!exact)
		buf_putc(out, '"');
}

static void value(struct rt *rt, struct buf *out, uint64_t ref, const char *bytes);

static void field(struct rt *rt, struct buf *out, const struct image_field *f, const char *bytes)
{
	const struct image_type *t = rt_type(rt, f->type);

	if (f->bit_size)
		integer(out, field_bits(t, f, bytes), t->is_signed);
	else
		value(rt, out, f->type, bytes + f->offset);
}

static void members(struct rt *rt, struct buf *out, const struct image_type *t, const char *bytes)
{
	bool tuple = t->kind == TYPE_TUPLE;
	const struct image_type *inner;

	for (size_t i = 0; i < t->nfields; i++) {
		inner = tuple ? NULL : nameless_struct(rt, &t->fields[i]);
		if (i)
			buf_puts(out, tuple ? "," : ", ");
		if (inner) {
			members(rt, out, inner, bytes + t->fields[i].offset);
			continue;
		}
		if (!tuple) {
			quote(out, t->fields[i].name, strlen(t->fields[i].name));
			buf_puts(out, ": ");
		}
		field(rt, out, &t->fields[i], bytes);
	}
}

static void parts(struct rt *rt, struct buf *out, const struct image_type *t, const char *bytes)
{
	bool tuple = t->kind == TYPE_TUPLE;

	buf_putc(out, tuple ? '[' : '{');
	members(rt, out, t, bytes);
	buf_putc(out, tuple ? ']' : '}');
}

static void as_text(struct rt *rt, struct buf *out, uint64_t ref, const char *bytes)
{
	struct buf text = {0};

	render(rt, &text, ref, bytes);
	quote(out, text.data ? text.data : "", text.len);
	buf_free(&text);
}

static void value(struct rt *rt, struct buf *out, uint64_t ref, const char *bytes)
{
	const struct image_type *t = ref ? rt_type(rt, ref) : NULL, *elem;
	uint32_t n;

	if (!t || t->kind == TYPE_NONE) {
		buf_puts(out, "null");
	} else if (t->kind == TYPE_BOOL) {
		buf_puts(out, *bytes ? "true" : "false");
	} else if (t->kind == TYPE_INT || t->kind == TYPE_ENUM || t->kind == TYPE_AGGREGATE) {
		integer(out, load_int(bytes, t->size, t->is_signed), t->is_signed);
	} else if (t->kind == TYPE_POINTER) {
		integer(out, load_int(bytes, 8, false), false);
	} else if ((t->kind == TYPE_STRING && is_fault(bytes, t->size)) ||
		   (t->kind == TYPE_BUFFER && load_int(bytes, 4, false) == FAULT_LENGTH)) {
		rt->fault = true;
		buf_puts(out, "null");
	} else if (t->kind == TYPE_BUFFER) { /* as bpftrace has it: signed bytes */
		memcpy(&n, bytes, 4);
		buf_putc(out, '[');
		for (uint32_t i = 0; i < n && i < t->size - 4; i++)
			buf_printf(out, "%s%d", i ? "," : "", (signed char)bytes[4 + i]);
		buf_putc(out, ']');
	} else if (t->kind == TYPE_STRUCT || t->kind == TYPE_TUPLE || t->kind == TYPE_RECORD) {
		parts(rt, out, t, bytes);
	} else if (t->kind == TYPE_ARRAY) {
		elem = rt_type(rt, t->elem);
		if (elem->kind == TYPE_INT && elem->size == 1 && elem->is_signed) {
			as_text(rt, out, ref, bytes);
			return;
		}
		buf_putc(out, '[');
		for (uint64_t i = 0; i < t->count; i++) {
			if (i)
				buf_putc(out, ',');
			value(rt, out, t->elem, bytes + i * elem->size);
		}
		buf_putc(out, ']');
	} else {
		as_text(rt, out, ref, bytes);
	}
}

/* objects */

static void begin(struct buf *out, const char *type)
{
	buf_printf(out, "{\"type\": \"%s\", ", type);
}

static void end(struct rt *rt, struct buf *out)
{
	if (rt->fault) /* of a null, or of <fault> in a text */
		buf_puts(out, ", \"reason\": \"fault\"");
	rt->fault = false;
	buf_puts(out, "}\n");
	output_text(rt, out->data, out->len);
	buf_free(out);
}

void json_text(struct rt *rt, const char *type, const char *s, size_t len)
{
	struct buf out = {0};

	begin(&out, type);
	buf_puts(&out, "\"data\": ");
	quote(&out, s, len);
	end(rt, &out);
}

void json_value(struct rt *rt, uint64_t type, const void *bytes)
{
	struct buf out = {0};

	begin(&out, "value");
	buf_puts(&out, "\"data\": ");
	value(rt, &out, type, bytes);
	end(rt, &out);
}

static void bucket(struct buf *out, const struct table *t, uint32_t i, uint64_t count)
{
	bool open_lo, open_hi;
	int64_t lo, hi;

	hist_range(t->value, i, &lo, &hi, &open_lo, &open_hi);
	buf_putc(out, '{');
	if (!open_lo) {
		buf_puts(out, "\"min\": ");
		integer(out, lo, true);
		buf_puts(out, ", ");
	}
	if (!open_hi) {
		buf_puts(out, "\"max\": ");
		integer(out, (int64_t)((uint64_t)hi - 1), true);
		buf_puts(out, ", ");
	}
	buf_puts(out, "\"count\": ");
	integer(out, (int64_t)count, false);
	buf_putc(out, '}');
}

static void buckets(struct buf *out, const struct table *t, const uint64_t *v, uint64_t div)
{
	uint32_t n = (uint32_t)t->value->count, first = 0, last = n;

	while (first < n && !v[first])
		first++;
	while (last > first && !v[last - 1])
		last--;
	buf_putc(out, '[');
	for (uint32_t i = first; i < last; i++) {
		if (i > first)
			buf_putc(out, ',');
		bucket(out, t, i, v[i] / div);
	}
	buf_putc(out, ']');
}

static void entry_value(struct buf *out, struct table *t, const struct entry *e, int64_t div)
{
	const uint64_t *v = (const uint64_t *)e->value;
	bool is_signed = t->value->is_signed;

	if (is_hist(t)) {
		buckets(out, t, v, (uint64_t)div);
	} else if (is_agg(t) && t->value->agg == AGG_tseries) {
		tseries_json(out, t->value, v);
	} else if (is_agg(t) && t->value->agg == AGG_stats) {
		buf_puts(out, "{\"count\": ");
		integer(out, (int64_t)v[1], false);
		buf_puts(out, ", \"average\": ");
		integer(out, average(t, v) / div, is_signed);
		buf_puts(out, ", \"total\": ");
		integer(out, (int64_t)v[0], is_signed);
		buf_putc(out, '}');
	} else if (is_agg(t)) {
		integer(out, is_signed ? e->rank / div : (int64_t)((uint64_t)e->rank / (uint64_t)div), is_signed);
	} else if (div > 1 && t->value->kind == TYPE_INT) {
		integer(out, load_int(e->value, t->value->size, is_signed) / div, is_signed);
	} else {
		value(t->rt, out, t->map->value, e->value);
	}
}

/* a key as text without outer parentheses and spaces, so that it can name a member */
static void key(struct buf *out, struct table *t, const struct entry *e)
{
	struct buf text = {0};
	size_t n = 0;

	render_key(t->rt, &text, t->map->key, e->key);
	if (t->key->kind == TYPE_TUPLE || t->key->kind == TYPE_RECORD || t->key->kind == TYPE_STRUCT) {
		for (size_t i = 0; i < text.len; i++)
			if (text.data[i] != ' ')
				text.data[n++] = text.data[i];
		text.len = n;
	}
	quote(out, text.data ? text.data : "", text.len);
	buf_free(&text);
}

static const char *map_type(const struct table *t)
{
	if (is_hist(t))
		return "hist";
	if (is_agg(t) && t->value->agg == AGG_tseries)
		return "tseries";
	if (is_agg(t) && (t->value->agg == AGG_stats || t->value->agg == AGG_avg))
		return "stats";
	return "map";
}

void json_map(struct table *t, size_t from, int64_t div)
{
	struct buf out = {0};

	if (from >= t->count)
		return;
	begin(&out, map_type(t));
	buf_puts(&out, "\"data\": {");
	quote(&out, t->map->name, strlen(t->map->name));
	buf_puts(&out, t->key ? ": {" : ": ");
	for (size_t i = from; i < t->count; i++) {
		if (i > from)
			buf_puts(&out, ", ");
		if (t->key) {
			key(&out, t, &t->list[i]);
			buf_puts(&out, ": ");
		}
		entry_value(&out, t, &t->list[i], div);
	}
	buf_puts(&out, t->key ? "}}" : "}");
	end(t->rt, &out);
}

void json_entry(struct table *t, const struct entry *e)
{
	struct buf out = {0};

	begin(&out, "value");
	buf_puts(&out, "\"data\": ");
	entry_value(&out, t, e, 1);
	end(t->rt, &out);
}

void json_attached(struct rt *rt)
{
	struct buf out = {0};

	begin(&out, "attached_probes");
	buf_printf(&out, "\"count\": %u, \"data\": {\"probes\": %u}", rt->attached, rt->attached);
	end(rt, &out);
}

static void begin_result(struct buf *out, const char *type, const char *name)
{
	begin(out, type);
	buf_puts(out, "\"data\": {");
	quote(out, name, strlen(name));
}

void json_test(struct rt *rt, const char *name, uint64_t ns, bool passed, const char *output, size_t len)
{
	struct buf out = {0};

	begin_result(&out, "test_result", name);
	buf_printf(&out, ": {\"duration\": %llu, \"passed\": %s, \"output\": ", (unsigned long long)ns,
		   passed ? "true" : "false");
	quote(&out, output, len);
	buf_puts(&out, "}}");
	end(rt, &out);
}

void json_bench(struct rt *rt, const char *name, uint64_t ns, uint64_t iterations)
{
	struct buf out = {0};

	begin_result(&out, "benchmark_result", name);
	buf_printf(&out, ": {\"average\": %llu, \"iters\": %llu}}", (unsigned long long)ns,
		   (unsigned long long)iterations);
	end(rt, &out);
}

void json_lost(struct rt *rt, uint64_t events)
{
	struct buf out = {0};

	begin(&out, "lost_events");
	buf_printf(&out, "\"count\": %llu, \"data\": {\"events\": %llu}", (unsigned long long)events,
		   (unsigned long long)events);
	end(rt, &out);
}

/* FILE:LINE:COLUMN... as members of an object; nothing if it is no place */
static void place_members(struct buf *out, const char *place)
{
	const char *line = place + strlen(place), *file;

	while (line > place && line[-1] != ':')
		line--; /* the columns */
	file = line > place ? line - 1 : place;
	while (file > place && file[-1] != ':')
		file--; /* the line */
	if (file == place)
		return;
	buf_puts(out, ", \"filename\": ");
	quote(out, place, (size_t)(file - 1 - place));
	buf_printf(out, ", \"line\": %ld, \"col\": %ld", strtol(file, NULL, 10), strtol(line, NULL, 10));
}

void json_loss(struct rt *rt, const struct image_loss *l, const char *what, uint64_t n)
{
	struct buf out = {0};

	begin(&out, "loss");
	buf_printf(&out, "\"kind\": \"%s\", \"count\": %llu, \"what\": ", loss_kind_name(l->kind),
		   (unsigned long long)n);
	quote(&out, what, strlen(what));
	place_members(&out, l->place);
	end(rt, &out);
}

void json_message(struct rt *rt, const char *type, const char *place, const char *s, size_t len)
{
	struct buf out = {0};

	begin(&out, type);
	buf_puts(&out, "\"msg\": ");
	quote(&out, s, len);
	place_members(&out, place);
	end(rt, &out);
}

void json_helper_error(struct rt *rt, const struct image_event *e, const char *text, int64_t result)
{
	struct buf out = {0};

	begin(&out, "helper_error");
	buf_puts(&out, "\"msg\": ");
	quote(&out, text, strlen(text));
	buf_puts(&out, ", \"helper\": ");
	quote(&out, e->text, e->text_len);
	buf_puts(&out, ", \"retcode\": ");
	buf_signed(&out, result);
	place_members(&out, e->place);
	end(rt, &out);
}
