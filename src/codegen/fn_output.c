/* Functions that print, and those that act on whole maps: queued for the runtime. */
#include "codegen/cg.h"
#include "provider/provider.h"
#include "sema/sema.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

static void set_text(struct cg *cg, unsigned event, const struct node *s, const char *otherwise)
{
	struct image_event *e = event_at(cg, event);

	e->text = s ? s->str : otherwise;
	e->text_len = s ? s->len : strlen(otherwise);
}

/* FILE:LINE:C1-C2: ERROR: expanded from, for each macro that the message is in */
static void set_expansions(struct cg *cg, struct image_event *e, struct span span, const char *severity)
{
	struct buf lines = {0};
	const char *place;
	struct place p = {0};

	cg_place_text(cg, span, &p);
	while (p.call.from) {
		place = cg_place_text(cg, p.call, &p);
		buf_printf(&lines, "%s: %s: expanded from\n", place, severity);
	}
	e->excerpt = arena_strndup(cg->arena, lines.data ? lines.data : "", lines.len);
	e->excerpt_len = lines.len;
	buf_free(&lines);
}

static struct value formatted(struct cg *cg, const struct node *n, enum event_action action)
{
	unsigned event = event_new(cg, action, n->span);
	const struct node *format = n->call.args;
	struct image_event *e = event_at(cg, event);
	const char *why;

	if (!format_parse(cg->arena, format->str, format->len, &e->conversions, &e->nconversions, &why))
		bug("format: %s", why);
	if (action == EVENT_errorf || action == EVENT_warnf)
		set_expansions(cg, e, n->span, action == EVENT_errorf ? "ERROR" : "WARNING");
	if (cg_iter_pinned(cg)) {
		cg_iter_printf(cg, format, e->conversions, e->nconversions);
		return cg_none();
	}
	event_send(cg, event, format->next);
	return cg_none();
}

struct value emit_fn_printf(struct cg *cg, const struct node *n)
{
	return formatted(cg, n, EVENT_printf);
}

struct value emit_fn_errorf(struct cg *cg, const struct node *n)
{
	return formatted(cg, n, EVENT_errorf);
}

struct value emit_fn_warnf(struct cg *cg, const struct node *n)
{
	return formatted(cg, n, EVENT_warnf);
}

struct value emit_fn_system(struct cg *cg, const struct node *n)
{
	return formatted(cg, n, EVENT_system);
}

struct value emit_fn_cat(struct cg *cg, const struct node *n)
{
	return formatted(cg, n, EVENT_cat);
}

/* debugf(format, ...):	bpf_trace_printk(format, sizeof(format), ...) */
struct value emit_fn_debugf(struct cg *cg, const struct node *n)
{
	const struct node *format = n->call.args, *a = format->next;
	LLVMValueRef args[5] = {cg_string(cg, format->str, format->len, format->len + 1),
				cg_num(cg, (int64_t)format->len + 1)};
	unsigned count = 2;

	for (; a && count < 5; a = a->next) {
		struct value v = cg_expr(cg, a);

		args[count++] = cg_scalar(v.type) ? cg_i64(cg, v) : LLVMBuildPtrToInt(cg->b, v.v, cg->i64, "");
	}
	while (count < 5)
		args[count++] = cg_num(cg, 0);
	cg_helper(cg, BPF_FUNC_trace_printk, 5, args[0], args[1], args[2], args[3], args[4]);
	return cg_none();
}

static unsigned map_event(struct cg *cg, const struct node *n, enum event_action action)
{
	unsigned event = event_new(cg, action, n->span);

	event_at(cg, event)->map = n->call.args->map.map->id + 1;
	return event;
}

/* print(@m), print(@m, top, div); print(@m[k]) of an aggregation; print(value) */
struct value emit_fn_print(struct cg *cg, const struct node *n)
{
	const struct node *arg = n->call.args;
	struct cg_event e;
	uint32_t offset;
	unsigned event;
	LLVMValueRef key;

	const struct cg_snapshot *shot = cg_snapshot_of(cg, n);

	if (shot) {
		event = map_event(cg, n, EVENT_print_map);
		event_at(cg, event)->then = shot->clear->call.fn->id == FN_zero ? THEN_zero : THEN_clear;
		event_at(cg, event)->group = shot->group;
		event_send(cg, event, arg->next);
	} else if (arg->kind == NODE_MAP && !arg->map.keys &&
		   (arg->map.map->keyed || arg->type->kind == TYPE_AGGREGATE || arg->next)) {
		event_send(cg, map_event(cg, n, EVENT_print_map), arg->next);
	} else if (arg->kind == NODE_MAP && arg->type->kind == TYPE_AGGREGATE) {
		event = map_event(cg, n, EVENT_print_entry);
		offset = event_arg(cg, event, arg->map.map->key);
		key = cg_map_key(cg, arg->map.map, arg->map.keys);
		e = event_begin(cg, event);
		cg_memcpy(cg, cg_add(cg, e.record, offset), key, arg->map.map->key->size);
		event_end(cg, &e);
	} else if (arg->kind == NODE_MAP && !arg->map.keys) {
		event_send(cg, map_event(cg, n, EVENT_print_map), NULL);
	} else {
		event_send(cg, event_new(cg, EVENT_print_value, n->span), arg);
	}
	return cg_none();
}

struct value emit_fn_clear(struct cg *cg, const struct node *n)
{
	if (!cg_snapshot_of(cg, n)) /* else the print before it clears as well */
		event_send(cg, map_event(cg, n, EVENT_clear), NULL);
	return cg_none();
}

/* unwatch(address) */
struct value emit_fn_unwatch(struct cg *cg, const struct node *n)
{
	event_send(cg, event_new(cg, EVENT_unwatch, n->span), n->call.args);
	return cg_none();
}

struct value emit_fn_zero(struct cg *cg, const struct node *n)
{
	if (!cg_snapshot_of(cg, n))
		event_send(cg, map_event(cg, n, EVENT_zero), NULL);
	return cg_none();
}

/* exit([status]): the event, then return */
/*
 * exit(status):	state.status = status; state.stopped = 1; and the event,
 *			which says when: what was sent before it is printed
 */
struct value emit_fn_exit(struct cg *cg, const struct node *n)
{
	if (n->call.args)
		cg_state_set(cg, offsetof(struct image_state, status), cg_i64(cg, cg_expr(cg, n->call.args)));
	if (cg->clause->provider->kind != ATTACH_end)
		cg_state_set(cg, offsetof(struct image_state, stopped), cg_num(cg, 1));
	event_send(cg, event_new(cg, EVENT_exit, n->span), NULL);
	cg_end(cg);
	return cg_none();
}

struct value emit_fn_time(struct cg *cg, const struct node *n)
{
	unsigned event = event_new(cg, EVENT_time, n->span);

	set_text(cg, event, n->call.args, "%H:%M:%S\n");
	event_send(cg, event, NULL);
	return cg_none();
}

#define JOIN_STRINGS 16
#define JOIN_BYTES 1024

/*
 * for (i = 0; i < 16; i++)
 *	if (read(&p, array + i) || !p || read_str(record[i], p) <= 0)
 *		break;
 */
struct value emit_fn_join(struct cg *cg, const struct node *n)
{
	const struct type *strings =
		type_array(cg->script->types, type_string(cg->script->types, JOIN_BYTES), JOIN_STRINGS);
	unsigned event = event_new(cg, EVENT_join, n->span);
	struct value array = cg_expr(cg, n->call.args);
	enum where at =
		array.type->kind == TYPE_POINTER ? cg_where(array.type->space) : cg_where(cg->clause->provider->space);
	LLVMValueRef from = cg_pointer(cg, cg_i64(cg, array)), p = cg_temp(cg), to, got;
	LLVMBasicBlockRef end;
	struct cg_event e;
	uint32_t offset;

	if (at == AT_KERNEL)
		at = AT_ANY;
	set_text(cg, event, n->call.args->next, " ");
	offset = event_arg(cg, event, strings);
	e = event_begin(cg, event);
	for (unsigned i = 0; i < JOIN_STRINGS; i++) /* an empty string ends the list */
		cg_store_raw(cg, cg_add(cg, e.record, offset + i * JOIN_BYTES), cg_num(cg, 0), 1, 1);
	end = cg_block(cg, "joined");
	for (unsigned i = 0; i < JOIN_STRINGS; i++) {
		LLVMBasicBlockRef more = cg_block(cg, "more"), next = cg_block(cg, "next");

		LLVMBuildStore(cg->b, cg_num(cg, 0), p);
		cg_read(cg, p, 8, cg_add(cg, from, i * 8), at);
		got = LLVMBuildLoad2(cg->b, cg->i64, p, "");
		LLVMBuildCondBr(cg->b, LLVMBuildICmp(cg->b, LLVMIntNE, got, cg_num(cg, 0), ""), more, end);
		cg_at(cg, more);
		to = cg_add(cg, e.record, offset + i * JOIN_BYTES);
		got = cg_read_str(cg, to, JOIN_BYTES, cg_num(cg, JOIN_BYTES), cg_pointer(cg, got), at);
		LLVMBuildCondBr(cg->b, LLVMBuildICmp(cg->b, LLVMIntNE, got, cg_num(cg, 0), ""), next, end);
		cg_at(cg, next);
	}
	cg_goto(cg, end);
	cg_at(cg, end);
	event_end(cg, &e);
	return cg_none();
}

/* the text of a literal, kept in the image: its event's number */
static LLVMValueRef text_number(struct cg *cg, const struct node *call, const struct node *s)
{
	unsigned event;

	if (!s)
		return cg_num(cg, UINT32_MAX);
	event = event_new(cg, EVENT_time, call->span);
	set_text(cg, event, s, "");
	return cg_num(cg, event);
}

/* what the time counts by: 0 boot, 1 monotonic, 2 TAI */
static int64_t clock_of(const struct node *ns)
{
	const char *clock = "";

	if (ns->kind == NODE_CALL && ns->call.fn && ns->call.fn->id == FN_nsecs && ns->call.args)
		clock = ns->call.args->ident.name;
	return str_eq(clock, "monotonic") ? 1 : str_eq(clock, "tai") || str_eq(clock, "sw_tai") ? 2 : 0;
}

/* strftime(format, ns): the time and which format; the runtime writes it */
struct value emit_fn_strftime(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot = cg_result(cg, n, n->type->size);
	struct value ns = cg_expr(cg, n->call.args->next);

	cg_store_raw(cg, slot, cg_i64(cg, ns), 8, 8);
	cg_store_raw(cg, cg_add(cg, slot, 8), cg_num(cg, clock_of(n->call.args->next)), 4, 4);
	cg_store_raw(cg, cg_add(cg, slot, 12), text_number(cg, n, n->call.args), 4, 4);
	return cg_mem(n->type, slot);
}

/* cgroup_path(id, pattern): both, looked up when printed */
struct value emit_fn_cgroup_path(struct cg *cg, const struct node *n)
{
	LLVMValueRef slot = cg_result(cg, n, n->type->size);

	cg_store_raw(cg, slot, cg_i64(cg, cg_expr(cg, n->call.args)), 8, 8);
	cg_store_raw(cg, cg_add(cg, slot, 8), text_number(cg, n, n->call.args->next), 4, 4);
	cg_store_raw(cg, cg_add(cg, slot, 12), cg_num(cg, 0), 4, 4);
	return cg_mem(n->type, slot);
}

/*
 * skboutput(path, skb, length, offset):
 *	struct { struct event_header head; u64 time, length, whole, offset; } packet;
 *	bpf_skb_output(skb, &packets, BPF_F_CURRENT_CPU | length << 32, &packet, sizeof(packet))
 * which copies `length` bytes of skb behind the packet's head, and refuses more than there are.
 */
struct value emit_fn_skboutput(struct cg *cg, const struct node *n)
{
	static const struct btf_map def = {.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 4};
	const struct node *path = n->call.args, *skb = path->next, *length = skb->next, *offset = length->next;
	const struct type *t = kernel_type(cg->kernel, "struct", "sk_buff"),
			  *word = type_int(cg->script->types, 8, false);
	unsigned event = event_new(cg, EVENT_skboutput, n->span);
	LLVMValueRef packet, buffer, values[4], result;
	const struct field *f;
	struct cg_if refused;
	uint32_t at;

	if (t)
		type_complete(t);
	f = t ? type_field(t, "len", &at) : NULL;
	if (!f)
		return cg_unsupported(cg, n, "skboutput() on a kernel without BTF");
	if (!cg->packets)
		cg->packets = debug_map(cg, "packets", &def);
	set_text(cg, event, path, "");
	buffer = cg_expr(cg, skb).v;
	values[0] = cg_helper(cg, BPF_FUNC_ktime_get_boot_ns, 0);
	values[1] = cg_i64(cg, cg_expr(cg, length));
	values[2] = cg_i64(cg, cg_value(cg, cg_field(cg, (struct value){t, buffer, AT_TRUSTED}, t, f, at)));
	values[3] = cg_num(cg, offset->num);
	values[1] = LLVMBuildSelect(cg->b, LLVMBuildICmp(cg->b, LLVMIntULT, values[1], values[2], ""), values[1],
				    values[2], "");
	for (unsigned i = 0; i < ARRAY_SIZE(values); i++)
		at = event_arg(cg, event, word);
	packet = cg_slot(cg, (uint32_t)event_at(cg, event)->size);
	cg_store_raw(cg, packet, cg_num(cg, (int64_t)((uint64_t)cg->clause->id << 32 | event)), 8, 8);
	for (unsigned i = 0; i < ARRAY_SIZE(values); i++)
		cg_store_raw(cg, cg_add(cg, packet, event_at(cg, event)->args[i].offset), values[i], 8, 8);
	result = LLVMBuildOr(cg->b, LLVMBuildShl(cg->b, values[1], cg_num(cg, 32), ""), cg_num(cg, BPF_F_CURRENT_CPU),
			     "");
	result = cg_helper(cg, BPF_FUNC_skb_output, 5, buffer, cg->packets, result, packet,
			   cg_num(cg, (int64_t)event_at(cg, event)->size));
	refused = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntSLT, result, cg_num(cg, 0), ""));
	cg_count_loss(cg, LOSS_packet, event);
	cg_end_if(cg, &refused);
	return cg_int(n->type, cg_watch(cg, "skb_output", result));
}
