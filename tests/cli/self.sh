# SIGUSR1 runs self:signal:SIGUSR1 in the tracer, and ends nothing; without such a probe it does nothing.
# needs: bpf
# spec: P-071 R-018 R-027
. ./cli.inc

start() {
	: >"$out"
	"$PROBE" -q -e "$1" >"$out" 2>"$err" </dev/null &
	pid=$!
	wait_for ready
}
wait_for() {
	i=0
	while [ $i -lt 300 ] && ! grep -q "$1" "$out"; do sleep 0.1; i=$((i + 1)); done
	grep -q "$1" "$out" || wrong "no $1"
}

ran='self:signal:SIGUSR1'
start 'BEGIN { printf("ready\n"); } self:signal:SIGUSR1 { @n++; printf("got %d %s %d\n", @n, comm, pid); }'
kill -USR1 $pid
wait_for "got 1 probe $pid"
kill -USR1 $pid
wait_for "got 2 probe $pid"
kill -INT $pid
wait $pid; got=$?
status 0; no_err; out '^@n: 2$'

ran='no probe for SIGUSR1'
start 'BEGIN { printf("ready\n"); @a = 1; } interval:ms:50 { printf("on\n"); }'
kill -USR1 $pid
wait_for '^on$'
kill -INT $pid
wait $pid; got=$?
status 0; no_err; out '^@a: 1$'
end
