# Functions, types and constants that only a module's BTF has; an image that is built for others finds them again, or says what is missing.
# needs: fentry kprobe path:/lib/modules/loop.ko
# serial
# timeout: 300
. ./cli.inc
cd "$TMPDIR" || exit 1
rmmod loop 2>/dev/null
probe -e 'begin { print(sizeof(struct loop_cmd)); exit(); }'
status 1; err "ERROR: Unknown struct/union: 'struct loop_cmd'"
probe -e 'fentry:loop:loop_configure { exit(); }'
status 1; err 'ERROR: specified module loop in probe fentry:loop:loop_configure is not loaded\.'

insmod /lib/modules/loop.ko || exit 1
dd if=/dev/zero of=file bs=1024 count=64 2>/dev/null
probe -q -e 'begin { print(offsetof(struct loop_device, lo_offset)); print(Lo_bound); exit(); }'; status 0; no_err; out '^8$'; out '^Lo_bound$'
probe -lv 'struct loop_cmd'; status 0; no_err; out '^loop: struct loop_cmd \{$'
probe -lv 'fentry:loop:loop_configure'; status 0; no_err; out 'struct loop_device \* lo'
probe -e 'begin { $l = (struct loop_device *)0; print($l->lo_numbr); }'
status 1; err "does not contain a field named 'lo_numbr'"; err "HINT: did you mean 'lo_number'\?"

cat >configure.bt <<'END'
fentry:loop:loop_configure {
	printf("%d %s %d\n", args.lo->lo_number, args.lo->lo_disk->disk_name, args.lo->lo_backing_file == 0);
}
kprobe:loop_configure { $l = (struct loop_device *)arg0; @offset = $l->lo_offset; @flags[$l->lo_flags] = count(); }
fexit:loop:loop_configure { printf("%d %d\n", retval, args.lo->lo_backing_file->f_inode->i_size); }
END
look() {
	status 0; no_err; out '^0 loop0 1$'; out '^0 65536$'; out '^@offset: 0$'; out '^@flags\[0\]: 1$'
	losetup -d /dev/loop0
}
probe -q configure.bt -c 'losetup /dev/loop0 file'; look
probe build configure.bt -o configure.bpf.o; status 0; no_err
probe -q configure.bpf.o -c 'losetup /dev/loop0 file'; look

rmmod loop
probe -q configure.bpf.o -c true; status 255; err 'ERROR: Unable to attach probe: fentry:loop:loop_configure: '
end
