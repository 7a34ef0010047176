/* What is done with the records of the ring, an action each. */
#include "runtime/rt.h"

#include <errno.h>
#include <string.h>
#include <time.h>

typedef void (*action_fn)(struct rt *rt, const struct image_event *e, const char *record);

static int64_t arg(struct rt *rt, const struct image_event *e, const char *record, size_t i, int64_t otherwise)
{
	const struct image_type *t;

	if (i >= e->nargs)
		return otherwise;
	t = rt_type(rt, e->args[i].type);
	return load_int(record + e->args[i].offset, t->size, t->is_signed);
}

/* type: what JSON calls it */
static void flush_line(struct rt *rt, const char *type)
{
	const char *text = rt->line.data ? rt->line.data : "";

	if (json(rt))
		json_text(rt, type, text, rt->line.len);
	else
		output_text(rt, text, rt->line.len);
	buf_reset(&rt->line);
}

static void do_printf(struct rt *rt, const struct image_event *e, const char *record)
{
	format_event(rt, &rt->line, e, record);
	flush_line(rt, "printf");
}

static void say(struct rt *rt, const struct image_event *e, const char *record, const char *what)
{
	format_event(rt, &rt->line, e, record);
	if (json(rt)) {
		json_message(rt, what[0] == 'E' ? "errorf" : "warnf", e->place, rt->line.data ? rt->line.data : "", rt->line.len);
	} else {
		output_flush(rt);
		fprintf(stderr, "%s: %s: %s\n", e->place, what, rt->line.data ? rt->line.data : "");
	}
	buf_reset(&rt->line);
}

static void do_errorf(struct rt *rt, const struct image_event *e, const char *record)
{
	say(rt, e, record, "ERROR");
}

static void do_warnf(struct rt *rt, const struct image_event *e, const char *record)
{
	if (!rt->options->no_warnings)
		say(rt, e, record, "WARNING");
	(void)record;
}

static void copy_stream(struct rt *rt, FILE *in, uint64_t most, const char *type)
{
	char bytes[4096];
	size_t n;

	while (most && (n = fread(bytes, 1, most < sizeof(bytes) ? most : sizeof(bytes), in))) {
		buf_add(&rt->line, bytes, n);
		if (!json(rt)) /* as it comes */
			flush_line(rt, type);
		most -= n;
	}
	if (json(rt))
		flush_line(rt, type);
}

static void do_system(struct rt *rt, const struct image_event *e, const char *record)
{
	int status;
	FILE *in;

	format_event(rt, &rt->line, e, record);
	output_flush(rt);
	in = popen(rt->line.data ? rt->line.data : "", "re");
	buf_reset(&rt->line);
	if (!in) {
		fprintf(stderr, "%s: ERROR: cannot run a command: %s\n", e->place, strerror(errno));
		return;
	}
	copy_stream(rt, in, UINT64_MAX, "syscall");
	status = pclose(in);
	if (status)
		fprintf(stderr, "%s: ERROR: command exited with code %d\n", e->place, status >> 8 & 255);
}

static uint64_t setting(struct rt *rt, const char *name, uint64_t otherwise)
{
	for (size_t i = 0; i < rt->im->nsettings; i++)
		if (str_eq(rt->im->settings[i].name, name))
			return (uint64_t)rt->im->settings[i].value;
	return otherwise;
}

static void do_cat(struct rt *rt, const struct image_event *e, const char *record)
{
	FILE *in;

	format_event(rt, &rt->line, e, record);
	in = fopen(rt->line.data ? rt->line.data : "", "re");
	if (!in) {
		fprintf(stderr, "ERROR: failed to open file '%s' (%s)\n", rt->line.data, strerror(errno));
	} else {
		buf_reset(&rt->line);
		copy_stream(rt, in, setting(rt, "max_cat_bytes", 10240), "cat");
		fclose(in);
	}
	buf_reset(&rt->line);
}

static void do_print_value(struct rt *rt, const struct image_event *e, const char *record)
{
	if (!e->nargs)
		return;
	if (json(rt)) {
		json_value(rt, e->args[0].type, record + e->args[0].offset);
		return;
	}
	render(rt, &rt->line, e->args[0].type, record + e->args[0].offset);
	buf_putc(&rt->line, '\n');
	flush_line(rt, "value");
}

static void do_print_map(struct rt *rt, const struct image_event *e, const char *record)
{
	if (e->map)
		map_print(rt, e->map - 1, arg(rt, e, record, 0, 0), arg(rt, e, record, 1, 0));
}

static void do_print_entry(struct rt *rt, const struct image_event *e, const char *record)
{
	if (e->map && e->nargs)
		map_print_entry(rt, e->map - 1, record + e->args[0].offset);
}

static void do_clear(struct rt *rt, const struct image_event *e, const char *record)
{
	(void)record;
	if (e->map)
		map_clear(rt, e->map - 1);
}

static void do_zero(struct rt *rt, const struct image_event *e, const char *record)
{
	(void)record;
	if (e->map)
		map_zero(rt, e->map - 1);
}

static void do_exit(struct rt *rt, const struct image_event *e, const char *record)
{
	(void)e;
	(void)record;
	rt->exiting = true;
}

static void do_time(struct rt *rt, const struct image_event *e, const char *record)
{
	time_t now = time(NULL);
	char text[512];
	struct tm tm;

	(void)record;
	localtime_r(&now, &tm);
	buf_add(&rt->line, text, strftime(text, sizeof(text), e->text, &tm));
	flush_line(rt, "time");
}

static void do_join(struct rt *rt, const struct image_event *e, const char *record)
{
	const struct image_type *t, *s;

	if (!e->nargs)
		return;
	t = rt_type(rt, e->args[0].type);
	s = rt_type(rt, t->elem);
	for (uint64_t i = 0; i < t->count; i++) {
		const char *text = record + e->args[0].offset + i * s->size;

		if (!*text && !is_fault(text, s->size))
			break;
		if (i)
			buf_add(&rt->line, e->text, e->text_len);
		if (!*text)
			render_fault(rt, &rt->line);
		buf_add(&rt->line, text, strnlen(text, s->size));
	}
	buf_putc(&rt->line, '\n');
	flush_line(rt, "join");
}

static void do_warning(struct rt *rt, const struct image_event *e, const char *record)
{
	(void)record;
	if (!rt->options->no_warnings)
		fprintf(stderr, "%s: WARNING: %s\n", e->place, e->text);
}

static const action_fn actions[EVENT_ACTION_COUNT] = {
#define ACTION(name) [EVENT_##name] = do_##name,
#include "image/events.def"
#undef ACTION
};

uint64_t coarse_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

#define PATIENCE_NS 2000000000ull

/* printing what was issued before the end can take long: say so once */
static void be_patient(struct rt *rt)
{
	if (coarse_ns() - rt->leaving < PATIENCE_NS)
		return;
	fputs("Still printing what was issued before the end; Ctrl-C ends at once.\n", stderr);
	rt->leaving = 0;
}

static void act(struct rt *rt, const char *record, size_t size)
{
	struct event_header head;
	const struct image_event *e;

	if (size < sizeof(head))
		return;
	memcpy(&head, record, sizeof(head));
	if (head.event >= rt->im->nevents)
		return;
	e = &rt->im->events[head.event];
	if (size < e->size || e->action >= EVENT_ACTION_COUNT)
		return;
	if (rt->exiting && !rt->ending)
		return;
	actions[e->action](rt, e, record);
	if (rt->leaving)
		be_patient(rt);
}

#define RECORD_HEAD 8 /* the kernel's, before each */

int rt_event(void *ctx, void *record, size_t size)
{
	struct rt *rt = ctx;

	act(rt, record, size);
	rt->budget -= (int64_t)((size + RECORD_HEAD + 7) / 8 * 8);
	return rt->budget > 0 && coarse_ns() < rt->drain_until ? 0 : -EAGAIN; /* enough for now */
}
