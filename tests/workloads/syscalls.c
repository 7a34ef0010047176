/*
 * syscalls [N]: N times (1), as files: open /etc/passwd, pread 10 bytes at 7,
 * map 3 pages of it from the third on; fsync /dev/null, which fails with
 * EINVAL; set SO_RCVBUF of a socket to 4321.  Then as user 1234, N times: getuid.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1, null = open("/dev/null", O_WRONLY),
	    sock = socket(AF_UNIX, SOCK_STREAM, 0), size = 4321;
	char bytes[10];

	for (int i = 0; i < n; i++) {
		int fd = open("/etc/passwd", O_RDONLY);
		void *at;

		if (pread(fd, bytes, sizeof(bytes), 7) < 0)
			return 1;
		at = mmap(NULL, 3 * 4096, PROT_READ, MAP_PRIVATE, fd, 3 * 4096);
		if (at == MAP_FAILED)
			return 2;
		munmap(at, 3 * 4096);
		close(fd);
		fsync(null);
		setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	}
	if (syscall(SYS_setuid, 1234))
		return 3;
	for (int i = 0; i < n; i++)
		syscall(SYS_getuid);
	return 0;
}
