/* Addresses to names: the kernel's from kallsyms, a process' from its mappings and their ELF files. */
#include "runtime/rt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct mapping {
	uint64_t start, end, offset;
	const char *path;
};

struct process {
	struct process *next;
	pid_t pid;
	struct mapping *maps;
	size_t nmaps;
};

struct object {
	struct object *next;
	const char *path;
	struct elf_file *elf; /* NULL: cannot be read */
};

struct symbols {
	const struct image *im;
	struct arena *arena;
	struct ksyms *kernel; /* when first asked for */
	struct process *processes;
	struct object *objects;
};

struct symbols *symbols_new(const struct image *im)
{
	struct symbols *s = xcalloc(1, sizeof(*s));

	s->im = im;

	s->arena = arena_new();
	return s;
}

void symbols_free(struct symbols *s)
{
	if (!s)
		return;
	for (struct object *o = s->objects; o; o = o->next)
		elf_close(o->elf);
	ksyms_free(s->kernel);
	arena_free(s->arena);
	free(s);
}

bool symbol_kernel(struct symbols *s, uint64_t address, const char **name, uint64_t *offset, const char **module)
{
	if (!s->kernel)
		s->kernel = ksyms_load();
	*name = ksyms_find(s->kernel, address, offset, module);
	return *name != NULL;
}

static struct process *process_of(struct symbols *s, pid_t pid)
{
	struct process *p;
	char path[64], line[4352];
	size_t cap = 0;
	FILE *in;

	for (p = s->processes; p; p = p->next)
		if (p->pid == pid)
			return p;
	p = arena_alloc(s->arena, sizeof(*p));
	p->pid = pid;
	p->next = s->processes;
	s->processes = p;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	in = fopen(path, "re");
	if (!in)
		return p;
	while (fgets(line, sizeof(line), in)) {
		struct mapping m;
		char flags[5], *slash = strchr(line, '/');
		unsigned long start, end, offset;

		if (sscanf(line, "%lx-%lx %4s %lx", &start, &end, flags, &offset) != 4 || flags[2] != 'x' || !slash)
			continue;
		slash[strcspn(slash, "\n")] = '\0';
		m = (struct mapping){start, end, offset, arena_strdup(s->arena, slash)};
		if (p->nmaps == cap) {
			struct mapping *more = arena_alloc(s->arena, (cap ? 2 * cap : 16) * sizeof(*more));

			if (cap)
				memcpy(more, p->maps, cap * sizeof(*more));
			cap = cap ? 2 * cap : 16;
			p->maps = more;
		}
		p->maps[p->nmaps++] = m;
	}
	fclose(in);
	return p;
}

static struct object *object_of(struct symbols *s, pid_t pid, const char *path)
{
	struct object *o;
	char through[4400];
	int err;

	for (o = s->objects; o; o = o->next)
		if (str_eq(o->path, path))
			return o;
	o = arena_alloc(s->arena, sizeof(*o));
	o->path = arena_strdup(s->arena, path);
	snprintf(through, sizeof(through), "/proc/%d/root%s", pid, path);
	o->elf = elf_open(through, &err);
	if (!o->elf)
		o->elf = elf_open(path, &err);
	o->next = s->objects;
	s->objects = o;
	return o;
}

/*
 * The process is gone, and its mappings with it.  A program linked to fixed
 * addresses that one of our probes names can still say what was there.
 */
static bool symbol_probed(struct symbols *s, uint64_t address, const char **name, uint64_t *offset, const char **object)
{
	for (size_t i = 0; i < s->im->nclauses; i++) {
		const struct image_clause *c = &s->im->clauses[i];

		for (size_t j = 0; j < c->nattaches && (c->kind == ATTACH_uprobe || c->kind == ATTACH_uretprobe || c->kind == ATTACH_usdt); j++) {
			struct object *o = object_of(s, 0, c->attaches[j].target);
			const struct elf_symbol *sym;
			uint64_t place;

			if (!o->elf || elf_address_to_offset(o->elf, address, &place))
				continue;
			sym = elf_at(o->elf, place);
			if (!sym)
				continue;
			*name = sym->name;
			*offset = place - sym->offset;
			*object = o->path;
			return true;
		}
	}
	return false;
}

bool symbol_user(struct symbols *s, pid_t pid, uint64_t address, const char **name, uint64_t *offset, const char **object)
{
	struct process *p = process_of(s, pid);

	*object = NULL;
	if (!p->nmaps)
		return symbol_probed(s, address, name, offset, object);
	for (size_t i = 0; i < p->nmaps; i++) {
		const struct mapping *m = &p->maps[i];
		const struct elf_symbol *sym;
		struct object *o;

		if (address < m->start || address >= m->end)
			continue;
		*object = m->path;
		o = object_of(s, pid, m->path);
		sym = o->elf ? elf_at(o->elf, address - m->start + m->offset) : NULL;
		if (!sym)
			return false;
		*name = sym->name;
		*offset = address - m->start + m->offset - sym->offset;
		return true;
	}
	return false;
}

#define USER_END (1ull << 47)

static void frame(struct rt *rt, struct buf *out, const struct image_type *t, const struct event_stack *st, uint64_t address)
{
	bool user = t->kind == TYPE_USTACK, known, perf = t->stack_mode == STACK_PERF;
	const char *name, *object = NULL;
	uint64_t offset;

	if (t->stack_mode == STACK_RAW) {
		buf_printf(out, "%llx\n", (unsigned long long)address);
		return;
	}
	known = user ? symbol_user(rt->symbols, (pid_t)st->pid, address, &name, &offset, &object) :
		       symbol_kernel(rt->symbols, address, &name, &offset, &object);
	ledger_count(rt, LOSS_symbol, !known && address && (!user || address < USER_END)); /* what lies beyond was no return address */
	if (perf)
		buf_printf(out, "\t%llx ", (unsigned long long)address);
	else
		buf_puts(out, "        ");
	if (known)
		buf_printf(out, "%s+%llu", name, (unsigned long long)offset);
	else if (perf)
		buf_puts(out, "[unknown]");
	else
		buf_printf(out, address ? "0x%llx" : "%llu", (unsigned long long)address);
	if (perf && user)
		buf_printf(out, " (%s)", object ? object : "[unknown]");
	buf_putc(out, '\n');
}

void render_stack(struct rt *rt, struct buf *out, const struct image_type *t, const struct event_stack *st)
{
	uint32_t n = st->count < t->stack_limit ? st->count : (uint32_t)t->stack_limit;

	buf_putc(out, '\n');
	for (uint32_t i = 0; i < n; i++)
		frame(rt, out, t, st, st->frames[i]);
}
