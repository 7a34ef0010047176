# A target that is not there is an error at the attach point.
# needs: bpf tracefs
# spec: P-009 E-006
. ./cli.inc

probe -e 'tracepoint:syscalls:sys_enter_nonsense { exit(); }'; refused '^stdin:1:1-[0-9]+: ERROR: .*sys_enter_nonsense'
probe -e 'tracepoint:nonsense:* { exit(); }'; refused '^stdin:1:1-[0-9]+: ERROR: .*nonsense'
probe -e 'uprobe:/no/such/file:main { exit(); }'; refused '^stdin:1:1-[0-9]+: ERROR: .*/no/such/file'
probe -e 'uprobe:calls:nonsense { exit(); }'; refused '^stdin:1:1-[0-9]+: ERROR: .*nonsense'
probe -e 'uprobe:/etc/passwd:main { exit(); }'; refused '^stdin:1:1-[0-9]+: ERROR: .*'
probe -e 'software:nonsense:1 { exit(); }'; refused '^stdin:1:.*ERROR: .*nonsense'
probe -e 'rawtracepoint:nonsense_event { exit(); }'; refused '^stdin:1:.*ERROR: .*nonsense_event'
end
