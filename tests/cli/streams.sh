# Results go to stdout or -o, all else to stderr; a reader that leaves ends the run, a full disk is an error.
# spec: C-010 C-012 O-070 R-002
# needs: bpf path:/dev/full
. ./cli.inc
many='tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { printf("%d\n", 7); @n++; }'

probe -e 'BEGIN { printf("result\n"); warnf("w"); errorf("e"); exit(); }'; status 0
out_is 'result'; err '^Attached 1 probe$'; err 'WARNING: w'; err 'ERROR: e'
probe -o "$TMPDIR/file" -e 'BEGIN { printf("result\n"); exit(); }'; status 0; no_out
[ "$(cat "$TMPDIR/file")" = result ] || wrong 'not in the file'
for mode in none line full; do
	probe -q -B $mode -e "$many" -c 'getppids 5000'; status 0
	[ "$(grep -c '^7$' "$out")" -eq 5000 ] || wrong "-B $mode: not every line"
	out '^@n: 5000$'
done
probe -q -B none -e 'BEGIN { printf("a"); system("printf b; echo c >&2"); printf("d\n"); exit(); }' --unsafe; out '^abc$'; out '^d$'

for mode in none line full; do
	ran="probe -B $mode -o /dev/full"
	"$PROBE" -q -B $mode -o /dev/full -e 'BEGIN { printf("x\n"); exit(); }' >"$out" 2>"$err"; got=$?
	status 1; err '^ERROR: cannot write output: No space left on device$'
done
ran='probe >/dev/full'
"$PROBE" -q -e 'BEGIN { printf("x\n"); exit(); }' >/dev/full 2>"$err"; got=$?
status 1; err 'No space left'

# so is what probe itself prints
for what in --help --version --info '-l tracepoint:syscalls:*' '--fmt -e BEGIN{}' '-d ast -e BEGIN{}'; do
	ran="probe $what >/dev/full"
	"$PROBE" $what >/dev/full 2>"$err"; got=$?
	status 1; err 'cannot write output: No space left'
done

# a standard stream that is closed is no other file
ran='probe >&-'
"$PROBE" -q -e 'BEGIN { printf("x\n"); @ = 1; exit(); }' >&- 2>"$err"; got=$?
status 1; err '^ERROR: cannot write output: Bad file descriptor$'
ran='probe >&- 2>&- <&-'
"$PROBE" -e 'BEGIN { warnf("w"); exit(); }' -o "$TMPDIR/file" >&- 2>&- <&-; got=$?
status 0
[ "$(cat "$TMPDIR/file")" = "$(printf '\n\n')" ] || wrong "the file: $(cat "$TMPDIR/file")"

# head leaves after a line: nothing is said, no map comes half, and the run is over though the child is not
ran='probe | head -n 1'
{ "$PROBE" -q -e 'interval:ms:5 { printf("line\n"); @m[1] = 1; }' 2>"$err"; echo $? >"$TMPDIR/status"; } | head -n 1 >"$out"
out_is line; no_err
[ "$(cat "$TMPDIR/status")" -eq 0 ] || wrong "exit status $(cat "$TMPDIR/status")"
ran='probe | true, with nothing to print'
{ "$PROBE" -q -e 'interval:s:100 { printf("line\n"); }' 2>"$err"; echo $? >"$TMPDIR/status"; } | sleep 0.3
[ "$(cat "$TMPDIR/status")" -eq 0 ] || wrong 'goes on without a reader'
end
