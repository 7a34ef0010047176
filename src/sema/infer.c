/*
 * Types: of every expression, variable, map key and map value.  Rounds over
 * all clauses until no variable or map changes its type; a last round says
 * what is wrong.
 */
#include "sema/infer.h"

#include <stdlib.h>
#include <string.h>

const struct type *wrong(struct pass *p, struct span span, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (!p->report)
		return &type_error;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	error_at(p->diag, span, "%s", text);
	free(text);
	return &type_error;
}

const char *name_of(struct pass *p, const struct type *t)
{
	return type_name(p->arena, t);
}

void read_aggregate(struct pass *p, struct node *n)
{
	struct node *inner, *next = n->next;

	if (n->kind != NODE_MAP || !n->type || n->type->kind != TYPE_AGGREGATE)
		return;
	if (!type_is_castable_agg(n->type)) {
		n->type = wrong(p, n->span, "Map value '%s' cannot be read in an expression", name_of(p, n->type));
		return;
	}
	inner = arena_memdup(p->arena, n, sizeof(*n));
	inner->next = NULL;
	memset(n, 0, sizeof(*n));
	n->kind = NODE_CAST;
	n->span = inner->span;
	n->next = next;
	n->cast.expr = inner;
	n->type = int64(p, inner->type->agg.kind == AGG_count ? true : inner->type->agg.is_signed);
}

/* an operand: an expression whose aggregation is read */
const struct type *operand(struct pass *p, struct node *n)
{
	infer_expr(p, n);
	read_aggregate(p, n);
	return n->type;
}

/* one whose type must be known: that of a parameter comes with its value */
const struct type *known(struct pass *p, struct node *n)
{
	operand(p, n);
	return late_in(n) ? wrong_late(p, late_in(n)) : n->type;
}

void infer_list(struct pass *p, struct node *list)
{
	for (struct node *n = list; n; n = n->next)
		infer_expr(p, n);
}

const struct type *undefined_map(struct pass *p, const struct map *m, struct span span)
{
	wrong(p, span, "Undefined map: %s", m->name);
	if (p->report)
		suggest_map(p, m->name);
	return &type_error;
}

const struct type *map_value(struct pass *p, struct node *n, bool whole)
{
	struct map *m = n->map.map;
	const struct type *key;

	m->used = true;
	if (n->map.keys) {
		operand(p, n->map.keys);
		as_value(p, n->map.keys);
		if (n->map.keys->type->kind == TYPE_NONE)
			return wrong(p, n->map.keys->span, "a key must have a value");
		if (m->key && !m->keyed)
			return wrong(
				p, n->span,
				"%s used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map)",
				m->name);
		if (!m->key)
			m->keyed = true;
		key = widen(p, m->key, n->map.keys->type);
		if (!key)
			return wrong(p, n->map.keys->span,
				     "Argument mismatch for %s: trying to access with arguments: '%s' when map expects "
				     "arguments: '%s'",
				     m->name, name_of(p, n->map.keys->type),
				     said_of(p, m->said_key, m->key, n->map.keys->type));
		say(p, &m->said_key, n->map.keys->type);
		if (key->kind != TYPE_ERROR)
			set_type(p, &m->key, key);
	} else if (!whole) {
		if (m->keyed)
			return wrong(
				p, n->span,
				"%s used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)",
				m->name);
		if (!m->key)
			set_type(p, &m->key, &type_none);
	}
	if (!m->value)
		return whole ? &type_error : undefined_map(p, m, n->span);
	return m->value;
}

/* an if whose condition is known is the branch it takes */
void take_branch(struct pass *p, struct node *n, const struct node *cond)
{
	bool first = cond->kind == NODE_STRING ? cond->len > 0 : cond->num != 0;
	struct node *chosen = first ? n->cond.then : n->cond.other, *next = n->next;
	struct span span = n->span;

	if (n->kind == NODE_IF && n->cond.held)
		diag_release(p->diag, &n->cond.held[!first]);
	if (chosen) {
		*n = *chosen;
	} else {
		memset(n, 0, sizeof(*n));
		n->kind = NODE_BLOCK;
		n->span = span;
	}
	n->next = next;
}

bool take_comptime(struct pass *p, struct node *n)
{
	struct node *cond = n->cond.cond->expr;

	condition(p, cond);
	if (is_literal(cond)) {
		take_branch(p, n, cond);
		return true;
	}
	if (late_in(cond))
		wrong_late(p, late_in(cond));
	else
		wrong(p, cond->span, "comptime: this is not known when the script is compiled");
	return false;
}

static const struct type *infer_choice(struct pass *p, struct node *n)
{
	bool asks = asks_has_field(n->cond.cond);
	const struct type *a, *b, *t;

	if (n->cond.cond->kind == NODE_COMPTIME && n->kind == NODE_IF)
		return take_comptime(p, n) ? infer_expr(p, n) : &type_error;
	operand(p, n->cond.cond);
	check_condition(p, n->cond.cond);
	if (asks && is_literal(n->cond.cond) && n->cond.then && n->cond.other) {
		take_branch(p, n, n->cond.cond);
		return infer_expr(p, n);
	}
	p->asked += asks;
	a = n->cond.then ? operand(p, n->cond.then) : n->cond.cond->type;
	b = n->cond.other ? operand(p, n->cond.other) : &type_none;
	p->asked -= asks;
	if (n->cond.then && b->kind == TYPE_STRING)
		a = as_value(p, n->cond.then);
	if (n->cond.other && a->kind == TYPE_STRING)
		b = as_value(p, n->cond.other);
	if (n->kind == NODE_TERNARY && fold(p, n))
		return n->type;
	if (a->kind == TYPE_NONE && b->kind == TYPE_NONE)
		return a;
	t = type_unify(p->types, a, b);
	if (!t || t->kind == TYPE_NONE)
		return wrong(p, n->span, "Ternary operator must return the same type: have '%s' and '%s'",
			     name_of(p, a), name_of(p, b));
	return stored(p, t);
}

/* typeinfo(x).full_type and the like: literals */
const struct type *infer_typeinfo(struct pass *p, struct node *n)
{
	static const char *const bases[TYPE_KIND_COUNT] = {[TYPE_STRUCT] = "record"};
	struct node *of = n->field.expr, *next = n->next;
	const struct type *t = of->cast.of ? type_of_node(p, of->cast.of) : known(p, of->cast.expr);
	const char *name = n->field.name;

	if (t->kind == TYPE_ERROR)
		return t;
	if (!stable_enough(p, n, "typeinfo()", SETTING_unstable_typeinfo))
		return &type_error;
	if (str_eq(name, "btf_id"))
		make_int(p, n, t->btf_id, false);
	else if (str_eq(name, "full_type"))
		make_string(p, n, name_of(p, t), strlen(name_of(p, t)));
	else if (str_eq(name, "base_type"))
		make_string(p, n, bases[t->kind] ? bases[t->kind] : type_kind_name(t->kind),
			    strlen(bases[t->kind] ? bases[t->kind] : type_kind_name(t->kind)));
	else
		return wrong(p, n->field.name_span, "typeinfo() has btf_id, base_type and full_type, not '%s'", name);
	n->next = next;
	return n->type;
}

static const struct type *infer_parts(struct pass *p, struct node *n)
{
	uint32_t count = (uint32_t)node_count(n->list), i = 0;
	const struct type **elems = arena_alloc(p->arena, (count + 1) * sizeof(*elems));
	const char **names = arena_alloc(p->arena, (count + 1) * sizeof(*names));

	for (struct node *e = n->list; e; e = e->next, i++) {
		operand(p, e->kind == NODE_MEMBER ? e->member.expr : e);
		elems[i] = as_value(p, e->kind == NODE_MEMBER ? e->member.expr : e);
		if (e->kind == NODE_MEMBER) {
			names[i] = e->member.name;
			e->type = elems[i];
		}
		if (elems[i]->kind == TYPE_NONE)
			return wrong(p, e->span, "an element of a tuple must have a value");
	}
	return type_record(p->types, n->kind == NODE_RECORD ? names : NULL, elems, count);
}

static bool look_for_values(struct node **n, void *found)
{
	*(bool *)found |= (*n)->kind == NODE_VAR || (*n)->kind == NODE_MAP;
	return true;
}

/* has it a variable or map in it, of which more may become known? */
static bool may_widen(struct node *e)
{
	bool found = false;

	if (e->type->kind != TYPE_STRUCT && e->type->kind != TYPE_POINTER)
		node_walk(&e, look_for_values, &found);
	return found;
}

static const struct type *infer_size(struct pass *p, struct node *n)
{
	const struct type *t;
	struct node *next = n->next;

	t = n->cast.of ? type_of_node(p, n->cast.of) : known(p, n->cast.expr);
	if (t->kind == TYPE_ERROR)
		return t;
	if (n->cast.expr && n->cast.expr->kind == NODE_FIELD && n->cast.expr->field.field)
		t = n->cast.expr->field.field->type; /* of char x[N] N, though as a string it has room for a NUL */
	if (late_size(p, n, t)) {
		(n->cast.of ? n->cast.of : n->cast.expr)->type = t;
		return late_type(p, false);
	}
	if (n->cast.expr && !p->settled && may_widen(n->cast.expr)) {
		p->waits = true;
		return &type_error; /* of no influence till then */
	}
	make_int(p, n, t->size, false);
	n->next = next;
	return n->type;
}

static const struct type *infer_offset(struct pass *p, struct node *n)
{
	const struct type *t = n->offset.of ? type_of_node(p, n->offset.of) : operand(p, n->offset.expr);
	uint64_t sum = 0;
	struct node *next = n->next;
	bool waits;

	if (t->kind == TYPE_ERROR)
		return t;
	t = complete_type(p, t);
	waits = late_offset(p, n, t);
	(n->offset.of ? n->offset.of : n->offset.expr)->type = t;
	for (struct node *f = n->offset.path; f; f = f->next) {
		uint32_t offset;
		const struct field *field;

		if (t->kind == TYPE_ERROR)
			return t;
		t = complete_type(p, t);
		field = type_field(t, f->ident.name, &offset);
		if (!field)
			return wrong(p, f->span, "Struct/union of type '%s' does not contain a field named '%s'",
				     name_of(p, t), f->ident.name);
		sum += offset;
		t = field->type;
	}
	if (waits)
		return late_type(p, false);
	make_int(p, n, (int64_t)sum, false);
	n->next = next;
	return n->type;
}

static void too_long(struct pass *p, const struct node *n)
{
	error_at(p->diag, n->span, "String is too long (over %llu bytes): %.40s...",
		 (unsigned long long)p->script->settings.num[SETTING_max_strlen] - 1, n->str);
	hint(p->diag, "the setting max_strlen allows more");
}

static const struct type *infer_any(struct pass *p, struct node *n)
{
	switch ((int)n->kind) {
	case NODE_INT:
		return n->type ? n->type : type_literal(p->types, n->num, n->wide);
	case NODE_BOOL:
		return &type_bool;
	case NODE_STRING:
		if (!n->type && n != p->constant && n->len >= p->script->settings.num[SETTING_max_strlen])
			too_long(p, n);
		return type_string(p->types, (uint32_t)n->len + 1);
	case NODE_PARAM:
	case NODE_NPARAMS:
		return infer_param(p, n);
	case NODE_IDENT:
		if (!n->ident.builtin)
			return n->type ? n->type : &type_error;
		return infer_builtin(p, n, n->ident.builtin);
	case NODE_ARG:
		return infer_arg(p, n);
	case NODE_VAR:
		if (!n->var.var->type)
			return p->report ? wrong(p, n->span, "Undefined or undeclared variable: %s", n->var.name)
					 : &type_error;
		return n->var.var->type;
	case NODE_MAP:
		return map_value(p, n, false);
	case NODE_CALL:
		return infer_call(p, n);
	case NODE_UNARY:
		return infer_unary(p, n);
	case NODE_INCDEC:
		return infer_incdec(p, n);
	case NODE_BINARY:
		return infer_binary(p, n);
	case NODE_TERNARY:
	case NODE_IF:
		return infer_choice(p, n);
	case NODE_FIELD:
		return infer_field(p, n);
	case NODE_INDEX:
		return infer_index(p, n);
	case NODE_CAST:
		return infer_cast(p, n);
	case NODE_TUPLE:
	case NODE_RECORD:
		return infer_parts(p, n);
	case NODE_SIZEOF:
		return infer_size(p, n);
	case NODE_OFFSETOF:
		return infer_offset(p, n);
	case NODE_BLOCK:
		statements(p, n->block.stmts);
		if (!n->block.value)
			return &type_none;
		operand(p, n->block.value);
		if (!n->block.stmts && is_literal(n->block.value)) { /* of a macro: as good as written here */
			struct node *value = n->block.value, *next = n->next;

			*n = *value;
			n->next = next;
			return n->type;
		}
		return n->block.value->type;
	case NODE_COMPTIME: {
		struct node *e = n->expr, *next = n->next;

		infer_expr(p, e);
		*n = *e;
		n->next = next;
		return n->type;
	}
	}
	return wrong(p, n->span, "%s is not supported yet", node_kind_name(n->kind));
}

const struct type *infer_expr(struct pass *p, struct node *n)
{
	n->type = infer_any(p, n);
	return n->type;
}

static void round_trip(struct pass *p)
{
	p->changed = false;
	for (struct clause *c = p->script->clauses; c; c = c->next) {
		p->clause = c;
		if (c->predicate)
			condition(p, c->predicate);
		for (p->subprogram = c->subprograms; p->subprogram; p->subprogram = p->subprogram->next) {
			infer_subprogram(p, p->subprogram);
			statement(p, p->subprogram->body);
		}
		statement(p, c->body);
	}
}

#define MOST_ROUNDS 64 /* types only grow: this many is a mistake of ours */

/* literals that nothing gave a sign are signed: types may change once more */
static void settle(struct pass *p)
{
	for (struct clause *c = p->script->clauses; c; c = c->next)
		for (struct variable *v = c->vars; v; v = v->next)
			if (v->type && !v->declared)
				set_type(p, &v->type, stored_as(p, v->type, false));
	for (struct map *m = p->script->maps; m; m = m->next) {
		if (m->key)
			set_type(p, &m->key, stored_as(p, m->key, false));
		if (m->value)
			set_type(p, &m->value, stored_as(p, m->value, false));
	}
}

static void check_size(struct pass *p, const char *name, const struct type *t, struct span span)
{
	if (t->kind != TYPE_AGGREGATE && t->size > VALUE_MOST)
		wrong(p, span, "%s: a value of type '%s' has %u bytes, more than the %u that are possible", name,
		      name_of(p, t), t->size, VALUE_MOST);
}

/* aggregations are per CPU, all else is not: a declaration must agree */
static void check_storage(struct pass *p, const struct map *m)
{
	bool declared, wanted = m->value->kind == TYPE_AGGREGATE;

	if (!m->declared || !m->used || m->value->kind == TYPE_ERROR)
		return;
	declared = !strncmp(m->declared, "percpu", 6);
	if (declared == wanted)
		return;
	error_at(p->diag, m->span, "Incompatible map types. Type from declaration: %s. Type from value/key type: %s",
		 m->declared, wanted ? "percpuhash" : "hash");
	hint(p->diag, "declare it as %s%s", wanted ? "percpu" : "",
	     declared ? m->declared + strlen("percpu") : m->declared);
}

bool infer(struct pass *p)
{
	int rounds = 0;

	do {
		round_trip(p);
		if (!p->changed)
			settle(p);
		if (!p->changed && p->waits && !p->settled)
			p->settled = p->changed = true;
	} while (p->changed && ++rounds < MOST_ROUNDS);
	p->report = true;
	round_trip(p);
	for (struct map *m = p->script->maps; m; m = m->next)
		if (!m->value || !m->key) {
			if (!p->diag->errors && m->declared)
				warning_at(p->diag, WARN(unused_map), m->span, "Unused map: %s", m->name);
			else if (!p->diag->errors && m->used)
				error_at(p->diag, m->span, "Undefined map: %s", m->name);
			m->value = m->value ? m->value : type_int(p->types, 8, true);
			m->key = m->key ? m->key : &type_none;
		}
	for (struct clause *c = p->script->clauses; c; c = c->next)
		for (struct variable *v = c->vars; v; v = v->next) {
			if (!v->type)
				v->type = type_int(p->types, 8, true);
			check_size(p, v->name, v->type, v->span);
		}
	for (const struct map *m = p->script->maps; m; m = m->next) {
		check_storage(p, m);
		check_size(p, m->name, m->value, m->span);
		check_size(p, m->name, m->key, m->span);
	}
	return !p->diag->errors;
}
