/* Calls of functions that give numbers and bools. */
#include "gen.h"

#include <string.h>

struct call {
	const char *name;
	const char *args; /* s string, m cast number, 4 literal of 1 to 4, M keyed map, k its key, g and G getopt's */
	const struct type *(*result)(const struct expr *e);
	int64_t (*value)(const struct value *v, const struct expr *e);
};

static const struct type *of_u64(const struct expr *e)
{
	(void)e;
	return int_type(8, false);
}

static const struct type *of_i64(const struct expr *e)
{
	(void)e;
	return int_type(8, true);
}

static const struct type *of_bool(const struct expr *e)
{
	(void)e;
	return &bool_type;
}

static const struct type *of_arg(const struct expr *e)
{
	return int_type(e->arg[0]->type->size, false);
}

static int64_t call_strlen(const struct value *v, const struct expr *e)
{
	(void)e;
	return (int64_t)strlen(v->text);
}

static int64_t call_strncmp(const struct value *v, const struct expr *e)
{
	(void)e;
	return strncmp(v[0].text, v[1].text, (size_t)v[2].num) != 0;
}

static int64_t call_strstr(const struct value *v, const struct expr *e)
{
	const char *at = strstr(v[0].text, v[1].text);

	(void)e;
	return at ? at - v[0].text : -1;
}

static int64_t call_strcontains(const struct value *v, const struct expr *e)
{
	return call_strstr(v, e) >= 0;
}

static int64_t call_memcmp(const struct value *v, const struct expr *e)
{
	(void)e;
	for (int64_t i = 0; i < v[2].num; i++) {
		int d = (unsigned char)v[0].text[i] - (unsigned char)v[1].text[i];

		if (d || !v[0].text[i])
			return d;
	}
	return 0;
}

static int64_t call_bswap(const struct value *v, const struct expr *e)
{
	return (int64_t)(__builtin_bswap64((uint64_t)v->num) >> (64 - 8 * e->type->size));
}

static int64_t call_len(const struct value *v, const struct expr *e)
{
	(void)v;
	return (int64_t)e->var->n;
}

static int64_t call_has_key(const struct value *v, const struct expr *e)
{
	return find(e->var, v[1]) != NULL;
}

static int64_t call_delete(const struct value *v, const struct expr *e)
{
	return map_delete(e->var, v[1]);
}

static int64_t call_getopt(const struct value *v, const struct expr *e)
{
	(void)e;
	return v[1].num == 7 ? 9 : v[1].num; /* --num=9, and nothing else */
}

static const struct call calls[] = {
	{"strlen", "s", of_u64, call_strlen},   {"strncmp", "ss4", of_u64, call_strncmp},
	{"strstr", "ss", of_i64, call_strstr},  {"strcontains", "ss", of_bool, call_strcontains},
	{"memcmp", "ss1", of_i64, call_memcmp}, {"bswap", "m", of_arg, call_bswap},
	{"len", "M", of_i64, call_len},         {"has_key", "Mk", of_bool, call_has_key},
	{"delete", "Mk", of_bool, call_delete}, {"getopt", "gG", of_u64, call_getopt},
};

static struct value eval_call(const struct expr *e)
{
	struct value v[MOST_PARTS];

	for (int i = 0; e->arg[i]; i++)
		v[i] = eval(e->arg[i]);
	return number(e->type, calls[e->op].value(v, e));
}

static struct expr *argument(char what, struct var *map, int depth)
{
	if (what == 's')
		return gen_string(depth - 1, max_strlen);
	if (what == 'n')
		return gen_number(depth - 1);
	if (what == 'm')
		return cast_to(random_int(), gen_number(depth - 1));
	if (what == 'k')
		return gen_value(map->key, depth - 1);
	if (what == 'g')
		return word("num");
	if (what == 'G')
		return number_literal(7, false);
	return number_literal(1 + (int64_t)rnd((unsigned)(what - '0')), false);
}

static struct expr *call(const struct call *c, int depth)
{
	struct expr *e = new_expr(NULL, eval_call, POSTFIX, "");
	struct var *map = c->args[0] == 'M' ? any_var(c->value == call_delete ? can_delete : is_keyed) : NULL;

	if ((c->args[0] == 'M' && !map) || (pure && !strcmp(c->name, "delete")))
		return NULL;
	e->op = (int)(c - calls);
	e->var = map;
	for (int i = 0; c->args[i]; i++) {
		if (c->args[i] == 'M') {
			e->arg[i] = known(zero(&bool_type), POSTFIX, map->name, false);
		} else {
			pure += map != NULL;
			e->arg[i] = argument(c->args[i], map, depth);
			pure -= map != NULL;
			if (c->args[i] == 'k' && e->arg[i]->type->kind == TUPLE)
				e->arg[i]->prec = LOWEST;
		}
		e->text = text("%s%s%s", e->text, i ? ", " : "",
			       e->arg[i]->prec == LOWEST ? text("(%s)", e->arg[i]->text) : e->arg[i]->text);
	}
	e->type = c->result(e);
	e->text = text("%s(%s)", c->name, e->text);
	covered(c->name);
	covered("CALL");
	return e;
}

struct expr *number_call(int depth)
{
	return call(&calls[rnd(ARRAY_SIZE(calls))], depth);
}

struct expr *bool_call(int depth)
{
	const struct call *c = &calls[rnd(ARRAY_SIZE(calls))];

	return c->result == of_bool ? call(c, depth) : NULL;
}
