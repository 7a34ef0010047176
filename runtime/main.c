/*
 * probe-run: the runtime as a program of its own.  With an image behind it, as
 * `probe build` puts it there, it is a tool; else its argument is the image.
 */
#include "image/image.h"
#include "kernel/kernel.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
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
	bool ok;

	if (fd < 0) /* /proc is not mounted */
		fd = open((const char *)getauxval(AT_EXECFN), O_RDONLY | O_CLOEXEC);
	ok = fd >= 0 && !fstat(fd, &st) && st.st_size > (off_t)sizeof(t) &&
	     read_at(fd, &t, sizeof(t), st.st_size - (off_t)sizeof(t)) &&
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

/* "[options] $1 $2..." or what a run of the runtime alone needs */
static void print_usage(FILE *out, const char *self, const struct image *im)
{
	uint64_t most = 0;
	bool any = false;

	fprintf(out, "Usage: %s [options]", self);
	if (!im)
		fputs(" IMAGE", out);
	for (size_t i = 0; im && i < im->nparams; i++) {
		any |= im->params[i].kind == PARAM_COUNT;
		if (im->params[i].index > most)
			most = im->params[i].index;
	}
	for (uint64_t i = 1; i <= most && i < 10; i++)
		fprintf(out, " ARG%llu", (unsigned long long)i);
	fputs(any || most > 9 ? " ...\n" : "\n", out);
}

static const char *const kinds[PARAM_KINDS] = {[OPTION_BOOL] = NULL, [OPTION_INT] = "N", [OPTION_TEXT] = "TEXT"};

/* the script's own: "--name=N  description (default: 3)" */
static void print_script_options(FILE *out, const struct image *im)
{
	bool first = true;

	for (size_t i = 0; i < im->nparams; i++) {
		const struct image_param *p = &im->params[i];
		char left[64];

		if (p->kind < OPTION_BOOL || p->kind >= PARAM_KINDS)
			continue;
		fputs(first ? "\nOptions of this program:\n" : "", out);
		first = false;
		snprintf(left, sizeof(left), "    --%s%s%s", p->name, kinds[p->kind] ? "=" : "",
			 kinds[p->kind] ? kinds[p->kind] : "");
		fprintf(out, "  %-28s %s%s", left, p->description, p->description_len ? " " : "");
		if (p->kind == OPTION_TEXT)
			fprintf(out, "(default: \"%s\")\n", p->text);
		else if (p->kind == OPTION_INT)
			fprintf(out, "(default: %lld)\n", (long long)p->number);
		else
			fprintf(out, "(default: %s)\n", p->number ? "true" : "false");
	}
}

static void usage(FILE *out, const char *self, const struct image *im)
{
	if (im && im->help_len)
		fprintf(out, "%s\n\n", im->help);
	print_usage(out, self, im);
	if (im)
		print_script_options(out, im);
	fputs("\nOptions:\n", out);
#define RUN_OPTION(letter, name, argument, help) print_option(out, letter, #name, argument, help);
#include "runtime/options.def"
#undef RUN_OPTION
	print_option(out, 'h', "help", NULL, "this help");
}

enum {
#define RUN_OPTION(letter, name, argument, help) ROW_##name,
#include "runtime/options.def"
#undef RUN_OPTION
	ROWS
};

#define LONG_ONLY 256
#define SCRIPT_OPTION 512 /* getopt's value of all options of the script's own */

static const struct {
	const char *name;
	int letter;
	bool argument;
} rows[ROWS] = {
#define RUN_OPTION(letter, name, argument, help) {#name, letter, (argument) != NULL},
#include "runtime/options.def"
#undef RUN_OPTION
};

struct command {
	struct arena *arena;
	struct buf image;
	const struct image *im; /* of a tool; else NULL */
	struct run_options run;
	const char **words, **named;
};

/* long options: the script's, then ours; the letters of ours */
static struct option *option_table(struct command *c, char *letters)
{
	size_t n = 0;
	struct option *table = arena_alloc(c->arena, (ROWS + (c->im ? c->im->nparams : 0) + 2) * sizeof(*table));

	for (size_t i = 0; c->im && i < c->im->nparams; i++)
		if (c->im->params[i].kind >= OPTION_BOOL)
			table[n++] = (struct option){c->im->params[i].name, optional_argument, NULL, SCRIPT_OPTION};
	for (int i = 0; i < ROWS; i++) {
		char *name = arena_strdup(c->arena, rows[i].name);

		for (char *s = name; *s; s++)
			if (*s == '_')
				*s = '-';
		table[n++] =
			(struct option){name, rows[i].argument ? required_argument : no_argument, NULL, LONG_ONLY + i};
		if (rows[i].letter)
			snprintf(letters + strlen(letters), 3, "%c%s", rows[i].letter, rows[i].argument ? ":" : "");
	}
	table[n++] = (struct option){"help", no_argument, NULL, 'h'};
	return table;
}

/* 0 go on, 1 done, -1 wrong */
static int parse(struct command *c, int argc, char **argv)
{
	char letters[3 * ROWS + 2] = "h";
	struct option *table = option_table(c, letters);
	int got, row, at = -1;

	while ((got = getopt_long(argc, argv, letters, table, &at)) != -1) {
		if (got == 'h' || got == '?') {
			usage(got == 'h' ? stdout : stderr, argv[0], c->im);
			return got == 'h' ? 1 : -1;
		}
		if (got == SCRIPT_OPTION) {
			c->named[c->run.nnamed++] = arena_printf(c->arena, "--%s%s%s", table[at].name,
								 optarg ? "=" : "", optarg ? optarg : "");
			continue;
		}
		row = got - LONG_ONLY;
		for (int i = 0; got < LONG_ONLY && i < ROWS; i++)
			if (rows[i].letter == got)
				row = i;
		if (!run_option(&c->run, rows[row].name, optarg))
			return -1;
	}
	return 0;
}

/* what is left: the image, parameters, and after -- named ones */
static const char *take_words(struct command *c, int argc, char **argv)
{
	const char *file = NULL;

	for (int i = optind; i < argc; i++)
		if (!c->im && !file)
			file = argv[i];
		else if (!strncmp(argv[i], "--", 2))
			c->named[c->run.nnamed++] = argv[i];
		else
			c->words[c->run.nwords++] = argv[i];
	return file;
}

static int perform(int argc, char **argv)
{
	struct command c = {.arena = arena_new()};
	const char *file, *why = NULL;
	bool tool = own_image(&c.image);
	int status = 1, parsed;

	c.words = arena_alloc(c.arena, ((size_t)argc + 1) * sizeof(*c.words));
	c.named = arena_alloc(c.arena, ((size_t)argc + 1) * sizeof(*c.named));
	c.run.words = c.words;
	c.run.named = c.named;
	if (tool)
		c.im = image_read(c.arena, c.image.data, c.image.len, &why);
	parsed = why && !c.im ? 0 : parse(&c, argc, argv);
	file = parsed ? NULL : take_words(&c, argc, argv);
	if (parsed)
		status = parsed < 0;
	else if (tool && !c.im)
		fprintf(stderr, "ERROR: cannot run this image: %s\n", why);
	else if (!tool && !file)
		usage(stderr, argv[0], NULL);
	else if (c.run.command && c.run.pid)
		fputs("ERROR: USAGE: Cannot use both -c and -p.\n", stderr);
	else if (permitted(c.arena, &why))
		fprintf(stderr, "ERROR: %s\n", why);
	else if (tool || image_file(file, &c.image))
		status = run(c.image.data, c.image.len, &c.run);
	buf_free(&c.image);
	arena_free(c.arena);
	return streams_close(status);
}

int main(int argc, char **argv)
{
	streams_open();
	return limits_raise() ? perform(argc, argv) : 1;
}
