#!/bin/sh
# What a script takes is given to its tool when that runs, unless it was given when building.
# spec: L-027 L-028 L-030 F-060
# needs: bpf
. ./cli.inc
cd "$TMPDIR" || exit 1
cat >a.bt <<'END'
// Shows what it is given.
BEGIN {
	printf("%d %s %s %d\n", $1, str($2), str($3 + 2), $#);
	printf("%d %d %s\n", getopt("count", 5, "how many"), getopt("low", -1), getopt("name", "bob", "whom"));
	if (getopt("loud")) { printf("loud\n"); }
	if ($1 > 10) { printf("many\n"); }
	if (comm == str($2)) { printf("me\n"); }
	if (strcontains(str($2), "oo")) { printf("oo\n"); }
	@[$1] = count();
	exit();
}
END
direct=$PROBE
probe build a.bt -o tool
status 0
no_err
# the same words, the same output
for words in '' '7' '0x10 tool hello' '5m foo' '1 2 345 6'; do
	PROBE=$direct
	probe -q a.bt $words
	cp "$out" expected
	PROBE=./tool
	probe -q $words
	status 0
	if [ "$words" = '0x10 tool hello' ]; then
		out '^me$' # it is the comm of the tool that counts
		sed -i '/^many/a me' expected
	fi
	out_is "$(cat expected)"
done
PROBE=./tool
probe -q -- -5 --count=6
out '^-5   1$'
out '^6 -1 bob$'
probe -q --count=0b101 --low=-9 --name='a b' --loud 1
status 0
no_err
out '^5 -9 a b$'
out '^loud$'
probe --loud=off -q
not_out loud
# what is wrong is named
probe word
refused 'the parameter \$1 of this program is an integer, found .word.'
probe --count
refused 'option --count expects an integer'
probe --count=x
refused 'option --count invalid integer \(value: x\)'
probe --loud=maybe
refused 'option --loud expects a boolean'
probe --name
refused 'option --name expects a string'
probe 1 "$(printf '%2000s' x)"
refused 'String is too long \(over 1023 bytes\): \$2'
probe -- --nope
refused 'unexpected program command line options: --nope'
err 'HINT: .*--count: how many'
probe --help
status 0
no_err
out '^Shows what it is given\.$'
out '^Usage: ./tool \[options\] ARG1 ARG2 ARG3 \.\.\.$'
out '--count=N  *how many \(default: 5\)$'
out '--name=TEXT  *whom \(default: "bob"\)$'
out '--loud  *\(default: false\)$'

# an object takes them from probe
PROBE=$direct
probe build a.bt -o a.bpf.o
probe -q a.bpf.o 3 x -- --name=eve
out '^3 x  2$'
out '^5 -1 eve$'
probe a.bpf.o -- --nope
refused 'unexpected program command line options: --nope'

# what was given when building stays
probe build a.bt 77 -o fixed -- --name=ann
PROBE=./fixed
probe -q x yy zz
out '^77 x  4$'
out '^5 -1 ann$'
probe --name=x
status 1
err 'unrecognized option'
PROBE=$direct
printf 'BEGIN { print($2); exit(); }\n' >b.bt
probe build b.bt 1 -o two
PROBE=./two
probe -q word
out '^word$'
probe one two
refused "'two' is one word too many"

# a word compared with a string is one
PROBE=$direct
printf 'BEGIN { if (comm == $1) { print("same"); } if ("abc" == $2) { print($2); } exit(); }\n' >d.bt
probe build d.bt -o d
PROBE=./d
probe -q d abc
out '^same$'
out '^abc$'

# what must be known when compiling is said, with the way out
PROBE=$direct
late() { # SCRIPT WHAT MORE
	printf '%s\n' "$1" >c.bt
	probe build c.bt -o c
	refused "$2 must be known"
	err 'HINT: give it a value when building'
	[ ! -e c ] || wrong 'a tool was made'
	probe build c.bt -o c 3 $3
	status 0
	no_err
	rm -f c
}
late 'interval:ms:$1 { exit(); }' '\$1 in an attach point' ''
late 'BEGIN { unroll($1) { @ += 1; } exit(); }' '\$1' ''
late 'BEGIN { unroll(getopt("n", 1)) { @ += 1; } exit(); }' 'getopt\(\)' '-- --n=3'
late 'BEGIN { @ = lhist(1, 0, 100, $1); exit(); }' '\$1' ''
late 'BEGIN { if comptime ($1) { @ = 1; } exit(); }' '\$1' ''
late 'BEGIN { print(kstack($1)); exit(); }' '\$1' ''
end
