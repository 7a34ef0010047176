/* BPF objects that a script imports: the functions it may call, and linking them to its image. */
#include "kernel/btf.h"

#include <bpf/libbpf.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* of libbpf, which hands its callback nothing of ours */
static struct buf said;

static int keep(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char *text;

	if (level == LIBBPF_DEBUG || vasprintf(&text, fmt, args) < 0)
		return 0;
	buf_puts(&said, text);
	free(text);
	return 0;
}

/* its first line, without libbpf's own name before it */
static const char *reason(struct arena *a, int err)
{
	static const char prefix[] = "libbpf: ";
	const char *s = said.data ? said.data : "";

	if (!strncmp(s, prefix, strlen(prefix)))
		s += strlen(prefix);
	return *s ? arena_strndup(a, s, strcspn(s, "\n")) : arena_strdup(a, strerror(err));
}

static char *path_of(int fd)
{
	return xasprintf("/proc/self/fd/%d", fd);
}

/* programs of the object, which cannot be called: a NUL-terminated name each */
static bool programs(const char *path, struct buf *names)
{
	struct bpf_object *o = bpf_object__open(path);
	struct bpf_program *p;

	if (!o)
		return false;
	bpf_object__for_each_program (p, o) {
		const char *name = bpf_program__name(p);

		if (!str_eq(bpf_program__section_name(p), ".text")) /* a function alone is taken for one */
			buf_add(names, name, strlen(name) + 1);
	}
	bpf_object__close(o);
	return true;
}

static bool among(const struct buf *names, const char *name)
{
	for (size_t i = 0; i < names->len; i += strlen(names->data + i) + 1)
		if (!strcmp(names->data + i, name))
			return true;
	return false;
}

static void add_function(struct library *l, struct btf_scope *s, const struct btf_type *b)
{
	struct library_function *f = &l->functions[l->nfunctions++];

	f->name = btfdata_name(s->data, b->name_off);
	f->library = l;
	f->params = btf_parameters(s, f->name, b->type, &f->result);
}

/*
 * The words of the section `license`, or NULL.  libbpf links those that are
 * the same in words and flags; may it be written to?  That is nobody's business.
 */
static const char *read_license(struct arena *a, struct buf *object)
{
	const Elf64_Ehdr *h = (const void *)object->data;
	Elf64_Shdr *list, *names;

	if (object->len < sizeof(*h) || h->e_shentsize != sizeof(*list) || h->e_shoff % 8 || h->e_shoff > object->len ||
	    h->e_shstrndx >= h->e_shnum || (object->len - h->e_shoff) / sizeof(*list) < h->e_shnum)
		return NULL;
	list = (void *)(object->data + h->e_shoff);
	names = &list[h->e_shstrndx];
	for (unsigned i = 0; i < h->e_shnum; i++) {
		Elf64_Shdr *s = &list[i];
		uint64_t at = names->sh_offset + s->sh_name;

		if (at > object->len || object->len - at < sizeof("license") ||
		    memcmp(object->data + at, "license", sizeof("license")))
			continue;
		s->sh_flags = SHF_ALLOC | SHF_WRITE;
		return s->sh_offset < object->len && s->sh_size <= object->len - s->sh_offset
			       ? arena_strndup(a, object->data + s->sh_offset, s->sh_size)
			       : NULL;
	}
	return NULL;
}

static int copy(struct arena *a, int fd, const char **license)
{
	struct buf object = {0};
	int to = memfd_create("library", MFD_CLOEXEC);
	bool ok = to >= 0 && lseek(fd, 0, SEEK_SET) == 0 && !buf_read(&object, fd);

	if (ok)
		*license = read_license(a, &object);
	ok = ok && write(to, object.data, object.len) == (ssize_t)object.len;
	buf_free(&object);
	close(fd);
	if (!ok && to >= 0)
		close(to);
	return ok ? to : -1;
}

struct library *library_open(struct kernel *k, const char *name, int fd, const char **why)
{
	libbpf_print_fn_t before = libbpf_set_print(keep);
	struct library *l = arena_alloc(k->arena, sizeof(*l));
	struct btf_scope *s = NULL;
	struct buf names = {0};
	char *path;
	uint32_t most;

	fd = copy(k->arena, fd, &l->license);
	path = path_of(fd);
	buf_reset(&said);
	l->name = arena_strdup(k->arena, name);
	l->fd = fd;
	l->next = k->imported;
	k->imported = l;
	if (!programs(path, &names))
		*why = reason(k->arena, errno);
	else
		s = btf_object(k, path);
	libbpf_set_print(before);
	free(path);
	if (!s) {
		if (!*why)
			*why = "it has no BTF; clang writes it with -g";
		buf_free(&names);
		return NULL;
	}
	most = btfdata_count(s->data);
	l->functions = arena_alloc(k->arena, most * sizeof(*l->functions));
	for (uint32_t id = 1; id < most; id++) {
		const struct btf_type *b = btfdata_type(s->data, id);

		if (btf_is_func(b) && btf_vlen(b) == BTF_FUNC_GLOBAL &&
		    !among(&names, btfdata_name(s->data, b->name_off)))
			add_function(l, s, b);
	}
	buf_free(&names);
	return l;
}

static bool add(struct bpf_linker *l, int fd)
{
	char *path = path_of(fd);
	bool ok = !bpf_linker__add_file(l, path, NULL);

	free(path);
	return ok;
}

bool libraries_link(const struct library *list, struct arena *a, struct buf *image, const char **why)
{
	libbpf_print_fn_t before = libbpf_set_print(keep);
	int in = memfd_create("image", MFD_CLOEXEC), out = memfd_create("linked", MFD_CLOEXEC);
	char *path = path_of(out);
	struct bpf_linker *l = in >= 0 && out >= 0 ? bpf_linker__new(path, NULL) : NULL;
	bool ok = l && write(in, image->data, image->len) == (ssize_t)image->len && add(l, in);

	buf_reset(&said);
	for (const struct library *o = list; ok && o; o = o->next)
		ok = add(l, o->fd);
	ok = ok && !bpf_linker__finalize(l);
	if (!ok)
		*why = reason(a, errno);
	bpf_linker__free(l);
	libbpf_set_print(before);
	if (ok) {
		buf_reset(image);
		ok = lseek(out, 0, SEEK_SET) == 0 && !buf_read(image, out);
	}
	free(path);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return ok;
}
