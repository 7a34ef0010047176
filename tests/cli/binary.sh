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

# the mark that some editors begin UTF-8 with, and their ends of lines
printf '\357\273\277BEGIN { print(1); // one\r\n exit(); }\r\n' >"$TMPDIR/mark.bt"
probe --dry-run "$TMPDIR/mark.bt"; status 0; sane
printf '\357\273\277#define X 1\nBEGIN { print(X); foo(); }' >"$TMPDIR/mark.bt"
probe --dry-run "$TMPDIR/mark.bt"; refused "mark.bt:2:19-22: ERROR: Unknown function"

# a line of a megabyte; its message quotes a little of it
{ printf 'BEGIN { print("'; head -c 1000000 /dev/zero | tr '\000' a; printf '"); exit(); }'; } >"$TMPDIR/long.bt"
probe --dry-run "$TMPDIR/long.bt"; refused 'long.bt:1:15-1000017: ERROR: String is too long'
[ "$(wc -c <"$err")" -lt 2000 ] || wrong 'over 2,000 bytes of messages'
end
