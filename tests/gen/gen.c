/*
 * Writes random scripts and what they must print:
 *	gen SEED FIRST COUNT SCRIPT EXPECTED	programs FIRST to FIRST + COUNT - 1 of SEED, as one script
 *	gen -j SEED ...				likewise, printed as JSON
 *	gen -c SEED COUNT			rows of the language's tables that COUNT programs never use
 * A script is run with --unsafe, the parameters 42 and word, and --num=9.
 */
#include "gen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* chance */

static uint64_t state;

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9;
	x ^= x >> 27;
	x *= 0x94d049bb133111eb;
	return x ^ x >> 31;
}

void seed(uint64_t s, uint64_t k)
{
	state = mix(mix(s + 1) + k);
}

unsigned rnd(unsigned n)
{
	state += 0x9e3779b97f4a7c15;
	return (unsigned)(mix(state) % n);
}

bool chance(unsigned percent)
{
	return rnd(100) < percent;
}

/* memory that lives until the end */

void *make(size_t bytes)
{
	void *p = calloc(1, bytes);

	if (!p)
		abort();
	return p;
}

char *text(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	va_end(ap);
	return s;
}

static FILE *expected;

void emit(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (expected)
		vfprintf(expected, fmt, ap);
	va_end(ap);
}

/* the tables of the language */

static const char *const rows[] = {
#define NODE(name, word) #name,
#include "ast/nodes.def"
#undef NODE
#define OP(name, text, kind) #name,
#include "lang/ops.def"
#undef OP
#define BUILTIN(name, type, flags) #name,
#include "lang/builtins.def"
#undef BUILTIN
#define FUNC(name, signature, flags) #name,
#include "lang/functions.def"
#undef FUNC
#define AGG(name, signature, flags) #name,
#include "lang/aggregations.def"
#undef AGG
};

/* rows without a production, and why */
static const struct {
	const char *name, *why;
} exempt[] = {
	{"ARG", "needs a kprobe"},
	{"args", "needs a tracepoint"},
	{"retval", "needs a kretprobe"},
	{"func", "needs a kprobe"},
	{"usermode", "needs registers"},
	{"reg", "needs registers"},
	{"dw_ustack", "needs a process"},
	{"skboutput", "writes a file"},
	{"uaddr", "needs a uprobe"},
	{"path", "needs fentry"},
	{"socket_cookie", "needs fentry"},
	{"override", "needs a kprobe"},
	{"signal", "needs a probe of a process"},
	{"signal_thread", "needs a probe of a process"},
	{"fail", "fails to compile"},
	{"cgroupid", "needs a cgroup"},
	{"percpu_kaddr", "needs a symbol"},
	{"write_user", "some kernels refuse it"},
	{"unwatch", "needs a watchpoint"},
	{"IMPORT", "needs a file"},
	{"TYPEINFO", "unstable"},
	{"SUFFIX", "is part of a type"},
	{"MAPDECL", "has no expression"},
	{"CONFIG", "the header has one"},
	{"SETTING", "the header has some"},
	{"CDEF", "the header has some"},
};

static bool used[ARRAY_SIZE(rows)];

void covered(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(rows[i], name))
			used[i] = true;
}

static int report(void)
{
	int missing = 0;

	for (size_t i = 0; i < ARRAY_SIZE(exempt); i++)
		covered(exempt[i].name);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!used[i] && ++missing)
			printf("no program uses %s: give it a production in tests/gen, or a reason in gen.c\n",
			       rows[i]);
	return missing ? 1 : 0;
}

/* scripts */

int max_strlen = 1024;

#define BATCH 25 /* programs that share a header */

/* what all programs of a script share */
static void header(FILE *out, uint64_t s, unsigned first)
{
	static const int lengths[] = {1024, 1024, 200, 80};
	static const char *const settings[] = {"on_stack_limit = 64;",
					       "perf_rb_pages = 64;",
					       "license = \"GPL\";",
					       "log_size = 2000000;",
					       "BPFTRACE_MAX_CAT_BYTES = 4096;",
					       "cache_user_symbols = \"PER_PROGRAM\";",
					       "stack_mode = perf;",
					       ""};

	seed(s ^ 0xbadc0de, first / BATCH);
	max_strlen = lengths[rnd(ARRAY_SIZE(lengths))];
	fprintf(out, "enum color { RED, GREEN, BLUE, PINK };\n#define TWELVE 10 + 2\n");
	for (int i = 0; i < layout_count; i++)
		fprintf(out, "%s\n", layouts[i].definition);
	fprintf(out, "config = { max_strlen = %d; max_map_keys = 300; unstable_tseries = enable; %s }\n", max_strlen,
		settings[rnd(ARRAY_SIZE(settings))]);
	fprintf(out, "begin { if (getopt(\"num\", 7) != 9) { print(\"--num is lost\"); } }\n");
	fprintf(out, "macro twice(e) { (e) + (e) }\nmacro bump($v) { $v += 3; $v }\n");
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct var *const *)a)->name, (*(struct var *const *)b)->name);
}

static void write_script(uint64_t s, unsigned first, unsigned count, FILE *out)
{
	struct program **list = make(count * sizeof(*list));
	struct var **maps = make(count * 16 * sizeof(*maps));
	size_t nmaps = 0;

	header(out, s, first);
	for (unsigned k = 0; k < count; k++) {
		seed(s, first + k);
		list[k] = gen_program(first + k);
		fputs(list[k]->begin, out);
		for (int i = 0; i < list[k]->nmaps; i++)
			maps[nmaps++] = list[k]->maps[i];
	}
	for (unsigned k = 0; k < count; k++)
		if (list[k]->end)
			fputs(list[k]->end, out);
	if (!expected)
		return;
	for (unsigned k = 0; k < count; k++)
		for (int i = 0; i < list[k]->nclauses - list[k]->has_end; i++)
			run_clause(list[k], i);
	for (unsigned k = 0; k < count; k++)
		if (list[k]->has_end)
			run_clause(list[k], list[k]->nclauses - 1);
	if (!as_json)
		emit("\n\n");
	qsort(maps, nmaps, sizeof(struct var *), by_name);
	for (size_t i = 0; i < nmaps; i++)
		map_print(maps[i], 0, 1);
	if (as_json)
		emit("{\"type\": \"lost_events\", \"count\": 0, \"data\": {\"events\": 0}}\n");
}

static FILE *open_file(const char *name)
{
	FILE *f = fopen(name, "w");

	if (!f) {
		perror(name);
		exit(2);
	}
	return f;
}

int main(int argc, char **argv)
{
	FILE *out;

	if (argc == 4 && !strcmp(argv[1], "-c")) {
		out = open_file("/dev/null");
		for (unsigned k = 0; k < (unsigned)atoi(argv[3]); k += BATCH)
			write_script(strtoull(argv[2], NULL, 0), k, BATCH, out);
		return report();
	}
	if (argc > 1 && !strcmp(argv[1], "-j")) {
		as_json = true;
		argc--;
		argv++;
	}
	if (argc != 6) {
		fprintf(stderr, "usage: gen [-j] SEED FIRST COUNT SCRIPT EXPECTED\n       gen -c SEED COUNT\n");
		return 2;
	}
	out = open_file(argv[4]);
	expected = open_file(argv[5]);
	write_script(strtoull(argv[1], NULL, 0), (unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]), out);
	return fclose(out) || fclose(expected);
}
