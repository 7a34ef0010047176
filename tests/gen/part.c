/* Parts of tuples, records, arrays, strings, structs, memory. */
#include "gen.h"

#include <string.h>

static struct value eval_part(const struct expr *e)
{
	return eval(e->arg[0]).part[e->op];
}

static bool has_parts(const struct var *v)
{
	return !v->agg && (v->type->kind == TUPLE || v->type->kind == RECORD) && v->type->n;
}

/* $t.0, $t[0], $r.name; deeper while what is there has parts */
struct expr *part(int depth, bool (*good)(const struct type *))
{
	struct expr *at = read_var(any_var(has_parts), depth), *e;

	while (at && (at->type->kind == TUPLE || at->type->kind == RECORD)) {
		int i = (int)rnd((unsigned)at->type->n);

		e = new_expr(at->type->part[i], eval_part, POSTFIX, NULL);
		e->text = at->type->kind == RECORD ? text("%s.%s", at->text, at->type->name[i])
			  : chance(80)             ? text("%s.%d", at->text, i)
				       : text(at->var && at->var->is_map && !at->var->key ? "(%s)[%d]" : "%s[%d]",
					      at->text, i);
		covered("FIELD");
		e->op = i;
		e->arg[0] = at;
		at = e;
	}
	return at && good(at->type) ? at : NULL;
}

struct expr *number_part(int depth)
{
	return part(depth, is_number);
}

static struct value eval_element(const struct expr *e)
{
	struct value at = eval(e->arg[0]), i = eval(e->arg[1]);

	if (at.type->kind == STRING)
		return number(e->type, (size_t)i.num < strlen(at.text) ? at.text[i.num] : 0);
	return at.part[i.num];
}

static bool is_array(const struct var *v)
{
	return !v->agg && v->type->kind == ARRAY;
}

struct expr *number_element(int depth)
{
	struct var *v = any_var(is_array);
	struct expr *at = v ? read_var(v, depth) : gen_string(depth - 1, max_strlen), *i, *e;

	if (!at)
		return NULL;
	i = small_number(depth - 1, v ? v->type->n : at->type->size < 8 ? 1 : 8);
	e = new_expr(v ? v->type->part[0] : int_type(1, true), eval_element, POSTFIX,
		     text(at->var && at->var->is_map && !at->var->key ? "(%s)[%s]" : "%s[%s]", operand(at, POSTFIX),
			  i->text));
	covered("INDEX");
	e->arg[0] = at;
	e->arg[1] = i;
	return e;
}

static struct value eval_array_cast(const struct expr *e)
{
	struct value a = eval(e->arg[0]);
	uint64_t v = 0;
	int size = a.type->part[0]->size;

	for (int i = 0; i < a.type->n; i++)
		v |= ((uint64_t)a.part[i].num & (~0ull >> (64 - 8 * size))) << (8 * size * i);
	return number(e->type, (int64_t)v);
}

struct expr *number_of_array(int depth)
{
	struct var *v = any_var(is_array);
	int bytes = v ? v->type->n * v->type->part[0]->size : 0;
	struct expr *e;

	if (bytes != 1 && bytes != 2 && bytes != 4 && bytes != 8)
		return NULL;
	e = new_expr(int_type(bytes, chance(50)), eval_array_cast, UNARY, NULL);
	e->arg[0] = read_var(v, depth);
	if (!e->arg[0])
		return NULL;
	e->text = text("(%s)%s", type_text(e->type), e->arg[0]->text);
	return e;
}

bool is_memory(const struct var *v)
{
	return !v->agg && !v->key && v->type->kind == INT;
}

static struct value eval_memory(const struct expr *e)
{
	int64_t v = e->var->is_map ? map_get(e->var, scalar_key()).num : e->var->value.num;

	return number(e->type, (int64_t)((uint64_t)v >> 8 * e->op));
}

/* *&$v, *((uint8 *)&$v + 3), ((uint16 *)&@m)[1] */
struct expr *number_memory(int depth)
{
	struct var *v = any_var(is_memory);
	struct expr *e;
	int size;

	(void)depth;
	if (!v)
		return NULL;
	covered("ADDR");
	covered("DEREF");
	e = new_expr(v->type, eval_memory, UNARY, text("*(&%s)", v->name));
	e->var = v;
	if (chance(30))
		return e;
	do
		size = 1 << rnd(4);
	while (size > v->type->size);
	e->type = int_type(size, chance(50));
	e->op = (int)rnd((unsigned)(v->type->size / size));
	e->text = chance(50) ? text("*((%s *)&%s + %d)", type_text(e->type), v->name, e->op)
			     : text("((%s *)&%s)[%d]", type_text(e->type), v->name, e->op);
	e->op *= size;
	return e;
}

/* the object of a member: a value, or a word that its pointer leads to */
static const void *object_bytes(const struct expr *e)
{
	int64_t *word;

	if (e->arg[0])
		return eval(e->arg[0]).text;
	word = make(sizeof(*word));
	*word = e->var->is_map ? map_get(e->var, scalar_key()).num : e->var->value.num;
	return word;
}

static struct value eval_member(const struct expr *e)
{
	const struct member *m = &layout_members[e->op];
	const void *bytes = object_bytes(e);

	return number(e->type, m->get(bytes, e->arg[1] ? (int)eval(e->arg[1]).num : 0));
}

static struct value eval_chars(const struct expr *e)
{
	const struct member *m = &layout_members[e->op];

	return (struct value){.type = e->type,
			      .text = text("%.*s", m->size, (const char *)object_bytes(e) + m->offset)};
}

bool is_word(const struct var *v)
{
	return is_memory(v) && v->type->size == 8;
}

static bool is_object(const struct var *v)
{
	return !v->agg && v->type->kind == OBJECT;
}

/* ((struct bits *)&$v)->a, $object.a, @objects[k].list[1].b */
static struct expr *member(int depth, bool chars)
{
	struct var *v = any_var(chars || chance(60) ? is_object : is_word);
	const struct member *m;
	struct expr *e, *index = NULL;
	const char *path;
	int i;

	if (!v || (chars && strcmp(v->type->layout->name, "big")))
		return NULL;
	do
		m = &layout_members[i = (int)rnd((unsigned)member_count)];
	while (m->is_text != chars || (v->type->kind == OBJECT ? m->of != v->type->layout : m->of->size > 8));
	if (m->count)
		index = small_number(depth - 1, m->count);
	path = text(m->path, index ? index->text : "");
	e = new_expr(chars        ? string_type(m->size + 1)
		     : m->is_enum ? &enum_type
				  : int_type(m->size, m->is_signed),
		     chars ? eval_chars : eval_member, POSTFIX, NULL);
	e->op = i;
	e->var = v;
	if (v->type->kind == OBJECT) {
		e->arg[0] = read_var(v, depth);
		if (!e->arg[0])
			return NULL;
		e->text = text("%s.%s", e->arg[0]->text, path);
	} else {
		e->text = text(chance(70) ? "((struct %s *)&%s)->%s" : "(*((struct %s *)&%s)).%s", m->of->name, v->name,
			       path);
	}
	e->arg[1] = index;
	covered("FIELD");
	return e;
}

struct expr *number_member(int depth)
{
	return member(depth, false);
}

struct expr *string_member(int depth)
{
	return member(depth, true);
}
