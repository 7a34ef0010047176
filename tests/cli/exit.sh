# exit(N) gives the status, exit() gives 0; the END probe runs in both cases.
# needs: bpf
# spec: C-029 R-003
. ./cli.inc

probe -q -e 'BEGIN { exit(); }'; status 0; no_err; out_is ''
probe -q -e 'BEGIN { exit(7); }'; status 7; no_err
probe -q -e 'BEGIN { exit(3); } END { printf("end\n"); }'; status 3; no_err; out '^end$'
end
