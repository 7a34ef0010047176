/*
 * From the parsed script to clauses: settings, map declarations, positional
 * parameters, and every probe's attach points found on this machine.
 */
#include "sema/pass.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* no_warnings = "unused_map,unreachable" */
static void silence(struct pass *p, struct span span)
{
	const char *unknown;

	if (warnings_named(p->arena, p->script->settings.text[SETTING_no_warnings], &p->diag->silent, &unknown))
		return;
	error_at(p->diag, span, "no_warnings: there is no warning '%s'", unknown);
	hint(p->diag, "the warnings are: %s", warning_names(p->arena));
}

static void bad_setting(struct pass *p, const struct node *s, const char *why)
{
	const char *names[SETTING_COUNT + 1] = {NULL};

	error_at(p->diag, s->span, "%s", why);
	for (size_t i = 0; i < SETTING_COUNT; i++)
		names[i] = setting_name(i);
	if (strstr(why, "not a known"))
		suggest(p, s->setting.name, names);
}

static void config_block(struct pass *p)
{
	const char *why, *note;

	config_init(&p->script->settings);
	if (!config_from_env(&p->script->settings, p->arena, p->options->environ, &why))
		error_at(p->diag, (struct span){0}, "%s", why);
	silence(p, (struct span){0});
	for (const struct node *c = p->script->config; c; c = c->next)
		for (const struct node *s = c->list; s; s = s->next) {
			if (!config_set(&p->script->settings, p->arena, s->setting.name, s->setting.value, false, &why,
					&note))
				bad_setting(p, s, why);
			else if (str_ieq(s->setting.name, setting_name(SETTING_no_warnings)))
				silence(p, s->setting.value_span);
			else if (note)
				warning_at(p->diag, WARN(old_setting), s->span, "%s", note);
		}
}

static void map_declaration(struct pass *p, const struct node *n)
{
	static const char *const kinds[] = {"hash", "lruhash", "percpuhash", "percpulruhash", NULL};
	struct map *m = map_named(p, n->mapdecl.name, n->span);
	bool known = false;

	for (const char *const *k = kinds; *k; k++)
		known |= str_eq(*k, n->mapdecl.kind);
	if (!known) {
		error_at(p->diag, n->mapdecl.kind_span, "Invalid bpf map type: %s", n->mapdecl.kind);
		hint(p->diag, "Valid map types: hash, lruhash, percpuhash, percpulruhash");
	} else if (m->declared) {
		error_at(p->diag, n->span, "Redeclaration of map: %s", m->name);
	} else if (n->mapdecl.count < 1) {
		error_at(p->diag, n->span, "a map needs room for one element at least");
	} else {
		m->declared = n->mapdecl.kind;
		m->max_entries = (uint64_t)n->mapdecl.count;
	}
}

/* $1 in the text of an attach point is replaced by the parameter */
static const char *substitute(struct pass *p, const struct node *n)
{
	struct buf out = {0};
	bool quoted = false;
	const char *text;

	for (const char *s = n->attach.text; *s; s++) {
		quoted ^= *s == '"';
		if (*s != '$' || quoted) {
			buf_putc(&out, *s);
			continue;
		}
		if (!isdigit((unsigned char)s[1])) {
			error_at(
				p->diag, n->span,
				"invalid trailing character for positional param: %c. Try quoting this entire part if this is intentional e.g. \"$%c\".",
				s[1] ? s[1] : ' ', s[1] ? s[1] : ' ');
			buf_free(&out);
			return NULL;
		}
		unsigned long i = strtoul(s + 1, (char **)&s, 10);

		s--;
		if (i > p->options->nparams && p->options->late) {
			error_at(p->diag, n->span, "$%lu in an attach point must be known when the script is compiled",
				 i);
			hint(p->diag, "give it a value when building: probe build FILE VALUE -o TOOL");
			buf_free(&out);
			return NULL;
		}
		if (i >= 1 && i <= p->options->nparams)
			buf_puts(&out, p->options->params[i - 1]);
		else
			buf_puts(&out, "0");
	}
	text = arena_strdup(p->arena, out.data ? out.data : "");
	buf_free(&out);
	return text;
}

static struct clause *add_clause(struct pass *p, struct node *probe, const struct provider *provider)
{
	struct clause *c = arena_alloc(p->arena, sizeof(*c));

	c->probe = probe;
	c->id = p->script->nclauses++;
	c->provider = provider;
	c->predicate = probe->probe.predicate ? node_clone(p->arena, probe->probe.predicate) : NULL;
	c->body = node_clone(p->arena, probe->probe.body);
	*p->last_clause = c;
	p->last_clause = &c->next;
	return c;
}

/* what of its attach point a probe uses */
struct uses {
	struct pass *pass;
	unsigned needs;
	struct dict fields; /* x of args.x */
	bool whole; /* args as such */
	struct dict seen; /* functions */
};

static bool is_args(const struct node *n)
{
	return n->kind == NODE_IDENT && str_eq(n->ident.name, "args");
}

static bool names_args(struct node **n, void *arg)
{
	struct uses *u = arg;
	const char *name = (*n)->kind == NODE_IDENT ? (*n)->ident.name : (*n)->kind == NODE_CALL ? (*n)->call.name : "";
	struct node *fn = (*n)->kind == NODE_CALL ? dict_find(&u->pass->subprograms, name) : NULL;

	if ((*n)->kind == NODE_FIELD && is_args((*n)->field.expr)) {
		u->needs |= NEEDS_ARGS;
		dict_set(&u->fields, (*n)->field.name, u);
		return false;
	}
	if ((*n)->kind == NODE_ARG)
		u->needs |= NEEDS_ARGN;
	else if (str_eq(name, "args"))
		u->needs |= NEEDS_ARGS, u->whole = true;
	else if (str_eq(name, "retval"))
		u->needs |= NEEDS_RETVAL;
	if (fn && !dict_find(&u->seen, name)) {
		dict_set(&u->seen, name, u);
		node_walk(&fn->macro.body, names_args, u);
	}
	return true;
}

static struct uses uses_of(struct pass *pass, struct node *probe)
{
	struct uses u = {.pass = pass};

	dict_init(&u.seen, pass->arena);
	dict_init(&u.fields, pass->arena);
	node_walk(&probe->probe.body, names_args, &u);
	if (probe->probe.predicate)
		node_walk(&probe->probe.predicate, names_args, &u);
	return u;
}

static void add_attach(struct pass *p, struct clause *c, const struct image_attach *m)
{
	size_t n = c->nattaches++;

	c->attaches = arena_grow(p->arena, c->attaches, n, sizeof(*c->attaches));
	c->attaches[n] = *m;
}

static bool same_field(const struct field *f, const struct field *g)
{
	if (f->offset != g->offset || f->type != g->type || strcmp(f->name, g->name) || !f->place != !g->place)
		return false;
	return !f->place || !memcmp(f->place, g->place, sizeof(*f->place));
}

/* can one program read the arguments of both?  Of records the fields that it names */
static bool same_layout(const struct uses *u, enum attach_kind kind, const struct type *a, const struct type *b)
{
	if (a == b)
		return true;
	if (!a || !b)
		return false;
	if (u->whole || kind != ATTACH_tracepoint) {
		for (uint32_t i = 0; i < a->nfields; i++)
			if (i >= b->nfields || !same_field(&a->fields[i], &b->fields[i]))
				return false;
		return a->nfields == b->nfields;
	}
	for (size_t i = 0; i < u->fields.count; i++) {
		uint32_t at;
		const struct field *f = type_field(a, u->fields.entries[i].key, &at),
				   *g = type_field(b, u->fields.entries[i].key, &at);

		if (!f || !g || !same_field(f, g))
			return false;
	}
	return true;
}

/* for other kernels: by what its fields are found there */
static const struct type *record_of(struct pass *p, const struct attach *a, const struct image_attach *m,
				    const struct type *args)
{
	const struct type *record;

	/* whose fields do not move */
	if (!p->options->late || a->provider->kind != ATTACH_tracepoint || str_eq(m->target, "syscalls"))
		return NULL;
	record = kernel_tracepoint_record(p->kernel, m->symbol, args);
	if (!record)
		warning_at(p->diag, WARN(not_portable), a->span,
			   "the fields of %s are taken to be where they are in this kernel: BTF does not describe them",
			   m->name);
	return record;
}

/*
 * May attach points have the form that their provider has for many?  A script
 * that goes to other kernels keeps the tracepoint of a single one, as it needs
 * no BTF there.
 */
static bool takes_forms(const struct pass *p, const struct node *probe, size_t nmatches)
{
	return !p->options->late || nmatches > 1 || node_count(probe->probe.attaches) > 1;
}

/* may they have one program, as to how they are attached? */
static bool may_share(const struct provider *p, const struct clause *c, const struct image_attach *m)
{
	return !p->alone || p->alone(&c->attaches[0]) == p->alone(m);
}

/* --probe-filter */
static bool wanted(const struct pass *p, const struct attach *a, const struct image_attach *m)
{
	enum attach_kind kind = a->provider->kind;

	return !p->options->probe_filter || kind == ATTACH_begin || kind == ATTACH_end ||
	       !regexec(&p->probe_filter, m->name, 0, NULL, 0);
}

/* each match to the clause it can share, else a new one */
static void distribute(struct pass *p, struct node *probe, struct attach *a, struct clause **first)
{
	struct uses u = uses_of(p, probe);
	bool typed = a->provider->args && (u.needs & (a->provider->typed ? a->provider->typed : NEEDS_ARGS) ||
					   a->provider->one_program_each);
	bool forms = a->provider->form && takes_forms(p, probe, a->nmatches);

	for (size_t i = 0; i < a->nmatches; i++) {
		const struct provider *form = forms ? a->provider->form(a, &a->matches[i]) : NULL,
				      *provider = form ? form : a->provider;
		const struct type *retval = NULL, *args = typed ? a->provider->args(a, &a->matches[i], &retval) : NULL;
		const struct type *record = args ? record_of(p, a, &a->matches[i], args) : NULL;
		struct clause *c = NULL;

		if (!wanted(p, a, &a->matches[i]))
			continue;
		if (!a->provider->one_program_each)
			for (c = *first; c; c = c->next)
				if (c->provider == provider && c->record == record &&
				    same_layout(&u, a->provider->kind, c->args, args) && c->retval == retval &&
				    may_share(provider, c, &a->matches[i]))
					break;
		if (!c) {
			c = add_clause(p, probe, provider);
			c->written = a;
			c->args = args;
			c->record = record;
			c->retval = retval;
			if (!*first)
				*first = c;
		}
		add_attach(p, c, &a->matches[i]);
	}
}

/* an attach point that is not on this machine */
struct missing {
	const char *text;
	struct span span;
};

/*
 * What missing_probes says of them.  Where nothing is set, those that stand
 * beside others which are there are alternatives, for other kernels:
 *	kprobe:blk_account_io_start, kprobe:__blk_account_io_start
 */
static void report_missing(struct pass *p, const struct node *probe, const struct missing *m, size_t n, bool any)
{
	enum missing_policy policy = config_missing(&p->script->settings);

	if (policy == MISSING_UNSET)
		policy = any ? MISSING_WARN : MISSING_ERROR;
	for (size_t i = 0; i < n; i++)
		if (policy == MISSING_ERROR)
			error_at(p->diag, m[i].span, "%s", m[i].text);
		else if (policy == MISSING_WARN)
			warning_at(p->diag, WARN(missing_probe), m[i].span, "%s%s Skipping.", m[i].text,
				   strchr(".?", m[i].text[strlen(m[i].text) - 1]) ? "" : ".");
	if (n && !any && policy == MISSING_WARN)
		warning_at(
			p->diag, WARN(missing_probe), probe->span,
			"Probe has no valid attach points. It is being removed which may cause issues with program behavior.");
}

static void probe(struct pass *p, struct node *n)
{
	struct attach_context context = {
		.arena = p->arena,
		.diag = p->diag,
		.kernel = p->kernel,
		.types = p->types,
		.pid = p->options->pid,
		.unsafe = p->options->unsafe,
		.elsewhere = p->options->late,
	};
	struct clause *first = NULL;
	struct missing *missing = arena_alloc(p->arena, node_count(n->probe.attaches) * sizeof(*missing));
	size_t nmissing = 0;

	for (const struct node *at = n->probe.attaches; at; at = at->next) {
		const char *text = substitute(p, at), *none;
		struct attach **list;
		size_t count;

		if (!text || !attach_parse(&context, text, at->span, &list, &count, &none))
			continue;
		if (none)
			missing[nmissing++] = (struct missing){none, at->span};
		for (size_t i = 0; i < count; i++)
			distribute(p, n, list[i], &first);
	}
	report_missing(p, n, missing, nmissing, first);
}

/* P-073, P-074 */
static void check_kinds(struct pass *p)
{
	struct dict names[2];
	bool others = false;
	unsigned iters = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		dict_init(&names[i], p->arena);
	for (const struct clause *c = p->script->clauses; c; c = c->next) {
		enum attach_kind kind = c->provider->kind;

		iters += kind == ATTACH_iter;
		others |= kind != ATTACH_iter && kind != ATTACH_begin && kind != ATTACH_end;
		if (kind != ATTACH_test && kind != ATTACH_bench)
			continue;
		for (size_t i = 0; i < c->nattaches; i++) {
			const char *name = c->attaches[i].symbol;

			if (dict_find(&names[kind == ATTACH_bench], name))
				error_at(p->diag, c->probe->span,
					 "\"%s\" was used as the name for more than one %s probe", name,
					 kind == ATTACH_test ? "TEST" : "BENCH");
			dict_set(&names[kind == ATTACH_bench], name, (void *)c);
		}
	}
	for (const struct clause *c = p->script->clauses; c; c = c->next)
		if (c->provider->kind == ATTACH_iter && (iters > 1 || others)) {
			error_at(p->diag, c->probe->span, "Only single iter attach point is allowed.");
			hint(p->diag, "beside iter there can be begin and end");
			return;
		}
}

static void check_limits(struct pass *p)
{
	uint64_t probes = 0, programs = 0, most = p->script->settings.num[SETTING_max_probes];

	for (const struct clause *c = p->script->clauses; c; c = c->next, programs++)
		probes += c->nattaches;
	if (programs > p->script->settings.num[SETTING_max_bpf_progs]) {
		error_at(
			p->diag, (struct span){0},
			"Your program is trying to generate more than %llu BPF programs, which exceeds the current limit of %llu",
			(unsigned long long)p->script->settings.num[SETTING_max_bpf_progs],
			(unsigned long long)p->script->settings.num[SETTING_max_bpf_progs]);
		hint(p->diag, "raise the limit with the environment variable BPFTRACE_MAX_BPF_PROGS");
	}
	if (probes > most) {
		error_at(p->diag, (struct span){0},
			 "Can't attach to %llu probes because it exceeds the current limit of %llu probes.",
			 (unsigned long long)probes, (unsigned long long)most);
		hint(p->diag, "raise the limit with the environment variable BPFTRACE_MAX_PROBES");
	}
}

bool expand(struct pass *p)
{
	struct script *s = p->script;

	p->last_clause = &s->clauses;
	p->last_map = &s->maps;
	dict_init(&p->maps, p->arena);
	dict_init(&p->macros, p->arena);
	dict_init(&p->library, p->arena);
	dict_init(&p->subprograms, p->arena);
	dict_init(&p->externals, p->arena);
	dict_init(&p->getopts, p->arena);
	dict_init(&p->numbers, p->arena);
	if (p->options->probe_filter && regcomp(&p->probe_filter, p->options->probe_filter, REG_EXTENDED | REG_NOSUB))
		bug("--probe-filter was not checked");
	config_block(p);
	read_includes(p);
	read_imports(p);
	for (struct node *n = s->root; n; n = n->next)
		if (n->kind == NODE_PROBE)
			import_statements(p, &n->probe.body);
		else if (n->kind == NODE_MACRO || n->kind == NODE_FN)
			import_statements(p, &n->macro.body);
	read_cdefs(p, s);
	s->root = node_append(p->imported, s->root);
	for (struct node *n = s->root; n; n = n->next)
		if (n->kind == NODE_MACRO)
			macro_declare(p, n);
		else if (n->kind == NODE_FN)
			subprogram_declare(p, n);
	for (struct node *n = s->root; n; n = n->next)
		if (n->kind == NODE_FN)
			expand_macros(p, &n->macro.body);
	for (struct node *n = s->root; n; n = n->next)
		if (n->kind == NODE_PROBE) {
			expand_macros(p, &n->probe.body);
			expand_macros(p, &n->probe.predicate);
		}
	for (struct node *n = s->root; n; n = n->next) {
		if (n->kind == NODE_MACRO || n->kind == NODE_FN)
			continue;
		if (n->kind == NODE_PROBE)
			probe(p, n);
		else if (n->kind == NODE_MAPDECL)
			map_declaration(p, n);
		else
			error_at(p->diag, n->span, "%s is not supported yet", node_kind_name(n->kind));
	}
	if (p->options->probe_filter)
		regfree(&p->probe_filter);
	check_limits(p);
	check_kinds(p);
	join_sessions(p);
	return !p->diag->errors;
}
