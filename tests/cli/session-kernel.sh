# kprobe and kretprobe of the same functions are one program and one link where the kernel has sessions that lose nothing (6.14), and the same without.
# spec: P-034 P-033 P-036 P-025
# needs: kprobe kprobe_session
# timeout: 60
. ./cli.inc
sessions() {
	$PROBE -d image -e "$1" -c true --no-feature "${2:-uprobe_session}" | grep -c ' of a session$' | awk '{ print $1 / 2 }'
}
has=1
! grep -q ' fprobe_exit_handler$' /proc/kallsyms || has=0
both() {
	expected=$(($2 * has))
	[ "$(sessions "$1")" = $expected ] || wrong "$1: $(sessions "$1") sessions, expected $expected"
	[ "$(sessions "$1" kprobe_session)" = 0 ] || wrong "$1: a session without the feature"
	probe -q -e "$1" -c 'syscalls 3' --no-feature kprobe_session; status 0; no_err
	sort "$out" >"$TMPDIR/apart"
	probe -q -e "$1" -c 'syscalls 3'; status 0; no_err
	sort "$out" >"$TMPDIR/joined"
	cmp -s "$TMPDIR/apart" "$TMPDIR/joined" || wrong 'not the same without sessions'
}
both 'kprobe:vfs_fsync_range /pid == cpid/ { @start[tid] = arg1; @e[probe, func] = count(); } kretprobe:vfs_fsync_range /@start[tid] == 0/ { @r[probe, func, retval] = count(); } END { clear(@start); }' 1
out '^@e\[kprobe:vfs_fsync_range, vfs_fsync_range\]: 3$'; out '^@r\[kretprobe:vfs_fsync_range, vfs_fsync_range, -22\]: 3$'
both 'kprobe:vfs_fsync_r*, kprobe:vfs_read /pid == cpid/ { @[probe] = count(); } kretprobe:vfs_fsync_r*, kretprobe:vfs_read /pid == cpid/ { @[probe] = count(); }' 1
out '^@\[kprobe:vfs_fsync_range\]: 3$'; out '^@\[kretprobe:vfs_fsync_range\]: 3$'; out '^@\[kretprobe:vfs_read\]: '
# links for many functions do not stand where a kprobe does,
both 'kprobe:vfs_fsync_range /pid == cpid/ { @[kstack(1)] = count(); } kretprobe:vfs_fsync_range /pid == cpid/ { @r = count(); }' 0
# nor all registers; several probes of a function keep their order; a module or an offset is attached by itself
both 'kprobe:vfs_fsync_range /pid == cpid/ { @[reg("bx") > 0] = count(); } kretprobe:vfs_fsync_range /pid == cpid/ { @r = count(); }' 0
both 'kprobe:vfs_fsync_range /pid == cpid/ { printf("1\n"); } kprobe:vfs_fsync_range /pid == cpid/ { printf("2\n"); } kretprobe:vfs_fsync_range /pid == cpid/ { printf("3\n"); }' 0
both 'kprobe:vfs_fsync_range+9 /pid == cpid/ { @e = count(); } kretprobe:vfs_fsync_range /pid == cpid/ { @r = count(); }' 0
both 'kprobe:vfs_fsync_range { @e[pid == cpid] = 1; } kretprobe:vfs_read { @r[pid == cpid] = 1; }' 0
probe -v -e 'kprobe:vfs_read { } kretprobe:vfs_read { }' --dry-run; status 0; err '^Attaching kprobe:vfs_read$'; err '^Attaching kretprobe:vfs_read$'
[ "$(grep -c '^Program ID' "$err")" = $((2 - has)) ] || wrong 'not one program'
# many are in the function at the same time: each has been seen to enter it
probe -q -e 'kprobe:do_nanosleep /comm == "sleep"/ { @e = count(); } kretprobe:do_nanosleep { @r = 1; }' -c "sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do sleep 1 & done; wait'"
status 0; out '^@e: 16$'
# -p is heeded by both
sleep 100 & victim=$!
probe -q -p $victim -e 'kprobe:vfs_read { @ = count(); } kretprobe:vfs_read { @ = count(); } interval:ms:100 { exit(); }'; status 0; not_out '^@'
kill $victim
end
