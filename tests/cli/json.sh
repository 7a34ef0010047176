# -f json: every line of all that can be printed is JSON as the schema says, hostile strings included.
# spec: J-001 J-003 J-006 J-008 J-009 J-010 J-012 C-011
# needs: bpf cmd:perl path:/usr/bin/perl
. ./cli.inc
cat >"$TMPDIR/x.bt" <<'END'
struct point { int x; short y; char name[4]; };
enum color { RED, GREEN = 5 };
BEGIN {
	printf("a \"quoted\" %d\n\x01\x7f\xff\xc3\xa9\xe2\x82\xac\xed\xa0\x80", 5); print(1); print((1, "x", (2, true))); print((a=1, b="z"));
	@s = 5; @k["a b", 2] = 7; @c["x\"\n"] = count(); @h = hist(5); @h2["k"] = hist(-1); @l = lhist(3, 0, 10, 2);
	@st = stats(4); @av["q"] = avg(3); @e = GREEN; @b = buf("a\xffz", 3); @t = (1, "two"); @ts = tseries(5, 1s, 3);
	print(18446744073709551615); print(ntop(127)); print(kstack(2)); print(ustack(perf, 2)); print(curtask); print(username); print(ksym(0));
	print(@c); print(@k, 1); print(@h2["k"]); time("%Y"); cat("/proc/sys/kernel/ostype"); errorf("bad %d", 3); warnf("hm"); system("echo \"a\tb\"");
	print((uint8[2])(uint16)513); print(strftime("%H", nsecs)); print(macaddr("abcdef")); print(strerror(2));
	exit();
}
END
probe --unsafe -f json "$TMPDIR/x.bt"; status 0
[ "$(wc -l <"$out")" -gt 30 ] || wrong 'lines are missing'
../json/validate ../../man/probe-output.schema.json <"$out" >"$TMPDIR/wrong" || { cat "$TMPDIR/wrong"; wrong 'not as the schema says'; }
out '^\{"type": "attached_probes", "count": 1, "data": \{"probes": 1\}\}$'
out '^\{"type": "lost_events", "count": 0, "data": \{"events": 0\}\}$'
out '\\u0001\\u007f\\u00ff.{2,5}\\u00ed\\u00a0\\u0080'
probe -q -f json -e 'BEGIN { exit(); }'; status 0; no_err; not_out 'attached'
probe -f xml -e 'BEGIN { exit(); }'; status 1; err 'Invalid output format "xml"'
end
