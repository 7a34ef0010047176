/* The clauses of bench/figures as one would write them by hand, with care. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct {
	int tgid;
	struct task_struct *real_parent;
	char comm[16];
} __attribute__((preserve_access_index));

struct comm {
	__u64 word[2];
};

struct pid_comm {
	__u64 pid;
	struct comm comm;
};

struct stats {
	__u64 total, n;
};

#define MAP(name, kind, most, key_type, value_type) \
	struct { \
		__uint(type, BPF_MAP_TYPE_##kind); \
		__uint(max_entries, most); \
		__type(key, key_type); \
		__type(value, value_type); \
	} name SEC(".maps")

#define BUCKETS 102
struct buckets {
	__u64 n[BUCKETS];
};

MAP(counter, PERCPU_ARRAY, 1, __u32, __u64);
MAP(buckets, PERCPU_ARRAY, 1, __u32, struct buckets);
MAP(by_comm, PERCPU_HASH, 4096, struct comm, __u64);
MAP(by_pid_comm, PERCPU_HASH, 4096, struct pid_comm, struct stats);
MAP(by_tgid, PERCPU_HASH, 4096, __u64, __u64);
MAP(by_stack, PERCPU_HASH, 4096, __u64, __u64);
MAP(started, HASH, 4096, __u64, __u64);

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 4096);
	__uint(key_size, 4);
	__uint(value_size, 127 * 8);
} stacks SEC(".maps");

#define GETPPID SEC("tracepoint/syscalls/sys_enter_getppid")
static const __u32 zero = 0;

static struct comm comm_of_current(void)
{
	struct task_struct *t = (void *)bpf_get_current_task_btf();

	return *(struct comm *)t->comm;
}

static void *slot(void *map, const void *key, const void *fresh)
{
	void *p = bpf_map_lookup_elem(map, key);

	if (p)
		return p;
	bpf_map_update_elem(map, key, fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(map, key);
}

static void count(void *map, const void *key)
{
	static const __u64 fresh = 0;
	__u64 *n = slot(map, key, &fresh);

	if (n)
		++*n;
}

static __u32 log2(__u64 v)
{
	__u32 shift, r = (v > 0xFFFFFFFF) << 5;

	v >>= r;
	shift = (v > 0xFFFF) << 4;
	v >>= shift;
	r |= shift;
	shift = (v > 0xFF) << 3;
	v >>= shift;
	r |= shift;
	shift = (v > 0xF) << 2;
	v >>= shift;
	r |= shift;
	shift = (v > 0x3) << 1;
	v >>= shift;
	r |= shift;
	return r | (v >> 1);
}

static void bucket(__u32 i)
{
	struct buckets *b = bpf_map_lookup_elem(&buckets, &zero);

	barrier_var(i); /* else the check, which the verifier needs, is left out */
	if (b && i < BUCKETS)
		b->n[i]++;
}

GETPPID int empty(void *ctx)
{
	return 0;
}

GETPPID int c_count(void *ctx)
{
	count(&counter, &zero);
	return 0;
}

GETPPID int c_comm(void *ctx)
{
	struct comm c = comm_of_current();

	count(&by_comm, &c);
	return 0;
}

GETPPID int c_hist(void *ctx)
{
	bucket(log2(bpf_ktime_get_boot_ns() % 1000));
	return 0;
}

GETPPID int c_lhist(void *ctx)
{
	bucket((__u32)(bpf_ktime_get_boot_ns() % 1000) / 10 + 1);
	return 0;
}

GETPPID int c_stats(void *ctx)
{
	static const struct stats fresh;
	struct pid_comm key = {bpf_get_current_pid_tgid() >> 32, comm_of_current()};
	struct stats *s = slot(&by_pid_comm, &key, &fresh);

	if (s) {
		s->total += bpf_ktime_get_boot_ns() % 1000;
		s->n++;
	}
	return 0;
}

GETPPID int c_filter(void *ctx)
{
	struct comm c = comm_of_current();

	if (c.word[0] == 0x6863757365736f6e && !c.word[1])
		count(&counter, &zero);
	return 0;
}

GETPPID int c_chase(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task_btf();
	__u64 key = t->real_parent->real_parent->tgid;

	count(&by_tgid, &key);
	return 0;
}

GETPPID int c_pair(void *ctx)
{
	__u64 tid = (__u32)bpf_get_current_pid_tgid(), now = bpf_ktime_get_boot_ns(), *from;

	bpf_map_update_elem(&started, &tid, &now, BPF_ANY);
	from = bpf_map_lookup_elem(&started, &tid);
	if (from)
		bucket(log2(bpf_ktime_get_boot_ns() - *from));
	bpf_map_delete_elem(&started, &tid);
	return 0;
}

/* by a number that the kernel gives the stack; of two with the same hash it drops one */
GETPPID int c_kstack(void *ctx)
{
	__u64 id = bpf_get_stackid(ctx, &stacks, 0);

	count(&by_stack, &id);
	return 0;
}

/* nothing but the kernel's own work */
GETPPID int c_kstack_alone(void *ctx)
{
	bpf_get_stackid(ctx, &stacks, 0);
	return 0;
}
