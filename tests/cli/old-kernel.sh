# A kernel older than what is supported is warned of, and tried.
# spec: C-028
# needs: bpf host cmd:setarch
. ./cli.inc

tool=$PROBE
old() {
	ran="setarch --uname-2.6 probe $*"
	setarch --uname-2.6 "$tool" -q "$@" -e 'BEGIN { printf("on\n"); exit(); }' >"$out" 2>"$err" </dev/null
	got=$?
}
old; status 0; out_is on; err 'WARNING: this kernel is older than Linux 5.15'
old --no-warnings; status 0; out_is on; no_err
end
