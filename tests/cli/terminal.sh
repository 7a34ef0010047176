# On a terminal what was traced cannot act on it; the script's own text can, and messages are coloured.
# spec: E-005 V-031 R-026
# needs: bpf
. ./cli.inc
name=$(printf 'a\033[31mb\237\302\233c')
cp "$(command -v getppids)" "$TMPDIR/$name"
script='tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { printf("\033[1m%s\033[0m %c\n", comm, 7); print((1, comm)); @[comm] = count(); }'

terminal() { # run probe on a terminal of its own: $out has all it said
	ran="pty probe $*"
	pty "$PROBE" "$@" >"$out" 2>"$err"
	got=$?
}
has() { grep -qF -e "$1" "$out" || wrong "the output has no: $1"; }
lacks() { ! grep -qF -e "$1" "$out" || wrong "the output has: $1"; }

esc=$(printf '\033')
shown='a\x1b[31mb\x9f\xc2\x9bc'
terminal -q -e "$script" -c "'$TMPDIR/$name' 1"; status 0
has "$esc[1m$shown$esc[0m \\x07"
has "(1, $shown)"
has "@[$shown]: 1"
probe -q -e "$script" -c "'$TMPDIR/$name' 1"; status 0
has "@[$name]: 1"
lacks '\x1b'
terminal -q -f json -e "$script" -c "'$TMPDIR/$name' 1"; status 0
lacks "$esc"
has 'a\u001b[31mb\u009f\u009bc'

bad='BEGIN { foo(); }'
terminal -e "$bad"; status 1; has "${esc}[31mstdin:1:9-12: ERROR: "
NO_COLOR=1 terminal -e "$bad"; lacks "$esc"
BPFTRACE_COLOR=never terminal -e "$bad"; lacks "$esc"
BPFTRACE_COLOR=maybe terminal -e "$bad"; has "BPFTRACE_COLOR is 'maybe'"
terminal -q -e 'BEGIN { warnf("look"); exit(); }'; has "${esc}[33mstdin:1:9-22: WARNING: look${esc}[0m"
probe -e "$bad"; ! grep -q "$esc" "$err" || wrong 'colour in a file'
ran='probe with BPFTRACE_COLOR=always'; BPFTRACE_COLOR=always "$PROBE" -e "$bad" 2>"$err"; grep -qF "${esc}[31m" "$err" || wrong 'no colour'
end
