#!/bin/sh
# Ctrl-C is heeded also when more is issued than can be printed; what was issued is still printed, which is said
# when it takes long, and a second Ctrl-C ends it.
# needs: bpf
# spec: R-002 R-016
. ./cli.inc
"$PROBE" -q --unsafe -e 'BEGIN { printf("ready\n"); } interval:ms:1 { system("sleep 0.02"); }' >"$out" 2>"$err" </dev/null &
pid=$!
ran='interval:ms:1 { system("sleep 0.02"); }'
wait_for() { # file pattern
	i=0
	while [ $i -lt 150 ] && ! grep -q "$2" "$1"; do sleep 0.1; i=$((i + 1)); done
}
wait_for "$out" ready
sleep 0.5
kill -INT $pid
wait_for "$err" 'Still printing'
err 'Still printing what was issued before the end'
kill -INT $pid
wait $pid
got=$?
[ "$got" -eq 130 ] || wrong "exit status $got, expected 130: killed by the second Ctrl-C"
end
