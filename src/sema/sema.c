/* The passes in order. */
#include "sema/pass.h"

bool sema(struct script *s, struct kernel *k, struct diag *d, const struct sema_options *o)
{
	struct pass p = {.script = s, .arena = s->arena, .types = s->types, .kernel = k, .diag = d, .options = o};

	s->nfixed = o->nparams;
	s->watch_helpers = o->warnings;
	if (!expand(&p))
		return false;
	const uint64_t strlen_set = s->settings.num[SETTING_max_strlen];

	if (o->strlen_most && s->settings.num[SETTING_max_strlen] > o->strlen_most)
		s->settings.num[SETTING_max_strlen] = o->strlen_most;
	for (struct clause *c = s->clauses; c; c = c->next)
		resolve(&p, c);
	if (!infer(&p))
		return false;
	s->settings.num[SETTING_max_strlen] = strlen_set; /* the image says what was set */
	lint(&p);
	check_options(&p);
	return !d->errors;
}
