/* --info: what this machine and this build can do, as bpftrace lays it out. */
#include "kernel/kernel.h"
#include "runtime/runtime.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *yes(bool is)
{
	return is ? "yes" : "no";
}

static const struct {
	const char *name;
	enum bpf_func_id id;
} helpers[] = {
	{"probe_read", BPF_FUNC_probe_read},
	{"probe_read_str", BPF_FUNC_probe_read_str},
	{"probe_read_user", BPF_FUNC_probe_read_user},
	{"probe_read_user_str", BPF_FUNC_probe_read_user_str},
	{"probe_read_kernel", BPF_FUNC_probe_read_kernel},
	{"probe_read_kernel_str", BPF_FUNC_probe_read_kernel_str},
	{"get_current_cgroup_id", BPF_FUNC_get_current_cgroup_id},
	{"send_signal", BPF_FUNC_send_signal},
	{"override_return", BPF_FUNC_override_return},
	{"get_boot_ns", BPF_FUNC_ktime_get_boot_ns},
	{"get_tai_ns", BPF_FUNC_ktime_get_tai_ns},
	{"get_func_ip", BPF_FUNC_get_func_ip},
	{"jiffies64", BPF_FUNC_jiffies64},
	{"for_each_map_elem", BPF_FUNC_for_each_map_elem},
	{"map_lookup_percpu_elem", BPF_FUNC_map_lookup_percpu_elem},
	{"get_ns_current_pid_tgid", BPF_FUNC_get_ns_current_pid_tgid},
	{"loop", BPF_FUNC_loop},
};

static const enum feature probe_types[] = {
	FEATURE_kprobe,       FEATURE_kprobe_multi,   FEATURE_kprobe_session, FEATURE_uprobe,
	FEATURE_uprobe_multi, FEATURE_uprobe_session, FEATURE_fentry,         FEATURE_iter,
};

static bool is_probe_type(enum feature f)
{
	for (size_t i = 0; i < ARRAY_SIZE(probe_types); i++)
		if (probe_types[i] == f)
			return true;
	return false;
}

#define OLD_LIMIT 4096
#define NEW_LIMIT 1000000

/* instructions that a program may have: does one load that is over the old limit? */
static int instruction_limit(void)
{
	struct bpf_insn *code = xcalloc(OLD_LIMIT + 2, sizeof(*code));
	int fd;

	for (size_t i = 0; i <= OLD_LIMIT; i++) /* r0 = 0 */
		code[i] = (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K};
	code[OLD_LIMIT + 1] = (struct bpf_insn){.code = BPF_JMP | BPF_EXIT};
	fd = bpf_prog_load(BPF_PROG_TYPE_TRACEPOINT, NULL, "GPL", code, OLD_LIMIT + 2, NULL);
	free(code);
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? NEW_LIMIT : OLD_LIMIT;
}

static int say_nothing(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

void info_print(FILE *out, const char *version, const char *llvm)
{
	struct utsname u;

	libbpf_set_print(say_nothing);
	uname(&u);
	fprintf(out, "System\n  OS: %s %s %s\n  Arch: %s\n\n", u.sysname, u.release, u.version, u.machine);
	fprintf(out, "Build\n  version: v%s\n  LLVM: %s\n  libbpf: %s\n  libdw (DWARF support): yes\n\n", version, llvm,
		libbpf_version_string());
	fputs("Kernel helpers\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(helpers); i++)
		fprintf(out, "  %s: %s\n", helpers[i].name,
			yes(libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, helpers[i].id, NULL) > 0));
	fprintf(out, "\nKernel features\n  Instruction limit: %d\n", instruction_limit());
	for (int f = 0; f < FEATURE_COUNT; f++)
		if (!is_probe_type((enum feature)f))
			fprintf(out, "  %s: %s\n", feature_text((enum feature)f), yes(feature((enum feature)f)));
	fputs("\nProbe types\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(probe_types); i++)
		fprintf(out, "  %s: %s\n", feature_text(probe_types[i]), yes(feature(probe_types[i])));
}
