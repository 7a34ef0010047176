# What the kernel refuses is tried in other ways, with a note; if none is left the script's line, the reason and a way out are said,
# the raw log with -v only, what a bug report needs with -d verifier.
# spec: R-025 C-023 S-007
# needs: bpf host
# timeout: 60
. ./cli.inc
probe -q -e 'BEGIN { while (1) { @++; if (@ == 70000) { break; } if (@ % 2) { continue; } @even++; } print("after"); exit(); }'
status 0; out '^after$'; out '^@: 70000$'; out '^@even: 34999$'
probe -q --strict -e 'BEGIN { while (1) { @++; } exit(); }'; status 1; out '^@: 8388608$'; err ': 1 loops cut: after 8388608 rounds$'
probe -q -e 'BEGIN { $i = 0; while ($i < 5) { $i++; } print($i); exit(); }'; status 0; no_err; out '^5$'

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
