/* Constants of system headers, as this machine's headers have them. */
#include "sema/pass.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

static const struct {
	const char *name;
	int64_t value;
} constants[] = {
#define CONSTANT(name) {#name, name},
#include "sema/constants.def"
#undef CONSTANT
};

bool constant_find(const char *name, int64_t *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(constants); i++)
		if (str_eq(constants[i].name, name)) {
			*value = constants[i].value;
			return true;
		}
	return false;
}
