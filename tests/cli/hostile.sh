# Strings of every byte are JSON as the schema says, as values, keys, parts of tuples, and as text nothing is lost.
# spec: J-009 O-003 O-008
# needs: bpf cmd:perl path:/usr/bin/perl
. ./cli.inc
perl -e 'for (1 .. 255) { my $c = chr; $c = "\\$c" if $c =~ /["\\\\]/; $c = sprintf "\\x%02x", $_ if $_ < 32 || $_ == 127;
	$all .= $c; $one .= "\tprint(\"a${c}b\"); \@k[\"$c\"] = 1;\n"; }
	print "BEGIN { print(\"$all\"); printf(\"$all\"); \@t[1, \"$all\"] = (\"$all\", 2); print(buf(\"$all\", 255)); }\n" =~ s/printf\("(.*?)"\)/"printf(\"" . $1 =~ s|%|%%|r . "\")"/er;
	print "BEGIN {\n$_}\n" for $one =~ /((?:.*\n){1,40})/g; print "BEGIN { exit(); }\n"' >"$TMPDIR/x.bt"
probe -f json "$TMPDIR/x.bt"; status 0; no_err
../json/validate ../../man/probe-output.schema.json <"$out" >"$TMPDIR/wrong" || { cat "$TMPDIR/wrong"; wrong 'not as the schema says'; }
[ "$(grep -c '"type": "value"' "$out")" -eq 257 ] || wrong 'values are missing'
probe -q "$TMPDIR/x.bt"; status 0; no_err
perl -e 'for (1 .. 255) { print "a", chr, "b\n" }' >"$TMPDIR/bytes"
LC_ALL=C perl -e 'local $/; open F, $ARGV[0]; $o = <F>; open G, $ARGV[1]; $b = <G>; exit(index($o, $b) < 0)' "$out" "$TMPDIR/bytes" || wrong 'not byte by byte'
end
