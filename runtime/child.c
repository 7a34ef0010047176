/* The program of -c: started, held before its exec, let go when all is attached. */
#include "runtime/rt.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* words as the shell splits them: blanks, quotes, backslashes */
static char **split(struct arena *a, const char *text)
{
	char **words = arena_alloc(a, (strlen(text) + 2) * sizeof(*words)), *out = arena_alloc(a, 2 * strlen(text) + 2);
	size_t n = 0;

	while (*text) {
		char quote = 0;

		while (isspace((unsigned char)*text))
			text++;
		if (!*text)
			break;
		words[n++] = out;
		for (; *text && (quote || !isspace((unsigned char)*text)); text++) {
			if (quote ? *text == quote : *text == '"' || *text == '\'')
				quote = quote ? 0 : *text;
			else if (*text == '\\' && text[1] && quote != '\'')
				*out++ = *++text;
			else
				*out++ = *text;
		}
		*out++ = '\0';
	}
	return words;
}

static bool is_program(const char *path)
{
	struct stat s;

	if (stat(path, &s))
		return false;
	errno = EACCES;
	return S_ISREG(s.st_mode) && !access(path, X_OK);
}

/*
 * The program as PATH has it; NULL: errno says why not.  Links are not followed: the process is called by
 * the name it is started by, sh and not what sh is here.
 */
static const char *in_path(struct arena *a, const char *name)
{
	const char *dirs = getenv("PATH");

	if (strchr(name, '/')) /* as it stands */
		return is_program(name) ? name : NULL;
	dirs = dirs ? dirs : "/usr/local/bin:/usr/bin:/bin";
	for (size_t n; *dirs; dirs += n + (dirs[n] == ':')) {
		n = strcspn(dirs, ":");
		const char *path = arena_printf(a, "%.*s%s%s", (int)n, dirs, n ? "/" : "", name);

		if (is_program(path))
			return path;
	}
	errno = ENOENT;
	return NULL;
}

/* found in PATH before: a trace of exec then shows one, not the tries */
static _Noreturn void be_child(const char *path, char **words, int go)
{
	sigset_t none;
	char byte;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	if (read(go, &byte, 1) != 1)
		_exit(0); /* the tracer gave up */
	execv(path, words);
	if (errno == ENOEXEC) /* a script without #! */
		execvp(words[0], words);
	dprintf(STDERR_FILENO, "ERROR: cannot run '%s' of -c: %s\n", words[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126); /* as a shell has it */
}

int child_start(struct rt *rt)
{
	char **words = split(rt->arena, rt->options->command);
	const char *path;
	int go[2];

	path = words[0] ? in_path(rt->arena, words[0]) : NULL;
	if (!path && words[0] && errno != ENOENT) {
		fprintf(stderr, "ERROR: cannot run '%s' of -c: %s\n", words[0], strerror(errno));
		return 1;
	}
	if (!path) {
		fprintf(stderr, "ERROR: Failed to find the program '%s' of -c\n", words[0] ? words[0] : "");
		return 1;
	}
	if (pipe2(go, O_CLOEXEC)) {
		fail(-errno, "cannot make a pipe");
		return 255;
	}
	rt->child_path = path;
	rt->child = fork();
	if (rt->child < 0) {
		fail(-errno, "cannot start '%s'", words[0]);
		return 255;
	}
	if (!rt->child) {
		close(go[1]);
		be_child(path, words, go[0]);
	}
	close(go[0]);
	rt->child_go = go[1];
	rt->child_fd = (int)syscall(SYS_pidfd_open, rt->child, 0);
	rt->params.child_pid = (uint32_t)rt->child;
	return 0;
}

void child_run(struct rt *rt)
{
	if (rt->child_go >= 0 && write(rt->child_go, "", 1) != 1)
		warn("cannot let the program of -c run: %s", strerror(errno));
}

#define ENDING_MS 5000 /* that it has to end */

/* false: it heeds no SIGTERM */
static bool end_it(struct rt *rt, int *status)
{
	struct pollfd ended = {.fd = rt->child_fd, .events = POLLIN};
	int n;

	if (waitpid(rt->child, status, WNOHANG))
		return true;
	kill(rt->child, SIGTERM);
	kill(rt->child, SIGCONT); /* who is stopped hears nothing */
	do
		n = rt->child_fd < 0 ? 1 : poll(&ended, 1, ENDING_MS);
	while (n < 0 && errno == EINTR);
	if (!n)
		return false;
	waitpid(rt->child, status, 0);
	return true;
}

int child_end(struct rt *rt)
{
	int status, exited;

	if (rt->child_go >= 0)
		close(rt->child_go);
	if (rt->child <= 0)
		return 0;
	if (!end_it(rt, &status)) {
		warn("the program of -c, process %d, does not end by SIGTERM: it is left running", (int)rt->child);
		return 0;
	}
	exited = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (rt->options->verbose && WIFEXITED(status))
		fprintf(stderr, "child exited with status %d\n", exited);
	else if (rt->options->verbose)
		fprintf(stderr, "child was ended by signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
	return rt->child_ended ? exited : 0;
}
