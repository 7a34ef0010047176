# A script without probes is a mistake of its author, however it is empty.
# spec: S-001
. ./cli.inc

probe -e ''; status 1; no_out; sane; err 'ERROR|usage'
probe -e '   // nothing'; status 1; no_out; sane; err 'ERROR'
: >"$TMPDIR/empty.bt"
probe "$TMPDIR/empty.bt"; status 1; no_out; sane; err 'ERROR'
printf '#!/usr/bin/env probe' >"$TMPDIR/shebang.bt"
probe "$TMPDIR/shebang.bt"; status 1; no_out; sane; err 'ERROR'
end
