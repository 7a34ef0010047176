# The runner itself: what is right passes, and what is wrong fails.  Its probe
# is a shell script that runs the lines of a test that begin with "//! ".
. ./cli.inc

cat >"$TMPDIR/probe" <<'END'
#!/bin/sh
O= C=
while [ $# -gt 0 ]; do
	case $1 in
	*.bt) script=$1; shift; break ;;
	-c) C=$2; shift 2 ;;
	*) O="$O $1"; shift ;;
	esac
done
sed -n 's,^//! ,,p' "$script" >"$TMPDIR/commands"
O=$O C=$C sh "$TMPDIR/commands" "$@"
END
chmod +x "$TMPDIR/probe"

# passes|fails, in words, then the test
n=0
check() {
	n=$((n + 1))
	mkdir -p "$TMPDIR/$n"
	cat >"$TMPDIR/$n/t.bt"
	[ -z "${dump-}" ] || printf '%s\n' "$dump" >"$TMPDIR/$n/t.ast"
	ran="runner: $2"
	"$RUN" "$TMPDIR/probe" "$TMPDIR/$n" >"$out" 2>"$err"
	got=$?
	case $1 in
	passes) status 0; out '^1 passed, 0 failed, 0 skipped$' ;;
	fails) status 1; out '^0 passed, 1 failed, 0 skipped$' ;;
	skips) status 0; out '^0 passed, 0 failed, 1 skipped$' ;;
	esac
}

if [ "$(id -u)" != 0 ]; then exit 77; fi

check passes 'words, environment, standard input, blank lines' <<'END'
// A sentence with std::names and http://addresses.
// expect: a  b
// expect:
// expect: c
// options: -x 'a  b' kprobe:*
// args: "q  r" z
// child: sleep 1 | x
// env: FOO=bar baz
// setup: echo hi > $TMPDIR/f
// stdin: in1
//! echo; echo "a  b"; echo; echo c; echo
//! [ "$O" = " -q -x a  b kprobe:*" ] || echo options: "$O"
//! [ "$1" = "q  r" -a "$2" = z -a "$C" = "sleep 1 | x" -a "$FOO" = "bar baz" ] || echo words
//! [ "$(cat $TMPDIR/f)" = hi ] && read x && [ $x = in1 ] || echo setup or stdin
END
check passes 'messages with and without places' <<'END'
// error: 4:9: unknown function 'prinf'
// error: 5: several lines
// error: no place
// warning: 1:2: careful
//! echo "t.bt:4:9-14: ERROR: unknown function 'prinf' and more" >&2
//! echo '        printf("ERROR: quoted")' >&2
//! echo "t.bt:5-7: ERROR: several lines" >&2
//! echo "ERROR: no place" >&2
//! echo "t.bt:1:2-4: WARNING: careful" >&2
//! echo "t.bt:1:2-4: ERROR: expanded from" >&2
//! exit 1
END
check fails 'a column that is off by one' <<'END'
// error: 4:9: x
//! echo "t.bt:4:8-9: ERROR: x" >&2; exit 1
END
check fails 'a second error' <<'END'
// error: 4:9: x
//! echo "t.bt:4:9: ERROR: x" >&2; echo "ERROR: y" >&2; exit 1
END
check fails 'an error and status 0' <<'END'
// error: 4:9: x
//! echo "t.bt:4:9: ERROR: x" >&2
END
check fails 'an unexpected warning' <<'END'
// expect: a
//! echo a; echo "WARNING: b" >&2
END
check fails 'noise on stderr' <<'END'
//! echo noise >&2
END
check passes 'a pattern for stderr' <<'END'
// stderr: ^no.se$
//! echo noise >&2
END
check fails 'a pattern for stderr that matches nothing' <<'END'
// stderr: ^nose$
//! echo noise >&2
END
check fails 'another line' <<'END'
// expect: a
// expect: b
//! echo a; echo c
END
check fails 'a line too many' <<'END'
// expect: a
//! echo a; echo b
END
check passes 'patterns in order' <<'END'
// match: ^a+$
// match: (b|c)
// not: ^d
//! echo aa; echo x; echo xc; echo xd
END
check fails 'patterns out of order' <<'END'
// match: b
// match: a
//! echo a; echo b
END
check fails 'a line that must not be' <<'END'
// not: ^d
//! echo d
END
check fails 'a status' <<'END'
//! exit 3
END
check passes 'the status asked for' <<'END'
// exit: 3
//! exit 3
END
check fails 'a crash' <<'END'
//! kill -SEGV $$
END
check fails 'a hang' <<'END'
// timeout: 1
//! trap '' TERM INT; setsid sleep 3333 & sleep 3333
END
out 'timeout'
! grep -qa 'sleep.333[3]' /proc/[0-9]*/cmdline 2>/dev/null || wrong 'a process was left'
check fails 'a misspelt directive' <<'END'
// expct: a
END
check fails 'an unknown need' <<'END'
// needs: luck
END
check skips 'an absent need' <<'END'
// needs: path:/no/such/file
//! exit 1
END
dump=tree
check passes 'a dump' <<'END'
//! case $O in *"-d ast"*) echo tree ;; esac
END
check fails 'another dump' <<'END'
//! case $O in *"-d ast"*) echo bush ;; esac
END
end
