#!/bin/sh
# usdt probes of a running process, of all processes; what -l says of them; nothing is left behind.
# spec: P-049 P-056 P-012 C-032 C-035 R-021
# needs: usdt root
. ./cli.inc

probe -l 'usdt:usdt:*:step'; status 0; no_err; out '^usdt:/.*/usdt:work:step$'; out '^usdt:/.*/usdt:play:step$'
[ "$(wc -l <"$out")" -eq 2 ] || wrong "two lines expected"
probe -l 'usdt:usdt:wo*:s*'; status 0; no_err; out 'work:sizes$'; not_out 'play'
probe -l "*:$(command -v usdt):sizes"; status 0; no_err; out '^usdt:/.*:work:sizes$'

usdt 1 30 >/dev/null &
pid=$!
i=0
while [ $i -lt 100 ] && [ "$(readlink /proc/$pid/exe)" = "$(readlink /proc/$$/exe)" ]; do sleep 0.02; i=$((i + 1)); done
probe -l 'usdt:*:*' -p $pid; status 0; no_err; out '^usdt:/.*/usdt:work:step$'
probe -l 'usdt:*:play:*'; status 0; no_err; out '^usdt:/.*/usdt:play:step$'
probe -l -p $pid -e 'usdt:step {} usdt::play:step {}'; status 0; no_err
out '^usdt:/.*:work:step$'; out '^usdt:/.*:play:step$'
probe --dry-run -p $pid -e 'usdt:*:guard { exit(); }'; status 0; no_err; no_out

# another process of the same file is not the one that was asked for
probe -q -p $pid -e 'usdt:step { @ = count(); } interval:ms:300 { exit(); }' &
sleep 0.1; usdt 5 >/dev/null
wait $!
kill $pid

# one started later is: the file is traced, not a process; its semaphore is down again afterwards
probe -q -e "usdt:usdt:guard { @ = count(); } END { printf(\"end\n\"); }" -c 'usdt 2'; status 0; no_err; out '^@: 2$'
[ "$(usdt 3)" = '' ] || wrong "the semaphore is still up"
end
