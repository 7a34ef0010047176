/* ELF files: opening them, segments, build ids. */
#include "kernel/elffile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void read_segments(struct elf_file *f)
{
	size_t n;

	if (elf_getphdrnum(f->elf, &n))
		return;
	if (n > 65535) /* more than any file has: a corrupt one */
		n = 65535;
	f->segments = xcalloc(n + 1, sizeof(*f->segments));
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(f->elf, (int)i, &p))
			break;
		if (p.p_type == PT_LOAD)
			f->segments[f->nsegments++] =
				(struct elf_segment){p.p_vaddr, p.p_offset, p.p_filesz, p.p_flags & PF_X};
	}
}

Elf_Scn *elf_section(struct elf_file *f, const char *name, GElf_Shdr *head)
{
	size_t names;

	if (elf_getshdrstrndx(f->elf, &names))
		return NULL;
	for (Elf_Scn *s = NULL; (s = elf_nextscn(f->elf, s));) {
		const char *is = gelf_getshdr(s, head) ? elf_strptr(f->elf, names, head->sh_name) : NULL;

		if (is && !strcmp(is, name))
			return s;
	}
	return NULL;
}

void elf_notes_each(struct elf_file *f, const char *owner, uint32_t type, note_fn each, void *arg)
{
	size_t len = strlen(owner) + 1;

	for (Elf_Scn *s = NULL; (s = elf_nextscn(f->elf, s));) {
		size_t at = 0, next, name, desc;
		Elf_Data *data;
		GElf_Shdr head;
		GElf_Nhdr note;

		if (!gelf_getshdr(s, &head) || head.sh_type != SHT_NOTE)
			continue;
		data = elf_getdata(s, NULL);
		for (; data && (next = gelf_getnote(data, at, &note, &name, &desc)) > 0; at = next) {
			const char *bytes = data->d_buf;

			if (note.n_type == type && note.n_namesz == len && !memcmp(bytes + name, owner, len) &&
			    each(f, bytes + desc, note.n_descsz, arg))
				return;
		}
	}
}

static bool add_build_id(struct elf_file *f, const char *desc, size_t size, void *arg)
{
	struct buf id = {0};

	(void)arg;
	for (size_t i = 0; i < size; i++)
		buf_printf(&id, "%02x", (unsigned char)desc[i]);
	f->build_id = id.data;
	return true;
}

static struct elf_file *start(const char *path)
{
	struct elf_file *f = xcalloc(1, sizeof(*f));

	elf_version(EV_CURRENT);
	f->path = xstrdup(path);
	f->fd = -1;
	f->arena = arena_new();
	return f;
}

/* after f->elf is set: false closes f */
static bool finish(struct elf_file *f)
{
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF || gelf_getclass(f->elf) == ELFCLASSNONE) {
		elf_close(f);
		return false;
	}
	read_segments(f);
	elf_notes_each(f, "GNU", NT_GNU_BUILD_ID, add_build_id, NULL);
	return true;
}

struct elf_file *elf_from_memory(const char *path, void *image, size_t size)
{
	struct elf_file *f = start(path);

	f->image = image;
	f->elf = elf_memory(image, size);
	return finish(f) ? f : NULL;
}

/* "app.apk!/lib/x.so": a file stored in a ZIP archive, whose bytes lie there as they are */
static struct elf_file *open_member(const char *path, const char *bang, int *err)
{
	char *archive = xasprintf("%.*s", (int)(bang - path), path), *image;
	struct elf_file *f = NULL;
	uint64_t offset, size;
	int fd = open(archive, O_RDONLY | O_CLOEXEC);

	depends_on(archive);
	free(archive);
	if (fd < 0) {
		*err = -errno;
		return NULL;
	}
	*err = zip_member(fd, bang + 2, &offset, &size);
	image = *err ? NULL : malloc(size + 1);
	if (image && pread(fd, image, size, (off_t)offset) == (ssize_t)size) {
		f = elf_from_memory(path, image, size);
		*err = f ? 0 : -ENOEXEC;
		if (f)
			f->base = offset;
	} else {
		*err = *err ? *err : -EIO;
		free(image);
	}
	close(fd);
	return f;
}

size_t elf_archive(const char *path)
{
	const char *bang = strstr(path, "!/");

	return bang && access(path, F_OK) ? (size_t)(bang - path) : 0;
}

struct elf_file *elf_open(const char *path, int *err)
{
	size_t archive = elf_archive(path);
	struct elf_file *f;
	struct stat st;

	if (archive)
		return open_member(path, path + archive, err);
	depends_on(path);
	f = start(path);
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0 || fstat(f->fd, &st)) {
		*err = -errno;
		elf_close(f);
		return NULL;
	}
	/* read, not mapped: a file that shrinks meanwhile must not end us with SIGBUS */
	f->elf = S_ISREG(st.st_mode) ? elf_begin(f->fd, ELF_C_READ, NULL) : NULL;
	if (!finish(f)) {
		*err = -ENOEXEC;
		return NULL;
	}
	return f;
}

const char *const *elf_needs(struct elf_file *f, struct arena *a)
{
	const char **list = arena_alloc(a, sizeof(*list)), *name;
	size_t n = 0;
	GElf_Shdr head;
	Elf_Scn *s = elf_section(f, ".interp", &head);
	Elf_Data *data = s ? elf_getdata(s, NULL) : NULL;
	GElf_Dyn d;

	if (data && data->d_size && !((const char *)data->d_buf)[data->d_size - 1])
		list[n++] = arena_strdup(a, data->d_buf);
	s = elf_section(f, ".dynamic", &head);
	data = s && head.sh_type == SHT_DYNAMIC ? elf_getdata(s, NULL) : NULL;
	for (int i = 0; data && gelf_getdyn(data, i, &d) && d.d_tag != DT_NULL; i++) {
		name = d.d_tag == DT_NEEDED ? elf_strptr(f->elf, head.sh_link, d.d_un.d_val) : NULL;
		if (!name)
			continue;
		list = arena_grow(a, list, n, sizeof(*list));
		list[n++] = arena_strdup(a, name);
	}
	list = arena_grow(a, list, n, sizeof(*list));
	list[n] = NULL;
	return list;
}

const char *elf_error(int err)
{
	switch (-err) {
	case ENOEXEC:
		return "not an ELF file";
	case ENOTSUP:
		return "packed in its archive: only stored files can be traced";
	default:
		return strerror(-err);
	}
}

void elf_close(struct elf_file *f)
{
	if (!f)
		return;
	if (f->dwarf)
		dwarf_end(f->dwarf);
	elf_close(f->debug);
	elf_close(f->mini);
	if (f->elf)
		elf_end(f->elf);
	if (f->fd >= 0)
		close(f->fd);
	arena_free(f->arena);
	free(f->image);
	free(f->segments);
	free(f->build_id);
	free(f->list);
	free(f->by_name);
	free(f->path);
	free(f);
}

int elf_address_to_offset(struct elf_file *f, uint64_t address, uint64_t *offset)
{
	for (size_t i = 0; i < f->nsegments; i++) {
		const struct elf_segment *s = &f->segments[i];

		if (address - s->address < s->size && address >= s->address) {
			*offset = address - s->address + s->offset + f->base;
			return 0;
		}
	}
	return -ENOENT;
}

int elf_offset_to_address(struct elf_file *f, uint64_t offset, uint64_t *address)
{
	for (size_t i = 0; i < f->nsegments; i++) {
		const struct elf_segment *s = &f->segments[i];

		if (offset - f->base - s->offset < s->size && offset - f->base >= s->offset) {
			*address = offset - f->base - s->offset + s->address;
			return 0;
		}
	}
	return -ENOENT;
}

bool elf_executable(struct elf_file *f, uint64_t address)
{
	for (size_t i = 0; i < f->nsegments; i++)
		if (f->segments[i].executable && address >= f->segments[i].address &&
		    address - f->segments[i].address < f->segments[i].size)
			return true;
	return false;
}

size_t elf_code(struct elf_file *f, uint64_t address, void *to, size_t size)
{
	uint64_t offset;
	ssize_t n = 0;
	size_t have;
	char *raw;

	if (elf_address_to_offset(f, address, &offset))
		return 0;
	if (f->fd >= 0) {
		n = pread(f->fd, to, size, (off_t)offset);
	} else {
		raw = elf_rawfile(f->elf, &have);
		offset -= f->base;
		if (raw && offset < have) {
			n = (ssize_t)(size < have - offset ? size : have - offset);
			memcpy(to, raw + offset, (size_t)n);
		}
	}
	return n > 0 ? (size_t)n : 0;
}
