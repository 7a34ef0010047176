# Nesting of ten thousand levels of each kind is read, or refused in one
# message; it never crashes.
# timeout: 120
. ./cli.inc

repeat() {
	head -c "$2" /dev/zero | sed "s/\\x0/$1/g"
}
try() {
	cat >"$TMPDIR/deep.bt"
	probe --dry-run "$TMPDIR/deep.bt"
	sane
	[ "$got" != 1 ] || [ "$(grep -Ec '(^|: )ERROR: ' "$err")" -ge 1 ] || wrong 'status 1 and no message'
	[ "$(wc -c <"$err")" -lt 200000 ] || wrong 'over 200,000 bytes of messages'
}
n=10000
{ printf 'BEGIN { $x = '; repeat '(' $n; printf 1; repeat ')' $n; printf '; exit(); }\n'; } | try
{ printf 'BEGIN { $x = '; repeat '-' $n; printf '1; exit(); }\n'; } | try
{ printf 'BEGIN { $x = '; repeat '!' $n; printf '1; exit(); }\n'; } | try
{ printf 'BEGIN { $x = 0'; repeat '+1' $n; printf '; exit(); }\n'; } | try
{ printf 'BEGIN { $x = 1'; repeat ' ? 1 : 0' $n; printf '; exit(); }\n'; } | try
{ printf 'BEGIN '; repeat '{ ' $n; repeat '} ' $n; echo; } | try
{ printf 'BEGIN { '; repeat 'if (1) { ' $n; repeat '} ' $n; printf 'exit(); }\n'; } | try
{ printf 'BEGIN { if (1) { } '; repeat 'else if (1) { } ' $n; printf 'exit(); }\n'; } | try
{ printf 'BEGIN { '; repeat '@a[' $n; printf 1; repeat ']' $n; printf ' = 1; exit(); }\n'; } | try
{ printf 'BEGIN { print('; repeat '(1,' $n; printf '1'; repeat ')' $n; printf '); exit(); }\n'; } | try
{ repeat 'struct a { ' $n; repeat '}; ' $n; echo 'BEGIN { exit(); }'; } | try
{ printf 'usdt'; repeat ':a' $n; printf ' { }\n'; } | try
{ printf 'usdt'; repeat ':' 100000; printf ' { }\n'; } | try
end
