#!/bin/sh
# An image that was altered is refused with a message, or runs; it never crashes the runtime.
# needs: bpf
# timeout: 120
. ./cli.inc
cd "$TMPDIR" || exit 1
cat >x.bt <<'END'
BEGIN { @n = count(); @k[comm, 1] = 3; @h = hist(5); @l = lhist(5, 0, 10, 1); printf("%s %d %r\n", comm, pid, buf("abc", 3)); print((1, "x", @k[comm, 1])); exit(); }
interval:s:100 { print(@k); }
END
probe build x.bt -o x.bpf.o
status 0
size=$(wc -c <x.bpf.o)
ran_well=0
for i in $(seq 60); do
	at=$(awk -v n="$size" -v i="$i" 'BEGIN { srand(i); print int(rand() * n) }')
	cp x.bpf.o y.bpf.o
	printf "\\$(printf %o $((i * 37 % 256)))" | dd of=y.bpf.o bs=1 seek="$at" conv=notrunc 2>/dev/null
	ran="probe y.bpf.o with byte $at changed to $((i * 37 % 256))"
	timeout 20 "$PROBE" -q y.bpf.o >"$out" 2>"$err" </dev/null
	got=$?
	sane
	[ "$got" != 124 ] || wrong 'does not end'
	[ "$got" = 0 ] && ran_well=$((ran_well + 1))
	[ "$got" = 0 ] || [ -s "$err" ] || wrong 'refused without a message'
done
[ "$ran_well" -gt 0 ] && [ "$ran_well" -lt 60 ] || wrong "$ran_well of 60 altered images ran: the test changes nothing"

# what the loader is to find out in the kernel that runs: names with nothing before, behind or between
cat >x.bt <<'END'
rawtracepoint:sched_switch { $e = OOM_KILL; printf("%d %s\n", args.prev_state >= 0, $e); exit(); }
END
probe build x.bt -o x.bpf.o
status 0
probe -q x.bpf.o
out '^1 OOM_KILL$'
for to in vmlinux___traceiter_sched_switch.prev_state vmlinux:__traceiter_sched_switch_prev_state .mlinux:__traceiter_sched_switch_prev_state \
	vmlinux:__traceiter_sched_switch.prev_stat_ vmlinux:.__________________________________ :_________________________________________. \
	../../x:__traceiter_sched_switch.prev_state; do
	sed "s/vmlinux:__traceiter_sched_switch.prev_state/$(printf %s "$to" | sed 's/[/.]/\\&/g')/" x.bpf.o >y.bpf.o
	cmp -s x.bpf.o y.bpf.o && wrong "nothing became $to"
	ran="probe with the parameter $to"
	timeout 20 "$PROBE" -q y.bpf.o >"$out" 2>"$err" </dev/null
	got=$?
	sane
done

head -c 100 /dev/zero >zeroes.bpf.o
probe zeroes.bpf.o
[ "$got" != 0 ] || wrong 'zeroes ran'
sane
end
