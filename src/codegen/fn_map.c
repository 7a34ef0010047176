/* delete, has_key, len. */
#include "codegen/cg.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

/* delete(@m, key):	bpf_map_delete_elem(&m, &key) == 0 */
struct value emit_fn_delete(struct cg *cg, const struct node *n)
{
	const struct node *target = n->call.args;
	const struct map *m = target->map.map;
	LLVMValueRef key = cg_map_brief_key(cg, m, target->next), p;
	struct cg_if f;

	if (m->keyed) {
		p = cg_watch(cg, "map_delete_elem",
			     cg_helper(cg, BPF_FUNC_map_delete_elem, 2, cg_map_with(cg, m, key), key));
		return cg_bool(cg, n->type, LLVMBuildICmp(cg->b, LLVMIntEQ, p, cg_num(cg, 0), ""));
	}
	if (m->value->kind == TYPE_AGGREGATE) { /* all CPUs' shares: the runtime's work */
		unsigned event = event_new(cg, EVENT_clear, n->span);

		event_at(cg, event)->map = m->id + 1;
		event_send(cg, event, NULL);
	} else {
		p = cg_map_lookup(cg, m, key);
		f = cg_if(cg, LLVMBuildIsNotNull(cg->b, p, ""));
		cg_zero(cg, p, cg_map_of(m)->value_size);
		cg_end_if(cg, &f);
	}
	return cg_bool(cg, n->type, LLVMConstInt(cg->i1, 1, false));
}

/* has_key(@m, key):	bpf_map_lookup_elem(&m, &key) != NULL */
struct value emit_fn_has_key(struct cg *cg, const struct node *n)
{
	const struct map *m = n->call.args->map.map;

	return cg_bool_of_pointer(
		cg, n->type,
		LLVMBuildIsNotNull(cg->b, cg_map_lookup(cg, m, cg_map_brief_key(cg, m, n->call.args->next)), ""));
}

/* len(@m):	bpf_for_each_map_elem(&m, nothing, NULL, 0); len(stack): its count */
struct value emit_fn_len(struct cg *cg, const struct node *n)
{
	static const char name[] = "nothing";
	LLVMTypeRef params[] = {cg->ptr, cg->ptr, cg->ptr, cg->ptr};
	const struct node *arg = n->call.args;
	LLVMValueRef fn;

	if (arg->kind != NODE_MAP || arg->map.keys)
		return cg_int(n->type, cg_load_raw(cg, cg_expr(cg, arg).v, 4, false, 4));
	fn = LLVMGetNamedFunction(cg->mod, name);
	if (!fn) {
		struct cg_fn f = {0};

		cg_fn_begin(cg, &f, name, LLVMFunctionType(cg->i64, params, 4, false), n->span);
		LLVMBuildRet(cg->b, cg_num(cg, 0));
		cg_fn_end(cg, &f);
		fn = f.fn;
	}
	return cg_int(n->type, cg_for_each(cg, arg->map.map, fn, cg_num(cg, 0)));
}
