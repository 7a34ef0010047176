/*
 * pty COMMAND ARG...: run it on a terminal of its own, its output as it is to
 * standard output; its status.
 */
#define _XOPEN_SOURCE 600
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void be_command(int master, char **argv)
{
	int slave = open(ptsname(master), O_RDWR);
	struct termios t;

	setsid();
	ioctl(slave, TIOCSCTTY, 0);
	tcgetattr(slave, &t);
	t.c_oflag &= ~(tcflag_t)OPOST; /* \n, not \r\n */
	tcsetattr(slave, TCSANOW, &t);
	for (int fd = 0; fd < 3; fd++)
		dup2(slave, fd);
	close(slave);
	close(master);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave, status;
	char bytes[4096];
	ssize_t n;
	pid_t pid;

	if (argc < 2 || master < 0 || grantpt(master) || unlockpt(master))
		return 1;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY); /* until the command has it, the terminal must not hang up */
	pid = fork();
	if (!pid)
		be_command(master, argv + 1);
	close(slave);
	while ((n = read(master, bytes, sizeof(bytes))) > 0)
		fwrite(bytes, 1, (size_t)n, stdout);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
