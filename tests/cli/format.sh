#!/bin/sh
# probe fmt: the canonical form has the same tree and the same comments, and is its own canonical form.
# spec: C-021 C-019
# timeout: 60
. "$(dirname "$0")/cli.inc"
cd "$(dirname "$0")/.." || exit 1
tree() { "$PROBE" -d ast "$1" 2>/dev/null | sed 's/ \[[0-9]*-[0-9]*\]//'; }
comments() { grep -o '// [a-z]*:.*' "$1"; }
checked=0
for script in scripts/grammar/*.bt scripts/statements/*.bt scripts/expressions/*.bt scripts/macros/*.bt scripts/subprograms/*.bt scripts/cdefs/*.bt scripts/types/*.bt; do
	"$PROBE" fmt "$script" >"$TMPDIR/once.bt" 2>/dev/null || continue # it is wrong, and meant to be
	"$PROBE" --fmt "$TMPDIR/once.bt" >"$TMPDIR/twice.bt" 2>"$TMPDIR/why" || wrong "$script: $(cat "$TMPDIR/why")"
	cmp -s "$TMPDIR/once.bt" "$TMPDIR/twice.bt" || wrong "$script: the form of the form differs"
	[ "$(tree "$script")" = "$(tree "$TMPDIR/once.bt")" ] || wrong "$script: another tree"
	[ "$(comments "$script")" = "$(comments "$TMPDIR/once.bt")" ] || wrong "$script: other comments"
	checked=$((checked + 1))
done
[ $checked -gt 100 ] || wrong "only $checked scripts were formatted"

printf '#!/usr/bin/probe\n// top\nBEGIN{$x=1;// beside\n\n\n/* own line */exit()}\n// end\n' >"$TMPDIR/a.bt"
probe fmt "$TMPDIR/a.bt"; status 0; no_err
printf '#!/usr/bin/probe\n// top\nBEGIN {\n\t$x = 1; // beside\n\n\t/* own line */\n\texit();\n}\n// end\n' | cmp -s - "$out" || wrong 'not the canonical form'
probe --mode format -o "$TMPDIR/a.bt" "$TMPDIR/a.bt"; status 0; no_err
cmp -s "$out" /dev/null || wrong 'output besides the file'
grep -q '^	exit();$' "$TMPDIR/a.bt" || wrong 'the file was not written'
probe fmt -e 'BEGIN { $x = ; }'; status 1; err 'ERROR: syntax'
probe --fmt --mode codegen -e 'BEGIN { }'; status 1; err 'conflicts with existing --mode'
probe --mode nonesuch -e 'BEGIN { }'; status 1; err "can only be"
probe --mode codegen -e 'BEGIN { printf("no\n"); }'; status 0; no_err; no_out
end
