#!/bin/sh
# CPython's own usdt probes, where the interpreter was built with them.
# spec: P-056 P-057
# needs: usdt root cmd:python3 host
. ./cli.inc
probe -l 'usdt:/usr/bin/python3:python:audit'
[ -s "$out" ] || exit 77
cat >"$TMPDIR/a.py" <<'END'
import gc, sys
for i in range(3):
    sys.audit("probe.test", i)
gc.disable()
gc.collect(1)
END
probe -q -e 'usdt:/usr/bin/python3:audit /str(arg0) == "probe.test"/ { @audit = count(); }
	usdt:/usr/bin/python3:python:gc__start { @gc[arg0] = count(); }
	usdt:/usr/bin/python3:python:import__find__load__start /str(arg0) == "gc"/ { @import = count(); }' \
	-c "/usr/bin/python3 $TMPDIR/a.py"
status 0
no_err
out '^@audit: 3$'
out '^@gc\[1\]: 1$'
out '^@import: 1$'
end
