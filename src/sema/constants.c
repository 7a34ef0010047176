/* Constants of headers: of the system's, as this machine has them, and of the kernel's own. */
#include "sema/pass.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/if_ether.h>
#include <linux/ioprio.h>
#include <linux/mman.h>
#include <linux/netlink.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/stat.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

struct constant {
	const char *name;
	int64_t value;
};

static const struct constant constants[] = {
#define CONSTANT(name) {#name, name},
#include "sema/constants.def"
#undef CONSTANT
};

static const struct constant kernel_constants[] = {
#define KERNEL(name, value) {#name, value},
#include "sema/constants.def"
#undef KERNEL
};

static bool find(const struct constant *list, size_t n, const char *name, int64_t *value)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].name, name)) {
			*value = list[i].value;
			return true;
		}
	return false;
}

bool constant_find(const char *name, int64_t *value)
{
	return find(constants, ARRAY_SIZE(constants), name, value);
}

bool kernel_constant_find(const char *name, int64_t *value)
{
	return find(kernel_constants, ARRAY_SIZE(kernel_constants), name, value);
}
