# A kernel without kprobes: its attach points are missing as any other, and what is there instead is named.
# needs: btf
# spec: P-009 V-012
. ./cli.inc

probe --info
grep -q 'kprobe: no$' "$out" && grep -q 'fentry: no$' "$out" || exit 77
probe -e 'kprobe:vfs_read { }'; refused 'ERROR: this kernel has no kprobes: kprobe:vfs_read cannot be attached; tracepoint:syscalls:sys_enter_read is there\.'
probe -e 'fentry:vfs_read { }'; refused 'ERROR: this kernel cannot attach fentry programs; tracepoint:syscalls:sys_enter_read is there\.'
probe -q -e 'kprobe:vfs_read, fentry:vfs_read, BEGIN { printf("begun\n"); }'; status 0; out '^begun$'; err 'no kprobes.* Skipping\.'; err 'fentry programs.* Skipping\.'
probe -q -e 'config = { missing_probes = ignore } kprobe:vfs_read { } BEGIN { printf("begun\n"); }'; status 0; out '^begun$'; no_err
