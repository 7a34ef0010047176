/* Stacks, symbols, registers. */
#include "codegen/cg.h"
#include "provider/provider.h"

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
		error_at(cg->diag, n->call.args->span, "'%s' is not a valid register on this architecture (%s)",
			 n->call.args->str, arch_native()->name);
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

/*
 * uaddr("sym"):	func_ip - address of the attach point + address of sym
 * Sema has made the arguments the addresses: that of the symbol, then one for each attach point; of usdt the map knows.
 */
struct value emit_fn_uaddr(struct cg *cg, const struct node *n)
{
	const struct type word = {.kind = TYPE_INT, .size = 8};
	const struct node *symbol = n->call.args, *at = symbol->next;
	LLVMValueRef ip, here = cg_num(cg, at->num), cookie;

	if (cg->clause->provider->kind == ATTACH_uretprobe)
		ip = cg_helper(cg, BPF_FUNC_get_func_ip, 1, cg->fn->ctx);
	else
		ip = cg_register(cg, &word, arch_ip()).v;
	if (cg->clause->provider->kind == ATTACH_usdt) {
		here = cg_usdt_address(cg);
	} else if (at->next) {
		cookie = cg_cookie(cg);
		for (uint32_t i = cg->first_cookie; at; at = at->next, i++)
			here = LLVMBuildSelect(cg->b, LLVMBuildICmp(cg->b, LLVMIntEQ, cookie, cg_num(cg, i), ""),
					       cg_num(cg, at->num), here, "");
	}
	ip = LLVMBuildAdd(cg->b, LLVMBuildSub(cg->b, ip, here, ""), cg_num(cg, symbol->num), "");
	return (struct value){n->type, cg_pointer(cg, ip), AT_REGISTER};
}

/*
 * percpu_kaddr("sym", cpu):	base + __per_cpu_offset[cpu]
 * Sema has made the first two arguments the addresses of both.
 */
struct value emit_fn_percpu_kaddr(struct cg *cg, const struct node *n)
{
	const struct node *base = n->call.args, *offsets = base->next;
	LLVMValueRef cpu, slot = cg_temp(cg), at;

	cpu = offsets->next ? cg_i64(cg, cg_expr(cg, offsets->next)) : cg_helper(cg, BPF_FUNC_get_smp_processor_id, 0);
	at = LLVMBuildAdd(cg->b, LLVMBuildShl(cg->b, cpu, cg_num(cg, 3), ""), cg_i64(cg, cg_expr(cg, offsets)), "");
	LLVMBuildStore(cg->b, cg_num(cg, 0), slot);
	cg_read(cg, slot, 8, cg_pointer(cg, at), AT_KERNEL);
	at = LLVMBuildAdd(cg->b, LLVMBuildLoad2(cg->b, cg->i64, slot, ""), cg_i64(cg, cg_expr(cg, base)), "");
	return (struct value){n->type, cg_pointer(cg, at), AT_REGISTER};
}
