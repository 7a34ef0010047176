/* The image into the kernel. */
#include "runtime/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* libbpf's messages are kept; they are shown with -v, or summed up when something fails */
static struct buf said;
static bool aloud;

static int keep(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char *text; /* of any length: a verifier log is one message */

	if (level == LIBBPF_DEBUG || vasprintf(&text, fmt, args) < 0)
		return 0;
	if (aloud)
		fputs(text, stderr);
	buf_puts(&said, text);
	free(text);
	return 0;
}

struct bpf_map *rt_map(struct rt *rt, const char *name)
{
	return bpf_object__find_map_by_name(rt->object, name);
}

struct bpf_program *rt_program(struct rt *rt, const struct image_clause *c)
{
	return bpf_object__find_program_by_name(rt->object, c->program);
}

/* links for many functions: the program must say so before it is loaded */
static void choose_links(struct rt *rt)
{
	for (size_t i = 0; i < rt->im->nclauses; i++) {
		const struct image_clause *c = &rt->im->clauses[i];
		struct bpf_program *p = rt_program(rt, c);
		bool user = c->kind == ATTACH_uprobe || c->kind == ATTACH_uretprobe,
		     many = c->kind == ATTACH_usdt || (user && c->nattaches > 1);
		bool kprobe = (c->kind == ATTACH_kprobe || c->kind == ATTACH_kretprobe) && c->nattaches > 1;

		for (size_t j = 0; j < c->nattaches; j++)
			kprobe &= attach_by_function(&c->attaches[j]);
		if (p && c->sleepable && rt->params.sleepable)
			bpf_program__set_flags(p, bpf_program__flags(p) | BPF_F_SLEEPABLE);
		if (p && c->session)
			bpf_program__set_expected_attach_type(p, user ? UPROBE_SESSION : KPROBE_SESSION);
		else if (p && many && feature(FEATURE_uprobe_multi))
			bpf_program__set_expected_attach_type(p, UPROBE_MULTI);
		else if (p && kprobe && feature(FEATURE_kprobe_multi))
			bpf_program__set_expected_attach_type(p, KPROBE_MULTI);
	}
}

/* what a library has besides functions is not ours to run */
static void leave_others(struct rt *rt)
{
	struct bpf_program *p;

	bpf_object__for_each_program (p, rt->object) {
		bool ours = false;

		for (size_t i = 0; i < rt->im->nclauses && !ours; i++)
			ours = str_eq(rt->im->clauses[i].program, bpf_program__name(p));
		if (!ours)
			bpf_program__set_autoload(p, false);
	}
}

#define RING_LEAST (256u << 10) /* bytes, of a size that nobody asked for */
#define RING_MOST (16u << 20)
#define RING_LIMIT (1u << 30) /* the kernel has no larger ones */

/* a power of two of whole pages.  A large ring costs: 16 MiB take 6 ms to make, and are resident twice. */
static uint32_t ring_bytes(struct rt *rt)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), wanted = (uint64_t)rt_setting(rt, "perf_rb_pages", 0) * page,
		 bytes = page, few = 0;
	bool often = false;

	for (size_t i = 0; i < rt->im->nevents; i++) {
		often |= rt->im->events[i].often;
		few += 8 * rt->im->events[i].size;
	}
	if (!wanted) { /* a thousandth of what is free; room for a few of each where all are seldom */
		wanted = often ? (uint64_t)sysconf(_SC_AVPHYS_PAGES) / 1024 * page : few;
		wanted = wanted < RING_LEAST ? RING_LEAST : wanted > RING_MOST ? RING_MOST : wanted;
	}
	while (bytes < wanted && bytes < RING_LIMIT)
		bytes *= 2;
	return (uint32_t)bytes;
}

#define VALUES_MOST (32u << 20) /* bytes of a map's values, those of all CPUs */

/*
 * Large values of hashes are made when a key appears.  Of those per CPU the
 * kernel makes a few at a time, and a burst of new keys would lose updates:
 * where this machine has not too many CPUs, all are made at the start.
 */
static void preallocate(struct rt *rt)
{
	uint64_t cpus = (uint64_t)libbpf_num_possible_cpus();
	struct bpf_map *m;

	bpf_object__for_each_map (m, rt->object) {
		uint64_t value = bpf_map__value_size(m);

		if (bpf_map__type(m) == BPF_MAP_TYPE_PERCPU_HASH && value > PREALLOCATED_VALUE &&
		    value * cpus * bpf_map__max_entries(m) <= VALUES_MOST)
			bpf_map__set_map_flags(m, bpf_map__map_flags(m) & ~BPF_F_NO_PREALLOC);
	}
}

static void set_params(struct rt *rt)
{
	struct image_params *p = &rt->params;
	struct timespec boot, tai, real;
	struct stat ns;
	struct bpf_map *m;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_TAI, &tai);
	p->start = (uint64_t)boot.tv_sec * 1000000000 + (uint64_t)boot.tv_nsec;
	clock_gettime(CLOCK_REALTIME, &real);
	p->wall_offset = (uint64_t)real.tv_sec * 1000000000 + (uint64_t)real.tv_nsec - p->start;
	p->tai_offset = (uint64_t)tai.tv_sec * 1000000000 + (uint64_t)tai.tv_nsec - p->start;
	p->target_pid = (uint32_t)rt->options->pid;
	p->self_pid = (uint32_t)getpid();
	p->sleepable = image_sleeps(rt->im) && !rt->options->no_sleep && feature(FEATURE_sleepable_uprobe);
	p->ncpus = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
	/* the initial PID namespace has this inode number for ever: no translation needed */
	if (!stat("/proc/self/ns/pid", &ns) && ns.st_ino != 0xEFFFFFFC) {
		p->pidns_dev = ns.st_dev;
		p->pidns_ino = ns.st_ino;
	}
	m = rt_map(rt, ".rodata.params");
	if (m)
		bpf_map__set_initial_value(m, p, sizeof(*p));
}

static void fill_names(struct rt *rt)
{
	struct bpf_map *m = rt_map(rt, "names");
	uint32_t key = 0;
	char *value;

	if (!m)
		return;
	value = xcalloc(1, bpf_map__value_size(m) + 8);
	for (size_t i = 0; i < rt->im->nclauses; i++)
		for (size_t j = 0; j < rt->im->clauses[i].nattaches; j++, key++) {
			memset(value, 0, bpf_map__value_size(m));
			snprintf(value, bpf_map__value_size(m), "%s", rt->im->clauses[i].attaches[j].name);
			bpf_map_update_elem(bpf_map__fd(m), &key, value, BPF_ANY);
		}
	free(value);
}

static int refused(struct rt *rt, int err, const char *log)
{
	if (rt->options->may_retry && err != -EPERM)
		return RUN_REFUSED;
	for (size_t i = 0; i < rt->im->nclauses; i++) {
		char failed[300];

		snprintf(failed, sizeof(failed), "prog '%s': BPF program load failed", rt->im->clauses[i].program);
		if (!said.data || !strstr(said.data, failed))
			continue;
		if (rt->options->verbose)
			fputs(log, stderr);
		verifier_explain(rt, &rt->im->clauses[i], err, log);
		return 255;
	}
	fail(err, "cannot load the program into the kernel");
	if (!rt->options->verbose && said.data && err != -EMFILE)
		fputs(said.data, stderr);
	return 255;
}

/* -v: by which bpftool and others find our programs */
static void print_ids(struct rt *rt)
{
	struct bpf_prog_info info;
	struct bpf_program *p;

	bpf_object__for_each_program (p, rt->object) {
		uint32_t len = sizeof(info);

		memset(&info, 0, sizeof(info));
		if (!bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &len))
			fprintf(stderr, "Program ID: %u\n", info.id);
	}
}

/* a data section into our memory; NULL: there is none, or it is smaller than that */
static void *map_section(struct rt *rt, const char *name, size_t least, size_t *size)
{
	struct bpf_map *m = rt_map(rt, name);
	void *p;

	if (!m || bpf_map__value_size(m) < least) {
		errno = EINVAL;
		return NULL;
	}
	*size = bpf_map__value_size(m);
	p = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(m), 0);
	return p == MAP_FAILED ? NULL : p;
}

static int map_state(struct rt *rt)
{
	size_t size;

	rt->state = map_section(rt, ".data.state", sizeof(*rt->state), &size);
	if (!rt->state) {
		fail(-errno, "cannot run this image: its .data.state cannot be mapped");
		return 255;
	}
	rt->pairs = map_section(rt, ".data.pairs", sizeof(*rt->pairs), &size);
	rt->npairs = rt->pairs ? size / sizeof(*rt->pairs) : 0;
	return 0;
}

size_t rt_program_index(struct rt *rt, const struct bpf_program *program)
{
	struct bpf_program *p;
	size_t i = 0;

	bpf_object__for_each_program (p, rt->object) {
		if (p == program)
			break;
		i++;
	}
	return i;
}

/* before libbpf adds the functions that a program calls */
static void count_insns(struct rt *rt)
{
	struct bpf_program *p;
	size_t n = 0;

	bpf_object__for_each_program (p, rt->object)
		n++;
	rt->own_insns = arena_alloc(rt->arena, (n + 1) * sizeof(*rt->own_insns));
	n = 0;
	bpf_object__for_each_program (p, rt->object)
		rt->own_insns[n++] = (uint32_t)bpf_program__insn_cnt(p);
}

/* fentry:bpf:... : the verifier wants to know the program that ours traces; fds of those, by clause, or -1 */
static int open_traced(struct rt *rt, int *fds)
{
	int status = 0;

	for (size_t i = 0; i < rt->im->nclauses; i++) {
		const struct image_clause *c = &rt->im->clauses[i];
		struct bpf_program *p = rt_program(rt, c);

		fds[i] = -1;
		if (status || !p || !c->nattaches || (c->kind != ATTACH_fentry && c->kind != ATTACH_fexit) ||
		    !str_eq(c->attaches[0].target, ATTACH_BPF))
			continue;
		fds[i] = bpf_prog_get_fd_by_id((uint32_t)c->attaches[0].config);
		if (fds[i] >= 0 && !bpf_program__set_attach_target(p, fds[i], c->attaches[0].symbol))
			continue;
		status = leave_out(rt, i, "the program does not run any more");
	}
	return status;
}

static void close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/*
 * An image for this kernel knows the ids that fentry programs and their like
 * are attached to.  libbpf reads all of the kernel's BTF, 10 ms and 10 MiB,
 * as soon as there is a program of type tracing: it becomes one only now.
 */
static int place_program(struct bpf_program *p, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct image *im = (const struct image *)cookie;

	for (size_t i = 0; i < im->nclauses; i++)
		if (str_eq(im->clauses[i].program, bpf_program__name(p)))
			opts->attach_btf_id = (uint32_t)im->clauses[i].btf;
	return bpf_program__set_type(p, BPF_PROG_TYPE_TRACING);
}

static bool is_placed(const struct image_clause *c)
{
	switch ((int)c->kind) {
	case ATTACH_sys_enter:
	case ATTACH_sys_exit:
	case ATTACH_rawtracepoint:
	case ATTACH_fentry:
	case ATTACH_fexit:
		return c->btf != 0;
	}
	return true;
}

static const struct {
	const char *sections;
	enum bpf_attach_type type;
} placed[] = {{"tp_btf+", BPF_TRACE_RAW_TP}, {"fentry+", BPF_TRACE_FENTRY}, {"fexit+", BPF_TRACE_FEXIT}};

static void take_places(struct rt *rt, int *handlers)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)rt->im, .prog_prepare_load_fn = place_program);
	static int kept; /* libbpf 1.1 frees its list with the last handler, and goes on using it */

	rt->placed = !rt->im->portable;
	for (size_t i = 0; i < rt->im->nclauses; i++)
		rt->placed &= is_placed(&rt->im->clauses[i]);
	if (rt->placed && !kept)
		kept = libbpf_register_prog_handler("probe.none", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(placed); i++)
		handlers[i] = rt->placed
				      ? libbpf_register_prog_handler(placed[i].sections, BPF_PROG_TYPE_RAW_TRACEPOINT,
								     placed[i].type, &opts)
				      : -1;
}

static void forget_places(const int *handlers)
{
	for (size_t i = 0; i < ARRAY_SIZE(placed); i++)
		if (handlers[i] >= 0)
			libbpf_unregister_prog_handler(handlers[i]);
}

#define LOG_LEAST 65536 /* bytes of the verifier's log, of which newer kernels (6.4) keep the end */

static int load(struct rt *rt, const void *image, size_t len)
{
	uint64_t log_size = (uint64_t)rt_setting(rt, "log_size", 1000000);
	char *log = arena_alloc(rt->arena, log_size < LOG_LEAST ? LOG_LEAST : log_size);
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "probe", .kernel_log_buf = log,
		    .kernel_log_size = log_size < LOG_LEAST ? LOG_LEAST : log_size);
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	struct bpf_map *ring;
	int err, status, *traced;

	aloud = rt->options->verbose && !rt->options->may_retry;
	buf_reset(&said);
	rt->image = image;
	rt->image_len = len;
	libbpf_set_print(keep);
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	err = libbpf_num_possible_cpus();
	if (err < 0) {
		fail(err, "cannot tell how many CPUs there may be (/sys must be mounted)");
		return 1;
	}
	rt->object = bpf_object__open_mem(image, len, &opts);
	if (!rt->object) {
		fail(-errno, "cannot read the image");
		return 1;
	}
	if (!rt_verify(rt))
		return 1;
	ring = rt_map(rt, "ring");
	if (ring)
		bpf_map__set_max_entries(ring, ring_bytes(rt));
	rt->ring_size = ring ? bpf_map__max_entries(ring) : 0;
	preallocate(rt);
	maps_take(rt);
	set_params(rt);
	if (params_set(rt))
		return 1;
	choose_links(rt);
	leave_others(rt);
	err = leave_missing(rt);
	if (err)
		return err;
	enums_fit(rt);
	rt_btf_done(rt);
	err = usdt_find(rt);
	if (err)
		return err;
	unwind_prepare(rt);
	count_insns(rt);
	traced = arena_alloc(rt->arena, (rt->im->nclauses + 1) * sizeof(*traced));
	status = open_traced(rt, traced);
	err = status ? 0 : bpf_object__load(rt->object);
	close_all(traced, rt->im->nclauses);
	if (status)
		return status;
	if (err)
		return refused(rt, err, log);
	err = map_state(rt);
	if (err)
		return err;
	if (rt->options->verbose)
		print_ids(rt);
	fill_names(rt);
	usdt_fill(rt);
	unwind_fill(rt);
	err = packets_open(rt);
	if (err)
		return err;
	if (!ring)
		return 0;
	rt->ring = ring_new(bpf_map__fd(ring), rt->ring_size);
	if (!rt->ring) {
		fail(-errno, "cannot read the ring buffer");
		return 255;
	}
	return 0;
}

int rt_load(struct rt *rt, const void *image, size_t len)
{
	int handlers[ARRAY_SIZE(placed)], status;

	take_places(rt, handlers);
	status = load(rt, image, len);
	forget_places(handlers);
	return status;
}
