# Ten megabytes of script: read, or refused in one message.
# timeout: 120
. ./cli.inc

{ echo 'BEGIN { exit(); }'; yes '// a comment line of some length, which says nothing at all' | head -c 10000000; } >"$TMPDIR/comment.bt"
probe -d ast "$TMPDIR/comment.bt"; status 0; sane
{ printf 'BEGIN { printf("'; head -c 10000000 /dev/zero | tr '\0' a; printf '"); exit(); }'; } >"$TMPDIR/string.bt"
probe --dry-run "$TMPDIR/string.bt"; sane
[ "$(wc -c <"$err")" -lt 20000 ] || wrong 'over 20,000 bytes of messages'
{ printf 'BEGIN { '; head -c 10000000 /dev/zero | tr '\0' a; printf '(); }'; } >"$TMPDIR/word.bt"
probe "$TMPDIR/word.bt"; status 1; sane
[ "$(wc -c <"$err")" -lt 20000 ] || wrong 'over 20,000 bytes of messages'
yes 'BEGIN { @a[1] = 2; }' | head -c 1000000 >"$TMPDIR/many.bt"
probe -d ast "$TMPDIR/many.bt"; sane
yes 'BEGIN { nonsense(); }' | head -c 1000000 >"$TMPDIR/wrong.bt"
probe "$TMPDIR/wrong.bt"; status 1; no_out; sane
end
