/* What the files of the runtime share. */
#ifndef PROBE_RUNTIME_RT_H
#define PROBE_RUNTIME_RT_H

#include "image/image.h"
#include "kernel/kernel.h"
#include "lang/lang.h"
#include "runtime/runtime.h"

#include <sys/types.h>

struct bpf_object;
struct bpf_link;
struct bpf_map;
struct bpf_program;
struct symbols;
struct ring;

struct rt {
	const struct run_options *options;
	struct arena *arena;
	const struct image *im;
	const void *image; /* as it was given */
	size_t image_len;
	uint32_t *own_insns; /* by program of the object, without the functions it calls */
	struct bpf_object *object;
	struct btf *btf; /* the kernel's, while the image is loaded */
	bool placed; /* libbpf is told where in it the places are that programs are attached to */
	struct ring *ring;
	uint64_t ring_size; /* bytes */
	uint64_t drain_until; /* coarse_ns() at which drain_for() returns */
	int64_t budget; /* of them, to be read before drain() returns */
	int look_ms; /* until the ring is looked at again, if nobody wakes us */
	struct symbols *symbols;
	struct packets *packets; /* of skboutput(); NULL: it is not used */
	struct unwind *unwind; /* tables of dw_ustack(); NULL: it is not used */
	struct image_params params;
	struct image_pair *pairs; /* likewise */
	size_t npairs;
	volatile struct image_state *state; /* shared with the programs; once loaded */
	int out; /* the script's output */
	struct buf gathered; /* for out */
	struct buf line; /* text being made */
	bool colour; /* of warnings and errors */
	bool tty; /* out is a terminal: control characters of what was traced are escaped */
	struct usdt_entry **usdt; /* places of usdt probes, see attach.h */
	size_t nusdt;
	struct function_text **functions; /* of func.c: a list for each attach point */
	int *links; /* what holds the programs where they are attached */
	size_t nlinks;
	bool *absent; /* by clause: not loaded, its attach point is missing here */
	bool *live; /* by clause: attached, to one point at least */
	struct refusal *refusals; /* of points that may be alternatives: refusals_settle() */
	struct watch *watches; /* watchpoints that can be taken away again */
	size_t nwatches;
	unsigned attached; /* points, for the banner */
	/* points of the clause being attached that a wildcard matched and the kernel would not have */
	unsigned refused;
	struct { /* the file of the latest uprobe: the next one is mostly there, too */
		const char *path;
		struct elf_file *file; /* NULL: err says why */
		int err;
	} target;
	int attach_status; /* of a point that must be there and is not: the exit status */
	pid_t child;
	const char *child_path; /* of its program */
	int child_go; /* written to, the child goes on to exec */
	int child_fd, signal_fd; /* pidfd of -c or -p; or -1 */
	bool child_ended; /* the program of -c, by itself, and the trace with it */
	bool interrupted; /* by a signal that ends us */
	bool exiting; /* exit() was called: events after it are dropped */
	/* coarse_ns() since when what was issued before the end is printed; 0: not yet, or that was said */
	uint64_t leaving;
	int iter_fd; /* of an iter, or -1 */
	bool pinned; /* an iter stays when we go: there is nothing else to do */
	int self_fd; /* signals that self probes run on */
	unsigned errors; /* that the script said: errorf() */
	bool holding; /* output is kept in `gathered` */
	bool ending; /* end programs run: their events count */
	int write_error; /* -errno of the first failed write */
	uint64_t losses[LOSS_COUNT]; /* what the runtime itself counted */
	uint64_t events_lost; /* as said last */
	struct sampler *samplers; /* perf events that may be throttled */
	size_t nsamplers;
	/* clocks, counters and watchpoints of the kernel, which follow the CPUs that are online */
	struct sampled *sampled;
	size_t nsampled;
	struct cpus cpus; /* online, when last looked at */
	uint64_t cpus_seen; /* coarse_ns() of that */
	bool fault; /* something was rendered that could not be read */
	bool *held; /* by map: of a pair, what programs no longer write waits to be printed */
	struct looked_up *users, *cgroups; /* lookup.c */
	bool *zeroed; /* by map: zero() was called, so that 0 is a value */
};

/* load.c: 0 or the exit status, reported */
int rt_load(struct rt *rt, const void *image, size_t len);
struct bpf_map *rt_map(struct rt *rt, const char *name);
struct bpf_program *rt_program(struct rt *rt, const struct image_clause *c);

/* ahead.c */
void maps_take(struct rt *rt); /* those that were made ahead, into the object that is about to be loaded */

/* btf.c: of the kernel that runs */
struct btf *rt_btf(struct rt *rt); /* NULL: there is none; kept until */
void rt_btf_done(struct rt *rt);
void enums_fit(struct rt *rt); /* the names of their values */
/* see PARAM_WORD; -ENOENT: no such function, -ESRCH: no such parameter */
int parameter_word(struct rt *rt, const char *name, uint64_t skip, int64_t *word);

/* params.c */
int params_set(struct rt *rt); /* before it is loaded; 0 or 1, reported */

/* verify.c */
bool rt_verify(struct rt *rt); /* is the object as the image describes it?  Before it is loaded; false: reported */
size_t rt_program_index(struct rt *rt, const struct bpf_program *program); /* in the object */

/* verifier.c: why the kernel refuses the clause's program; log: what the verifier said */
void verifier_explain(struct rt *rt, const struct image_clause *c, int err, const char *log);

/* privileges.c: those that nobody needs once all is attached */
void privileges_drop(struct rt *rt);
const char *rt_capable(int err); /* after it: what would have been permitted; or "" */

/* run.c */
bool process_ended(const struct rt *rt); /* that of -p or -c */

/* attach.c */
int rt_attach(struct rt *rt); /* all clauses but begin and end; interrupted by a signal it stops and returns 0 */
bool rt_interrupted(struct rt *rt); /* a signal waits that ends us */
struct sampler {
	const struct image_attach *attach;
	void *ring; /* what the kernel writes when it throttles one */
};
/* attach_perf.c */
uint64_t sampler_throttled(const struct sampler *s);
void cpus_watch(struct rt *rt); /* have some come online, or gone? */
int rt_run_special(struct rt *rt, enum attach_kind kind); /* begin, end, self: run them here and now */
void rt_drain(struct rt *rt); /* run.c: what is in the ring, out */

/* attach_iter.c */
int iter_run(struct rt *rt); /* all of its objects; 0 or -errno, reported */

/* suite.c: --test and --bench */
int suite_run(struct rt *rt); /* the exit status */
bool suite_has(const struct rt *rt); /* something to run in this mode */

void rt_detach(struct rt *rt);

/* func.c: the function of attach point `index` of all; address: of a usdt probe's, in the file.  Kept until rt ends */
const char *function_name(struct rt *rt, uint32_t index, uint64_t address);

/* attach_watch.c */
void unwatch(struct rt *rt, uint64_t address);

/* packets.c */
int packets_open(struct rt *rt); /* once loaded; 0 or the exit status, reported */
int packets_fd(const struct rt *rt); /* to poll; -1: none */
void packets_read(struct rt *rt); /* those that came, into their files */
void packets_close(struct rt *rt); /* a file that is not whole is rt->write_error */

/* unwind.c */
void unwind_prepare(struct rt *rt); /* before loading: how large the map must be */
void unwind_fill(struct rt *rt); /* after it */
void unwind_follow(struct rt *rt); /* what was mapped since */
void unwind_free(struct rt *rt);

/* usdt.c */
int usdt_find(struct rt *rt); /* before loading: 0 or the exit status, reported */
void usdt_fill(struct rt *rt); /* the map, after it */

/* missing.c */
/* its program is not loaded, for want of its first attach point; as attach_failed() */
int leave_out(struct rt *rt, size_t clause, const char *why);
int leave_missing(struct rt *rt); /* programs that cannot be loaded here are left out; 0 or the exit status, reported */
/* or as the process has ended.  0: it is left out; or the exit status, reported */
int attach_failed(struct rt *rt, const struct image_clause *c, const struct image_attach *a, const char *why);
/* once all is attached: what becomes of those that failed beside others; 0 or the exit status, reported */
int refusals_settle(struct rt *rt);

/* event.c: the ring's records */
uint64_t coarse_ns(void); /* a monotonic clock, cheap, of a few ms */
bool rt_event(void *rt, const void *record, size_t size); /* more of them? */

/* ring.c: the kernel's ring buffer */
typedef bool (*ring_fn)(void *arg, const void *record, size_t size); /* more of them? */
struct ring *ring_new(int fd, size_t size); /* size: the map's, in bytes; NULL and errno */
void ring_free(struct ring *r);
/* all that is there; bytes; wake: the next record wakes us */
size_t ring_read(struct ring *r, ring_fn take, void *arg, bool wake);
int ring_fd(const struct ring *r); /* to poll for what comes next; -1 where nothing wakes us */

/* maps.c, sweep.c; index: of the image's maps */
void map_print(struct rt *rt, uint64_t index, int64_t top, int64_t div);
void map_print_sweep(struct rt *rt, const struct image_event *e, int64_t top, int64_t div); /* loses nothing between */
void map_print_entry(struct rt *rt, uint64_t index, const void *key);
void map_clear(struct rt *rt, uint64_t index);
void map_zero(struct rt *rt, uint64_t index);
void maps_print_all(struct rt *rt);

/* hist.c */
/* [lo, hi) of bucket i */
void hist_range(const struct image_type *t, uint32_t i, int64_t *lo, int64_t *hi, bool *open_lo, bool *open_hi);
void hist_print(struct buf *out, const struct image_type *t, const uint64_t *buckets, int64_t div);

/* tseries.c; slots as in image.h */
void tseries_merge(const struct image_type *t, const uint64_t *share, uint64_t *out); /* a CPU's into all */
uint64_t tseries_latest(const struct image_type *t, const uint64_t *slots); /* the newest epoch */
void tseries_print(struct buf *out, const struct image_type *t, const uint64_t *slots);
void tseries_json(struct buf *out, const struct image_type *t, const uint64_t *slots);

/* render.c: bytes of a type as text */
/* the struct or union that a member without a name is: its members are those of what holds it */
const struct image_type *nameless_struct(struct rt *rt, const struct image_field *f);
void render(struct rt *rt, struct buf *out, uint64_t type, const void *bytes);
void render_fault(struct rt *rt, struct buf *out); /* <fault> */
void render_address(struct buf *out, uint64_t address); /* 0x1f; 0 */
void render_key(struct rt *rt, struct buf *out, uint64_t type, const void *bytes); /* a tuple without its parentheses */
/* of a bit field; bytes: of the struct */
int64_t field_bits(const struct image_type *t, const struct image_field *f, const char *bytes);
int64_t rt_setting(const struct rt *rt, const char *name, int64_t otherwise); /* of the script's config */
int64_t load_int(const void *bytes, uint64_t size, bool is_signed);
/* text that is not ours: harmless to a terminal */
void render_traced(struct rt *rt, struct buf *out, const char *s, size_t len);
const struct image_type *rt_type(struct rt *rt, uint64_t ref);

/* gfp.c */
void render_gfp(struct buf *out, uint64_t flags); /* "GFP_KERNEL|__GFP_ZERO" */

/* format.c: a printf plan */
void format_event(struct rt *rt, struct buf *out, const struct image_event *e, const void *record);

/* symbols.c */
struct source_frame;
struct symbol {
	bool known; /* has it a name? */
	const char *name;
	uint64_t offset; /* from the name's start */
	const char *object; /* module, file; NULL: none */
	uint64_t place; /* offset in the file */
	const struct source_frame *frames; /* of SYMBOL_SOURCE: dwarf_frames(); NULL: nobody asked */
	size_t nframes;
};
enum {
	SYMBOL_CALL = 1, /* the address is behind a call: name that call, which may be the last of its function */
	SYMBOL_SOURCE = 2, /* with where in the source it is, through which inlined functions */
};
struct symbols *symbols_new(const struct rt *rt);
void symbols_free(struct symbols *s);
/* what processes have mapped, before they can end; pid 0: all of them */
void symbols_scan(struct symbols *s, pid_t pid);
void symbols_follow(struct symbols *s); /* what they did since */
void symbols_cpus(struct symbols *s, const struct cpus *was, const struct cpus *now); /* on those that came, too */
/* until the next call */
const struct symbol *symbol_kernel(struct symbols *s, uint64_t address, unsigned how);
const struct symbol *symbol_user(struct symbols *s, pid_t pid, uint64_t address, unsigned how);

/* stack.c */
void render_stack(struct rt *rt, struct buf *out, const struct image_type *t, const struct event_stack *st);

/* ledger.c: what was lost; BPF programs count in image.losses, the runtime here */
void ledger_count(struct rt *rt, enum loss_kind kind, uint64_t n);
bool ledger_print(struct rt *rt); /* a line for each that is not zero: was there any? */
void ledger_watch(struct rt *rt); /* "Lost N events", when there are more than before */

/* child.c */
int child_start(struct rt *rt); /* stopped before its exec */
void child_run(struct rt *rt);
int child_end(struct rt *rt); /* what it exited with, as a shell has it, where that ended the trace; or 0 */

/* json.c: -f json: an object a line (language.md section 10; probe-output.schema.json) */
bool json(const struct rt *rt);
void json_text(struct rt *rt, const char *type, const char *s, size_t len); /* {"type": "printf", "data": "..."} */
void json_value(struct rt *rt, uint64_t type, const void *bytes);
void json_attached(struct rt *rt);
void json_test(struct rt *rt, const char *name, uint64_t ns, bool passed, const char *output, size_t len);
void json_bench(struct rt *rt, const char *name, uint64_t ns, uint64_t iterations);
void json_lost(struct rt *rt, uint64_t events);
void json_loss(struct rt *rt, const struct image_loss *l, const char *what, uint64_t n); /* a row of the ledger */
/* place: FILE:LINE:COLUMN... */
void json_message(struct rt *rt, const char *type, const char *place, const char *s, size_t len);
void json_helper_error(struct rt *rt, const struct image_event *e, const char *text, int64_t result);

/* lookup.c: "" where there is none */
const char *user_name(struct rt *rt, uint32_t uid);
/* "unified:/a/b"; pattern: of hierarchies, or NULL */
const char *cgroup_path(struct rt *rt, uint64_t id, const char *pattern);

/* command.c */
int command_start(const char *text, pid_t *pid); /* sh -c text: where to read what it says, or -errno */
int command_end(pid_t pid); /* wait; its status, 128 + N if signal N ended it */

/* notify.c */
void notify(const char *state); /* "READY=1" to systemd, if it listens */

/* output.c */
int output_open(struct rt *rt);
void output_text(struct rt *rt, const char *s, size_t len);
void output_settle(struct rt *rt); /* a batch of events is done: what is a line may be read */
void output_flush(struct rt *rt);
/* all of it: stderr, a child or the end is next */
void output_hold(struct rt *rt, bool hold); /* keep it in rt->gathered */
int output_close(struct rt *rt);

#endif
