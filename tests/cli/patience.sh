#!/bin/sh
# Ctrl-C is heeded also when more is issued than can be printed; what was issued is still printed, which is said
# when it takes long, and a second Ctrl-C ends it.  So does SIGTERM.
# needs: bpf
# spec: R-002 R-016
. ./cli.inc
wait_for() { # file pattern
	i=0
	while [ $i -lt 150 ] && ! grep -q "$2" "$1"; do sleep 0.1; i=$((i + 1)); done
}
for sig in INT TERM; do
	ends=$([ $sig = INT ] && echo 130 || echo 143)
	ran="SIG$sig, interval:ms:1 { system(\"sleep 0.02\"); }"
	: >"$out"
	"$PROBE" -q --unsafe -e 'BEGIN { printf("ready\n"); } interval:ms:1 { system("sleep 0.02"); }' >"$out" 2>"$err" </dev/null &
	pid=$!
	wait_for "$out" ready
	sleep 0.5
	kill -$sig $pid
	wait_for "$err" 'Still printing'
	err 'Still printing what was issued before the end'
	kill -$sig $pid
	wait $pid
	got=$?
	[ "$got" -eq "$ends" ] || wrong "exit status $got, expected $ends: ended by the second"
done
end
