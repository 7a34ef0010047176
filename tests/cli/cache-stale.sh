#!/bin/sh
# An image is made again when anything changes that it was made of, and not otherwise.
# needs: host bpf root uprobe tracefs cmd:objcopy cmd:cc
# serial
# timeout: 120
. ./cli.inc
cd "$TMPDIR" || exit 1
XDG_CACHE_HOME=$TMPDIR/cache
export XDG_CACHE_HOME
mkdir -m 700 cache

images() {
	find cache -name '*.image' | wc -l
}
again() { # what is the same twice is made once
	rm -f cache/probe/*.image
	probe "$@"
	first=$(cat "$out" "$err")
	[ "$(images)" -eq 1 ] || wrong "$(images) images were kept, expected 1"
	mark=$(cksum cache/probe/*.image)
	probe "$@"
	[ "$(cat "$out" "$err")" = "$first" ] || wrong "the second time it said otherwise: $first"
	[ "$(cksum cache/probe/*.image)" = "$mark" ] || wrong 'it was compiled again'
}

# a program that is compiled again: its functions, its parameters
make_it() { # PARAMETERS BODY
	printf '#include <stdlib.h>\n__attribute__((noinline)) long work(%s) { __asm__ volatile("" ::: "memory"); return %s; }\nint main(int argc, char **argv) { (void)argv; return (int)work(argc, argc + 4) * 0; }\n' "$1" "$2" >it.c
	cc -g -O1 -o it it.c
}
make_it 'long a, long b' 'a + b'
again -q -e "uprobe:./it:work { printf(\"%d\\n\", args.b); exit(); }" -c ./it
out '^5$'
make_it 'long b, long a' 'a + b'
probe -q -e "uprobe:./it:work { printf(\"%d\\n\", args.b); exit(); }" -c ./it
out '^1$'

# what was stripped comes back beside it
cp it full
objcopy --only-keep-debug it it.debug.away
objcopy --strip-debug --remove-section=.gnu_debuglink --add-gnu-debuglink=it.debug.away it
mv it.debug.away away
probe -q -e "uprobe:./it:work { printf(\"%d\\n\", args.b); exit(); }" -c ./it
status 1
again -q -e 'uprobe:./it:work { printf("%d\n", arg1); exit(); }' -c ./it
out '^5$'
mv away it.debug.away
probe -q -e "uprobe:./it:work { printf(\"%d\\n\", args.b); exit(); }" -c ./it
out '^1$'

# the first on PATH
mkdir first second
cp full second/itself
path=$PATH
PATH=$PWD/first:$PWD/second:$path
again -q -e 'uprobe:itself:work { printf("%s\n", probe); exit(); }' -c ./second/itself
out '/second/itself:work$'
cp full first/itself
probe -q -e 'uprobe:itself:work { printf("%s\n", probe); exit(); }' -c ./first/itself
out '/first/itself:work$'
PATH=$path

# a header that is found before the one that was read
mkdir one two
echo '#define N 2' >two/n.h
printf '#include "n.h"\nBEGIN { printf("%%d\\n", N); exit(); }\n' >n.bt
again -q -I one -I two n.bt
out '^2$'
echo '#define N 1' >one/n.h
probe -q -I one -I two n.bt
out '^1$'

# what is imported
echo 'macro twice(x) { x * 2 }' >lib.bt
printf 'import "lib.bt";\nBEGIN { printf("%%d\\n", twice(4)); exit(); }\n' >user.bt
again -q user.bt
out '^8$'
echo 'macro twice(x) { x * 3 }' >lib.bt
probe -q user.bt
out '^12$'

# an event that somebody made, and makes anew with other fields
events=/sys/kernel/tracing/uprobe_events
group=probe_test_$$
at=$(objdump -d full | sed -n 's/^0*\([0-9a-f]*\) <work>:$/\1/p')
if [ -w "$events" ] && [ -r /sys/kernel/tracing/dynamic_events ]; then
	trap 'echo "-:$group/ev" >>"$events"' EXIT
	echo "p:$group/ev $PWD/full:0x$at first=%di:u64" >>"$events"
	again -q --dry-run -e "BEGIN { print(1); } tracepoint:$group:ev { print(args.first); }"
	echo "-:$group/ev" >>"$events"
	echo "p:$group/ev $PWD/full:0x$at second=%di:u64" >>"$events"
	probe -q --dry-run -e "BEGIN { print(1); } tracepoint:$group:ev { print(args.first); }"
	err "does not contain a field named 'first'"
fi

# the settings of the environment
again -q -e 'BEGIN { print(sizeof(str("abc"))); exit(); }'
BPFTRACE_MAX_STRLEN=32
export BPFTRACE_MAX_STRLEN
before=$(images)
probe -q -e 'BEGIN { print(sizeof(str("abc"))); exit(); }'
[ "$(images)" -eq $((before + 1)) ] || wrong 'a setting changed and nothing was compiled'
unset BPFTRACE_MAX_STRLEN

# it does not grow without end: what was used longest ago goes
truncate -s 100M cache/probe/old.image
touch -d 2001-01-01 cache/probe/old.image
probe -q -e 'BEGIN { print("another"); exit(); }'
[ ! -e cache/probe/old.image ] || wrong 'the cache is larger than it may be'
[ "$(images)" -gt 1 ] || wrong 'all images are gone'

# a file in the cache that others can write to is not believed
chmod 666 cache/probe/*.image
probe -q user.bt
out '^12$'
[ "$(stat -c %a cache/probe/*.image | grep -c 600)" -eq 1 ] || wrong 'it was not made again'
# nor is a link
rm -f cache/probe/*.image
probe -q user.bt
for image in cache/probe/*.image; do
	mv "$image" elsewhere
	ln -s "$PWD/elsewhere" "$image"
done
echo 'macro twice(x) { x * 5 }' >lib.bt
probe -q user.bt
out '^20$'
[ ! -L "$(echo cache/probe/*.image)" ] || wrong 'a link is kept'
# nor a directory that is a link
mv cache/probe there
ln -s "$PWD/there" cache/probe
rm -f there/*
probe -q user.bt
out '^20$'
[ -z "$(ls there)" ] || wrong 'an image was kept behind a link'
end
