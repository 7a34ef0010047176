# SIGINT, SIGTERM and SIGHUP end the trace as exit() does: END runs, maps are printed,
# status 0.
# needs: bpf
# spec: R-003 C-029 D-037
. ./cli.inc

# timeout(1) sends its signal twice, to the process and to its group: that is one
for sig in INT TERM HUP 'INT twice' 'TERM twice' 'INT twice' 'TERM twice'; do
	ran="SIG$sig"
	: >"$out"
	"$PROBE" -q -e 'BEGIN { @a = 42; printf("ready\n"); } interval:s:30 { } END { printf("end\n"); }' \
		>"$out" 2>"$err" </dev/null &
	pid=$!
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		grep -q ready "$out" && break
		sleep 0.2
	done
	case $sig in
	*twice) kill -${sig% *} $pid $pid ;;
	*) kill -$sig $pid ;;
	esac
	wait $pid
	got=$?
	status 0; no_err; out '^end$'; out '^@a: 42$'
done
# the terminal is closed: what was asked for goes to the file all the same
ran='the terminal is closed'
pty "$PROBE" -q -o "$out" -e 'BEGIN { @a = 42; @p = pid; printf("ready %d\n", pid); } interval:s:30 { } END { printf("end\n"); }' >"$TMPDIR/screen" 2>&1 </dev/null &
terminal=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
	grep -q ready "$out" && break
	sleep 0.2
done
kill -KILL $terminal
wait $terminal 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
	grep -q '^@p' "$out" && break
	sleep 0.2
done
out '^end$'; out '^@a: 42$'
end
