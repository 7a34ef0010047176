# --info tells what the kernel can do.
# needs: root
# spec: C-025
. ./cli.inc

probe --info; status 0; no_err; out 'OS:.*'; out 'Arch:'; out 'btf: (yes|no)'; out '^  kprobe_multi: (yes|no)$'
sections=$(grep -v '^ ' "$out")
[ "$sections" = "$(printf 'System\n\nBuild\n\nKernel helpers\n\nKernel features\n\nProbe types')" ] || wrong "sections: $sections"
out '^  version: v[0-9]'; out '^  Instruction limit: (4096|1000000)$'; out '^  module btf: (yes|no)$'; out '^  probe_read_kernel_str: yes$'; out '^  iter: (yes|no)$'
end
