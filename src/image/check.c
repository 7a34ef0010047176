/*
 * Does an image mean something?  Its bytes may come from an enemy; what the
 * runtime takes for granted is looked at here, once, before anything is used.
 */
#include "image/image.h"
#include "lang/lang.h"

#include <stdlib.h>
#include <string.h>

#define MOST_BYTES (1u << 24) /* of a type, a record */
#define MOST_DEPTH 64 /* of types in types */
#define MOST_PARTS (1u << 22) /* that one value is printed as */
#define MOST_EMPTY (1u << 16) /* elements without size */
#define MOST_WIDTH (1u << 16) /* of a conversion */
#define BUILD_ID_FRAME 32 /* bytes of struct bpf_stack_build_id */

struct check {
	const struct image *im;
	uint64_t *parts; /* by type: what it takes to print one; 0: not known yet */
	const char *why;
};

static bool wrong(struct check *c, const char *why)
{
	if (!c->why)
		c->why = why;
	return false;
}

static const struct image_type *type_at(const struct check *c, uint64_t ref)
{
	return &c->im->types[ref - 1];
}

/* the least bytes of a kind that is read without looking at the size */
static uint64_t least_size(const struct image_type *t)
{
	switch ((int)t->kind) {
	case TYPE_BOOL:
	case TYPE_STRING:
		return 1;
	case TYPE_BUFFER:
	case TYPE_USERNAME:
	case TYPE_ERRNO:
		return 4;
	case TYPE_MAC:
		return 6;
	case TYPE_POINTER:
	case TYPE_KSYM:
		return 8;
	case TYPE_USYM:
	case TYPE_TIMESTAMP:
	case TYPE_CGROUP_PATH:
		return 16;
	case TYPE_INET:
		return 20;
	}
	return 0;
}

static bool check_aggregate(struct check *c, const struct image_type *t)
{
	bool ok = t->agg < AGG_COUNT && t->count <= MOST_BYTES / 8;

	if (ok && t->agg == AGG_hist)
		ok = t->bits <= 5 && t->count == hist_buckets((unsigned)t->bits);
	if (ok && t->agg == AGG_lhist)
		ok = t->step >= 1 && t->min <= t->max && (uint64_t)t->max - (uint64_t)t->min <= INT64_MAX &&
		     (t->max - t->min) / t->step <= 1000 && t->count == lhist_buckets(t->min, t->max, t->step);
	if (ok && t->agg == AGG_tseries)
		ok = t->count >= 1 && t->min >= 1 && t->step >= 0 && t->step <= TSERIES_max;
	return ok || wrong(c, "an aggregation makes no sense");
}

static bool check_stack(struct check *c, const struct image_type *t)
{
	uint64_t frame = t->stack_mode == STACK_BUILD_ID ? BUILD_ID_FRAME : 8;

	if (t->size < sizeof(struct event_stack) || t->stack_limit > (t->size - sizeof(struct event_stack)) / frame)
		return wrong(c, "a stack is larger than its type");
	return true;
}

static bool check_parts(struct check *c, uint64_t ref, unsigned depth);

static bool check_array(struct check *c, const struct image_type *t, uint64_t *parts, unsigned depth)
{
	const struct image_type *elem;

	if (!t->elem || !check_parts(c, t->elem, depth + 1))
		return wrong(c, "an array has no elements");
	elem = type_at(c, t->elem);
	if (elem->size ? t->count > t->size / elem->size : t->count > MOST_EMPTY)
		return wrong(c, "an array is larger than its type");
	*parts += t->count * c->parts[t->elem - 1];
	return true;
}

static bool check_fields(struct check *c, const struct image_type *t, uint64_t *parts, unsigned depth)
{
	for (size_t i = 0; i < t->nfields; i++) {
		const struct image_field *f = &t->fields[i];
		uint64_t size;

		if (!f->type || !check_parts(c, f->type, depth + 1))
			return wrong(c, "a field has no type");
		size = type_at(c, f->type)->size;
		if (f->bit_size && size > 8)
			size = 8;
		if (f->offset > t->size || size > t->size - f->offset || f->bit_size > 64 || f->bit_offset > 63)
			return wrong(c, "a field is outside of its struct");
		*parts += c->parts[f->type - 1];
		if (*parts > MOST_PARTS)
			return wrong(c, "a type has too many parts");
	}
	return true;
}

/* a type and all that is in it; one that contains itself is deeper than any other */
static bool check_parts(struct check *c, uint64_t ref, unsigned depth)
{
	const struct image_type *t = type_at(c, ref);
	uint64_t parts = 1;

	if (c->parts[ref - 1])
		return true;
	if (depth > MOST_DEPTH)
		return wrong(c, "types are nested too deeply");
	if (t->kind >= TYPE_KIND_COUNT || t->size > MOST_BYTES || t->size < least_size(t))
		return wrong(c, "a type has no such kind or size");
	if (t->kind == TYPE_AGGREGATE && !check_aggregate(c, t))
		return false;
	if ((t->kind == TYPE_KSTACK || t->kind == TYPE_USTACK) && !check_stack(c, t))
		return false;
	if (t->kind == TYPE_ARRAY && !check_array(c, t, &parts, depth))
		return false;
	if (!check_fields(c, t, &parts, depth))
		return false;
	if (parts > MOST_PARTS)
		return wrong(c, "a type has too many parts");
	c->parts[ref - 1] = parts;
	return true;
}

static bool check_map(struct check *c, const struct image_map *m)
{
	bool keyed = m->storage >= MAP_HASH;

	if (m->storage > MAP_PERCPU_LRU_HASH || !m->value || keyed != (m->key != 0))
		return wrong(c, "a map has no such storage, key or value");
	if (m->brief) {
		const struct image_type *key = m->key ? type_at(c, m->key) : NULL;

		if (!key || (key->kind != TYPE_STRING && key->kind != TYPE_KSTACK && key->kind != TYPE_USTACK) ||
		    m->brief < sizeof(struct event_stack) || m->brief >= key->size)
			return wrong(c, "a map's short keys are not of a kind");
	}
	return true;
}

static bool check_conversions(struct check *c, const struct image_event *e)
{
	for (size_t i = 0; i < e->nconversions; i++) {
		const struct image_conversion *v = &e->conversions[i];

		if (v->width > MOST_WIDTH || v->precision > (int64_t)MOST_WIDTH || v->length > 8)
			return wrong(c, "a conversion is too wide");
	}
	return true;
}

/* join's only argument is an array of texts */
static bool is_texts(const struct check *c, const struct image_event *e)
{
	const struct image_type *t = e->nargs ? type_at(c, e->args[0].type) : NULL;

	return t && t->kind == TYPE_ARRAY && type_at(c, t->elem)->kind == TYPE_STRING;
}

static bool check_event(struct check *c, const struct image_event *e)
{
	if (e->action >= EVENT_ACTION_COUNT || e->size < sizeof(struct event_header) || e->size > MOST_BYTES)
		return wrong(c, "an event has no such action or size");
	for (size_t i = 0; i < e->nargs; i++) {
		const struct image_arg *a = &e->args[i];

		if (!a->type || a->offset < sizeof(struct event_header) || a->offset > e->size ||
		    type_at(c, a->type)->size > e->size - a->offset)
			return wrong(c, "a value is outside of its event");
	}
	if (e->action == EVENT_join && e->nargs && !is_texts(c, e))
		return wrong(c, "what is to be joined is not texts");
	return check_conversions(c, e);
}

/* names that become parts of paths below tracefs */
static bool is_plain(const char *s, size_t len)
{
	return strlen(s) == len && !strchr(s, '/') && !str_eq(s, ".") && !str_eq(s, "..");
}

static bool check_attach(struct check *c, const struct image_clause *clause, const struct image_attach *a)
{
	bool file = a->kind == ATTACH_uprobe || a->kind == ATTACH_uretprobe || a->kind == ATTACH_usdt ||
		    a->kind == ATTACH_watchpoint || a->kind == ATTACH_iter;

	if (a->kind >= ATTACH_COUNT || a->kind != clause->kind)
		return wrong(c, "an attach point is not of its clause's kind");
	if (!file && (!is_plain(a->target, a->target_len) || !is_plain(a->symbol, a->symbol_len)))
		return wrong(c, "an attach point is a path");
	return true;
}

/* two clauses of one program: an entry and a return of the same places */
static bool check_session(struct check *c, const struct image_clause *clause)
{
	const struct image_clause *other =
		clause->session <= c->im->nclauses ? &c->im->clauses[clause->session - 1] : NULL;
	bool kernel = clause->kind == ATTACH_kprobe || clause->kind == ATTACH_kretprobe,
	     user = clause->kind == ATTACH_uprobe || clause->kind == ATTACH_uretprobe;

	if (!other || other->session != (uint64_t)(clause - c->im->clauses) + 1 ||
	    other->nattaches != clause->nattaches || !str_eq(other->program, clause->program))
		return wrong(c, "the clauses of a session do not fit each other");
	if (other->kind == clause->kind || !(kernel || user) ||
	    (kernel && other->kind != ATTACH_kprobe && other->kind != ATTACH_kretprobe) ||
	    (user && other->kind != ATTACH_uprobe && other->kind != ATTACH_uretprobe))
		return wrong(c, "the clauses of a session are of other kinds");
	return true;
}

static bool check_clause(struct check *c, const struct image_clause *clause)
{
	if (clause->kind >= ATTACH_COUNT)
		return wrong(c, "a clause has no such kind");
	if (clause->session && !check_session(c, clause))
		return false;
	for (size_t i = 0; i < clause->nattaches; i++)
		if (!check_attach(c, clause, &clause->attaches[i]))
			return false;
	return true;
}

bool image_check(const struct image *im, const char **why)
{
	struct check c = {.im = im, .parts = xcalloc(im->ntypes + 1, sizeof(*c.parts))};
	bool ok = true;

	for (size_t i = 0; ok && i < im->ntypes; i++)
		ok = check_parts(&c, i + 1, 0);
	for (size_t i = 0; ok && i < im->nmaps; i++)
		ok = check_map(&c, &im->maps[i]);
	for (size_t i = 0; ok && i < im->nevents; i++)
		ok = check_event(&c, &im->events[i]);
	for (size_t i = 0; ok && i < im->nclauses; i++)
		ok = check_clause(&c, &im->clauses[i]);
	for (size_t i = 0; ok && i < im->nlosses; i++)
		ok = im->losses[i].kind < LOSS_COUNT || wrong(&c, "a loss is of no kind");
	for (size_t i = 0; ok && i < im->nparams; i++)
		ok = im->params[i].kind < PARAM_KINDS || wrong(&c, "a parameter is of no kind");
	*why = c.why;
	free(c.parts);
	return ok;
}
