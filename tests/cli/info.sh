# --info tells what the kernel can do.
# needs: root
# spec: C-025
. ./cli.inc

probe --info; status 0; no_err; out 'OS:.*'; out 'Arch:'; out 'btf: (yes|no)'; out 'kprobe_multi: (yes|no)'
end
