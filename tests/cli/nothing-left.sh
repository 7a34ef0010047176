# After probe is gone, however it went, the kernel has nothing left of it.
# needs: bpf tracefs cmd:bpftool
# serial
. ./cli.inc

count() {
	bpftool prog show 2>/dev/null | grep -c '^[0-9]'
}
before=$(count)
probe -q -e 'tracepoint:syscalls:sys_enter_openat { @ = count(); } interval:ms:100 { exit(); }'; status 0
probe -q -e 'tracepoint:syscalls:sys_enter_openat { @ = count(); } uprobe:calls:nonsense { }'; status 1
"$PROBE" -q -e 'tracepoint:syscalls:sys_enter_openat { @ = count(); } BEGIN { printf("ready\n"); }' >"$out" 2>"$err" &
pid=$!
i=0
while [ $i -lt 50 ] && ! grep -q ready "$out"; do sleep 0.1; i=$((i + 1)); done
kill -KILL $pid
wait $pid 2>/dev/null
i=0
while [ $i -lt 30 ] && [ "$(count)" -gt "$before" ]; do sleep 0.1; i=$((i + 1)); done
after=$(count)
[ "$after" -le "$before" ] || wrong "$before programs before, $after after"
end
