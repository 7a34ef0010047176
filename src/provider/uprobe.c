/*
 * uprobe, uretprobe: functions of programs and libraries.
 *	uprobe:binary:function[+offset]		uprobe:binary:address
 *	uprobe:binary:cpp:name			uprobe:binary@file:line[:column]
 */
#include "provider/kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool returns(const struct attach *a)
{
	return a->provider->kind == ATTACH_uretprobe;
}

/* "binary@file", "line"[, "column"]; *is: it is that, whether right or wrong */
static bool parse_line(struct attach *a, bool *is)
{
	const char *at = strrchr(a->fields[0], '@'), *why;
	int64_t line, column = 0;

	*is = false;
	if (!at || a->nfields < 2 || !parse_int(a->fields[1], &line, &why) || !access(a->fields[0], F_OK))
		return true;
	*is = true;
	if (returns(a)) {
		error_at(a->diag, a->span, "Source code location not allowed in %s", a->provider->name);
		return false;
	}
	if (line < 1 || (a->nfields > 2 && (!parse_int(a->fields[2], &column, &why) || column < 1))) {
		error_at(a->diag, a->span, "a line and a column are numbers from 1 on, found '%s%s%s'", a->fields[1],
			 a->nfields > 2 ? ":" : "", a->nfields > 2 ? a->fields[2] : "");
		return false;
	}
	a->target = arena_strndup(a->arena, a->fields[0], (size_t)(at - a->fields[0]));
	a->file = at + 1;
	a->line = (unsigned)line;
	a->column = (unsigned)column;
	if (glob_has(a->target)) {
		error_at(a->diag, a->span, "a source code location needs one binary, found '%s'", a->target);
		return false;
	}
	return true;
}

static bool parse_symbol(struct attach *a, const char *symbol)
{
	const char *plus = strrchr(symbol, '+'), *why;
	int64_t number;

	a->symbol = symbol;
	if (plus && plus > symbol && parse_int(plus + 1, &number, &why)) {
		if (returns(a)) {
			error_at(a->diag, a->span, "uretprobes can not be attached to a function offset");
			return false;
		}
		a->symbol = arena_strndup(a->arena, symbol, (size_t)(plus - symbol));
		a->offset = (uint64_t)number;
		a->has_offset = true;
	} else if (symbol[0] >= '0' && symbol[0] <= '9' && parse_int(symbol, &number, &why)) {
		a->symbol = NULL;
		a->offset = (uint64_t)number;
	}
	return true;
}

static bool parse(struct attach *a)
{
	size_t n = a->nfields;
	const char *tag = n == 3 ? a->fields[1] : n == 2 && a->pid && str_eq(a->fields[0], "cpp") ? a->fields[0] : NULL;
	bool line;

	if (!parse_line(a, &line) || line)
		return line && a->target;
	a->demangled = tag != NULL;
	a->target = n == 1 || tag == a->fields[0] ? "" : a->fields[0];
	if (n == 1 && !a->pid) {
		error_at(a->diag, a->span, "%s probe type requires 2 arguments, found %zu", a->provider->name, n);
		hint(a->diag, "write %s", a->provider->syntax);
		return false;
	}
	if ((!a->pid && !must_have(a, a->target, "a binary")) || !must_have(a, a->fields[n - 1], "a function"))
		return false;
	if (tag && !str_eq(tag, "cpp")) {
		error_at(a->diag, a->span, "unsupported language type: %s", tag);
		return false;
	}
	if (!*a->target)
		a->target = process_exe(a->arena, a->pid);
	if (!parse_symbol(a, a->fields[n - 1]))
		return false;
	a->wild = (a->symbol && glob_has(a->symbol)) || glob_has(a->target);
	return true;
}

/* one file being searched */
struct search {
	struct attach *attach;
	const char **missing;
	struct elf_file *file;
	const char *path;
	bool failed;
};

static struct image_attach *add(struct search *s, const char *name, const char *symbol, uint64_t offset)
{
	struct attach *a = s->attach;
	struct image_attach *m = match_add(a, arena_printf(a->arena, "%s:%s%s", a->provider->name, s->path, name));

	match_target(m, s->path);
	if (symbol)
		match_symbol(m, arena_strdup(a->arena, symbol));
	m->offset = offset;
	return m;
}

static void wrong(struct search *s, const char *text, const char *help)
{
	error_at(s->attach->diag, s->attach->span, "%s", text);
	if (help)
		hint(s->attach->diag, "%s", help);
	s->failed = true;
}

/* is it an offset inside the function, where an instruction begins? */
static bool fits(struct search *s, const struct elf_symbol *f)
{
	struct attach *a = s->attach;
	uint64_t end = elf_symbol_end(s->file, f);

	if (a->unsafe || !a->offset)
		return true;
	if (!f->size) {
		wrong(s, arena_printf(a->arena, "Could not determine boundary for %s (symbol has size 0).", f->name),
		      "Use --unsafe to force attachment.");
		return false;
	}
	if (a->offset >= f->size) {
		wrong(s,
		      arena_printf(a->arena, "Offset outside the function bounds ('%s' size is %llu)", f->name,
				   (unsigned long long)f->size),
		      NULL);
		return false;
	}
	if (!elf_instruction(s->file, f->address, end, f->address + a->offset)) {
		wrong(s,
		      arena_printf(a->arena, "Could not add %s into middle of instruction: %s:%s+%llu",
				   a->provider->name, s->path, f->name, (unsigned long long)a->offset),
		      "Use --unsafe to force attachment.");
		return false;
	}
	return true;
}

static void search_address(struct search *s)
{
	struct attach *a = s->attach;
	const struct elf_symbol *f;
	uint64_t offset;

	if (elf_address_to_offset(s->file, a->offset, &offset) || (!elf_executable(s->file, a->offset) && !a->unsafe)) {
		*s->missing = arena_printf(a->arena, "Could not resolve address: %s:0x%llx", s->path,
					   (unsigned long long)a->offset);
		return;
	}
	f = elf_at(s->file, offset);
	if (f && !a->unsafe && !elf_instruction(s->file, f->address, elf_symbol_end(s->file, f), a->offset)) {
		wrong(s,
		      arena_printf(a->arena, "Could not add %s into middle of instruction: %s:%s+%llu",
				   a->provider->name, s->path, f->name, (unsigned long long)(a->offset - f->address)),
		      "Use --unsafe to force attachment.");
		return;
	}
	add(s, arena_printf(a->arena, ":%llu", (unsigned long long)a->offset), NULL, a->offset);
}

/* the implementations that an indirect function chooses from: strlen from __strlen_avx2 */
static const char *implementation(struct search *s, const char *name)
{
	char *pattern = arena_printf(s->attach->arena, "__%s_*", name);
	const struct elf_symbol *list;
	size_t n;

	list = elf_functions(s->file, &n);
	for (size_t i = 0; i < n; i++)
		if (glob_match(pattern, list[i].name))
			return list[i].name;
	return NULL;
}

static void search_name(struct search *s)
{
	struct attach *a = s->attach;
	const struct elf_symbol *f = elf_find(s->file, a->symbol);
	const char *one;

	if (!f || !fits(s, f))
		return;
	if (f->indirect) {
		one = implementation(s, a->symbol);
		warning_at(a->diag, WARN(indirect_function), a->span,
			   "%s is chosen when the program is loaded: only that is seen, not its calls", a->symbol);
		if (one)
			hint(a->diag, "one that it chooses from is %s: %s:%s:__%s_*", one, a->provider->name, s->path,
			     a->symbol);
	}
	if (a->has_offset)
		add(s, arena_printf(a->arena, ":%s+%llu", a->symbol, (unsigned long long)a->offset), a->symbol,
		    a->offset);
	else
		add(s, arena_printf(a->arena, ":%s", a->symbol), a->symbol, 0);
}

/* a name that several symbols have at one address is one place */
static bool repeated(const struct elf_symbol *list, size_t i, const char *pattern)
{
	for (size_t j = i; j-- && list[j].address == list[i].address;)
		if (glob_match(pattern, list[j].name))
			return true;
	return false;
}

static void search_pattern(struct search *s)
{
	struct attach *a = s->attach;
	const struct elf_symbol *list;
	size_t n;

	list = elf_functions(s->file, &n);
	for (size_t i = 0; i < n; i++)
		if (glob_match(a->symbol, list[i].name) && !repeated(list, i, a->symbol))
			add(s, arena_printf(a->arena, ":%s", list[i].name), list[i].name, 0);
}

/* "ns::f" fits every ns::f whatever its parameters, "ns::f(int)" one */
static void search_demangled(struct search *s)
{
	struct attach *a = s->attach;
	bool parameters = strchr(a->symbol, '(') != NULL;
	const struct elf_symbol *list;
	size_t n;

	list = elf_functions(s->file, &n);
	for (size_t i = 0; i < n && !s->failed; i++) {
		char *name = demangle(list[i].name, parameters), *full;

		if (name && glob_match(a->symbol, name) && (!i || list[i - 1].address != list[i].address) &&
		    fits(s, &list[i])) {
			full = demangle(list[i].name, true);
			add(s,
			    arena_printf(a->arena, ":cpp:\"%s\"%s", full ? full : name,
					 a->has_offset ? arena_printf(a->arena, "+%llu", (unsigned long long)a->offset)
						       : ""),
			    list[i].name, a->offset);
			free(full);
		}
		free(name);
	}
}

static void search_line(struct search *s)
{
	struct attach *a = s->attach;
	uint64_t *addresses;
	unsigned near = 0;
	size_t n = 0;
	int err = dwarf_line(s->file, a->arena, a->file, a->line, a->column, &addresses, &n, &near);

	if (err == -ENODATA)
		wrong(s,
		      arena_printf(a->arena, "No DWARF found for \"%s\", cannot look for a source code location",
				   s->path),
		      NULL);
	else if (err)
		*s->missing = arena_printf(a->arena, "No source file '%s' in %s", a->file, s->path);
	else if (!n)
		*s->missing = arena_printf(a->arena, "There is no code at %s:%u%s", a->file, a->line,
					   near ? arena_printf(a->arena, "; the next line with code is %u", near) : "");
	for (size_t i = 0; i < n; i++)
		add(s,
		    arena_printf(a->arena, "@%s:%u%s", a->file, a->line,
				 a->column ? arena_printf(a->arena, ":%u", a->column) : ""),
		    NULL, addresses[i]);
}

/* what comes near a name that is not there: f.constprop.0 of f, or a likely misspelling */
static const char *near_symbol(struct attach *a, struct elf_file *f)
{
	size_t n, len = strlen(a->symbol);
	const struct elf_symbol *list = elf_functions(f, &n);
	struct nearest near = {.to = a->symbol, .distance = len < 4 ? 2 : 4, .arena = a->arena};

	for (size_t i = 0; i < n; i++) {
		if (!strncmp(list[i].name, a->symbol, len) && list[i].name[len] == '.')
			return arena_strdup(a->arena, list[i].name);
		nearest_hear(&near, list[i].name);
	}
	return near.name;
}

static void say_missing(struct search *s)
{
	struct attach *a = s->attach;
	const char *near = near_symbol(a, s->file);

	*s->missing = arena_printf(a->arena, "Could not resolve symbol: %s:%s", s->path, a->symbol);
	if (dwarf_inlined(s->file, a->symbol))
		*s->missing = arena_printf(a->arena, "%s. It is inlined wherever it is called.", *s->missing);
	else if (near)
		*s->missing = arena_printf(a->arena, "%s. Did you mean %s?", *s->missing, near);
}

static void search_file(void *arg, const char *path)
{
	struct search *s = arg;
	struct attach *a = s->attach;
	size_t before = a->nmatches;
	int err;

	s->path = arena_strdup(a->arena, path);
	s->file = elf_open(path, &err);
	if (!s->file) {
		if (err == -ENOEXEC && a->unsafe && !a->symbol && !a->file)
			add(s, arena_printf(a->arena, ":%llu", (unsigned long long)a->offset), NULL, a->offset)
				->config = UPROBE_ANY_FILE;
		else if (!glob_has(a->target))
			wrong(s, arena_printf(a->arena, "cannot read '%s': %s", path, elf_error(err)), NULL);
		return;
	}
	if (a->file)
		search_line(s);
	else if (!a->symbol)
		search_address(s);
	else if (a->demangled)
		search_demangled(s);
	else if (glob_has(a->symbol) && !elf_find(s->file, a->symbol))
		search_pattern(s);
	else
		search_name(s);
	/* as before there was cpp: */
	if (a->symbol && a->nmatches == before && !s->failed && !a->demangled && strchr(a->symbol, '('))
		search_demangled(s);
	if (a->symbol && a->nmatches == before && !s->failed && !a->wild)
		say_missing(s);
	elf_close(s->file);
	s->file = NULL;
}

static bool expand(struct attach *a, const char **missing)
{
	struct search s = {.attach = a, .missing = missing};

	if (!binaries_each(a, search_file, &s)) {
		*missing = arena_printf(a->arena, "uprobe target file '%s' does not exist or is not executable",
					a->target);
		return true;
	}
	if (!s.failed && !a->nmatches && !*missing)
		*missing = no_matches(a, arena_printf(a->arena, "%s:%s", a->target, a->symbol ? a->symbol : "address"));
	else if (a->nmatches)
		*missing = NULL; /* of several files one has it */
	return !s.failed;
}

/* the address of a match, as in its file */
static bool address_of(struct elf_file *f, const struct image_attach *m, uint64_t *address)
{
	const struct elf_symbol *s = m->symbol_len ? elf_find(f, m->symbol) : NULL;

	*address = m->offset + (s ? s->address : 0);
	return s || !m->symbol_len;
}

/* of the types that a call returns those are taken that are one register: numbers, and pointers to structs */
static const struct type *args(struct attach *a, const struct image_attach *m, const struct type **retval)
{
	struct program *p = program_at(kernel_programs(a->kernel), m->target);
	const struct type *t, *result;
	uint64_t address;

	if (!program_has_dwarf(p) || !address_of(program_file(p), m, &address))
		return NULL;
	t = program_function(p, address, &result);
	if (t && (type_is_int(result) || (result->kind == TYPE_POINTER && result->elem->kind == TYPE_STRUCT)))
		*retval = result;
	return returns(a) ? NULL : t;
}

struct lister {
	struct listing *listing;
	const char *name; /* of the provider */
	const char *symbol;
	bool demangled;
};

static void list_parameters(struct lister *s, struct program *p, uint64_t address)
{
	struct listing *l = s->listing;
	char **texts;
	size_t n;

	if (program_signature(p, address, l->arena, &texts, &n))
		for (size_t i = 0; i < n; i++)
			l->parameter(l, texts[i]);
}

static void list_file(void *arg, const char *path)
{
	struct lister *s = arg;
	struct listing *l = s->listing;
	struct program *p = l->verbose ? program_at(kernel_programs(l->kernel), path) : NULL;
	const struct elf_symbol *list;
	struct elf_file *f;
	size_t n;
	int err;

	f = elf_open(path, &err);
	if (!f)
		return;
	if (p && !program_has_dwarf(p))
		warn("No DWARF found for \"%s\", cannot show parameter info", path);
	list = elf_functions(f, &n);
	for (size_t i = 0; i < n; i++) {
		char *full = demangle(list[i].name, true), *plain = full ? demangle(list[i].name, false) : NULL;
		bool demangled = (full && glob_match(s->symbol, full)) || (plain && glob_match(s->symbol, plain));
		bool as_is = !demangled && !s->demangled && glob_match(s->symbol, list[i].name);

		if (demangled)
			l->each(l, arena_printf(l->arena, "%s:%s:cpp:\"%s\"", s->name, path, full));
		else if (as_is)
			l->each(l, arena_printf(l->arena, "%s:%s:%s", s->name, path, list[i].name));
		if ((demangled || as_is) && p && str_eq(s->name, "uprobe"))
			list_parameters(s, p, list[i].address);
		free(full);
		free(plain);
	}
	elf_close(f);
}

/* target is a path, or "path:cpp" */
static void list_as(struct listing *l, const char *name, const char *target, const char *symbol)
{
	struct lister s = {.listing = l, .name = name, .symbol = symbol};
	size_t len = strlen(target);
	struct attach a = {.arena = l->arena, .pid = l->pid, .target = target};

	if (len > 4 && str_eq(target + len - 4, ":cpp")) {
		s.demangled = true;
		a.target = arena_strndup(l->arena, target, len - 4);
	}
	binaries_each(&a, list_file, &s);
}

static void list(struct listing *l, const char *target, const char *symbol)
{
	list_as(l, "uprobe", target, symbol);
}

static void list_returns(struct listing *l, const char *target, const char *symbol)
{
	list_as(l, "uretprobe", target, symbol);
}

static const char *const uprobe_aliases[] = {"u", NULL};
static const char *const uretprobe_aliases[] = {"ur", NULL};

const struct provider provider_uprobe = {
	.kind = ATTACH_uprobe,
	.name = "uprobe",
	.aliases = uprobe_aliases,
	.has = NEEDS_ARGN | NEEDS_ARGS | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX,
	.space = SPACE_USER,
	.syntax = "uprobe:binary:function[+offset]",
	.min_fields = 1,
	.max_fields = 3,
	.parse = parse,
	.expand = expand,
	.list = list,
	.args = args,
};

const struct provider provider_uretprobe = {
	.kind = ATTACH_uretprobe,
	.name = "uretprobe",
	.aliases = uretprobe_aliases,
	.has = NEEDS_RETVAL | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX,
	.space = SPACE_USER,
	.syntax = "uretprobe:binary:function",
	.min_fields = 1,
	.max_fields = 3,
	.parse = parse,
	.expand = expand,
	.list = list_returns,
	.args = args,
	.typed = NEEDS_RETVAL,
};
