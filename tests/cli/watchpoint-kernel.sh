# Watchpoints without a process are the kernel's, on every CPU; unwatch() ends them.
# spec: P-072 F-015
# needs: guest watchpoint kprobe
. ./cli.inc

address=0x$(sed -n 's/ [BD] panic_timeout$//p' /proc/kallsyms)
writes='for cpu in 1 2 1 2 1; do taskset $cpu sh -c "echo $cpu >/proc/sys/kernel/panic"; done'
# in the background, until it watches
watch() { # BLOCK
	ran="watchpoint:$address:4:w { $1 }"
	"$PROBE" -q -e "BEGIN { printf(\"on\\n\"); } $ran" >"$out" 2>"$err" &
	pid=$!
	i=0
	while [ $i -lt 200 ] && ! grep -q on "$out"; do sleep 0.1; i=$((i + 1)); done
	sleep 0.5
}

watch '@[cpu] = count(); @probe[probe] = count();'
sh -c "$writes"
kill -INT $pid
wait $pid
got=$?
status 0; no_err; out '^@\[0\]: 3$'; out '^@\[1\]: 2$'; out "^@probe\[watchpoint:$address:4:w\]: 5\$"

watch "@ = count(); unwatch($address);"
echo 1 >/proc/sys/kernel/panic
sleep 0.5
sh -c "$writes"
kill -INT $pid
wait $pid
got=$?
status 0; no_err; out '^@: 1$'
end
