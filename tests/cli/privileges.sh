# Once attached, only what reading takes is left of the capabilities, and commands gain none; a setting keeps them.
# spec: C-027 F-012
# needs: bpf tracefs
. ./cli.inc
start() { # script, options
	: >"$out"
	"$PROBE" -q --unsafe -e "$1" >"$out" 2>"$err" </dev/null &
	pid=$!
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
		grep -q ready "$out" && break
		sleep 0.2
	done
	ran="$1"
}
field() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status"
}
stop() {
	kill -INT "$pid"
	wait "$pid"
	got=$?
	status 0; no_err
}
# of the shell that runs this: does it have CAP_SYS_ADMIN (21)?  Then there is something to give up.
[ $((0x$(field CapEff $$) >> 21 & 1)) = 1 ] || exit 77
start 'tracepoint:syscalls:sys_enter_getppid { @ = 1; } interval:ms:50 { if (!@done) { @done = 1; system("grep ^CapEff /proc/self/status; echo ready"); } }'
caps=$(field CapEff $pid)
[ $((0x$caps & ~(1 << 39 | 1 << 38 | 1 << 19 | 1 << 2 | 1 << 34 | 1 << 5))) = 0 ] || wrong "left: $caps"
[ $((0x$caps >> 39 & 1)) = 1 ] || wrong 'CAP_BPF is gone'
[ "$(field NoNewPrivs $pid)" = 1 ] || wrong 'no_new_privs is not set'
given=$(sed -n 's/^CapEff:[[:space:]]*//p' "$out")
[ $((0x${given:-ffffffffffffffff} & ~0x$caps)) = 0 ] || wrong "a command has $given"
stop
start 'config = { keep_capabilities = true } interval:ms:50 { if (!@done) { @done = 1; system("echo ready"); } }'
[ "$(field CapEff $pid)" = "$(field CapEff $$)" ] || wrong "kept: $(field CapEff $pid)"
[ "$(field NoNewPrivs $pid)" = "$(field NoNewPrivs $$)" ] || wrong 'no_new_privs is set'
stop
# -c: what we were started with
probe -q -e 'tracepoint:syscalls:sys_enter_getppid { @ = 1; }' -c 'grep ^CapEff /proc/self/status'
out "$(field CapEff $$)"
end
