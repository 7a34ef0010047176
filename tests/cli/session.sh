# What a function does on entry and on return is one program where the kernel has sessions of uprobes (6.13), and the same without.
# spec: P-034 P-055 P-007 C-016
# needs: uprobe
. ./cli.inc
sessions() { # how many pairs there are
	$PROBE -d image -e "$1" --no-feature "${2:-kprobe_session}" | grep -c ' of a session$' | awk '{ print $1 / 2 }'
}
has=0
! $PROBE --info | grep -q 'uprobe_session: yes' || has=1

# the same script with and without; the second word is the number of sessions, the third what runs
both() {
	expected=$(($2 * has))
	[ "$(sessions "$1")" = $expected ] || wrong "$1: $(sessions "$1") sessions, expected $expected"
	[ "$(sessions "$1" uprobe_session)" = 0 ] || wrong "$1: a session without the feature"
	probe -q -e "$1" -c "$3" --no-feature uprobe_session; status 0; no_err
	sort "$out" >"$TMPDIR/apart"
	probe -q -e "$1" -c "$3"; status 0; no_err
	sort "$out" >"$TMPDIR/joined"
	cmp -s "$TMPDIR/apart" "$TMPDIR/joined" || wrong 'not the same without sessions'
}

both 'uprobe:calls:add { @start[tid] = arg0; @e[probe, func] = count(); } uretprobe:calls:add { @r[probe, func, retval - @start[tid]] = count(); delete(@start[tid]); }' 1 'calls add 10'
out '^@e\[uprobe:.*/calls:add, add\]: 10$'; out '^@r\[uretprobe:.*/calls:add, add, 18\]: 1$'
# either order, predicates, variables, several places with their names; -p filters, strings are read where they are not resident
both 'uretprobe:calls:negate /retval == -3/ { $x = retval; printf("left %d\n", $x); } uprobe:calls:negate /arg0 == 3/ { $x = arg0; printf("entered %d\n", $x); }' 1 'calls negate 10'
out_is 'entered 3
left -3'
both 'uprobe:calls:nested, uprobe:calls:inner, uprobe:calls:leaf { @[probe] = count(); } uretprobe:calls:nested, uretprobe:calls:inner, uretprobe:calls:leaf { @[probe] = count(); @f[func] = count(); }' 1 'calls nested 5'
for f in nested inner leaf; do
	out "^@\[uprobe:.*/calls:$f\]: 5\$"; out "^@\[uretprobe:.*/calls:$f\]: 5\$"; out "^@f\[$f\]: 5\$"
done
both 'uprobe:calls:add* { @[probe] = count(); } uretprobe:calls:add* { @[probe] = count(); }' 1 'calls add 5'
both 'uprobe:calls:greet { printf("%s\n", str(arg0)); } uretprobe:calls:greet { printf("%s\n", str(retval)); }' 1 'calls greet 2'
both 'uprobe:calls:add { @a[uaddr("count")] = count(); } uretprobe:calls:add { @b[uaddr("count")] = count(); } END { print((int64)len(@a)); clear(@a); clear(@b); }' 1 'calls add 2'

# more than two probes of a function run as they are written: no session; nor where they are not at the same places
both 'uprobe:calls:add { printf("1\n"); } uprobe:calls:add { printf("2\n"); } uretprobe:calls:add { printf("3\n"); }' 0 'calls add'
out_is '1
2
3'
both 'uprobe:calls:add, uprobe:calls:negate { @ = count(); } uretprobe:calls:add { @ = count(); }' 0 'calls add 5'; out '^@: 10$'

# the points of both count, and are named; what is built for other kernels does not ask for it
probe -v -e 'uprobe:calls:add { } uretprobe:calls:add { }' -c 'calls add'; status 0
err '^Attaching uprobe:.*/calls:add$'; err '^Attaching uretprobe:.*/calls:add$'; err '^Attached 2 probes$'
$PROBE build -e 'uprobe:calls:add { @e = count(); } uretprobe:calls:add { @r = count(); }' -o "$TMPDIR/built.o" || wrong 'cannot build'
probe -q "$TMPDIR/built.o" -c 'calls add 4'; status 0; out '^@e: 4$'; out '^@r: 4$'

# refused by the kernel, it is two programs
probe -d refused -e 'uprobe:calls:add { @e = count(); } uretprobe:calls:add { @r = count(); }' -c 'calls add 4'; status 0; out '^@e: 4$'; out '^@r: 4$'
[ $has = 0 ] || err 'NOTE: .*with a program for the entry of a function and one for its return'
end
