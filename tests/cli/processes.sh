#!/bin/sh
# -p and -c: threads, exec; other processes of the same file are not looked at; what starts later is.
# spec: P-012 P-013 C-007 C-008 R-021
# needs: uprobe root
. ./cli.inc

attached() { # wait for the banner of what runs in the background
	i=0
	while [ $i -lt 200 ] && ! grep -q '^Attached' "$TMPDIR/banner" 2>/dev/null; do sleep 0.02; i=$((i + 1)); done
}

# -c is the process that the command becomes: not its children, not others of the same file
calls add 1000000000 &
other=$!
probe -q -c 'calls add 7 4' -e 'uprobe:calls:add { @[pid == cpid, comm] = count(); }'
status 0; no_err; out '^@\[true, calls\]: 28$'; not_out 'false'
probe -q -c "sh -c 'calls add 3; exec calls add 5'" -e 'uprobe:calls:add { @ = count(); }'
status 0; no_err; out '^@: 5$'

# -p is one process; it ends with it
probe -q -p $other -e 'uprobe:calls:add { @[pid] = count(); } interval:ms:100 { exit(); }' -c ''; status 1
probe -q -p $other -e 'uprobe:calls:add { @[pid] = count(); } interval:ms:100 { exit(); }'
status 0; no_err; out "^@\[$other\]: [0-9]+\$"
probe -q -p $other -e 'uprobe:add { @[pid] = count(); } interval:ms:100 { exit(); }'
status 0; no_err; out "^@\[$other\]: [0-9]+\$"
"$PROBE" -p $other -e 'uprobe:calls:negate { @ = count(); }' >"$out" 2>"$TMPDIR/banner" &
tracer=$!
attached
calls negate 5
kill $other
wait $tracer; got=$?
status 0; not_out '@'

# a process that starts while we trace is traced
rm "$TMPDIR/banner"
"$PROBE" -e 'uprobe:calls:negate { @[comm] = count(); }' >"$out" 2>"$TMPDIR/banner" &
tracer=$!
attached
calls negate 5
kill -INT $tracer
wait $tracer; got=$?
status 0; out '^@\[calls\]: 5$'
end
