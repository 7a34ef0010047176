/* The command line. */
#include "cache.h"
#include "compile.h"
#include "image/image.h"
#include "kernel/kernel.h"
#include "provider/provider.h"
#include "runtime/runtime.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.1.0"
#endif
#define LANGUAGE_LEVEL "0.26" /* of bpftrace */

enum { STATUS_OK = 0, STATUS_WRONG = 1 };

struct words {
	const char **list;
	size_t n;
};

struct command {
	const char *program; /* -e */
	const char *file; /* FILE, "-", or the pattern of -l */
	bool list, info, no_cache;
	struct words include_dirs, includes, silenced; /* -I, --include, --no-warning */
	struct compile_options compile;
	struct run_options run;
	const char *build; /* build FILE -o THIS */
	const char *mode; /* --mode, --fmt: codegen or format */
	const char *elf; /* --emit-elf */
	bool stop; /* an option did all there was to do, or was wrong */
	int status;
};

static void usage(FILE *out)
{
	fputs("Usage: probe [options] FILE [args]\n"
	      "       probe [options] -e 'PROGRAM' [args]\n"
	      "       probe [options] -l [PATTERN | FILE]\n"
	      "       probe build [options] FILE -o TOOL | IMAGE.bpf.o\n"
	      "       probe fmt FILE [-o FILE]\n"
	      "       probe cache clear\n"
	      "\n"
	      "FILE is a script, an image, or - for standard input.\n"
	      "\nOptions:\n",
	      out);
#define OPTION(letter, name, argument, help) print_option(out, letter, #name, argument, help);
#define RUN_OPTION OPTION
#include "options.def"
#undef RUN_OPTION
#undef OPTION
	fputs("\nExamples:\n"
	      "  probe -e 'tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }'\n"
	      "  probe -e 'kprobe:do_sys_openat2 < @[comm]=count(); >'\n"
	      "  probe -l 'tracepoint:syscalls:*open*'\n",
	      out);
}

static void stop(struct command *c, int status)
{
	c->stop = true;
	c->status = status;
}

static void wrong(struct command *c, const char *text)
{
	fprintf(stderr, "%s\n", text);
	stop(c, STATUS_WRONG);
}

/* one handler an option */

static void do_expr(struct command *c, const char *arg)
{
	c->program = arg;
}

static void do_list(struct command *c, const char *arg)
{
	(void)arg;
	c->list = true;
}

/* a NULL-terminated list that grows; as many words as a command line has */
static void add_word(struct words *w, const char *word)
{
	w->list = xrealloc(w->list, (w->n + 2) * sizeof(*w->list));
	w->list[w->n++] = word;
	w->list[w->n] = NULL;
}

static void do_include_dir(struct command *c, const char *arg)
{
	add_word(&c->include_dirs, arg);
	c->compile.sema.include_dirs = c->include_dirs.list;
}

static void do_include(struct command *c, const char *arg)
{
	add_word(&c->includes, arg);
	c->compile.sema.includes = c->includes.list;
}

static void do_mode(struct command *c, const char *arg)
{
	if (c->mode) {
		fprintf(stderr, "ERROR: USAGE: --%s conflicts with existing --mode\n", arg);
		stop(c, STATUS_WRONG);
	} else if (!str_eq(arg, "codegen") && !str_eq(arg, "format")) {
		fprintf(stderr, "ERROR: USAGE: --mode can only be 'codegen' or 'format', not '%s'.\n", arg);
		stop(c, STATUS_WRONG);
	}
	c->mode = arg;
}

static void do_fmt(struct command *c, const char *arg)
{
	(void)arg;
	if (c->mode)
		wrong(c, "ERROR: USAGE: --fmt conflicts with existing --mode");
	c->mode = "format";
}

static void do_emit_elf(struct command *c, const char *arg)
{
	c->elf = arg;
}

static void do_emit_llvm(struct command *c, const char *arg)
{
	c->compile.emit_llvm = arg;
	c->no_cache = true;
}

static void do_verify_llvm_ir(struct command *c, const char *arg)
{
	(void)c;
	(void)arg;
}

static void do_no_warning(struct command *c, const char *arg)
{
	add_word(&c->silenced, arg);
}

static void do_debug(struct command *c, const char *arg)
{
	static const struct {
		const char *name;
		unsigned bits;
	} stages[] = {
		{"ast", 1 << STAGE_ast},
		{"types", 1 << STAGE_types},
		{"codegen", 1 << STAGE_codegen},
		{"codegen-opt", 1 << STAGE_codegen_opt},
		{"asm", 1 << STAGE_asm},
		{"image", 1 << STAGE_image},
		{"all", 1 << STAGE_ast | 1 << STAGE_types | 1 << STAGE_codegen | 1 << STAGE_codegen_opt | 1 << STAGE_image},
		{"libbpf", 0},
		{"verifier", 0},
	};
	bool report = strstr(arg, "verifier") != NULL;
	char *words = xstrdup(arg), *rest = words;

	for (char *word = strsep(&rest, ","); word && !c->stop; word = strsep(&rest, ",")) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
			if (str_eq(word, stages[i].name)) {
				c->compile.dump |= stages[i].bits;
				c->run.verbose |= !stages[i].bits && !report;
				known = true;
			}
		if (!known) {
			fprintf(stderr, "ERROR: USAGE: invalid option for -d: %s\n", word);
			stop(c, STATUS_WRONG);
		}
	}
	free(words);
	c->run.report |= report;
}

static void do_traceable_functions(struct command *c, const char *arg)
{
	int err = traceable_from(arg);

	c->compile.sema.traceable = arg;
	if (!err)
		return;
	fprintf(stderr, "ERROR: failed to read file '%s': %s\n", arg, strerror(-err));
	stop(c, STATUS_WRONG);
}

static void do_no_cache(struct command *c, const char *arg)
{
	(void)arg;
	c->no_cache = true;
}

static void do_info(struct command *c, const char *arg)
{
	(void)arg;
	c->info = true;
}

static void do_btf(struct command *c, const char *arg)
{
	(void)c;
	(void)arg;
}

static void do_usdt_file_activation(struct command *c, const char *arg)
{
	(void)c;
	(void)arg;
}

static void do_version(struct command *c, const char *arg)
{
	(void)arg;
	printf("probe v%s (bpftrace language %s)\n", PACKAGE_VERSION, LANGUAGE_LEVEL);
	stop(c, STATUS_OK);
}

static void do_help(struct command *c, const char *arg)
{
	(void)arg;
	usage(stdout);
	stop(c, STATUS_OK);
}

static const struct {
	void (*handle)(struct command *, const char *arg);
	const char *run; /* an option of the run: its name */
} handlers[] = {
#define OPTION(letter, name, argument, help) {do_##name, NULL},
#define RUN_OPTION(letter, name, argument, help) {NULL, #name},
#include "options.def"
#undef OPTION
#undef RUN_OPTION
};

#define RUN_OPTION OPTION

enum {
#define OPTION(letter, name, argument, help) OPT_##name,
#include "options.def"
#undef OPTION
	OPT_COUNT
};

#define LONG_ONLY 256 /* getopt's value of row i of the options without a letter */

/*
 * -d once stood alone: before another option, or at the end.  It means nothing
 * then, and getopt must not take the next word for its stage.
 */
static int drop_bare_debug(int argc, char **argv)
{
	int n = 0;

	for (int i = 0; i < argc; i++) {
		if (i && str_eq(argv[i], "--")) {
			while (i < argc)
				argv[n++] = argv[i++];
			break;
		}
		if (i && (str_eq(argv[i], "-dd") || (str_eq(argv[i], "-d") && (i + 1 == argc || argv[i + 1][0] == '-'))))
			continue;
		argv[n++] = argv[i];
	}
	argv[n] = NULL;
	return n;
}

static void parse_options(struct command *c, int argc, char **argv)
{
	char names[OPT_COUNT][32], letters[3 * OPT_COUNT + 1] = "";
	struct option table[OPT_COUNT + 1] = {0};
	int row_of[LONG_ONLY] = {0}, n = 0, got;

#define OPTION(letter, name, argument, help)                                                        \
	snprintf(names[n], sizeof(names[n]), "%s", #name);                                          \
	for (char *s = names[n]; *s; s++)                                                           \
		if (*s == '_')                                                                      \
			*s = '-';                                                                   \
	table[n] = (struct option){names[n], (argument) ? required_argument : no_argument, NULL,    \
				   (letter) ? (letter) : LONG_ONLY + n};                            \
	if (letter) {                                                                               \
		row_of[(int)(letter)] = n;                                                          \
		snprintf(letters + strlen(letters), 3, "%c%s", letter, (argument) ? ":" : "");      \
	}                                                                                           \
	n++;
#include "options.def"
#undef OPTION
	while (!c->stop && (got = getopt_long(argc, argv, letters, table, NULL)) != -1) {
		if (got == '?') {
			usage(stderr);
			stop(c, STATUS_WRONG);
			return;
		}
		got = got >= LONG_ONLY ? got - LONG_ONLY : row_of[got];
		if (handlers[got].handle)
			handlers[got].handle(c, optarg);
		else if (!run_option(&c->run, handlers[got].run, optarg))
			stop(c, STATUS_WRONG);
	}
}

/* what is left after the options: FILE, parameters, and after -- named ones */
static void take_words(struct command *c, char **words, int n)
{
	const char **params = xcalloc(n + 1, sizeof(*params)), **named = xcalloc(n + 1, sizeof(*named));

	for (int i = 0; i < n; i++) {
		if (!c->program && !c->file)
			c->file = words[i];
		else if (!strncmp(words[i], "--", 2)) /* getopt leaves such words only after "--" */
			named[c->compile.sema.nnamed++] = words[i];
		else
			params[c->compile.sema.nparams++] = words[i];
	}
	c->compile.sema.params = params;
	c->compile.sema.named = named;
}

static void free_words(struct command *c)
{
	free((void *)c->compile.sema.params);
	free((void *)c->compile.sema.named);
	free(c->include_dirs.list);
	free(c->includes.list);
	free(c->silenced.list);
}

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

	if (!read_program(c, &text, &name) || !compile_format(name, text.data ? text.data : "", text.len, &c->compile, &out)) {
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
	uint64_t strlen_most;
} alternatives[] = { /* none of them sleeps */
	{"with uprobes that may not sleep: memory that is not resident is <fault>", 0},
	{"with strings of 255 bytes at most", 256},
	{"with strings of 63 bytes at most", 64},
};

static bool sleeps(const struct buf *image)
{
	struct arena *a = arena_new();
	const char *why;
	struct image *im = image_read(a, image->data, image->len, &why);
	bool found = false;

	for (size_t i = 0; im && i < im->nclauses; i++)
		found |= im->clauses[i].sleepable != 0;
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
	status = run(image->data, image->len, &c->run);
	if (status == RUN_REFUSED)
		buf_add(&last, image->data, image->len);
	for (size_t i = 0; status == RUN_REFUSED && i < ARRAY_SIZE(alternatives); i++) {
		c->run.no_sleep = true;
		c->compile.sema.strlen_most = alternatives[i].strlen_most;
		other = (struct buf){0};
		if (!compile(name, text->data ? text->data : "", text->len, &c->compile, &other)) {
			buf_free(&other);
			break;
		}
		if (i ? other.len == last.len && !memcmp(other.data, last.data, last.len) : !sleeps(image)) { /* it makes no difference */
			buf_free(&other);
			continue;
		}
		fprintf(stderr, "NOTE: the kernel refuses the program as it is; trying it %s\n", alternatives[i].what);
		status = run(other.data, other.len, &c->run);
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

/* --no-warnings; --no-warning NAME,... */
static void silence(struct command *c)
{
	struct arena *a = arena_new();
	const char *unknown;

	if (c->run.no_warnings)
		c->compile.silent = UINT64_MAX;
	for (size_t i = 0; i < c->silenced.n; i++)
		if (!warnings_named(a, c->silenced.list[i], &c->compile.silent, &unknown)) {
			fprintf(stderr, "ERROR: USAGE: --no-warning: there is no warning '%s'; the warnings are: %s\n", unknown, warning_names(a));
			stop(c, STATUS_WRONG);
		}
	arena_free(a);
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

static bool consistent(struct command *c)
{
	if (c->run.command && c->run.pid) {
		wrong(c, "ERROR: USAGE: Cannot use both -c and -p.");
		usage(stderr);
	} else if (c->run.warnings && c->run.no_warnings) {
		wrong(c, "ERROR: USAGE: Cannot use both -k and --no-warnings.");
	} else if (!c->list && !c->info && !c->program && !c->file) {
		wrong(c, "ERROR: USAGE: filename or -e 'program' required.");
	}
	return !c->stop;
}

int main(int argc, char **argv)
{
	bool build = argc > 1 && str_eq(argv[1], "build"), fmt = argc > 1 && str_eq(argv[1], "fmt");
	struct command c = {.compile.sema.environ = environ};

	prctl(PR_SET_NAME, "probe"); /* also if we were handed over to */
	streams_open();
	if (argc < 2) {
		usage(stderr);
		return STATUS_WRONG;
	}
	if (argc == 3 && str_eq(argv[1], "cache") && str_eq(argv[2], "clear"))
		return cache_clear();
	if (build || fmt) {
		argv++;
		argc--;
	}
	c.compile.colour = colour_wanted();
	c.mode = fmt ? "format" : NULL;
	argc = drop_bare_debug(argc, argv);
	parse_options(&c, argc, argv);
	if (!c.stop) {
		take_words(&c, argv + optind, argc - optind);
		if (build && !c.run.output)
			wrong(&c, "ERROR: USAGE: probe build FILE -o TOOL: -o is missing");
		c.build = build ? c.run.output : NULL;
	}
	c.compile.from_stdin = !c.program && c.file && str_eq(c.file, "-");
	c.compile.sema.late = build;
	c.compile.verbose = c.run.verbose;
	c.compile.sema.pid = c.run.pid;
	c.compile.sema.has_child = c.run.command != NULL;
	c.compile.sema.unsafe = c.run.unsafe;
	c.compile.sema.warnings = c.run.warnings;
	silence(&c);
	if (!c.stop && consistent(&c)) {
		if (c.info)
			c.status = info();
		else
			c.status = c.list ? list(&c) : c.mode && str_eq(c.mode, "format") ? format(&c) : compile_and_run(&c);
	}
	free_words(&c);
	return streams_close(c.status);
}
