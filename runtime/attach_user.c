/* Functions of programs and libraries. */
#include "runtime/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* where in the file a uprobe goes */
static int uprobe_offset(const struct image_attach *a, uint64_t *offset)
{
	const struct elf_symbol *s;
	int err = 0;
	struct elf_file *f = elf_open(a->target, &err);

	if (!f)
		return err;
	if (!a->symbol_len) {
		err = elf_address_to_offset(f, a->offset, offset);
	} else {
		s = elf_find(f, a->symbol);
		if (s)
			*offset = s->offset + a->offset;
		else
			err = -ENOENT;
	}
	elf_close(f);
	return err;
}

int attach_uprobe(struct rt *rt, struct bpf_program *p, const struct image_attach *a, uint64_t cookie)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .bpf_cookie = cookie, .retprobe = a->kind == ATTACH_uretprobe);
	uint64_t offset;
	int err = uprobe_offset(a, &offset);

	if (err)
		return err;
	return attach_link(rt, bpf_program__attach_uprobe_opts(p, rt->options->pid ? rt->options->pid : -1, a->target, offset, &opts));
}

/*
 * Many functions of one binary by one link (6.6).  union bpf_attr of Debian's
 * headers does not have it yet: its first words.
 */
struct uprobe_multi_attr {
	uint32_t prog_fd, target_fd, attach_type, flags;
	uint64_t path, offsets, ref_ctr_offsets, cookies;
	uint32_t cnt, multi_flags, pid, pad;
};

#define UPROBE_MULTI 48
#define UPROBE_MULTI_RETURN 1

int attach_uprobes(struct rt *rt, struct bpf_program *p, const struct image_attach *list, size_t n, uint64_t cookie, size_t *attached)
{
	uint64_t *offsets = xcalloc(n, sizeof(*offsets)), *cookies = xcalloc(n, sizeof(*cookies));
	struct uprobe_multi_attr attr = {
		.prog_fd = (uint32_t)bpf_program__fd(p), .attach_type = UPROBE_MULTI, .path = (uint64_t)list[0].target, .offsets = (uint64_t)offsets,
		.cookies = (uint64_t)cookies, .multi_flags = list[0].kind == ATTACH_uretprobe ? UPROBE_MULTI_RETURN : 0, .pid = (uint32_t)rt->options->pid,
	};
	int err = 0, fd;
	struct elf_file *f = elf_open(list[0].target, &err);

	for (size_t i = 0; f && i < n; i++) {
		const struct elf_symbol *s = list[i].symbol_len ? elf_find(f, list[i].symbol) : NULL;

		if (s)
			offsets[attr.cnt] = s->offset + list[i].offset;
		else if (list[i].symbol_len || elf_address_to_offset(f, list[i].offset, &offsets[attr.cnt]))
			continue;
		cookies[attr.cnt++] = cookie + i;
	}
	elf_close(f);
	if (!err) {
		fd = (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
		err = fd < 0 ? -errno : 0;
	}
	if (!err) {
		attach_keep(rt, fd);
		*attached = attr.cnt;
	}
	free(offsets);
	free(cookies);
	return err;
}
