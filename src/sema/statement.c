/* Statements, with what is assigned in them. */
#include "sema/infer.h"

static void mismatch(struct pass *p, struct node *n, const char *what, const char *name, const struct type *is,
		     const char *was)
{
	wrong(p, n->span, "Type mismatch for %s: trying to assign value of type '%s' when %s already has a type '%s'",
	      name, name_of(p, is), what, was);
}

/* what is given to a variable or map that also gets values of the other sign */
static void check_signs(struct pass *p, const struct node *value, const struct type *t, const struct type *as)
{
	if (p->report && as && as->kind == TYPE_INT && t->kind == TYPE_INT && as->is_signed && !t->is_signed &&
	    t->size == 8)
		warning_at(
			p->diag, WARN(mixed_signs), value->span,
			"Expression of type: %s being cast to type: %s. This may cause unexpected results. Use an explicit cast to suppress this warning.",
			name_of(p, t), name_of(p, as));
}

/* what is given to hist() and the like besides the value is one for a map */
static void check_one_shape(struct pass *p, const struct node *call, const struct agg *is, const struct agg *was)
{
	static const char *const shapes[AGG_COUNT] = {
		[AGG_hist] = "hist bits", [AGG_lhist] = "lhist bounds", [AGG_tseries] = "tseries arguments"};

	if (shapes[is->kind] &&
	    (is->bits != was->bits || is->min != was->min || is->max != was->max || is->step != was->step))
		wrong(p, call->span, "Different %s in a single map unsupported", shapes[is->kind]);
}

/* what a mistake is assigned to has no type because of it: that has been said */
static void poison(const struct pass *p, const struct type **slot, const struct type *t)
{
	if (p->report && !*slot && t->kind == TYPE_ERROR)
		*slot = &type_error;
}

static void assign_map(struct pass *p, struct node *n)
{
	struct node *target = n->assign.target, *value = n->assign.value;
	struct map *m = target->map.map;
	const struct type *t, *now;

	if (value->kind == NODE_CALL && value->call.agg >= 0 && n->assign.op == OP_COUNT) {
		t = infer_aggregation(p, value);
		value->type = t;
	} else {
		infer_expr(p, value);
		t = as_value(p, value);
		if (t->kind == TYPE_AGGREGATE && m->value && type_is_int(m->value)) {
			read_aggregate(p, value);
			t = value->type;
		} else if (t->kind == TYPE_AGGREGATE) {
			wrong(p, value->span,
			      "Map value '%s' cannot be assigned from one map to another. The function that returns this type must be called directly e.g. `%s = %s();`.",
			      name_of(p, t), m->name, aggregations[t->agg.kind].name);
			if (p->report && type_is_castable_agg(t))
				hint(p->diag,
				     "Add a cast to integer if you want the value of the aggregate, e.g. `%s = (int64)%s;`.",
				     m->name, value->map.name);
			return;
		}
	}
	if (t->kind == TYPE_NONE) {
		wrong(p, value->span, "Invalid expression for assignment");
		return;
	}
	if (n->assign.op != OP_COUNT)
		t = arithmetic(p, n->span, n->assign.op, m->value ? m->value : type_literal(p->types, 0, false), t,
			       value);
	poison(p, &m->value, t);
	map_value(p, target, false);
	now = widen(p, m->value, t);
	if (!now) {
		mismatch(p, n, "map", m->name, t, said_of(p, m->said_value, m->value, t));
		return;
	}
	say(p, &m->said_value, t);
	if (t->kind == TYPE_AGGREGATE && m->value)
		check_one_shape(p, value, &t->agg, &m->value->agg);
	if (t->kind != TYPE_ERROR || m->value)
		set_type(p, &m->value, now);
	target->type = m->value ? m->value : &type_error;
	check_signs(p, value, t, m->value);
}

/* does a literal fit what has been declared? */
bool literal_fits(const struct node *n, const struct type *t)
{
	int bits = (int)t->size * 8;

	if (t->kind == TYPE_STRING)
		return n->kind != NODE_STRING || n->len < t->size;
	if (n->kind != NODE_INT || t->kind != TYPE_INT)
		return true;
	if (n->wide || (!t->is_signed && n->num < 0))
		return n->wide && !t->is_signed && bits == 64;
	if (t->is_signed)
		return bits == 64 || (n->num >= -(1ll << (bits - 1)) && n->num < 1ll << (bits - 1));
	return bits == 64 || n->num < 1ll << bits;
}

/* a variable with a type of its own: values are converted to it.  value: NULL, or what may be a literal */
static void check_declared(struct pass *p, struct node *n, const struct variable *v, const struct node *value,
			   const struct type *t)
{
	if (!type_unify(p->types, v->type, t) || (value && !literal_fits(value, v->type)))
		mismatch(p, n, "variable", v->name, t, name_of(p, v->type));
}

/* a variable whose type follows from what it is given */
static void give(struct pass *p, struct node *n, struct variable *v, const struct node *value, const struct type *t)
{
	const struct type *now;

	poison(p, &v->type, t);
	now = widen(p, v->type, t);
	if (!now) {
		mismatch(p, n, "variable", v->name, t, said_of(p, v->said, v->type, t));
	} else if (t->kind != TYPE_ERROR) {
		say(p, &v->said, t);
		set_type(p, &v->type, now);
	}
	check_signs(p, value, t, v->type);
}

/* what a variable is given: text in a record where it holds strings, else the pointer to it */
static const struct type *given(struct pass *p, const struct variable *v, struct node *value)
{
	operand(p, value);
	return v->type && v->type->kind == TYPE_STRING ? as_value(p, value) : whole_args(p, value);
}

static void assign_var(struct pass *p, struct node *n)
{
	struct variable *v = n->assign.target->var.var;
	const struct type *t = given(p, v, n->assign.value);

	if (t->kind == TYPE_NONE) {
		wrong(p, n->assign.value->span, "Invalid expression for assignment");
		return;
	}
	if (n->assign.op != OP_COUNT && v->type)
		t = arithmetic(p, n->span, n->assign.op, v->type, t, n->assign.value);
	if (v->declared && v->type) {
		check_declared(p, n, v, n->assign.op == OP_COUNT ? n->assign.value : NULL, t);
	} else {
		give(p, n, v, n->assign.value, t);
	}
	n->assign.target->type = v->type ? v->type : &type_error;
}

static void infer_let(struct pass *p, struct node *n)
{
	struct variable *v = n->let.var;
	const struct type *t = NULL;

	if (n->let.of)
		set_type(p, &v->type, type_of_node(p, n->let.of));
	if (n->let.value)
		t = given(p, v, n->let.value);
	if (t && t->kind == TYPE_NONE) {
		wrong(p, n->let.value->span, "Invalid expression for assignment");
		return;
	}
	if (t && n->let.of)
		check_declared(p, n, v, n->let.value, t);
	if (!t || n->let.of) {
		if (!n->let.of && !v->type && p->report)
			set_type(p, &v->type, int64(p, true));
		return;
	}
	give(p, n, v, n->let.value, t);
}

static void infer_loop(struct pass *p, struct node *n)
{
	struct variable *v = n->loop.var;
	const struct type *pair[2], *t;

	if (n->loop.map) {
		const struct map *m = n->loop.map->map.map;

		n->loop.map->type = map_value(p, n->loop.map, true);
		if (m->key && !m->keyed) {
			v->type = wrong(p, n->loop.map->span,
					"%s has no explicit keys (scalar map), and cannot be used for iteration",
					m->name);
		} else if (m->value && m->value->kind == TYPE_AGGREGATE && !type_is_castable_agg(m->value)) {
			v->type = wrong(p, n->loop.map->span, "Loop expression does not support type: %s",
					name_of(p, m->value));
		} else if (m->key && m->value) {
			pair[0] = m->key;
			pair[1] = m->value->kind == TYPE_AGGREGATE
					  ? int64(p, m->value->agg.kind == AGG_count || m->value->agg.is_signed)
					  : m->value;
			set_type(p, &v->type, type_tuple(p->types, pair, 2));
		} else {
			undefined_map(p, m, n->loop.map->span);
		}
	} else {
		operand(p, n->loop.from);
		operand(p, n->loop.to);
		t = type_unify(p->types, n->loop.from->type, n->loop.to->type);
		if (!t || (!type_is_int(t) && t->kind != TYPE_ERROR))
			wrong(p, n->span, "a range must be of integers, found '%s' and '%s'",
			      name_of(p, n->loop.from->type), name_of(p, n->loop.to->type));
		set_type(p, &v->type, int64(p, true));
	}
	infer_expr(p, n->loop.body);
}

static void unroll_count(struct pass *p, struct node *n)
{
	struct node *c = n->while_.cond;

	operand(p, c);
	if (c->type->kind == TYPE_ERROR)
		return;
	if (late(c))
		wrong_late(p, c);
	else if (c->kind != NODE_INT)
		wrong(p, c->span, "invalid unroll value");
	else if (c->num > 100)
		wrong(p, c->span, "unroll maximum value is 100");
	else if (c->num < 1)
		wrong(p, c->span, "unroll minimum value is 1");
}

void condition(struct pass *p, struct node *n)
{
	operand(p, n);
	check_condition(p, n);
}

/* if (has_field(...)): for this kernel one branch; for others both, which may name fields that are not here */
static void has_field_if(struct pass *p, struct node *n)
{
	condition(p, n->cond.cond);
	if (is_literal(n->cond.cond)) {
		take_branch(p, n, n->cond.cond);
		statement(p, n);
		return;
	}
	p->asked++;
	statement(p, n->cond.then);
	if (n->cond.other)
		statement(p, n->cond.other);
	p->asked--;
}

void statement(struct pass *p, struct node *n)
{
	n->type = &type_none;
	switch ((int)n->kind) {
	case NODE_ASSIGN:
		if (n->assign.target->kind == NODE_MAP)
			assign_map(p, n);
		else
			assign_var(p, n);
		break;
	case NODE_EXPR:
	case NODE_DISCARD:
		if (n->expr->kind == NODE_CALL && n->expr->call.agg >= 0)
			wrong(p, n->expr->span, "%s() must be assigned to a map, e.g. `@x = %s();`", n->expr->call.name,
			      n->expr->call.name);
		else
			infer_expr(p, n->expr);
		break;
	case NODE_LET:
		infer_let(p, n);
		break;
	case NODE_IF:
		if (n->cond.cond->kind == NODE_COMPTIME) {
			if (take_comptime(p, n))
				statement(p, n);
			break;
		}
		if (asks_has_field(n->cond.cond)) {
			has_field_if(p, n);
			break;
		}
		condition(p, n->cond.cond);
		statement(p, n->cond.then);
		if (n->cond.other)
			statement(p, n->cond.other);
		break;
	case NODE_BLOCK:
		statements(p, n->block.stmts);
		if (n->block.value)
			infer_expr(p, n->block.value);
		break;
	case NODE_FOR:
		infer_loop(p, n);
		break;
	case NODE_WHILE:
		condition(p, n->while_.cond);
		statement(p, n->while_.body);
		break;
	case NODE_UNROLL:
		unroll_count(p, n);
		statement(p, n->while_.body);
		break;
	case NODE_RETURN:
		if (p->subprogram)
			infer_return(p, n);
		else if (n->expr && !number_like(operand(p, n->expr)))
			wrong(p, n->expr->span, "Probe return values can only be integers. Found %s",
			      name_of(p, n->expr->type));
		break;
	case NODE_BREAK:
	case NODE_CONTINUE:
		break;
	default:
		infer_expr(p, n);
	}
}

void statements(struct pass *p, struct node *list)
{
	for (struct node *n = list; n; n = n->next)
		statement(p, n);
}
