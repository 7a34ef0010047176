/* Functions of the kernel. */
#include "runtime/attach.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PMU "/sys/bus/event_source/devices/kprobe/"

int read_number(const char *path, const char *format)
{
	FILE *f = fopen(path, "re");
	int n;

	if (!f)
		return -errno;
	if (fscanf(f, format, &n) != 1)
		n = -EINVAL;
	fclose(f);
	return n;
}

/* a perf event of the kprobe PMU: at name+offset, or where there is no name at address */
static int kprobe_open(const char *name, uint64_t offset, bool on_return)
{
	static int type, bit;
	struct perf_event_attr attr = {0};

	if (!type) {
		type = read_number(PMU "type", "%d");
		bit = read_number(PMU "format/retprobe", "config:%d");
	}
	if (type < 0)
		return -EOPNOTSUPP;
	attr.type = (uint32_t)type;
	attr.config = on_return ? 1ull << bit : 0;
	attr.kprobe_func = (uint64_t)(uintptr_t)name;
	attr.probe_offset = offset; /* or kprobe_addr */
	return perf_open(&attr, -1, 0);
}

struct namesakes {
	struct rt *rt;
	struct bpf_program *program;
	const struct image_attach *attach;
	uint64_t cookie;
	int err;
};

static void attach_namesake(const char *module, const char *function, uint64_t address, void *arg)
{
	struct namesakes *s = arg;
	const struct image_attach *a = s->attach;

	if (!str_eq(function, a->symbol) || (a->target_len && !str_eq(module, a->target)))
		return;
	if (s->err && s->err != -EADDRNOTAVAIL)
		return;
	s->err = perf_attach(s->rt, s->program, kprobe_open(NULL, address + a->offset, a->kind == ATTACH_kretprobe),
			     s->cookie);
}

int attach_kprobe(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	bool on_return = a->kind == ATTACH_kretprobe, module = a->target_len && !str_eq(a->target, "vmlinux");
	struct namesakes s = {rt, p, a, cookie, -EADDRNOTAVAIL};
	char name[256];
	int fd;

	if (!a->symbol_len)
		return perf_attach(rt, p, kprobe_open(NULL, a->offset, on_return), cookie);
	snprintf(name, sizeof(name), "%s%s%s", module ? a->target : "", module ? ":" : "", a->symbol);
	fd = kprobe_open(name, a->offset, on_return);
	if (fd != -EADDRNOTAVAIL)
		return perf_attach(rt, p, fd, cookie);
	kallsyms_each(attach_namesake, &s); /* several have that name (6.6): all of them */
	return s.err;
}

const char *kprobe_reason(const struct image_attach *a, int err)
{
	if (kprobe_forbidden(a->symbol))
		return "it is on the kernel's blacklist of kprobes";
	switch (-err) {
	case ENOENT:
		return "the kernel has no such function";
	case EADDRNOTAVAIL:
		return "several functions have that name, and their addresses are hidden (kptr_restrict)";
	case EILSEQ:
		return "the offset is not where an instruction begins";
	case EINVAL:
		return a->offset
			       ? "the offset is not inside the function, or tracing is not allowed there (\"notrace\")"
			       : "tracing it is not allowed (\"notrace\")";
	}
	return strerror(-err);
}

/* kprobe_multi and its sessions: one link, as bpf_link_create() of libbpf 1.1 does not make for the latter */
static int link_many(struct rt *rt, struct bpf_program *p, const struct image_attach *list, size_t n, uint64_t cookie)
{
	enum bpf_attach_type type = bpf_program__expected_attach_type(p);
	const char **symbols = xcalloc(n, sizeof(*symbols));
	uint64_t *cookies = xcalloc(n, sizeof(*cookies));
	union bpf_attr attr = {0};
	int fd;

	for (size_t i = 0; i < n; i++) {
		symbols[i] = list[i].symbol;
		cookies[i] = cookie + i;
	}
	attr.link_create.prog_fd = (uint32_t)bpf_program__fd(p);
	attr.link_create.attach_type = type;
	attr.link_create.kprobe_multi.flags =
		type == KPROBE_MULTI && list[0].kind == ATTACH_kretprobe ? BPF_F_KPROBE_MULTI_RETURN : 0;
	attr.link_create.kprobe_multi.syms = (uint64_t)symbols;
	attr.link_create.kprobe_multi.cookies = (uint64_t)cookies;
	attr.link_create.kprobe_multi.cnt = (uint32_t)n;
	fd = (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	if (fd < 0)
		fd = -errno;
	else
		attach_keep(rt, fd);
	free(symbols);
	free(cookies);
	return fd < 0 ? fd : 0;
}

static void attach_some(struct rt *rt, struct bpf_program *p, const struct image_clause *c, size_t from, size_t n,
			uint64_t cookie)
{
	int err = rt->attach_status ? 0 : link_many(rt, p, &c->attaches[from], n, cookie + from);

	if (err && n > 1) { /* one of them is refused: find it */
		attach_some(rt, p, c, from, n / 2, cookie);
		attach_some(rt, p, c, from + n / 2, n - n / 2, cookie);
		return;
	}
	for (size_t i = from; i < from + n; i++)
		attach_done(rt, c, &c->attaches[i], attach_reason(&c->attaches[i], err));
}

void attach_kprobes(struct rt *rt, struct bpf_program *p, const struct image_clause *c, uint64_t cookie)
{
	attach_some(rt, p, c, 0, c->nattaches, cookie);
}

/* fentry, fexit, raw tracepoints: the kernel knows from the program */
int attach_btf(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	int fd = bpf_raw_tracepoint_open(NULL, bpf_program__fd(p));

	(void)a;
	(void)cookie;
	if (fd >= 0)
		attach_keep(rt, fd);
	return fd < 0 ? fd : 0;
}
