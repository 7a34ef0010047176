/* What is done with the records of the ring, an action each. */
#include "runtime/rt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* PLACE: ERROR: text, and the lines below it */
static void say(struct rt *rt, const struct image_event *e, enum severity severity, const char *text, const char *more)
{
	static const char *const words[] = {"ERROR", "WARNING"};
	const char *on = rt->colour ? severity_colours[severity] : "", *off = rt->colour ? colour_end : "";

	output_flush(rt);
	fprintf(stderr, "%s%s: %s: %s%s\n%s%.*s", on, e->place, words[severity], text, off, more, (int)e->excerpt_len,
		e->excerpt);
}

static void say_event(struct rt *rt, const struct image_event *e, const char *record, enum severity severity,
		      const char *type)
{
	const char *text;

	format_event(rt, &rt->line, e, record);
	text = rt->line.data ? rt->line.data : "";
	if (json(rt))
		json_message(rt, type, e->place, text, rt->line.len);
	else
		say(rt, e, severity, text, "");
	buf_reset(&rt->line);
}

static void do_errorf(struct rt *rt, const struct image_event *e, const char *record)
{
	say_event(rt, e, record, SEVERITY_ERROR, "errorf");
	rt->errors++;
}

static void do_warnf(struct rt *rt, const struct image_event *e, const char *record)
{
	if (!rt->options->no_warnings)
		say_event(rt, e, record, SEVERITY_WARNING, "warnf");
}

/* what can be read from fd, as it comes; JSON has it whole */
static void copy_stream(struct rt *rt, int fd, uint64_t most, const char *type, bool traced)
{
	char bytes[4096];
	ssize_t n;

	while (most && (n = read(fd, bytes, most < sizeof(bytes) ? most : sizeof(bytes))) > 0) {
		if (traced)
			render_traced(rt, &rt->line, bytes, (size_t)n);
		else
			buf_add(&rt->line, bytes, (size_t)n);
		most -= (uint64_t)n;
		if (json(rt))
			continue;
		flush_line(rt, type);
		output_settle(rt);
	}
	if (json(rt))
		flush_line(rt, type);
}

static void do_system(struct rt *rt, const struct image_event *e, const char *record)
{
	int fd, status;
	pid_t pid;

	format_event(rt, &rt->line, e, record);
	output_flush(rt);
	fd = command_start(rt->line.data ? rt->line.data : "", &pid);
	buf_reset(&rt->line);
	if (fd < 0) {
		fprintf(stderr, "%s: ERROR: cannot run a command: %s\n", e->place, strerror(-fd));
		return;
	}
	copy_stream(rt, fd, UINT64_MAX, "syscall", false);
	close(fd);
	if (!json(rt))
		output_text(rt, "\n", 1);
	status = command_end(pid);
	if (!status)
		return;
	output_flush(rt);
	fprintf(stderr, "%s: ERROR: command exited with code %d\n", e->place, status);
}

static void do_cat(struct rt *rt, const struct image_event *e, const char *record)
{
	int fd;

	format_event(rt, &rt->line, e, record);
	fd = open(rt->line.data ? rt->line.data : "", O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		int err = errno;

		output_flush(rt);
		fprintf(stderr, "ERROR: failed to open file '%s' (%s)\n", rt->line.data ? rt->line.data : "",
			strerror(err));
	} else {
		buf_reset(&rt->line);
		copy_stream(rt, fd, (uint64_t)rt_setting(rt, "max_cat_bytes", 10240), "cat", true);
		close(fd);
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
	int64_t top = arg(rt, e, record, 0, 0), div = arg(rt, e, record, 1, 0);

	if (e->map && e->then)
		map_print_sweep(rt, e, top, div);
	else if (e->map)
		map_print(rt, e->map - 1, top, div);
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

static void do_unwatch(struct rt *rt, const struct image_event *e, const char *record)
{
	if (e->nargs)
		unwatch(rt, (uint64_t)load_int(record + e->args[0].offset, rt_type(rt, e->args[0].type)->size, false));
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

/* comes another way: packets.c */
static void do_skboutput(struct rt *rt, const struct image_event *e, const char *record)
{
	(void)rt;
	(void)e;
	(void)record;
}

static void do_warning(struct rt *rt, const struct image_event *e, const char *record)
{
	(void)record;
	if (rt->options->no_warnings)
		return;
	if (json(rt))
		json_message(rt, "runtime_error", e->place, e->text, e->text_len);
	else
		say(rt, e, SEVERITY_WARNING, e->text, "");
}

static const char *helper_words(const char *helper, int64_t result)
{
	if (str_eq(helper, "map_lookup_elem"))
		return "Can't lookup map element because it does not exist.";
	if (str_eq(helper, "map_delete_elem") && result == -ENOENT)
		return "Can't delete map element because it does not exist.";
	return strerror((int)-result);
}

static void do_helper_error(struct rt *rt, const struct image_event *e, const char *record)
{
	int64_t result = arg(rt, e, record, 0, 0);
	const char *text = helper_words(e->text, result);
	char more[128];

	if (json(rt)) {
		json_helper_error(rt, e, text, result);
		return;
	}
	snprintf(more, sizeof(more), "Additional Info - helper: %s, retcode: %lld\n", e->text, (long long)result);
	say(rt, e, SEVERITY_WARNING, text, more);
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

bool rt_event(void *ctx, const void *record, size_t size)
{
	struct rt *rt = ctx;

	act(rt, record, size);
	rt->budget -= (int64_t)((size + RECORD_HEAD + 7) / 8 * 8);
	return rt->budget > 0 && coarse_ns() < rt->drain_until;
}
