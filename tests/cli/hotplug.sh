#!/bin/sh
# CPUs that come online, late or again, are sampled and followed; the counts of those that went stay.
# An interval moves when its CPU goes, once.
# spec: P-065 P-068 R-012
# needs: guest kprobe path:/sys/devices/system/cpu/cpu1/online
# serial
. ./cli.inc
one=/sys/devices/system/cpu/cpu1/online
zero=/sys/devices/system/cpu/cpu0/online
trap 'echo 1 >$one; [ ! -e $zero ] || echo 1 >$zero' EXIT

echo 0 >$one
for kind in profile:hz:99 software:cpu-clock:10000000; do
	probe -q -c "sh -c 'echo 1 >$one; sleep 1'" -e "$kind { @[cpu] = count(); }"
	status 0; out '^@\[0\]: [0-9]+$'; out '^@\[1\]: [0-9]+$' # and perhaps a word on throttling
	probe -q -c "sh -c 'echo 0 >$one; sleep 0.3; echo 1 >$one; getppids 1; sleep 1; echo 0 >$one'" \
		-e "tracepoint:syscalls:sys_enter_getppid /comm == \"getppids\"/ { @back = 1; } $kind { @[cpu, @back] = count(); }"
	status 0; no_err; out '^@\[1, 0\]: [0-9]+$'; out '^@\[1, 1\]: [0-9]+$'
done

# user stacks of what ran on a CPU that was not there
for keep in 1 0; do
	echo 0 >$one
	probe -q -c "sh -c 'echo 1 >$one; sleep 0.5; taskset 2 calls add 1'" \
		-e "config = { keep_capabilities = $keep } uprobe:calls:add { printf(\"%d %s\", cpu, ustack(1)); }"
	status 0; out '^1 *$'
	if [ "$keep" -eq 1 ]; then no_err; out '^ *add\+0'; fi
done
[ "$(cat /proc/sys/kernel/perf_event_paranoid)" -le 2 ] || err 'WARNING: .*CPU 1'

# Linux before 6.5 lets the first one go, if the kernel is told so
if [ -e $zero ]; then
	probe -q -c "sh -c 'sleep 0.3; echo 0 >$zero; sleep 0.5; echo 1 >$zero; sleep 0.3; getppids 1; sleep 1'" \
		-e 'config = { keep_capabilities = true } tracepoint:syscalls:sys_enter_getppid /comm == "getppids"/ { @back = 1; } interval:ms:50 { @[cpu, @back] = count(); }'
	status 0; no_err; out '^@\[0, 0\]: [0-9]+$'; out '^@\[1, 0\]: [0-9]+$'; out '^@\[1, 1\]: [0-9]+$'; not_out '^@\[0, 1\]'
fi
end
