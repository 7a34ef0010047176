/*
 * Run tests and count them:
 *	run [-2ntuv] [-j JOBS] [-x FACTOR] [-s FILE] [-c FILE] [-f FILE] PROBE PATH...
 * A PATH is a script (.bt) with its expectations in comments, a shell test
 * (.sh), a unit test (any other program), or a directory of the first two.
 * README.md, beside this, tells what a test may say.
 *
 * Each test is run by a process of its own, which gathers what the test's
 * children leave behind and kills it, and prints its report at once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner.h"

struct options opt = {.jobs = 2, .slow = 1};

static size_t running;

static void start(struct test *t)
{
	fflush(stdout);
	*t->result = (struct result){.failed = 1}; /* if it dies */
	t->pid = fork();
	if (t->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run_test(t, (size_t)(t - tests));
		_exit(0);
	}
	running++;
}

static void wait_below(size_t n)
{
	while (running >= n) {
		int status;
		pid_t pid = wait(&status);

		if (pid < 0)
			break;
		for (size_t i = 0; i < ntests; i++)
			if (tests[i].pid == pid) {
				if (status)
					printf("FAIL %s\n    its runner died\n", tests[i].path);
				tests[i].pid = 0;
				running--;
			}
	}
}

static void run_all(FILE *skipped)
{
	for (int serial = 0; serial < 2; serial++) {
		for (size_t i = 0; i < ntests; i++) {
			struct test *t = &tests[i];

			if ((t->said[D_serial].count > 0) != serial)
				continue;
			if (t->lacks.len && !t->wrong.len) {
				t->result->skipped = 1;
				if (opt.verbose)
					printf("skip %s: needs%s\n", t->path, t->lacks.data);
				continue;
			}
			if (opt.none && !t->wrong.len)
				continue;
			start(t);
			wait_below(serial ? 1 : (size_t)opt.jobs);
		}
		wait_below(1);
	}
	for (size_t i = 0; skipped && i < ntests; i++)
		if (tests[i].result->skipped || tests[i].said[D_everywhere].count)
			fprintf(skipped, "%s\n", tests[i].path);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct test *)a)->path, ((const struct test *)b)->path);
}

static void set_environment(void)
{
	const char *workloads = getenv("WORKLOADS"), *path = getenv("PATH");
	struct text t = {0};

	if (workloads)
		text_printf(&t, "%s:", workloads);
	text_printf(&t, "%s", path ? path : "/usr/bin:/bin");
	setenv("PATH", t.data, 1);
	setenv("PROBE", opt.probe, 1);
	setenv("RUN", check_alloc(realpath("/proc/self/exe", NULL)), 1); /* for the runner's own test */
	setenv("LC_ALL", "C", 1);
	setenv("TZ", "UTC", 1);
	for (char **e = environ; *e;)
		if (starts_with(*e, "BPFTRACE_"))
			unsetenv(check_alloc(strndup(*e, strcspn(*e, "="))));
		else
			e++;
}

static FILE *open_output(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f) {
		fprintf(stderr, "run: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	return f;
}

int main(int argc, char **argv)
{
	FILE *skipped = NULL, *counts = NULL;
	const char *list = NULL;
	bool ok = true;
	int c;

	while ((c = getopt(argc, argv, "2ntuvj:x:s:c:f:")) != -1)
		switch (c) {
		case '2': /* scripts run twice: the second time from the cache */
			opt.twice = true;
			break;
		case 't': /* scripts are built, and what was built runs */
			opt.tools = true;
			break;
		case 'n': /* run nothing, but say what is wrong with the tests themselves */
			opt.none = true;
			break;
		case 'v': /* passed and skipped tests too */
			opt.verbose = true;
			break;
		case 'u': /* update the dumps */
			opt.update = true;
			break;
		case 'j':
			opt.jobs = atoi(optarg) > 0 ? atoi(optarg) : 1;
			break;
		case 'x': /* timeouts are so many times longer */
			opt.slow = atoi(optarg) > 0 ? atoi(optarg) : 1;
			break;
		case 's': /* write the paths of skipped tests */
			skipped = open_output(optarg);
			break;
		case 'c': /* write "passed failed skipped" */
			counts = open_output(optarg);
			break;
		case 'f': /* read paths of tests */
			list = optarg;
			break;
		default:
			optind = argc;
		}
	if (optind >= argc || (argc - optind < 2 && !list)) {
		fprintf(stderr, "usage: run [-2ntuv] [-j JOBS] [-x FACTOR] [-s SKIPPED] "
				"[-c COUNTS] [-f LIST] PROBE PATH...\n");
		return 2;
	}
	opt.probe = strchr(argv[optind], '/') ? realpath(argv[optind], NULL) : argv[optind];
	if (!opt.probe) {
		fprintf(stderr, "run: %s: %s\n", argv[optind], strerror(errno));
		return 2;
	}
	for (int i = optind + 1; i < argc; i++)
		ok &= add_path(argv[i]);
	if (list) {
		struct text t = {0};

		ok &= read_file(list, &t);
		struct lines l = lines_of(t.data ? t.data : "");
		for (size_t i = 0; i < l.count; i++)
			ok &= add_path(l.line[i]);
	}

	char tmp[4096];
	const char *base = getenv("TMPDIR");
	snprintf(tmp, sizeof(tmp), "%s/probe-tests.XXXXXX", base ? base : "/tmp");
	opt.tmp = mkdtemp(tmp);
	if (!opt.tmp) {
		perror("run: temporary directory");
		return 2;
	}
	set_environment();
	if (ntests)
		qsort(tests, ntests, sizeof(*tests), by_path);
	struct result *results =
		mmap(NULL, (ntests + 1) * sizeof(*results), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		check_alloc(NULL);
	for (size_t i = 0; i < ntests; i++) {
		tests[i].result = &results[i];
		read_test(&tests[i]);
	}
	run_all(skipped);
	rmdir(opt.tmp);

	struct result sum = {0};
	for (size_t i = 0; i < ntests; i++) {
		sum.passed += results[i].passed;
		sum.failed += results[i].failed;
		sum.skipped += results[i].skipped;
	}
	sum.failed += !ok;
	if (counts)
		fprintf(counts, "%d %d %d\n", sum.passed, sum.failed, sum.skipped);
	else
		printf("%d passed, %d failed, %d skipped\n", sum.passed, sum.failed, sum.skipped);
	return sum.failed ? 1 : 0;
}
