# A run that has no memory to work in is given up, and counted: a program of the function that makes such memory.
# spec: R-010
# needs: guest fentry uprobe symbol:bpf_selem_alloc
. ./cli.inc
probe -q --strict -e "fentry:bpf_selem_alloc /pid == cpid/ { @f[str(curtask.comm), kstack(60)] = count(); }
	uprobe:$WORKLOADS/calls:greet { @u[str(arg0), ustack(60)] = count(); @n = count(); }" -c "$WORKLOADS/calls greet 3"
status 1; out '^@n: 3$'
err '^stdin:1:[0-9-]+: WARNING: fentry:bpf_selem_alloc .*: 1 runs given up: no scratch memory$'
end
