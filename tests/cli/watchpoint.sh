#!/bin/sh
# Watchpoints see accesses of an address, by all threads of a process; unwatch() ends one.
# spec: P-072 F-015 P-013
# needs: watchpoint root cmd:nm
. ./cli.inc
calls=$(command -v calls)
at() { nm "$calls" | awk -v name="$1" '$3 == name { print "0x" $1 }'; }
far=$(at far_point)

probe -q -c 'calls walk 5' -e "watchpoint:$far:4:rw { @[comm, pid == cpid] = count(); }"
status 0; no_err; out '^@\[calls, true\]: 5$'
probe -q -c 'calls walk 5' -e "watchpoint:$far:4:w { @ = count(); }"
status 0; no_err; not_out '@'
probe -q -c 'calls walk 5' -e "watchpoint:$(at count):8:w { @ = count(); }"
status 0; no_err; out '^@: 1$'
probe -q -c 'calls walk 5 4' -e "w:$far:4:rw { @ = count(); @probe[probe] = count(); @tids[tid] = 1; } END { printf(\"%d threads\n\", len(@tids)); clear(@tids); }"
status 0; no_err; out '^@: 20$'; out "^@probe\[watchpoint:$far:4:rw\]: 20\$"; out '^4 threads$'
probe -q -c 'calls add 5' -e "watchpoint:$(at add):8:x { @ = sum(reg(\"di\")); @ip = sum(reg(\"ip\") == $(at add) ? 1 : 0); }"
status 0; no_err; out '^@: 10$'; out '^@ip: 5$'
probe -q -c 'calls walk 2000000' -e "watchpoint:$far:4:rw { @ = count(); unwatch($far); }"
status 0; no_err; out '^@: [0-9]+$'; not_out '^@: 2000000$'

# all threads that a running process has
calls walk 1000000000 3 &
pid=$!
sleep 0.1
probe -q -p $pid -e "watchpoint:$far:4:rw { @[tid] = count(); if (len(@) == 3) { exit(); } }"
status 0; no_err; [ "$(grep -c '^@\[' "$out")" -eq 3 ] || wrong "three threads"
kill $pid
end
