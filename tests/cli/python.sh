#!/bin/sh
# CPython's own usdt probes, where the interpreter was built with them.
# spec: P-056 P-057
# needs: usdt root cmd:python3 host
. ./cli.inc
probe -l 'usdt:python3:python:function__entry'
[ -s "$out" ] || exit 77
cat >"$TMPDIR/a.py" <<'END'
def inner(n):
    return n

def outer():
    return inner(5)

for i in range(3):
    outer()
END
probe -q -e "usdt:python3:python:function__entry /strcontains(str(arg0), \"a.py\")/ { printf(\"%s %d\n\", str(arg1), arg2); }" -c "python3 $TMPDIR/a.py"
status 0
no_err
out '^<module> 1$'
[ "$(grep -c '^inner 1$' "$out")" -eq 3 ] || wrong "inner is entered three times"
[ "$(grep -c '^outer 4$' "$out")" -eq 3 ] || wrong "outer is entered three times"
end
