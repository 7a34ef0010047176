# BPF objects as imports: made before, of a directory, without clang, in the cache, in a tool, and what is refused.
# spec: S-010 F-039
# needs: cmd:clang
. ./cli.inc
cd "$TMPDIR" || exit 1
include=/usr/include/$(uname -m)-linux-gnu
compile() {
	clang -target bpf -O2 -g -idirafter "$include" -c "$1" -o "$2" || exit 1
}

mkdir dir
echo '#define MORE 40' >more.h
printf '%s\n' '#include "more.h"' 'int more(int a) { return a + MORE; }' >one.bpf.c
echo 'int twice(int a) { return 2 * a; }' >two.bpf.c
compile two.bpf.c dir/two.bpf.o

# an object needs no clang, C does
cat >all.bt <<'END'
import "one.bpf.c";
import "dir";
begin { printf("%d\n", more(twice(1))); exit(); }
END
probe -q all.bt; status 0; no_err; out '^42$'
probe -q all.bt; status 0; no_err; out '^42$' # from the cache
sed -i s/40/50/ more.h
probe -q all.bt; status 0; no_err; out '^52$' # no more
PATH=/nowhere probe -q -e 'import "one.bpf.c"; begin { more(1); exit(); }'
status 1; err "stdin:1:1-[0-9]*: ERROR: compiling 'one.bpf.c' needs clang, which is not on [$]PATH"; err 'HINT: .*\.bpf\.o'
PATH=/nowhere probe -q -e 'import "dir/two.bpf.o"; begin { print(twice(4)); exit(); }'; status 0; no_err; out '^8$'

# what was built needs neither
probe build all.bt -o tool; status 0
mkdir empty
(cd empty && ../tool -q) >out 2>err; [ "$(cat out)" = 52 ] || fail "the tool prints $(cat out err)"

# refused
echo 'int f(int a) { return b; }' >wrong.bpf.c
probe -e 'import "wrong.bpf.c"; begin { }'; status 1; err "ERROR: clang cannot compile 'wrong.bpf.c'"; err "wrong.bpf.c:1:.*'b'"
echo 'int twice(int a) { return 3 * a; }' >again.bpf.c
probe -e 'import "two.bpf.c"; import "again.bpf.c"; begin { twice(1); }'; status 1; err "twice\(\) is in 'two.bpf.c' and in 'again.bpf.c'"
echo text >text.bpf.o
probe -e 'import "text.bpf.o"; begin { }'; status 1; err "'text.bpf.o' is no BPF object to be linked with: "
clang -target bpf -O2 -c two.bpf.c -o plain.bpf.o || exit 1
probe -e 'import "plain.bpf.o"; begin { }'; status 1; err "'plain.bpf.o' .* no BTF; clang writes it with -g"
licensed() { # LICENSE FUNCTION
	printf '%s\n' "int $2(void) { return 1; }" "char l_$2[] __attribute__((section(\"license\"))) = \"$1\";" >"$2.bpf.c"
}
licensed MIT mit
probe -e 'import "mit.bpf.c"; begin { print(mit()); exit(); }'; status 1; err "ERROR: 'mit.bpf.c' is licensed under \"MIT\": "
licensed 'Dual BSD/GPL' dual
probe -q -e 'import "dual.bpf.c"; begin { print(dual()); exit(); }'; status 0; no_err; out '^1$'
licensed 'GPL v2' v2
probe -q -e 'import "dual.bpf.c"; import "v2.bpf.c"; begin { print(dual()); exit(); }'; status 1; err "'license'"; err 'HINT: .*license = '
printf '%s\n' 'extern int elsewhere(int a);' 'int f(void) { return elsewhere(1); }' >half.bpf.c
probe -e 'import "half.bpf.c"; begin { print(f()); exit(); }'; status 1; err 'elsewhere'

# the verifier's word on a function is that on the line of C
printf '%s\n' 'int f(int *a) { return a[1000]; }' >bad.bpf.c
probe -e 'import "bad.bpf.c"; begin { $x = (int32)1; print(f(&$x)); exit(); }'; status 255; err "bad.bpf.c:1: ERROR: Error loading BPF program for begin"
end
