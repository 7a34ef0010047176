# An attach point that lacks a part, or has one too many: one message that says which, and how it is written.
# spec: P-002 P-020 P-045 P-050 P-056 P-060 P-067 P-068 P-069 P-071 P-072 P-073 P-074 E-006
# needs: bpf btf tracefs uprobe
# timeout: 60
. ./cli.inc
wrongly() { # attach point, message, hint
	probe -e "$1 { }"
	refused "^stdin:1:1-$((${#1} + 1)): ERROR: $2\$"
	[ -z "${3-}" ] || err "^HINT: $3\$"
}
for kind in software hardware; do
	wrongly "$kind" "$kind probe type requires 1 or 2 arguments, found 0" "write $kind:event\[:count\]"
	wrongly "$kind:" "$kind probe must have an event" "write $kind:event\[:count\]"
	wrongly "$kind::5" "$kind probe must have an event"
	wrongly "$kind:nope" "nope is not a $kind probe"
	wrongly "$kind:$([ $kind = software ] && echo cs || echo cycles):x" "$kind count should be a positive integer"
done
wrongly software:cs:1:2 'software probe type requires 1 or 2 arguments, found 3'
wrongly rawtracepoint: 'rawtracepoint probe must have an event' 'write rawtracepoint:\[module:\]event'
wrongly rawtracepoint:sched_swich 'No matches for rawtracepoint sched_swich. Did you mean sched_switch\?'
wrongly rawtracepoint:nope 'No matches for rawtracepoint nope.' # nothing is near enough
wrongly tracepoint:sched 'tracepoint probe type requires 2 arguments, found 1' 'write tracepoint:category:event'
wrongly tracepoint::x 'tracepoint probe must have a category and an event'
wrongly tracepoint:syscall:sys_enter_read 'No matches for tracepoint syscall:sys_enter_read. Did you mean syscalls:sys_enter_read\?'
wrongly iter: 'iter probe must have a name' 'write iter:name\[:pin\]'
wrongly iter:tasc 'iter tasc not available for your kernel version.' "did you mean 'task'\?"
wrongly test: 'test probe must have a name'
wrongly uprobe:calls 'uprobe probe type requires 2 arguments, found 1' 'write uprobe:binary:function\[\+offset\]'
wrongly uprobe:calls: 'uprobe probe must have a function' 'write uprobe:.*'
wrongly uprobe::add 'uprobe probe must have a binary'
wrongly uprobe::: 'uprobe probe must have a binary'
wrongly uprobe:calls:cpp: 'uprobe probe must have a function'
wrongly uprobe:calls:rust:add 'unsupported language type: rust'
wrongly uprobe:calls:cpp:ns::f 'uprobe probe type requires 1 or 3 arguments, found 5' 'a name that has colons is quoted: uprobe:binary:cpp:"ns::f"'
wrongly uretprobe:calls:cpp:ns::f 'uretprobe probe type requires 1 or 3 arguments, found 5' 'a name that has colons is quoted: uretprobe:binary:cpp:"ns::f"'
wrongly usdt:calls "usdt probe must specify at least path or pid to probe. To target all paths/pids set the path to '\*'."
wrongly usdt:usdt:work: 'usdt probe must have a target function or wildcard'
wrongly usdt:usdt:work:stp 'No matches for usdt usdt:work:stp. Did you mean work:step\?' # not play:step
wrongly usdt:usdt:wrk:sizes 'No matches for usdt usdt:wrk:sizes. Did you mean work:sizes\?'
wrongly self:signal:SIGINT 'SIGINT is not a supported signal' 'write self:signal:SIGUSR1'
wrongly profile:x:1 'x is not an accepted unit of time' 'hz, s, ms or us'
wrongly interval:1x 'interval probe must have unit of time'
wrongly watchpoint:0x1000 'watchpoint probe type requires 3 arguments, found 1'
wrongly begin:x 'begin probe type requires 0 arguments, found 1'

# what -l says of a kind is what it was asked for
probe -l uretprobe:calls:add; status 0; no_err; out_is "uretprobe:$(command -v calls):add"
probe -l '*:'"$(command -v calls)"':add'; status 0; no_err; out_is "uprobe:$(command -v calls):add"
probe -q -e 'uretprobe:calls:add { @[probe] = count(); }' -c 'calls add 2'; status 0; out "^@\[uretprobe:$(command -v calls):add\]: 2\$"
end
