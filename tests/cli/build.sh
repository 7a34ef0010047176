# The image is a file: built, run, and refused when it is damaged.
# needs: bpf
. ./cli.inc

cd "$TMPDIR" || exit 1
printf '%s\n' 'BEGIN { printf("from the image\n"); @a = 3; exit(2); }' >x.bt
probe build x.bt -o x.bpf.o; status 0; no_err; no_out
[ -s x.bpf.o ] || wrong 'no image was written'
[ "$(od -An -c -N4 x.bpf.o | tr -d ' ')" = '177ELF' ] || wrong 'the image is not ELF'
probe -q x.bpf.o; status 2; no_err; out '^from the image$'; out '^@a: 3$'
size=$(wc -c <x.bpf.o)
for part in 1 10 64 100 $((size / 4)) $((size / 2)) $((size - 100)) $((size - 1)); do
	head -c "$part" x.bpf.o >short.bpf.o
	probe -q short.bpf.o; sane
	[ "$got" != 0 ] || wrong "an image cut to $part bytes ran"
	err 'ERROR|usage'
done
probe build x.bt -o /no/such/dir/x.bpf.o; status 1; no_out; err '/no/such/dir'
probe build nope.bt -o y.bpf.o; status 1; no_out; err 'nope\.bt'
[ ! -e y.bpf.o ] || wrong 'an image of nothing was written'
end
