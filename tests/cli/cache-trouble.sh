#!/bin/sh
# A cache that is full, read-only or used by many at once does no harm; what was warned of is warned of again.
# needs: bpf root cmd:unshare
. ./cli.inc
cd "$TMPDIR" || exit 1
mkdir cache
chmod 700 cache
export XDG_CACHE_HOME="$TMPDIR/cache"
printf 'BEGIN { printf("%%s %%d\\n", str($1), $2 + 1); exit(); }\n' >a.bt

mounted() { # OPTIONS: the cache is a file system of its own
	ran="probe with a cache mounted -o $1"
	unshare -m sh -c 'mount -t tmpfs -o "$1" cache "$XDG_CACHE_HOME" && [ -d "$XDG_CACHE_HOME" ] && { "$2" -q a.bt word 4; echo "status $?"; "$2" -q a.bt word 4; find "$XDG_CACHE_HOME" -name "draft*"; }' \
		sh "$1" "$PROBE" >"$out" 2>"$err" </dev/null
	got=$?
	status 0
	no_err
	[ "$(grep -c '^word 5$' "$out")" -eq 2 ] || wrong 'the output is not there twice'
	out '^status 0$'
	not_out draft
}
mounted size=4k,mode=700
mounted size=8k,nr_inodes=2,mode=700
mounted ro

# many at once, the same script and others
for i in 1 2 3 4 5 6; do
	for n in 1 2; do
		"$PROBE" -q a.bt "many$((i % 3))" "$i" >"many.$i.$n" 2>&1 </dev/null &
	done
done
wait
for i in 1 2 3 4 5 6; do
	for n in 1 2; do
		ran="probe beside others, $i $n"
		[ "$(grep -v '^$' "many.$i.$n")" = "many$((i % 3)) $((i + 1))" ] || wrong "printed $(cat "many.$i.$n")"
	done
done
[ -z "$(find cache -name 'draft*')" ] || wrong 'drafts are left'

# a warning comes every time
for n in 1 2; do
	probe -q -e 'BEGIN { 1; exit(); }'
	err 'WARNING'
done

# without HOME there is no cache, and no complaint
unset XDG_CACHE_HOME
HOME=/proc/no/such/home
export HOME
probe -q a.bt word 4
status 0
no_err
out '^word 5$'
end
