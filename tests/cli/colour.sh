#!/bin/sh
# BPFTRACE_COLOR: always, never; without a terminal none by default.
# spec: E-005
. "$(dirname "$0")/cli.inc"
esc=$(printf '\033')
probe -e 'BEGIN { nosuch(); }'; status 1
! grep -q "$esc" "$err" || wrong 'colour without a terminal'
BPFTRACE_COLOR=always probe -e 'BEGIN { nosuch(); }'; status 1
grep -q "^$esc\[31mstdin:1:9-15: ERROR: .*$esc\[0m$" "$err" || wrong 'no red header'
BPFTRACE_COLOR=never probe -e 'BEGIN { nosuch(); }'; status 1
! grep -q "$esc" "$err" || wrong 'colour though never'
BPFTRACE_COLOR=red probe -e 'BEGIN { nosuch(); }'; status 1
[ "$(grep -c "WARNING: BPFTRACE_COLOR is 'red', expected auto, always or never" "$err")" -eq 1 ] || wrong 'not said once'
# on a terminal, unless NO_COLOR is set to something
for no in '' 1; do
	ran="NO_COLOR=$no probe, on a terminal"
	NO_COLOR=$no pty "$PROBE" -e 'BEGIN { nosuch(); }' >"$out" 2>"$err" </dev/null
	[ "$(grep -c "$esc\[31m" "$out")" -eq "$([ -n "$no" ] && echo 0 || echo 1)" ] || wrong 'colour'
done
end
