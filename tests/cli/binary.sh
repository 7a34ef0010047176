# Bytes that are no script: one message or a few, no crash.
# timeout: 60
# spec: L-032
. ./cli.inc

cp "$(command -v sh)" "$TMPDIR/binary.bt"
probe "$TMPDIR/binary.bt"; status 1; no_out; sane; err 'ERROR'
[ "$(wc -c <"$err")" -lt 20000 ] || wrong 'over 20,000 bytes of messages'

printf 'BEGIN { printf("a\000b"); exit(); }' >"$TMPDIR/nul.bt"
probe "$TMPDIR/nul.bt"; refused 'NUL|null|binary|0x00|\\0'
printf 'BEGIN { exit(); }\000' >"$TMPDIR/nul2.bt"
probe "$TMPDIR/nul2.bt"; refused 'NUL|null|binary|0x00|\\0'
printf '\177ELF' >"$TMPDIR/elf.bt"
probe "$TMPDIR/elf.bt"; status 1; no_out; sane; err 'ERROR'

# not UTF-8, in a comment and in a string: bytes pass
printf '// caf\351\nBEGIN { printf("%%s\\n", "\351"); exit(); }' >"$TMPDIR/latin1.bt"
probe --dry-run "$TMPDIR/latin1.bt"; sane
[ "$got" = 0 ] || [ "$got" = 255 ] || wrong "exit status $got"
end
