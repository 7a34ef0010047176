/* The runner of the tests: what its files share.  ../README.md tells what a test may say. */
#ifndef PROBE_TESTS_RUNNER_H
#define PROBE_TESTS_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define DEFAULT_TIMEOUT 20 /* seconds */
#define MAX_OUTPUT (4 << 20) /* bytes; more than that is thrown away and a failure */

/* What the command line asks for. */
struct options {
	const char *probe;
	const char *tmp; /* directory that every test gets one in */
	bool verbose;
	bool none;
	bool twice;
	bool tools; /* scripts are built, and what was built runs */
	bool update; /* write the dumps kept beside the scripts anew */
	int jobs;
	int slow; /* factor of all timeouts */
};
extern struct options opt;

/* ---- text.c: text and its lines ---- */

struct text {
	char *data; /* NUL-terminated once something was added */
	size_t len;
};

struct lines {
	char **line;
	size_t count;
};

void *check_alloc(void *p); /* p, or the end for want of memory */
void text_add(struct text *t, const char *s, size_t n);
__attribute__((format(printf, 2, 3))) void text_printf(struct text *t, const char *fmt, ...);
bool read_file(const char *path, struct text *t);
void lines_add(struct lines *l, char *line);
struct lines lines_of(const char *s); /* a last line needs no newline */
void strip_blank_lines(struct lines *l); /* at both ends */
bool matches(const char *pattern, const char *line, struct text *why);
bool starts_with(const char *s, const char *prefix);
bool has_suffix(const char *s, const char *suffix);

/* ---- needs.c: what the machine has ---- */

enum feature { ABSENT, PRESENT, UNKNOWN };

/* Each name is looked up once. */
enum feature feature(const char *name);

/* ---- test.c: tests and their directives ---- */

enum directive {
	D_spec,
	D_needs,
	D_options,
	D_args,
	D_env,
	D_child,
	D_setup,
	D_stdin,
	D_expect,
	D_match,
	D_not,
	D_error,
	D_warning,
	D_stderr,
	D_exit,
	D_timeout,
	D_serial,
	D_everywhere,
	D_banner,
	D_tool,
	DIRECTIVE_COUNT
};
extern const char *const directive_names[DIRECTIVE_COUNT];

enum kind { KIND_SCRIPT, KIND_SHELL, KIND_UNIT };

struct result {
	int passed, failed, skipped;
};

struct test {
	char *path;
	enum kind kind;
	struct lines said[DIRECTIVE_COUNT];
	struct text wrong; /* with the test itself */
	struct text lacks; /* what it needs and this machine has not */
	struct result *result; /* shared with the process that runs it */
	pid_t pid;
};
extern struct test *tests;
extern size_t ntests;

bool add_path(const char *path); /* a test, or those of a directory; false when there is none */
void read_test(struct test *t); /* its directives */
int number(const struct test *t, enum directive d, int otherwise);

/* ---- process.c: running a program ---- */

struct outcome {
	struct text out, err;
	int status; /* exit status; 128 + N for signal N */
	bool timed_out;
	bool flooded; /* output was thrown away */
};

/* Run argv in a process group of its own, for at most so many seconds. */
struct outcome run(char *const argv[], const struct lines *input, int seconds);

/* ---- judge.c: what was wrong goes to why ---- */

void judge(const struct test *t, const struct outcome *o, int seconds, struct text *why);
void judge_ending(const struct outcome *o, int want, int seconds, struct text *why);
void compare(struct text *why, const char *what, const struct lines *want, const struct lines *got);
void show_text(struct text *why, const char *what, const char *s);

/* ---- kinds.c: scripts, shell tests and unit tests ---- */

/* In a process of its own: run one test, print its report, leave its result. */
void run_test(const struct test *t, size_t index);

#endif
