#!/bin/sh
# The parts of a run come in their order, in the tracer's own context where they are its own.
# needs: bpf tracefs
# spec: R-001 R-003 R-004 R-020 R-027
. ./cli.inc

# begin runs first, by us; then the program of -c; end after what the program did; maps last
probe -q -e 'END { printf("4 end %d\n", @n); } BEGIN { printf("1 begin\n"); } END { printf("5 end\n"); } BEGIN { printf("2 begin\n"); }
	tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @n++; if (@n == 3) { printf("3 third call\n"); } }' -c 'getppids 3'
status 0
no_err
[ "$(cat "$out")" = '1 begin
2 begin
3 third call
4 end 3
5 end


@n: 3' ] || wrong 'another order'

# begin and end are ours: pid, comm and user stack
probe -q -e 'BEGIN { printf("%d %s\n", pid == $1, comm); } END { printf("%s\n", comm); print(len(ustack) > 0); }' 0
out '^0 probe$'
out '^probe$'
out '^true$'

# what comes after exit() is not printed, what came before is
probe -q -e 'tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @n++; printf("call %d\n", @n); if (@n == 5) { exit(); } } END { printf("end\n"); }' -c 'getppids 1000'
[ "$(cat "$out")" = 'call 1
call 2
call 3
call 4
call 5
end


@n: 5' ] || wrong 'exit() is not a clean cut'

# limits that tracing needs are raised: many open files
(ulimit -S -n 20; exec "$PROBE" -q -e 'tracepoint:syscalls:sys_enter_*open* { @ = count(); } uprobe:calls:add, uprobe:calls:a* { @ = count(); }
	BEGIN { exit(); }') >"$out" 2>"$err" </dev/null
got=$?
ran='with 20 open files'
status 0
no_err
end
