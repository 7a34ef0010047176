/* The kinds of probes, and taking attach points apart. */
#include "provider/kinds.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct provider *const providers[] = {
	&provider_kprobe,        &provider_kretprobe,  &provider_uprobe,
	&provider_uretprobe,     &provider_usdt,       &provider_tracepoint,
	&provider_rawtracepoint, &provider_fentry,     &provider_fexit,
	&provider_profile,       &provider_interval,   &provider_software,
	&provider_hardware,      &provider_watchpoint, &provider_iter,
	&provider_begin,         &provider_end,        &provider_self,
	&provider_test,          &provider_bench,      NULL,
};

const struct provider *provider_find(const char *name)
{
	for (const struct provider *const *p = providers; *p; p++) {
		if (str_ieq((*p)->name, name))
			return *p;
		for (const char *const *alias = (*p)->aliases; alias && *alias; alias++)
			if (str_eq(*alias, name))
				return *p;
	}
	return NULL;
}

const struct provider *provider_of(enum attach_kind kind)
{
	for (const struct provider *const *p = providers; *p; p++)
		if ((*p)->kind == kind)
			return *p;
	bug("no provider of kind %d", kind);
}

struct image_attach *match_add(struct attach *a, const char *name)
{
	size_t n = a->nmatches++;
	struct image_attach *m;

	a->matches = arena_grow(a->arena, a->matches, n, sizeof(*a->matches));
	m = &a->matches[n];
	*m = (struct image_attach){.kind = a->provider->kind,
				   .period = a->period,
				   .frequency = a->frequency,
				   .config = a->config,
				   .wild = a->wild};
	m->name = a->label ? a->label : name;
	m->name_len = strlen(m->name);
	m->target = m->symbol = "";
	return m;
}

void match_target(struct image_attach *m, const char *target)
{
	m->target = target;
	m->target_len = strlen(target);
}

void match_symbol(struct image_attach *m, const char *symbol)
{
	m->symbol = symbol;
	m->symbol_len = strlen(symbol);
}

const char *no_matches(struct attach *a, const char *what)
{
	return arena_printf(a->arena, "No matches for %s %s.", a->provider->name, what);
}

/* "a:b" to its fields: quotes are taken off, what they hold is not split */
static const char **split(struct arena *ar, const char *text, size_t *count)
{
	char *word = arena_alloc(ar, strlen(text) + 1), *out = word;
	const char **fields = arena_alloc(ar, (strlen(text) + 1) * sizeof(*fields));
	bool quoted = false;
	size_t n = 0;

	for (const char *s = text;; s++) {
		if (!*s || (*s == ':' && !quoted)) {
			*out = '\0';
			fields[n++] = word;
			if (!*s) {
				*count = n;
				return fields;
			}
			word = ++out;
		} else if (*s == '"') {
			quoted = !quoted;
		} else if (*s == '\\' && quoted && s[1]) {
			*out++ = *++s;
		} else if (!isspace((unsigned char)*s) || quoted) {
			*out++ = *s;
		}
	}
}

static void unknown_provider(const struct attach_context *c, const char *name, struct span span)
{
	const char *names[64];
	const char *close;
	size_t n = 0;

	for (const struct provider *const *p = providers; *p && n + 1 < ARRAY_SIZE(names); p++)
		names[n++] = (*p)->name;
	names[n] = NULL;
	error_at(c->diag, span, "Invalid probe type: %s", name);
	close = nearest(name, names);
	if (!close) { /* BEGI */
		char lower[64];

		snprintf(lower, sizeof(lower), "%s", name);
		for (char *s = lower; *s; s++)
			*s = (char)tolower((unsigned char)*s);
		close = nearest(lower, names);
	}
	if (close)
		hint(c->diag, "did you mean '%s'?", close);
}

bool must_have(struct attach *a, const char *field, const char *what)
{
	if (*field)
		return true;
	error_at(a->diag, a->span, "%s probe must have %s", a->provider->name, what);
	hint(a->diag, "write %s", a->provider->syntax);
	return false;
}

/* ns::f: every second field is empty */
static bool is_scoped(const struct attach *a)
{
	for (size_t i = 1; i + 1 < a->nfields; i++)
		if (!*a->fields[i])
			return a->provider->space == SPACE_USER;
	return false;
}

static bool count_fields(struct attach *a)
{
	const struct provider *p = a->provider;

	if (a->nfields >= p->min_fields && a->nfields <= p->max_fields)
		return true;
	if (p->min_fields == p->max_fields)
		error_at(a->diag, a->span, "%s probe type requires %u argument%s, found %zu", p->name, p->min_fields,
			 p->min_fields == 1 ? "" : "s", a->nfields);
	else
		error_at(a->diag, a->span, "%s probe type requires %u or %u arguments, found %zu", p->name,
			 p->min_fields, p->max_fields, a->nfields);
	if (is_scoped(a))
		hint(a->diag, "a name that has colons is quoted: %s:binary:cpp:\"ns::f\"", p->name);
	else
		hint(a->diag, "write %s", p->syntax);
	return false;
}

bool attach_of_bpf(const struct attach *a)
{
	enum attach_kind kind = a->provider->kind;

	return (kind == ATTACH_fentry || kind == ATTACH_fexit) && a->nfields >= 2 && str_eq(a->fields[0], ATTACH_BPF);
}

/* kinds whose attach points have a name by which another machine may know them */
static bool has_name(const struct attach *a)
{
	switch ((int)a->provider->kind) {
	case ATTACH_kprobe:
	case ATTACH_kretprobe:
	case ATTACH_fentry:
	case ATTACH_fexit:
	case ATTACH_tracepoint:
	case ATTACH_rawtracepoint:
		return a->symbol && !a->wild && !attach_of_bpf(a);
	case ATTACH_uprobe:
	case ATTACH_uretprobe:
		return a->symbol && !a->wild && a->target && *a->target == '/';
	}
	return false;
}

/* is it here?  What is not is said elsewhere. */
static bool is_here(struct attach *a)
{
	struct diag unheard, *diag = a->diag;
	const char *missing = NULL;
	bool found;

	diag_init(&unheard, a->arena, diag->sources);
	a->diag = &unheard;
	found = a->provider->expand(a, &missing) && !missing && a->nmatches;
	a->diag = diag;
	a->nmatches = 0;
	return found;
}

/* an attach point that is not here, as it is written */
static void assume(struct attach *a)
{
	struct buf name = {0};
	struct image_attach *m;

	buf_puts(&name, a->provider->name);
	for (size_t i = 0; i < a->nfields; i++)
		buf_printf(&name, ":%s", a->fields[i]);
	m = match_add(a, arena_strdup(a->arena, name.data));
	if (a->target)
		match_target(m, a->target);
	match_symbol(m, a->symbol);
	m->offset = a->offset;
	warning_at(a->diag, WARN(not_portable), a->span,
		   "%s is not on this machine: whether there is one is found out where the image runs", name.data);
	buf_free(&name);
}

/* what another machine may have otherwise than this one */
static void tell_local(const struct attach *a)
{
	enum attach_kind kind = a->provider->kind;

	if ((kind == ATTACH_uprobe || kind == ATTACH_uretprobe) && !a->symbol)
		warning_at(a->diag, WARN(not_portable), a->span,
			   "an address is that of this machine's file: name a function to find it in another");
	else if (attach_of_bpf(a))
		warning_at(a->diag, WARN(not_portable), a->span, "a BPF program that runs here does not run elsewhere");
	else if (a->wild)
		warning_at(a->diag, WARN(not_portable), a->span,
			   "the %zu attach points that match are those of this machine", a->nmatches);
}

/* fields to a->matches, in the kernel or by assumption; false: reported */
static bool find(const struct attach_context *c, struct attach *a, const char **missing)
{
	if (c->elsewhere && has_name(a) && !is_here(a)) {
		assume(a);
		return true;
	}
	if (!a->provider->expand(a, missing))
		return false;
	if (c->elsewhere && a->nmatches)
		tell_local(a);
	return true;
}

/* "t*:...": user space only where it is said whose (P-005); iter is alone in its program */
static bool is_meant(const struct provider *p, const char *pattern, bool user)
{
	return glob_match(pattern, p->name) &&
	       (user ? p->space == SPACE_USER
		     : (p->space == SPACE_KERNEL || p->kernel_listed) && p->kind != ATTACH_iter);
}

/* every provider whose name matches and that makes something of the fields */
static void find_all(const struct attach_context *c, const struct attach *written, const char *pattern,
		     struct attach **list, size_t *n)
{
	bool user = c->pid || (written->nfields && strchr(written->fields[0], '/'));
	struct diag unheard;

	diag_init(&unheard, c->arena, c->diag->sources);
	for (const struct provider *const *p = providers; *p; p++) {
		struct attach *a = arena_alloc(c->arena, sizeof(*a));
		const char *missing = NULL;

		if (!is_meant(*p, pattern, user))
			continue;
		*a = *written;
		a->provider = *p;
		a->diag = &unheard;
		if (a->nfields < (*p)->min_fields || a->nfields > (*p)->max_fields || !(*p)->parse(a))
			continue;
		a->wild = true;
		if (!(*p)->expand(a, &missing) || !a->nmatches)
			continue;
		a->diag = c->diag;
		if (c->elsewhere)
			tell_local(a);
		list[(*n)++] = a;
	}
}

bool attach_parse(const struct attach_context *c, const char *text, struct span span, struct attach ***list, size_t *n,
		  const char **missing)
{
	size_t nfields;
	const char **fields = split(c->arena, text, &nfields), *eq;
	struct attach *a = arena_alloc(c->arena, sizeof(*a));

	*list = arena_alloc(c->arena, ARRAY_SIZE(providers) * sizeof(**list));
	*n = 0;
	*missing = NULL;
	*a = (struct attach){.span = span,
			     .arena = c->arena,
			     .diag = c->diag,
			     .kernel = c->kernel,
			     .types = c->types,
			     .pid = c->pid,
			     .unsafe = c->unsafe};
	eq = strchr(fields[0], '=');
	if (eq) {
		a->label = arena_strndup(c->arena, fields[0], (size_t)(eq - fields[0]));
		fields[0] = eq + 1;
	}
	a->fields = fields + 1;
	a->nfields = nfields - 1;
	a->provider = provider_find(fields[0]);
	if (a->provider) {
		while (a->nfields > a->provider->max_fields && !*a->fields[a->nfields - 1])
			a->nfields--; /* "software:cs:" */
		if (!count_fields(a) || !a->provider->parse(a) || !find(c, a, missing))
			return false;
		if (a->nmatches)
			(*list)[(*n)++] = a;
	} else if (glob_has(fields[0])) {
		find_all(c, a, fields[0], *list, n);
		if (!*n)
			*missing = arena_printf(c->arena, "No matches for %s.", text);
	} else {
		unknown_provider(c, fields[0], span);
		return false;
	}
	return true;
}
