/*
 * What was needed to load and attach is not needed to read: a mistake in what
 * formats the output of hostile processes, or a command of system(), should not
 * have the whole machine.
 */
#include "runtime/attach.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* to read maps (bpf, perfmon), the memory maps and files of any process, kernel addresses; to end the child */
static const int kept[] = {39 /* CAP_BPF */,    38 /* CAP_PERFMON */, CAP_SYS_PTRACE,
			   CAP_DAC_READ_SEARCH, CAP_SYSLOG,           CAP_KILL};

/* Debian's kernels let nobody less sample a CPU, and one may come online later */
static bool needs_admin(const struct rt *rt)
{
	for (size_t i = 0; i < rt->nsampled; i++)
		if (!rt->sampled[i].one)
			return read_number("/proc/sys/kernel/perf_event_paranoid", "%d") > 2;
	return false;
}

const char *rt_capable(int err)
{
	return err == -EACCES || err == -EPERM ? " (config = { keep_capabilities = true } keeps what it takes)" : "";
}

void privileges_drop(struct rt *rt)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[2], keep[2] = {0};

	if (rt_setting(rt, "keep_capabilities", 0) || syscall(SYS_capget, &head, caps))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		keep[kept[i] / 32].permitted |= 1u << kept[i] % 32;
	if (needs_admin(rt))
		keep[0].permitted |= 1u << CAP_SYS_ADMIN;
	for (int i = 0; i < 2; i++) {
		caps[i].permitted &= keep[i].permitted;
		caps[i].effective &= keep[i].permitted;
		caps[i].inheritable = 0;
	}
	/* or a command would have them back: root gains what it runs */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_capset, &head, caps))
		warn("cannot give up capabilities: %s", strerror(errno));
}
