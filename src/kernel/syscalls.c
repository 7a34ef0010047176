/* Numbers of system calls, by the names that their tracepoints have. */
#include "kernel/kernel.h"

struct number {
	const char *name;
	int number;
};

/* of the C library's header */
static const struct number numbers[] = {
#include "sema/syscalls.h"
};

/* the kernel's functions have other names; and what that header is too old for */
static const struct number others[] = {
#if defined(__x86_64__)
	{"newstat", 4},
	{"newfstat", 5},
	{"newlstat", 6},
	{"sendfile64", 40},
	{"newuname", 63},
	{"umount", 166},
	{"uretprobe", 335},
	{"uprobe", 336},
#endif
	{"cachestat", 451},
	{"fchmodat2", 452},
	{"map_shadow_stack", 453},
	{"futex_wake", 454},
	{"futex_wait", 455},
	{"futex_requeue", 456},
	{"statmount", 457},
	{"listmount", 458},
	{"lsm_get_self_attr", 459},
	{"lsm_set_self_attr", 460},
	{"lsm_list_modules", 461},
	{"mseal", 462},
	{"setxattrat", 463},
	{"getxattrat", 464},
	{"listxattrat", 465},
	{"removexattrat", 466},
	{"open_tree_attr", 467},
	{"file_getattr", 468},
	{"file_setattr", 469},
};

int syscall_number(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (str_eq(others[i].name, name))
			return others[i].number;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (str_eq(numbers[i].name, name))
			return numbers[i].number;
	return -1;
}
