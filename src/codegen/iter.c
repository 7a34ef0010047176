/* Programs of iter: called for each object, and once more without one. */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <linux/bpf.h>
#include <string.h>

static LLVMValueRef load_pointer(struct cg *cg, LLVMValueRef from, uint64_t offset)
{
	LLVMValueRef p = LLVMBuildLoad2(cg->b, cg->ptr, cg_add(cg, from, offset), "");

	LLVMSetVolatile(p, true);
	return p;
}

bool cg_iter_pinned(const struct cg *cg)
{
	return cg->clause->provider->kind == ATTACH_iter && cg->clause->attaches[0].target_len;
}

/* ctx->meta->seq */
static LLVMValueRef sequence(struct cg *cg)
{
	return load_pointer(cg, load_pointer(cg, cg->fn->ctx, 0), 0);
}

/* p = ctx->object; if (!p) return */
static LLVMValueRef object(struct cg *cg, uint64_t offset)
{
	LLVMValueRef p = load_pointer(cg, cg->fn->ctx, offset);

	cg_quit_if(cg, LLVMBuildIsNull(cg->b, p, ""));
	return p;
}

/* where in the context the first object is; 0: it has none that could be NULL */
static uint32_t first_object(struct cg *cg)
{
	const struct type *t = kernel_iterator(cg->kernel, cg->clause->attaches[0].symbol), *of;

	type_complete(t);
	if (t->nfields < 2)
		return 0;
	of = t->fields[1].type;
	if (of->kind == TYPE_STRUCT) { /* __bpf_md_ptr: in a union that aligns it */
		type_complete(of);
		of = of->nfields ? of->fields[0].type : of;
	}
	return of->kind == TYPE_POINTER ? t->fields[1].offset : 0;
}

/*
 * Written after the body, which knows by then what it needs:
 *	frame.x = ctx->x, for each; return where it is NULL
 *	bpf_seq_write(ctx->meta->seq, &byte, 1): by which the reader has the kernel stop, and empties the ring (attach_iter.c)
 */
void cg_iter_begin(struct cg *cg)
{
	uint32_t first = first_object(cg);
	LLVMValueRef byte;

	if (first)
		object(cg, first);
	for (const struct cg_object *o = cg->objects; o; o = o->next)
		LLVMBuildStore(cg->b, object(cg, o->offset), cg_add(cg, cg->fn->frame, o->room));
	cg->objects = NULL;
	if (cg_iter_pinned(cg))
		return;
	byte = cg_alloca(cg, cg->i64, 8);
	LLVMBuildStore(cg->b, cg_num(cg, 0), byte);
	cg_helper(cg, BPF_FUNC_seq_write, 3, sequence(cg), byte, cg_num(cg, 1));
}

/* the room in the frame of a pointer of the context that cg_iter_begin() has checked */
static uint32_t room_of(struct cg *cg, uint32_t offset)
{
	struct cg_object *o;

	for (o = cg->objects; o; o = o->next)
		if (o->offset == offset)
			return o->room;
	o = arena_alloc(cg->arena, sizeof(*o));
	*o = (struct cg_object){cg->objects, offset, cg_frame_room(cg)};
	cg->objects = o;
	return o->room;
}

struct value cg_iter_field(struct cg *cg, const struct node *n)
{
	const struct field *f = n->field.field;

	if (f->type->kind != TYPE_POINTER)
		return (struct value){f->type, cg_add(cg, cg->fn->ctx, n->field.offset), AT_CTX};
	if (!n->field.offset) /* meta */
		return (struct value){n->type, load_pointer(cg, cg->fn->ctx, 0), AT_REGISTER};
	return (struct value){
		n->type, LLVMBuildLoad2(cg->b, cg->ptr, cg_add(cg, cg->fn->frame, room_of(cg, n->field.offset)), ""),
		AT_REGISTER};
}

#define MOST_ARGS 12 /* MAX_BPRINTF_VARARGS */

/* the kernel's printf: integers as long long, whatever they are */
static bool kernel_format(const struct image_conversion *list, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct image_conversion *c = &list[i];

		for (size_t j = 0; j < c->literal_len; j++) {
			buf_putc(out, c->literal[j]);
			if (c->literal[j] == '%')
				buf_putc(out, '%');
		}
		if (!c->conv)
			continue;
		if (!strchr("diuxXpsc", (int)c->conv))
			return false;
		buf_puts(out, c->conv == 'p' ? "0x%" : "%");
		if (c->flags & CONV_LEFT)
			buf_putc(out, '-');
		if (c->flags & CONV_ZERO)
			buf_putc(out, '0');
		if (c->width)
			buf_printf(out, "%llu", (unsigned long long)c->width);
		if (c->conv == 's' || c->conv == 'c')
			buf_putc(out, (char)c->conv);
		else
			buf_printf(out, "ll%c", c->conv == 'p' ? 'x' : c->conv == 'i' ? 'd' : (char)c->conv);
	}
	return true;
}

void cg_iter_printf(struct cg *cg, const struct node *format, const struct image_conversion *list, size_t n)
{
	LLVMValueRef args = cg_alloca(cg, LLVMArrayType(cg->i64, MOST_ARGS), 8), text;
	size_t count = node_count(format->next), i = 0;
	struct buf out = {0};

	if (count > MOST_ARGS || !kernel_format(list, n, &out)) {
		error_at(cg->diag, format->span, "a pinned iter prints at most %d integers and strings at once",
			 MOST_ARGS);
		cg->failed = true;
		buf_free(&out);
		return;
	}
	for (const struct node *a = format->next; a; a = a->next, i++) {
		struct value v = cg_expr(cg, a);

		if (!cg_scalar(v.type) && v.type->kind != TYPE_STRING) {
			error_at(cg->diag, a->span, "a pinned iter prints integers and strings only");
			cg->failed = true;
			break;
		}
		cg_store_raw(cg, cg_add(cg, args, 8 * i),
			     cg_scalar(v.type) ? cg_i64(cg, v) : LLVMBuildPtrToInt(cg->b, v.v, cg->i64, ""), 8, 8);
	}
	text = cg_string(cg, out.data ? out.data : "", out.len, out.len + 1);
	cg_helper(cg, BPF_FUNC_seq_printf, 5, sequence(cg), text, cg_num(cg, (int64_t)out.len + 1), args,
		  cg_num(cg, 8 * (int64_t)count));
	buf_free(&out);
}
