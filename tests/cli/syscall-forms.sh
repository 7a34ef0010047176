# System calls by a program at sys_enter or sys_exit, which costs who is traced the least.
# spec: P-060
# needs: btf x86_64
. ./cli.inc

section() {
	probe -d asm -e "$1"; status 0
	grep -o '\.section[^,]*\(tp_btf/sys_[a-z]*\|tracepoint\)' "$out" | sed 's/.*"\{0,1\}\(tp_btf\|tracepoint\)/\1/' | tr -d '\t"' | tr '\n' ' '
}
is() {
	forms=$(section "$1")
	[ "$forms" = "$2 " ] || wrong "forms: $forms, expected $2"
}
is 'tracepoint:syscalls:sys_enter_getppid { @ = count(); }' tp_btf/sys_enter
is 'tracepoint:syscalls:sys_exit_getppid { @ = count(); }' tp_btf/sys_exit
is 'tracepoint:syscalls:sys_enter_getppid { @[kstack] = count(); }' tp_btf/sys_enter
is 'tracepoint:syscalls:sys_enter_getppid { @ = count(); } profile:hz:9 { @b[kstack] = count(); }' tp_btf/sys_enter
end
