# Where little is there or allowed: what can be done is done, what cannot has one message that says what is missing.
# spec: R-020 C-027
# needs: root tracefs host cmd:unshare cmd:chroot
. ./cli.inc
not_sanitized 'sanitizers need /proc and address space themselves'
count='tracepoint:syscalls:sys_enter_getppid /pid == cpid/ { @ = count(); }'
one_error() {
	err "$1"
	[ "$(grep -c ERROR "$err")" -eq 1 ] || wrong 'not one message'
	sane
}
# in a mount namespace of its own, where COMMAND was run before
without() { # COMMAND, words of probe
	ran="after $1: probe $*"
	before=$1
	shift
	unshare -m sh -c "$before"' || exit 99; exec "$@"' sh "$PROBE" "$@" >"$out" 2>"$err" </dev/null
	got=$?
}
under() { # LIMIT, words of probe
	ran="ulimit $1; probe $*"
	limit=$1
	shift
	# shellcheck disable=SC2086
	(ulimit $limit; exec "$PROBE" "$@") >"$out" 2>"$err" </dev/null
	got=$?
}

# tracefs is mounted privately where it is not; nothing of the kernel's types without BTF; no counting without /sys
without 'umount -l /sys/kernel/tracing; umount -l /sys/kernel/debug 2>/dev/null; :' -q -e "$count" -c 'getppids 3'; status 0; no_err; out '^@: 3$'
mkdir "$TMPDIR/empty"
nobtf="mount --bind '$TMPDIR/empty' /sys/kernel/btf"
without "$nobtf" -q -e "$count" -c 'getppids 3'; status 0; no_err; out '^@: 3$'
without "$nobtf" -q -e 'BEGIN { print(curtask.pid); }'; status 1; one_error "ERROR: Can not access field 'pid'"; err '^HINT: .*/sys/kernel/btf/vmlinux'
without 'umount -l /sys' -q -e "$count" -c 'getppids 3'; one_error '^ERROR: cannot tell how many CPUs there may be \(/sys must be mounted\)'; status 1
without 'umount -l /proc' -q --no-cache -e "$count"; status 1; one_error '^ERROR: cannot run the compiler: /proc is not mounted$'

# in a container of nothing but the tool
root=$TMPDIR/root
mkdir -p "$root/proc" "$root/sys"
cat >"$TMPDIR/hi.bt" <<'END2'
BEGIN { printf("hi\n"); @[comm] = count(); } END { printf("end\n"); }
END2
probe build "$TMPDIR/hi.bt" -o "$root/tool"; status 0
ran='the tool where nothing else is'
chroot "$root" /tool >"$out" 2>"$err" </dev/null; got=$?
status 1; one_error '^ERROR: cannot tell how many CPUs'
ran='the tool where /sys is'
unshare -m sh -c 'mount -t sysfs sysfs "$1/sys" && exec chroot "$1" /tool -q' sh "$root" >"$out" 2>"$err" </dev/null; got=$?
status 0; no_err; out '^hi$'; out '^end$'; out '^@\[tool\]: 1$'

# under limits, one program has room for hundreds of attach points; what has not says what to raise
under '-n 64' -q -e 'tracepoint:syscalls:sys_enter_* { @[probe] = count(); }' -c 'getppids 3'; status 0; no_err; out 'sys_enter_getppid\]: '
for limit in '-S -n 5' '-S -s 64' '-l 0'; do
	under "$limit" -q --no-cache -e "$count" -c 'getppids 3'; status 0; no_err; out '^@: 3$'
done
if command -v setpriv >/dev/null; then # who may not raise them
	ran='setpriv, ulimit -n 5'
	(ulimit -n 5; exec setpriv --bounding-set -sys_resource "$PROBE" -q -e "$count") >"$out" 2>"$err" </dev/null; got=$?
	status 1; one_error '^ERROR: at least 32 open files are needed: ulimit -n$'
	ran='setpriv, ulimit -s 64'
	(ulimit -s 64; exec setpriv --bounding-set -sys_resource "$PROBE" -q -e "$count") >"$out" 2>"$err" </dev/null; got=$?
	status 1; one_error '^ERROR: at least 4096 KiB of stack are needed: ulimit -s$'
fi
under '-d 1000' -q --no-cache -e "$count"; status 1; one_error '^ERROR: the compiler needs [0-9]+ MiB of data, and the limit is 0: ulimit -d$'
ran='ulimit -f 0; probe -o FILE'
{ (ulimit -f 0; exec "$PROBE" -q --no-cache -o "$TMPDIR/full" -e 'BEGIN { print(1); exit(); }') 2>&1; echo "status $?"; } </dev/null | cat >"$err"
err '^status 1$'; one_error '^ERROR: cannot write output: File too large$'
under '-v 20000' -q --no-cache -e "$count"; status 1; one_error '^ERROR: the compiler needs [0-9]+ MiB of address space, and the limit is 19: ulimit -v$'
end
