# Every header of the libc and of the kernel is understood, and every struct in them has the size and the offsets that gcc gives it.
# spec: L-020 L-021 L-025
# needs: cmd:gcc path:/usr/include/linux/types.h
# timeout: 300
layouts=$WORKLOADS/../cdef/layouts
[ -x "$layouts" ] || exit 77
cd "$TMPDIR" || exit 1
export layouts
cat >one <<'END'
name=$(echo "$1" | tr / _)
echo "#include <$1>" | gcc -D_GNU_SOURCE -fsyntax-only -x c - 2>/dev/null || exit 0 # alone it is no C
"$layouts" "$1" >"$name.c" 2>&1 || echo "$1 is not understood"
gcc -fsyntax-only -w -x c "$name.c" 2>&1 | grep error: | head -3
grep -c '_Static_assert(sizeof' "$name.c" >"$name.count"
END
libc='stdio stdlib string unistd fcntl signal time errno dirent poll pthread sched stat termios ucontext utmpx wait link elf ifaddrs netdb
	pwd grp glob search semaphore spawn syslog aio mqueue resolv setjmp locale wchar math complex fenv inttypes iconv langinfo regex'
{
	cd /usr/include && ls linux/*.h net/*.h netinet/*.h netpacket/*.h arpa/*.h
	for h in $libc; do
		[ ! -f "$h.h" ] || echo "$h.h"
	done
	cd /usr/include/*-linux-gnu && ls sys/*.h
} | sort -u >headers
xargs -P 2 -n 1 sh one <headers >wrong
if [ -s wrong ]; then
	cat wrong
	exit 1
fi
types=$(cat ./*.count | awk '{ n += $1 } END { print n }')
[ "$types" -gt 3000 ] || { echo "only $types types were compared"; exit 1; }
