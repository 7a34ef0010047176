/* Records in the ring buffer, and what the image says of them. */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

const char *cg_place_text(struct cg *cg, struct span span, struct place *p)
{
	if (!sources_place(cg->diag->sources, span, p))
		return "";
	return arena_printf(cg->arena, "%s:%u:%u-%u", p->source->name, p->line, p->column, p->end_column);
}

/* Begin, end and intervals come seldom, and so do some actions wherever they are; loops make anything often. */
static bool often(const struct cg *cg, enum event_action action)
{
	static const bool seldom[ATTACH_COUNT] = {
		[ATTACH_begin] = true, [ATTACH_end] = true, [ATTACH_self] = true, [ATTACH_interval] = true};

	if (action == EVENT_exit || action == EVENT_clear || action == EVENT_zero)
		return false;
	return cg->fn->outer || !seldom[cg->clause->provider->kind];
}

unsigned event_new(struct cg *cg, enum event_action action, struct span span)
{
	size_t n = cg->im.nevents;
	struct place p;

	cg->im.events = arena_grow(cg->arena, cg->im.events, n, sizeof(*cg->im.events));
	cg->im.nevents++;
	cg->im.events[n] = (struct image_event){.action = action,
						.size = sizeof(struct event_header),
						.place = cg_place_text(cg, span, &p),
						.often = often(cg, action)};
	cg->im.events[n].place_len = strlen(cg->im.events[n].place);
	return n;
}

struct image_event *event_at(struct cg *cg, unsigned index)
{
	return &cg->im.events[index];
}

uint32_t event_arg(struct cg *cg, unsigned index, const struct type *t)
{
	uint64_t type = image_type_of(cg, t);
	struct image_event *e = event_at(cg, index);
	struct image_arg *more = arena_alloc(cg->arena, (e->nargs + 1) * sizeof(*more));
	uint32_t offset = e->size;

	if (e->nargs)
		memcpy(more, e->args, e->nargs * sizeof(*more));
	more[e->nargs] = (struct image_arg){type, offset};
	e->args = more;
	e->nargs++;
	e->size += (t->size + 7) / 8 * 8;
	return offset;
}

struct cg_event event_begin(struct cg *cg, unsigned index)
{
	struct cg_event e = {.index = index};

	e.record = cg_helper_ptr(cg, BPF_FUNC_ringbuf_reserve, 3, cg->ring,
				 cg_num(cg, (int64_t)event_at(cg, index)->size), cg_num(cg, 0));
	e.have = cg_if(cg, LLVMBuildIsNull(cg->b, e.record, ""));
	cg_count_loss(cg, LOSS_event, index);
	cg_else(cg, &e.have);
	cg_store_raw(cg, e.record, cg_num(cg, (int64_t)((uint64_t)cg->clause->id << 32 | index)), 8, 8);
	return e;
}

/* an exit wakes the reader, else it is who says by where it stands (runtime/ring.c) */
void event_end(struct cg *cg, struct cg_event *e)
{
	cg_helper(cg, BPF_FUNC_ringbuf_submit, 2, e->record,
		  cg_num(cg, event_at(cg, e->index)->action == EVENT_exit ? BPF_RB_FORCE_WAKEUP : 0));
	cg_end_if(cg, &e->have);
}

/* does evaluating n change anything, so that it must run even if the record is lost? */
static bool look_for_effect(struct node **n, void *arg)
{
	bool *found = arg;

	if ((*n)->kind == NODE_INCDEC || (*n)->kind == NODE_BLOCK || (*n)->kind == NODE_IF ||
	    ((*n)->kind == NODE_CALL && call_has_effect(*n)))
		*found = true;
	return !*found;
}

static bool has_effect(const struct node *n)
{
	struct node *root = (struct node *)n;
	bool found = false;

	node_walk(&root, look_for_effect, &found);
	return found;
}

/* may it sleep?  Not with a record reserved: the reader would wait for it, and all after it */
static bool look_for_read(struct node **n, void *arg)
{
	bool *found = arg;

	if ((*n)->kind == NODE_CALL || (*n)->kind == NODE_FIELD || (*n)->kind == NODE_INDEX ||
	    ((*n)->kind == NODE_UNARY && (*n)->unary.op == OP_DEREF))
		*found = true;
	return !*found;
}

static bool reads_memory(const struct node *n)
{
	struct node *root = (struct node *)n;
	bool found = false;

	node_walk(&root, look_for_read, &found);
	return found;
}

void event_send(struct cg *cg, unsigned index, const struct node *args)
{
	size_t n = node_count(args), i = 0, changed = 0;
	uint32_t *offsets = arena_alloc(cg->arena, (n + 1) * sizeof(*offsets));
	struct value *early = arena_alloc(cg->arena, (n + 1) * sizeof(*early));
	struct cg_event e;

	for (const struct node *a = args; a; a = a->next, i++)
		if (has_effect(a))
			changed = i; /* what comes before must not see it */
	/* numbers first; what is large is then built in the record itself */
	i = 0;
	for (const struct node *a = args; a; a = a->next, i++) {
		if (i < changed && !cg_scalar(a->type)) {
			early[i] = cg_mem(a->type, cg_slot(cg, a->type->size));
			cg_expr_into(cg, a, early[i].v, a->type);
		} else if (cg_scalar(a->type) || has_effect(a) || (cg_may_sleep(cg) && reads_memory(a))) {
			early[i] = cg_expr(cg, a);
		}
		offsets[i] = event_arg(cg, index, a->type);
	}
	e = event_begin(cg, index);
	i = 0;
	for (const struct node *a = args; a; a = a->next, i++) {
		LLVMValueRef to = cg_add(cg, e.record, offsets[i]);

		if (early[i].v)
			cg_store(cg, to, a->type, early[i]);
		else
			cg_expr_into(cg, a, to, a->type);
	}
	event_end(cg, &e);
}
