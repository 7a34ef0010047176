# A wildcard for the kind of probe: every kind that can make something of the rest.
# spec: P-005
# needs: bpf tracefs uprobe
. ./cli.inc

probe -q -e 't*:syscalls:sys_enter_getppid /pid == cpid/ { @[probe] = count(); }' -c 'getppids 7'
status 0; no_err; out '^@\[tracepoint:syscalls:sys_enter_getppid\]: 7$'
probe -q -e '*:syscalls:sys_e*_getppid /pid == cpid/ { @[probe] = count(); }' -c 'getppids 7'
status 0; no_err; out '^@\[tracepoint:syscalls:sys_enter_getppid\]: 7$'; out '^@\[tracepoint:syscalls:sys_exit_getppid\]: 7$'

# user space only where it is said whose
calls=$(command -v calls)
probe -q -e "*:$calls:add /pid == cpid/ { @[probe] = count(); }" -c 'calls add 10'
status 0; no_err; out "^@\[uprobe:$calls:add\]: 10$"; out "^@\[uretprobe:$calls:add\]: 10$"
probe -q -e "ur*:$calls:add /pid == cpid/ { @ = sum(retval == 0); @n = count(); }" -c 'calls add 10'
status 0; no_err; out '^@n: 10$'

probe -e 't*:syscalls:sys_enter_getpipd { }'; refused 'ERROR: No matches for t\*:syscalls:sys_enter_getpipd\.'
probe -e 'x*:foo { }'; refused 'ERROR: No matches for x\*:foo\.'
BPFTRACE_MISSING_PROBES=warn probe -q -e 'x*:foo { } BEGIN { printf("on\n"); }'; status 0; err 'WARNING: No matches for x\*:foo. Skipping.'; out_is on
# an action that not all of them can do
probe -e "*:$calls:add { print(retval); }"; status 1; err 'The retval builtin can only be used'
end
