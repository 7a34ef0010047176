# Source lines of user frames: DWARF 4 and 5, packed, in debug files beside the program, by build id and by link.
# spec: O-041 O-042 C-015
# needs: uprobe cmd:objcopy cmd:strip
. ./cli.inc
cd "$TMPDIR" || exit 1

lines() { # of a program
	probe $dirs -q -e "uprobe:./$1:leaf { print(ustack); print(ustack(perf)); }" -c "./$1"; status 0; no_err
	out '^        leaf\+0@.*tests/workloads/inlined\.c:4$'
	out '^        \[inlined\] inner@.*tests/workloads/inlined\.c:12$'
	out '^        outer\+[0-9]+@.*tests/workloads/inlined\.c:18$'
	out '^        main\+[0-9]+@.*tests/workloads/inlined\.c:24$'
	out "^$(printf '\t')[0-9a-f]+ inner \(inlined\)$"
	out "^$(printf '\t')[0-9a-f]+ outer\+[0-9]+ \(.*/$1\)$"
}
no_lines() {
	probe $dirs -q -e "uprobe:./$1:leaf { print(ustack); }" -c "./$1"; status 0
	out '^        leaf\+0$'; not_out 'inlined\.c'; not_out '\[inlined\]'
}
dirs=
cp "$(command -v inlined)" five; lines five
cp "$(command -v inlined4)" four; lines four
objcopy --compress-debug-sections=zlib five packed && lines packed

strip -g five -o bare; no_lines bare
objcopy --only-keep-debug five five.debug
objcopy --add-gnu-debuglink=five.debug bare linked; lines linked
mkdir .debug && mv five.debug .debug/; lines linked
objcopy --only-keep-debug four .debug/five.debug; no_lines linked # another program's

mkdir -p debug/.build-id
if objcopy -O binary --only-section=.note.gnu.build-id five note && [ -s note ]; then
	id=$(od -An -v -tx1 -j16 note | tr -d ' \n')
	rest=${id#??}
	mkdir -p "debug/.build-id/${id%$rest}"
	objcopy --only-keep-debug five "debug/.build-id/${id%$rest}/$rest.debug"
	dirs="--debuginfo $TMPDIR/debug"
	lines bare
fi
end
