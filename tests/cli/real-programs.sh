#!/bin/sh
# Programs as they are built: PIE, at fixed addresses, static, stripped with what .dynsym has; a library; the names of Rust, of both manglings.
# spec: P-045 P-047 P-050 P-052 O-042
# needs: uprobe root cmd:cc cmd:strip x86_64 host
# timeout: 60
. ./cli.inc
cd "$TMPDIR" || exit 1
cat >lib.c <<'END'
__attribute__((noinline)) int shared_add(int a, int b) { __asm__ volatile("" ::: "memory"); return a + b; }
END
cat >main.c <<'END'
#include <stdlib.h>
#define TRACED __attribute__((noinline, noclone, used))
int shared_add(int a, int b);
TRACED int own(int a) { __asm__ volatile("" ::: "memory"); return 2 * a; }
TRACED int rust_add(int a, int b) __asm__("_RNvCs4fqI2P2rA04_7mycrate3add");
TRACED int rust_swap(int a) __asm__("_RINvNtCs4fqI2P2rA04_7mycrate5inner4swaplEB4_");
TRACED int rust_mul(int a, int b) __asm__("_ZN7mycrate5inner3mul17h0123456789abcdefE");
int rust_add(int a, int b) { __asm__ volatile("" ::: "memory"); return a + b; }
int rust_swap(int a) { __asm__ volatile("" ::: "memory"); return -a; }
int rust_mul(int a, int b) { __asm__ volatile("" ::: "memory"); return a * b; }
int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1, sum = 0;

	for (int i = 0; i < n; i++)
		sum += own(i) + shared_add(i, 1) + rust_add(i, 1) + rust_mul(i, 2) + rust_swap(i);
	return sum == 12345;
}
END
cc -O1 -fPIC -shared -o libthing.so lib.c || exit 77
cc -O1 -fPIE -pie -rdynamic -o pie main.c -L. -lthing -Wl,-rpath,. || exit 77
cc -O1 -fno-pie -no-pie -o fixed main.c -L. -lthing -Wl,-rpath,. || exit 77
cc -O1 -static -o static main.c lib.c || exit 77
strip -o stripped pie && strip libthing.so

# what each was called with, where from, and what it returned
for program in pie fixed static stripped; do
	probe -q -c "./$program 5" -e "uprobe:./$program:own { @a = sum(arg0); @[func, usym(reg(\"ip\")), ustack(1)] = count(); } uretprobe:./$program:own { @r = sum(retval); }"
	status 0; no_err; out '^@a: 10$'; out '^@r: 20$'; out '^@\[own, own, $'; out '^        own\+0$'
done
for program in pie fixed stripped; do
	probe -q -c "./$program 5" -e 'uprobe:./libthing.so:shared_add { @a = sum(arg0 + arg1); @[func, ustack(1)] = count(); } uretprobe:./libthing.so:shared_add { @r = sum(retval); }'
	status 0; no_err; out '^@a: 15$'; out '^@r: 15$'; out '^        shared_add\+0$'
	probe -q -c "./$program 5" -e 'uprobe:libc:malloc, uprobe:libc:__libc_start_main { @[func] = count(); }'; status 0; no_err; out '^@\[__libc_start_main\]: 1$'
done
# what is not exported is not in a stripped program
strip -o bare fixed
probe -e 'uprobe:./bare:own { }' -c ./bare; refused 'ERROR: Could not resolve symbol: ./bare:own'
address=$(nm fixed | sed -n 's/^0*\([0-9a-f]*\) T own$/0x\1/p')
probe -q -e "uprobe:./bare:$address { @ = sum(arg0); }" -c './bare 5'; status 0; no_err; out '^@: 10$'

# Rust
for program in pie fixed static stripped; do
	probe -l "uprobe:./$program:cpp:*mycrate*"; status 0; no_err
	out_is "uprobe:./$program:cpp:\"mycrate::add\"
uprobe:./$program:cpp:\"mycrate::inner::mul\"
uprobe:./$program:cpp:\"mycrate::inner::swap::<i32>\""
	probe -q -c "./$program 5" -e "uprobe:./$program:cpp:\"mycrate::add\" { @add[func] = sum(arg0 + arg1); }
uretprobe:./$program:cpp:\"mycrate::inner::mul\" { @mul[func] = sum(retval); }
uprobe:./$program:_ZN7mycrate5inner3mul17h0123456789abcdefE { @plain[usym(reg(\"ip\"))] = sum(arg1); }
uprobe:./$program:cpp:\"mycrate::inner::sw*\", uprobe:./$program:_RNv* { @wild[func] = count(); }"
	status 0; no_err
	out '^@add\[mycrate::add\]: 15$'; out '^@mul\[mycrate::inner::mul\]: 20$'; out '^@plain\[mycrate::inner::mul\]: 10$'
	out '^@wild\[mycrate::add\]: 5$'; out '^@wild\[mycrate::inner::swap::<i32>\]: 5$'
done
BPFTRACE_CPP_DEMANGLE=0 probe -q -c './pie 5' -e 'uprobe:./pie:_ZN7mycrate* { @[func] = count(); }'; status 0; out '^@\[_ZN7mycrate5inner3mul17h0123456789abcdefE\]: 5$'
probe -e 'uprobe:./pie:cpp:"mycrate::inner::nul" { }'; refused 'ERROR: Could not resolve symbol: ./pie:mycrate::inner::nul'
probe -e 'uprobe:./pie:cpp:mycrate::add { }'; refused 'ERROR: uprobe probe type requires 1 or 3 arguments, found 5'
end
