/* How each kind of test is run. */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner.h"

static const struct lines nothing;

static void setup(const struct test *t, struct text *why)
{
	for (size_t i = 0; i < t->said[D_setup].count; i++) {
		char *argv[] = {"sh", "-c", t->said[D_setup].line[i], NULL};
		struct outcome o = run(argv, &nothing, DEFAULT_TIMEOUT);

		if (o.status || o.timed_out) {
			text_printf(why, "setup failed: %s\n", t->said[D_setup].line[i]);
			show_text(why, "stderr", o.err.data);
		}
	}
	for (size_t i = 0; i < t->said[D_env].count; i++)
		putenv(t->said[D_env].line[i]);
}

/* The shell takes the words of options and args apart: $0 probe, $1 script, $2 child. */
static struct outcome run_script(const struct test *t, const char *name, const char *stage, int seconds)
{
	struct text command = {0};
	const struct lines *child = &t->said[D_child];

	text_printf(&command, "set -f; exec \"$0\"%s%s%s", t->said[D_banner].count ? "" : " -q", stage ? " -d " : "",
		    stage ? stage : "");
	for (size_t i = 0; i < t->said[D_options].count; i++)
		text_printf(&command, " %s", t->said[D_options].line[i]);
	if (child->count)
		text_printf(&command, " -c \"$2\"");
	text_printf(&command, " \"$1\"");
	for (size_t i = 0; i < t->said[D_args].count; i++)
		text_printf(&command, " %s", t->said[D_args].line[i]);

	char *argv[] = {"sh", "-c", command.data, (char *)opt.probe, (char *)name, child->count ? child->line[0] : NULL,
			NULL};
	return run(argv, &t->said[D_stdin], seconds);
}

/* what only the compiler is told, with the words that follow it */
static const struct {
	const char *name;
	bool word;
} compile_options[] = {
	{"-I", true},
	{"--include-dir", true},
	{"--include", true},
	{"--no-warning", true},
	{"--no-cache", false},
	{"-b", false},
	{"--btf", false},
	{"--verify-llvm-ir", false},
	{"--usdt-file-activation", false},
	{"--traceable-functions", true},
};

/* options that print a stage, not what the script does */
static bool prints_stage(const struct test *t)
{
	for (size_t i = 0; i < t->said[D_options].count; i++)
		if (starts_with(t->said[D_options].line[i], "-d "))
			return true;
	return false;
}

/* the words of line that a tool takes */
static void add_run_options(struct text *command, const char *line)
{
	char *words = check_alloc(strdup(line)), *save, *word;

	for (word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		size_t len = strcspn(word, "="), i;

		for (i = 0; i < ARRAY_SIZE(compile_options); i++)
			if (strlen(compile_options[i].name) == len && !strncmp(word, compile_options[i].name, len))
				break;
		if (i == ARRAY_SIZE(compile_options))
			text_printf(command, " %s", word);
		else if (compile_options[i].word && !word[len])
			strtok_r(NULL, " ", &save);
	}
	free(words);
}

/* what is built must do what the script does; its name is probe too, so that comm is the same */
static struct outcome run_tool(const struct test *t, const char *name, int seconds)
{
	struct text command = {0};
	const struct lines *child = &t->said[D_child];

	text_printf(
		&command,
		"set -f; mkdir -p \"$TMPDIR/tool\" && \"$0\" build --no-warning not_portable -o \"$TMPDIR/tool/probe\"");
	for (size_t i = 0; i < t->said[D_options].count; i++)
		text_printf(&command, " %s", t->said[D_options].line[i]);
	text_printf(&command, " \"$1\" && exec \"$TMPDIR/tool/probe\"%s", t->said[D_banner].count ? "" : " -q");
	for (size_t i = 0; i < t->said[D_options].count; i++)
		add_run_options(&command, t->said[D_options].line[i]);
	if (child->count)
		text_printf(&command, " -c \"$2\"");
	for (size_t i = 0; i < t->said[D_args].count; i++)
		text_printf(&command, " %s", t->said[D_args].line[i]);

	char *argv[] = {"sh", "-c", command.data, (char *)opt.probe, (char *)name, child->count ? child->line[0] : NULL,
			NULL};
	return run(argv, &t->said[D_stdin], seconds);
}

/* name.ast, name.types and name.image, where they exist, are what -d prints. */
static void judge_dump(const struct test *t, const char *name, const char *stage, int seconds, struct text *why)
{
	struct text want = {0}, file = {0};

	text_printf(&file, "%.*s.%s", (int)(strlen(name) - 3), name, stage);
	if (!read_file(file.data, &want))
		return;
	struct outcome o = run_script(t, name, stage, seconds);
	if (opt.update && !o.status && strcmp(want.data, o.out.data)) {
		FILE *f = fopen(file.data, "we");

		if (f && fputs(o.out.data, f) >= 0 && !fclose(f))
			return;
	}
	size_t before = why->len;
	struct lines want_lines = lines_of(want.data), got_lines = lines_of(o.out.data);
	judge_ending(&o, 0, seconds, why);
	compare(why, file.data, &want_lines, &got_lines);
	if (why->len > before)
		show_text(why, "stderr", o.err.data);
}

static void test_script(const struct test *t, const char *name, struct text *why)
{
	static const char *const stages[] = {"ast", "types", "image"};
	int seconds = number(t, D_timeout, DEFAULT_TIMEOUT);

	setup(t, why);
	if (why->len)
		return;
	struct outcome o =
		opt.tools && !prints_stage(t) ? run_tool(t, name, seconds) : run_script(t, name, NULL, seconds);
	judge(t, &o, seconds, why);
	for (size_t i = 0; !opt.tools && i < ARRAY_SIZE(stages); i++)
		judge_dump(t, name, stages[i], seconds, why);
}

static bool test_shell(const struct test *t, const char *name, struct text *why)
{
	char *argv[] = {"sh", (char *)name, NULL};
	int seconds = number(t, D_timeout, DEFAULT_TIMEOUT);
	struct outcome o = run(argv, &t->said[D_stdin], seconds);

	if (!o.timed_out && o.status == 77)
		return false;
	judge_ending(&o, 0, seconds, why);
	if (why->len) {
		show_text(why, "stdout", o.out.data);
		show_text(why, "stderr", o.err.data);
	}
	return true;
}

/* A unit test prints "ok" and "not ok" lines, and "1..N" when it is through. */
static void test_unit(const struct test *t, const char *name, struct result *r, struct text *why)
{
	char *argv[] = {(char *)name, NULL};
	struct outcome o = run(argv, &nothing, DEFAULT_TIMEOUT);
	struct lines l = lines_of(o.out.data);
	bool through = false;
	int n;

	(void)t;
	for (size_t i = 0; i < l.count; i++) {
		bool bad = starts_with(l.line[i], "not ok ");

		if (starts_with(l.line[i], "ok "))
			r->passed++;
		if (bad)
			r->failed++;
		if (bad || starts_with(l.line[i], "#"))
			text_printf(why, "  %s\n", l.line[i]);
		if (sscanf(l.line[i], "1..%d", &n) == 1)
			through = n == r->passed + r->failed;
	}
	if (!through || o.timed_out || o.status != (r->failed > 0)) {
		r->failed++;
		if (!through)
			text_printf(why, "ended before it was through\n");
		judge_ending(&o, r->failed > 1, DEFAULT_TIMEOUT, why);
		show_text(why, "stderr", o.err.data);
	}
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* In a process of its own: run one test, print its report, leave its result. */
void run_test(const struct test *t, size_t index)
{
	struct text dir = {0}, cache = {0}, why = {0}, report = {0};
	struct result r = {0};
	char *name = check_alloc(strdup(t->path)), *slash = strrchr(name, '/');
	bool counted = false;

	text_printf(&dir, "%s/%zu", opt.tmp, index);
	text_printf(&cache, "%s/cache", dir.data);
	mkdir(dir.data, 0700);
	setenv("TMPDIR", dir.data, 1);
	setenv("XDG_CACHE_HOME", cache.data, 1); /* no test runs from another's cache */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (slash) {
		*slash = '\0';
		if (t->kind != KIND_UNIT && chdir(name))
			text_printf(&why, "%s: %s\n", name, strerror(errno));
		name = t->kind == KIND_UNIT ? t->path : slash + 1;
	}

	if (t->wrong.len) {
		text_add(&why, t->wrong.data, t->wrong.len);
	} else if (t->kind == KIND_SCRIPT) {
		test_script(t, name, &why);
		if (opt.twice && !why.len) { /* what was compiled is in the cache now */
			test_script(t, name, &why);
			if (why.len)
				text_printf(&why, "this was the second run, from the cache\n");
		}
	} else if (t->kind == KIND_SHELL) {
		r.skipped = !test_shell(t, name, &why);
	} else {
		test_unit(t, name, &r, &why);
		counted = true;
	}
	if (!counted && !r.skipped)
		*(why.len ? &r.failed : &r.passed) = 1;
	*t->result = r;

	if (r.failed) {
		text_printf(&report, "FAIL %s\n", t->path);
		struct lines l = lines_of(why.data ? why.data : "");
		for (size_t i = 0; i < l.count; i++)
			text_printf(&report, "    %s\n", l.line[i]);
	} else if (opt.verbose) {
		text_printf(&report, "%s %s\n", r.skipped ? "skip" : "ok  ", t->path);
	}
	if (report.len && write(STDOUT_FILENO, report.data, report.len) < 0)
		perror("run");
	nftw(dir.data, remove_one, 20, FTW_PHYS | FTW_DEPTH);
}
