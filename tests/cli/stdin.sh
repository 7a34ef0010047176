# A script comes from standard input, from -e (the last one), from a file, or
# is run by its first line.
# needs: bpf
# spec: C-003 C-004 L-003
. ./cli.inc

printf '%s\n' 'BEGIN { printf("from stdin\n"); exit(); }' >"$TMPDIR/in"
probe_stdin -q - <"$TMPDIR/in"; status 0; no_err; out '^from stdin$'
echo 'BEGIN { prinf(); }' >"$TMPDIR/in"
probe_stdin - <"$TMPDIR/in"; status 1; no_out; err '^stdin:1:9(-[0-9]+)?: ERROR'
probe -q -e 'BEGIN { printf("one\n"); exit(); }' -e 'BEGIN { printf("two\n"); exit(); }'
status 0; no_err; out '^two$'; not_out one
ln -s "$PROBE" "$TMPDIR/probe"
printf '#!%s/probe -q\nBEGIN { printf("by shebang %%d\\n", $1); exit(); }\n' "$TMPDIR" >"$TMPDIR/x.bt"
chmod +x "$TMPDIR/x.bt"
ran=x.bt; "$TMPDIR/x.bt" 5 >"$out" 2>"$err" </dev/null; got=$?
status 0; no_err; out '^by shebang 5$'
end
