#!/bin/sh
# Every row of the tables has an entry in the manual.
# spec: C-002
set -u
cd "$(dirname "$0")/../.." || exit 2
[ -d src/lang ] || exit 77 # the guest has no sources
status=0
look() { # word file
	grep -q -- "$1" "$2" || { echo "$2 does not mention $1"; status=1; }
}
names() { # macro file
	sed -n "s/^$1(\([a-z_0-9]*\),.*/\1/p" "$2"
}
for name in $(names FUNC src/lang/functions.def) $(names BUILTIN src/lang/builtins.def) \
	$(names AGG src/lang/aggregations.def) $(names SETTING src/lang/settings.def) \
	$(names WARNING src/lang/warnings.def); do
	look "$name" man/probe.5
done
for name in $(sed -n "s/^\(RUN_\)\{0,1\}OPTION([^,]*, \([a-z_]*\),.*/\2/p" src/options.def runtime/options.def | tr _ -); do
	look "$name" man/probe.1
done
exit $status
