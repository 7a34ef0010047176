# What was lost has a line at the end, each for its place in the script; by SIGUSR1 at once; nothing where nothing was lost.
# spec: R-010 R-013 R-018 O-003 R-007
# needs: uprobe tracefs host
# timeout: 40
. ./cli.inc
calls=$WORKLOADS/calls

# a string cut by max_strlen is marked, and counted; one that just fits is not
probe -q -e "config = { max_strlen = 4 } uprobe:$calls:greet { print(str(arg0)); }" -c "$calls greet 3"
out '^hell\.\.$'
err '^stdin:1:[0-9-]+: WARNING: str\(arg0\): 3 strings cut: longer than max_strlen$'
probe -q --strict -e "config = { max_strlen = 6 } uprobe:$calls:greet { print(str(arg0)); }" -c "$calls greet"; status 0; no_err; out '^hello$'
probe -q --strict -e "uprobe:$calls:greet { print(str(arg0, 4)); }" -c "$calls greet"; status 0; no_err; out '^hel$'

# full maps by map; a loop too long for the kernel; a symbol that nobody has
probe -q -e 'config = { max_map_keys = 2 } BEGIN { @a[1] = 1; @a[2] = 1; @a[3] = 1; @b[1]++; @b[2]++; @b[3]++; @b[4]++; exit(); }'
err '^stdin:1:[0-9-]+: WARNING: Map full.*@a, 1 times'
err '^stdin:1:[0-9-]+: WARNING: Map full.*@b, 1 times'
[ "$(grep -c 'Map full' "$err")" -eq 3 ] || wrong 'not a line for each place'
probe -q --strict -e 'BEGIN { for ($i : 0..100000000) { @n++; } exit(); }'; status 1
err '^stdin:1:[0-9-]+: WARNING: .*: 1 loops not run: more rounds than the kernel allows$'
probe -q --strict -e 'BEGIN { print(ksym(12)); exit(); }'; status 1; out '^0xc$'
err '^WARNING: 1 addresses without a symbol: numbers instead$'
probe -q -f json -e 'BEGIN { print(ksym(12)); exit(); }'
out '^\{"type": "loss", "kind": "symbol", "count": 1, "what": ""\}$'

# a stack deeper than the kernel follows; to ask for less is no loss
probe -q --strict -e "uprobe:$calls:bottom { @[ustack] = count(); }" -c "$calls abyss 3"
status 1; err '^stdin:1:[0-9-]+: WARNING: ustack: 3 stacks cut: deeper than the limit$'
probe -q --strict -e "uprobe:$calls:bottom { @[ustack(5)] = count(); @k[kstack(3)] = count(); }" -c "$calls abyss 3"; status 0; no_err

# what the kernel does not run: a program in itself
probe -q --strict -e 'rawtracepoint:bpf_trace_printk { @ = count(); debugf("x"); } tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { debugf("x"); }' -c 'getppids 7'
status 1; err '^stdin:1:1: WARNING: rawtracepoint:vmlinux:bpf_trace_printk: [0-9]+ runs missed by the kernel: recursion'

# samples that the kernel suppressed
probe -q --strict -e 'software:cpu-clock:1 { @ = count(); }' -c "getppids 2000000"
status 1; err '^WARNING: software:cpu-clock:1: [0-9]+ times that the kernel throttled it'
probe -q --strict -e 'profile:hz:50 { @ = count(); }' -c "getppids 10000"; status 0; no_err

# on demand
ran=SIGUSR1
"$PROBE" -q -e 'config = { max_map_keys = 1 } BEGIN { @a[1] = 1; @a[2] = 1; printf("ready\n"); } interval:s:100 { }' >"$out" 2>"$err" </dev/null &
pid=$!
wait_for() {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
		grep -q "$1" "$2" && return
		sleep 0.2
	done
	wrong "no $1"
}
wait_for ready "$out"
kill -USR1 $pid
wait_for 'Map full' "$err"
kill -INT $pid
wait $pid
got=$?
status 0
[ "$(grep -c 'Map full' "$err")" -eq 2 ] || wrong 'SIGUSR1 and the end do not say the same'
end
