# -l lists what could be attached to, one a line, status 0 also for nothing.
# needs: tracefs root
# spec: C-005 C-030 C-031 C-033 C-035
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
end
