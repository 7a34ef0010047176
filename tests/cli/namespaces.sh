#!/bin/sh
# Processes in other mount and PID namespaces; a tracer in one.
# spec: P-049 B-001 B-002 P-012 O-042 R-017
# needs: uprobe root cmd:unshare host
# timeout: 60
. ./cli.inc
calls=$(command -v calls)
dir=$TMPDIR/inner
mkdir "$dir"

# a file that only the process' mount namespace has
unshare -m sh -c "mount -t tmpfs none $dir && cp $calls $dir/thing && echo >$TMPDIR/ready && exec $dir/thing add 1000000000" &
pid=$!
i=0
while [ $i -lt 200 ] && [ "$(cat /proc/$pid/comm)" != thing ]; do sleep 0.02; i=$((i + 1)); done
[ ! -e "$dir/thing" ] || wrong "the file is seen from outside"
probe -q -p $pid -e "uprobe:$dir/thing:add { @[comm, func] = count(); } interval:ms:100 { exit(); }"
status 0; no_err; out '^@\[thing, add\]: [0-9]+$'
probe -q -p $pid -e 'uprobe:add { @[probe] = count(); } interval:ms:100 { exit(); }'
status 0; no_err; out "^@\[uprobe:/proc/$pid/root$dir/thing:add\]: [0-9]+\$"
probe -q -e 'uprobe:*:walk { exit(); }' --dry-run
status 0
probe -l 'uprobe:*:walk' -p $pid
status 0; no_err; out "^uprobe:/proc/$pid/root$dir/thing:walk\$"
probe -q -p $pid -e "uprobe:$dir/thing:add { print(ustack(perf)); exit(); }"
status 0; no_err
out "^$(printf '\t')[0-9a-f]+ add\+0 \($dir/thing\)\$"
out "^$(printf '\t')[0-9a-f]+ main\+[0-9]+ \($dir/thing\)\$"
kill $pid

# a container: PIDs and files of its own; the probes that its program has built in, its functions, its stacks
unshare -pmf --mount-proc sh -c "mount -t tmpfs none $dir && cp $(command -v usdt) $dir/inside && exec $dir/inside 1000000000 >/dev/null" 2>/dev/null &
outer=$!
i=0
while [ $i -lt 400 ] && [ "$(cat "/proc/${pid:=0}/comm")" != inside ]; do
	pid=$(cat /proc/$outer/task/$outer/children)
	pid=${pid% }
	sleep 0.02
	i=$((i + 1))
done 2>/dev/null
probe -q -p "$pid" -e 'usdt::work:guard { @[probe, comm, pid] = count(); @negative = sum(arg0 < 0); } interval:ms:100 { exit(); }'
status 0; no_err; out "^@\[usdt:/proc/$pid/root$dir/inside:work:guard, inside, $pid\]: [0-9]+\$"; out '^@negative: 0$'
probe -q -p "$pid" -e "usdt:$dir/inside:play:step { print(ustack(perf)); exit(); }"
status 0; no_err; out "^$(printf '\t')[0-9a-f]+ plain\+[0-9]+ \($dir/inside\)\$"
probe -q -p "$pid" -e "uretprobe:/proc/$pid/root$dir/inside:guard { @[func] = count(); } interval:ms:100 { exit(); }"
status 0; no_err; out '^@\[guard\]: [0-9]+$'
probe -l "usdt:*:play:*" -p "$pid"
status 0; no_err; out_is "usdt:/proc/$pid/root$dir/inside:play:step"
kill -KILL "$pid"

# code that a process made has the names that its own /tmp says
cp "$(command -v frames)" "$TMPDIR/mine"
mkfifo "$TMPDIR/wait"
exec 9<>"$TMPDIR/wait"
probe_stdin -q -e "uprobe:$TMPDIR/mine:leaf { @[ustack] = count(); exit(); }" <"$TMPDIR/wait" \
	-c "unshare -m sh -c 'exec 8<$TMPDIR/mine; mount -t tmpfs none /tmp && exec /proc/self/fd/8 wait'"
exec 9<&-
status 0; out '^        leaf\+0@'; out '^        made::by hand\+6$'; out '^        ns::Outer::call\(int\)\+[0-9]+@'
# those of a process that has ended when its stack is printed, as well: what it makes is noticed while it lives
exec 9<>"$TMPDIR/wait"
ran='a process that made code and ended'
"$PROBE" -B none -q -e "uprobe:$TMPDIR/mine:leaf { @[ustack] = count(); printf(\"hit\\n\"); }" <"$TMPDIR/wait" >"$out" 2>"$err" 9<&- \
	-c "unshare -m sh -c 'exec 8<$TMPDIR/mine; mount -t tmpfs none /tmp && exec /proc/self/fd/8 wait'" &
tracer=$!
i=0
while [ $i -lt 400 ] && ! grep -q hit "$out"; do sleep 0.02; i=$((i + 1)); done
exec 9<&-
wait $tracer; got=$?
status 0; no_err; out '^        leaf\+0@'; out '^        made::by hand\+6$'

# pid and tid are as the tracer's namespace numbers them
unshare -p -f "$calls" add 1000000000 &
outer=$!
i=0
while [ $i -lt 200 ] && ! pid=$(cat /proc/$outer/task/$outer/children 2>/dev/null) || [ -z "$pid" ]; do sleep 0.02; i=$((i + 1)); done
pid=${pid% }
probe -q -p "$pid" -e 'uprobe:calls:add { @[pid, tid] = count(); @init[pid(init) == pid] = count(); } interval:ms:100 { exit(); }'
status 0; no_err; out "^@\[$pid, $pid\]: [0-9]+\$"; not_out false
kill "$pid"
ran='probe in a PID namespace'
unshare -p -f --mount-proc "$PROBE" -q -c "$calls add 3" -e 'uprobe:calls:add { @[pid == cpid, pid == pid(init), pid < 100] = count(); }' >"$out" 2>"$err"
got=$?
status 0; no_err; out '^@\[true, false, true\]: 3$'
end
