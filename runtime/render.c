/* Bytes that BPF wrote as text, by their type (language.md section 9.1). */
#include "runtime/rt.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct image_type *rt_type(struct rt *rt, uint64_t ref)
{
	return &rt->im->types[ref - 1];
}

int64_t rt_setting(const struct rt *rt, const char *name, int64_t otherwise)
{
	for (size_t i = 0; i < rt->im->nsettings; i++)
		if (str_eq(rt->im->settings[i].name, name))
			return rt->im->settings[i].value;
	return otherwise;
}

int64_t load_int(const void *bytes, uint64_t size, bool is_signed)
{
	uint64_t v = 0;

	memcpy(&v, bytes, size < 8 ? size : 8); /* little-endian */
	if (is_signed && size < 8 && size && v >> (size * 8 - 1) & 1)
		v |= ~0ull << (size * 8);
	return (int64_t)v;
}

static void render_int(struct buf *out, const struct image_type *t, int64_t v)
{
	for (size_t i = 0; i < t->nenumerators; i++)
		if (t->enumerators[i].value == v) {
			buf_puts(out, t->enumerators[i].name);
			return;
		}
	if (t->is_signed)
		buf_signed(out, v);
	else
		buf_unsigned(out, (uint64_t)v);
}

/*
 * A traced process must not write to the user's screen: on a terminal what
 * could move its cursor or more is shown as \xNN.  Line feeds and tabs only lay
 * out; C1 controls come raw or in UTF-8.
 */
void render_traced(struct rt *rt, struct buf *out, const char *s, size_t len)
{
	size_t n;

	if (!rt->tty || json(rt)) {
		buf_add(out, s, len);
		return;
	}
	for (; len; s += n, len -= n) {
		unsigned char c = (unsigned char)*s;
		bool c1;

		n = utf8_length(s, len);
		c1 = !n ? c < 0xa0 : n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0;
		n = n ? n : 1;
		if (c1 || (c < 32 && c != '\n' && c != '\t') || c == 127)
			for (size_t i = 0; i < n; i++)
				buf_printf(out, "\\x%02x", (unsigned char)s[i]);
		else
			buf_add(out, s, n);
	}
}

/* what could not be read; JSON says so beside the text as well */
void render_fault(struct rt *rt, struct buf *out)
{
	rt->fault = true;
	buf_puts(out, "<fault>");
}

static void render_string(struct rt *rt, struct buf *out, const char *s, size_t capacity)
{
	size_t len = strnlen(s, capacity);

	if (is_fault(s, capacity)) {
		render_fault(rt, out);
		return;
	}
	render_traced(rt, out, s, len);
	if (len == capacity && capacity)
		buf_puts(out, rt->im->str_trunc_trailer);
}

static void render_bytes(struct buf *out, const unsigned char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] >= 32 && s[i] < 127)
			buf_putc(out, (char)s[i]);
		else
			buf_printf(out, "\\x%02x", s[i]);
}

int64_t field_bits(const struct image_type *t, const struct image_field *f, const char *bytes)
{
	uint64_t v = 0, bits = f->bit_size && f->bit_size <= 64 ? f->bit_size : 64;

	memcpy(&v, bytes + f->offset, t->size < 8 ? t->size : 8);
	v = v >> (f->bit_offset & 63) & (~0ull >> (64 - bits));
	if (t->is_signed && v >> (bits - 1) & 1)
		v |= bits < 64 ? ~0ull << bits : 0;
	return (int64_t)v;
}

static void render_field(struct rt *rt, struct buf *out, const struct image_field *f, const char *bytes)
{
	const struct image_type *t = rt_type(rt, f->type);

	if (f->bit_size)
		render_int(out, t, field_bits(t, f, bytes));
	else
		render(rt, out, f->type, bytes + f->offset);
}

const struct image_type *nameless_struct(struct rt *rt, const struct image_field *f)
{
	const struct image_type *t = rt_type(rt, f->type);

	return !f->name_len && t->kind == TYPE_STRUCT && t->nfields ? t : NULL;
}

static void render_members(struct rt *rt, struct buf *out, const struct image_type *t, const char *bytes)
{
	const struct image_type *inner;

	for (size_t i = 0; i < t->nfields; i++) {
		inner = t->kind == TYPE_TUPLE ? NULL : nameless_struct(rt, &t->fields[i]);
		if (i)
			buf_puts(out, ", ");
		if (inner) {
			render_members(rt, out, inner, bytes + t->fields[i].offset);
			continue;
		}
		if (t->kind != TYPE_TUPLE) {
			buf_putc(out, '.');
			buf_puts(out, t->fields[i].name);
			buf_puts(out, " = ");
		}
		render_field(rt, out, &t->fields[i], bytes);
	}
}

static void render_parts(struct rt *rt, struct buf *out, const struct image_type *t, const char *bytes, bool parens)
{
	bool tuple = t->kind == TYPE_TUPLE;

	if (!tuple && !t->nfields) {
		buf_puts(out, "{}");
		return;
	}
	if (parens)
		buf_puts(out, tuple ? "(" : "{ ");
	render_members(rt, out, t, bytes);
	if (parens)
		buf_puts(out, tuple ? ")" : " }");
}

static void render_array(struct rt *rt, struct buf *out, const struct image_type *t, const char *bytes)
{
	const struct image_type *elem = rt_type(rt, t->elem);

	if (elem->kind == TYPE_INT && elem->size == 1 && elem->is_signed) {
		render_traced(rt, out, bytes, strnlen(bytes, t->size));
		return;
	}
	buf_putc(out, '[');
	for (uint64_t i = 0; i < t->count; i++) {
		if (i)
			buf_putc(out, ',');
		render(rt, out, t->elem, bytes + i * elem->size);
	}
	buf_putc(out, ']');
}

static void render_inet(struct buf *out, const char *bytes)
{
	char text[INET6_ADDRSTRLEN] = "";
	uint32_t size;

	memcpy(&size, bytes, 4);
	inet_ntop(size == 16 ? AF_INET6 : AF_INET, bytes + 4, text, sizeof(text));
	buf_puts(out, text);
}

/* strftime's %f is ours: microseconds */
static void render_time(struct rt *rt, struct buf *out, const char *bytes)
{
	static const clockid_t clocks[] = {CLOCK_BOOTTIME, CLOCK_MONOTONIC, CLOCK_TAI};
	struct timespec then, real;
	uint64_t ns, now;
	uint32_t format, clock;
	const char *text;
	char expanded[512], done[512];
	struct tm tm;
	time_t t;
	size_t n = 0;

	memcpy(&ns, bytes, 8);
	memcpy(&clock, bytes + 8, 4);
	memcpy(&format, bytes + 12, 4);
	text = format < rt->im->nevents ? rt->im->events[format].text : "%H:%M:%S";
	clock_gettime(clocks[clock < ARRAY_SIZE(clocks) ? clock : 0], &then);
	clock_gettime(CLOCK_REALTIME, &real);
	now = ns + (uint64_t)(real.tv_sec - then.tv_sec) * 1000000000ull + (uint64_t)(real.tv_nsec - then.tv_nsec);
	t = (time_t)(now / 1000000000);
	localtime_r(&t, &tm);
	for (const char *s = text; *s && n + 8 < sizeof(expanded); s++) {
		if (s[0] == '%' && s[1] == 'f') {
			n += (size_t)snprintf(expanded + n, sizeof(expanded) - n, "%06llu",
					      (unsigned long long)(now % 1000000000 / 1000));
			s++;
		} else {
			expanded[n++] = *s;
			if (s[0] == '%' && s[1])
				expanded[n++] = *++s;
		}
	}
	expanded[n] = '\0';
	buf_puts(out, strftime(done, sizeof(done), expanded, &tm) ? done : "(?)");
}

/* of another process' choosing: a name that cgroup_path() found, the pattern in the image */
static void render_cgroup(struct rt *rt, struct buf *out, const char *bytes)
{
	uint64_t id = (uint64_t)load_int(bytes, 8, false), pattern = (uint64_t)load_int(bytes + 8, 4, false);
	const char *text = cgroup_path(rt, id, pattern < rt->im->nevents ? rt->im->events[pattern].text : NULL);

	render_traced(rt, out, text, strlen(text));
}

void render_address(struct buf *out, uint64_t address)
{
	buf_puts(out, address ? "0x" : "");
	buf_hex(out, address);
}

static void render_symbol(struct rt *rt, struct buf *out, const struct image_type *t, const char *bytes)
{
	const struct symbol *s;
	uint64_t address;
	uint32_t pid = 0, probe = 0;

	memcpy(&address, bytes, 8);
	if (t->kind == TYPE_USYM) {
		memcpy(&pid, bytes + 8, 4);
		memcpy(&probe, bytes + 12, 4);
	}
	if (probe && !pid) {
		const char *name = function_name(rt, probe - 1, address);

		render_traced(rt, out, name, strlen(name));
		return;
	}
	s = t->kind == TYPE_USYM ? symbol_user(rt->symbols, (pid_t)pid, address, 0)
				 : symbol_kernel(rt->symbols, address, 0);
	if (s->known)
		render_traced(rt, out, s->name, strlen(s->name));
	else
		render_address(out, address);
	ledger_count(rt, LOSS_symbol, !s->known && address);
}

void render(struct rt *rt, struct buf *out, uint64_t ref, const void *data)
{
	const char *bytes = data;
	const struct image_type *t;
	uint32_t n;

	if (!ref)
		return;
	t = rt_type(rt, ref);
	switch ((enum type_kind)t->kind) {
	case TYPE_BOOL:
		buf_puts(out, *bytes ? "true" : "false");
		break;
	case TYPE_INT:
	case TYPE_ENUM:
	case TYPE_AGGREGATE:
		render_int(out, t, load_int(bytes, t->size, t->is_signed));
		break;
	case TYPE_POINTER:
		buf_puts(out, "0x");
		buf_hex(out, (uint64_t)load_int(bytes, 8, false));
		break;
	case TYPE_STRING:
		render_string(rt, out, bytes, t->size);
		break;
	case TYPE_BUFFER:
		memcpy(&n, bytes, 4);
		if (n == FAULT_LENGTH)
			render_fault(rt, out);
		else
			render_bytes(out, (const unsigned char *)bytes + 4, n < t->size - 4 ? n : t->size - 4);
		break;
	case TYPE_ARRAY:
		render_array(rt, out, t, bytes);
		break;
	case TYPE_STRUCT:
	case TYPE_TUPLE:
	case TYPE_RECORD:
		render_parts(rt, out, t, bytes, true);
		break;
	case TYPE_KSTACK:
	case TYPE_USTACK:
		render_stack(rt, out, t, data);
		break;
	case TYPE_KSYM:
	case TYPE_USYM:
		render_symbol(rt, out, t, bytes);
		break;
	case TYPE_INET:
		render_inet(out, bytes);
		break;
	case TYPE_MAC:
		for (int i = 0; i < 6; i++)
			buf_printf(out, "%s%02X", i ? ":" : "", (unsigned char)bytes[i]);
		break;
	case TYPE_TIMESTAMP:
		render_time(rt, out, bytes);
		break;
	case TYPE_USERNAME:
		buf_puts(out, user_name(rt, (uint32_t)load_int(bytes, 4, false)));
		break;
	case TYPE_ERRNO:
		buf_puts(out, strerror((int)load_int(bytes, 4, true)));
		break;
	case TYPE_CGROUP_PATH:
		render_cgroup(rt, out, bytes);
		break;
	case TYPE_ERROR:
	case TYPE_NONE:
	case TYPE_KIND_COUNT:
		buf_puts(out, "null");
		break;
	}
}

void render_key(struct rt *rt, struct buf *out, uint64_t ref, const void *bytes)
{
	const struct image_type *t = rt_type(rt, ref);

	if (t->kind == TYPE_TUPLE)
		render_parts(rt, out, t, bytes, false);
	else
		render(rt, out, ref, bytes);
}
