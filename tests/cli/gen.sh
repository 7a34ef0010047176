# Every row of the language's tables is used by some of the random programs, and they print what they must.
# timeout: 300
# needs: bpf
# spec: T-010 T-011 T-012 T-014 T-016 T-017 T-033 T-034 T-039 T-040 X-002 X-003 X-036 X-050
. ./cli.inc

gen=$WORKLOADS/../gen/gen
"$gen" -c 1 500 >"$TMPDIR/rows" || wrong "$(cat "$TMPDIR/rows")"
GEN=$gen KEEP=$TMPDIR/kept ../gen/run 100 1 >"$TMPDIR/report" || wrong "$(cat "$TMPDIR/report")"
end
