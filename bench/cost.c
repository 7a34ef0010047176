/*
 * cost: run a tracer and say what it costs.
 *	cost [-s] [-w WORK] [-n N] -- TRACER...
 * Without -w: until it ends.  With it: until its first program has run, then N
 * times WORK, then Ctrl-C.  One line comes out, "name=number ...":
 *	cpu	us of user and system time, of all of its life
 *	peak	KiB resident at most
 *	live	us from exec to the first run of one of its programs
 *	event	ns a run of a program takes, by the kernel's statistics, with -s: they cost the traced thread 60 ns an event
 *	thread	ns of CPU time that one WORK takes longer while it is traced
 *	reader	us of its CPU time for N times WORK and what it prints after Ctrl-C
 *	last	us from Ctrl-C to the last byte printed
 *	end	us from Ctrl-C to its end
 *
 *	cost hold OBJECT PROGRAM	is such a tracer: load, attach, wait for Ctrl-C
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* what tracers may be told to trace */

__attribute__((noipa)) void bench_traced(long n, const char *text);
void bench_traced(long n, const char *text)
{
	__asm__ volatile("" ::"r"(n), "r"(text) : "memory");
}

static void work_traced(void)
{
	bench_traced(1, "hello");
}

static void work_getppid(void)
{
	syscall(SYS_getppid);
}

static void work_openat(void)
{
	close(open("/dev/null", O_RDONLY));
}

static const struct work {
	const char *name;
	void (*once)(void);
} works[] = {{"getppid", work_getppid}, {"openat", work_openat}, {"traced", work_traced}};

/* time */

static double now(clockid_t clock)
{
	struct timespec t = {0};

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double wall(void)
{
	return now(CLOCK_MONOTONIC);
}

/* ns of CPU time that one WORK takes */
static double cost_of(const struct work *w, long n)
{
	double from = now(CLOCK_THREAD_CPUTIME_ID);

	for (long i = 0; i < n; i++)
		w->once();
	return n ? (now(CLOCK_THREAD_CPUTIME_ID) - from) * 1e3 / (double)n : 0;
}

/* CPU time that a process has used until now, by all of its threads */
static double cpu_of(pid_t pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) ? 0 : now(clock);
}

/* the runs of a process's BPF programs, added up: what /proc/PID/fdinfo says of those it holds */
struct runs {
	uint64_t ns, count;
};

static struct runs runs_of(pid_t pid)
{
	struct runs sum = {0};
	char path[64], text[4096];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", pid);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		int fd = openat(dirfd(d), e->d_name, O_RDONLY);
		ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		char *ns, *count;

		if (fd >= 0)
			close(fd);
		if (n <= 0)
			continue;
		text[n] = '\0';
		ns = strstr(text, "run_time_ns:");
		count = strstr(text, "run_cnt:");
		if (!ns || !count)
			continue;
		sum.ns += strtoull(strchr(ns, ':') + 1, NULL, 10);
		sum.count += strtoull(strchr(count, ':') + 1, NULL, 10);
	}
	if (d)
		closedir(d);
	return sum;
}

/* reads what the tracer prints, so that it never waits for us; knows when that was last */
struct reader {
	int fd;
	double last;
};

static void *read_output(void *arg)
{
	struct reader *r = arg;
	char bytes[65536];

	while (read(r->fd, bytes, sizeof(bytes)) > 0)
		r->last = wall();
	return NULL;
}

static pid_t start(char **argv, int out, int unused)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	dup2(out, STDOUT_FILENO);
	dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
	close(out);
	close(unused);
	execvp(argv[0], argv);
	_exit(127);
}

static void measure(const struct work *w, long n, bool keep_stats, char **argv)
{
	int status, stats = bpf_enable_stats(BPF_STATS_RUN_TIME), out[2];
	double untraced = w ? cost_of(w, n / 4) : 0, from, live = 0, thread = 0, stopped = 0, cpu = 0, total;
	struct runs before = {0}, after = {0};
	struct reader r = {0};
	struct rusage used;
	pthread_t thread_id;
	pid_t pid;

	if (stats < 0 || pipe2(out, O_CLOEXEC))
		err(1, "cannot begin");
	from = wall();
	pid = start(argv, out[1], out[0]);
	close(out[1]);
	r.fd = out[0];
	pthread_create(&thread_id, NULL, read_output, &r);
	if (w) {
		do {
			w->once();
			before = runs_of(pid);
			if (!before.count)
				usleep(100);
			if (waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) ||
			    wall() - from > 120e6)
				break;
		} while (!before.count);
		live = wall() - from;
		if (n)
			usleep(300000); /* what it does once at the start is not the cost of events */
		before = runs_of(pid);
		if (!keep_stats)
			close(stats);
		cpu = cpu_of(pid);
		thread = cost_of(w, n) - untraced;
		after = runs_of(pid);
		if (n)
			usleep(200000);
		stopped = wall();
		kill(pid, SIGINT);
	}
	if (wait4(pid, &status, 0, &used) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "%s failed", argv[0]);
	total = wall();
	pthread_join(thread_id, NULL);
	from = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	printf("cpu=%.0f peak=%ld live=%.0f event=%.1f thread=%.1f reader=%.0f last=%.0f end=%.0f\n", from,
	       used.ru_maxrss, live,
	       after.count > before.count ? (double)(after.ns - before.ns) / (double)(after.count - before.count) : 0.0,
	       thread, from - cpu, r.last > stopped ? r.last - stopped : 0.0, total - stopped);
}

static void hold(const char *path, const char *name)
{
	struct bpf_object *o = bpf_object__open(path);
	struct bpf_program *p;
	sigset_t set;
	int got;

	if (!o || !bpf_object__find_program_by_name(o, name))
		errx(1, "no program %s in %s", name, path);
	bpf_object__for_each_program (p, o)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), name));
	if (bpf_object__load(o) || !bpf_program__attach(bpf_object__find_program_by_name(o, name)))
		errx(1, "cannot attach %s", name);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigwait(&set, &got);
	exit(0);
}

int main(int argc, char **argv)
{
	const struct work *w = NULL;
	bool keep_stats = false;
	long n = 0;
	int got;

	if (argc == 4 && !strcmp(argv[1], "hold"))
		hold(argv[2], argv[3]);
	while ((got = getopt(argc, argv, "+sw:n:")) != -1) {
		keep_stats |= got == 's';
		for (size_t i = 0; got == 'w' && i < sizeof(works) / sizeof(*works); i++)
			if (!strcmp(works[i].name, optarg))
				w = &works[i];
		if (got == 'n')
			n = atol(optarg);
	}
	if (optind == argc)
		errx(1, "usage: cost [-s] [-w getppid | openat | traced] [-n N] -- TRACER...");
	measure(w, n, keep_stats, argv + optind);
	return 0;
}
