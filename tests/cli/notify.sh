# Who waits for the probes to be attached is told: a line on stdout, or systemd's datagrams.
# spec: R-019
# needs: bpf cmd:perl
. ./cli.inc
ran='__BPFTRACE_NOTIFY_PROBES_ATTACHED'
__BPFTRACE_NOTIFY_PROBES_ATTACHED=1 "$PROBE" -q -e 'BEGIN { printf("first\n"); exit(); }' >"$out" 2>"$err"; got=$?
status 0; no_err
[ "$(cat "$out")" = "$(printf 'first\n__BPFTRACE_NOTIFY_PROBES_ATTACHED')" ] || wrong 'the line is missing, or not after what begin printed'
__BPFTRACE_NOTIFY_PROBES_ATTACHED=1 "$PROBE" -q -o "$TMPDIR/file" -e 'BEGIN { printf("first\n"); exit(); }' >"$out" 2>"$err"
out_is '__BPFTRACE_NOTIFY_PROBES_ATTACHED'

listen='use Socket; socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die "$!";
	local $ENV{NOTIFY_SOCKET} = $ARGV[1]; system(@ARGV[2 .. $#ARGV]); $SIG{ALRM} = sub { exit }; alarm 1;
	for (1, 2) { recv(S, $m, 100, 0); print "$m\n"; }'
ran='NOTIFY_SOCKET, a path'
perl -e "$listen" "$TMPDIR/socket" "$TMPDIR/socket" "$PROBE" -q -o "$TMPDIR/file" -e 'BEGIN { exit(); }' >"$out" 2>"$err"
out_is "$(printf 'READY=1\nSTOPPING=1')"
ran='NOTIFY_SOCKET, abstract'
perl -e "\$ARGV[0] = \"\\0probe-test-$$\"; $listen" x "@probe-test-$$" "$PROBE" -q -o "$TMPDIR/file" -e 'BEGIN { exit(); }' >"$out" 2>"$err"
out_is "$(printf 'READY=1\nSTOPPING=1')"
end
