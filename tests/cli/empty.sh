# A script without probes is a mistake of its author, however it is empty.
# spec: S-001 P-010 C-013
. ./cli.inc

probe -e ''; status 1; no_err; out '^No probes to attach$'
probe -e '   // nothing'; status 1; no_err; out '^No probes to attach$'
: >"$TMPDIR/empty.bt"
probe "$TMPDIR/empty.bt"; status 1; no_err; out '^No probes to attach$'
printf '#!/usr/bin/env probe' >"$TMPDIR/shebang.bt"
probe "$TMPDIR/shebang.bt"; status 1; no_err; out '^No probes to attach$'
probe -q -e ''; status 1; no_out; no_err
end
