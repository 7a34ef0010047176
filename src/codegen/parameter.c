/* Parameters of user functions by name: from where DWARF, or the calling convention, puts them. */
#include "codegen/cg.h"
#include "provider/provider.h"

/* regs[reg] + value, i64 */
static LLVMValueRef piece(struct cg *cg, const struct param_piece *p)
{
	LLVMValueRef v;

	if (p->reg < 0)
		return cg_num(cg, p->value);
	v = cg_context_word(cg, (uint64_t)p->reg);
	return p->value ? LLVMBuildAdd(cg->b, v, cg_num(cg, p->value), "") : v;
}

struct value cg_parameter(struct cg *cg, const struct field *f)
{
	const struct param_place *p = f->place;
	LLVMValueRef slot, v = p->n ? piece(cg, &p->pieces[0]) : cg_num(cg, 0);
	uint32_t at = 0;

	if (p->memory)
		return (struct value){f->type, cg_pointer(cg, v), AT_USER};
	if (cg_scalar(f->type))
		return cg_narrowed(cg, f->type, v);
	slot = cg_slot(cg, (f->type->size + 15) / 8 * 8); /* a last piece is stored whole */
	cg_zero(cg, slot, (f->type->size + 15) / 8 * 8);
	for (unsigned i = 0; i < p->n && at < f->type->size; at += p->pieces[i++].size) {
		unsigned size = p->pieces[i].size;

		v = piece(cg, &p->pieces[i]);
		cg_store_raw(cg, cg_add(cg, slot, at), v, size == 1 || size == 2 || size == 4 ? size : 8, 1);
	}
	return cg_mem(f->type, slot);
}
