# However probe goes, nothing of it stays: no program, map or link in the
# kernel, no line in tracefs, no child that waits.
# needs: bpf tracefs
# timeout: 60
# spec: C-006 R-002
. ./cli.inc

# what the other kinds do is left to the guest, where there are kprobes
script='BEGIN { printf("ready\n"); }
tracepoint:syscalls:sys_enter_getppid, tracepoint:syscalls:sys_exit_getppid { @a[probe] = count(); }
rawtracepoint:sched_process_fork { @b = count(); }
uprobe:calls:add, uretprobe:calls:add { @c[func] = count(); }
profile:hz:1 { @d = count(); } interval:s:1 { @e = count(); } software:cs:1000 { @f[comm] = count(); }'
if [ -e /sys/bus/event_source/devices/kprobe ]; then
	script="$script kprobe:vfs_fsync, kretprobe:vfs_fsync { @g[probe] = count(); } fentry:vfs_fsync { @h = count(); }"
fi

# what it held is gone, and tracefs has nothing that it or libbpf would have named
gone() {
	[ -n "$ids" ] || wrong "no id to look for"
	left=$(bpfids left $ids) || wrong "still in the kernel: $left"
	for f in kprobe_events uprobe_events; do
		! grep -Eq "probe_$pid|libbpf_$pid" /sys/kernel/tracing/$f 2>/dev/null || wrong "left in $f"
	done
}

start() {
	: >"$out"
	"$PROBE" -q -e "$script" "$@" >"$out" 2>"$err" </dev/null &
	pid=$!
	i=0
	while [ $i -lt 300 ] && ! grep -q ready "$out"; do sleep 0.1; i=$((i + 1)); done
	ids=$(bpfids $pid)
	child=$(cat /proc/$pid/task/$pid/children 2>/dev/null)
}

for sig in INT TERM HUP KILL; do
	ran="SIG$sig"
	start
	kill -$sig $pid
	wait $pid 2>/dev/null
	gone
done

# its child too
ran='SIGKILL with a child'
start -c 'sleep 1000'
kill -KILL $pid
wait $pid 2>/dev/null
gone
kill $child # it runs on, and is not stopped: it hears this
lives() {
	grep -q '^State:[[:space:]]*[^ZX[:space:]]' /proc/$1/status 2>/dev/null
}
i=0
while [ $i -lt 50 ] && lives $child; do sleep 0.1; i=$((i + 1)); done
! lives $child || wrong "the child $child stands still"

ids_said() {
	pid=0
	ids=$(sed -n 's/^Program ID: /prog:/p' "$err")
	gone
}

# who reads its output goes away
ran='SIGPIPE'
"$PROBE" -v -q -e 'BEGIN { printf("%s\n", str("x")); } interval:ms:1 { printf("again\n"); }' 2>"$err" </dev/null | head -n 3 >"$out"
ids_said

# the last attach point fails when the others are attached: too many a second
probe -v -q -e "$script profile:hz:99999999 { @z = count(); }" -c 'sleep 1000'; status 255; err 'ERROR: .*profile:hz:99999999'
ids_said

probe -v -q -e "$script interval:ms:1 { exit(); }"; status 0
ids_said
end
