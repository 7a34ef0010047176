/*
 * printf plans: a format taken apart, put into an image with arguments of many
 * types, and carried out on a record of just its size.  Integers must come out
 * as the C library prints them.
 * An input is a digit, that many letters, which are rows of types[], the
 * format up to a NUL or newline, and the bytes of the record.
 */
#include "tests/fuzz/fuzz.h"

#include "image/image.h"
#include "lang/lang.h"
#include "runtime/rt.h"
#include "sema/sema.h"

#include <stdlib.h>
#include <string.h>

static bool seed(unsigned i, struct buf *out)
{
	static const char *const inputs[] = {
		"3abc%-8d|%+.5lld|%#hhx\n\1\2\3\4\5\6\7\200abcdefghijklmnopqrstuvwxyz",
		"5adefg%d %10.3s %-20s %rx%r %c\nAAAAAAAAhello\0aaaa\5\0\0\0abcdefghijklmnop",
		"9hijklmnop%s%s%s%s%s%s%s%s%s\n0123456789012345678901234567890123456789012345678901234567890123456789",
		"4aaaa%%%05i%% %o%#o%X%llu%p\n\377\377\377\377\377\377\377\377xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	};

	if (i >= ARRAY_SIZE(inputs))
		return false;
	buf_add(out, inputs[i], strlen(inputs[i]));
	return true;
}

static struct image_enumerator words[] = {{"ONE", 3, 1}, {"TWO", 3, 2}};
static struct image_field pair[] = {{.type = 1}, {.type = 5, .offset = 8}};
static struct image_field parts[] = {
	{.name = "a", .name_len = 1, .type = 3},
	{.name = "bits", .name_len = 4, .type = 3, .offset = 4, .bit_offset = 3, .bit_size = 5},
};
static struct image_type types[] = {
	/* a */ {.kind = TYPE_INT, .size = 8, .is_signed = 1},
	/* b */ {.kind = TYPE_INT, .size = 8},
	/* c */ {.kind = TYPE_INT, .size = 4, .is_signed = 1},
	/* d */ {.kind = TYPE_INT, .size = 1},
	/* e */ {.kind = TYPE_STRING, .size = 16},
	/* f */ {.kind = TYPE_STRING, .size = 1},
	/* g */ {.kind = TYPE_BUFFER, .size = 12},
	/* h */ {.kind = TYPE_ARRAY, .size = 12, .elem = 3, .count = 3},
	/* i */ {.kind = TYPE_STRUCT, .size = 8, .fields = parts, .nfields = 2, .name = "s", .name_len = 1},
	/* j */ {.kind = TYPE_TUPLE, .size = 24, .fields = pair, .nfields = 2},
	/* k */ {.kind = TYPE_ENUM, .size = 4, .enumerators = words, .nenumerators = 2},
	/* l */ {.kind = TYPE_BOOL, .size = 1},
	/* m */ {.kind = TYPE_POINTER, .size = 8},
	/* n */ {.kind = TYPE_INET, .size = 20},
	/* o */ {.kind = TYPE_MAC, .size = 6},
	/* p */ {.kind = TYPE_TIMESTAMP, .size = 16},
	/* q */ {.kind = TYPE_ERRNO, .size = 4},
	/* r */ {.kind = TYPE_KSTACK, .size = 8 + 8 * 4, .stack_limit = 4, .stack_mode = STACK_RAW},
};

/* one integer with nothing around it: as C has it */
static void compare(const struct image_conversion *v, const struct image_type *t, const char *bytes,
		    const struct buf *got)
{
	bool is_signed = v->conv == 'd' || v->conv == 'i';
	int64_t n = load_int(bytes, t->size, t->is_signed);
	char format[64], *s = format, want[1024];

	if (!v->conv || !strchr("diuxXo", (int)v->conv) || t->kind != TYPE_INT || v->width > 400 || v->precision > 400)
		return;
	*s++ = '%';
	for (unsigned i = 0; i < 5; i++)
		if (v->flags & 1u << i)
			*s++ = "-+ #0"[i];
	if (v->width)
		s += sprintf(s, "%d", (int)v->width);
	if (v->precision >= 0)
		s += sprintf(s, ".%d", (int)v->precision);
	sprintf(s, "ll%c", (int)v->conv);
	snprintf(want, sizeof(want), format, (long long)load_int(&n, v->length, is_signed));
	if (!str_eq(want, got->data))
		bug("%s of %lld, %u bytes: '%s', in C '%s'", format, (long long)n, (unsigned)v->length, got->data,
		    want);
}

static bool is_string(const struct image_type *t)
{
	return t->kind == TYPE_STRING;
}

static void carry_out(const struct image *im, const struct image_event *e, const char *record)
{
	static struct run_options plain, as_json = {.format = OUTPUT_JSON};
	struct rt rt = {.im = im, .options = &plain};
	struct buf out = {0};

	format_event(&rt, &out, e, record);
	for (size_t i = 0; i < e->nargs && i < e->nconversions; i++) {
		struct image_conversion alone = e->conversions[i];
		struct image_event one = {.conversions = &alone, .nconversions = 1, .args = &e->args[i], .nargs = 1};
		const struct image_type *t = rt_type(&rt, e->args[i].type);

		alone.literal_len = 0;
		buf_reset(&out);
		buf_puts(&out, "");
		format_event(&rt, &out, &one, record);
		compare(&alone, t, record + e->args[i].offset, &out);
		if (is_string(t) && alone.conv == 's' && alone.precision >= 0 &&
		    out.len > (alone.width > (uint64_t)alone.precision ? alone.width : (uint64_t)alone.precision))
			bug("a string is longer than its precision");
		rt.options = &as_json;
		json_value(&rt, e->args[i].type, record + e->args[i].offset);
		rt.options = &plain;
	}
	buf_free(&out);
	buf_free(&rt.line);
	buf_free(&rt.gathered);
}

/* the arguments one after the other, at multiples of 8 */
static void place(struct image_event *e, struct image_arg *args, const char *letters, size_t n)
{
	e->size = sizeof(struct event_header);
	for (size_t i = 0; i < n; i++) {
		unsigned row = (unsigned char)(letters[i] - 'a') % ARRAY_SIZE(types);

		args[i] = (struct image_arg){row + 1, e->size};
		e->size += (types[row].size + 7) / 8 * 8;
	}
	e->args = args;
	e->nargs = n;
}

static bool read_plan(const void *data, size_t len)
{
	const char *s = data, *end = s + len, *stop;
	struct image_event event = {.action = EVENT_printf, .place = "", .text = ""};
	struct image im = {.version = IMAGE_VERSION,
			   .source = "",
			   .str_trunc_trailer = "..",
			   .str_trunc_trailer_len = 2,
			   .types = types,
			   .ntypes = ARRAY_SIZE(types),
			   .events = &event,
			   .nevents = 1};
	size_t n = len ? (unsigned char)(*s - '0') % 10 : 0;
	struct arena *a = arena_new();
	struct image_arg args[10];
	struct image *again = NULL;
	struct buf bytes = {0};
	const char *why;
	char *record;

	if (len <= n)
		goto out;
	place(&event, args, ++s, n);
	s += n;
	for (stop = s; stop < end && *stop && *stop != '\n'; stop++)
		;
	if (!format_parse(a, s, (size_t)(stop - s), &event.conversions, &event.nconversions, &why))
		goto out;
	image_encode(&im, &bytes);
	again = image_decode(a, bytes.data, bytes.len, &why);
	if (!again)
		goto out;
	s = stop < end ? stop + 1 : end;
	record = calloc(1, event.size);
	memcpy(record, s, (size_t)(end - s) < event.size ? (size_t)(end - s) : event.size);
	carry_out(again, &again->events[0], record);
	free(record);
out:
	buf_free(&bytes);
	arena_free(a);
	return again;
}

const struct fuzz fuzz = {.name = "printf", .seed = seed, .damage = damage_bytes, .read = read_plan};
