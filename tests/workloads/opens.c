/* opens N [FILE]: open FILE (/etc/passwd) N times. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 1;
	const char *file = argc > 2 ? argv[2] : "/etc/passwd";

	while (n-- > 0) {
		int fd = open(file, O_RDONLY);
		if (fd >= 0)
			close(fd);
	}
	return 0;
}
