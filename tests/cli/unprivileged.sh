# Without privilege: what is missing, status 1; help and version still work.
# needs: root cmd:setpriv
# spec: C-027
. ./cli.inc

unprivileged() {
	ran="unprivileged: $*"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$bin" "$@" >"$out" 2>"$err" </dev/null
	got=$?
}
# where the other user may get at it
dir=$(mktemp -d /tmp/probe-unprivileged.XXXXXX)
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
cp "$PROBE" "$(dirname "$PROBE")/probe-compile" "$dir"
bin=$dir/probe
unprivileged -e 'BEGIN { exit(); }'; status 1; no_out; sane; err 'ERROR: .*(CAP_BPF|root)'
unprivileged --help; status 0; no_err
unprivileged --version; status 0; no_err
unprivileged -d ast -e 'BEGIN { exit(); }'; status 0; no_err
# a tool says the same
echo 'BEGIN { exit(); }' >"$dir/x.bt"
"$PROBE" build -o "$dir/tool" "$dir/x.bt"
bin=$dir/tool
unprivileged -q; status 1; no_out; sane; err 'ERROR: .*(CAP_BPF|root)'
! grep -q libbpf "$err" || wrong 'libbpf speaks, too'
unprivileged --help; status 0; no_err
end
