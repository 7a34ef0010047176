/* What goes wrong while a script runs, told to its user: events like any other. */
#include "codegen/cg.h"

#include <string.h>

static unsigned warning(struct cg *cg, enum event_action action, const char *text)
{
	unsigned event = event_new(cg, action, cg->span);
	struct image_event *e = event_at(cg, event);
	struct buf excerpt = {0};

	e->text = text;
	e->text_len = strlen(text);
	diag_excerpt(cg->diag->sources, cg->span, &excerpt);
	e->excerpt = arena_strndup(cg->arena, excerpt.data ? excerpt.data : "", excerpt.len);
	e->excerpt_len = excerpt.len;
	buf_free(&excerpt);
	return event;
}

void cg_warn(struct cg *cg, const char *text)
{
	event_send(cg, warning(cg, EVENT_warning, text), NULL);
}

/* if (i1) helper_error(result) */
void cg_warn_if(struct cg *cg, LLVMValueRef i1, const char *helper, LLVMValueRef result)
{
	static const struct type word = {.kind = TYPE_INT, .size = 8, .is_signed = true};
	struct cg_event e;
	uint32_t offset;
	unsigned event;
	struct cg_if f;

	if (!cg->script->watch_helpers)
		return;
	event = warning(cg, EVENT_helper_error, helper);
	offset = event_arg(cg, event, &word);
	f = cg_if(cg, i1);
	e = event_begin(cg, event);
	cg_store_raw(cg, cg_add(cg, e.record, offset), result, 8, 8);
	event_end(cg, &e);
	cg_end_if(cg, &f);
}

LLVMValueRef cg_watch(struct cg *cg, const char *helper, LLVMValueRef result)
{
	cg_warn_if(cg, LLVMBuildICmp(cg->b, LLVMIntSLT, result, cg_num(cg, 0), ""), helper, result);
	return result;
}
