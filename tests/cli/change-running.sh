# kprobe and fentry come to a function and leave it while a process is in it all the time, and the kernel stands.
# needs: guest kprobe fentry
# timeout: 60
# spec: P-030 P-040
. ./cli.inc

dd if=/dev/zero of=/dev/null bs=1 2>/dev/null &
reader=$!
visits() {
	for i in 1 2 3; do
		"$PROBE" -q -e "$1 { @ = count(); exit(); }" >>"$out" 2>>"$err" || echo "$1: status $?" >>"$err"
	done
}
: >"$out"
: >"$err"
ran='kprobe and fentry of vfs_read, three times each'
visits kprobe:vfs_read &
visits fentry:vfs_read
wait $!
kill $reader || wrong "the reader is gone"
no_err
[ "$(grep -Ec '^@: [0-9]+$' "$out")" -eq 6 ] || wrong "not 6 counts"
! dmesg | grep -E 'Oops|BUG:|WARNING:' >>"$out" || wrong "the kernel complains"
end
