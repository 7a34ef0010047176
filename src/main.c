/* probe: what is asked for is listed, formatted, built or run. */
#include "cache.h"
#include "command.h"
#include "image/image.h"
#include "kernel/kernel.h"
#include "provider/provider.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* the script or image; its name as messages have it */
static bool read_program(const struct command *c, struct buf *text, const char **name)
{
	int fd = STDIN_FILENO, err;

	*name = "stdin";
	if (c->program) {
		buf_puts(text, c->program);
		return true;
	}
	if (!str_eq(c->file, "-")) {
		*name = c->file;
		fd = open(c->file, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			fprintf(stderr, "ERROR: failed to open file '%s': %s\n", c->file, strerror(errno));
			return false;
		}
	}
	err = buf_read(text, fd);
	if (fd != STDIN_FILENO)
		close(fd);
	if (err)
		fprintf(stderr, "ERROR: failed to read file '%s': %s\n", c->file, strerror(-err));
	return !err;
}

static bool is_image(const struct buf *b)
{
	return b->len >= 4 && !memcmp(b->data, "\177ELF", 4);
}

static bool is_file(const char *name)
{
	struct stat st;

	return name && !stat(name, &st) && S_ISREG(st.st_mode);
}

static int list(struct command *c)
{
	struct buf text = {0};
	const char *name;
	int status = STATUS_OK, err;

	if (c->program || is_file(c->file)) {
		if (!read_program(c, &text, &name) || !compile_list(name, text.data, text.len, &c->compile, stdout))
			status = STATUS_WRONG;
		buf_free(&text);
	} else {
		struct arena *a = arena_new();
		struct types *t = types_new(a);
		struct kernel *k = kernel_open(a, t);

		err = provider_list(k, t, a, c->file, c->run.pid, c->run.verbose, stdout);
		if (err)
			status = STATUS_WRONG;
		kernel_close(k);
		arena_free(a);
	}
	return status;
}

static int write_object(const char *path, const struct buf *image)
{
	FILE *out = fopen(path, "we");
	bool ok = out && fwrite(image->data, 1, image->len, out) == image->len;

	if (out && fclose(out))
		ok = false;
	if (ok)
		return STATUS_OK;
	fprintf(stderr, "ERROR: failed to write file '%s': %s\n", path, strerror(errno));
	return STATUS_WRONG;
}

/* an object, or where the name does not end in .o a program */
static int write_image(const char *path, const struct buf *image)
{
	size_t len = strlen(path);

	if (len < 2 || !str_eq(path + len - 2, ".o"))
		return tool_write(path, image->data, image->len) ? STATUS_WRONG : STATUS_OK;
	return write_object(path, image);
}

/* Does the work stop before anything is loaded?  Then it needs no privilege. */
static bool only_compiles(const struct command *c)
{
	return c->compile.dump || c->build || c->elf || c->mode;
}

/* the canonical form to standard output, or in the place of a file, at once */
static int format(struct command *c)
{
	struct buf text = {0}, out = {0};
	char *beside = c->run.output ? xasprintf("%s.%d", c->run.output, (int)getpid()) : NULL;
	const char *name;
	int status = STATUS_WRONG;

	if (!read_program(c, &text, &name) ||
	    !compile_format(name, text.data ? text.data : "", text.len, &c->compile, &out)) {
		;
	} else if (!beside) {
		fwrite(out.data ? out.data : "", 1, out.len, stdout);
		status = STATUS_OK;
	} else {
		status = write_object(beside, &out);
		if (!status && rename(beside, c->run.output)) {
			fprintf(stderr, "ERROR: failed to write file '%s': %s\n", c->run.output, strerror(errno));
			unlink(beside);
			status = STATUS_WRONG;
		}
	}
	free(beside);
	buf_free(&text);
	buf_free(&out);
	return status;
}

/* other ways to say the same to the kernel */
static const struct {
	const char *what;
	bool roll, no_sleep;
	uint64_t strlen_most;
} alternatives[] = {
	/* each keeps what the one before it changed */
	{"with a program for the entry of a function and one for its return", false, false, 0},
	{"with unroll (N) as a loop", true, false, 0},
	{"with uprobes that may not sleep: memory that is not resident is <fault>", true, true, 0},
	{"with strings of 255 bytes at most", true, true, 256},
	{"with strings of 63 bytes at most", true, true, 64},
};

static bool sleeps(const struct buf *image)
{
	struct arena *a = arena_new();
	const char *why;
	struct image *im = image_read(a, image->data, image->len, &why);
	bool found = im && image_sleeps(im);

	arena_free(a);
	return found;
}

/* Run the image; if the kernel refuses it, others of the same script. */
static int run_somehow(struct command *c, const char *name, const struct buf *text, const struct buf *image)
{
	const struct command asked = *c;
	struct buf last = {0}, other;
	int status;

	c->run.may_retry = true;
	status = c->refused ? RUN_REFUSED : run(image->data, image->len, &c->run);
	if (status == RUN_REFUSED)
		buf_add(&last, image->data, image->len);
	for (size_t i = 0, tried = 1; status == RUN_REFUSED && i < ARRAY_SIZE(alternatives); i++) {
		bool awake = alternatives[i].no_sleep && !c->run.no_sleep && sleeps(image);

		c->compile.sema.no_sessions = true;
		c->compile.roll = alternatives[i].roll;
		c->run.no_sleep = alternatives[i].no_sleep;
		c->compile.sema.strlen_most = alternatives[i].strlen_most;
		other = (struct buf){0};
		if (!compile(name, text->data ? text->data : "", text->len, &c->compile, &other)) {
			buf_free(&other);
			break;
		}
		/* it makes no difference */
		if (!awake && other.len == last.len && !memcmp(other.data, last.data, last.len)) {
			buf_free(&other);
			continue;
		}
		fprintf(stderr, "NOTE: the kernel refuses the program as it is; trying it %s\n", alternatives[i].what);
		status = tried++ < c->refused ? RUN_REFUSED : run(other.data, other.len, &c->run);
		buf_free(&last);
		last = other;
	}
	buf_free(&last);
	*c = asked;
	return status == RUN_REFUSED ? run(image->data, image->len, &c->run) : status;
}

static int compile_and_run(struct command *c)
{
	struct buf text = {0}, image = {0}, key = {0};
	struct arena *a = arena_new();
	const char *name, *why = NULL;
	int status = STATUS_WRONG;
	bool cached, found;

	if (!only_compiles(c) && permitted(a, &why)) {
		fprintf(stderr, "ERROR: %s\n", why);
		goto out;
	}
	if (!read_program(c, &text, &name))
		goto out;
	if (is_image(&text)) {
		c->run.words = c->compile.sema.params;
		c->run.nwords = c->compile.sema.nparams;
		c->run.named = c->compile.sema.named;
		c->run.nnamed = c->compile.sema.nnamed;
		status = run(text.data, text.len, &c->run);
		goto out;
	}
	cached = !only_compiles(c) && !c->no_cache && !c->run.pid;
	if (cached)
		cache_key(&key, name, &text, &c->compile);
	if (!only_compiles(c) && !c->run.dry_run)
		c->compile.ahead = map_ahead;
	found = cached && cache_find(&key, &image);
	if (!found && !compile(name, text.data ? text.data : "", text.len, &c->compile, &image))
		goto out;
	if (cached && !found)
		cache_keep(&key, &image);
	if (c->compile.dump)
		status = STATUS_OK;
	else if (c->build)
		status = write_image(c->build, &image);
	else if (c->elf)
		status = write_object(c->elf, &image);
	else if (c->mode)
		status = STATUS_OK;
	else
		status = run_somehow(c, name, &text, &image);
out:
	buf_free(&key);
	buf_free(&image);
	buf_free(&text);
	arena_free(a);
	return status;
}

static int info(void)
{
	struct arena *a = arena_new();
	const char *why;
	bool may = !permitted(a, &why);

	if (may)
		info_print(stdout, PACKAGE_VERSION, compiler_version());
	else
		fprintf(stderr, "ERROR: %s\n", why);
	arena_free(a);
	return may ? STATUS_OK : STATUS_WRONG;
}

static int perform(struct command *c)
{
	if (c->info)
		return info();
	if (c->list)
		return list(c);
	if (c->mode && str_eq(c->mode, "format"))
		return format(c);
	return compile_and_run(c);
}

int main(int argc, char **argv)
{
	struct command c;

	prctl(PR_SET_NAME, "probe"); /* also if we were handed over to */
	streams_open();
	if (!limits_raise())
		return STATUS_WRONG;
	if (argc == 3 && str_eq(argv[1], "cache") && str_eq(argv[2], "clear"))
		return streams_close(cache_clear());
	command_read(&c, argc, argv);
	if (!c.stop)
		c.status = perform(&c);
	command_free(&c);
	return streams_close(c.status);
}
