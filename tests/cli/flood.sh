# Floods: what was fired is what was printed and what the ledger says was lost, exactly, every time, with small buffers and with
# large ones; "Lost N events" adds up to the same.
# spec: R-015 O-071 O-072 J-012
# needs: tracefs host cmd:taskset
# timeout: 60
. ./cli.inc
n=20000
flood() { # pages, thread count
	probe -q -e "config = { perf_rb_pages = $1 } tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @ = count(); printf(\"fired %d\n\", pid); }" \
		-c "getppids $n $2"
	status 0
	fired=$((n * $2))
	out "^@: $fired\$"
	printed=$(grep -c '^fired' "$out")
	lost=$(sed -n 's/^WARNING: Total lost event count: //p' "$err")
	[ $((printed + ${lost:-0})) -eq $fired ] || wrong "$printed printed and ${lost:-0} lost of $fired"
	where=$(sed -n 's/^stdin:1:[0-9-]*: WARNING: printf(.fired %d\\n., pid): \([0-9]*\) events lost.*/\1/p' "$err")
	[ "${where:-0}" -eq "${lost:-0}" ] || wrong "the place says ${where:-0}, the total ${lost:-0}"
	all=0
	for part in $(sed -n 's/^Lost \([0-9]*\) events$/\1/p' "$err"); do
		all=$((all + part))
	done
	[ $all -le "${lost:-0}" ] || wrong "said to be lost meanwhile: $all of ${lost:-0}"
}
small=0
for run in 1 2 3 4 5 6 7 8 9 10; do
	flood 1 2
	small=$((small + ${lost:-0}))
	flood 4096 2
	[ -z "$lost" ] || wrong "$lost lost, though there was room for all"
done
[ $small -gt 0 ] || wrong 'nothing was lost of a ring of one page: this is no flood'
# several clauses, of large events and of small ones, most from one CPU; each place has its own line
few=5000
for pages in 1 4096; do
	probe -q -e "config = { perf_rb_pages = $pages }
		tracepoint:syscalls:sys_enter_getppid /comm == \"getppids\" && curtask->real_parent->tgid == cpid/ { printf(\"small\\n\"); }
		rawtracepoint:sys_enter /args.id == 110 && comm == \"getppids\" && curtask->real_parent->tgid == cpid/ { print((\"large\", nsecs, comm, kstack(raw, 30))); }
		tracepoint:syscalls:sys_exit_getppid /comm == \"getppids\" && curtask->real_parent->tgid == cpid/ {
			printf(\"once %s\\n\", comm);
			print((\"twice\", tid));
		}" -c "sh -c 'taskset 1 getppids $few & taskset 2 getppids 500 & wait'"
	status 0
	for place in small:small '^.large:"large"' once:once '^.twice:"twice"'; do
		printed=$(grep -c "${place%%:*}" "$out")
		lost=$(sed -n "s/^stdin:[0-9:-]*: WARNING: .*${place#*:}.*: \([0-9]*\) events lost.*/\1/p" "$err")
		[ $((printed + ${lost:-0})) -eq $((few + 500)) ] || wrong "$place: $printed printed and ${lost:-0} lost of $((few + 500))"
		[ $pages -ne 1 ] || [ "${lost:-0}" -gt 0 ] || wrong "$place: nothing lost of a ring of one page"
	done
done
# on a terminal, where the reader is woken by what comes first and not by all that follows
pty "$PROBE" -q -e 'config = { perf_rb_pages = 4096 } tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { printf("fired %d\n", pid); }' \
	-c "getppids $n 2" >"$out" || wrong 'on a terminal it failed'
[ "$(grep -c '^fired' "$out")" -eq $((n * 2)) ] || wrong 'not all were printed on a terminal'
# in JSON, always
probe -q -f json -e 'config = { perf_rb_pages = 1 } tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { printf("fired"); }' -c "getppids $n"
printed=$(grep -c '"printf"' "$out")
lost=$(sed -n 's/^{"type": "lost_events", "count": \([0-9]*\), .*/\1/p' "$out" | tail -1)
[ $((printed + lost)) -eq $n ] || wrong "$printed printed and $lost lost of $n"
[ "$lost" -eq 0 ] || out "^\{\"type\": \"loss\", \"kind\": \"event\", \"count\": $lost, \"what\": \"printf\(.*filename\": \"stdin\", \"line\": 1"
end
