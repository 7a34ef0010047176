#!/bin/sh
# Functions of a library that lies in an archive and is run from there; a place in any file.
# spec: P-054 C-017
# needs: uprobe
. ./cli.inc
cd "$TMPDIR" || exit 1
zipped write x.apk || wrong 'no archive'
probe -q -e 'uprobe:./x.apk!/lib/zipped.so:leaf { @[probe, func] = sum(arg0); } uretprobe:./x.apk!/lib/zipped.so:leaf { @r = sum(retval); }' -c 'zipped run x.apk 4'
status 0; no_err; out '^10$'; out '^@\[uprobe:.*x.apk!/lib/zipped.so:leaf, leaf\]: 6$'; out '^@r: 10$'
probe -l 'uprobe:./x.apk!/lib/zipped.so:lea?'; status 0; no_err; out '^uprobe:.*x.apk!/lib/zipped.so:leaf$'
probe -e 'uprobe:./x.apk!/lib/none.so:leaf { }'; status 1; sane; err ERROR
probe -e 'uprobe:./x.apk!/lib/zipped.so:leave { }'; refused 'Could not resolve symbol: .*leave. Did you mean leaf\?'

# by its place in the file, which is no program
at=$(zipped at x.apk)
probe -e "uprobe:./x.apk:$at { }"; status 1; sane; err ERROR
probe -q --unsafe -e "uprobe:./x.apk:$at { @ = sum(arg0); }" -c 'zipped run x.apk 4'
status 0; no_err; out '^@: 6$'
end
