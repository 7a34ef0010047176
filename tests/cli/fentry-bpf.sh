#!/bin/sh
# Functions of BPF programs that run are traced as those of the kernel are: by name, id, pattern.
# spec: P-041 C-035
# needs: fentry kprobe btf
# serial
. ./cli.inc

"$PROBE" -v -e 'kprobe:vfs_read /comm == "syscalls"/ { @inner = count(); } kprobe:vfs_fsync_range { }' >"$TMPDIR/inner" 2>&1 &
inner=$!
i=0
while [ $i -lt 300 ] && ! grep -q Attached "$TMPDIR/inner"; do sleep 0.05; i=$((i + 1)); done
id=$(sed -n 's/^Program ID: //p' "$TMPDIR/inner" | head -n 1)
name=clause0
probe -l 'fentry:bpf:*'; status 0; no_err; out "^fentry:bpf:$id:$name\$"; out '^fentry:bpf:[0-9]+:clause1$'
probe -l "fexit:bpf:$id:*"; status 0; no_err; out_is "fexit:bpf:$id:$name"
probe -l 'fentry:*clause0'; status 0; out_is "fentry:bpf:$id:$name"

for point in "bpf:$name" "bpf:$id:$name" "bpf:*:cl*e0"; do
	probe -q -c 'syscalls 4' -e "fentry:$point /pid == cpid/ { @[probe] = count(); } fexit:$point /pid == cpid/ { @x[probe] = count(); }"
	status 0; no_err; out "^@\\[fentry:bpf:$id:$name\\]: 4\$"; out "^@x\\[fexit:bpf:$id:$name\\]: 4\$"
done
probe -e 'fentry:bpf:no_such_program { }'; refused 'ERROR: No matches for fentry bpf:no_such_program'
probe -e "fentry:bpf:99999999:$name { }"; refused 'ERROR: No matches for fentry bpf:99999999:'
probe -e "fentry:bpf:$name { print(args); }"; refused 'ERROR: .*not known'
probe -e "fexit:bpf:$name { print(retval); }"; refused "ERROR: the result of 'fexit:bpf:$id:$name' is not known"

# an image that is run when the program is gone
probe build -e "fentry:bpf:$name { @ = count(); }" -o "$TMPDIR/tool.bpf.o"; status 0; err 'WARNING: a BPF program that runs here does not run elsewhere'
kill -INT $inner
wait $inner
grep -q '^@inner: 12$' "$TMPDIR/inner" || wrong "the traced program counted $(tail -n 1 "$TMPDIR/inner")"
probe -q -c true "$TMPDIR/tool.bpf.o"; status 255; sane; err 'ERROR: Unable to attach probe: .*: the program does not run any more'
end
