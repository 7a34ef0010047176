# --probe-filter leaves out the attach points whose names do not match; begin and end stay.
# spec: C-020 C-019 P-010
# needs: bpf
. ./cli.inc

probe -q --probe-filter 'ms:[1]$' -e 'interval:ms:1, interval:ms:2 { print(probe); exit(); } END { print(probe); }'; status 0; no_err
out '^interval:ms:1$'; out '^end$'; not_out 'ms:2'
probe -q --probe-filter nothing -e 'BEGIN { print(5); } interval:ms:1 { print(probe); exit(); }'; status 0; no_err; out '^5$'; not_out interval
probe --probe-filter nothing -e 'interval:ms:1 { exit(); }'; status 1; no_err; out '^No probes to attach$'
probe --probe-filter '[' -e 'BEGIN { exit(); }'; status 1; err "ERROR: USAGE: --probe-filter: '\['"

# one mode only
probe --fmt --test -e 'BEGIN { exit(); }'; status 1; err 'USAGE: --test conflicts with existing --mode'
probe --bench --fmt -e 'BEGIN { exit(); }'; status 1; err 'USAGE: --fmt conflicts with existing --mode'
probe --mode format --fmt -e 'BEGIN{}'; status 0; out '^BEGIN \{'
probe --mode test -e 'test:x { }'; status 0; out 'PASSED'
probe --mode nothing -e 'BEGIN { exit(); }'; status 1; err "not 'nothing'"
end
