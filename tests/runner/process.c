/* Running a program: its output, its end, and the end of all that it started. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runner.h"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Take what there is; false at the end. */
static bool drain(int fd, struct text *t, bool *flooded)
{
	char chunk[65536];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
		if (t->len < MAX_OUTPUT)
			text_add(t, chunk, (size_t)n);
		else
			*flooded = true;
	}
}

/* Kill and reap all that is left of a test's processes; we are their subreaper. */
static void reap_all(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	for (int round = 0; round < 100; round++) {
		struct text t = {0};
		char *s, *end;

		if (!read_file(path, &t))
			return;
		for (s = t.data; strtol(s, &end, 10) > 0; s = end)
			kill((pid_t)strtol(s, NULL, 10), SIGKILL);
		free(t.data);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return;
		usleep(10000);
	}
}

static int stdin_of(const struct lines *l)
{
	if (!l->count)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("stdin", MFD_CLOEXEC);
	for (size_t i = 0; i < l->count; i++)
		dprintf(fd, "%s\n", l->line[i]);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* Run argv in a process group of its own, for at most so many seconds. */
struct outcome run(char *const argv[], const struct lines *input, int seconds)
{
	struct outcome o = {0};
	int out[2], err[2], in = stdin_of(input);

	text_add(&o.out, "", 0);
	text_add(&o.err, "", 0);
	if (in < 0 || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		perror("run");
		exit(2);
	}
	pid_t pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		execvp(argv[0], argv);
		dprintf(2, "run: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	setpgid(pid, pid);
	close(in);
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);

	struct pollfd fds[] = {
		{.fd = pidfd_open(pid, 0), .events = POLLIN},
		{.fd = out[0], .events = POLLIN},
		{.fd = err[0], .events = POLLIN},
	};
	int pidfd = fds[0].fd;
	double deadline = now() + (double)seconds * opt.slow;
	bool ended = false;
	while (!ended) {
		double left = deadline - now();

		if (left <= 0) {
			o.timed_out = true;
			kill(-pid, SIGKILL);
			break;
		}
		if (poll(fds, ARRAY_SIZE(fds), (int)(left * 1000) + 1) < 0 && errno != EINTR)
			break;
		ended = fds[0].revents;
		/* a closed pipe is polled no more: -1 - fd */
		if (fds[1].revents && !drain(out[0], &o.out, &o.flooded))
			fds[1].fd = -1 - out[0];
		if (fds[2].revents && !drain(err[0], &o.err, &o.flooded))
			fds[2].fd = -1 - err[0];
	}
	int status = 0;
	waitpid(pid, &status, 0);
	kill(-pid, SIGKILL);
	drain(out[0], &o.out, &o.flooded);
	drain(err[0], &o.err, &o.flooded);
	close(out[0]);
	close(err[0]);
	close(pidfd);
	reap_all();
	o.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return o;
}
