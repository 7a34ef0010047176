#!/bin/sh
# Ctrl-C while many probes are being attached: the rest is not attached, END runs, nothing is left.
# spec: R-028
# needs: uprobe
. ./cli.inc
# begin's event is taken before anything is attached: the signal is there when that begins
probe -v --unsafe --no-feature uprobe_multi,kprobe_multi -e 'BEGIN { @begun = 1; system("kill -INT %d", pid); }
	uprobe:many:f1* { @ = count(); } END { printf("ended\n"); }' -c 'sleep 60'
status 0; sane; out '^ended$'; out '^@begun: 1$'
! grep -q Attached "$err" || wrong 'the banner says that all was attached'
probe -v --unsafe -e 'BEGIN { system("kill -TERM %d", pid); } tracepoint:syscalls:sys_enter_* { @ = count(); } interval:s:9 { } END { printf("ended\n"); }'
status 0; sane; out '^ended$'
! grep -q 'Attaching' "$err" || wrong 'it was attached'
end
