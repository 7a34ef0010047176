#!/bin/sh
# A script compiled before is not compiled again; a change of anything that
# it was made of is seen; what is said is the same.
# needs: bpf
. ./cli.inc
XDG_CACHE_HOME=$TMPDIR/cache
export XDG_CACHE_HOME
mkdir -m 700 "$XDG_CACHE_HOME"
images() {
	find "$XDG_CACHE_HOME" -name '*.image' | wc -l
}
kept() {
	[ "$(images)" -eq "$1" ] || wrong "$(images) images are kept, expected $1"
}
cat >"$TMPDIR/a.bt" <<'END'
#include "a.h"
BEGIN { printf("%d %d\n", A, $1); }
END
echo '#define A 1' >"$TMPDIR/a.h"

probe -q "$TMPDIR/a.bt" 5
out '^1 5$'
kept 1
probe -q "$TMPDIR/a.bt" 5
out '^1 5$'
kept 1
probe -q "$TMPDIR/a.bt" 6
out '^1 6$'
kept 2
echo '#define A 23' >"$TMPDIR/a.h"
probe -q "$TMPDIR/a.bt" 5
out '^23 5$'
probe -q --no-cache -e 'BEGIN { print(1); }'
kept 2
probe -q -e 'BEGIN { foo(); }'
kept 2

# what programs are attached to is known from the image: the kernel's BTF is not read again
echo 'tracepoint:syscalls:sys_enter_openat { @[comm] = count(); } rawtracepoint:sched_switch { @n = count(); } BEGIN { exit(); }' >"$TMPDIR/b.bt"
for reads in 1 0; do
	probe -q -e 'tracepoint:syscalls:sys_enter_openat /pid == cpid/ { @[str(args.filename)] = count(); }' -c "$PROBE -q $TMPDIR/b.bt"
	[ "$(grep -c /sys/kernel/btf/vmlinux "$out")" = $reads ] || wrong "the kernel's BTF should have been read $reads times"
done
find "$XDG_CACHE_HOME" -name '*.image' -newer "$TMPDIR/b.bt" -delete

# an image that was damaged is made again
for image in "$XDG_CACHE_HOME"/probe/*.image; do
	dd if=/dev/zero of="$image" bs=1 seek=200 count=9 conv=notrunc 2>/dev/null
done
probe -q "$TMPDIR/a.bt" 5
status 0
out '^23 5$'

probe cache clear
status 0
out '2 files removed'
kept 0

# a directory that others can write to is not used
chmod 777 "$XDG_CACHE_HOME/probe"
probe -q "$TMPDIR/a.bt" 5
out '^23 5$'
kept 0
end
