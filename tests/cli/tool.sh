#!/bin/sh
# `probe build -o tool` makes a program of its own that says and does what the script does.
# needs: bpf
. ./cli.inc
cat >"$TMPDIR/a.bt" <<'END'
// Count to $1.
// Nothing else.
BEGIN { @[comm, $1] = count(); printf("%s\n", "hello"); exit(3); }
END
cd "$TMPDIR" || exit 1
probe build a.bt 7 -o tool
status 0
no_out
no_err
PROBE=./tool
probe -q
status 3
out '^hello$'
out '^@\[tool, 7\]: 1$'
probe --help
status 0
out '^Count to \$1\.$'
out '^Nothing else\.$'
out '--output FILE'
probe -f json
status 3
out '"type": "map"'
probe surplus
status 1
err "ERROR: 'surplus' is one word too many"
probe --nonsense
status 1

end
