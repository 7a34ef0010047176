/* What bpf-vmlinux.bt calls: types of the kernel. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

int parent_of(struct task_struct *t)
{
	return BPF_CORE_READ(t, real_parent, tgid);
}

struct task_struct *me(void)
{
	return (struct task_struct *)bpf_get_current_task();
}

extern int bpf_strnlen(const char *s, unsigned long n) __ksym __weak;
extern int no_such_kfunc(void) __ksym __weak;

int has(int which)
{
	if (which)
		return no_such_kfunc != 0;
	return bpf_strnlen ? 1 : 0;
}

enum bpf_map_type kind(enum bpf_map_type t)
{
	return t;
}
