/* What gives variables and maps their values, or takes them away. */
#include "gen.h"

struct var *new_var(const struct type *t, bool fixed)
{
	struct var *v = make(sizeof(*v));

	*v = (struct var){.name = text("$v%u", serial++), .type = t, .fixed = fixed, .value = zero(t)};
	return v;
}

void declare(struct var *v)
{
	if (nvars == MOST_VARS)
		nvars--;
	vars[nvars++] = v;
}

enum flow run_assign(const struct stmt *s)
{
	struct value key = s->e[0] ? eval(s->e[0]) : zero(&bool_type), v = eval(s->e[1]);

	if (s->var->is_map)
		map_set(s->var, key, v);
	else
		s->var->value = convert(v, s->var->type);
	return ON;
}

/* v, @m or @m[k]; its key in *key */
const char *target(struct var *v, int depth, struct expr **key)
{
	if (!v->key)
		return v->name;
	pure++;
	*key = gen_value(v->key, depth);
	pure--;
	return text("%s[%s]", v->name, key_text(*key));
}

static bool has_type(const struct var *v)
{
	return !v->is_map && v->type->kind != POINTER;
}

/* let $v; $v = e;	let $v : type;, which leaves it zero */
static struct stmt *declare_first(struct stmt *s, bool named, int depth)
{
	struct var *v = s->var;
	bool later = named && chance(50);

	v->declared = named;
	s->e[1] = named ? gen_value(v->type, depth) : exact(v->type, 1);
	s->text = text("let %s%s;\n", v->name, named ? text(" : %s", type_text(v->type)) : "");
	s->text = text(later ? "%sif (%s) { %s = %s; }" : "%s%.0s%s = %s;", s->text, nothing->name, v->name,
		       s->e[1]->text);
	if (later) {
		s->e[1] = known(zero(v->type), POSTFIX, "", false);
	}
	covered("LET");
	declare(v);
	return s;
}

/* it begins as less than it is in the end */
static struct stmt *widen_later(struct stmt *s)
{
	struct var *v = s->var;

	s->e[1] = exact(narrower(v->type), 1);
	s->text = text("%s = %s;\nif (%s) { %s = %s; }", v->name, s->e[1]->text, nothing->name, v->name,
		       exact(v->type, 1)->text);
	covered("ASSIGN");
	declare(v);
	return s;
}

struct stmt *stmt_new(int depth)
{
	const struct type *t = random_type(2, false);
	struct var *v = new_var(t, false);
	struct stmt *s = new_stmt(run_assign, NULL);
	bool named = t->kind <= STRING && chance(30);
	struct var *like = chance(15) ? any_var(has_type) : NULL;

	s->var = v;
	if (like && !like->agg) {
		v->type = t = like->type;
		v->value = zero(t);
		v->declared = true;
		s->e[1] = gen_value(t, depth);
		s->text = text("let %s : typeof(%s) = %s;", v->name, like->name, s->e[1]->text);
		declare(v);
		return s;
	}
	if (chance(15))
		return declare_first(s, named, depth);
	if (chance(15))
		return widen_later(s);
	s->e[1] = named ? gen_value(t, depth) : exact(t, 1);
	v->declared = named;
	if (named)
		s->text = text("let %s : %s = %s;", v->name, type_text(t), s->e[1]->text);
	else
		s->text = text("%s%s = %s;", chance(30) ? "let " : "", v->name, s->e[1]->text);
	covered(s->text[0] == 'l' ? "LET" : "ASSIGN");
	declare(v);
	return s;
}

static bool can_assign(const struct var *v)
{
	return !v->agg && !v->fixed;
}

struct stmt *stmt_assign(int depth)
{
	struct var *v = any_var(can_assign);
	struct stmt *s = new_stmt(run_assign, NULL);
	const char *to;

	if (!v)
		return NULL;
	to = target(v, depth - 1, &s->e[0]);
	pure += v->key != NULL; /* which is first, key or value, is not said */
	s->e[1] = gen_value(v->type, depth);
	pure -= v->key != NULL;
	s->var = v;
	s->text = text("%s = %s;", to, s->e[1]->text);
	covered("ASSIGN");
	return s;
}

static bool can_compound(const struct var *v)
{
	return can_assign(v) && v->type->kind == INT && (v->declared || v->type->size == 8);
}

/* v op= e is v = v op (e) */
struct stmt *stmt_compound(int depth)
{
	struct var *v = any_var(can_compound);
	struct stmt *s = new_stmt(run_assign, NULL);
	int op = (int)rnd(EQ);
	struct expr *by;
	const char *to;

	if (!v || (op == SUB && !v->declared && !v->type->is_signed))
		return NULL;
	to = target(v, 0, &s->e[0]);
	pure++;
	by = right_of(op, gen_number(depth));
	pure--;
	s->var = v;
	if (!v->declared && signed_pair(v->type, by->type) != v->type->is_signed)
		by = cast_to(v->type, by);
	s->e[1] = binary(op, read_at(v, s->e[0]), by);
	s->text = text("%s %s= %s;", to, binary_text(s->e[1]->op), s->e[1]->arg[1]->text);
	return s;
}

static enum flow run_expr(const struct stmt *s)
{
	eval(s->e[0]);
	return ON;
}

struct stmt *stmt_step(int depth)
{
	struct stmt *s = new_stmt(run_expr, NULL);

	s->e[0] = gen_step(depth);
	if (!s->e[0])
		return NULL;
	s->text = text("%s;", s->e[0]->text);
	covered("EXPR");
	return s;
}

struct stmt *stmt_discard(int depth)
{
	struct stmt *s = new_stmt(run_expr, NULL);

	s->e[0] = gen_any(depth);
	s->text = text("_ = %s;", s->e[0]->text);
	covered("DISCARD");
	return s;
}

static enum flow run_delete(const struct stmt *s)
{
	map_delete(s->var, s->e[0] ? eval(s->e[0]) : zero(&bool_type));
	return ON;
}

struct stmt *stmt_delete(int depth)
{
	struct var *v = any_var(can_delete);
	struct stmt *s = new_stmt(run_delete, NULL);

	if (!v)
		return NULL;
	pure++;
	s->e[0] = gen_value(v->key, depth);
	pure--;
	s->var = v;
	s->text = chance(50) ? text("delete(%s[%s]);", v->name, key_text(s->e[0]))
			     : text("delete(%s, %s);", v->name, s->e[0]->text);
	covered("delete");
	return s;
}

static enum flow run_find(const struct stmt *s)
{
	struct value key, found;

	run(s->body);
	key = eval(s->e[0]);
	found = number(&bool_type, find(s->var, key) != NULL);
	if (found.num)
		s->e[1]->var->value = convert(map_get(s->var, key), s->e[1]->type);
	emit_value(found);
	return ON;
}

static bool is_keyed_value(const struct var *v)
{
	return is_keyed(v) && !v->agg;
}

struct stmt *stmt_find(int depth)
{
	struct var *v = any_var(is_keyed_value), *to;
	struct stmt *s = new_stmt(run_find, NULL);
	struct expr *first;

	if (!v)
		return NULL;
	to = new_var(v->type, false);
	first = exact(v->type, 1);
	pure++;
	s->e[0] = gen_value(v->key, depth);
	pure--;
	s->e[1] = variable(to);
	s->e[2] = first;
	s->var = v;
	s->text = text("%s = %s; print(find(%s, %s, %s));", to->name, first->text, v->name, operand(s->e[0], POSTFIX),
		       to->name);
	s->body = new_stmt(run_assign, "");
	s->body->var = to;
	s->body->e[1] = first;
	declare(to);
	return s;
}

static enum flow run_bump(const struct stmt *s)
{
	s->var->value = number(s->var->type, (int64_t)((uint64_t)s->var->value.num + 3));
	emit_value(s->var->value);
	return ON;
}

static bool is_scratch_number(const struct var *v)
{
	return !v->is_map && can_compound(v);
}

struct stmt *stmt_macro(int depth)
{
	struct var *v = any_var(is_scratch_number);
	struct stmt *s = new_stmt(run_bump, NULL);

	(void)depth;
	if (!v)
		return NULL;
	s->var = v;
	s->text = text("print(bump(%s));", v->name);
	covered("MACRO");
	return s;
}
