# Kernel functions are listed where there are kprobes.
# needs: kprobe
# spec: C-030 C-031 C-035
. ./cli.inc

probe -l 'kprobe:do_sys_openat2'; status 0; no_err; out_is 'kprobe:do_sys_openat2'
probe -l 'kprobe:vfs_rea*'; status 0; no_err; out '^kprobe:vfs_read$'; not_out vfs_write
probe -e 'kprobe:no_such_function_at_all { exit(); }'; refused 'ERROR: .*no_such_function_at_all'
end
