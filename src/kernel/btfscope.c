/* What the machine is known by: the BTF of the kernel, of its modules and of objects, each opened when it is asked for. */
#include "kernel/btf.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define BTF_DIRECTORY "/sys/kernel/btf"

struct kernel *kernel_open(struct arena *a, struct types *t)
{
	struct kernel *k = arena_alloc(a, sizeof(*k));

	k->arena = a;
	k->types = t;
	return k;
}

static void scope_close(struct btf_scope *s)
{
	if (!s)
		return;
	btfdata_close(s->data);
	free(s->made);
}

void kernel_close(struct kernel *k)
{
	for (struct btf_scope *s = k->modules; s; s = s->next) /* before what they extend */
		scope_close(s);
	for (struct btf_scope *s = k->objects; s; s = s->next)
		scope_close(s);
	scope_close(k->vmlinux);
	for (struct library *o = k->imported; o; o = o->next)
		close(o->fd);
	programs_close(k->programs);
	ksyms_free(k->symbols);
}

const struct ksyms *kernel_symbols(struct kernel *k)
{
	if (!k->symbols)
		k->symbols = ksyms_load();
	return k->symbols;
}

struct programs *kernel_programs(struct kernel *k)
{
	if (!k->programs)
		k->programs = programs_open(k->arena, k->types);
	return k->programs;
}

static struct btf_scope *scope_new(struct kernel *k, const char *name, struct btfdata *data)
{
	struct btf_scope *s;

	if (!data)
		return NULL;
	s = arena_alloc(k->arena, sizeof(*s));
	s->kernel = k;
	s->name = arena_strdup(k->arena, name);
	s->data = data;
	/* of which few pages are touched */
	s->made = xcalloc(btfdata_most(data) - btfdata_first(data), sizeof(*s->made));
	return s;
}

struct btf_scope *btf_kernel(struct kernel *k)
{
	const char *path = getenv("BPFTRACE_BTF");

	if (k->tried)
		return k->vmlinux;
	k->tried = true;
	if (path)
		depends_on(path);
	else
		depends_on_presence(BTF_DIRECTORY "/vmlinux"); /* what it holds goes with the kernel */
	k->elsewhere = path != NULL;
	k->vmlinux = scope_new(k, "vmlinux", btfdata_open(path ? path : BTF_DIRECTORY "/vmlinux"));
	return k->vmlinux;
}

struct btf_scope *btf_module(struct kernel *k, const char *module)
{
	struct btf_scope *s;

	if (!btf_kernel(k) || str_eq(module, "vmlinux"))
		return k->vmlinux;
	for (s = k->modules; s; s = s->next)
		if (str_eq(s->name, module))
			return s;
	if (k->elsewhere || k->all_modules) /* another kernel's: its modules are not these */
		return NULL;
	s = scope_new(k, module,
		      btfdata_open_module(arena_printf(k->arena, BTF_DIRECTORY "/%s", module), k->vmlinux->data));
	if (s) {
		s->next = k->modules;
		k->modules = s;
	}
	return s;
}

static void read_modules(struct kernel *k)
{
	struct dirent **list;
	int n = k->all_modules || k->elsewhere ? -1 : scandir(BTF_DIRECTORY, &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			btf_module(k, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	k->all_modules = true;
}

struct btf_scope *btf_next(struct btf_scope *s)
{
	if (s != s->kernel->vmlinux)
		return s->next;
	read_modules(s->kernel);
	return s->kernel->modules;
}

struct btf_scope *btf_object(struct kernel *k, const char *path)
{
	struct btf_scope *s = scope_new(k, path, btfdata_open(path));

	if (s) {
		s->fixed = true;
		s->next = k->objects;
		k->objects = s;
	}
	return s;
}

bool kernel_has_btf(struct kernel *k)
{
	return btf_kernel(k) != NULL;
}
