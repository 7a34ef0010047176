/*
 * Where the script's output goes.  It is gathered and written when the events
 * at hand are done (output_settle), so that a line costs no system call of its
 * own and yet nobody waits for it.
 */
#include "runtime/rt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define GATHERED (1 << 16) /* bytes that are written whatever -B says */

int output_open(struct rt *rt)
{
	rt->out = STDOUT_FILENO;
	if (rt->options->output) {
		rt->out = open(rt->options->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (rt->out < 0) {
			fprintf(stderr, "ERROR: Failed to open output file: \"%s\": %s\n", rt->options->output,
				strerror(errno));
			return 1;
		}
	}
	rt->tty = isatty(rt->out);
	return 0;
}

static void write_out(struct rt *rt, const char *s, size_t len)
{
	struct pollfd room = {.fd = rt->out, .events = POLLOUT};

	while (len && !rt->write_error) {
		ssize_t n = write(rt->out, s, len);

		if (n > 0) {
			s += n;
			len -= (size_t)n;
		} else if (n < 0 && errno == EAGAIN) { /* somebody made it non-blocking */
			poll(&room, 1, -1);
		} else if (n < 0 && errno != EINTR) {
			rt->write_error = -errno;
		}
	}
}

/* the first len bytes of what was gathered */
static void write_gathered(struct rt *rt, size_t len)
{
	struct buf *b = &rt->gathered;

	write_out(rt, b->data, len);
	b->len -= len;
	memmove(b->data, b->data + len, b->len);
}

static void write_lines(struct rt *rt)
{
	struct buf *b = &rt->gathered;
	const char *last = b->len ? memrchr(b->data, '\n', b->len) : NULL;

	if (last)
		write_gathered(rt, (size_t)(last + 1 - b->data));
}

void output_text(struct rt *rt, const char *s, size_t len)
{
	if (rt->write_error)
		return;
	buf_add(&rt->gathered, s, len);
	if (rt->holding)
		return;
	if (rt->options->buffering == BUFFER_NONE || rt->gathered.len >= GATHERED)
		output_flush(rt);
}

void output_settle(struct rt *rt)
{
	if (rt->options->buffering == BUFFER_LINE && !rt->holding)
		write_lines(rt);
}

void output_hold(struct rt *rt, bool hold)
{
	rt->holding = hold;
}

void output_flush(struct rt *rt)
{
	if (rt->gathered.len && !rt->holding)
		write_gathered(rt, rt->gathered.len);
}

/* 0, or the exit status of what could not be written; a reader that left is no error */
int output_close(struct rt *rt)
{
	output_flush(rt);
	if (rt->out != STDOUT_FILENO && close(rt->out) && !rt->write_error)
		rt->write_error = -errno;
	buf_free(&rt->gathered);
	if (!rt->write_error || rt->write_error == -EPIPE)
		return 0;
	fprintf(stderr, "ERROR: cannot write output: %s\n", strerror(-rt->write_error));
	return 1;
}
