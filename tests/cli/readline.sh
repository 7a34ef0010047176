#!/bin/sh
# What bash is told: the result of its readline function.
# spec: P-045 B-013
# needs: uprobe root cmd:script path:/bin/bash host
. ./cli.inc
probe -l 'uprobe:/bin/bash:readline'
[ -s "$out" ] || exit 77
"$PROBE" -e 'uretprobe:/bin/bash:readline { printf("%s\n", str(retval)); }' >"$out" 2>"$err" &
tracer=$!
i=0
while [ $i -lt 200 ] && ! grep -q '^Attached' "$err"; do sleep 0.02; i=$((i + 1)); done
{ sleep 0.3; echo 'echo from-readline'; sleep 0.3; echo exit; sleep 0.2; } |
	script -qc 'bash --norc --noprofile -i' /dev/null >/dev/null 2>&1
kill -INT $tracer
wait $tracer; got=$?
status 0; out '^echo from-readline$'; out '^exit$'
end
