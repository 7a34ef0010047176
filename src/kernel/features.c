/* What this kernel can do, asked by trying. */
#include "kernel/kernel.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name, *text;
} rows[FEATURE_COUNT] = {
#define FEATURE(name, text) {#name, text},
#include "kernel/features.def"
#undef FEATURE
};

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

/* does a program of this type load that calls the helper with nothing sensible in its arguments? */
static bool has_helper(int id, uint32_t prog_type)
{
	struct bpf_insn code[] = {
		{.code = BPF_JMP | BPF_CALL, .imm = id},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	char log[4096] = "";
	union bpf_attr attr = {
		.prog_type = prog_type,
		.insns = (uint64_t)code,
		.insn_cnt = ARRAY_SIZE(code),
		.license = (uint64_t) "GPL",
		.log_buf = (uint64_t)log,
		.log_size = sizeof(log),
		.log_level = 1,
	};
	long fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd >= 0) {
		close((int)fd);
		return true;
	}
	return errno != EPERM && !strstr(log, "invalid func") && !strstr(log, "unknown func") &&
	       !strstr(log, "program of this type cannot use helper");
}

/* a program that does nothing: its fd, or below 0 */
static long load(uint32_t prog_type, uint32_t attach_type, uint32_t flags)
{
	struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {
		.prog_type = prog_type,
		.insns = (uint64_t)code,
		.insn_cnt = ARRAY_SIZE(code),
		.license = (uint64_t) "GPL",
		.expected_attach_type = attach_type,
		.prog_flags = flags,
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

static bool loads(uint32_t prog_type, uint32_t attach_type, uint32_t flags)
{
	long fd = load(prog_type, attach_type, flags);

	if (fd >= 0)
		close((int)fd);
	return fd >= 0;
}

#define UPROBE_MULTI 48 /* BPF_TRACE_UPROBE_MULTI, 6.6 */
#define KPROBE_MULTI \
	42 /* BPF_TRACE_KPROBE_MULTI, 5.18; without fprobe its programs load, but their links are refused */
#define KPROBE_SESSION 56 /* BPF_TRACE_KPROBE_SESSION, 6.10 */
#define UPROBE_SESSION 57 /* BPF_TRACE_UPROBE_SESSION, 6.13 */

/* does it look for the function before it says no? */
static bool links_kprobes(uint32_t attach_type)
{
	const char *symbols[] = {"no function is called this"};
	union bpf_attr attr = {0};
	long fd = load(BPF_PROG_TYPE_KPROBE, attach_type, 0), link;
	bool known;

	if (fd < 0)
		return false;
	attr.link_create.prog_fd = (uint32_t)fd;
	attr.link_create.attach_type = attach_type;
	attr.link_create.kprobe_multi.cnt = 1;
	attr.link_create.kprobe_multi.syms = (uint64_t)symbols;
	link = bpf(BPF_LINK_CREATE, &attr);
	known = link < 0 && errno != EOPNOTSUPP && errno != EINVAL;
	close((int)fd);
	return known;
}

/* programs of any type load; does it look for the file before it says no? */
static bool links_uprobes(uint32_t attach_type)
{
	uint64_t offset = 0;
	struct uprobe_multi_attr attr = {.attach_type = attach_type,
					 .path = (uint64_t) "/no file is called this",
					 .offsets = (uint64_t)&offset,
					 .cnt = 1};
	long fd = load(BPF_PROG_TYPE_KPROBE, attach_type, 0);
	bool known;

	if (fd < 0)
		return false;
	attr.prog_fd = (uint32_t)fd;
	known = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr)) < 0 && errno == ENOENT;
	close((int)fd);
	return known;
}

static bool try(enum feature f)
{
	switch (f) {
	case FEATURE_btf:
		return exists("/sys/kernel/btf/vmlinux");
	case FEATURE_module_btf:
		return exists("/sys/kernel/btf");
	case FEATURE_kprobe:
		return exists("/sys/bus/event_source/devices/kprobe/type");
	case FEATURE_uprobe:
		return exists("/sys/bus/event_source/devices/uprobe/type");
	case FEATURE_kprobe_multi:
		return feature(FEATURE_kprobe) && links_kprobes(KPROBE_MULTI);
	case FEATURE_kprobe_session:
		return feature(FEATURE_kprobe_multi) && links_kprobes(KPROBE_SESSION);
	case FEATURE_uprobe_multi:
		return feature(FEATURE_uprobe) && links_uprobes(UPROBE_MULTI);
	case FEATURE_uprobe_session:
		return feature(FEATURE_uprobe_multi) && links_uprobes(UPROBE_SESSION);
	case FEATURE_sleepable_uprobe:
		return loads(BPF_PROG_TYPE_KPROBE, 0, BPF_F_SLEEPABLE);
	case FEATURE_fentry:
		return feature(FEATURE_btf) && feature(FEATURE_kprobe);
	case FEATURE_perf_link:
		return has_helper(BPF_FUNC_get_attach_cookie, BPF_PROG_TYPE_KPROBE);
	case FEATURE_iter:
		return feature(FEATURE_btf);
	case FEATURE_loop:
		return has_helper(BPF_FUNC_loop, BPF_PROG_TYPE_KPROBE);
	case FEATURE_for_each_map_elem:
		return has_helper(BPF_FUNC_for_each_map_elem, BPF_PROG_TYPE_KPROBE);
	case FEATURE_tai:
		return has_helper(BPF_FUNC_ktime_get_tai_ns, BPF_PROG_TYPE_KPROBE);
	case FEATURE_lookup_percpu_elem:
		return has_helper(BPF_FUNC_map_lookup_percpu_elem, BPF_PROG_TYPE_KPROBE);
	case FEATURE_ringbuf:
		return has_helper(BPF_FUNC_ringbuf_reserve, BPF_PROG_TYPE_KPROBE);
	case FEATURE_COUNT:
		break;
	}
	return false;
}

static signed char known[FEATURE_COUNT]; /* 1: there, -1: not, 0: not tried */
static uint64_t off;

void feature_off(enum feature f)
{
	known[f] = -1;
	off |= 1ull << f;
}

uint64_t features_off(void)
{
	return off;
}

bool feature(enum feature f)
{
	if (!known[f])
		known[f] = try(f) ? 1 : -1;
	return known[f] > 0;
}

const char *feature_name(enum feature f)
{
	return rows[f].name;
}

const char *feature_text(enum feature f)
{
	return rows[f].text;
}

bool perf_counts(uint32_t type, uint64_t config)
{
	struct perf_event_attr attr = {
		.type = type, .config = config, .size = sizeof(attr), .sample_period = 1000000, .disabled = 1};
	long fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd >= 0)
		close((int)fd);
	return fd >= 0 || errno == EACCES || errno == EPERM;
}

#define CAP_WORD(caps, n) ((caps)[(n) / 32].effective & 1u << (n) % 32)

/* "none integrity [confidentiality]" */
static bool locked_down(void)
{
	struct buf text = {0};
	bool locked = !buf_read_file(&text, "/sys/kernel/security/lockdown") && text.data &&
		      strstr(text.data, "[confidentiality]");

	buf_free(&text);
	return locked;
}

int permitted(struct arena *a, const char **why)
{
	static const struct {
		int cap;
		const char *name;
	} needed[] = {{39, "CAP_BPF"}, {38, "CAP_PERFMON"}, {2, "CAP_DAC_READ_SEARCH"}, {1, "CAP_DAC_OVERRIDE"}};
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[2] = {0};
	union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
	long fd;

	if (syscall(SYS_capget, &head, caps)) {
		*why = "cannot read our own capabilities";
		return -errno;
	}
	if (!CAP_WORD(caps, 21)) /* CAP_SYS_ADMIN covers the first two */
		for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
			if (!CAP_WORD(caps, needed[i].cap)) {
				*why = arena_printf(a, "Missing %s capability, please run probe as the root user.",
						    needed[i].name);
				return -EPERM;
			}
	if (locked_down()) {
		*why = "Kernel lockdown is in confidentiality mode, which keeps tracing from reading the kernel: see kernel_lockdown(7).";
		return -EPERM;
	}
	fd = bpf(BPF_MAP_CREATE, &attr);
	if (fd < 0) {
		*why = arena_printf(
			a, "the kernel does not permit bpf(2): %s (kernel lockdown, or a container's seccomp filter?)",
			strerror(errno));
		return -EPERM;
	}
	close((int)fd);
	return 0;
}
