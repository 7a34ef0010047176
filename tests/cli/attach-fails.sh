# What was there when the script was compiled is not when it is attached: the same rules as before, a message each, and nothing stays.
# spec: P-009 P-010 P-057 R-002
# needs: uprobe root cmd:readelf
# timeout: 60
. ./cli.inc
cd "$TMPDIR" || exit 1

# BEGIN runs before anything is attached: it notes what probe holds and does the harm
attempt() {
	harm=$1 act=$2
	shift 2
	probe -q --unsafe -e "BEGIN { system(\"bpfids %d >ids; $harm\", pid); } $act" "$@"
	sane
	[ -s ids ] || wrong 'no id to look for'
	left=$(bpfids left $(cat ids)) || wrong "still in the kernel: $left"
}
lists='uprobe:./one:add, uprobe:./two:add { @[probe] = count(); }'
refresh() {
	cp -f "$(command -v calls)" one
	cp -f "$(command -v calls)" two
}

# one of several: an alternative, as when compiled; missing_probes decides where it is set
refresh; attempt 'rm two' "$lists" -c './one add 3'; status 0; out '^@\[uprobe:./one:add\]: 3$'
err '^WARNING: Unable to attach probe: uprobe:./two:add: there is no such file. Skipping.$'
[ "$(wc -l <"$err")" = 1 ] || wrong 'not one message'
refresh; rm two; probe -q -e "$lists" -c './one add 3'; status 0; out '^@\[uprobe:./one:add\]: 3$'; err 'WARNING: .*two.* Skipping'
for policy in error warn ignore; do
	refresh; BPFTRACE_MISSING_PROBES=$policy attempt 'rm two' "$lists" -c './one add 3'
	[ $policy != error ] || { status 255; err "^ERROR: Unable to attach probe: uprobe:./two:add: there is no such file. If this is expected, set the 'missing_probes' config variable to 'warn'.\$"; }
	[ $policy != warn ] || { status 0; err '^WARNING: .*./two:add.* Skipping.$'; out '^@\[uprobe:./one:add\]: 3$'; }
	[ $policy != ignore ] || { status 0; no_err; out '^@\[uprobe:./one:add\]: 3$'; }
done

# all of them, or the only one; another probe does not make up for it
refresh; attempt 'rm one two' "$lists" -c true; status 255; err 'ERROR: .*./one:add: there is no such file'; err 'ERROR: .*./two:add: there is no such file'
refresh; attempt 'rm two' 'uprobe:./one:add { @ = count(); } uprobe:./two:add { @ = count(); }' -c './one add 3'
status 255; err 'ERROR: Unable to attach probe: uprobe:./two:add'; not_out '^@'
# of a wildcard a count, whatever is set
refresh; attempt 'rm two' 'uprobe:./o*:add, uprobe:./tw*:add { @[probe] = count(); }' -c './one add 3'; status 0; out '^@\[uprobe:./one:add\]: 3$'
err 'WARNING: 1 of the 2 points that a wildcard at stdin:1:[0-9]+ matched cannot be attached'
refresh; attempt 'cp -f /bin/true two' "$lists" -c './one add 3'; status 0; err './two:add: the file has no such function. Skipping'

# the process ends
for at in 'uprobe:calls:add' 'uprobe:calls:ad*' 'usdt:usdt:work:step' 'profile:hz:99' 'software:cs:1' 'watchpoint:0x10000:8:w'; do
	sleep 100 & victim=$!
	attempt "kill -9 $victim; sleep 0.1" "$at { @ = count(); }" -p $victim; status 255
	err '^ERROR: Unable to attach probe: .*: the process has ended$'
	[ "$(wc -l <"$err")" = 1 ] || wrong 'not one message'
done
sleep 100 & victim=$!
attempt "kill -9 $victim; sleep 0.1" 'tracepoint:syscalls:sys_enter_read { @ = count(); }' -p $victim; status 0; no_err
probe -q --unsafe -e 'BEGIN { system("kill -9 %d; sleep 0.1", cpid); } uprobe:calls:add { }' -c 'sleep 100'; status 255; err ': the process has ended$'

# a semaphore that the kernel will not raise: it is below -1
cp "$(command -v usdt)" notes
set -- $(readelf -nW notes | sed -n '/Name: guard/{n;s/.*Semaphore: //p}') $(readelf -SW notes | sed -n 's/.* \.probes  *PROGBITS  *\([0-9a-f]*\) \([0-9a-f]*\) .*/0x\1 0x\2/p')
printf '\373\377' | dd of=notes bs=1 seek=$(($1 - $2 + $3)) conv=notrunc 2>/dev/null
./notes 1 100 >/dev/null & victim=$!
i=0; while [ $i -lt 100 ] && ! grep -q notes /proc/$victim/maps; do sleep 0.02; i=$((i + 1)); done
attempt : 'usdt:./notes:work:guard, uprobe:./notes:main { @ = count(); } interval:ms:1 { exit(); }' -p $victim; status 0
err 'WARNING: .*usdt:./notes:work:guard: the kernel cannot raise its semaphore.*Skipping'
attempt : 'usdt:./notes:work:guard { @ = count(); } usdt:./notes:work:plain { @ = count(); }' -p $victim; status 255
[ "$(dd if=/proc/$victim/mem bs=1 skip=$(($(sed -n 's/^\([0-9a-f]*\)-.* 00000000 .*notes$/0x\1/p' /proc/$victim/maps) + $1)) count=2 2>/dev/null | od -An -d | tr -d ' ')" = 65531 ] || wrong 'the semaphore has changed'
kill $victim
end
