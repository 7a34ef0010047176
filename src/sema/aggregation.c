/* Aggregations: their arguments, and the shape of what they keep. */
#include "sema/pass.h"

/* a feature that its setting allows, forbids or warns of */
bool stable_enough(struct pass *p, const struct node *n, const char *what, enum setting_id id)
{
	enum { ERROR, WARN_OF, ENABLE }; /* as the setting's words */
	uint64_t is = setting(p, id);

	if (is == ERROR) {
		error_at(p->diag, n->span, "%s is unstable: set %s to 'enable' to use it", what, setting_name(id));
		return false;
	}
	if (is == WARN_OF && !(p->warned_unstable & 1ull << id)) {
		p->warned_unstable |= 1ull << id;
		warning_at(p->diag, WARN(unstable), n->span, "%s is unstable and may change (%s)", what,
			   setting_name(id));
	}
	return true;
}

static bool tseries_arguments(struct pass *p, struct node *n, struct agg *a)
{
	static const char *const kinds[] = {"last", "avg", "sum", "min", "max"};
	const struct node *interval = n->call.args->next, *count = interval->next, *kind = count->next;
	int64_t most = 32768 / (8 * TSERIES_WORDS);

	a->min = interval->num;
	a->max = count->num;
	if (a->min < 1)
		wrong(p, interval->span, "tseries() expects a positive interval (%lld provided)", (long long)a->min);
	else if (a->max < 1)
		wrong(p, count->span, "tseries() expects a positive number of intervals (%lld provided)",
		      (long long)a->max);
	else if (a->max > most)
		wrong(p, count->span,
		      "tseries() keeps at most %lld intervals, as a value per CPU has at most 32 KiB (%lld provided)",
		      (long long)most, (long long)a->max);
	else if (kind) {
		for (a->step = 0; a->step < (int64_t)ARRAY_SIZE(kinds) && !str_eq(kinds[a->step], kind->str); a->step++)
			;
		if (!a->step || a->step == (int64_t)ARRAY_SIZE(kinds)) {
			wrong(p, kind->span, "tseries() expects one of avg, sum, min, max (\"%s\" provided)",
			      kind->str);
			return false;
		}
		return true;
	} else
		return true;
	return false;
}

const struct type *infer_aggregation(struct pass *p, struct node *n)
{
	struct agg a = {.kind = (enum agg_kind)n->call.agg};
	struct node *arg = n->call.args;
	struct signature s;
	unsigned i = 0;

	read_signature(aggregations[a.kind].signature, &s);
	if (!check_count(p, n, &s))
		return &type_error;
	for (struct node *x = arg; x; x = x->next, i++) {
		infer_expr(p, x);
		read_aggregate(p, x);
		if (!check_arg(p, n, x, s.args[i]))
			return &type_error;
	}
	if (arg)
		a.is_signed = arg->type->is_signed;
	if (a.kind == AGG_hist && arg->next) {
		if (arg->next->num < 0 || arg->next->num > 5)
			return wrong(p, arg->next->span, "hist: bits %lld must be 0..5", (long long)arg->next->num);
		a.bits = (uint32_t)arg->next->num;
	}
	if (a.kind == AGG_lhist) {
		a.min = arg->next->num;
		a.max = arg->next->next->num;
		a.step = arg->next->next->next->num;
		if (a.step < 1)
			return wrong(p, n->span, "lhist() step must be >= 1 (%lld provided)", (long long)a.step);
		if (a.min > a.max)
			return wrong(p, n->span, "lhist() min must be less than max (provided min %lld and max %lld)",
				     (long long)a.min, (long long)a.max);
		if ((a.max - a.min) / a.step > 1000)
			return wrong(p, n->span, "lhist() too many buckets, must be <= 1000 (would need %lld)",
				     (long long)((a.max - a.min) / a.step));
		if (a.max - a.min < a.step)
			return wrong(
				p, n->span,
				"lhist() step is too large for the given range (provided step %lld for range %lld)",
				(long long)a.step, (long long)(a.max - a.min));
	}
	if (a.kind == AGG_hist || a.kind == AGG_lhist)
		a.is_signed = true;
	if (a.kind == AGG_tseries &&
	    (!stable_enough(p, n, "tseries()", SETTING_unstable_tseries) || !tseries_arguments(p, n, &a)))
		return &type_error;
	return type_aggregate(p->types, &a);
}
