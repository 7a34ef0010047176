# What is seldom lost has a line as well: stacks that cannot be read, updates for which there is no memory; what is printed and what was lost is all.
# spec: R-010
# needs: uprobe tracefs x86_64 path:/sys/kernel/tracing/events/exceptions/page_fault_kernel host
. ./cli.inc

# the kernel follows a frame pointer to memory that is not there, and cannot follow another stack before it is done
probe -q --strict -e "uprobe:$WORKLOADS/cold:text /arg0/ { @u[ustack] = count(); }
	tracepoint:exceptions:page_fault_kernel /comm == \"cold\"/ { @k[kstack(3)] = count(); }" -c "$WORKLOADS/cold absent frame 7"
status 1; err '^stdin:2:[0-9-]+: WARNING: kstack\(3\): 7 stacks that could not be read$'
[ "$(wc -l <"$err")" -eq 1 ] || wrong 'not one line'

# large values are made when a key appears, a few at a time, where all of them would be too many
probe -q -e 'config = { max_map_keys = 100000 } BEGIN { for ($i : 0..5000) { @[$i] = lhist($i, 0, 5000, 25); } exit(); }'
status 0
lost=$(sed -n 's/^stdin:1:[0-9-]*: WARNING: @: \([0-9]*\) updates lost: the kernel could not make room.*/\1/p' "$err")
[ "${lost:-0}" -gt 0 ] || wrong 'nothing was lost: this is no burst'
printed=$(grep -c '^@\[' "$out")
[ $((printed + lost)) -eq 5000 ] || wrong "$printed keys and $lost lost of 5000"
end
