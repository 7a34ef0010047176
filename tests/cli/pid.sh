# -p takes the number of a process that exists; tracing ends with it.
# needs: bpf tracefs
# spec: C-007
. ./cli.inc

probe -p abc -e 'BEGIN { exit(); }'; status 1; no_out; err 'pid.*abc|abc.*pid'
probe -p 99999999 -e 'BEGIN { exit(); }'; status 1; no_out; err 'pid.*99999999'
probe -p -1 -e 'BEGIN { exit(); }'; status 1; no_out; err 'pid'
probe -p 4194303 -e 'BEGIN { exit(); }'; status 1; no_out; err 'pid'
sleep 1 &
probe -q -p $! -e 'BEGIN { } interval:s:30 { }'; status 0; no_err
end
