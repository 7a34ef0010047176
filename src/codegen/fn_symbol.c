/* Stacks, symbols, registers. */
#include "codegen/cg.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

struct value emit_fn_kstack(struct cg *cg, const struct node *n)
{
	return cg_stack(cg, n);
}

struct value emit_fn_ustack(struct cg *cg, const struct node *n)
{
	return cg_stack(cg, n);
}

/* ksym(address): the address; the runtime knows the name */
struct value emit_fn_ksym(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot = cg_result(cg, n, n->type->size);

	cg_store_raw(cg, slot, cg_i64(cg, cg_expr(cg, n->call.args)), 8, 8);
	return cg_mem(n->type, slot);
}

/* usym(address): the address, whose, and at which attach point */
struct value emit_fn_usym(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot = cg_result(cg, n, n->type->size), pid;

	cg_store_raw(cg, slot, cg_i64(cg, cg_expr(cg, n->call.args)), 8, 8);
	pid = LLVMBuildLShr(cg->b, cg_helper(cg, BPF_FUNC_get_current_pid_tgid, 0), cg_num(cg, 32), "");
	cg_store_raw(cg, cg_add(cg, slot, 8), pid, 4, 4);
	cg_store_raw(cg, cg_add(cg, slot, 12), cg_num(cg, 0), 4, 4);
	return cg_mem(n->type, slot);
}

/* reg("ip"):	ctx->ip */
struct value emit_fn_reg(struct cg *cg, const struct node *n)
{
	int offset = arch_register(n->call.args->str);

	if (offset < 0) {
		error_at(cg->diag, n->call.args->span, "'%s' is not a valid register on this architecture", n->call.args->str);
		cg->failed = true;
		return cg_int(n->type, cg_num(cg, 0));
	}
	return cg_value(cg, (struct value){n->type, cg_add(cg, cg->fn->ctx, (uint64_t)offset), AT_CTX});
}

/* known when compiling: sema has put the number in its place */
struct value emit_fn_kaddr(struct cg *cg, const struct node *n)
{
	return cg_unsupported(cg, n, "kaddr() of a name that is not a literal");
}

struct value emit_fn_uaddr(struct cg *cg, const struct node *n)
{
	return cg_unsupported(cg, n, "uaddr()");
}
