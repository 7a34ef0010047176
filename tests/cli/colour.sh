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
end
