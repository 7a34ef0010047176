/*
 * Functions of programs and libraries, and the usdt probes built into them.
 * First all attach points of a clause become places in files; then one link
 * for each file holds all of its places, or, before 6.6, a perf event each.
 */
#include "runtime/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

struct site {
	const struct image_attach *attach;
	const char *path; /* of the file: where the target is a member of an archive, that */
	uint64_t offset, semaphore, cookie;
	int err; /* -errno of attaching it */
	int fd; /* of its own link, or -1 */
};

struct sites {
	struct rt *rt;
	struct site *list;
	size_t n;
	int prog, pid; /* pid -1: every process */
	enum bpf_attach_type link; /* for many places, or 0 */
	bool ret;
	unsigned pmu; /* perf's number for uprobes */
	atomic_size_t next;
};

static struct site *site_add(struct sites *s, const struct image_attach *a, uint64_t cookie)
{
	size_t archive = elf_archive(a->target);

	if (!(s->n & (s->n - 1)))
		s->list = xrealloc(s->list, (s->n ? 2 * s->n : 1) * sizeof(*s->list));
	s->list[s->n] = (struct site){.attach = a,
				      .path = archive ? arena_strndup(s->rt->arena, a->target, archive) : a->target,
				      .cookie = cookie,
				      .fd = -1};
	return &s->list[s->n++];
}

/* where in the file a uprobe goes */
static int uprobe_offset(struct elf_file *f, const struct image_attach *a, uint64_t *offset)
{
	const struct elf_symbol *s;

	if (!a->symbol_len) {
		if (!elf_address_to_offset(f, a->offset, offset))
			return 0;
		return -ENOENT;
	}
	s = elf_find(f, a->symbol);
	if (!s)
		return -ENOENT;
	*offset = s->offset + a->offset;
	return 0;
}

static void uprobe_sites(struct rt *rt, struct sites *s, const struct image_clause *c, uint64_t cookie)
{
	for (size_t i = 0; i < c->nattaches; i++) {
		const struct image_attach *a = &c->attaches[i];
		struct site *site = site_add(s, a, cookie + i);

		if (a->config == UPROBE_ANY_FILE) {
			site->offset = a->offset;
			continue;
		}
		if (!rt->target.path || strcmp(rt->target.path, a->target)) {
			elf_close(rt->target.file);
			rt->target.path = a->target;
			rt->target.file = elf_open(a->target, &rt->target.err);
		}
		site->err = rt->target.file ? uprobe_offset(rt->target.file, a, &site->offset) : rt->target.err;
	}
}

static void usdt_sites_of(struct rt *rt, struct sites *s, const struct image_clause *c, uint64_t cookie)
{
	for (size_t i = 0; i < rt->nusdt; i++) {
		const struct usdt_entry *e = rt->usdt[i];
		struct site *site;

		if (e->clause != c)
			continue;
		site = site_add(s, e->attach, (cookie + (uint64_t)(e->attach - c->attaches)) | (uint64_t)i << 32);
		site->offset = e->offset;
		site->semaphore = e->semaphore;
	}
}

#define UPROBE_MULTI_RETURN 1 /* flag of the link */

/* the link's fd, or -errno */
static int link_many(const struct sites *s, const struct site *list, size_t n)
{
	uint64_t *words = xcalloc(3 * n, sizeof(*words)), *semaphores = words + n, *cookies = words + 2 * n;
	struct uprobe_multi_attr attr = {
		.prog_fd = (uint32_t)s->prog,
		.attach_type = s->link,
		.path = (uint64_t)list[0].path,
		.offsets = (uint64_t)words,
		.cookies = (uint64_t)cookies,
		.cnt = (uint32_t)n,
		.multi_flags = s->ret ? UPROBE_MULTI_RETURN : 0,
		.pid = s->pid > 0 ? (uint32_t)s->pid : 0,
	};
	int fd;

	for (size_t i = 0; i < n; i++) {
		words[i] = list[i].offset;
		semaphores[i] = list[i].semaphore;
		cookies[i] = list[i].cookie;
		if (semaphores[i])
			attr.ref_ctr_offsets = (uint64_t)semaphores;
	}
	fd = (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	if (fd < 0)
		fd = -errno;
	free(words);
	return fd;
}

/* one that cannot be had spoils the link: halves are tried until it stands alone */
static void attach_many(struct rt *rt, const struct sites *s, struct site *list, size_t n)
{
	int fd = link_many(s, list, n);

	if (fd >= 0) {
		attach_keep(rt, fd);
	} else if (n == 1 || fd == -EPERM || fd == -ENOENT) {
		for (size_t i = 0; i < n; i++)
			list[i].err = fd;
	} else {
		attach_many(rt, s, list, n / 2);
		attach_many(rt, s, list + n / 2, n - n / 2);
	}
}

static bool one_file(const struct site *a, const struct site *b)
{
	return str_eq(a->path, b->path);
}

static void attach_files(struct rt *rt, const struct sites *s)
{
	for (size_t i = 0, n; i < s->n; i += n) {
		for (n = 1; i + n < s->n && one_file(&s->list[i], &s->list[i + n]); n++)
			;
		attach_many(rt, s, &s->list[i], n);
	}
}

/* a perf event and its link: the link's fd, or -errno */
static int attach_one(const struct sites *s, const struct site *site)
{
	struct perf_event_attr attr = {
		.type = s->pmu,
		.config = (site->semaphore << 32) | s->ret,
		.uprobe_path = (uint64_t)site->path,
		.probe_offset = site->offset,
	};
	int fd = perf_open(&attr, s->pid, s->pid > 0 ? -1 : 0);

	return fd < 0 ? fd : perf_link(s->prog, fd, site->cookie);
}

static void *attach_some(void *arg)
{
	struct sites *s = arg;

	for (size_t i; !rt_interrupted(s->rt) && (i = atomic_fetch_add(&s->next, 1)) < s->n;) {
		struct site *site = &s->list[i];

		if (site->err)
			continue;
		site->fd = attach_one(s, site);
		if (site->fd < 0)
			site->err = site->fd;
	}
	return NULL;
}

/* room for n more open files, if we may */
static void want_files(size_t n)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l))
		return;
	n += 512;
	if (l.rlim_cur >= n)
		return;
	l.rlim_cur = n;
	if (l.rlim_max < n)
		l.rlim_max = n;
	setrlimit(RLIMIT_NOFILE, &l);
}

#define ATTACHERS 16

static void attach_each(struct rt *rt, struct sites *s)
{
	pthread_t threads[ATTACHERS];
	int type = read_number("/sys/bus/event_source/devices/uprobe/type", "%d");
	size_t n = 0;

	s->pmu = type < 0 ? UINT32_MAX : (uint32_t)type; /* the first: which the kernel does not know */
	want_files(2 * s->n + rt->nlinks);
	while (n < ATTACHERS && 4 * n + 4 < s->n && !pthread_create(&threads[n], NULL, attach_some, s))
		n++;
	attach_some(s);
	while (n)
		pthread_join(threads[--n], NULL);
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].fd >= 0)
			attach_keep(rt, s->list[i].fd);
}

/* those whose place is not known go to the end: they are not tried */
static size_t set_aside(struct sites *s)
{
	size_t good = 0;

	for (size_t i = 0; i < s->n; i++)
		if (!s->list[i].err) {
			struct site here = s->list[good];

			s->list[good++] = s->list[i];
			if (good - 1 != i)
				s->list[i] = here;
		}
	return good;
}

static const char *reason(const struct site *s)
{
	switch (-s->err) {
	case ENOENT:
		return access(s->path, F_OK) ? "there is no such file" : "the file has no such function";
	case EINVAL:
		if (s->semaphore)
			return "the kernel cannot raise its semaphore, or refuses the place (another tracer may be there without the semaphore)";
		return "the kernel refuses the place (an instruction that cannot be probed, or a file that is not on a disk)";
	case EMFILE:
		return "too many open files: raise the limit (ulimit -n)";
	default:
		return elf_error(s->err);
	}
}

void attach_user(struct rt *rt, struct bpf_program *p, const struct image_clause *c, uint64_t cookie)
{
	struct sites s = {
		.rt = rt,
		.prog = bpf_program__fd(p),
		.link = bpf_program__expected_attach_type(p),
		.ret = c->kind == ATTACH_uretprobe,
		.pid = rt->options->pid ? rt->options->pid
		       : rt->child > 0  ? rt->child
					: -1,
	};
	size_t all;

	if (c->kind == ATTACH_usdt)
		usdt_sites_of(rt, &s, c, cookie);
	else
		uprobe_sites(rt, &s, c, cookie);
	all = s.n;
	s.n = set_aside(&s);
	if (s.link)
		attach_files(rt, &s);
	else
		attach_each(rt, &s);
	s.n = all;
	for (size_t i = 0; i < s.n && !rt->attach_status; i++) {
		const struct site *site = &s.list[i], *last = i ? site - 1 : NULL;

		/* the places of one usdt probe follow each other, and are one */
		if (!last || last->attach != site->attach || !last->err != !site->err)
			attach_done(rt, c, site->attach, site->err ? reason(site) : NULL);
	}
	free(s.list);
}
