# Several mistakes are told in one run, each with its place, line and marks.
# spec: E-001 E-002 E-004
. ./cli.inc

cat >"$TMPDIR/two.bt" <<'END'
BEGIN {
	prinf("a");
	foo(1 + 2);
}
END
probe "$TMPDIR/two.bt"; status 1; no_out; sane
err 'two\.bt:2:2(-[0-9]+)?: ERROR: .*prinf'
err 'two\.bt:3:2(-[0-9]+)?: ERROR: .*foo'
err '^ +prinf\("a"\);$'
err '^ +[~^]+ *$'
end
