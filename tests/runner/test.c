/* The tests and what they say of themselves. */
#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runner.h"

const char *const directive_names[DIRECTIVE_COUNT] = {
	[D_spec] = "spec",       [D_needs] = "needs",   [D_options] = "options", [D_args] = "args",
	[D_env] = "env",         [D_child] = "child",   [D_setup] = "setup",     [D_stdin] = "stdin",
	[D_expect] = "expect",   [D_match] = "match",   [D_not] = "not",         [D_error] = "error",
	[D_warning] = "warning", [D_stderr] = "stderr", [D_exit] = "exit",       [D_timeout] = "timeout",
	[D_serial] = "serial",   [D_banner] = "banner", [D_tool] = "tool",       [D_everywhere] = "everywhere",
};

struct test *tests;
size_t ntests;

static void add_test(const char *path, enum kind kind)
{
	tests = check_alloc(realloc(tests, (ntests + 1) * sizeof(*tests)));
	tests[ntests++] = (struct test){.path = check_alloc(strdup(path)), .kind = kind};
}

static int add_found(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_F && has_suffix(path, ".bt"))
		add_test(path, KIND_SCRIPT);
	else if (type == FTW_F && has_suffix(path, ".sh"))
		add_test(path, KIND_SHELL);
	return 0;
}

bool add_path(const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		fprintf(stderr, "run: %s: %s\n", path, strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode))
		nftw(path, add_found, 20, FTW_PHYS);
	else if (has_suffix(path, ".bt") || has_suffix(path, ".sh"))
		add_found(path, NULL, FTW_F, NULL);
	else
		add_test(path, KIND_UNIT);
	return true;
}

/* A line "// word: rest" (or "# word: rest", or "// word" for those without a rest). */
static void read_directive(struct test *t, char *line, const char *comment)
{
	size_t n = strlen(comment);

	if (strncmp(line, comment, n) || line[n] != ' ' || !islower((unsigned char)line[n + 1]))
		return;
	char *word = line + n + 1, *rest = word;
	while (islower((unsigned char)*rest))
		rest++;
	bool bare = !*rest;
	if (*rest != ':' && !bare)
		return;
	size_t len = (size_t)(rest - word);
	rest += !bare;
	if (*rest && *rest != ' ')
		return; /* some::name */
	rest += *rest == ' ';
	for (int d = 0; d < DIRECTIVE_COUNT; d++) {
		if (strlen(directive_names[d]) != len || strncmp(directive_names[d], word, len))
			continue;
		if (!bare || d == D_serial || d == D_banner || d == D_everywhere)
			lines_add(&t->said[d], rest);
		return;
	}
	if (!bare)
		text_printf(&t->wrong, "unknown directive '%.*s'\n", (int)len, word);
}

static void need(struct test *t, const char *name)
{
	enum feature has = feature(name);

	if (has == UNKNOWN)
		text_printf(&t->wrong, "unknown need '%s'\n", name);
	else if (has == ABSENT)
		text_printf(&t->lacks, " %s", name);
}

void read_test(struct test *t)
{
	struct text source = {0};

	if (t->kind == KIND_UNIT)
		return;
	if (!read_file(t->path, &source)) {
		text_printf(&t->wrong, "%s\n", strerror(errno));
		return;
	}
	struct lines l = lines_of(source.data);
	for (size_t i = 0; i < l.count; i++)
		read_directive(t, l.line[i], t->kind == KIND_SCRIPT ? "//" : "#");
	if (t->said[D_expect].count && t->said[D_match].count)
		text_printf(&t->wrong, "has both 'expect' and 'match'\n");

	for (size_t i = 0; i < t->said[D_needs].count; i++) {
		char *save, *names = check_alloc(strdup(t->said[D_needs].line[i]));

		for (char *s = strtok_r(names, " ,\t", &save); s; s = strtok_r(NULL, " ,\t", &save))
			need(t, s);
	}
	/* what is to run must be able to; what is to be refused, or shell, judges for itself */
	if (opt.tools && t->said[D_tool].count)
		text_printf(&t->lacks, " to be a script");
	if (t->kind == KIND_SCRIPT && !t->said[D_error].count && !t->lacks.len)
		need(t, "bpf");
}

int number(const struct test *t, enum directive d, int otherwise)
{
	return t->said[d].count ? atoi(t->said[d].line[0]) : otherwise;
}
