/*
 * probe-run: the runtime as a program of its own.  With an image behind it, as
 * `probe build` puts it there, it is a tool; else its argument is the image.
 */
#include "image/image.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_at(int fd, void *to, size_t len, off_t at)
{
	char *s = to;

	while (len) {
		ssize_t n = pread(fd, s, len, at);

		if (n <= 0)
			return false;
		s += n;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* the last bytes of a file; false: there are not that many, or they cannot be read */
static bool read_part(int fd, off_t at, size_t len, struct buf *out)
{
	char *bytes = malloc(len ? len : 1);
	bool ok = bytes && read_at(fd, bytes, len, at);

	if (ok)
		buf_add(out, bytes, len);
	free(bytes);
	return ok;
}

/* the image in our own file; false: there is none */
static bool own_image(struct buf *out)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct tool_trailer t;
	struct stat st;
	bool ok = fd >= 0 && !fstat(fd, &st) && st.st_size > (off_t)sizeof(t) && read_at(fd, &t, sizeof(t), st.st_size - (off_t)sizeof(t)) &&
		  !memcmp(t.magic, TOOL_MAGIC, sizeof(t.magic)) && t.image_size < (uint64_t)st.st_size &&
		  read_part(fd, st.st_size - (off_t)sizeof(t) - (off_t)t.image_size, t.image_size, out);

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool image_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok = fd >= 0 && !fstat(fd, &st) && read_part(fd, 0, (size_t)st.st_size, out);

	if (!ok)
		fprintf(stderr, "ERROR: failed to read file '%s': %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

static void print_option(FILE *out, int letter, const char *name, const char *argument, const char *help)
{
	char left[64], word[32];

	snprintf(word, sizeof(word), "%s", name);
	for (char *s = word; *s; s++)
		if (*s == '_')
			*s = '-';
	snprintf(left, sizeof(left), "%s%c%s --%s%s%s", letter ? "-" : " ", letter ? letter : ' ', letter ? "," : " ", word, argument ? " " : "",
		 argument ? argument : "");
	fprintf(out, "  %-28s %s\n", left, help);
}

static void usage(FILE *out, const char *self, const struct buf *image)
{
	struct arena *a = arena_new();
	const char *why;
	struct image *im = image->len ? image_read(a, image->data, image->len, &why) : NULL;

	if (im && im->help_len)
		fprintf(out, "%s\n\n", im->help);
	fprintf(out, "Usage: %s [options]%s\n\nOptions:\n", self, image->len ? "" : " IMAGE");
#define RUN_OPTION(letter, name, argument, help) print_option(out, letter, #name, argument, help);
#include "runtime/options.def"
#undef RUN_OPTION
	print_option(out, 'h', "help", NULL, "this help");
	arena_free(a);
}

enum {
#define RUN_OPTION(letter, name, argument, help) ROW_##name,
#include "runtime/options.def"
#undef RUN_OPTION
	ROWS
};

#define LONG_ONLY 256

static const struct {
	const char *name;
	int letter;
	bool argument;
} rows[ROWS] = {
#define RUN_OPTION(letter, name, argument, help) {#name, letter, (argument) != NULL},
#include "runtime/options.def"
#undef RUN_OPTION
};

/* 0 go on, 1 done, -1 wrong */
static int parse(int argc, char **argv, struct run_options *o, const struct buf *image)
{
	char names[ROWS][32], letters[3 * ROWS + 2] = "h";
	struct option table[ROWS + 2] = {0};
	int got, row;

	for (int i = 0; i < ROWS; i++) {
		snprintf(names[i], sizeof(names[i]), "%s", rows[i].name);
		for (char *s = names[i]; *s; s++)
			if (*s == '_')
				*s = '-';
		table[i] = (struct option){names[i], rows[i].argument ? required_argument : no_argument, NULL, LONG_ONLY + i};
		if (rows[i].letter)
			snprintf(letters + strlen(letters), 3, "%c%s", rows[i].letter, rows[i].argument ? ":" : "");
	}
	table[ROWS] = (struct option){"help", no_argument, NULL, 'h'};
	while ((got = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		if (got == 'h' || got == '?') {
			usage(got == 'h' ? stdout : stderr, argv[0], image);
			return got == 'h' ? 1 : -1;
		}
		row = got - LONG_ONLY;
		for (int i = 0; got < LONG_ONLY && i < ROWS; i++)
			if (rows[i].letter == got)
				row = i;
		if (!run_option(o, rows[row].name, optarg))
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct run_options o = {0};
	struct buf image = {0};
	bool tool = own_image(&image);
	int status = 1, parsed = parse(argc, argv, &o, &image);

	if (parsed)
		status = parsed < 0;
	else if (tool && optind < argc)
		fprintf(stderr, "ERROR: '%s' is one word too many: the parameters of this tool were set when it was built\n", argv[optind]);
	else if (!tool && optind != argc - 1)
		usage(stderr, argv[0], &image);
	else if (o.command && o.pid)
		fputs("ERROR: USAGE: Cannot use both -c and -p.\n", stderr);
	else if (tool || image_file(argv[optind], &image))
		status = run(image.data, image.len, &o);
	buf_free(&image);
	return status;
}
