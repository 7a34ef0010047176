# Names as Go makes them, with dots, stars and parentheses: in stacks, in usym(), as what is traced.
# spec: O-041 F-022 P-045
# needs: uprobe cmd:objcopy
. ./cli.inc
cd "$TMPDIR" || exit 1
objcopy --redefine-sym 'outer=main.(*Server).Handle' --redefine-sym 'leaf=net/http.(*conn).serve.func1' --redefine-sym 'main=runtime.goexit' "$(command -v inlined)" go || exit 1
probe -q -e 'config = { show_debug_info = false } uprobe:./go:"net/http.(*conn).serve.func1" { @[ustack, usym(reg("ip"))] = count(); }' -c ./go; status 0; no_err
out '^        net/http\.\(\*conn\)\.serve\.func1\+0$'
out '^        main\.\(\*Server\)\.Handle\+[0-9]+$'
out '^        runtime\.goexit\+[0-9]+$'
out '^, net/http\.\(\*conn\)\.serve\.func1\]: 1$'
probe -l 'uprobe:./go:main.*'; status 0; out '^uprobe:./go:.*main\.\(\*Server\)\.Handle'
probe -q -e 'uprobe:./go:"main.(*Server).Handle" { print((func, probe)); }' -c ./go; status 0; no_err
out '^\(main\.\(\*Server\)\.Handle, uprobe:./go:main\.\(\*Server\)\.Handle\)$'
end
