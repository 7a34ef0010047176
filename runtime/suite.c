/* Tests and benchmarks of a script: --test, --bench. */
#include "runtime/attach.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* one run of the program: what it returned, or -errno */
static int64_t run_once(int prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err = bpf_prog_test_run_opts(prog, &opts);

	return err ? err : (int64_t)opts.retval;
}

static size_t count(const struct image *im, enum attach_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < im->nclauses; i++)
		if (im->clauses[i].kind == kind)
			n += im->clauses[i].nattaches;
	return n;
}

static void say(struct rt *rt, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(struct rt *rt, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	output_text(rt, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

/* "[       OK ] ", green or red on a terminal */
static void mark(struct rt *rt, bool good, const char *word)
{
	const char *colour = good ? "\033[32m" : "\033[31m";

	say(rt, "%s[%s]%s ", rt->tty ? colour : "", word, rt->tty ? "\033[0m" : "");
}

static void say_duration(struct rt *rt, uint64_t ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}};
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(units) && ns < units[i].ns)
		i++;
	say(rt, " (%llu %s)\n", (unsigned long long)(ns / units[i].ns), units[i].name);
}

/* one test; its output is held back until it is known whether anybody wants it */
static bool test(struct rt *rt, const struct image_clause *c, const char *name)
{
	uint64_t began, took;
	struct buf said = {0};
	int64_t result;
	bool passed;

	if (!json(rt)) {
		mark(rt, true, " RUN      ");
		say(rt, "%s\n", name);
	}
	output_flush(rt);
	rt->errors = 0;
	output_hold(rt, true);
	began = now();
	result = run_once(bpf_program__fd(rt_program(rt, c)));
	took = now() - began;
	rt_drain(rt);
	said = rt->gathered;
	rt->gathered = (struct buf){0};
	output_hold(rt, false);
	passed = !result && !rt->errors && !rt->state->status;
	rt->exiting = false; /* exit() ends the test, not the others */
	rt->state->stopped = rt->state->status = 0;
	if (json(rt)) {
		json_test(rt, name, took, passed, said.data ? said.data : "", said.len);
	} else if (passed) {
		mark(rt, true, "       OK ");
		say(rt, "%s", name);
		say_duration(rt, took);
	} else {
		output_text(rt, said.data ? said.data : "", said.len);
		if (said.len && said.data[said.len - 1] != '\n')
			say(rt, "\n");
		mark(rt, false, "  FAILED  ");
		say(rt, "%s", name);
		say_duration(rt, took);
	}
	output_flush(rt);
	buf_free(&said);
	return passed;
}

static int run_tests(struct rt *rt)
{
	const struct image *im = rt->im;
	size_t n = count(im, ATTACH_test), failed = 0, m = 0;
	const char **names = xcalloc(n + 1, sizeof(*names));

	if (!json(rt)) {
		mark(rt, true, "==========");
		say(rt, "Running %zu test%s.\n", n, n == 1 ? "" : "s");
	}
	for (size_t i = 0; i < im->nclauses && !rt_interrupted(rt); i++)
		for (size_t j = 0; j < im->clauses[i].nattaches && im->clauses[i].kind == ATTACH_test; j++, m++)
			if (!test(rt, &im->clauses[i], im->clauses[i].attaches[j].symbol))
				names[failed++] = im->clauses[i].attaches[j].symbol;
	if (!json(rt)) {
		mark(rt, true, "==========");
		say(rt, "%zu test%s ran.\n", m, m == 1 ? "" : "s");
		mark(rt, true, "  PASSED  ");
		say(rt, "%zu test%s.\n", m - failed, m - failed == 1 ? "" : "s");
		if (failed) {
			mark(rt, false, "  FAILED  ");
			say(rt, "%zu test%s, listed below:\n", failed, failed == 1 ? "" : "s");
		}
		for (size_t i = 0; i < failed; i++) {
			mark(rt, false, "  FAILED  ");
			say(rt, "%s\n", names[i]);
		}
	}
	free(names);
	return failed ? 1 : 0;
}

#define LEAST_NS 1000000

#define TRIES 5

/* the quickest of some: what disturbs makes it slower only */
static uint64_t time_runs(struct rt *rt, int prog, uint64_t n)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t began = now(), took;

		for (uint64_t j = 0; j < n; j++)
			run_once(prog);
		took = now() - began;
		best = took < best ? took : best;
		rt_drain(rt);
		rt->gathered.len = 0; /* what it prints a thousand times nobody reads */
	}
	return best;
}

/* a run is a system call: what that costs is measured with a program that does nothing */
static int empty_program(void)
{
	struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};

	return bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, NULL, "GPL", code, ARRAY_SIZE(code), NULL);
}

static int run_benches(struct rt *rt)
{
	const struct image *im = rt->im;
	int empty = empty_program();

	if (!json(rt))
		say(rt, "%-41s%-15s%s\n------------------------------------------------------------------\n",
		    "Benchmark", "Time(ns)", "Iterations");
	for (size_t i = 0; i < im->nclauses; i++)
		for (size_t j = 0;
		     j < im->clauses[i].nattaches && im->clauses[i].kind == ATTACH_bench && !rt_interrupted(rt); j++) {
			const char *name = im->clauses[i].attaches[j].symbol;
			int prog = bpf_program__fd(rt_program(rt, &im->clauses[i]));
			uint64_t n = 1, took, call, average;

			if (run_once(prog) == 1) /* return 1: not here, not now */
				continue;
			output_flush(rt);
			output_hold(rt, true);
			while ((took = time_runs(rt, prog, n)) < LEAST_NS)
				n *= 2;
			call = empty < 0 ? 0 : time_runs(rt, empty, n);
			output_hold(rt, false);
			average = took > call ? (took - call) / n : 0;
			if (json(rt))
				json_bench(rt, name, average, n);
			else
				say(rt, "%-41s%-15llu%llu\n", name, (unsigned long long)average, (unsigned long long)n);
		}
	if (empty >= 0)
		close(empty);
	return 0;
}

int suite_run(struct rt *rt)
{
	return rt->options->mode == MODE_test ? run_tests(rt) : run_benches(rt);
}

bool suite_has(const struct rt *rt)
{
	return count(rt->im, rt->options->mode == MODE_test ? ATTACH_test : ATTACH_bench);
}
