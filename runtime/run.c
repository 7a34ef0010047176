/* The life of a run: load, begin, attach, read until something ends it, end, print. */
#include "runtime/rt.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIGNALS_NS 50000000 /* signals are looked at that often, however much there is to print */
#define LOOK_MS 20 /* how often the ring is looked at when nobody wakes us, at least */

static void watch_signals(struct rt *rt)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	rt->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	rt->self_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

#define TWICE_NS 250000000 /* timeout(1) sends its signal twice, to the process and to its group: that is one */

static uint64_t first_signal;

static void on_second(int sig)
{
	if (coarse_ns() - first_signal < TWICE_NS)
		return;
	signal(sig, SIG_DFL);
	raise(sig);
}

/* a second Ctrl-C or SIGTERM ends us at once */
static void let_signals_kill(void)
{
	struct sigaction act = {.sa_handler = on_second, .sa_flags = SA_RESTART};
	sigset_t set;

	first_signal = coarse_ns();
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* nothing but begin, end and what is for another mode: then it ends by itself (P-075) */
static bool only_special(const struct image *im)
{
	for (size_t i = 0; i < im->nclauses; i++) {
		uint64_t kind = im->clauses[i].kind;

		if (kind != ATTACH_begin && kind != ATTACH_end && kind != ATTACH_test && kind != ATTACH_bench)
			return false;
	}
	return true;
}

static bool only_for(const struct image *im, enum attach_kind kind)
{
	for (size_t i = 0; i < im->nclauses; i++)
		if (im->clauses[i].kind != kind)
			return false;
	return true;
}

/* The next look is when an eighth of the ring may be there; of what begins now nobody knows how much it is. */
static void plan_look(struct rt *rt, size_t got, bool begins)
{
	if (!got)
		rt->look_ms = LOOK_MS;
	else if (begins)
		rt->look_ms = 1;
	else if (got > rt->ring_size / 8)
		rt->look_ms /= 2;
	else if (got < rt->ring_size / 32)
		rt->look_ms = rt->look_ms ? rt->look_ms * 2 : 1;
	if (rt->look_ms > LOOK_MS)
		rt->look_ms = LOOK_MS;
}

/*
 * All that is in the ring now.  What comes meanwhile waits, so that whoever
 * fires events without pause cannot keep us here.  false: the time was up
 * before that.
 */
static bool drain_for(struct rt *rt, uint64_t ns)
{
	bool quiet = rt->budget == (int64_t)rt->ring_size; /* nothing came since we looked last */

	symbols_follow(rt->symbols);
	rt->budget = (int64_t)rt->ring_size;
	rt->drain_until = ns ? coarse_ns() + ns : UINT64_MAX;
	packets_read(rt);
	if (rt->ring)
		plan_look(rt, ring_read(rt->ring, rt_event, rt, rt->tty), quiet);
	output_settle(rt);
	return rt->budget > 0 || coarse_ns() < rt->drain_until;
}

void rt_drain(struct rt *rt)
{
	drain_for(rt, 0);
}

static bool has_kind(const struct image *im, enum attach_kind kind)
{
	for (size_t i = 0; i < im->nclauses; i++)
		if (im->clauses[i].kind == kind)
			return true;
	return false;
}

/* those that came; taken, so that they do not strike when unblocked */
static void take_signals(struct rt *rt)
{
	struct signalfd_siginfo taken;

	while (read(rt->signal_fd, &taken, sizeof(taken)) > 0)
		rt->interrupted = true;
}

static void on_sigusr1(struct rt *rt)
{
	struct signalfd_siginfo taken;

	while (read(rt->self_fd, &taken, sizeof(taken)) > 0) {
		if (has_kind(rt->im, ATTACH_self))
			rt_run_special(rt, ATTACH_self);
		else
			ledger_print(rt);
	}
	rt_drain(rt);
}

bool rt_interrupted(struct rt *rt)
{
	take_signals(rt);
	return rt->exiting || rt->interrupted;
}

#define LEDGER_LOOKS 50 /* the ledger is looked at once a second */

static void watch(struct rt *rt)
{
	unsigned looks = 0;
	struct pollfd fds[] = {
		{.fd = rt->signal_fd, .events = POLLIN},
		{.fd = rt->child_fd, .events = POLLIN},
		{.events = POLLIN}, /* the ring */
		{.fd = rt->self_fd, .events = POLLIN},
		{.fd = rt->out}, /* a pipe that nobody reads any more is an error */
		{.fd = packets_fd(rt), .events = POLLIN},
	};

	bool stopped, in_time = true;

	while (!rt->exiting && !rt->write_error) {
		fds[2].fd = ring_fd(rt->ring);
		if (poll(fds, ARRAY_SIZE(fds), in_time ? rt->look_ms : 0) < 0 && errno != EINTR)
			break;
		stopped = rt->state->stopped; /* the event that says so is lost if the ring is full */
		in_time = drain_for(rt, SIGNALS_NS);
		if (stopped && in_time)
			break;
		if (fds[3].revents)
			on_sigusr1(rt);
		cpus_watch(rt);
		if (looks < LEDGER_LOOKS || looks % LEDGER_LOOKS == 0) /* libraries are mapped early */
			unwind_follow(rt);
		if (++looks % LEDGER_LOOKS == 0)
			ledger_watch(rt);
		if (rt_interrupted(rt) || fds[4].revents & POLLERR)
			break;
		if (fds[1].revents) {
			rt->child_ended = true;
			break;
		}
	}
}

static int finish(struct rt *rt)
{
	bool lost;
	int status;

	notify("STOPPING=1");
	let_signals_kill();
	rt->leaving = coarse_ns();
	rt->state->stopped = 1; /* detaching is slow, and comes when all is printed */
	rt_drain(rt);
	rt->exiting = true;
	rt_drain(rt);
	rt->ending = true;
	status = rt_run_special(rt, ATTACH_end);
	rt_drain(rt);
	if (!status && !rt->options->dry_run) {
		if (!json(rt))
			output_text(rt, "\n\n", 2);
		if (rt_setting(rt, "print_maps_on_exit", 1))
			maps_print_all(rt);
	}
	output_flush(rt);
	lost = ledger_print(rt);
	if (!status && !rt->state->status && lost && rt->options->strict)
		status = 1;
	return status;
}

/* may there be a run at all, of what the script has? */
static int has_work(struct rt *rt)
{
	enum attach_kind other;

	if (rt->options->mode != MODE_trace) {
		if (suite_has(rt))
			return 0;
		fprintf(stderr, "ERROR: the script has no %s probes\n",
			rt->options->mode == MODE_test ? "test" : "bench");
		return 1;
	}
	for (other = ATTACH_test; other <= ATTACH_bench; other++)
		if (only_for(rt->im, other)) {
			fprintf(stderr, "ERROR: No probes attached; use --%s to run %s probes.\n",
				attach_kind_name(other), attach_kind_name(other));
			return 255;
		}
	return 0;
}

static int trace(struct rt *rt)
{
	int status = rt->options->dry_run ? 0 : rt_run_special(rt, ATTACH_begin);

	if (status)
		return status;
	rt_drain(rt);
	status = rt_attach(rt);
	if (status)
		return status;
	if (rt->options->dry_run || rt->pinned)
		return 0;
	privileges_drop(rt);
	rt_drain(rt);
	if (!rt->exiting && rt_interrupted(rt))
		return finish(rt);
	if (rt->options->mode != MODE_trace) {
		status = suite_run(rt);
		rt_run_special(rt, ATTACH_end);
		rt_drain(rt);
		return status;
	}
	if (!rt->options->quiet && json(rt))
		json_attached(rt);
	else if (!rt->options->quiet)
		fprintf(stderr, "Attached %u probe%s\n", rt->attached, rt->attached == 1 ? "" : "s");
	symbols_scan(rt->symbols, rt->options->pid);
	notify("READY=1");
	if (getenv("__BPFTRACE_NOTIFY_PROBES_ATTACHED")) {
		output_flush(rt);
		puts("__BPFTRACE_NOTIFY_PROBES_ATTACHED");
		fflush(stdout);
	}
	if (!rt->exiting)
		child_run(rt);
	if (rt->iter_fd >= 0 && !rt->exiting)
		iter_run(rt);
	else if (!only_special(rt->im))
		watch(rt);
	return finish(rt);
}

bool process_ended(const struct rt *rt)
{
	struct pollfd fd = {.fd = rt->child_fd, .events = POLLIN};

	return rt->child_fd >= 0 && poll(&fd, 1, 0) > 0;
}

static int watch_pid(struct rt *rt)
{
	rt->child_fd = (int)syscall(SYS_pidfd_open, rt->options->pid, 0);
	if (rt->child_fd >= 0)
		return 0;
	fprintf(stderr, "ERROR: Failed to attach to pid: %d: %s\n", rt->options->pid, strerror(errno));
	return 1;
}

#define OLDEST_KERNEL (5 << 16 | 15 << 8)

static void tell_old(void)
{
	int64_t version;

	if (!kernel_constant_value("LINUX_KERNEL_VERSION", &version) && version < OLDEST_KERNEL)
		warn("this kernel is older than Linux 5.15, the oldest that is supported: what it lacks is done without, or refused");
}

int run(const void *image, size_t len, const struct run_options *o)
{
	struct rt rt = {.options = o,
			.arena = arena_new(),
			.child_go = -1,
			.child_fd = -1,
			.signal_fd = -1,
			.iter_fd = -1,
			.self_fd = -1};
	const char *why;
	int status = 1, exited = 0, child, written;

	if (o->no_warnings)
		warn_never();
	rt.im = image_read(rt.arena, image, len, &why);
	if (!rt.im) {
		fprintf(stderr, "ERROR: cannot run this image: %s\n", why);
		goto out;
	}
	if (!rt.im->nclauses) {
		if (!o->quiet)
			puts("No probes to attach");
		goto out;
	}
	status = has_work(&rt);
	if (status)
		goto out;
	status = 1;
	rt.held = arena_alloc(rt.arena, rt.im->nmaps + 1);
	rt.zeroed = arena_alloc(rt.arena, rt.im->nmaps + 1);
	rt.colour = colour_wanted();
	cpus_follow(rt.arena, &rt.cpus);
	rt.symbols = symbols_new(&rt);
	if (output_open(&rt))
		goto out;
	watch_signals(&rt);
	tell_old();
	status = o->command ? child_start(&rt) : o->pid ? watch_pid(&rt) : 0;
	if (!status)
		status = rt_load(&rt, image, len);
	if (!status)
		status = trace(&rt);
	if (!status && rt.state)
		exited = (int)rt.state->status & 255;
	child = child_end(&rt);
	packets_close(&rt);
	written = output_close(&rt);
	if (!status)
		status = exited ? exited : written ? written : child;
	rt_detach(&rt);
	ring_free(rt.ring);
	rt_btf_done(&rt); /* where loading stopped half-way */
	bpf_object__close(rt.object);
out:
	unwind_free(&rt);
	symbols_free(rt.symbols);
	free(rt.usdt);
	free(rt.watches);
	buf_free(&rt.line);
	arena_free(rt.arena);
	return status;
}
