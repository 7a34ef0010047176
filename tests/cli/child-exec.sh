#!/bin/sh
# -c finds its program first: one exec is traced, not one for every directory of PATH.
# needs: bpf tracefs
# spec: C-008
. ./cli.inc
PATH=/nonexistent/a:/nonexistent/b:$PATH
probe -q -e 'tracepoint:syscalls:sys_enter_execve /pid == cpid/ { @ = count(); }' -c 'true'
status 0
out '^@: 1$'
printf 'exit 3\n' >"$TMPDIR/plain"
chmod 755 "$TMPDIR/plain"
probe -q -e 'BEGIN { @ = 1; } interval:s:9 { }' -c "$TMPDIR/plain"
status 3
out '^@: 1$'
end
