/* usdt: probes that programs have built in (notes of SystemTap's form). */
#include "provider/kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool parse(struct attach *a)
{
	a->symbol = a->fields[a->nfields - 1];
	a->target = a->nfields > 1 ? a->fields[0] : "";
	a->space_name = a->nfields > 2 ? a->fields[1] : "";
	if (!*a->target && !a->pid) {
		error_at(a->diag, a->span,
			 "usdt probe must specify at least path or pid to probe. To target all paths/pids set the path "
			 "to '*'.");
		return false;
	}
	if (!*a->symbol) {
		error_at(a->diag, a->span, "usdt probe must have a target function or wildcard");
		return false;
	}
	if (!*a->target)
		a->target = "*";
	a->wild = glob_has(a->target) || glob_has(a->symbol) || glob_has(a->space_name);
	return true;
}

static bool fits(const char *pattern, const char *text)
{
	return !*pattern || glob_match(pattern, text);
}

struct search {
	struct attach *attach;
	struct nearest near;
	const char *provider; /* of that */
	bool failed;
};

/* the sites of a probe follow each other, and are one */
static bool goes_on(const struct usdt_site *list, size_t i)
{
	return i && str_eq(list[i].name, list[i - 1].name) && str_eq(list[i].provider, list[i - 1].provider);
}

/* a match for each provider and name; its places are found again when it is attached */
static void search_file(void *arg, const char *path)
{
	struct search *s = arg;
	struct attach *a = s->attach;
	struct usdt_site *list;
	struct image_attach *m;
	struct elf_file *f;
	size_t n;
	int err;

	f = elf_open(path, &err);
	if (!f) {
		if (!glob_has(a->target)) {
			error_at(a->diag, a->span, "cannot read '%s': %s", path, elf_error(err));
			s->failed = true;
		}
		return;
	}
	n = usdt_sites(f, a->arena, &list);
	for (size_t i = 0; i < n; i++) {
		if (goes_on(list, i))
			continue;
		if (fits(a->space_name, list[i].provider) && glob_match(a->symbol, list[i].name)) {
			m = match_add(a, arena_printf(a->arena, "usdt:%s:%s:%s", path, list[i].provider, list[i].name));
			match_target(m, arena_strdup(a->arena, path));
			match_symbol(m, arena_printf(a->arena, "%s:%s", list[i].provider, list[i].name));
			continue;
		}
		if (!a->wild && (fits(a->space_name, list[i].provider) || str_eq(list[i].name, a->symbol)) &&
		    nearest_hear(&s->near, list[i].name))
			s->provider = list[i].provider;
	}
	elf_close(f);
}

static bool expand(struct attach *a, const char **missing)
{
	struct search s = {.attach = a, .near = {.to = a->symbol, .distance = 4, .arena = a->arena}};

	if (!binaries_each(a, search_file, &s)) {
		*missing =
			arena_printf(a->arena, "usdt target file '%s' does not exist or is not executable", a->target);
		return true;
	}
	if (!s.failed && !a->nmatches) {
		*missing = no_matches(a, arena_printf(a->arena, "%s:%s%s%s", a->target, a->space_name,
						      *a->space_name ? ":" : "", a->symbol));
		if (s.near.name)
			*missing = arena_printf(a->arena, "%s Did you mean %s:%s?", *missing, s.provider, s.near.name);
	}
	return !s.failed;
}

/* the arguments as a struct: of those that a program cannot read the type is void */
static const struct type *args(struct attach *a, const struct image_attach *m, const struct type **retval)
{
	struct type *t = type_struct_new(a->types, m->name, false);
	struct field *fields = NULL;
	struct usdt_site *list;
	struct elf_file *f;
	size_t n;
	int err;

	(void)retval;
	f = elf_open(m->target, &err);
	n = f ? usdt_sites(f, a->arena, &list) : 0;
	for (size_t i = 0; i < n; i++) {
		unsigned count = usdt_nargs(&list[i]);

		if (!usdt_is(&list[i], m->symbol))
			continue;
		if (!fields)
			fields = arena_alloc(a->arena, (count + 1) * sizeof(*fields));
		if (!t->nfields || count < t->nfields)
			t->nfields = count;
		for (unsigned j = 0; j < t->nfields; j++) {
			struct usdt_arg arg;
			const char *why;

			if (!usdt_arg(f, &list[i], j, &arg, &why))
				fields[j].type = &type_none;
			else if (!fields[j].type)
				fields[j].type = type_int(a->types, 8, arg.flags & USDT_SIGNED);
			fields[j].name = arena_printf(a->arena, "arg%u", j);
			fields[j].offset = 8 * j;
		}
	}
	elf_close(f);
	t->fields = fields;
	t->size = 8 * t->nfields;
	t->align = 8;
	return t;
}

struct lister {
	struct listing *listing;
	const char *provider, *symbol;
};

static void list_file(void *arg, const char *path)
{
	struct lister *l = arg;
	struct arena *ar = l->listing->arena;
	struct usdt_site *list;
	struct elf_file *f;
	size_t n;
	int err;

	f = elf_open(path, &err);
	n = f ? usdt_sites(f, ar, &list) : 0;
	for (size_t i = 0; i < n; i++)
		if (!goes_on(list, i) && fits(l->provider, list[i].provider) && glob_match(l->symbol, list[i].name))
			l->listing->each(l->listing,
					 arena_printf(ar, "usdt:%s:%s:%s", path, list[i].provider, list[i].name));
	elf_close(f);
}

/* target is a path, or "path:provider" */
static void list(struct listing *l, const char *target, const char *symbol)
{
	struct lister s = {l, "", symbol};
	const char *colon = strrchr(target, ':');
	struct attach a = {.arena = l->arena, .pid = l->pid, .target = target};

	if (colon) {
		a.target = arena_strndup(l->arena, target, (size_t)(colon - target));
		s.provider = colon + 1;
	}
	if (!*a.target)
		a.target = "*";
	binaries_each(&a, list_file, &s);
}

static const char *const aliases[] = {"U", NULL};

const struct provider provider_usdt = {
	.kind = ATTACH_usdt,
	.name = "usdt",
	.aliases = aliases,
	.has = NEEDS_ARGN | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX,
	.space = SPACE_USER,
	.syntax = "usdt:path:[namespace:]probe",
	.min_fields = 1,
	.max_fields = 3,
	.parse = parse,
	.expand = expand,
	.list = list,
	.args = args,
	.typed = NEEDS_ARGN,
};
