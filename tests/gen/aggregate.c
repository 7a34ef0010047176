/* Aggregations. */
#include "gen.h"

static const char *const agg_names[AGGS] = {NULL, "count", "sum", "avg", "min", "max", "stats", "hist", "lhist"};

static bool is_agg(const struct var *v)
{
	return v->agg && !v->fixed;
}

static enum flow run_add(const struct stmt *s)
{
	struct value key = s->e[0] ? eval(s->e[0]) : zero(&bool_type);

	map_add(s->var, key, s->e[1] ? eval(s->e[1]).num : 1);
	return ON;
}

static const char *agg_bounds(const struct var *v)
{
	if (v->agg == HIST)
		return v->low ? text(", %d", (int)v->low) : "";
	return v->agg == LHIST ? text(", %lld, %lld, %lld", (long long)v->low, (long long)v->high, (long long)v->step)
			       : "";
}

const char *add_text(const struct var *v, const char *to, const struct expr *e)
{
	return text("%s = %s(%s%s);", to, agg_names[v->agg], e ? e->text : "", agg_bounds(v));
}

struct stmt *add_to(struct var *v, int depth)
{
	struct stmt *s = new_stmt(run_add, NULL);
	const char *to = target(v, depth - 1, &s->e[0]);

	s->var = v;
	if (v->agg != COUNT) {
		pure++;
		s->e[1] = cast_to(v->of, gen_number(depth));
		pure--;
	}
	s->text = add_text(v, to, s->e[1]);
	covered(agg_names[v->agg]);
	return s;
}

struct stmt *stmt_aggregate(int depth)
{
	struct var *v = any_var(is_agg);

	return v ? add_to(v, depth) : NULL;
}
