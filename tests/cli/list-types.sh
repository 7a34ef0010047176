# Types of the kernel by name, and their definitions in C.
# needs: btf root
# spec: C-037
. ./cli.inc

probe -l 'struct task_struct'; status 0; no_err; out_is 'struct task_struct'
probe -l 'struct bpf_iter__*'; status 0; out '^struct bpf_iter__task$'; out '^struct bpf_iter__bpf_map$'; not_out ':'
probe -lv 'struct task_struct'; status 0; no_err; out '^vmlinux: struct task_struct \{$'
out '^	struct task_struct \*real_parent;$'; out '^	char comm\[16\];$'; out '^	unsigned int sched_migrated: 1;$'; out '^\};$'
probe -lv 'struct file_operations'; status 0; out '^	int \(\*open\)\(struct inode \*, struct file \*\);$'
probe -lv 'union bpf_attr'; status 0; out '^vmlinux: union bpf_attr \{$'; out '^	struct \{$'; out '^		__u32 map_type;$'; out '^	\};$'
probe -lv 'enum bpf_cmd'; status 0; out '^	BPF_MAP_CREATE = 0,$'
[ "$(tail -n 1 "$out")" = '' ] || wrong 'no blank line at the end'
probe -l 'struct no_such_thing_*'; status 0; no_out; no_err
end
