/* uprobe, uretprobe: functions of programs and libraries. */
#include "provider/kinds.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool parse(struct attach *a)
{
	const char *symbol = a->fields[a->nfields - 1], *plus = strrchr(symbol, '+'), *why;
	int64_t number;

	if (a->nfields == 3) {
		error_at(a->diag, a->span, "unsupported language type: %s", a->fields[1]);
		return false;
	}
	a->target = a->nfields == 2 ? a->fields[0] : NULL;
	if (!a->target && a->pid)
		a->target = arena_printf(a->arena, "/proc/%d/exe", a->pid);
	if (!a->target || !*a->target || !*symbol) {
		error_at(a->diag, a->span, "%s probe type requires 2 arguments, found %zu", a->provider->name, a->nfields);
		hint(a->diag, "write %s", a->provider->syntax);
		return false;
	}
	a->symbol = symbol;
	if (plus && plus > symbol && parse_int(plus + 1, &number, &why)) {
		if (a->provider->kind == ATTACH_uretprobe) {
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
	a->wild = (a->symbol && glob_has(a->symbol)) || glob_has(a->target);
	return true;
}

static void add(struct attach *a, const char *path, const char *symbol)
{
	struct image_attach *m;
	char *name;

	if (!symbol)
		name = arena_printf(a->arena, "%s:%s:%llu", a->provider->name, path, (unsigned long long)a->offset);
	else if (a->has_offset)
		name = arena_printf(a->arena, "%s:%s:%s+%llu", a->provider->name, path, symbol, (unsigned long long)a->offset);
	else
		name = arena_printf(a->arena, "%s:%s:%s", a->provider->name, path, symbol);
	m = match_add(a, name);
	match_target(m, path);
	if (symbol)
		match_symbol(m, arena_strdup(a->arena, symbol));
	m->offset = a->offset;
}

static void search(struct attach *a, struct elf_file *f, const char *path)
{
	const struct elf_symbol *list, *one;
	size_t n;

	if (!a->symbol) {
		uint64_t ignored;

		if (!elf_address_to_offset(f, a->offset, &ignored))
			add(a, path, NULL);
	} else if (!glob_has(a->symbol)) {
		one = elf_find(f, a->symbol);
		if (one && (!a->has_offset || a->offset < one->size || a->unsafe))
			add(a, path, a->symbol);
	} else {
		list = elf_functions(f, &n);
		for (size_t i = 0; i < n; i++)
			if (glob_match(a->symbol, list[i].name) && (!i || list[i - 1].address != list[i].address || !glob_match(a->symbol, list[i - 1].name)))
				add(a, path, list[i].name);
	}
}

static const char *near_symbol(struct attach *a, struct elf_file *f)
{
	const struct elf_symbol *list;
	const char *near = NULL;
	unsigned best = 4;
	size_t n;

	list = elf_functions(f, &n);
	for (size_t i = 0; i < n; i++) {
		unsigned d;

		if (abs((int)strlen(list[i].name) - (int)strlen(a->symbol)) > 3)
			continue;
		d = edit_distance(a->symbol, list[i].name);
		if (d < best) {
			best = d;
			near = arena_strdup(a->arena, list[i].name);
		}
	}
	return near;
}

static bool expand_one(struct attach *a, const char *path, const char **missing)
{
	size_t before = a->nmatches;
	const char *near;
	int err;
	struct elf_file *f = elf_open(path, &err);

	if (!f) {
		if (a->wild && glob_has(a->target))
			return true;
		error_at(a->diag, a->span, "cannot read '%s': %s", path, err == -ENOEXEC ? "not an ELF file" : strerror(-err));
		return false;
	}
	search(a, f, path);
	if (a->nmatches == before && !a->wild) {
		if (!a->symbol)
			*missing = arena_printf(a->arena, "Could not resolve address: %s:0x%llx", path, (unsigned long long)a->offset);
		else
			*missing = arena_printf(a->arena, "Could not resolve symbol: %s:%s", path, a->symbol);
		near = a->symbol ? near_symbol(a, f) : NULL;
		if (near)
			*missing = arena_printf(a->arena, "%s. Did you mean %s?", *missing, near);
	}
	elf_close(f);
	return true;
}

static bool expand(struct attach *a, const char **missing)
{
	unsigned matches;
	const char *path;
	bool ok = true;
	glob_t found;

	if (glob_has(a->target)) {
		depends_unknown();
		if (!glob(a->target, 0, NULL, &found)) {
			for (size_t i = 0; i < found.gl_pathc && ok; i++)
				ok = expand_one(a, arena_strdup(a->arena, found.gl_pathv[i]), missing);
			globfree(&found);
		}
	} else {
		path = binary_path(a->arena, a->target, &matches);
		if (!path) {
			error_at(a->diag, a->span, "%s target file '%s' does not exist or is not executable", "uprobe", a->target);
			return false;
		}
		ok = expand_one(a, path, missing);
	}
	if (ok && !a->nmatches && !*missing)
		*missing = no_matches(a, arena_printf(a->arena, "%s:%s", a->target, a->symbol ? a->symbol : "address"));
	return ok;
}

static void list(struct listing *l, const char *target, const char *symbol)
{
	const struct elf_symbol *list;
	unsigned matches;
	const char *path = binary_path(l->arena, target, &matches);
	struct elf_file *f;
	size_t n;
	int err;

	f = path ? elf_open(path, &err) : NULL;
	if (!f)
		return;
	list = elf_functions(f, &n);
	for (size_t i = 0; i < n; i++)
		if (glob_match(symbol, list[i].name))
			l->each(l, arena_printf(l->arena, "uprobe:%s:%s", path, list[i].name));
	elf_close(f);
}

static const char *const uprobe_aliases[] = {"u", NULL};
static const char *const uretprobe_aliases[] = {"ur", NULL};

const struct provider provider_uprobe = {
	.kind = ATTACH_uprobe, .name = "uprobe", .aliases = uprobe_aliases, .has = NEEDS_ARGN | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX,
	.space = SPACE_USER, .syntax = "uprobe:binary:function[+offset]", .min_fields = 1, .max_fields = 3, .parse = parse, .expand = expand,
	.list = list,
};

const struct provider provider_uretprobe = {
	.kind = ATTACH_uretprobe, .name = "uretprobe", .aliases = uretprobe_aliases, .has = NEEDS_RETVAL | NEEDS_FUNC | NEEDS_REGS | NEEDS_CTX,
	.space = SPACE_USER, .syntax = "uretprobe:binary:function", .min_fields = 1, .max_fields = 3, .parse = parse, .expand = expand,
};
