# --strict: what was lost makes the exit status 1; without it there is a warning only.
# spec: R-007 O-071
# needs: bpf
. ./cli.inc
script='config = { max_map_keys = 2 } BEGIN { @a[1] = 1; @a[2] = 1; @a[3] = 1; exit(); }'
probe -q -e "$script"; status 0; err 'Map full'
probe -q --strict -e "$script"; status 1; err 'Map full'
probe -q --strict -e 'BEGIN { @a[1] = 1; exit(); }'; status 0; no_err
probe -q --strict -e 'BEGIN { exit(3); }'; status 3
end
