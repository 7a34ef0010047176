/* The command line, by the table options.def. */
#include "command.h"
#include "kernel/kernel.h"

#include <getopt.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LANGUAGE_LEVEL "0.26" /* of bpftrace */

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

/* the mode that --mode name and the options that stand for it ask for: not two */
static void set_mode(struct command *c, const char *name, const char *option)
{
	bool runs = str_eq(name, "test") || str_eq(name, "bench");

	if (c->mode ? !str_eq(c->mode, name) : c->run.mode != MODE_trace && !runs) {
		fprintf(stderr, "ERROR: USAGE: --%s conflicts with existing --mode\n", option);
		stop(c, STATUS_WRONG);
	} else if (!runs) {
		c->mode = name;
	} else if (!run_option(&c->run, name, NULL)) {
		stop(c, STATUS_WRONG);
	}
}

static void do_mode(struct command *c, const char *arg)
{
	static const char *const modes[] = {"codegen", "bench", "test", "format"};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (str_eq(arg, modes[i])) {
			set_mode(c, arg, "mode");
			return;
		}
	fprintf(stderr, "ERROR: USAGE: --mode can only be 'codegen', 'bench', 'test' or 'format', not '%s'.\n", arg);
	stop(c, STATUS_WRONG);
}

static void do_fmt(struct command *c, const char *arg)
{
	(void)arg;
	set_mode(c, "format", "fmt");
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
		{"all",
		 1 << STAGE_ast | 1 << STAGE_types | 1 << STAGE_codegen | 1 << STAGE_codegen_opt | 1 << STAGE_image},
		{"libbpf", 0},
		{"verifier", 0},
	};
	bool report = strstr(arg, "verifier") != NULL;
	char *words = xstrdup(arg), *rest = words;

	for (char *word = strsep(&rest, ","); word && !c->stop; word = strsep(&rest, ",")) {
		bool known = str_eq(word, "refused");

		c->refused += known;
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

static void do_probe_filter(struct command *c, const char *arg)
{
	char why[128];
	regex_t filter;
	int err = regcomp(&filter, arg, REG_EXTENDED | REG_NOSUB);

	c->compile.sema.probe_filter = arg;
	if (!err) {
		regfree(&filter);
		return;
	}
	regerror(err, &filter, why, sizeof(why));
	fprintf(stderr, "ERROR: USAGE: --probe-filter: '%s' is not a regular expression: %s\n", arg, why);
	stop(c, STATUS_WRONG);
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
		if (i &&
		    (str_eq(argv[i], "-dd") || (str_eq(argv[i], "-d") && (i + 1 == argc || argv[i + 1][0] == '-'))))
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

#define OPTION(letter, name, argument, help) \
	snprintf(names[n], sizeof(names[n]), "%s", #name); \
	for (char *s = names[n]; *s; s++) \
		if (*s == '_') \
			*s = '-'; \
	table[n] = (struct option){names[n], (argument) ? required_argument : no_argument, NULL, \
				   (letter) ? (letter) : LONG_ONLY + n}; \
	if (letter) { \
		row_of[(int)(letter)] = n; \
		snprintf(letters + strlen(letters), 3, "%c%s", letter, (argument) ? ":" : ""); \
	} \
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

void command_free(struct command *c)
{
	free((void *)c->compile.sema.params);
	free((void *)c->compile.sema.named);
	free(c->include_dirs.list);
	free(c->includes.list);
	free(c->silenced.list);
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
			fprintf(stderr, "ERROR: USAGE: --no-warning: there is no warning '%s'; the warnings are: %s\n",
				unknown, warning_names(a));
			stop(c, STATUS_WRONG);
		}
	arena_free(a);
}

static void check_consistent(struct command *c)
{
	if (c->mode && c->run.mode != MODE_trace) {
		fprintf(stderr, "ERROR: USAGE: --%s conflicts with existing --mode\n",
			c->run.mode == MODE_test ? "test" : "bench");
		stop(c, STATUS_WRONG);
	} else if (c->run.command && c->run.pid) {
		wrong(c, "ERROR: USAGE: Cannot use both -c and -p.");
		usage(stderr);
	} else if (c->run.warnings && c->run.no_warnings) {
		wrong(c, "ERROR: USAGE: Cannot use both -k and --no-warnings.");
	} else if (!c->list && !c->info && !c->program && !c->file) {
		wrong(c, "ERROR: USAGE: filename or -e 'program' required.");
	}
}

void command_read(struct command *c, int argc, char **argv)
{
	bool build = argc > 1 && str_eq(argv[1], "build"), fmt = argc > 1 && str_eq(argv[1], "fmt");

	*c = (struct command){.compile.sema.environ = environ};
	if (argc < 2) {
		usage(stderr);
		stop(c, STATUS_WRONG);
		return;
	}
	if (build || fmt) {
		argv++;
		argc--;
	}
	c->mode = fmt ? "format" : NULL;
	argc = drop_bare_debug(argc, argv);
	parse_options(c, argc, argv);
	if (c->stop)
		return;
	take_words(c, argv + optind, argc - optind);
	if (build && !c->run.output)
		wrong(c, "ERROR: USAGE: probe build FILE -o TOOL: -o is missing");
	c->build = build ? c->run.output : NULL;
	c->compile.colour = colour_wanted();
	c->compile.from_stdin = !c->program && c->file && str_eq(c->file, "-");
	c->compile.verbose = c->run.verbose;
	c->compile.sema.late = build;
	c->compile.sema.pid = c->run.pid;
	c->compile.sema.has_child = c->run.command != NULL;
	c->compile.sema.unsafe = c->run.unsafe;
	c->compile.sema.warnings = c->run.warnings;
	silence(c);
	if (!c->stop)
		check_consistent(c);
}
