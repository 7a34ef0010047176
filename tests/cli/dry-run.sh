# --dry-run does all but trace: no banner, no output.
# needs: bpf
# spec: C-022
. ./cli.inc

probe --dry-run -e 'BEGIN { printf("never\n"); } interval:s:1 { @a = 1; }'
status 0; no_err; not_out never
probe --dry-run -e 'BEGIN { prinf("never\n"); }'; refused 'prinf'
end
