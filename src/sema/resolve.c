/* Names: what each stands for.  Variables have block scope. */
#include "sema/pass.h"

#include <stdlib.h>
#include <string.h>

struct scope {
	struct scope *outer;
	struct dict vars;
};

struct defining { /* #defines whose replacements are being read */
	struct defining *outer;
	const char *name;
};

struct resolver {
	struct pass *pass;
	struct clause *clause;
	struct scope *scope;
	struct variable ***last; /* where the clause's next variable goes */
	const struct subprogram *sub; /* whose body this is, or NULL */
	const struct resolver *caller;
	unsigned loops;
	struct defining *defining;
	struct dict hoisted; /* variables that live as long as the probe */
	bool again; /* another one was found */
};

struct map *map_named(struct pass *p, const char *name, struct span span)
{
	struct map *m = dict_find(&p->maps, name);

	if (m)
		return m;
	m = arena_alloc(p->arena, sizeof(*m));
	m->name = name;
	m->id = p->script->nmaps++;
	m->span = span;
	*p->last_map = m;
	p->last_map = &m->next;
	dict_set(&p->maps, name, m);
	return m;
}

static struct variable *find_var(struct resolver *r, const char *name)
{
	for (struct scope *s = r->scope; s; s = s->outer) {
		struct variable *v = dict_find(&s->vars, name);

		if (v)
			return v;
	}
	return NULL;
}

static struct variable *add_var(struct resolver *r, const char *name, struct span span)
{
	struct scope *scope = r->scope;
	struct variable *v = arena_alloc(r->pass->arena, sizeof(*v));

	v->name = name;
	v->span = span;
	v->of = r->sub;
	**r->last = v;
	*r->last = &v->next;
	while (scope->outer && dict_find(&r->hoisted, name))
		scope = scope->outer;
	dict_set(&scope->vars, name, v);
	return v;
}

/* a variable of an inner block that is over: scripts before 0.22 use them, so it lives as long as the probe */
static bool hoist(struct resolver *r, const struct node *n)
{
	for (struct variable *v = r->clause->vars; v; v = v->next)
		if (v->of == r->sub && str_eq(v->name, n->var.name) && !v->loop) {
			warning_at(r->pass->diag, WARN(hoisted_variable), n->span,
				   "%s is used outside of the block that declares it", v->name);
			dict_set(&r->hoisted, v->name, r);
			return r->again = true;
		}
	return false;
}

static void enter(struct resolver *r, struct scope *s)
{
	s->outer = r->scope;
	dict_init(&s->vars, r->pass->arena);
	r->scope = s;
}

static void visit(struct resolver *r, struct node *n);

static void chain_of(const struct defining *d, struct buf *out)
{
	if (d->outer) {
		chain_of(d->outer, out);
		buf_puts(out, "->");
	}
	buf_puts(out, d->name);
}

static void visit_list(struct resolver *r, struct node *list)
{
	for (struct node *n = list; n; n = n->next)
		visit(r, n);
}

static void visit_scope(struct resolver *r, struct node *n)
{
	struct scope s;

	if (!n)
		return;
	enter(r, &s);
	visit(r, n);
	r->scope = s.outer;
}

static void variable(struct resolver *r, struct node *n, bool assigned)
{
	struct variable *v = find_var(r, n->var.name);

	if (!v && (assigned || hoist(r, n)))
		v = add_var(r, n->var.name, n->span);
	if (!v) {
		error_at(r->pass->diag, n->span, "Undefined or undeclared variable: %s", n->var.name);
		suggest_variable(r->pass, r->clause, n->var.name);
		v = add_var(r, n->var.name, n->span);
		v->type = &type_error;
	}
	n->var.var = v;
	if (!v->assigned && !assigned && !v->early.from && !r->loops)
		v->early = n->span;
	v->assigned |= assigned;
}

static void map(struct resolver *r, struct node *n)
{
	struct node *tuple;

	n->map.map = map_named(r->pass, n->map.name, n->span);
	visit_list(r, n->map.keys);
	if (n->map.keys && n->map.keys->next) {
		tuple = node_new(r->pass->arena, NODE_TUPLE, n->map.keys->span);
		for (const struct node *k = n->map.keys->next; k; k = k->next)
			tuple->span = span_join(tuple->span, k->span);
		tuple->list = n->map.keys;
		n->map.keys = tuple;
	}
}

/* #define: the name gives way to what it stands for */
static bool define(struct resolver *r, struct node *n)
{
	const char *name = n->ident.name;
	struct node *value, *next = n->next;
	struct buf chain = {0};
	bool again = false;

	for (struct defining *d = r->defining; d; d = d->outer)
		again |= str_eq(d->name, name);
	if (again) {
		chain_of(r->defining, &chain);
		error_at(r->pass->diag, n->span, "Macro recursion: %s->%s", chain.data, name);
		buf_free(&chain);
		make_int(r->pass, n, 0, false);
		n->type = &type_error;
		return true;
	}
	value = define_node(r->pass, name, n->span);
	if (!value)
		return false;
	*n = *value;
	n->next = next;
	r->defining = &(struct defining){r->defining, name};
	visit(r, n);
	r->defining = r->defining->outer;
	return true;
}

static void setting_value(struct pass *p, struct node *n, enum setting_id id)
{
	const struct config *s = &p->script->settings;
	struct node *next = n->next;

	if (setting_type(id) == SETTING_BOOL)
		make_bool(n, s->num[id] != 0);
	else if (setting_type(id) == SETTING_NUM)
		make_int(p, n, (int64_t)s->num[id], false);
	else
		make_string(p, n, s->text[id] ? s->text[id] : "", strlen(s->text[id] ? s->text[id] : ""));
	n->next = next;
}

/* config.max_strlen */
static bool config_field(struct resolver *r, struct node *n)
{
	const char *names[SETTING_COUNT + 1] = {NULL};

	if (n->field.expr->kind != NODE_IDENT || !str_eq(n->field.expr->ident.name, "config"))
		return false;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		names[i] = setting_name(i);
		if (str_ieq(names[i], n->field.name)) {
			setting_value(r->pass, n, i);
			return true;
		}
	}
	error_at(r->pass->diag, n->field.name_span, "%s: not a known configuration option", n->field.name);
	suggest(r->pass, n->field.name, names);
	make_int(r->pass, n, 0, false);
	n->type = &type_error;
	return true;
}

/* config alone: a record of all of them */
static void config_record(struct resolver *r, struct node *n)
{
	struct node *list = NULL;

	for (size_t i = 0; i < SETTING_COUNT; i++) {
		struct node *m = node_new(r->pass->arena, NODE_MEMBER, n->span);

		m->member.name = setting_name(i);
		m->member.expr = node_new(r->pass->arena, NODE_INT, n->span);
		setting_value(r->pass, m->member.expr, i);
		list = node_append(list, m);
	}
	n->kind = NODE_RECORD;
	n->list = list;
}

/* a name: a builtin, or a constant of a header or of the kernel's enums */
static void ident(struct resolver *r, struct node *n)
{
	struct pass *p = r->pass;
	const struct type *type;
	int64_t value;

	n->ident.builtin = builtin_find(n->ident.name);
	if (n->ident.builtin)
		return;
	if (str_eq(n->ident.name, "stack")) {
		n->ident.builtin = &builtins[BUILTIN_kstack];
		return;
	}
	if (kernel_constant(p, n) || define(r, n))
		return;
	if (str_eq(n->ident.name, "config")) {
		config_record(r, n);
		return;
	}
	if (p->cdefs && cdefs_enumerator(p->cdefs, n->ident.name, &value, &type)) {
		make_int(p, n, value, false);
		n->type = type;
		return;
	}
	if (constant_find(n->ident.name, &value)) {
		make_int(p, n, value, false);
		return;
	}
	if (kernel_enumerator(p->kernel, n->ident.name, &value, &type)) {
		if (late_enumerator(p, n, type))
			return;
		make_int(p, n, value, false);
		n->type = type;
		return;
	}
	if (kernel_constant_find(n->ident.name, &value)) {
		make_int(p, n, value, false);
		return;
	}
	error_at(p->diag, n->span, "Unknown identifier: '%s'", n->ident.name);
	suggest_identifier(p, r->clause, n->ident.name);
	n->type = &type_error;
	make_int(p, n, 0, false);
	n->type = &type_error;
}

/* functions whose arguments are words of their own */
static bool takes_words(const char *name)
{
	static const char *const names[] = {"kstack", "ustack", "dw_ustack", "nsecs", "stack", "pid", "tid"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_eq(name, names[i]))
			return true;
	return false;
}

/* delete(@m[k]) is delete(@m, k); delete(@m[k], @n, ...), as it was once, { delete(@m, k); delete(@n); ... } */
static void spread_delete(struct arena *a, struct node *n)
{
	struct node *m = n->call.args, *rest = m ? m->next : NULL, *next = n->next, **end, *one;

	if (!m || m->kind != NODE_MAP || !m->map.keys)
		return;
	m->next = m->map.keys;
	m->map.keys = NULL;
	if (!rest)
		return;
	n->next = NULL;
	one = arena_memdup(a, n, sizeof(*n));
	n->kind = NODE_BLOCK;
	memset(&n->block, 0, sizeof(n->block));
	end = &n->block.stmts;
	while (rest) {
		*end = node_new(a, NODE_EXPR, n->span);
		(*end)->expr = one;
		end = &(*end)->next;
		one = arena_memdup(a, one, sizeof(*one));
		one->call.args = rest;
		rest = rest->next;
		one->call.args->next = NULL;
		spread_delete(a, one);
	}
	n->block.value = one;
	n->next = next;
}

#define DEEPEST_CALL 6 /* the kernel allows 8 frames, among them the program's and those of loops */

static void resolve_body(struct resolver *r, struct subprogram *s);

/* f(a): f's copy for the clause, made where it is called first */
static void subprogram(struct resolver *r, struct node *n, const struct node *fn)
{
	struct subprogram *s = subprogram_of(r->clause, fn), **end = &r->clause->subprograms;
	struct resolver inner = {.pass = r->pass, .clause = r->clause, .last = r->last, .caller = r};
	struct node *q = fn->macro.params;

	for (const struct resolver *c = r; c; c = c->caller)
		if (c->sub && c->sub->node == fn) {
			error_at(r->pass->diag, n->span, "%s() calls itself: BPF functions cannot recurse",
				 fn->macro.name);
			return;
		}
	if (!s) {
		s = arena_alloc(r->pass->arena, sizeof(*s));
		s->node = fn;
		s->body = node_clone(r->pass->arena, fn->macro.body);
		s->nparams = node_count(q);
		s->params = arena_alloc(r->pass->arena, (s->nparams + 1) * sizeof(*s->params));
		s->spaced = arena_alloc(r->pass->arena, s->nparams + 1);
		inner.sub = s;
		resolve_body(&inner, s);
		while (*end)
			end = &(*end)->next;
		*end = s;
	}
	n->call.sub = s;
	if (r->sub && r->sub->depth < s->depth + 1)
		((struct subprogram *)r->sub)->depth = s->depth + 1;
	if (s->depth + 1 > DEEPEST_CALL)
		error_at(r->pass->diag, n->span, "calls of functions are nested too deeply: %u at most", DEEPEST_CALL);
}

static void call(struct resolver *r, struct node *n)
{
	struct pass *p = r->pass;
	const char *names[FN_COUNT + AGG_COUNT + 64];
	const struct node *fn;
	size_t count = 0;

	if (str_eq(n->call.name, "sym"))
		n->call.name = "ksym";
	if (str_eq(n->call.name, "stack"))
		n->call.name = "kstack";
	n->call.agg = aggregation_find(n->call.name);
	n->call.fn = n->call.agg < 0 ? function_find(n->call.name) : NULL;
	if (n->call.agg < 0 && (!n->call.fn || !n->call.args) && builtin_find(n->call.name)) {
		n->call.builtin = builtin_find(n->call.name);
		n->call.fn = NULL;
	}
	fn = n->call.agg < 0 && !n->call.fn && !n->call.builtin ? dict_find(&p->subprograms, n->call.name) : NULL;
	if (!fn && n->call.agg < 0 && !n->call.fn && !n->call.builtin)
		n->call.external = dict_find(&p->externals, n->call.name);
	if (fn) {
		subprogram(r, n, fn);
	} else if (n->call.external) {
		p->script->libraries = p->libraries;
	} else if (!n->call.builtin && !n->call.fn && n->call.agg < 0) {
		for (size_t i = 0; i < FN_COUNT; i++)
			names[count++] = functions[i].name;
		for (size_t i = 0; i < AGG_COUNT; i++)
			names[count++] = aggregations[i].name;
		for (size_t i = 0; i < p->subprograms.count && count + 1 < ARRAY_SIZE(names); i++)
			names[count++] = p->subprograms.entries[i].key;
		for (size_t i = 0; i < p->externals.count && count + 1 < ARRAY_SIZE(names); i++)
			names[count++] = p->externals.entries[i].key;
		names[count] = NULL;
		error_at(p->diag, n->call.name_span.from ? n->call.name_span : n->span, "Unknown function: '%s'",
			 n->call.name);
		suggest(p, n->call.name, names);
	}
	if (n->call.fn && n->call.fn->id == FN_has_field)
		return; /* its words are names */
	if (n->call.fn && n->call.fn->id == FN_delete) {
		visit_list(r, n->call.args);
		spread_delete(r->pass->arena, n);
		return;
	}
	for (struct node *a = n->call.args; a; a = a->next)
		if (a->kind != NODE_IDENT || !takes_words(n->call.name))
			visit(r, a);
}

static void declare(struct resolver *r, struct node *n)
{
	struct variable *v;

	if (n->let.of)
		visit(r, n->let.of);
	if (n->let.value)
		visit(r, n->let.value);
	v = find_var(r, n->let.name);
	if (v && dict_find(&r->hoisted, v->name))
		;
	else if (v) {
		error_at(r->pass->diag, n->let.name_span,
			 "Variable %s was already declared. Variable shadowing is not allowed.", n->let.name);
		error_at(r->pass->diag, v->span, "This is the initial declaration.");
	} else
		v = add_var(r, n->let.name, n->let.name_span);
	v->declared = n->let.of != NULL;
	v->assigned |= n->let.value != NULL;
	n->let.var = v;
}

static void loop(struct resolver *r, struct node *n)
{
	struct scope s;

	if (n->loop.map)
		n->loop.map->map.map = map_named(r->pass, n->loop.map->map.name, n->loop.map->span);
	if (n->loop.from) {
		visit(r, n->loop.from);
		visit(r, n->loop.to);
	}
	if (find_var(r, n->loop.name))
		error_at(r->pass->diag, n->loop.name_span, "Loop declaration shadows existing variable: %s",
			 n->loop.name);
	enter(r, &s);
	n->loop.var = add_var(r, n->loop.name, n->loop.name_span);
	n->loop.var->loop = true;
	r->loops++;
	visit(r, n->loop.body);
	r->loops--;
	r->scope = s.outer;
}

/* of an if; which of them an if comptime takes is not known before there are types */
static void branches(struct resolver *r, struct node *n)
{
	bool comptime = n->cond.cond->kind == NODE_COMPTIME;
	struct held *held = comptime ? arena_alloc(r->pass->arena, 2 * sizeof(*held)) : NULL,
		    *before = r->pass->diag->held;

	n->cond.held = held;
	if (held)
		diag_hold(r->pass->diag, &held[0]);
	visit_scope(r, n->cond.then);
	if (held)
		diag_hold(r->pass->diag, &held[1]);
	visit_scope(r, n->cond.other);
	diag_hold(r->pass->diag, before);
}

static void visit(struct resolver *r, struct node *n)
{
	struct node **children[8];
	struct scope s;
	unsigned count;

	if (n->kind == NODE_VAR) {
		variable(r, n, false);
	} else if (n->kind == NODE_MAP) {
		map(r, n);
	} else if (n->kind == NODE_IDENT) {
		ident(r, n);
	} else if (n->kind == NODE_CALL) {
		call(r, n);
	} else if (n->kind == NODE_LET) {
		declare(r, n);
	} else if (n->kind == NODE_FOR) {
		loop(r, n);
	} else if (n->kind == NODE_ASSIGN) {
		visit(r, n->assign.value);
		if (n->assign.target->kind == NODE_VAR)
			variable(r, n->assign.target, true);
		else
			visit(r, n->assign.target);
	} else if (n->kind == NODE_UNARY && n->unary.op == OP_ADDR && n->unary.expr->kind == NODE_VAR) {
		if (find_var(r, n->unary.expr->var.name)) /* who has the address may assign */
			find_var(r, n->unary.expr->var.name)->assigned = true;
		variable(r, n->unary.expr, false);
	} else if (n->kind == NODE_INCDEC && n->unary.expr->kind == NODE_VAR) {
		variable(r, n->unary.expr, true);
	} else if (n->kind == NODE_BLOCK) {
		enter(r, &s);
		visit_list(r, n->block.stmts);
		if (n->block.value)
			visit(r, n->block.value);
		r->scope = s.outer;
	} else if (n->kind == NODE_IF) {
		visit(r, n->cond.cond);
		branches(r, n);
	} else if (n->kind == NODE_WHILE || n->kind == NODE_UNROLL) {
		visit(r, n->while_.cond);
		r->loops += n->kind == NODE_WHILE;
		visit_scope(r, n->while_.body);
		r->loops -= n->kind == NODE_WHILE;
	} else if (n->kind == NODE_BREAK || n->kind == NODE_CONTINUE) {
		if (!r->loops)
			error_at(r->pass->diag, n->span, "'%s' statement is not allowed in a probe",
				 n->kind == NODE_BREAK ? "break" : "continue");
	} else if (n->kind == NODE_TYPEINFO) {
		if (n->cast.expr)
			visit(r, n->cast.expr);
	} else if (n->kind == NODE_FIELD && config_field(r, n)) {
		;
	} else if (n->kind == NODE_OFFSETOF) {
		if (n->offset.expr)
			visit(r, n->offset.expr);
	} else {
		count = node_children(n, children);
		for (unsigned i = 0; i < count; i++)
			visit_list(r, *children[i]);
	}
}

/* parameters, then the body; once more where a variable turns out to be needed after its block */
static void resolve_body(struct resolver *r, struct subprogram *s)
{
	struct variable **before = *r->last;
	struct scope scope;

	dict_init(&r->hoisted, r->pass->arena);
	do {
		struct node *q = s->node->macro.params;

		r->again = false;
		*before = NULL;
		*r->last = before;
		enter(r, &scope);
		visit(r, s->node->macro.result);
		for (size_t i = 0; i < s->nparams; i++, q = q->next) {
			visit(r, q->let.of);
			if (find_var(r, q->let.name))
				error_at(r->pass->diag, q->let.name_span,
					 "Variable %s was already declared. Variable shadowing is not allowed.",
					 q->let.name);
			s->params[i] = add_var(r, q->let.name, q->let.name_span);
			s->params[i]->declared = s->params[i]->assigned = true;
		}
		s->result = add_var(r, "result", s->node->span);
		s->result->declared = s->result->assigned = true;
		visit(r, s->body);
		r->scope = scope.outer;
	} while (r->again);
}

void resolve(struct pass *p, struct clause *c)
{
	struct variable **last;
	struct resolver r = {.pass = p, .clause = c, .last = &last};
	struct scope s;

	dict_init(&r.hoisted, p->arena);
	do {
		r.again = false;
		c->vars = NULL;
		c->subprograms = NULL;
		last = &c->vars;
		enter(&r, &s);
		if (c->predicate)
			visit(&r, c->predicate);
		visit(&r, c->body);
		r.scope = s.outer;
	} while (r.again);
	for (const struct variable *v = c->vars; v; v = v->next) {
		if (v->loop || v->type)
			continue;
		if (!v->assigned)
			warning_at(p->diag, WARN(unassigned_variable), v->span, "Variable %s was never assigned to.",
				   v->name);
		else if (v->early.from)
			warning_at(p->diag, WARN(unassigned_variable), v->early,
				   "Variable used before it was assigned: %s", v->name);
	}
}
