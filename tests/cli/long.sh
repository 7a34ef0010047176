#!/bin/sh
# Long scripts compile: many statements, many clauses.
# spec: P-011
. "$(dirname "$0")/cli.inc"
awk 'BEGIN { print "BEGIN {"; for (i = 0; i < 20000; i++) print "$x" i % 50 " = " i ";"; print "}" }' >"$TMPDIR/statements.bt"
probe build "$TMPDIR/statements.bt" -o "$TMPDIR/a.bpf.o"; status 0; no_err
awk 'BEGIN { for (i = 1; i <= 200; i++) print "interval:s:" i " { @a[" i "] = count(); }" }' >"$TMPDIR/clauses.bt"
probe build "$TMPDIR/clauses.bt" -o "$TMPDIR/a.bpf.o"; status 0; no_err
end
