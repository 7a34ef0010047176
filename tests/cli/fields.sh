# A field that is not there is named, and a near one suggested.
# needs: bpf tracefs btf
# spec: T-056
. ./cli.inc

probe -e 'tracepoint:syscalls:sys_enter_openat { print(args.filenam); }'
refused '^stdin:1:.*ERROR: .*filenam'
err 'filename'
probe -e 'BEGIN { print(curtask->tgidd); }'
refused "^stdin:1:.*ERROR: .*tgidd"
end
