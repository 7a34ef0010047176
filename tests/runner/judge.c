/* Is what a program said and did what its test told? */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"

#define MAX_SHOWN 40 /* lines of each side of a difference */

static void show(struct text *why, char sign, const struct lines *l, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < from + MAX_SHOWN; i++)
		text_printf(why, "  %c %s\n", sign, l->line[i]);
	if (to > from + MAX_SHOWN)
		text_printf(why, "  %c ... %zu lines more\n", sign, to - from - MAX_SHOWN);
}

void show_text(struct text *why, const char *what, const char *s)
{
	struct lines l = lines_of(s);

	strip_blank_lines(&l);
	if (l.count)
		text_printf(why, "%s was:\n", what);
	show(why, '|', &l, 0, l.count);
}

/* Say where two texts differ: the lines between their common ends. */
void compare(struct text *why, const char *what, const struct lines *want, const struct lines *got)
{
	size_t head = 0, tail = 0, least = want->count < got->count ? want->count : got->count;

	while (head < least && !strcmp(want->line[head], got->line[head]))
		head++;
	if (head == want->count && head == got->count)
		return;
	while (tail < least - head && !strcmp(want->line[want->count - 1 - tail], got->line[got->count - 1 - tail]))
		tail++;
	text_printf(why, "%s differs from line %zu on (- expected, + got):\n", what, head + 1);
	show(why, '-', want, head, want->count - tail);
	show(why, '+', got, head, got->count - tail);
}

/*
 * The message of a line "FILE:L:C1-C2: ERROR: text", "FILE:L1-L2: ..." or
 * "ERROR: text", NULL if it is none; the place is what stands between.
 */
static const char *message(char *line, const char *severity, int *row, int *column)
{
	char *at = strstr(line, severity);
	regex_t re;
	regmatch_t m[6];
	const char *found = NULL;
	char pattern[200];

	*row = *column = 0;
	if (!at)
		return NULL;
	snprintf(pattern, sizeof(pattern), "^([^ :]+:([0-9]+)(-[0-9]+)?(:([0-9]+)(-[0-9]+)?)?: )?%s: ", severity);
	if (regcomp(&re, pattern, REG_EXTENDED))
		return NULL;
	if (!regexec(&re, line, ARRAY_SIZE(m), m, 0)) {
		found = line + m[0].rm_eo;
		if (m[2].rm_so >= 0)
			*row = atoi(line + m[2].rm_so);
		if (m[5].rm_so >= 0)
			*column = atoi(line + m[5].rm_so);
	}
	regfree(&re);
	return found && strncmp(found, "expanded from", 13) ? found : NULL;
}

/* Is the message at this place the one that a directive tells of? */
static bool is_message(const char *want, const char *text, int row, int column)
{
	int r, c, n = 0;

	if (sscanf(want, "%d:%d: %n", &r, &c, &n) == 2 && n)
		return row == r && column == c && starts_with(text, want + n);
	if (sscanf(want, "%d: %n", &r, &n) == 1 && n)
		return row == r && starts_with(text, want + n);
	return starts_with(text, want);
}

static void judge_messages(const struct test *t, const struct lines *err, enum directive d, const char *severity,
			   struct text *why)
{
	const struct lines *want = &t->said[d];
	bool *used = check_alloc(calloc(err->count + 1, sizeof(*used)));
	int row, column;

	for (size_t i = 0; i < want->count; i++) {
		bool found = false;

		for (size_t k = 0; k < err->count && !found; k++) {
			const char *text = message(err->line[k], severity, &row, &column);

			if (text && !used[k] && is_message(want->line[i], text, row, column))
				found = used[k] = true;
		}
		if (!found)
			text_printf(why, "missing %s: %s\n", directive_names[d], want->line[i]);
	}
	if (!want->count && t->said[D_stderr].count)
		return;
	for (size_t k = 0; k < err->count; k++)
		if (message(err->line[k], severity, &row, &column) && !used[k])
			text_printf(why, "unexpected: %s\n", err->line[k]);
}

static void judge_patterns(const struct test *t, const struct lines *out, const struct lines *err, struct text *why)
{
	const struct lines *l = &t->said[D_match];
	size_t at = 0;

	for (size_t i = 0; i < l->count; i++) {
		size_t k = at;

		while (k < out->count && !matches(l->line[i], out->line[k], why))
			k++;
		if (k == out->count)
			text_printf(why, "no line matches, in order: %s\n", l->line[i]);
		else
			at = k + 1;
	}
	l = &t->said[D_not];
	for (size_t i = 0; i < l->count; i++) {
		for (size_t k = 0; k < out->count; k++)
			if (matches(l->line[i], out->line[k], why))
				text_printf(why, "matches what must not: %s\n", out->line[k]);
		for (size_t k = 0; k < err->count; k++)
			if (matches(l->line[i], err->line[k], why))
				text_printf(why, "matches what must not: %s\n", err->line[k]);
	}
	l = &t->said[D_stderr];
	for (size_t i = 0; i < l->count; i++) {
		size_t k = 0;

		while (k < err->count && !matches(l->line[i], err->line[k], why))
			k++;
		if (k == err->count)
			text_printf(why, "no line of stderr matches: %s\n", l->line[i]);
	}
}

void judge_ending(const struct outcome *o, int want, int seconds, struct text *why)
{
	if (o->timed_out)
		text_printf(why, "timeout: killed after %d s\n", seconds * opt.slow);
	else if (o->status != want)
		text_printf(why, "exit status %d, expected %d%s%s\n", o->status, want,
			    o->status > 128 && o->status < 160 ? ": " : "",
			    o->status > 128 && o->status < 160 ? strsignal(o->status - 128) : "");
	if (o->flooded)
		text_printf(why, "too much output: over %d bytes\n", MAX_OUTPUT);
}

void judge(const struct test *t, const struct outcome *o, int seconds, struct text *why)
{
	struct lines out = lines_of(o->out.data), err = lines_of(o->err.data);
	bool says_stderr = t->said[D_error].count || t->said[D_warning].count || t->said[D_stderr].count;

	judge_ending(o, number(t, D_exit, t->said[D_error].count ? 1 : 0), seconds, why);
	if (t->said[D_expect].count) {
		struct lines want = t->said[D_expect], got = out;

		strip_blank_lines(&want);
		strip_blank_lines(&got);
		compare(why, "stdout", &want, &got);
	}
	judge_patterns(t, &out, &err, why);
	judge_messages(t, &err, D_error, "ERROR", why);
	judge_messages(t, &err, D_warning, "WARNING", why);
	if (!says_stderr && o->err.len && !why->len)
		text_printf(why, "stderr is not empty\n");
	if (why->len) {
		show_text(why, "stderr", o->err.data);
		if (!t->said[D_expect].count)
			show_text(why, "stdout", o->out.data);
	}
}
