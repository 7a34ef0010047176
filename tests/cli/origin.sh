# The command that this project began with, to the letter.
# needs: kprobe
# spec: S-024
. ./cli.inc

ran='the literal command'
"$PROBE" -e 'kprobe:do_sys_openat2 < @[comm]=count(); >' -c 'opens 7' >"$out" 2>"$err" </dev/null
got=$?
status 0; out '^@\[opens\]: [0-9]+$'
n=$(sed -n 's/^@\[opens\]: //p' "$out")
# 7 of its own; being static it opens nothing else
[ "$n" = 7 ] || wrong "counted $n opens, expected 7"
probe -q -c 'opens 3' -e 'kprobe:do_sys_openat2 /comm == "opens"/ < if (arg2 > 5) { @a = count(); } @b[1 < 2] = count() >'
status 0; no_err; out '^@b\[.*\]: 3$'
end
