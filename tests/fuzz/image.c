/*
 * Images from an enemy.  What is still taken for an image must be safe to use:
 * the values of its types and events are printed from memory of just their size
 * (with sanitizers that is where a mistake shows).
 */
#include "tests/fuzz/fuzz.h"

#include "image/image.h"
#include "lang/lang.h"
#include "runtime/rt.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* one of everything */
static void good(struct buf *out)
{
	static struct image_enumerator words[] = {{"ONE", 3, 1}, {"TWO", 3, 2}};
	static struct image_field pair[] = {{.type = 1}, {.type = 3, .offset = 8}};
	static struct image_field parts[] = {
		{.name = "a", .name_len = 1, .type = 2},
		{.name = "bits", .name_len = 4, .type = 2, .offset = 4, .bit_offset = 3, .bit_size = 5},
		{.name = "list", .name_len = 4, .type = 5, .offset = 8},
	};
	static struct image_type types[] = {
		{.kind = TYPE_INT, .size = 8, .is_signed = 1},
		{.kind = TYPE_INT, .size = 4},
		{.kind = TYPE_STRING, .size = 16},
		{.kind = TYPE_BUFFER, .size = 12},
		{.kind = TYPE_ARRAY, .size = 12, .elem = 2, .count = 3},
		{.kind = TYPE_STRUCT, .size = 24, .fields = parts, .nfields = 3, .name = "s", .name_len = 1},
		{.kind = TYPE_TUPLE, .size = 24, .fields = pair, .nfields = 2},
		{.kind = TYPE_ENUM, .size = 4, .enumerators = words, .nenumerators = 2},
		{.kind = TYPE_BOOL, .size = 1},
		{.kind = TYPE_POINTER, .size = 8},
		{.kind = TYPE_INET, .size = 20},
		{.kind = TYPE_MAC, .size = 6},
		{.kind = TYPE_TIMESTAMP, .size = 16},
		{.kind = TYPE_ERRNO, .size = 4},
		{.kind = TYPE_KSTACK, .size = 8 + 8 * 4, .stack_limit = 4, .stack_mode = STACK_RAW},
		{.kind = TYPE_AGGREGATE, .agg = AGG_count},
		{.kind = TYPE_AGGREGATE, .agg = AGG_hist},
		{.kind = TYPE_AGGREGATE, .agg = AGG_lhist, .min = 0, .max = 100, .step = 10},
		{.kind = TYPE_AGGREGATE, .agg = AGG_tseries, .min = 1000, .max = 4, .count = 4},
		{.kind = TYPE_ARRAY, .size = 48, .elem = 3, .count = 3},
	};
	static struct image_map maps[] = {
		{.name = "@", .name_len = 1, .storage = MAP_PERCPU_SCALAR, .value = 16, .max_entries = 1},
		{.name = "@x", .name_len = 2, .storage = MAP_HASH, .key = 7, .value = 3, .max_entries = 8},
	};
	static struct image_conversion format[] = {
		{.literal = "n ", .literal_len = 2, .conv = 'd', .width = 8, .precision = -1, .length = 8},
		{.conv = 's', .precision = 3, .length = 8},
		{.conv = 'r', .sub = 'x', .precision = -1, .length = 8},
		{.literal = "\n", .literal_len = 1},
	};
	static struct image_arg args[] = {{1, 8}, {3, 16}, {4, 32}}, key[] = {{7, 8}}, texts[] = {{20, 8}},
				whole[] = {{6, 8}};
	static struct image_event events[] = {
		{.action = EVENT_printf,
		 .size = 48,
		 .conversions = format,
		 .nconversions = 4,
		 .args = args,
		 .nargs = 3,
		 .place = "x",
		 .place_len = 1},
		{.action = EVENT_print_value, .size = 32, .args = whole, .nargs = 1},
		{.action = EVENT_print_map, .size = 8, .map = 2},
		{.action = EVENT_print_entry, .size = 32, .map = 2, .args = key, .nargs = 1},
		{.action = EVENT_join, .size = 56, .args = texts, .nargs = 1, .text = " ", .text_len = 1},
		{.action = EVENT_time, .size = 8, .text = "%H", .text_len = 2},
		{.action = EVENT_exit, .size = 8},
	};
	static struct image_attach attach[] = {
		{.kind = ATTACH_tracepoint,
		 .name = "tracepoint:a:b",
		 .name_len = 14,
		 .target = "a",
		 .target_len = 1,
		 .symbol = "b",
		 .symbol_len = 1},
	};
	static struct image_clause clauses[] = {{.program = "clause0",
						 .program_len = 7,
						 .kind = ATTACH_tracepoint,
						 .attaches = attach,
						 .nattaches = 1}};
	static struct image_param params[] = {
		{.name = "$1", .name_len = 2, .kind = PARAM_TEXT, .index = 1, .size = 64}};
	struct image im = {
		.version = IMAGE_VERSION,
		.source = "x.bt",
		.source_len = 4,
		.types = types,
		.ntypes = ARRAY_SIZE(types),
		.maps = maps,
		.nmaps = ARRAY_SIZE(maps),
		.events = events,
		.nevents = ARRAY_SIZE(events),
		.clauses = clauses,
		.nclauses = 1,
		.str_trunc_trailer = "..",
		.str_trunc_trailer_len = 2,
		.params = params,
		.nparams = 1,
	};

	types[16].count = hist_buckets(0);
	types[17].count = lhist_buckets(0, 100, 10);
	image_encode(&im, out);
}

/* an ELF file with that section alone */
static void wrap(const struct buf *bytes, struct buf *out)
{
	static const char names[] = "\0.probe\0.shstrtab";
	Elf64_Ehdr head = {.e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 3, .e_shstrndx = 2};
	Elf64_Shdr sections[3] = {0};

	memcpy(head.e_ident, ELFMAG, SELFMAG);
	head.e_ident[EI_CLASS] = ELFCLASS64;
	head.e_shoff = sizeof(head) + bytes->len + sizeof(names);
	sections[1] =
		(Elf64_Shdr){.sh_name = 1, .sh_type = SHT_PROGBITS, .sh_offset = sizeof(head), .sh_size = bytes->len};
	sections[2] = (Elf64_Shdr){
		.sh_name = 8, .sh_type = SHT_STRTAB, .sh_offset = sizeof(head) + bytes->len, .sh_size = sizeof(names)};
	buf_add(out, &head, sizeof(head));
	buf_add(out, bytes->data, bytes->len);
	buf_add(out, names, sizeof(names));
	buf_add(out, sections, sizeof(sections));
}

/* bytes of no meaning, of just that size */
static char *rubbish(size_t size)
{
	char *bytes = malloc(size ? size : 1);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
	return bytes;
}

/* would its printing ask the machine for names?  That is slow, and not what is tested */
static bool has_names(const struct image *im, uint64_t ref)
{
	const struct image_type *t = &im->types[ref - 1];

	if (t->kind == TYPE_KSYM || t->kind == TYPE_USYM || t->kind == TYPE_USERNAME ||
	    ((t->kind == TYPE_KSTACK || t->kind == TYPE_USTACK) && t->stack_mode != STACK_RAW))
		return true;
	if (t->kind == TYPE_ARRAY)
		return has_names(im, t->elem);
	for (size_t i = 0; i < t->nfields; i++)
		if (has_names(im, t->fields[i].type))
			return true;
	return false;
}

static void use(const struct image *im)
{
	static struct run_options options, as_json = {.format = OUTPUT_JSON};
	struct rt rt = {.im = im, .options = &options};
	struct buf out = {0};
	uint64_t total = 0;

	for (size_t i = 0; i < im->ntypes; i++) {
		const struct image_type *t = &im->types[i];
		char *bytes;

		total += t->size;
		if (t->size > 1 << 16 || total > 1 << 18 || has_names(im, i + 1))
			continue;
		bytes = rubbish(t->size);
		if (t->kind != TYPE_AGGREGATE) {
			rt.options = &options;
			render(&rt, &out, i + 1, bytes);
			rt.options = &as_json;
			json_value(&rt, i + 1, bytes);
			rt.options = &options;
			buf_reset(&out);
		} else if (t->agg == AGG_hist || t->agg == AGG_lhist) {
			free(bytes);
			bytes = rubbish(8 * t->count);
			hist_print(&out, t, (uint64_t *)bytes, 1);
		} else if (t->agg == AGG_tseries) {
			free(bytes);
			bytes = rubbish(8 * t->count * TSERIES_WORDS);
			tseries_print(&out, t, (uint64_t *)bytes);
		}
		buf_reset(&out);
		free(bytes);
	}
	for (size_t i = 0; i < im->nevents; i++) {
		const struct image_event *e = &im->events[i];
		bool named = false;
		char *record;

		for (size_t j = 0; j < e->nargs; j++)
			named |= has_names(im, e->args[j].type);
		if (named || e->size > 1 << 16 || (e->action != EVENT_printf && e->action != EVENT_errorf))
			continue;
		record = rubbish(e->size);
		format_event(&rt, &out, e, record);
		buf_reset(&out);
		free(record);
	}
	buf_free(&out);
	buf_free(&rt.line);
	buf_free(&rt.gathered);
}

static bool seed(unsigned i, struct buf *out)
{
	struct buf bytes = {0};

	if (i > 1)
		return false;
	good(&bytes);
	if (i)
		wrap(&bytes, out);
	else
		buf_add(out, bytes.data, bytes.len);
	buf_free(&bytes);
	return true;
}

static bool read_image(const void *bytes, size_t len)
{
	bool elf = len > SELFMAG && !memcmp(bytes, ELFMAG, SELFMAG);
	struct arena *a = arena_new();
	char *exact = malloc(len ? len : 1);
	const char *why = NULL;
	struct image *im;

	if (len)
		memcpy(exact, bytes, len);
	im = elf ? image_read(a, exact, len, &why) : image_decode(a, exact, len, &why);
	if (im)
		use(im);
	else if (!why || !*why)
		bug("an image is refused without a reason");
	free(exact);
	arena_free(a);
	return im;
}

/* what is cut anywhere, or of another version, is no image */
static void check_good(const char *dir)
{
	struct arena *a = arena_new();
	struct buf b = {0};
	const char *why;

	(void)dir;
	for (unsigned i = 0; buf_reset(&b), seed(i, &b); i++)
		for (size_t n = 0; n < b.len; n++)
			if (i ? image_read(a, b.data, n, &why) : image_decode(a, b.data, n, &why))
				bug("an image cut after %zu bytes is taken", n);
	good(&b);
	b.data[0]++;
	if (image_decode(a, b.data, b.len, &why))
		bug("an image of another version is taken");
	buf_free(&b);
	arena_free(a);
}

const struct fuzz fuzz = {
	.name = "image", .begin = check_good, .seed = seed, .damage = damage_bytes, .read = read_image};
