/* The files that say what a machine is, always the same ones, in a directory that becomes the root of all. */
#include "tests/fuzz/fuzz.h"

#include "kernel/kernel.h"

#include <bpf/btf.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(const char *dir, const char *path, const void *data, size_t len)
{
	char *whole = xasprintf("%s/%s", dir, path);
	FILE *f;

	for (char *s = strchr(whole + strlen(dir) + 1, '/'); s; s = strchr(s + 1, '/')) {
		*s = '\0';
		mkdir(whole, 0777);
		*s = '/';
	}
	f = fopen(whole, "we");
	if (!f || fwrite(data, 1, len, f) != len || fclose(f))
		bug("cannot write %s", whole);
	free(whole);
}

static void put_text(const char *dir, const char *path, const char *text)
{
	put(dir, path, text, strlen(text));
}

/* a function of the kernel; its parameters are "a", "b", ... */
static void function(struct btf *b, const char *name, int result, const int *params)
{
	int proto = btf__add_func_proto(b, result);
	char letter[2] = "a";

	for (; *params; params++, letter[0]++)
		btf__add_func_param(b, letter, *params);
	btf__add_func(b, name, BTF_FUNC_GLOBAL, proto);
}

#define PARAMS(...) ((const int[]){__VA_ARGS__, 0})

/* what BTF has, a little of each */
static struct btf *types(void)
{
	struct btf *b = btf__new_empty();
	int i32 = btf__add_int(b, "int", 4, BTF_INT_SIGNED), u32 = btf__add_int(b, "unsigned int", 4, 0),
	    u64 = btf__add_int(b, "unsigned long", 8, 0);
	int c = btf__add_int(b, "char", 1, BTF_INT_SIGNED), truth = btf__add_int(b, "_Bool", 1, BTF_INT_BOOL),
	    wide = btf__add_int(b, "__int128", 16, 0);
	int name = btf__add_array(b, u64, c, 16), rows = btf__add_array(b, u64, btf__add_array(b, u64, u32, 3), 2),
	    none = btf__add_array(b, u64, u64, 0);
	int text = btf__add_ptr(b, btf__add_const(b, c)), anything = btf__add_ptr(b, 0);
	int users = btf__add_ptr(b, btf__add_type_tag(b, "user", c)),
	    percpu = btf__add_ptr(b, btf__add_type_tag(b, "percpu", u64));
	int task = btf__add_ptr(b, 0), file = btf__add_ptr(b, 0), list = btf__add_ptr(b, 0), state, inner, meta, call;
	int loff = btf__add_ptr(b, btf__add_typedef(b, "loff_t", u64)), size = btf__add_typedef(b, "size_t", u64);

	state = btf__add_enum(b, "state", 4);
	btf__add_enum_value(b, "RUNNING", 0);
	btf__add_enum_value(b, "SLEEPING", 1);
	btf__add_enum64(b, "large", 8, false);
	btf__add_enum64_value(b, "LARGEST", UINT64_MAX);
	((struct btf_type *)btf__type_by_id(b, (__u32)list))->type = (__u32)btf__add_struct(b, "list_head", 16);
	btf__add_field(b, "next", list, 0, 0);
	btf__add_field(b, "prev", list, 64, 0);
	inner = btf__add_union(b, NULL, 8);
	btf__add_field(b, "number", u64, 0, 0);
	btf__add_field(b, "text", text, 0, 0);
	((struct btf_type *)btf__type_by_id(b, (__u32)task))->type = (__u32)btf__add_struct(b, "task_struct", 192);
	btf__add_field(b, "pid", i32, 0, 0);
	btf__add_field(b, "tgid", i32, 32, 0);
	btf__add_field(b, "real_parent", task, 64, 0);
	btf__add_field(b, "comm", name, 128, 0);
	btf__add_field(b, NULL, inner, 256, 0);
	btf__add_field(b, "bits", u32, 320, 3);
	btf__add_field(b, "more", u32, 323, 7);
	btf__add_field(b, "state", state, 352, 0);
	btf__add_field(b, "rows", rows, 384, 0);
	btf__add_field(b, "files", file, 576, 0);
	btf__add_field(b, "tasks", (int)btf__type_by_id(b, (__u32)list)->type, 640, 0);
	btf__add_field(b, "counter", percpu, 768, 0);
	btf__add_field(b, "user", users, 832, 0);
	btf__add_field(b, "wide", wide, 896, 0);
	btf__add_field(b, "ok", truth, 1024, 0);
	btf__add_field(b, "none", none, 1536, 0);
	((struct btf_type *)btf__type_by_id(b, (__u32)file))->type = (__u32)btf__add_struct(b, "file", 24);
	btf__add_field(b, "f_path", text, 0, 0);
	btf__add_field(b, "f_owner", task, 64, 0);
	btf__add_field(b, "f_mode", btf__add_fwd(b, "unknown", BTF_FWD_STRUCT), 128, 0);
	function(b, "vfs_read", size, PARAMS(file, users, size, loff));
	function(b, "do_nothing", 0, PARAMS(anything));
	function(b, "__traceiter_sched_switch", i32, PARAMS(anything, truth, task, task));
	btf__add_typedef(b, "btf_trace_sched_switch", btf__add_ptr(b, btf__add_func_proto(b, 0)));
	meta = btf__add_ptr(b, btf__add_struct(b, "bpf_iter_meta", 24));
	btf__add_field(b, "seq_num", u64, 64, 0);
	btf__add_struct(b, "bpf_iter__task", 16);
	btf__add_field(b, "meta", meta, 0, 0);
	btf__add_field(b, "task", task, 64, 0);
	call = btf__find_by_name_kind(b, "bpf_iter_meta", BTF_KIND_STRUCT);
	function(b, "bpf_iter_task", i32, PARAMS(meta, task));
	btf__add_datasec(b, ".data..percpu", 64);
	btf__add_datasec_var_info(b, (int)btf__add_var(b, "runqueues", BTF_VAR_GLOBAL_ALLOCATED, call), 0, 24);
	return b;
}

static const char kallsyms[] =
	"ffffffff81000000 T _stext\nffffffff81000100 T vfs_read\nffffffff81000200 T do_nothing\nffffffff81000300 t vfs_reader\n"
	"ffffffffc0000000 t in_module\t[module]\nffffffff82000000 D runqueues\n";
static const char openat[] =
	"name: sys_enter_openat\nID: 700\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
	"\tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;\n\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\tfield:int flags;\toffset:32;\tsize:8;\tsigned:0;\n\nprint fmt: \"\"\n";
static const char sched[] =
	"name: sched_switch\nID: 300\nformat:\n\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
	"\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;\n\tfield:pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;\n"
	"\tfield:__data_loc char[] name;\toffset:28;\tsize:4;\tsigned:0;\n\nprint fmt: \"\"\n";

void machine_enter(const char *dir)
{
	struct btf *b = types();
	struct buf program = {0};
	const void *bytes;
	__u32 len;

	bytes = btf__raw_data(b, &len);
	put(dir, "sys/kernel/btf/vmlinux", bytes, len);
	btf__free(b);
	put_text(dir, "sys/kernel/tracing/events/syscalls/sys_enter_openat/format", openat);
	put_text(dir, "sys/kernel/tracing/events/syscalls/sys_enter_openat/id", "700\n");
	put_text(dir, "sys/kernel/tracing/events/sched/sched_switch/format", sched);
	put_text(dir, "sys/kernel/tracing/events/sched/sched_switch/id", "300\n");
	put_text(dir, "sys/kernel/tracing/available_filter_functions", "vfs_read\ndo_nothing\nin_module [module]\n");
	put_text(dir, "sys/bus/event_source/devices/kprobe/type", "8\n");
	put_text(dir, "sys/bus/event_source/devices/uprobe/type", "9\n");
	put_text(dir, "proc/kallsyms", kallsyms);
	put_text(dir, "dev/null", "");
	put_text(dir, "usr/include/some.h", "#define SOME 7\nstruct some { int a; char b[SOME]; };\n");
	if (buf_read_file(&program, FUZZ_PROGRAMS "/usdt.so"))
		bug("there is no program to be traced");
	put(dir, "bin/program", program.data, program.len);
	buf_free(&program);
	unshare(CLONE_NEWUSER); /* so that anybody may, and nobody has more than the files */
	if (chroot(dir) || chdir("/"))
		bug("cannot make %s the root of all", dir);
	for (int f = 0; f < FEATURE_COUNT; f++)
		feature((enum feature)f);
}
