#!/bin/sh
# What the compiler makes, as files: the object, LLVM's code before and after its passes.
# spec: C-024 C-014 D-027 C-026
# needs: bpf
. "$(dirname "$0")/cli.inc"
probe --emit-elf "$TMPDIR/a.o" -e 'BEGIN { printf("ran\n"); }'; status 0; no_err; no_out
[ "$(head -c 4 "$TMPDIR/a.o" | od -An -c | tr -d ' ')" = '177ELF' ] || wrong 'no ELF file'
probe -q "$TMPDIR/a.o"; status 0; out '^ran$'
probe -q --verify-llvm-ir --emit-llvm "$TMPDIR/b" -e 'BEGIN { printf("ran\n"); }'; status 0; no_err; out '^ran$'
grep -q 'define i64 @clause0' "$TMPDIR/b.original.ll" || wrong 'no code before the passes'
grep -q 'i64 @clause0' "$TMPDIR/b.optimized.ll" || wrong 'no code after the passes'
probe -q -kk -e 'BEGIN { printf("ran\n"); }'; status 0; out '^ran$'
probe -q -b -e 'BEGIN { printf("ran\n"); }'; status 0; out '^ran$'
probe -q --btf -e 'BEGIN { printf("ran\n"); }'; status 0; out '^ran$'
probe -q -d -e 'BEGIN { printf("ran\n"); }'; status 0; out '^ran$'
probe -q -dd -e 'BEGIN { printf("ran\n"); }'; status 0; out '^ran$'
probe -q -e 'BEGIN { printf("ran\n"); }' -d; status 0; out '^ran$'
probe --emit-elf /nonexistent/a.o -e 'BEGIN { }'; status 1; err 'failed to write'
end
