/*
 * Addresses to names: the kernel's from kallsyms, a process' from what is
 * mapped there.  Answers are kept: the same frames come again and again.
 */
#include "kernel/kernel.h"
#include "runtime/process.h"
#include "runtime/rt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct answer {
	uint64_t address;
	uint32_t whose; /* serial of the process, 0: the kernel; twice it, and SYMBOL_CALL */
	uint32_t version; /* of its mappings, when nothing was found */
	struct symbol symbol;
};

struct symbols {
	struct ksyms *kernel; /* when first asked for */
	struct processes *processes;
	struct sideband *sideband;
	struct arena *arena; /* of source frames and their names */
	bool debug_info, demangled, scanned; /* scanned: what runs now may end before it is asked for */
	struct answer *answers; /* by address and whose; a power of two of them, half of them empty */
	size_t nanswers, count;
};

#define MOST_ANSWERS (1 << 19) /* then all is forgotten */

static bool wants_users(const struct image *im)
{
	for (size_t i = 0; i < im->ntypes; i++)
		if (im->types[i].kind == TYPE_USYM ||
		    (im->types[i].kind == TYPE_USTACK && im->types[i].stack_mode != STACK_RAW))
			return true;
	return false;
}

struct symbols *symbols_new(const struct rt *rt)
{
	struct symbols *s = xcalloc(1, sizeof(*s));

	s->arena = arena_new();
	s->debug_info = rt_setting(rt, "show_debug_info", 1);
	s->demangled = rt_setting(rt, "cpp_demangle", 1);
	s->processes = processes_new();
	for (size_t i = 0; i < rt->im->ntypes; i++)
		s->scanned |= rt->im->types[i].kind == TYPE_USTACK;
	if (wants_users(rt->im))
		s->sideband = sideband_open(s->processes, rt->options->pid, &rt->cpus);
	return s;
}

void symbols_free(struct symbols *s)
{
	if (!s)
		return;
	sideband_close(s->sideband);
	processes_free(s->processes);
	ksyms_free(s->kernel);
	arena_free(s->arena);
	free(s->answers);
	free(s);
}

void symbols_scan(struct symbols *s, pid_t pid)
{
	if (s->sideband && pid > 0)
		process_get(s->processes, pid);
	else if (s->sideband && s->scanned)
		processes_scan(s->processes);
}

void symbols_follow(struct symbols *s)
{
	sideband_read(s->sideband);
}

void symbols_cpus(struct symbols *s, const struct cpus *was, const struct cpus *now)
{
	for (size_t i = 0; s->sideband && i < now->n; i++) {
		int err = cpus_has(was, now->list[i]) ? 0 : sideband_add(s->sideband, now->list[i]);

		if (err && err != -ENODEV) /* that went again */
			warn("CPU %d was brought online, and what is mapped there is not followed: %s%s", now->list[i],
			     strerror(-err), rt_capable(err));
	}
}

static struct answer *slot_of(struct symbols *s, uint32_t whose, uint64_t address)
{
	size_t i = ((address ^ (uint64_t)whose << 40) * 0x9e3779b97f4a7c15ull >> 20) & (s->nanswers - 1);

	while ((s->answers[i].symbol.known || s->answers[i].address) &&
	       (s->answers[i].address != address || s->answers[i].whose != whose))
		i = (i + 1) & (s->nanswers - 1);
	return &s->answers[i];
}

static void grow(struct symbols *s)
{
	struct answer *old = s->answers;
	size_t n = s->nanswers;
	bool forget = n >= MOST_ANSWERS;

	s->nanswers = forget ? n : n ? 2 * n : 4096;
	s->answers = xcalloc(s->nanswers, sizeof(*s->answers));
	for (size_t i = 0; !forget && i < n; i++)
		if (old[i].address)
			*slot_of(s, old[i].whose, old[i].address) = old[i];
	if (forget) {
		s->count = 0;
		arena_free(s->arena);
		s->arena = arena_new();
	}
	free(old);
}

static uint32_t whose_of(uint32_t serial, unsigned how)
{
	return serial << 1 | (how & SYMBOL_CALL);
}

/* where the answer is or will be */
static struct answer *answer(struct symbols *s, uint32_t serial, uint64_t address, unsigned how)
{
	if (2 * (s->count + 1) > s->nanswers)
		grow(s);
	return slot_of(s, whose_of(serial, how), address);
}

static struct answer *keep(struct symbols *s, struct answer *a, uint32_t serial, uint64_t address, unsigned how,
			   uint32_t version, struct symbol symbol)
{
	s->count += !a->address;
	*a = (struct answer){.address = address, .whose = whose_of(serial, how), .version = version, .symbol = symbol};
	return a;
}

static const struct symbol nothing;

const struct symbol *symbol_kernel(struct symbols *s, uint64_t address, unsigned how)
{
	unsigned behind = how & SYMBOL_CALL;
	struct symbol found = {0};
	struct answer *a;

	if (!address)
		return &nothing;
	a = answer(s, 0, address, how);
	if (a->address)
		return &a->symbol;
	if (!s->kernel)
		s->kernel = ksyms_load();
	found.name = ksyms_find(s->kernel, address - behind, &found.offset, &found.object);
	found.offset += behind;
	found.known = found.name != NULL;
	return &keep(s, a, 0, address, how, 0, found)->symbol;
}

static struct symbol look(struct symbols *s, struct process *p, uint64_t address)
{
	const struct mapping *m = process_at(p, address);
	struct symbol found = {0};
	uint64_t start;

	if (m) {
		found.object = object_name(m->object);
		found.place = address - m->start + m->offset;
		found.name = object_symbol(m->object, found.place, s->demangled, &start);
		found.offset = found.place - start;
	}
	if (!found.name && (!m || object_anonymous(m->object))) {
		if (!p->jit)
			p->jit = jit_open(p->pid);
		found.name = jit_symbol(p->jit, address, &start);
		found.offset = address - start;
	}
	found.known = found.name != NULL;
	return found;
}

/* the same, of the call before an address; a signal handler returns to where no call is */
static struct symbol look_before(struct symbols *s, struct process *p, uint64_t address)
{
	struct symbol found = look(s, p, address - 1);

	if (!found.known)
		return look(s, p, address);
	found.offset++;
	found.place++;
	return found;
}

#define MOST_FRAMES 32 /* inlined into one another */

static void add_source(struct symbols *s, const struct process *p, const struct answer *a, struct symbol *symbol)
{
	static const struct source_frame none[1];
	unsigned behind = a->whose & SYMBOL_CALL;
	const struct mapping *m = s->debug_info ? process_at(p, a->address - behind) : NULL;
	struct source_frame found[MOST_FRAMES];
	size_t n = m ? object_frames(m->object, symbol->place - behind, found, MOST_FRAMES) : 0;

	for (size_t i = 0; s->demangled && i < n; i++) {
		char *plain = found[i].inlined ? demangle(found[i].inlined, true) : NULL;

		if (plain)
			found[i].inlined = arena_strdup(s->arena, plain);
		free(plain);
	}
	symbol->frames = n ? arena_memdup(s->arena, found, n * sizeof(*found)) : none;
	symbol->nframes = n;
}

const struct symbol *symbol_user(struct symbols *s, pid_t pid, uint64_t address, unsigned how)
{
	unsigned behind = how & SYMBOL_CALL;
	struct process *p;
	struct answer *a;

	if (!address || pid <= 0)
		return &nothing;
	p = process_get(s->processes, pid);
	a = answer(s, p->serial, address, how);
	if (!a->address || (!a->symbol.known && a->version != p->version)) {
		if (!process_at(p, address - behind)) { /* mapped a moment ago? */
			symbols_follow(s);
			p = process_get(s->processes, pid);
			a = answer(s, p->serial, address, how);
		}
		keep(s, a, p->serial, address, how, p->version,
		     behind ? look_before(s, p, address) : look(s, p, address));
	}
	if (how & SYMBOL_SOURCE && a->symbol.known && !a->symbol.frames)
		add_source(s, p, a, &a->symbol);
	return &a->symbol;
}
