# What the kernel refuses is tried in other ways, with a note; if none is left the script's line, the reason and a way out are said,
# the raw log with -v only, what a bug report needs with -d verifier.
# spec: R-024 R-025 C-023 S-007
# needs: bpf host uprobe cmd:perl path:/usr/bin/perl
# timeout: 60
. ./cli.inc
probe -q -e 'BEGIN { while (1) { @++; if (@ == 70000) { break; } if (@ % 2) { continue; } @even++; } print("after"); exit(); }'
status 0; out '^after$'; out '^@: 70000$'; out '^@even: 34999$'
probe -q --strict -e 'BEGIN { while (1) { @++; } exit(); }'; status 1; out '^@: 8388608$'; err ': 1 loops cut: after 8388608 rounds$'
probe -q -e 'BEGIN { $i = 0; while ($i < 5) { $i++; } print($i); exit(); }'; status 0; no_err; out '^5$'

# the place is what the image says of the instruction, to the column: kernels before 6.8 name no line, and none names a column
printf 'BEGIN {\n\t@a = 1;\n\t@b = 2; @time = nsecs;\n\texit();\n}\n' >"$TMPDIR/call.bt"
probe build "$TMPDIR/call.bt" -o "$TMPDIR/call.o"; status 0
perl -0777 -pe 's/\x85\0\0\0\x7d\0\0\0/\x85\0\0\0\xff\xff\0\0/ or die "no such call"' "$TMPDIR/call.o" >"$TMPDIR/altered.o" || wrong 'it cannot be altered'
probe -q "$TMPDIR/altered.o"; status 255
err 'call.bt:3:18: ERROR: Error loading BPF program for begin'; err '^    @b = 2; @time = nsecs;$'; err '^ {20}~~~~~$'
err '^HINT: the kernel refuses it: helper 65535 not available for your kernel version \('

# the other forms, each with a note: one that this kernel really refuses, for walking so long strings is too much for it; then as if
probe -q -e 'config = { max_strlen = 4096 } BEGIN { if (strcontains(str(kaddr("_stext")), str(kaddr("_etext")))) { @++; } @n = 7; exit(); }'
status 0; out '^@n: 7$'; err '^NOTE: the kernel refuses the program as it is; trying it with strings of 255 bytes at most$'
! grep -q ERROR "$err" || wrong 'what could be mended is no error'
probe -q -d refused -e 'BEGIN { unroll (3) { @++; if (@ == 2) { $two = @; } } print($two); exit(); }'
status 0; out '^@: 3$'; out '^2$'; err '^NOTE: .* trying it with unroll \(N\) as a loop$'
script="uprobe:cold:text /arg0/ { unroll (2) { @++; } @s[str(arg0)] = count(); }"
probe -q -e "$script" -c 'cold pageout text 3'; status 0; no_err; out '^@s\[/tmp/cold-mapping\]: 3$'
probe -q -d refused,refused -e "$script" -c 'cold pageout text 3'
status 0; out '^@s\[<fault>\]: 3$'; out '^@: 6$'
err '^NOTE: .* with unroll'; err '^NOTE: .* with uprobes that may not sleep: memory that is not resident is <fault>$'
err 'WARNING: str\(arg0\): 3 reads of memory that is not there: <fault> instead$'
[ "$(grep -c NOTE "$err")" -eq 2 ] || wrong 'not a note for each'

# N copies of what is large take more than there is: a loop, and nothing to say; a jump out of the loop around it leaves that
probe -q -e 'BEGIN { $x = 1; unroll (100) { if (nsecs > 5) { $x += 1; } else { $x *= 2; } } print($x); exit(); }'; status 0; no_err; out '^101$'
probe -q -e 'BEGIN { unroll (100) { unroll (20) { @++; @k[@ % 7, nsecs > 1, elapsed > 1] = count(); } } exit(); }'; status 0; no_err; out '^@: 2000$'
probe -q -d refused -e 'BEGIN { $i = 0; while ($i < 10) { $i++; unroll (5) { @++; if ($i == 3) { break; } } } print($i); exit(); }'; out '^3$'; out '^@: 11$'
probe -q -d refused -e 'BEGIN { $i = 0; unroll (50) { $i++; if ($i == 7) { print($i); return; } } print("no"); }'; out '^7$'; not_out no

# what LLVM cannot make says so where it is
{ printf 'BEGIN {\n\tprint('; for i in $(seq 100); do printf '(rand - '; done; printf 1; for i in $(seq 100); do printf ')'; done
	printf ');\n}\n'; } >"$TMPDIR/stack.bt"
probe -q "$TMPDIR/stack.bt"
refused 'stack.bt:[0-9]+:[0-9]+-[0-9]+: ERROR: this takes more than the 512 bytes of stack'; err '^ *~+$'; err '^HINT: a way out: '

cat >"$TMPDIR/deep.bt" <<'END'
BEGIN {
	for ($a : 0..2) { for ($b : 0..2) { for ($c : 0..2) { for ($d : 0..2) {
		for ($e : 0..2) { for ($f : 0..2) { for ($g : 0..2) {
			for ($h : 0..2) { for ($i : 0..2) { @ = nsecs; } } } } }
	} } } }
	exit();
}
END
probe -q "$TMPDIR/deep.bt"; status 255
err 'deep.bt:[1-9][0-9]*(:[0-9]+)?: ERROR: Error loading BPF program for begin. Error code: -[0-9]+ \([A-Z].*\). Use -v for full kernel error log.$'
err '^ *~+$'
err '^HINT: the kernel refuses it: (loops are nested too deep|it takes more than the 512 bytes of stack)'
err '^HINT: a way out: '
! grep -q '^[0-9]*: (' "$err" || wrong 'the log without -v'
probe -q -v "$TMPDIR/deep.bt"; status 255; err '^[0-9]+: \([0-9a-f]{2}\)'
probe -q -d verifier "$TMPDIR/deep.bt"; status 255
err '^== for a bug report'; err '^probe: '; err '^kernel: Linux '; err '^program: clause0'; err '^features: '; err '^[0-9]+: \([0-9a-f]{2}\)'
end
