/* The mappings of processes: read once, then kept up with what is told of them. */
#include "runtime/process.h"

#include "base/base.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

struct processes {
	struct process **slots; /* by pid; a power of two of them, half of them empty */
	size_t nslots, count;
	struct objects *objects;
	uint32_t serial;
	struct ended { /* a circle; the oldest is forgotten for the next */
		pid_t pid;
		uint32_t serial;
	} * ended;
	size_t nended;
};

#define ENDED_MOST (1 << 14)

struct processes *processes_new(void)
{
	struct processes *p = xcalloc(1, sizeof(*p));

	p->objects = objects_new();
	p->ended = xcalloc(ENDED_MOST, sizeof(*p->ended));
	return p;
}

static void process_free(struct process *p)
{
	if (!p)
		return;
	jit_free(p->jit);
	free(p->maps);
	free(p);
}

void processes_free(struct processes *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->nslots; i++)
		process_free(p->slots[i]);
	free(p->slots);
	free(p->ended);
	objects_free(p->objects);
	free(p);
}

static struct process **slot_of(struct processes *p, pid_t pid)
{
	size_t i = (uint32_t)pid * 2654435761u & (p->nslots - 1);

	while (p->slots[i] && p->slots[i]->pid != pid)
		i = (i + 1) & (p->nslots - 1);
	return &p->slots[i];
}

static void grow(struct processes *p)
{
	struct process **old = p->slots;
	size_t n = p->nslots;

	p->nslots = n ? 2 * n : 256;
	p->slots = xcalloc(p->nslots, sizeof(*p->slots));
	for (size_t i = 0; i < n; i++)
		if (old[i])
			*slot_of(p, old[i]->pid) = old[i];
	free(old);
}

static struct process *find(struct processes *p, pid_t pid)
{
	return p->nslots ? *slot_of(p, pid) : NULL;
}

static struct process *create(struct processes *p, pid_t pid)
{
	struct process *new = xcalloc(1, sizeof(*new));

	if (2 * (p->count + 1) > p->nslots)
		grow(p);
	p->count++;
	new->pid = pid;
	new->serial = ++p->serial;
	*slot_of(p, pid) = new;
	return new;
}

bool process_known(struct processes *p, pid_t pid)
{
	return find(p, pid) != NULL;
}

/* out of the table: those that had to stand further on because of it are set anew */
static void drop(struct processes *p, struct process *old)
{
	struct process **slot = slot_of(p, old->pid), *moved;
	size_t i = (size_t)(slot - p->slots);

	*slot = NULL;
	p->count--;
	process_free(old);
	for (i = (i + 1) & (p->nslots - 1); (moved = p->slots[i]); i = (i + 1) & (p->nslots - 1)) {
		p->slots[i] = NULL;
		*slot_of(p, moved->pid) = moved;
	}
}

void process_exit(struct processes *p, pid_t pid)
{
	struct process *known = find(p, pid), *oldest;
	struct ended *place = &p->ended[p->nended % ENDED_MOST];

	if (!known || known->ended)
		return;
	oldest = p->nended >= ENDED_MOST ? find(p, place->pid) : NULL;
	if (oldest && oldest->ended && oldest->serial == place->serial)
		drop(p, oldest);
	known->ended = true;
	*place = (struct ended){pid, known->serial};
	p->nended++;
}

/* index of the first mapping that ends past the address */
static size_t position(const struct process *p, uint64_t address)
{
	return upper_bound(p->maps, p->nmaps, sizeof(*p->maps), offsetof(struct mapping, end), address);
}

const struct mapping *process_at(const struct process *p, uint64_t address)
{
	size_t i = position(p, address);

	return i < p->nmaps && p->maps[i].start <= address ? &p->maps[i] : NULL;
}

static void put(struct process *p, const struct mapping *m)
{
	size_t from = position(p, m->start), to = from;

	while (to < p->nmaps && p->maps[to].start < m->end)
		to++; /* what was there is gone: parts of it that are not are told anew or hardly missed */
	if (p->nmaps + 1 > p->cap) {
		p->cap = p->cap ? 2 * p->cap : 16;
		p->maps = xrealloc(p->maps, p->cap * sizeof(*p->maps));
	}
	memmove(&p->maps[from + 1], &p->maps[to], (p->nmaps - to) * sizeof(*p->maps));
	p->maps[from] = *m;
	p->nmaps += 1 + from - to;
	p->version++;
}

/* it makes code: what that is called it will say in a place that only it leads to */
static void makes_code(struct process *p)
{
	if (!p->jit)
		p->jit = jit_open(p->pid);
}

static void add(struct processes *all, struct process *p, const struct mapped *m)
{
	struct object *o = object_get(all->objects, p->pid, m);

	if (object_anonymous(o))
		makes_code(p);
	put(p, &(struct mapping){m->start, m->end, m->offset, o});
}

/* "55d0c000-55d0d000 r-xp 00001000 fe:00 1234    /usr/bin/x" */
static bool parse_line(char *line, struct mapped *m)
{
	unsigned long long start, end, offset, inode;
	char flags[5];
	int name = 0;

	if (sscanf(line, "%llx-%llx %4s %llx %x:%x %llu %n", &start, &end, flags, &offset, &m->major, &m->minor, &inode,
		   &name) < 7 ||
	    flags[2] != 'x')
		return false;
	m->start = start;
	m->end = end;
	m->offset = offset;
	m->inode = inode;
	m->name = line + name;
	line[name + (int)strcspn(line + name, "\n")] = '\0';
	return true;
}

void process_maps(pid_t pid, mapped_fn each, void *arg)
{
	char path[64], line[4352];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	in = fopen(path, "re");
	if (!in)
		return;
	while (fgets(line, sizeof(line), in)) {
		struct mapped m;

		if (parse_line(line, &m))
			each(&m, arg);
	}
	fclose(in);
}

struct reading {
	struct processes *all;
	struct process *process;
};

static void add_read(const struct mapped *m, void *arg)
{
	struct reading *r = arg;

	add(r->all, r->process, m);
}

static void read_maps(struct processes *all, struct process *p)
{
	process_maps(p->pid, add_read, &(struct reading){all, p});
}

struct process *process_get(struct processes *p, pid_t pid)
{
	struct process *known = find(p, pid);

	if (!known) {
		known = create(p, pid);
		read_maps(p, known);
	}
	return known;
}

void processes_scan(struct processes *p)
{
	DIR *d = opendir("/proc");

	for (struct dirent *e; d && (e = readdir(d));)
		if (isdigit((unsigned char)e->d_name[0]))
			process_get(p, (pid_t)strtol(e->d_name, NULL, 10));
	if (d)
		closedir(d);
}

void process_map(struct processes *p, pid_t pid, const struct mapped *m)
{
	struct process *known = find(p, pid);

	if (!known)
		known = process_get(p, pid); /* it may be gone already: this mapping is known anyhow */
	if (*m->name && !str_eq(m->name, "//anon"))
		add(p, known, m);
	else
		makes_code(known);
}

static void forget(struct processes *p, struct process *known)
{
	known->serial = ++p->serial;
	known->nmaps = 0;
	known->ended = false;
	jit_free(known->jit);
	known->jit = NULL;
}

void process_exec(struct processes *p, pid_t pid)
{
	struct process *known = find(p, pid);

	if (known)
		forget(p, known);
	else
		create(p, pid);
}

void process_fork(struct processes *p, pid_t pid, pid_t parent)
{
	struct process *from = process_get(p, parent), *child = find(p, pid);

	if (child)
		forget(p, child);
	else
		child = create(p, pid);
	for (size_t i = 0; i < from->nmaps; i++)
		put(child, &from->maps[i]);
}
