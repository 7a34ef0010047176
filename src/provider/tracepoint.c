/* tracepoint: events of tracefs, with the fields of their format files. */
#include "provider/kinds.h"

#include <stdlib.h>
#include <string.h>

static bool parse(struct attach *a)
{
	a->target = a->nfields == 2 ? a->fields[0] : "*";
	a->symbol = a->fields[a->nfields - 1];
	if (a->nfields == 1 && !glob_has(a->symbol)) {
		error_at(a->diag, a->span, "tracepoint probe type requires 2 arguments, found 1");
		hint(a->diag, "write %s", a->provider->syntax);
		return false;
	}
	if (!*a->target || !*a->symbol) {
		error_at(a->diag, a->span, "tracepoint probe must have a category and an event");
		return false;
	}
	a->wild = glob_has(a->target) || glob_has(a->symbol);
	return true;
}

struct search {
	struct attach *attach;
	const char *category;
	struct nearest near;
};

static bool known_only_to_tracefs(const char *category)
{
	return str_eq(category, "ftrace"); /* its events are not tracepoints */
}

static void add(struct attach *a, const char *category, const char *event)
{
	struct image_attach *m = match_add(a, arena_printf(a->arena, "tracepoint:%s:%s", category, event));

	match_target(m, category);
	match_symbol(m, arena_strdup(a->arena, event));
}

static void each_event(const char *event, void *arg)
{
	struct search *s = arg;
	struct attach *a = s->attach;

	if (glob_match(a->symbol, event)) {
		add(a, s->category, event);
		return;
	}
	if (!a->wild)
		nearest_hear(&s->near, event);
}

static void each_category(const char *category, void *arg)
{
	struct search *s = arg;

	if (glob_match(s->attach->target, category) && !known_only_to_tracefs(category)) {
		s->category = arena_strdup(s->attach->arena, category);
		tracepoint_each(category, each_event, s);
	}
}

/* by its name, without a look at all the others */
static bool is_there(const struct attach *a)
{
	return !a->wild && !strchr(a->target, '/') && !strchr(a->symbol, '/') && !known_only_to_tracefs(a->target) &&
	       tracepoint_id(a->target, a->symbol) >= 0;
}

static bool expand(struct attach *a, const char **missing)
{
	struct search s = {.attach = a, .near = {.to = a->symbol, .distance = 4, .arena = a->arena}};
	int err;

	if (is_there(a)) {
		add(a, a->target, a->symbol);
		return true;
	}
	err = a->wild ? tracepoint_each(NULL, each_category, &s) : (each_category(a->target, &s), 0);
	if (err) {
		error_at(a->diag, a->span, "cannot read tracefs: %s", strerror(-err));
		return false;
	}
	if (!a->nmatches) {
		*missing = no_matches(a, arena_printf(a->arena, "%s:%s", a->target, a->symbol));
		if (str_eq(a->target, "syscall"))
			*missing = arena_printf(a->arena, "%s Did you mean syscalls:%s?", *missing, a->symbol);
		else if (s.near.name)
			*missing = arena_printf(a->arena, "%s Did you mean %s:%s?", *missing, a->target, s.near.name);
	}
	return true;
}

/*
 * what a pointer points to, or an array has, "const char", "struct foo", "unsigned long", "loff_t": void where it is
 * not known
 */
static const struct type *named(struct attach *a, char *words)
{
	const struct type *t = type_c_int(a->types, words);
	const char *keyword = "typedef", *name = NULL;

	for (char *save, *w = t ? NULL : strtok_r(words, " *", &save); w; w = strtok_r(NULL, " *", &save)) {
		if (str_eq(w, "struct") || str_eq(w, "union") || str_eq(w, "enum"))
			keyword = w;
		else if (!str_eq(w, "const") && !str_eq(w, "volatile"))
			name = w;
	}
	if (name)
		t = kernel_type(a->kernel, keyword, name);
	return t ? t : &type_none;
}

/* "struct foo *", "const char *const *", "pid_t", "enum x": by BTF where it is a name, by size else */
static const struct type *field_type(struct attach *a, const struct tracepoint_field *f, enum space space)
{
	const struct type *t = NULL, *elem;
	char *name = arena_strdup(a->arena, f->type), *star = strchr(name, '*');
	bool array = f->count || strchr(f->type, '[');

	if (f->data_loc) { /* "__data_loc char[]" */
		name += strlen("__data_loc ");
		name[strcspn(name, "[")] = '\0';
		return type_pointer(a->types, named(a, name), SPACE_KERNEL, false);
	}
	if (star && !array && f->size == 8) {
		unsigned stars = 0;

		for (const char *s = star; *s; s++)
			stars += *s == '*';
		*star = '\0';
		for (t = named(a, name); stars; stars--)
			t = type_pointer(a->types, t, space, false);
		return t;
	}
	if (f->size == 8 && !f->count && (str_eq(name, "int") || str_eq(name, "unsigned int")))
		return type_int(a->types, 4, str_eq(name, "int")); /* system calls: a word for every argument */
	if (!strncmp(name, "enum ", 5))
		t = kernel_type(a->kernel, "enum", name + 5);
	if (t && t->size == f->size)
		return t;
	if (f->count && f->size % f->count == 0 && f->size / f->count <= 8) {
		elem = named(a, name);
		if (elem->kind != TYPE_INT || elem->size != f->size / f->count)
			elem = type_int(a->types, f->size / f->count, f->is_signed);
		return type_array(a->types, elem, f->count);
	}
	if (f->size == 1 || f->size == 2 || f->size == 4 || f->size == 8)
		return type_int(a->types, f->size, f->is_signed);
	return type_array(a->types, type_int(a->types, 1, false), f->size);
}

static const struct type *args(struct attach *a, const struct image_attach *m, const struct type **retval)
{
	enum space space = str_eq(m->target, "syscalls") ? SPACE_USER : SPACE_KERNEL;
	struct tracepoint_field *list;
	struct field *fields;
	struct type *s;
	size_t n;

	(void)retval;
	if (tracepoint_format(a->arena, m->target, m->symbol, &list, &n))
		return NULL;
	s = type_struct_new(a->types, arena_printf(a->arena, "tracepoint:%s:%s", m->target, m->symbol), false);
	fields = arena_alloc(a->arena, (n + 1) * sizeof(*fields));
	for (size_t i = 0; i < n; i++) {
		fields[i] = (struct field){
			.name = list[i].name,
			.type = field_type(a, &list[i], space),
			.offset = list[i].offset,
			.data_loc = list[i].data_loc,
		};
		s->size = list[i].offset + list[i].size;
	}
	s->fields = fields;
	s->nfields = (uint32_t)n;
	s->align = 8;
	return s;
}

struct lister {
	struct listing *listing;
	const char *target, *symbol, *category;
};

static void list_event(const char *event, void *arg)
{
	struct lister *l = arg;
	struct tracepoint_field *fields;
	char name[512];
	size_t n;

	if (!glob_match(l->symbol, event))
		return;
	snprintf(name, sizeof(name), "tracepoint:%s:%s", l->category, event);
	l->listing->each(l->listing, name);
	if (l->listing->verbose && !tracepoint_format(l->listing->arena, l->category, event, &fields, &n))
		for (size_t i = 0; i < n; i++)
			l->listing->parameter(l->listing, fields[i].text);
}

static void list_category(const char *category, void *arg)
{
	struct lister *l = arg;

	if (!glob_match(l->target, category) || known_only_to_tracefs(category))
		return;
	l->category = category;
	tracepoint_each(category, list_event, l);
}

static void list(struct listing *l, const char *target, const char *symbol)
{
	struct lister s = {l, target, symbol, NULL};

	tracepoint_each(NULL, list_category, &s);
}

/*
 * system calls by one program at sys_enter, which knows them by number: cheaper for who is traced, and detached at
 * once
 */
static const struct provider *form(const struct attach *a, struct image_attach *m)
{
	static const struct {
		const char *prefix, *event;
		const struct provider *provider;
	} forms[] = {{"sys_enter_", "sys_enter", &provider_sys_enter}, {"sys_exit_", "sys_exit", &provider_sys_exit}};

#if !defined(__x86_64__)
	return NULL; /* where registers are saved differs */
#endif
	if (!str_eq(m->target, "syscalls") || m->config)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		size_t len = strlen(forms[i].prefix);
		int number;

		if (strncmp(m->symbol, forms[i].prefix, len))
			continue;
		number = syscall_number(m->symbol + len);
		if (number < 0 || !kernel_raw_tracepoint(a->kernel, forms[i].event))
			return NULL;
		m->config = (uint64_t)number;
		m->kind = forms[i].provider->kind;
		return forms[i].provider;
	}
	return NULL;
}

static const char *const aliases[] = {"t", NULL};

const struct provider provider_tracepoint = {
	.kind = ATTACH_tracepoint,
	.name = "tracepoint",
	.aliases = aliases,
	.has = NEEDS_ARGS,
	.space = SPACE_KERNEL,
	.syntax = "tracepoint:category:event",
	.min_fields = 1,
	.max_fields = 2,
	.kernel_listed = true,
	.parse = parse,
	.expand = expand,
	.list = list,
	.args = args,
	.form = form,
};

const struct provider provider_sys_enter = {
	.kind = ATTACH_sys_enter,
	.name = "tracepoint",
	.has = NEEDS_ARGS,
	.space = SPACE_KERNEL,
};

const struct provider provider_sys_exit = {
	.kind = ATTACH_sys_exit,
	.name = "tracepoint",
	.has = NEEDS_ARGS,
	.space = SPACE_KERNEL,
};
