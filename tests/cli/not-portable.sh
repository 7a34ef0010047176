#!/bin/sh
# What another kernel may have otherwise is named when an image is built, and only then.
# needs: host bpf btf
. ./cli.inc

cd "$TMPDIR" || exit 1
named() { # PROGRAM PATTERN
	printf '%s\n' "$1" >x.bt
	probe build x.bt -o x.bpf.o; status 0; no_out; err "WARNING: .*$2.*\[not_portable\]"
	probe build --no-warning not_portable x.bt -o x.bpf.o; status 0; no_out; no_err
	probe --mode codegen x.bt; status 0; no_err
}
silent() { # PROGRAM
	printf '%s\n' "$1" >x.bt
	probe build x.bt -o x.bpf.o; status 0; no_out; no_err
	probe -q x.bpf.o; status 0; no_err
}
named 'tracepoint:sched:sched_* { @ = 1; }' '[0-9]+ attach points that match'
named 'BEGIN { @ = *curtask->mm; }' 'struct mm_struct is read as this kernel lays it out'
named 'BEGIN { @ = sizeof(seqlock_t); }' "the size of .* is taken to be what it is in this kernel"
named 'BEGIN { @ = PIDTYPE_MAX + BPF_F_CURRENT_CPU; }' 'BPF_F_CURRENT_CPU is taken to be what it is in this kernel'
silent 'BEGIN { @ = sizeof(struct task_struct) + offsetof(struct task_struct, pid) + sizeof(curtask->comm); exit(); }'
silent 'BEGIN { @ = *curtask->cred; @b = curtask->cpus_mask.bits; @c = PIDTYPE_TGID; exit(); }'

# what a field points to that only other kernels have must be said
printf '%s\n' 'BEGIN { if (has_field(struct task_struct, other)) { printf("%d", curtask->other->pid); } }' >x.bt
probe build x.bt -o x.bpf.o; status 1; err "x\.bt:1:66-85: ERROR: Can not access field 'pid'"; err "HINT: this kernel has no 'other': say what it points to"
silent 'BEGIN { if (has_field(struct task_struct, other)) { printf("%d", ((struct task_struct *)curtask->other)->pid); } exit(); }'

# what is only known then cannot be where the compiler must know it
printf '%s\n' 'BEGIN { unroll(sizeof(struct list_head)) { @++; } }' >x.bt
probe build x.bt -o x.bpf.o; status 1; err 'x\.bt:1:16-40: ERROR: sizeof\(\) must be known here when the script is compiled'
end
