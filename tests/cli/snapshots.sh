# print(@x); clear(@x) at every interval, under load: the sum of all that was printed is what was fired, for every kind of map, from 2
# to 16 threads.  In a uprobe that may sleep as well.
# spec: O-020 R-006 D-013
# needs: uprobe tracefs host
# timeout: 60
. ./cli.inc
n=20000
# the sum of the second words of the lines that begin so
sum() {
	awk -v re="^$1" '$1 ~ re { n += $2 } END { print n + 0 }' "$out"
}
adds_up() { # name, expected
	[ "$(sum "$1")" -eq "$2" ] || wrong "$1 adds up to $(sum "$1"), expected $2"
}
for threads in 2 5 16; do
	probe -q --strict -e 'tracepoint:syscalls:sys_enter_getppid /pid == cpid/ {
			@count = count(); @keyed[tid] = count(); @plain[tid % 3]++; @n++; @sum[cpu] = sum(2); @hist = hist(1); @some = stats(1);
		}
		interval:ms:50 {
			time("%H\n"); print(@count); print(@keyed); print(@plain, 100); clear(@plain); print(@n); print(@sum);
			clear(@count); clear(@keyed); clear(@n); zero(@sum);
			print(@hist); clear(@hist); print(@some); clear(@some);
		}' -c "getppids $n $threads"
	status 0; no_err
	fired=$((n * threads))
	adds_up @count: $fired
	adds_up '@keyed\\[' $fired
	adds_up '@plain\\[' $fired
	adds_up @n: $fired
	adds_up '@sum\\[' $((fired * 2))
	adds_up '\\[1\\]' $fired
	some=$(sed -n 's/^@some: { .count = \([0-9]*\).*/\1/p' "$out" | awk '{ n += $1 } END { print n }')
	[ "$some" -eq $fired ] || wrong "@some adds up to $some"
done
# the other aggregations, several keys; two intervals of which one prints what the other clears as well, and the end between them
probe -q --strict --no-warning unstable -e 'tracepoint:syscalls:sys_enter_getppid /pid == cpid/ {
		@ages = tseries(1, 100ms, 30, "sum"); @l[pid] = lhist(5, 0, 10, 1); @two[tid, cpu] = count(); @avg[tid] = avg(7); @min = min(3); @max[cpu] = max(9);
	}
	interval:ms:40 {
		print(@ages); clear(@ages); print(@l); print(@two); zero(@l); clear(@two); print(@avg); clear(@avg); print(@min); print(@max); zero(@max); clear(@min);
	}
	interval:ms:30 { print(@two, 1); print(@avg); @none[1] = 1; clear(@none); }' -c "getppids $n 5"
status 0; no_err
ages=$(awk '/^[0-9][0-9]:[0-9][0-9]:/ { n += $NF } END { print n + 0 }' "$out")
[ "$ages" -eq $((n * 5)) ] || wrong "@ages adds up to $ages, expected $((n * 5))"
adds_up '\\[5\\]' $((n * 5))
! sed -n 's/^@\(avg\|min\|max\)[^:]*: //p' "$out" | grep -vx '[0379]' || wrong 'a value that nobody gave'
for threads in 2 16; do
	probe -q --strict -e "uprobe:$WORKLOADS/calls:greet { @[str(arg0)] = count(); @n++; }
		interval:ms:50 { print(@); clear(@); print(@n); clear(@n); }" -c "$WORKLOADS/calls greet 3000 $threads"
	status 0; no_err
	adds_up '@\\[hello' $((3000 * threads))
	adds_up @n: $((3000 * threads))
done
# between the two the map may not be used: then they are what they are
probe -q -e 'BEGIN { @a = 1; print(@a); @a = 2; clear(@a); @b[1] = 1; print(@b); @c = len(@b); clear(@b); exit(); }'
out '^@a: 2$'; out '^@b\[1\]: 1$'; out '^@c: 1$'
probe -q -e 'fn show($k : int64) : int64 { print(@c[1]); return $k; }
	BEGIN { @a = count(); @c[1] = count(); @c[1] = count(); print(@a); $x = show(1); print(@c); clear(@a); clear(@c); exit(); }'
out_is "$(printf '@a: 1\n2\n@c[1]: 2')"
# what another probe asks for while the second map is yet to be printed: a count never falls before it is cleared, nor is it more then
probe -q --strict -e 'tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @a = count(); @c[1] = count(); print(@c[1]); }
	interval:ms:20 { print(@a); clear(@a); for ($i : 0..300) { printf("-\n"); } print(@c); clear(@c); }' -c 'getppids 1500 4'
status 0
adds_up @a: 6000
adds_up '@c\\[1\\]:' 6000
awk '/^[0-9]/ { if ($1 < last) bad = 1; last = $1 } /^@c/ { if ($2 < last) bad = 1; last = 0 } END { exit bad }' "$out" || wrong 'a count of @c is less than one before it'
# read by the script, from the one map and from the other: what BEGIN issued is done when END runs
probe -q -e 'BEGIN { @b[1] = 5; @b[2] = 6; for ($kv : @b) { print($kv); } print(len(@b)); print(has_key(@b, 2)); print(@b[1]); delete(@b, 1); print(@b); clear(@b); }
	END { @b[7] = 1; for ($kv : @b) { print(("second", $kv.0, $kv.1)); } print((len(@b), has_key(@b, 2), @b[7])); print(@b); clear(@b); @b[8] = 2; }'
for line in '\(1, 5\)' '2' 'true' '5' '@b\[2\]: 6' '\(second, 7, 1\)' '\(1, false, 1\)' '@b\[7\]: 1'; do
	out "^$line\$"
done
# a program that may sleep says while it writes that it does, in pairs[].busy; of others the kernel knows
for clause in "uprobe:$WORKLOADS/calls:greet { @[str(arg0)] = count(); }" 'tracepoint:syscalls:sys_enter_getppid { @[comm] = count(); }'; do
	probe --no-cache -d codegen -e "$clause interval:s:1 { print(@); clear(@); }"
	status 0; out '@pairs'
	case $clause in
	uprobe*) out '@pairs, i64 8' ;;
	*) not_out '@pairs, i64 8' ;;
	esac
done
end
