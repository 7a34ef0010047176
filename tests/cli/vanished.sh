#!/bin/sh
# Targets that are gone, or others, when a tool is to attach to them; a target that is stopped.
# spec: P-052 P-058 R-024
# needs: uprobe root
. ./cli.inc
cd "$TMPDIR" || exit 1
cp "$(command -v shapes)" victim
cp "$(command -v usdt)" notes
probe build -e 'uprobe:./victim:letter { @ = count(); }' -o tool; status 0
probe build -e 'usdt:./notes:work:step { @ = sum(arg0); }' -o tool2; status 0
PROBE=./tool; probe -q -c './victim 2'; status 0; no_err; out '^@: 2$'
PROBE=./tool2; probe -q -c './notes 2'; status 0; no_err; out '^@: 2002$'
rm victim notes
PROBE=./tool; probe -q -c true; status 255; sane; err 'ERROR: Unable to attach probe: uprobe:.*/victim:letter: there is no such file'
PROBE=./tool2; probe -q -c true; status 255; sane; err 'ERROR: Unable to attach probe: usdt:.*/notes:work:step: (No such file|there is no such file)'
cp "$(command -v calls)" victim
cp "$(command -v calls)" notes
PROBE=./tool; probe -q -c true; status 255; sane; err 'the file has no such function'
PROBE=./tool2; probe -q -c true; status 255; sane; err 'has no such probe'
echo nonsense >victim
PROBE=./tool; probe -q -c true; status 255; sane; err 'not an ELF file'
end
