#!/bin/sh
# CPUs that come online, late or again, are sampled; the counts of those that went stay.
# spec: P-065 P-068 R-012
# needs: guest kprobe path:/sys/devices/system/cpu/cpu1/online
# serial
. ./cli.inc
one=/sys/devices/system/cpu/cpu1/online
trap 'echo 1 >$one' EXIT

echo 0 >$one
for kind in profile:hz:99 software:cpu-clock:10000000; do
	probe -q -c "sh -c 'echo 1 >$one; sleep 1'" -e "$kind { @[cpu] = count(); }"
	status 0; no_err; out '^@\[0\]: [0-9]+$'; out '^@\[1\]: [0-9]+$'
	probe -q -c "sh -c 'echo 0 >$one; sleep 0.3; echo 1 >$one; getppids 1; sleep 1; echo 0 >$one'" \
		-e "tracepoint:syscalls:sys_enter_getppid /comm == \"getppids\"/ { @back = 1; } $kind { @[cpu, @back] = count(); }"
	status 0; no_err; out '^@\[1, 0\]: [0-9]+$'; out '^@\[1, 1\]: [0-9]+$'
done
end
