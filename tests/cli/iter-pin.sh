# An iterator pinned in a bpf file system is read by whoever reads the file.
# needs: bpf btf
# spec: P-073
. ./cli.inc

dir=/sys/fs/bpf
[ "$(stat -f -c %T $dir 2>/dev/null)" = bpf_fs ] || { dir=$TMPDIR/bpf; mkdir -p $dir; mount -t bpf bpf $dir 2>/dev/null || { echo 'no bpf file system'; exit 77; }; }
pin=$dir/probe_test_$$
probe -q -e "iter:task:$pin { printf(\"%-16s|%d%%|%x\\n\", ctx->task->comm, ctx->task->pid, 255); }"; status 0; no_out; no_err
cat $pin >"$out"
out '\|[0-9]+%\|ff$'
[ "$(wc -l <"$out")" -gt 3 ] || wrong 'few tasks'
rm -f $pin
probe -e "iter:task:$pin { }"; status 0; out "^Program pinned to $pin\$"
rm -f $pin
probe -e "iter:task:$TMPDIR/x { }"; status 255; err 'ERROR: .*the pin must be in a bpf file system'
probe -e "iter:task:$pin { printf(\"%s\\n\", kstack); }"; status 1; err 'ERROR: a pinned iter prints'
[ $dir = /sys/fs/bpf ] || umount $dir
end
