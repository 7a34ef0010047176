# Kernel functions by address and by a file that lists them, and what is said when there is none.
# needs: kprobe tracefs btf
# spec: P-035 P-031 P-032 P-009 P-010 C-016 C-018 P-011
. ./cli.inc

address=0x$(sed -n 's/ T vfs_read$//p' /proc/kallsyms)
probe -e "kprobe:$address { }"; refused 'ERROR: Probing by address requires --unsafe'
probe -q --unsafe -e "kprobe:$address /pid == cpid/ { @[probe] = count(); }" -c 'syscalls 3'; status 0; out "^@\[kprobe:$address\]: 3$"

probe -e 'kprobe:vfs_raed { }'; refused 'ERROR: No matches for kprobe vmlinux:vfs_raed. Did you mean vfs_read\?'
probe -e 'kprobe:xfs:vfs_read { }'; refused 'ERROR: specified module xfs in probe kprobe:xfs:vfs_read is not loaded.'
probe -e 'kprobe:vfs_read+1 { }'; status 255; err 'ERROR: Unable to attach probe: kprobe:vfs_read\+1: the offset is not where an instruction begins'
probe -e 'kprobe:vfs_read+1000000 { }'; status 255; err 'ERROR: Unable to attach probe: kprobe:vfs_read\+1000000: '
probe -q -e 'kprobe:vfs_read+0x0 /pid == cpid/ { @ = count(); }' -c 'syscalls 3'; status 0; no_err; out '^@: 3$'
probe -e 'kretprobe:vfs_read+4 { }'; refused 'ERROR: Offset not allowed'
probe -e 'kprobe:exc_int3 { }'; refused 'ERROR: .*blacklist'

# a clone that the compiler made is what comes near
for clone in $(sed -n 's/^\([a-z][a-z_0-9]*\.isra\.0\).*/\1/p' /sys/kernel/tracing/available_filter_functions | head -n 40); do
	grep -q " ${clone%.isra.0}\$" /proc/kallsyms || break
done
probe -e "kprobe:${clone%.isra.0} { }"; refused "ERROR: No matches .*kprobe:$clone will do"

# exported by a module that is not there
mkdir -p /lib/modules/"$(uname -r)" && echo 'alias symbol:probe_test_function probe_test' >/lib/modules/"$(uname -r)"/modules.symbols
probe -e 'kprobe:probe_test_function { }'; refused 'ERROR: .*It is in module probe_test, which is not loaded'

# not traceable: a warning, then the kernel's word
probe -q -e 'kprobe:__do_softirq { exit(); } BEGIN { exit(); }'
notrace=$(sed -n 's/^[0-9a-f]* [tT] \(native_[a-z_]*\)$/\1/p' /proc/kallsyms | while read -r f; do
	grep -Eq "^$f( |\$)" /sys/kernel/tracing/available_filter_functions || grep -q "	$f\$" /sys/kernel/debug/kprobes/blacklist || { echo $f; break; }
done)
probe -q -e "kprobe:$notrace { }"; status 255
err "WARNING: $notrace is not traceable \(either non-existing, inlined, or marked as \"notrace\"\); attaching to it will likely fail"
err "ERROR: Unable to attach probe: kprobe:$notrace: tracing it is not allowed"
BPFTRACE_MISSING_PROBES=warn probe -q -e "kprobe:$notrace { } BEGIN { printf(\"on\n\"); exit(); }"; status 0; out '^on$'
BPFTRACE_MISSING_PROBES=warn probe -q -e "kprobe:$notrace { }"; status 255; err "WARNING: Unable to attach probe: kprobe:$notrace: .*Skipping"; err 'Attachment failed for all probes'

# a wildcard does without what cannot be attached, and says how many that were
printf 'vfs_read\nvfs_fsync_range [vmlinux]\n%s\n' "$notrace" >"$TMPDIR/functions"
probe -e "kprobe:vfs_*, kprobe:native_* { }" --traceable-functions "$TMPDIR/functions" --dry-run; status 0
err 'WARNING: 1 of the 3 points that a wildcard at .* matched cannot be attached'
probe -l 'kprobe:*' --traceable-functions "$TMPDIR/functions"; status 0; out_is "kprobe:$notrace
kprobe:vfs_fsync_range
kprobe:vfs_read"
probe -l 'kprobe:*' --traceable-functions /nonexistent; status 1; err "failed to read file '/nonexistent'"

# one by one, as where there are no links for many
probe -q --no-feature kprobe_multi,uprobe_multi -e 'kprobe:vfs_* /pid == cpid/ { @[probe] = count(); }' -c 'syscalls 3'
status 0; no_err; out '^@\[kprobe:vfs_read\]: 3$'
probe --no-feature kprobe_mul -e 'BEGIN { }'; status 1; err "USAGE: --no-feature can only have values 'kprobe_multi,kprobe_session,uprobe_multi,uprobe_session'."

probe -e 'kprobe:* { }'; refused 'ERROR: Can.t attach to [0-9]+ probes because it exceeds the current limit of 1024 probes'

probe -lv kprobe:vfs_read; status 0; no_err; out '^    struct file \* arg0$'; out '^    loff_t \* arg3$'
probe -lv kretprobe:vfs_read; status 0; no_err; out '^kretprobe:vfs_read$'; out '^    ssize_t retval$'
probe -lv fentry:vfs_read; status 0; no_err; out '^fentry:vmlinux:vfs_read$'; out '^    struct file \* file$'; not_out retval
probe -lv fexit:vfs_read; status 0; no_err; out '^    struct file \* file$'; out '^    ssize_t retval$'
end
