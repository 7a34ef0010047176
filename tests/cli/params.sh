# Positional parameters, also after options and after --.
# needs: bpf
# spec: L-026 L-027 L-028 C-001
. ./cli.inc

probe -q -e 'BEGIN { printf("%d %s %d\n", $1, str($2), $#); exit(); }' 0x10 word
status 0; no_err; out '^16 word 2$'
printf '%s\n' 'BEGIN { printf("%d\n", $1); exit(); }' >"$TMPDIR/a.bt"
probe "$TMPDIR/a.bt" -q 5; status 0; no_err; out '^5$'
probe -q "$TMPDIR/a.bt" -- -5; status 0; no_err; out '^-5$'
end
