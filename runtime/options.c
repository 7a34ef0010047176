/* The options of a run: each row of options.def has its handler here. */
#include "runtime/runtime.h"
#include "kernel/kernel.h"

#include <stdlib.h>
#include <string.h>

#define MOST_PID 4194304

static bool set_cmd(struct run_options *o, const char *arg)
{
	o->command = arg;
	return true;
}

/* 0: it is none, reported */
static int pid_of(const char *arg)
{
	const char *why;
	int64_t pid;

	if (!parse_int(arg, &pid, &why))
		fprintf(stderr, "ERROR: Failed to parse pid: %s\n", arg);
	else if (pid < 1 || pid > MOST_PID)
		fprintf(stderr, "ERROR: Pid out of range: %s\n", arg);
	else
		return (int)pid;
	return 0;
}

static bool set_pid(struct run_options *o, const char *arg)
{
	if (o->pid) {
		fprintf(stderr, "ERROR: USAGE: only one -p is possible\n");
		return false;
	}
	o->pid = pid_of(arg);
	return o->pid != 0;
}

static bool set_dwarf_pid(struct run_options *o, const char *arg)
{
	int pid = pid_of(arg);

	if (o->ndwarf_pids == ARRAY_SIZE(o->dwarf_pids)) {
		fprintf(stderr, "ERROR: USAGE: --dwarf-pid: at most %zu of them are possible\n",
			ARRAY_SIZE(o->dwarf_pids));
		return false;
	}
	o->dwarf_pids[o->ndwarf_pids++] = pid;
	return pid != 0;
}

static bool set_debuginfo(struct run_options *o, const char *arg)
{
	(void)o;
	elf_debug_dirs(arg);
	return true;
}

static bool set_output(struct run_options *o, const char *arg)
{
	o->output = arg;
	return true;
}

static bool set_format(struct run_options *o, const char *arg)
{
	o->format = str_eq(arg, "json") ? OUTPUT_JSON : OUTPUT_TEXT;
	if (o->format == OUTPUT_JSON || str_eq(arg, "text"))
		return true;
	fprintf(stderr, "ERROR: Invalid output format \"%s\"\nValid formats: 'text', 'json'\n", arg);
	return false;
}

static bool set_buffering(struct run_options *o, const char *arg)
{
	static const char *const modes[] = {[BUFFER_LINE] = "line", [BUFFER_FULL] = "full", [BUFFER_NONE] = "none"};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (str_eq(arg, modes[i])) {
			o->buffering = (enum output_buffering)i;
			return true;
		}
	fputs("ERROR: USAGE: -B must be either 'line', 'full', or 'none'.\n", stderr);
	return false;
}

#define FLAG(name, member) \
	static bool set_##name(struct run_options *o, const char *arg) \
	{ \
		(void)arg; \
		return o->member = true; \
	}

FLAG(quiet, quiet)
FLAG(verbose, verbose)
FLAG(warnings, warnings)
FLAG(no_warnings, no_warnings)
FLAG(unsafe, unsafe)
FLAG(strict, strict)
FLAG(dry_run, dry_run)

static bool set_mode(struct run_options *o, enum run_mode mode, const char *name)
{
	if (o->mode == MODE_trace || o->mode == mode) {
		o->mode = mode;
		return true;
	}
	fprintf(stderr, "ERROR: USAGE: --%s conflicts with existing --mode\n", name);
	return false;
}

static bool set_test(struct run_options *o, const char *arg)
{
	(void)arg;
	return set_mode(o, MODE_test, "test");
}

static bool set_bench(struct run_options *o, const char *arg)
{
	(void)arg;
	return set_mode(o, MODE_bench, "bench");
}

static bool set_no_feature(struct run_options *o, const char *arg)
{
	static const enum feature features[] = {FEATURE_kprobe_multi, FEATURE_kprobe_session, FEATURE_uprobe_multi,
						FEATURE_uprobe_session};
	char *words = xstrdup(arg), *rest = words;
	bool ok = true;

	(void)o;
	for (char *word = strsep(&rest, ","); word && ok; word = strsep(&rest, ",")) {
		ok = false;
		for (size_t i = 0; i < ARRAY_SIZE(features) && !ok; i++)
			if (str_eq(word, feature_name(features[i]))) {
				feature_off(features[i]);
				ok = true;
			}
	}
	free(words);
	if (!ok)
		fputs("ERROR: USAGE: --no-feature can only have values 'kprobe_multi,kprobe_session,uprobe_multi,uprobe_session'.\n",
		      stderr);
	return ok;
}

static const struct {
	const char *name;
	bool (*set)(struct run_options *o, const char *arg);
} setters[] = {
#define RUN_OPTION(letter, name, argument, help) {#name, set_##name},
#include "runtime/options.def"
#undef RUN_OPTION
};

bool run_option(struct run_options *o, const char *name, const char *arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(setters); i++)
		if (str_eq(setters[i].name, name))
			return setters[i].set(o, arg);
	bug("no option %s", name);
}

void print_option(FILE *out, int letter, const char *name, const char *argument, const char *help)
{
	char left[64], word[32];

	snprintf(word, sizeof(word), "%s", name);
	for (char *s = word; *s; s++)
		if (*s == '_')
			*s = '-';
	snprintf(left, sizeof(left), "%s%c%s --%s%s%s", letter ? "-" : " ", letter ? letter : ' ', letter ? "," : " ",
		 word, argument ? " " : "", argument ? argument : "");
	fprintf(out, "  %-28s %s\n", left, help);
}
