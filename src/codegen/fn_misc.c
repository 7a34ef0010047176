/* Network addresses, processes, errors. */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

/* ntop([family,] address): its length and bytes */
struct value emit_fn_ntop(struct cg *cg, const struct node *n)
{
	const struct node *address = n->call.args->next ? n->call.args->next : n->call.args;
	LLVMValueRef slot = cg_result(cg, n, n->type->size);
	struct value v = cg_expr(cg, address);
	uint32_t size = cg_scalar(v.type) ? 4 : v.type->size;

	if (address != n->call.args && n->call.args->kind == NODE_INT)
		size = n->call.args->num == AF_INET6 ? 16 : 4;
	cg_zero(cg, slot, n->type->size);
	cg_store_raw(cg, slot, cg_num(cg, size), 4, 4);
	if (v.type->kind == TYPE_POINTER)
		cg_read(cg, cg_add(cg, slot, 4), size, v.v, v.type->space == SPACE_USER ? AT_USER : AT_ANY);
	else if (cg_scalar(v.type))
		cg_store_raw(cg, cg_add(cg, slot, 4), cg_i64(cg, v), 4, 4);
	else
		cg_memcpy(cg, cg_add(cg, slot, 4), v.v, size < v.type->size ? size : v.type->size);
	return cg_mem(n->type, slot);
}

/* pton("1.2.3.4"): its bytes, in network order */
struct value emit_fn_pton(struct cg *cg, const struct node *n)
{
	const char *text = n->call.args->str;
	char bytes[16];

	if (inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, bytes) != 1) {
		error_at(cg->diag, n->call.args->span, "pton() expects an IP address, got '%s'", text);
		cg->failed = true;
	}
	return cg_mem(n->type, cg_string(cg, bytes, n->type->size, n->type->size));
}

/* macaddr(bytes) */
struct value emit_fn_macaddr(struct cg *cg, const struct node *n)
{
	struct value v = cg_expr(cg, n->call.args);
	LLVMValueRef slot;

	if (!cg_scalar(v.type))
		return cg_mem(n->type, v.v);
	slot = cg_result(cg, n, n->type->size);
	cg_zero(cg, slot, n->type->size);
	cg_read(cg, slot, 6, cg_pointer(cg, cg_i64(cg, v)), AT_ANY);
	return cg_mem(n->type, slot);
}

/* strerror(n): the number; the runtime knows the words */
struct value emit_fn_strerror(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot = cg_result(cg, n, n->type->size);

	cg_store_raw(cg, slot, cg_i64(cg, cg_expr(cg, n->call.args)), 4, 4);
	return cg_mem(n->type, slot);
}

struct value emit_fn_cgroupid(struct cg *cg, const struct node *n)
{
	return cg_unsupported(cg, n, "cgroupid() of a path that is not a literal");
}

static int signal_number(const char *name)
{
	if (!strncasecmp(name, "SIG", 3))
		name += 3;
	for (int i = 1; i <= 64; i++) {
		const char *known = sigabbrev_np(i);

		if (known && !strcasecmp(known, name))
			return i;
	}
	return 0;
}

static struct value send_signal(struct cg *cg, const struct node *n, int helper)
{
	const struct node *arg = n->call.args;
	struct cg_if valid, failed;
	LLVMValueRef number;
	int known;

	if (arg->kind == NODE_STRING) {
		known = signal_number(arg->str);
		if (!known) {
			error_at(cg->diag, arg->span, "'%s' is not the name of a signal", arg->str);
			cg->failed = true;
		}
		number = cg_num(cg, known);
	} else {
		number = cg_i64(cg, cg_expr(cg, arg));
	}
	valid = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntULT, LLVMBuildSub(cg->b, number, cg_num(cg, 1), ""),
					cg_num(cg, 64), ""));
	failed = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, cg_helper(cg, helper, 1, number), cg_num(cg, 0), ""));
	cg_warn(cg, arena_printf(cg->arena, "%s() failed", n->call.name));
	cg_end_if(cg, &failed);
	cg_else(cg, &valid);
	if (arg->kind != NODE_STRING && arg->kind != NODE_INT)
		cg_warn(cg, arena_printf(cg->arena,
					 "%s() accepts a string literal or an integer between 1 and 64 (inclusive)",
					 n->call.name));
	cg_end_if(cg, &valid);
	return cg_none();
}

/* signal(n):	bpf_send_signal(n): to the process */
struct value emit_fn_signal(struct cg *cg, const struct node *n)
{
	return send_signal(cg, n, BPF_FUNC_send_signal);
}

/* signal_thread(n):	bpf_send_signal_thread(n) */
struct value emit_fn_signal_thread(struct cg *cg, const struct node *n)
{
	return send_signal(cg, n, BPF_FUNC_send_signal_thread);
}

/* override(rc):	bpf_override_return(ctx, rc) */
struct value emit_fn_override(struct cg *cg, const struct node *n)
{
	cg_helper(cg, BPF_FUNC_override_return, 2, cg->fn->ctx, cg_i64(cg, cg_expr(cg, n->call.args)));
	return cg_none();
}

/* socket_cookie(sk):	bpf_get_socket_cookie(sk) */
struct value emit_fn_socket_cookie(struct cg *cg, const struct node *n)
{
	return cg_int(n->type, cg_helper(cg, BPF_FUNC_get_socket_cookie, 1, cg_expr(cg, n->call.args).v));
}

/* nsecs(clock) */
struct value emit_fn_nsecs(struct cg *cg, const struct node *n)
{
	const char *clock = n->call.args ? n->call.args->ident.name : "boot";
	LLVMValueRef now;

	if (str_eq(clock, "monotonic"))
		return cg_int(n->type, cg_helper(cg, BPF_FUNC_ktime_get_ns, 0));
	if (str_eq(clock, "tai"))
		return cg_int(n->type, cg_helper(cg, BPF_FUNC_ktime_get_tai_ns, 0));
	now = cg_helper(cg, BPF_FUNC_ktime_get_boot_ns, 0);
	if (str_eq(clock, "sw_tai"))
		now = LLVMBuildAdd(cg->b, now, CG_PARAM(cg, tai_offset), "");
	return cg_int(n->type, now);
}
