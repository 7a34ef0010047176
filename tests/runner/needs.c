/* What the machine has of what tests need. */
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runner.h"

static bool readable(const char *path)
{
	char c;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	ssize_t n = read(fd, &c, 1);
	close(fd);
	return n == 1;
}

static bool has_pmu(const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", name);
	return readable(path);
}

static bool has_symbol(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	char line[512], symbol[256];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*s %*s %255s", symbol) == 1 && !strcmp(symbol, name);
	if (f)
		fclose(f);
	return found;
}

static bool has_command(const char *name)
{
	const char *path = getenv("PATH");
	char file[4096];

	while (path && *path) {
		size_t n = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)n, path, name);
		if (!access(file, X_OK))
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

/* May we use bpf(2)?  A map of one entry is made to see. */
static bool has_bpf(const char *unused)
{
	(void)unused;

	union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
	long fd = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

	if (fd >= 0)
		close((int)fd);
	return fd >= 0 && geteuid() == 0;
}

/* systemd mounts it; where there is none we do. */
static bool has_tracefs(const char *unused)
{
	static const char events[] = "/sys/kernel/tracing/available_events";

	(void)unused;
	return readable(events) || (!mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) && readable(events));
}

static bool has_machine(const char *name)
{
	struct utsname u;

	return !uname(&u) && !strcmp(u.machine, name);
}

static bool has_file(const char *path)
{
	return !access(path, R_OK);
}

static bool is_root(const char *unused)
{
	(void)unused;
	return geteuid() == 0;
}

static bool in_guest(const char *unused)
{
	(void)unused;
	return getenv("PROBE_GUEST") != NULL;
}

static bool on_host(const char *unused)
{
	return !in_guest(unused);
}

/*
 * What a test may need: who tells whether it is there, and what he is asked.
 * Of a name that ends in ':', the rest is what is asked for.
 */
static const struct need {
	const char *name;
	bool (*has)(const char *arg);
	const char *arg;
} needs[] = {
	{"cmd:", has_command, NULL},
	{"path:", has_file, NULL},
	{"symbol:", has_symbol, NULL},
	{"bpf", has_bpf, NULL},
	{"btf", readable, "/sys/kernel/btf/vmlinux"},
	{"tracefs", has_tracefs, NULL},
	{"kprobe", has_pmu, "kprobe"},
	{"kretprobe", has_pmu, "kprobe"},
	{"uprobe", has_pmu, "uprobe"},
	{"uretprobe", has_pmu, "uprobe"},
	{"usdt", has_pmu, "uprobe"},
	{"hardware", has_pmu, "cpu"},
	{"watchpoint", has_pmu, "breakpoint"},
	/* trampolines go where ftrace can */
	{"fentry", readable, "/sys/kernel/tracing/available_filter_functions"},
	{"fexit", readable, "/sys/kernel/tracing/available_filter_functions"},
	{"fprobe", has_symbol, "register_fprobe_ips"},
	{"kprobe_multi", has_symbol, "register_fprobe_ips"},
	{"kprobe_session", has_symbol, "bpf_session_is_return"},
	{"uprobe_multi", has_symbol, "bpf_uprobe_multi_link_attach"},
	{"x86_64", has_machine, "x86_64"},
	{"arm64", has_machine, "aarch64"},
	{"aarch64", has_machine, "aarch64"},
	{"root", is_root, NULL},
	{"guest", in_guest, NULL},
	{"host", on_host, NULL},
};

static enum feature find_feature(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		const struct need *n = &needs[i];
		size_t len = strlen(n->name);

		if (n->name[len - 1] == ':' ? starts_with(name, n->name) : !strcmp(name, n->name))
			return n->has(n->arg ? n->arg : name + len) ? PRESENT : ABSENT;
	}
	return UNKNOWN;
}

enum feature feature(const char *name)
{
	static struct {
		char *name;
		enum feature has;
	} known[200];
	static size_t count;

	for (size_t i = 0; i < count; i++)
		if (!strcmp(known[i].name, name))
			return known[i].has;
	enum feature has = find_feature(name);
	if (count < ARRAY_SIZE(known)) {
		known[count].name = check_alloc(strdup(name));
		known[count++].has = has;
	}
	return has;
}
