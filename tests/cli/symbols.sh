# Names of user frames: demangled or not, of stripped and deleted programs, of what cannot be named the place.
# spec: O-041 O-042 O-043 V-002 F-020 D-044
# needs: uprobe
. ./cli.inc
stack='uprobe:./prog:leaf { @[ustack(6)] = count(); }'
cp "$(command -v frames)" "$TMPDIR/prog"
cd "$TMPDIR" || exit 1

probe -q -e "config = { cpp_demangle = false; } $stack" -c ./prog; status 0
out '^        _ZN2ns5Outer4callEi\+[0-9]+@.*frames\.c:[0-9]+$'

# the mode raw has the addresses alone, perf the file as well
probe -q -e 'uprobe:./prog:leaf { print(ustack(raw, 2)); print(ustack(perf, 4)); print(ustack(build_id, 1)); }' -c ./prog; status 0
out '^[0-9a-f]{6,16}$'
out "^$(printf '\t')[0-9a-f]+ leaf\+0 \(.*/prog\)$"
out "^$(printf '\t')[0-9a-f]+ made::by hand\+6 \(.*\)$"
out '^[0-9a-f]{40} 0x[0-9a-f]{2,}$'

# folded for a flame graph, as those scripts read it: from "@[" to "]: N", a frame a line
probe -q -e "$stack" -c ./prog; status 0
awk '/^@\[$/ { n = 0; inside = 1; next }
	inside && /^\]: [0-9]+$/ { line = frame[n]; for (i = n - 1; i; i--) line = line ";" frame[i]; print line, $2; inside = 0; next }
	inside { sub(/^ +/, ""); sub(/\+[^+]*$/, ""); frame[++n] = $0 }' "$out" >folded
grep -Eq '(^|;)main;ns::Outer::call\(int\);made::by hand;(middle;)?leaf 1$' folded || wrong "folded: $(cat folded)"

# what has no symbols: address, file, offset
if command -v strip >/dev/null; then
	at=$(nm prog | awk '$3 == "leaf" { print $1 }')
	cp prog bare; strip bare
	probe -q -e "uprobe:./bare:0x$at { print(ustack(3)); print(ustack(perf, 1)); }" --unsafe -c ./bare; status 0
	out "^        0x[0-9a-f]+ \(.*/bare\+0x[0-9a-f]+\)$"
	out "^$(printf '\t')[0-9a-f]+ 0x[0-9a-f]+ \(.*/bare\+0x[0-9a-f]+\)$"
fi
# an address where no instruction begins takes --unsafe
if [ "$(uname -m)" = x86_64 ]; then
	inside=$((0x$(nm "$WORKLOADS/calls" | sed -n 's/ T descend$//p') + 2)) # in the second instruction, or in endbr64
	probe -q -e "uprobe:$WORKLOADS/calls:$inside { }"; refused 'ERROR: Could not add uprobe into middle of instruction: .*:descend\+2$'
	err '^HINT: Use --unsafe to force attachment'
	probe -q --dry-run --unsafe -e "uprobe:$WORKLOADS/calls:$inside { }"; status 0
fi
end
