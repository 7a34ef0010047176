# The options of a script: --help lists them, unknown ones are named.
# spec: F-060 C-001
. ./cli.inc
script='BEGIN { print(getopt("aa", 1, "how many")); print($1); exit(); }'
probe -q -e "$script" -- --aa=4 word; status 0; no_err; out '^4$'; out '^word$'
probe -q -e "$script" -- word --aa=4; status 0; out '^4$'; out '^word$'
probe -e "$script" -- --bb; status 1; no_out; err 'unexpected program command line options: --bb'; err '^HINT: expected program options: --aa$'
probe -e "$script" -- --help; status 1; err 'expected program options:'; err '--aa: how many'
probe -e 'BEGIN { exit(); }' -- --help; status 1; err 'no custom program options defined'
end
