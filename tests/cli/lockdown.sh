#!/bin/sh
# A kernel that is locked down: why nothing can be traced.
# spec: C-028
# needs: root bpf cmd:unshare host
. ./cli.inc
printf '%s\n' '#!/bin/sh' 'mount -t tmpfs none /sys/kernel/security && echo "$1" >/sys/kernel/security/lockdown || exit 77' 'shift; exec "$@"' >"$TMPDIR/with"
chmod 755 "$TMPDIR/with"
[ -d /sys/kernel/security ] || exit 77
tool=$PROBE
locked() {
	ran="probe, where lockdown says $1"
	unshare -m "$TMPDIR/with" "$1" "$tool" -q -e 'BEGIN { printf("on\n"); exit(); }' >"$out" 2>"$err" </dev/null
	got=$?
}
locked 'none integrity [confidentiality]'; refused 'ERROR: Kernel lockdown is in confidentiality mode'
locked 'none [integrity] confidentiality'; status 0; no_err; out '^on$'
locked '[none] integrity confidentiality'; status 0; no_err; out '^on$'
end
