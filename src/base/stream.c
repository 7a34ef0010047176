/* The standard streams: none of them is another file, and what was printed is there, or that is said. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

void streams_open(void)
{
	int fd;

	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of writing */
	/* whoever started us closed one: what we open must not get its number */
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int streams_close(int status)
{
	if ((!fflush(stdout) && !ferror(stdout)) || errno == EPIPE)
		return status;
	fprintf(stderr, "ERROR: cannot write output: %s\n", strerror(errno));
	return status ? status : 1;
}
