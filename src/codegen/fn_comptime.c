/* Functions that sema has put a literal, or other code, in the place of. */
#include "codegen/cg.h"

#define GONE(name) \
	struct value emit_fn_##name(struct cg *cg, const struct node *n) \
	{ \
		return cg_unsupported(cg, n, #name "() of what is not known when compiling"); \
	}

GONE(is_str)
GONE(is_ptr)
GONE(is_array)
GONE(is_integer)
GONE(is_unsigned_integer)
GONE(is_literal)
GONE(kfunc_exist)
GONE(kfunc_allowed)
GONE(strcap)
GONE(signal_name)
GONE(syscall_name)

/* nothing happens where the condition held; what is wrong has been said */
struct value emit_fn_static_assert(struct cg *cg, const struct node *n)
{
	(void)cg;
	(void)n;
	return cg_none();
}

struct value emit_fn_fail(struct cg *cg, const struct node *n)
{
	(void)cg;
	(void)n;
	return cg_none();
}
