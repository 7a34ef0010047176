/* The functions of BPF programs that run, as their own BTF names them. */
#include "kernel/kernel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* trampolines reach functions that are compiled and described, and none of a program that is on a trampoline itself */
static bool traceable(const struct bpf_prog_info *info)
{
	return info->type != BPF_PROG_TYPE_TRACING && info->type != BPF_PROG_TYPE_EXT && info->btf_id &&
	       info->jited_prog_len && info->nr_func_info;
}

static void each_of(int fd, uint32_t id, bpf_function_fn each, void *arg)
{
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info), n, size;
	struct btf *btf;
	char *list;

	if (bpf_obj_get_info_by_fd(fd, &info, &len) || !traceable(&info))
		return;
	btf = btf__load_from_kernel_by_id(info.btf_id);
	if (!btf)
		return;
	n = info.nr_func_info;
	size = info.func_info_rec_size;
	list = xcalloc(n, size);
	info = (struct bpf_prog_info){
		.nr_func_info = n, .func_info_rec_size = size, .func_info = (uint64_t)(uintptr_t)list};
	if (size >= sizeof(struct bpf_func_info) && !bpf_obj_get_info_by_fd(fd, &info, &len))
		for (uint32_t i = 0; i < n; i++) {
			const struct bpf_func_info *f = (const void *)(list + (size_t)i * size);
			const struct btf_type *t = btf__type_by_id(btf, f->type_id);
			const char *name = t ? btf__name_by_offset(btf, t->name_off) : NULL;

			if (name && *name)
				each(id, name, arg);
		}
	free(list);
	btf__free(btf);
}

void bpf_functions_each(bpf_function_fn each, void *arg)
{
	for (uint32_t id = 0; !bpf_prog_get_next_id(id, &id);) {
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0)
			continue;
		each_of(fd, id, each, arg);
		close(fd);
	}
}
