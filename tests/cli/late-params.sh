#!/bin/sh
# A tool does with the parameters it is given what the script does; what depends on them when it is built is refused.
# spec: L-026 L-027 L-028 X-051 X-054
# needs: bpf
. ./cli.inc
cd "$TMPDIR" || exit 1

same() { # BODY PARAMETERS
	printf 'BEGIN { %s; exit(); }\n' "$1" >x.bt
	shift
	probe -q --no-warnings x.bt "$@"
	status 0
	no_err
	cp "$out" script
	probe build --no-warnings x.bt -o tool
	status 0
	no_err
	ran="./tool $*"
	./tool -q "$@" >"$out" 2>"$err"
	got=$?
	status 0
	no_err
	cmp -s script "$out" || wrong "the script says $(tr '\n' ' ' <script)"
}

late() { # BODY PARAMETER
	printf 'BEGIN { %s; exit(); }\n' "$1" >x.bt
	probe build x.bt -o tool
	refused "x.bt:1:[0-9]+-[0-9]+: ERROR: $2 must be known here when the script is compiled"
	err '^HINT: give it a value when building'
}

same 'print((~$#, ~$1, ~$2, ~($1 + 1), -$1, !$1)); print((str("abcdefgh", $1), str($1, 1), str(str($1), 2))); print((is_literal($1), sizeof((uint8)$1), bswap((uint16)$2)))' 523 3
late 'print(sizeof($1))' '\$1'
late 'let $x : typeof($#) = 1' '\$#'
late 'print(strcap(str($1)))' '\$1'
late 'print(bswap($1 + 1))' '\$1'
late 'print(str($#))' '\$#'
late 'print(is_integer($1))' '\$1'
late 'if comptime ($1 == 5) { print(1); }' '\$1'
exit $failed
