#!/bin/sh
# The stack is not the user's problem: many reads, many variables at a time, long sums in one block.
# spec: T-065
# needs: bpf btf
. ./cli.inc

block() { # N, LINE with %d...
	n=$1
	shift
	i=0
	while [ $i -lt "$n" ]; do
		# shellcheck disable=SC2059
		printf "$1\n" $i $i
		i=$((i + 1))
	done
}

try() { # WHAT; the script is in x.bt
	probe -q --no-warnings "$TMPDIR/x.bt"
	status 0
	no_err
	out "^$1$"
}

{ echo 'BEGIN {'; block 150 '$s += (*(uint8 *)(uint64)(curtask + %d * 8)) * 0;'; echo 'printf("read %d\n", $s); exit(); }'; } >"$TMPDIR/x.bt"
try 'read 0'

{
	echo 'BEGIN {'
	block 150 '$v%d = pid + %d;'
	printf '$s = '
	block 150 '$v%d - %d +'
	echo '0; printf("sum %d\n", $s == (uint64)150 * pid); exit(); }'
} >"$TMPDIR/x.bt"
try 'sum 1'

{
	echo 'BEGIN {'
	block 150 '$v%d = (uint16)(pid * 0 + %d);'
	echo 'for ($i : 0..2) { '
	block 150 '$v%d += %d;'
	echo '} printf("loop %d %d\n", $v0, $v149); exit(); }'
} >"$TMPDIR/x.bt"
try 'loop 0 447'

{
	printf 'BEGIN { printf("terms %%d\\n", '
	block 120 '(curtask->pid + (uint8)comm[%d %% 15] * %d * 0) +'
	echo '0 == 120 * (uint64)tid); exit(); }'
} >"$TMPDIR/x.bt"
try 'terms 1'
