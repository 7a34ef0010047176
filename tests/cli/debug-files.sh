#!/bin/sh
# A stripped binary's functions are known from its debug file or its .gnu_debugdata.
# spec: P-048 C-015
# needs: root cmd:xz cmd:objcopy cmd:strip host
. ./cli.inc
cp "$(command -v calls)" "$TMPDIR/full" || exit 1
cd "$TMPDIR" || exit 1
objcopy --only-keep-debug full calls.debug
objcopy -S full calls
probe -l 'uprobe:./calls:add'; status 0; no_out; no_err

# by name, beside the binary, in .debug; another one of that name does not count
objcopy --add-gnu-debuglink=calls.debug calls linked
probe -l 'uprobe:./linked:add'; status 0; no_err; out '/linked:add$'
mkdir .debug && mv calls.debug .debug/
probe -l 'uprobe:./linked:add'; status 0; no_err; out '/linked:add$'
mv .debug/calls.debug kept
probe -l 'uprobe:./linked:add'; status 0; no_err; no_out

probe --debuginfo /nonexistent:. -l 'uprobe:./linked:add'; status 0; no_err; no_out
mv kept calls.debug
mkdir elsewhere && mv calls.debug elsewhere/
probe --debuginfo /nonexistent:elsewhere -l 'uprobe:./linked:add'; status 0; no_err; out '/linked:add$'

# only what it names; it can be traced
objcopy -S --keep-symbol=add full mini
xz -k mini
objcopy --add-section .gnu_debugdata=mini.xz calls packed
probe -l 'uprobe:./packed:*'; status 0; no_err; out_is "uprobe:./packed:add"
probe -q -e 'uprobe:./packed:add { @ = count(); }' -c './packed add 5'; status 0; no_err; out '^@: 5$'

# what is not xz, or stops half-way, is as if it were not there
head -c 100 mini.xz >half
objcopy --add-section .gnu_debugdata=half calls broken
probe -l 'uprobe:./broken:*'; status 0; no_err; no_out
end
