# -l lists what could be attached to, one a line, status 0 also for nothing.
# needs: tracefs root
# spec: C-005 C-030 C-031 C-032 C-033 C-034 C-035 C-036 P-005
. ./cli.inc

probe -l 'tracepoint:syscalls:sys_enter_openat'; status 0; no_err; out_is 'tracepoint:syscalls:sys_enter_openat'
probe -l 't:syscalls:sys_enter_open*'; status 0; no_err; out '^tracepoint:syscalls:sys_enter_openat2$'
probe -l 'tracepoint:nonsense:*'; status 0; no_out; no_err
probe -l 'tracepoint:sched:sched_process_exec,tracepoint:sched:sched_process_exit'; status 0
out '^tracepoint:sched:sched_process_exec$'; out '^tracepoint:sched:sched_process_exit$'
probe -l 'software:*'; status 0; no_err; out '^software:page-faults:'; out '^software:cpu-clock:'
probe -l 'uprobe:calls:ad*'; status 0; no_err; out '^uprobe:.*/calls:add$'
probe -lv 'tracepoint:syscalls:sys_enter_openat'; status 0; no_err; out '^    .*filename$'
probe -l '*sys_enter_openat'; status 0; no_err; out '^tracepoint:syscalls:sys_enter_openat$'
probe -l -e 'tracepoint:syscalls:sys_enter_open* { } BEGIN { }'; status 0; no_err
out '^tracepoint:syscalls:sys_enter_openat$'; not_out begin

# patterns without a colon are of all the kernel has; lists; providers by pattern
probe -l '*execve*'; status 0; no_err; out '^tracepoint:syscalls:sys_enter_execve$'; not_out '^(uprobe|usdt|kretprobe|fexit)'
probe -l software; status 0; no_err; out '^software:page-faults:$'; not_out '^tracepoint'
probe -l 'software:,t:sched:sched_process_exec'; status 0; no_err; out '^software:cpu:$'; out '^tracepoint:sched:sched_process_exec$'
probe -l 'raw*:sched_process_*'; status 0; no_err; out '^rawtracepoint:vmlinux:sched_process_exec$'; not_out '^tracepoint'
probe -l "*:$(command -v calls):neg*"; status 0; no_err; out '^uprobe:.*/calls:negate$'; not_out '^(tracepoint|kprobe)'
probe -l interval; status 0; out '^interval:ms:$'
probe -l 'profile:*'; status 0; out '^profile:hz:$'
probe -l; status 0; no_err; out '^tracepoint:'; out '^software:'; not_out '^(interval|profile|uprobe|kretprobe|begin)'
probe -l no-such-file.bt; status 0; no_out; err "WARNING: there is no file 'no-such-file.bt'"

# only what can be attached: every counter that is listed counts
probe -l 'hardware:*'
for counter in $(sed 's/:$//' "$out"); do
	probe -q -e "$counter:1000000 { } interval:ms:1 { exit(); }"; status 0
done
probe -lv rawtracepoint:sched_process_exec; status 0; no_err; out '^    struct linux_binprm \* bprm$'
end
