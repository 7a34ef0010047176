/* Functions on strings and memory. */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

/* Where an address given to str() and the like points: kernel addresses may be the user's all the same. */
static enum where where_of(struct cg *cg, struct value v)
{
	enum space space = v.type->kind == TYPE_POINTER ? v.type->space : cg->clause->provider->space;

	if (space == SPACE_BPF)
		return AT_KERNEL;
	return space == SPACE_USER ? AT_USER : AT_ANY;
}

/* min(n, most), in a form the verifier follows */
static LLVMValueRef clamp(struct cg *cg, LLVMValueRef n, uint32_t most)
{
	LLVMValueRef slot;
	struct cg_if f;

	if (LLVMIsAConstantInt(n))
		return LLVMConstIntGetZExtValue(n) < most ? n : cg_num(cg, most);
	slot = cg_alloca(cg, cg->i64, 8);
	n = cg_opaque(cg, n);
	LLVMBuildStore(cg->b, cg_num(cg, most), slot);
	f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntULT, n, cg_num(cg, most), ""));
	LLVMBuildStore(cg->b, n, slot);
	cg_end_if(cg, &f);
	return LLVMBuildLoad2(cg->b, cg->i64, slot, "");
}

static LLVMValueRef address_of(struct cg *cg, struct value v)
{
	return v.type->kind == TYPE_POINTER ? v.v : cg_pointer(cg, cg_i64(cg, v));
}

/* the whole string, with zeroes after it, in size bytes */
static void read_whole(struct cg *cg, LLVMValueRef to, uint32_t size, LLVMValueRef len, LLVMValueRef from,
		       enum where at, bool can_be_cut)
{
	LLVMValueRef got;

	cg_zero(cg, to, size);
	got = cg_read_str(cg, to, size, len, from, at);
	if (can_be_cut)
		cg_cut_str(cg, got, to, size, from, at);
}

/*
 * A string that is a key.  Most are short: those stay on the stack, and no more
 * is written than the short form of keys has.
 *	n = bpf_probe_read_user_str(brief, sizeof(brief), p);
 *	s = n < sizeof(brief) ? brief : the whole of it, in memory of its own
 */
static struct value key_string(struct cg *cg, const struct node *n, LLVMValueRef brief, LLVMValueRef from,
			       enum where at)
{
	LLVMValueRef slot = cg_alloca(cg, cg->ptr, 8), is = cg_alloca(cg, cg->i1, 1), got, whole;
	struct cg_if longer;

	LLVMBuildStore(cg->b, brief, slot);
	LLVMBuildStore(cg->b, LLVMConstInt(cg->i1, 1, false), is);
	cg_zero(cg, brief, BRIEF_STRING);
	got = cg_helper(cg, at == AT_USER ? BPF_FUNC_probe_read_user_str : BPF_FUNC_probe_read_kernel_str, 3, brief,
			cg_num(cg, BRIEF_STRING), from);
	longer = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntUGE, got, cg_num(cg, BRIEF_STRING), "")); /* or failed */
	whole = cg_memory(cg, arena_printf(cg->arena, "long%u_%u", cg->clause->id, n->span.from), n->type->size);
	read_whole(cg, whole, n->type->size, cg_num(cg, n->type->size), from, at, true);
	LLVMBuildStore(cg->b, whole, slot);
	got = cg_load_raw(cg, cg_add(cg, whole, BRIEF_STRING - 1), 1, false, 1);
	LLVMBuildStore(cg->b, LLVMBuildICmp(cg->b, LLVMIntEQ, got, cg_num(cg, 0), ""), is);
	cg_end_if(cg, &longer);
	cg->brief.key = LLVMBuildLoad2(cg->b, cg->ptr, slot, "");
	cg->brief.is = LLVMBuildLoad2(cg->b, cg->i1, is, "");
	return cg_mem(n->type, cg->brief.key);
}

/* a literal, or what would be one if it had been given when the script was compiled */
static bool is_literal(const struct node *n)
{
	if (n->kind == NODE_CALL && n->call.fn && n->call.fn->id == FN_str)
		return is_literal(n->call.args);
	return n->kind == NODE_INT || n->kind == NODE_STRING || n->kind == NODE_PARAM || n->kind == NODE_NPARAMS;
}

/* bytes with the NUL: str(p, n) has n - 1 characters of what it reads, n of a literal */
static LLVMValueRef length(struct cg *cg, const struct node *arg, uint32_t size)
{
	LLVMValueRef len = arg->next ? cg_number(cg, cg_expr(cg, arg->next)) : cg_num(cg, size);

	return arg->next && is_literal(arg) && is_literal(arg->next) ? LLVMBuildAdd(cg->b, len, cg_num(cg, 1), "")
								     : len;
}

/* str(p, n):	bpf_probe_read_user_str(s, min(n, sizeof(s)), p) */
struct value emit_fn_str(struct cg *cg, const struct node *n)
{
	const struct node *arg = n->call.args;
	uint32_t size = n->type->size;
	LLVMValueRef len = length(cg, arg, size), slot;
	bool key = cg->brief.node == n && !cg->fn->outer;
	struct value v = cg_expr(cg, arg);

	if (cg_scalar(v.type)) {
		LLVMValueRef brief = key && !arg->next ? cg_stack_slot(cg, BRIEF_STRING) : NULL;

		if (brief)
			return key_string(cg, n, brief, address_of(cg, v), where_of(cg, v));
		slot = cg_result(cg, n, size);
		read_whole(cg, slot, size, clamp(cg, len, size), address_of(cg, v), where_of(cg, v), !arg->next);
		return cg_mem(n->type, slot);
	}
	/* a string of our own, or an array of char */
	slot = cg_result(cg, n, size);
	cg_zero(cg, slot, size);
	if (v.type->size < size)
		len = clamp(cg, len, v.type->size);
	cg_read_str(cg, slot, size, clamp(cg, len, size), v.v, AT_MEMORY);
	cg_keep_fault(cg, slot, size, v.v, v.type->size);
	return cg_mem(n->type, slot);
}

/* buf(args.x) of a field of any length: all of it */
static LLVMValueRef whole_length(struct cg *cg, const struct node *arg, struct value v, uint32_t most)
{
	if (arg->kind == NODE_FIELD && arg->field.field->data_loc && v.type->kind == TYPE_POINTER)
		return cg_record_data_length(cg, arg->field.field);
	if (v.type->kind == TYPE_STRING)
		return cg_num(cg, v.type->size - 1);
	return cg_num(cg, cg_scalar(v.type) ? most : v.type->size);
}

/* buf(p, n):	b.len = min(n, sizeof(b.bytes)); read(b.bytes, b.len, p) */
struct value emit_fn_buf(struct cg *cg, const struct node *n)
{
	const struct node *arg = n->call.args;
	uint32_t most = n->type->size - 4;
	LLVMValueRef len = arg->next ? cg_number(cg, cg_expr(cg, arg->next)) : NULL, slot, from;
	struct value v = cg_expr(cg, arg);
	enum where at = AT_KERNEL;

	if (!len)
		len = whole_length(cg, arg, v, most);
	else if (v.at == AT_MEMORY && !cg_scalar(v.type) &&
		 v.type->size < most) /* what lies behind it is not its own */
		len = clamp(cg, len, v.type->size);
	len = clamp(cg, len, most);
	if (cg_scalar(v.type)) {
		at = where_of(cg, v);
		from = v.type->kind == TYPE_POINTER ? v.v : cg_pointer(cg, cg_i64(cg, v));
	} else {
		from = v.v;
	}
	slot = cg_result(cg, n, n->type->size);
	cg_zero(cg, slot, n->type->size);
	cg_store_raw(cg, slot, len, 4, 4);
	cg_read_buf(cg, slot, len, from, at);
	return cg_mem(n->type, slot);
}

static LLVMValueRef byte_at(struct cg *cg, LLVMValueRef s, LLVMValueRef i)
{
	return cg_load_raw(cg, cg_add_var(cg, s, i), 1, false, 1);
}

/*
 * strncmp(a, b, n):
 *	for (i = 0; i < n; i++)
 *		if (a[i] != b[i])
 *			return 1;
 *		else if (!a[i])
 *			break;
 *	return 0;
 */
struct value emit_fn_strncmp(struct cg *cg, const struct node *n)
{
	const struct node *left = n->call.args, *right = left->next, *count = right->next;
	struct value a = cg_expr(cg, left), b = cg_expr(cg, right);
	LLVMValueRef differs = cg_alloca(cg, cg->i64, 8), x, y;
	uint32_t size = a.type->size < b.type->size ? a.type->size : b.type->size;
	struct cg_if f, g;
	struct cg_for loop;

	if ((uint64_t)count->num < size)
		size = (uint32_t)count->num;
	LLVMBuildStore(cg->b, cg_num(cg, 0), differs);
	loop = cg_for(cg, cg_num(cg, size));
	x = byte_at(cg, a.v, loop.i);
	y = byte_at(cg, b.v, loop.i);
	f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, x, y, ""));
	LLVMBuildStore(cg->b, cg_num(cg, 1), differs);
	cg_goto(cg, loop.end);
	cg_end_if(cg, &f);
	g = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, x, cg_num(cg, 0), ""));
	cg_goto(cg, loop.end);
	cg_end_if(cg, &g);
	cg_end_for(cg, &loop);
	return cg_int(n->type, LLVMBuildLoad2(cg->b, cg->i64, differs, ""));
}

/* strlen(s):	i = 0; while (i < sizeof(s) && s[i]) i++ */
struct value emit_fn_strlen(struct cg *cg, const struct node *n)
{
	struct value s = cg_expr(cg, n->call.args);
	struct cg_for loop = cg_for(cg, cg_num(cg, s.type->size));
	struct cg_if f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, byte_at(cg, s.v, loop.i), cg_num(cg, 0), ""));

	cg_goto(cg, loop.end);
	cg_end_if(cg, &f);
	cg_end_for(cg, &loop);
	return cg_int(n->type, LLVMBuildLoad2(cg->b, cg->i64, loop.slot, ""));
}

/*
 * strcontains(hay, needle): the kernel calls this for every i, so that the
 * verifier sees one position, not all:
 *	static long at(u64 i, struct { char *hay, *needle; u64 found; } *s)
 *	{
 *		if (i >= sizeof(hay))
 *			return 1;
 *		for (j = 0; j < sizeof(needle); j++) {
 *			if (!s->needle[j]) {
 *				s->found = i + 1;
 *				return 1;
 *			}
 *			if (i + j >= sizeof(hay) || s->hay[i + j] != s->needle[j])
 *				break;
 *		}
 *		return !s->hay[i];
 *	}
 */
enum { SEARCH_HAY, SEARCH_NEEDLE, SEARCH_FOUND };

static void return_if(struct cg *cg, LLVMValueRef i1, int64_t value)
{
	struct cg_if f = cg_if(cg, i1);

	LLVMBuildRet(cg->b, cg_num(cg, value));
	cg_end_if(cg, &f);
}

static LLVMValueRef search_at(struct cg *cg, const struct node *n, uint32_t hay_size, uint32_t needle_size)
{
	char *name = arena_printf(cg->arena, "search_%u_%u", cg->clause->id, n->span.from);
	LLVMTypeRef params[] = {cg->i64, cg->ptr};
	LLVMValueRef hay, needle, i, at, want, past, differs;
	struct cg_fn f = {0};
	struct cg_for loop;
	struct cg_if found, mismatch;

	cg_fn_begin(cg, &f, name, LLVMFunctionType(cg->i64, params, 2, false), n->span);
	hay = LLVMBuildLoad2(cg->b, cg->ptr, cg_add(cg, LLVMGetParam(f.fn, 1), 8 * SEARCH_HAY), "");
	needle = LLVMBuildLoad2(cg->b, cg->ptr, cg_add(cg, LLVMGetParam(f.fn, 1), 8 * SEARCH_NEEDLE), "");
	i = cg_opaque(cg, LLVMGetParam(f.fn, 0));
	return_if(cg, LLVMBuildICmp(cg->b, LLVMIntUGE, i, cg_num(cg, hay_size), ""), 1);
	loop = cg_for(cg, cg_num(cg, needle_size));
	want = byte_at(cg, needle, loop.i);
	found = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, want, cg_num(cg, 0), ""));
	cg_store_raw(cg, cg_add(cg, LLVMGetParam(f.fn, 1), 8 * SEARCH_FOUND), LLVMBuildAdd(cg->b, i, cg_num(cg, 1), ""),
		     8, 8);
	LLVMBuildRet(cg->b, cg_num(cg, 1));
	cg_end_if(cg, &found);
	at = cg_opaque(cg, LLVMBuildAdd(cg->b, i, loop.i, ""));
	past = LLVMBuildICmp(cg->b, LLVMIntUGE, at, cg_num(cg, hay_size), "");
	mismatch = cg_if(cg, past);
	cg_goto(cg, loop.end);
	cg_end_if(cg, &mismatch);
	differs = LLVMBuildICmp(cg->b, LLVMIntNE, byte_at(cg, hay, at), want, "");
	mismatch = cg_if(cg, differs);
	cg_goto(cg, loop.end);
	cg_end_if(cg, &mismatch);
	cg_end_for(cg, &loop);
	return_if(cg, LLVMBuildICmp(cg->b, LLVMIntEQ, byte_at(cg, hay, i), cg_num(cg, 0), ""), 1);
	LLVMBuildRet(cg->b, cg_num(cg, 0));
	cg_fn_end(cg, &f);
	return f.fn;
}

/* i64: where the needle is, counted from 1; 0: nowhere */
static LLVMValueRef search(struct cg *cg, const struct node *n)
{
	struct value hay = cg_expr(cg, n->call.args), needle = cg_expr(cg, n->call.args->next);
	LLVMValueRef search = cg_words(cg);

	LLVMBuildStore(cg->b, hay.v, cg_add(cg, search, 8 * SEARCH_HAY));
	LLVMBuildStore(cg->b, needle.v, cg_add(cg, search, 8 * SEARCH_NEEDLE));
	cg_store_raw(cg, cg_add(cg, search, 8 * SEARCH_FOUND), cg_num(cg, 0), 8, 8);
	cg_helper(cg, BPF_FUNC_loop, 4, cg_num(cg, hay.type->size), search_at(cg, n, hay.type->size, needle.type->size),
		  search, cg_num(cg, 0));
	return cg_load_raw(cg, cg_add(cg, search, 8 * SEARCH_FOUND), 8, false, 8);
}

struct value emit_fn_strcontains(struct cg *cg, const struct node *n)
{
	return cg_bool(cg, n->type, LLVMBuildICmp(cg->b, LLVMIntNE, search(cg, n), cg_num(cg, 0), ""));
}

struct value emit_fn_strstr(struct cg *cg, const struct node *n)
{
	return cg_int(n->type, LLVMBuildSub(cg->b, search(cg, n), cg_num(cg, 1), ""));
}

/* n bytes of v in our memory */
static LLVMValueRef bytes_of(struct cg *cg, struct value v, uint32_t n)
{
	LLVMValueRef slot;

	if (!cg_scalar(v.type) && v.type->size >= n)
		return v.v;
	slot = cg_slot(cg, n);
	cg_zero(cg, slot, n);
	if (!cg_scalar(v.type))
		cg_memcpy(cg, slot, v.v, v.type->size);
	else
		cg_read(cg, slot, n, cg_pointer(cg, cg_i64(cg, v)), where_of(cg, v));
	return slot;
}

/* memcmp(a, b, n):	for (i = 0; i < n; i++) if (a[i] != b[i]) return a[i] - b[i]; return 0 */
struct value emit_fn_memcmp(struct cg *cg, const struct node *n)
{
	const struct node *left = n->call.args, *right = left->next;
	uint32_t size = (uint32_t)right->next->num;
	struct value a = cg_expr(cg, left), b = cg_expr(cg, right);
	LLVMValueRef x = bytes_of(cg, a, size), y = bytes_of(cg, b, size), order = cg_alloca(cg, cg->i64, 8), d;
	struct cg_for loop;
	struct cg_if f;

	LLVMBuildStore(cg->b, cg_num(cg, 0), order);
	loop = cg_for(cg, cg_num(cg, size));
	d = LLVMBuildSub(cg->b, byte_at(cg, x, loop.i), byte_at(cg, y, loop.i), "");
	f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, d, cg_num(cg, 0), ""));
	LLVMBuildStore(cg->b, d, order);
	cg_goto(cg, loop.end);
	cg_end_if(cg, &f);
	cg_end_for(cg, &loop);
	return cg_int(n->type, LLVMBuildLoad2(cg->b, cg->i64, order, ""));
}

/* str_concat(a, b):	n = read_str(s, a); read_str(s + n - 1, b) */
struct value emit_fn_str_concat(struct cg *cg, const struct node *n)
{
	struct value a = cg_expr(cg, n->call.args), b = cg_expr(cg, n->call.args->next);
	LLVMValueRef slot = cg_result(cg, n, n->type->size), len;
	uint32_t room = n->type->size - a.type->size;

	cg_zero(cg, slot, n->type->size);
	len = cg_read_str(cg, slot, n->type->size, cg_num(cg, a.type->size), a.v, AT_MEMORY);
	len = clamp(cg, LLVMBuildSub(cg->b, len, cg_num(cg, 1), ""), a.type->size - 1);
	cg_read_str(cg, cg_add_var(cg, slot, len), room, cg_num(cg, b.type->size < room ? b.type->size : room), b.v,
		    AT_MEMORY);
	cg_keep_fault(cg, slot, n->type->size, a.v, a.type->size);
	cg_keep_fault(cg, slot, n->type->size, b.v, b.type->size);
	return cg_mem(n->type, slot);
}

/* write_user(to, from, len):	!bpf_probe_write_user(to, from, len) */
struct value emit_fn_write_user(struct cg *cg, const struct node *n)
{
	const struct node *to = n->call.args, *from = to->next;
	LLVMValueRef len = cg_number(cg, cg_expr(cg, from->next)), err, address;
	struct value p = cg_expr(cg, to), v = cg_expr(cg, from);
	uint32_t size = cg_scalar(v.type) ? 8 : v.type->size;

	address = cg_address(cg, v, v.type);
	err = cg_helper(cg, BPF_FUNC_probe_write_user, 3, cg_pointer(cg, cg_i64(cg, p)), address, clamp(cg, len, size));
	return cg_bool(cg, n->type, LLVMBuildICmp(cg->b, LLVMIntEQ, err, cg_num(cg, 0), ""));
}

/* path(p):	bpf_d_path(p, s, sizeof(s)) */
struct value emit_fn_path(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot = cg_result(cg, n, n->type->size), p;
	struct value v = cg_place(cg, n->call.args); /* the struct itself stays where it is */

	p = v.type->kind == TYPE_POINTER ? cg_value(cg, v).v : v.v;
	cg_zero(cg, slot, n->type->size);
	cg_helper(cg, BPF_FUNC_d_path, 3, p, slot, cg_num(cg, n->type->size));
	return cg_mem(n->type, slot);
}

/* kptr(p), uptr(p): the same address, of another space */
struct value emit_fn_kptr(struct cg *cg, const struct node *n)
{
	struct value v = cg_expr(cg, n->call.args);

	return (struct value){n->type, cg_pointer(cg, cg_i64(cg, v)), AT_REGISTER};
}

struct value emit_fn_uptr(struct cg *cg, const struct node *n)
{
	return emit_fn_kptr(cg, n);
}

/* bswap(x) */
struct value emit_fn_bswap(struct cg *cg, const struct node *n)
{
	static const char name[] = "llvm.bswap";
	LLVMValueRef v = cg_i64(cg, cg_expr(cg, n->call.args)), fn;
	LLVMTypeRef type;

	if (n->type->size == 1)
		return cg_int(n->type, LLVMBuildAnd(cg->b, v, cg_num(cg, 255), ""));
	type = cg_int_type(cg, n->type->size);
	fn = LLVMGetIntrinsicDeclaration(cg->mod, LLVMLookupIntrinsicID(name, strlen(name)), &type, 1);
	v = LLVMBuildIntCast2(cg->b, v, type, false, "");
	v = LLVMBuildCall2(cg->b, LLVMFunctionType(type, &type, 1, false), fn, &v, 1, "");
	return cg_int(n->type, LLVMBuildIntCast2(cg->b, v, cg->i64, false, ""));
}
