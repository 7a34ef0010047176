/* Values by name: each emitter is headed by the C it stands for. */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

LLVMValueRef cg_task(struct cg *cg)
{
	return cg_helper_ptr(cg, BPF_FUNC_get_current_task_btf, 0);
}

/* task->NAME, by a plain load */
static struct value task_field(struct cg *cg, LLVMValueRef task, const char *name)
{
	const struct type *t = kernel_type(cg->kernel, "struct", "task_struct");
	const struct field *f;
	uint32_t offset;

	if (!t)
		return (struct value){0};
	type_complete(t);
	f = type_field(t, name, &offset);
	if (!f)
		return (struct value){0};
	return cg_field(cg, (struct value){t, task, AT_TRUSTED}, t, f, offset);
}

static struct value word(struct cg *cg, const struct node *n, int helper)
{
	return cg_int(n->type, cg_helper(cg, helper, 0));
}

static struct value low(struct cg *cg, const struct node *n, LLVMValueRef v)
{
	return cg_int(n->type, LLVMBuildAnd(cg->b, v, cg_num(cg, UINT32_MAX), ""));
}

static struct value high(struct cg *cg, const struct node *n, LLVMValueRef v)
{
	return cg_int(n->type, LLVMBuildLShr(cg->b, v, cg_num(cg, 32), ""));
}

/* pid(init): as the initial namespace numbers it */
static bool initial(const struct node *n)
{
	return n->kind == NODE_CALL && n->call.args && str_eq(n->call.args->ident.name, "init");
}

/* bits of bpf_get_current_pid_tgid() below those of a number of the task, "tgid" or "pid" */
static LLVMValueRef shift_of(struct cg *cg, const char *name)
{
	return cg_num(cg, str_eq(name, "tgid") ? 32 : 0);
}

/* in the initial PID namespace:	task->NAME, else of bpf_get_current_pid_tgid() */
static LLVMValueRef initial_number(struct cg *cg, LLVMValueRef task, const char *name)
{
	struct value v = task ? task_field(cg, task, name) : (struct value){0};

	if (v.v)
		return cg_i64(cg, cg_value(cg, v));
	return LLVMBuildLShr(cg->b, cg_helper(cg, BPF_FUNC_get_current_pid_tgid, 0), shift_of(cg, name), "");
}

/* NULL without BTF; LLVM makes one call of all that a program has, where the first comes before any branch */
static LLVMValueRef known_task(struct cg *cg)
{
	return kernel_has_btf(cg->kernel) ? cg_task(cg) : NULL;
}

/*
 * In our own:
 *	if (!params.pidns_ino)
 *		return initial_number(NAME);
 *	bpf_get_ns_current_pid_tgid(params.pidns_dev, params.pidns_ino, &ns, sizeof(ns))
 */
static LLVMValueRef own_number(struct cg *cg, const char *name)
{
	LLVMValueRef slot = cg_alloca(cg, cg->i64, 8), ids = cg_temp(cg), task = known_task(cg), v;
	struct cg_if f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, CG_PARAM(cg, pidns_ino), cg_num(cg, 0), ""));

	LLVMBuildStore(cg->b, initial_number(cg, task, name), slot);
	cg_else(cg, &f);
	LLVMBuildStore(cg->b, cg_num(cg, 0), ids);
	cg_helper(cg, BPF_FUNC_get_ns_current_pid_tgid, 4, CG_PARAM(cg, pidns_dev), CG_PARAM(cg, pidns_ino), ids,
		  cg_num(cg, 8));
	v = LLVMBuildLoad2(cg->b, cg->i64, ids, ""); /* struct { u32 pid, tgid; } on a little-endian machine */
	cg_temp_done(cg, ids);
	LLVMBuildStore(cg->b, LLVMBuildLShr(cg->b, v, shift_of(cg, name), ""), slot);
	cg_end_if(cg, &f);
	return LLVMBuildLoad2(cg->b, cg->i64, slot, "");
}

static struct value number(struct cg *cg, const struct node *n, const char *name)
{
	return low(cg, n, initial(n) ? initial_number(cg, known_task(cg), name) : own_number(cg, name));
}

struct value emit_pid(struct cg *cg, const struct node *n)
{
	return number(cg, n, "tgid");
}

struct value emit_tid(struct cg *cg, const struct node *n)
{
	return number(cg, n, "pid");
}

/* comm:	bpf_get_current_task_btf()->comm, else bpf_get_current_comm() */
struct value emit_comm(struct cg *cg, const struct node *n)
{
	struct value v = {0};
	LLVMValueRef slot;

	if (kernel_has_btf(cg->kernel))
		v = task_field(cg, cg_task(cg), "comm");
	slot = cg_result(cg, n, n->type->size);
	if (v.v) {
		cg_store(cg, slot, n->type, v);
	} else {
		cg_zero(cg, slot, n->type->size);
		cg_helper(cg, BPF_FUNC_get_current_comm, 2, slot, cg_num(cg, n->type->size));
	}
	return cg_mem(n->type, slot);
}

/* uid:		(u32)bpf_get_current_uid_gid() */
struct value emit_uid(struct cg *cg, const struct node *n)
{
	return low(cg, n, cg_helper(cg, BPF_FUNC_get_current_uid_gid, 0));
}

/* gid:		bpf_get_current_uid_gid() >> 32 */
struct value emit_gid(struct cg *cg, const struct node *n)
{
	return high(cg, n, cg_helper(cg, BPF_FUNC_get_current_uid_gid, 0));
}

/* username:	the uid; the runtime knows the name */
struct value emit_username(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot = cg_result(cg, n, n->type->size);

	cg_store_raw(cg, slot, cg_helper(cg, BPF_FUNC_get_current_uid_gid, 0), 4, 4);
	return cg_mem(n->type, slot);
}

/* nsecs:	bpf_ktime_get_boot_ns() */
struct value emit_nsecs(struct cg *cg, const struct node *n)
{
	return word(cg, n, BPF_FUNC_ktime_get_boot_ns);
}

/* elapsed:	bpf_ktime_get_boot_ns() - params.start */
struct value emit_elapsed(struct cg *cg, const struct node *n)
{
	LLVMValueRef now = cg_helper(cg, BPF_FUNC_ktime_get_boot_ns, 0);

	return cg_int(n->type, LLVMBuildSub(cg->b, now, CG_PARAM(cg, start), ""));
}

/* jiffies:	bpf_jiffies64() */
struct value emit_jiffies(struct cg *cg, const struct node *n)
{
	return word(cg, n, BPF_FUNC_jiffies64);
}

/* numaid:	bpf_get_numa_node_id() */
struct value emit_numaid(struct cg *cg, const struct node *n)
{
	return low(cg, n, cg_helper(cg, BPF_FUNC_get_numa_node_id, 0));
}

/* ncpus:	params.ncpus */
struct value emit_ncpus(struct cg *cg, const struct node *n)
{
	return cg_int(n->type, CG_PARAM(cg, ncpus));
}

/* cpu:		bpf_get_smp_processor_id() */
struct value emit_cpu(struct cg *cg, const struct node *n)
{
	return low(cg, n, cg_helper(cg, BPF_FUNC_get_smp_processor_id, 0));
}

/* rand:	bpf_get_prandom_u32() */
struct value emit_rand(struct cg *cg, const struct node *n)
{
	return low(cg, n, cg_helper(cg, BPF_FUNC_get_prandom_u32, 0));
}

/* curtask:	bpf_get_current_task_btf(), else (u64)bpf_get_current_task() */
struct value emit_curtask(struct cg *cg, const struct node *n)
{
	if (n->type->kind == TYPE_POINTER)
		return (struct value){n->type, cg_task(cg), AT_REGISTER};
	return word(cg, n, BPF_FUNC_get_current_task);
}

/* cgroup:	bpf_get_current_cgroup_id() */
struct value emit_cgroup(struct cg *cg, const struct node *n)
{
	return word(cg, n, BPF_FUNC_get_current_cgroup_id);
}

/* func:	bpf_get_func_ip(ctx); of user functions the attach point, whose name needs no process: see TYPE_USYM */
struct value emit_func(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot = cg_result(cg, n, n->type->size), v;

	if (n->type->kind == TYPE_USYM) {
		v = cg->clause->provider->kind == ATTACH_usdt ? cg_usdt_function(cg) : cg_num(cg, 0);
		cg_store_raw(cg, slot, v, 8, 8);
		v = cg_cookie(cg);
		cg_store_raw(cg, cg_add(cg, slot, 8), cg_num(cg, 0), 4, 4);
		cg_store_raw(cg, cg_add(cg, slot, 12), LLVMBuildAdd(cg->b, v, cg_num(cg, 1), ""), 4, 4);
	} else {
		cg_store_raw(cg, slot, cg_helper(cg, BPF_FUNC_get_func_ip, 1, cg->fn->ctx), 8, 8);
	}
	return cg_mem(n->type, slot);
}

/* probe:	names[bpf_get_attach_cookie(ctx)], where there is more than one */
struct value emit_probe(struct cg *cg, const struct node *n)
{
	LLVMValueRef key = cg_temp(cg), cookie, p, slot = cg_result(cg, n, n->type->size);
	struct cg_if f;

	if (cg->clause->nattaches == 1) {
		const struct image_attach *a = &cg->clause->attaches[0];

		return cg_mem(n->type, cg_string(cg, a->name, a->name_len, n->type->size));
	}
	cookie = cg_cookie(cg);
	cg_store_raw(cg, key, cookie, 4, 4);
	p = cg_helper_ptr(cg, BPF_FUNC_map_lookup_elem, 2, cg->names, key);
	f = cg_if(cg, LLVMBuildIsNotNull(cg->b, p, ""));
	cg_memcpy(cg, slot, p, n->type->size);
	cg_else(cg, &f);
	cg_zero(cg, slot, n->type->size);
	cg_end_if(cg, &f);
	return cg_mem(n->type, slot);
}

/* probetype:	the word, known when compiling */
struct value emit_probetype(struct cg *cg, const struct node *n)
{
	const char *name = cg->clause->provider->name;

	return cg_mem(n->type, cg_string(cg, name, strlen(name), n->type->size));
}

#define STACK_MOST 127 /* frames: the kernel's own limit, kernel.perf_event_max_stack */

/*
 * the frames of a kernel stack that are ours, where it begins in the program: clause0, bpf_trace_run2,
 * __bpf_trace_sys_enter
 */
static uint32_t own_frames(const struct cg *cg)
{
	return cg_is_syscall(cg) && !cg->fn->outer && !cg->fn->sub ? 3 : 0;
}

/* kstack:	stack.count = bpf_get_stack(ctx, stack.frames, 8 * limit, 0) / 8 */
struct value cg_stack(struct cg *cg, const struct node *n)
{
	bool user = n->type->kind == TYPE_USTACK, build_id = n->type->stack.mode == STACK_BUILD_ID;
	uint32_t bytes = n->type->size - sizeof(struct event_stack), skip = user ? 0 : own_frames(cg);
	/* but in records of system calls, by older kernels (6.1) */
	bool never_empty = !user && cg->clause->provider->kind == ATTACH_tracepoint;
	LLVMValueRef slot = cg_result(cg, n, n->type->size), got;
	struct cg_if lost;

	/* the frames that there are not the kernel makes zero */
	cg_store_raw(cg, slot, cg_num(cg, 0), 8, 8);
	got = cg_helper(cg, BPF_FUNC_get_stack, 4, cg->fn->ctx, cg_add(cg, slot, sizeof(struct event_stack)),
			cg_num(cg, bytes),
			cg_num(cg, skip | (user ? BPF_F_USER_STACK : 0) | (build_id ? BPF_F_USER_BUILD_ID : 0)));
	lost = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntSLT, got, cg_num(cg, never_empty), ""));
	cg_count_loss(cg, LOSS_stack, 0);
	cg_end_if(cg, &lost);
	if (n->type->stack.limit >= STACK_MOST) { /* a lower limit is what was asked for */
		lost = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, got, cg_num(cg, bytes - 8 * skip), ""));
		cg_count_loss(cg, LOSS_stack_cut, 0);
		cg_end_if(cg, &lost);
	}
	got = LLVMBuildSelect(cg->b, LLVMBuildICmp(cg->b, LLVMIntSLT, got, cg_num(cg, 0), ""), cg_num(cg, 0), got, "");
	cg_store_raw(cg, slot, LLVMBuildLShr(cg->b, got, cg_num(cg, build_id ? 5 : 3), ""), 4, 4);
	if (user) /* whose symbols they are */
		cg_store_raw(cg, cg_add(cg, slot, 4), own_number(cg, "tgid"), 4, 4);
	return cg_mem(n->type, slot);
}

struct value emit_kstack(struct cg *cg, const struct node *n)
{
	return cg_stack(cg, n);
}

struct value emit_ustack(struct cg *cg, const struct node *n)
{
	return cg_stack(cg, n);
}

/* ctx:		the program's argument */
struct value emit_ctx(struct cg *cg, const struct node *n)
{
	if (n->type->kind == TYPE_POINTER)
		return (struct value){n->type, cg->fn->ctx, AT_REGISTER};
	return cg_int(n->type, LLVMBuildPtrToInt(cg->b, cg->fn->ctx, cg->i64, ""));
}

/* usermode:	(ctx->cs & 3) != 0 */
struct value emit_usermode(struct cg *cg, const struct node *n)
{
	const struct type word = {.kind = TYPE_INT, .size = 8};
	int cs = arch_register("cs");
	LLVMValueRef v;

	if (cs < 0)
		return cg_unsupported(cg, n, "usermode on this architecture");
	v = LLVMBuildAnd(cg->b, cg_register(cg, &word, cs).v, cg_num(cg, 3), "");
	return cg_bool(cg, n->type, LLVMBuildICmp(cg->b, LLVMIntNE, v, cg_num(cg, 0), ""));
}

/* cpid:	params.child_pid */
struct value emit_cpid(struct cg *cg, const struct node *n)
{
	return cg_int(n->type, CG_PARAM(cg, child_pid));
}

/* has_cpid:	params.child_pid != 0 */
struct value emit_has_cpid(struct cg *cg, const struct node *n)
{
	return cg_bool(cg, n->type, LLVMBuildICmp(cg->b, LLVMIntNE, CG_PARAM(cg, child_pid), cg_num(cg, 0), ""));
}

/* ppid:	bpf_get_current_task_btf()->real_parent->tgid */
struct value emit_ppid(struct cg *cg, const struct node *n)
{
	struct value parent = task_field(cg, cg_task(cg), "real_parent");

	if (!parent.v)
		return cg_unsupported(cg, n, "ppid on a kernel without BTF");
	return cg_int(n->type, cg_value(cg, task_field(cg, cg_value(cg, parent).v, "tgid")).v);
}
