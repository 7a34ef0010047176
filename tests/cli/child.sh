# -c runs a command once all is attached and ends with it.
# needs: bpf tracefs
# spec: C-008
. ./cli.inc

probe -q -c 'opens 5' -e 'tracepoint:syscalls:sys_enter_openat /comm == "opens" && pid == cpid/ { @n = count(); }'
status 0; no_err; out '^@n: 5$'
probe -q -c /no/such/program -e 'BEGIN { } interval:s:10 { }'; status 1; sane; err 'no/such/program'
probe -q -c 'no-such-program' -e 'BEGIN { } interval:s:10 { }'; status 1; sane; err 'no-such-program'
probe -q -c "sh -c 'exit 3'" -e 'interval:s:10 { }'; status 0; sane
end
