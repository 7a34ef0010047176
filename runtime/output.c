/* Where the script's output goes. */
#include "runtime/rt.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int output_open(struct rt *rt)
{
	rt->out = stdout;
	if (rt->options->output) {
		rt->out = fopen(rt->options->output, "we");
		if (!rt->out) {
			fprintf(stderr, "ERROR: Failed to open output file: \"%s\": %s\n", rt->options->output, strerror(errno));
			return 1;
		}
	}
	if (rt->options->buffering == BUFFER_NONE)
		setvbuf(rt->out, NULL, _IONBF, 0);
	else
		setvbuf(rt->out, NULL, rt->options->buffering == BUFFER_LINE ? _IOLBF : _IOFBF, 1 << 16);
	rt->tty = isatty(fileno(rt->out));
	return 0;
}

/* on a terminal no traced process may write control sequences */
static void write_escaped(struct rt *rt, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 32 && c != '\n' && c != '\t' && c != '\r' && c != 27) || c == 127)
			fprintf(rt->out, "\\x%02x", c);
		else
			putc(c, rt->out);
	}
}

void output_text(struct rt *rt, const char *s, size_t len)
{
	if (rt->write_error)
		return;
	errno = 0;
	if (rt->tty)
		write_escaped(rt, s, len);
	else
		fwrite(s, 1, len, rt->out);
	if (ferror(rt->out))
		rt->write_error = errno ? -errno : -EIO;
}

/* 0, or the exit status of what could not be written; a reader that left is no error */
int output_close(struct rt *rt)
{
	if (fflush(rt->out) && !rt->write_error)
		rt->write_error = errno ? -errno : -EIO;
	if (rt->out != stdout)
		fclose(rt->out);
	if (!rt->write_error || rt->write_error == -EPIPE)
		return 0;
	fprintf(stderr, "ERROR: cannot write output: %s\n", strerror(-rt->write_error));
	return 1;
}
