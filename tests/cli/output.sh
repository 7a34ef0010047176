# -o gets what the script prints and nothing else; the banner is on stderr.
# needs: bpf
# spec: C-010 C-013 O-070
. ./cli.inc

probe -o "$TMPDIR/o" -e 'BEGIN { printf("in the file\n"); exit(); }'
status 0; no_out; err '^Attached 1 probe$'
grep -qx 'in the file' "$TMPDIR/o" || wrong "the output file: $(cat "$TMPDIR/o")"
probe -q -e 'BEGIN { printf("x\n"); exit(); } interval:s:10 { }'; status 0; no_err; out '^x$'
probe -e 'BEGIN { exit(); } interval:s:10 { }'; status 0; err '^Attached 2 probes$'
end
