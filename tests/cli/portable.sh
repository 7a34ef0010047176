#!/bin/sh
# An image made on one kernel runs on another, where structs and the fields of tracepoints lie elsewhere.
# needs: host btf path:/usr/bin/qemu-system-x86_64
# timeout: 400
. ./cli.inc
[ "${GUEST-auto}" != no ] || { echo "make check-host leaves the guest out"; exit 77; }
guest=$PWD/../guest/run
build=$(dirname "$PROBE")
"$guest" -b "$build" -n >/dev/null 2>&1 || { echo 'there is no guest'; exit 77; }
cd "$TMPDIR" || exit 1

cat >fields.bt <<'END'
BEGIN {
	$t = (struct task_struct *)(uint64)curtask; // by helpers, not by plain loads
	printf("%d %d\n", curtask->tgid == pid, $t->tgid == pid);
	printf("chain %d %d\n", curtask->nsproxy->pid_ns_for_children->ns.inum >= 0xEFFFFFFC, $t->nsproxy->pid_ns_for_children->ns.inum == curtask->nsproxy->pid_ns_for_children->ns.inum);
	printf("bits %d %d\n", curtask->in_execve, $t->in_execve);
	printf("nested %d %d\n", $t->signal->rlim[7].rlim_cur > 0, $t->signal->rlim[7].rlim_cur == curtask->signal->rlim[7].rlim_cur);
	printf("unnamed %d %d\n", curtask->usage.refs.counter > 0, $t->usage.refs.counter == curtask->usage.refs.counter);
	printf("anonymous %d\n", curtask->mm->total_vm > 0 && $t->mm->total_vm == curtask->mm->total_vm);
	printf("array %d\n", $t->thread.tls_array[1].limit0 == curtask->thread.tls_array[1].limit0);
	printf("element %d %d\n", curtask->cpus_mask.bits[0] > 0, $t->cpus_mask.bits[0] == curtask->cpus_mask.bits[0]);
	printf("union %d\n", $t->files->fdt->max_fds == curtask->files->fdt->max_fds);
	printf("text %d %d\n", $t->comm == comm, curtask->group_leader->comm == comm);
	printf("text %s\n", curtask->nsproxy->uts_ns->name.sysname);
	$c = *$t->cred; // read here as it is laid out where it was built
	printf("whole %d %d %d\n", $c.uid.val == uid, $c.user_ns == curtask->cred->user_ns, $c.group_info == $t->cred->group_info);
	// numbers that became narrower, and an enum
	printf("changed %d %d %d\n", curtask->se.on_rq, $t->se.on_rq, $t->fs->pwd.dentry->d_inode->i_state == curtask->fs->pwd.dentry->d_inode->i_state);
	printf("narrow %d\n", $t->static_prio == curtask->static_prio && $t->static_prio >= 100);
	exit();
}
END
cat >events.bt <<'END'
BEGIN { printf("child %d\n", cpid > 0); }
tracepoint:sched:sched_process_fork /args.parent_pid == cpid/ { printf("fork %s %s\n", str(args.parent_comm), str(args.child_comm)); }
tracepoint:sched:sched_process_exec /pid == cpid/ { printf("exec %s %d %d\n", args.filename, args.pid == pid, args.filename == str(args.filename)); $a = args; printf("all %s %d\n", $a.filename, $a.old_pid == $a.pid); }
tracepoint:sched:sched_migrate_task /args.dest_cpu > 4096 || args.prio > 200/ { printf("migrated %d %d\n", args.dest_cpu, args.prio); }
tracepoint:kmem:kmem_cache_alloc /pid == cpid && args.bytes_alloc < args.bytes_req/ { printf("less than asked\n"); }
tracepoint:syscalls:sys_enter_chdir /pid == cpid/ { printf("chdir %s\n", str(args.filename)); }
tracepoint:syscalls:sys_exit_chdir /pid == cpid/ { printf("chdir %d\n", args.ret); }
END
cat >differs.bt <<'END'
BEGIN {
	if (LINUX_KERNEL_VERSION >= KERNEL_VERSION(6, 5, 0)) {
		printf("from 6.5: %d\n", has_field(struct task_struct, mm_cid));
	} else {
		printf("before 6.5: %d\n", has_field(struct task_struct, mm_cid));
	}
	printf("%d %d\n", has_field(struct task_struct, no_such), has_field(struct task_struct, se.avg));
	if (has_field(struct mm_struct, pcpu_cid)) { // a pointer where it is, 0 in a kernel thread's child
		@ = curtask->mm->pcpu_cid;
		printf("pcpu_cid %d\n", @ != 0);
	}
	if (has_field(struct mm_struct, no_such)) { printf("never %d\n", ((struct task_struct *)curtask->mm->no_such)->pid); }
	$state = has_field(struct task_struct, state) ? curtask->state : curtask->__state;
	printf("state %d\n", $state);
	printf("sizes %d %d %d %d\n", sizeof(struct task_struct), sizeof(*curtask), sizeof(curtask->cpus_mask), 2 * sizeof(struct list_head));
	printf("places %d %d %d\n", offsetof(struct task_struct, pid), offsetof(struct task_struct, se.avg), offsetof(struct mm_struct, mm_count.counter));
	$oom = OOM_KILL;
	printf("enum %d %s %d\n", (uint64)$oom, $oom, $oom == OOM_KILL);
	printf("hz %d\n", CONFIG_HZ);
	printf("text %d\n", kaddr("_text") > 0xffffffff00000000);
	clear(@);
	exit();
}
END
cat >missing.bt <<'END'
config = { missing_probes = ignore }
BEGIN { printf("begin\n"); exit(); }
kprobe:no_such_function { printf("never\n"); }
fentry:no_such_function { printf("never\n"); }
tracepoint:no_such:event { printf("never\n"); }
rawtracepoint:no_such_event { printf("never\n"); }
uprobe:/no/such/file:main { printf("never\n"); }
END
cat >function.bt <<'END'
kprobe:do_sys_openat2 /pid == cpid/ { @[func, args.dfd == -100] = count(); @name = str(args.filename); }
END
cat >traced.bt <<'END'
fentry:do_sys_openat2 /pid == cpid/ { @["fentry", args.dfd == -100] = count(); @name = str(args.filename); }
fexit:do_sys_openat2 /pid == cpid/ { @["fexit", args.dfd == -100 && retval >= 0] = count(); }
rawtracepoint:sched_process_exec /pid == cpid/ { @["exec", args.p->tgid == pid && str(args.bprm->filename) != ""] = count(); }
END
cat >work.sh <<'END'
busybox true
cd /tmp
cd /nowhere 2>/dev/null
:
END
cat >run.sh <<'END'
run() { # WHERE BUILT
	"./fields.$2" -q
	"./events.$2" -q -c 'busybox sh work.sh' 2>&1 | grep -v 'missed by the kernel' # it runs on other CPUs too
	"./missing.$2" -q
	"./differs.$2" -q >"differs.$1.$2" 2>&1
}
END
cat >there.sh <<'END'
for s in fields events missing differs; do
	probe build --no-warnings $s.bt -o $s.there || exit 1
done
. ./run.sh
run there there >there.there 2>&1
run there here >there.here 2>&1
./function.here -q -c 'opens 3' >function.out 2>&1
probe build traced.bt -o traced.there && ./traced.there -q -c 'opens 3' >traced.out 2>&1
./traced.here -q -c 'opens 3' >traced.here.out 2>&1
for f in there.there there.here function.out traced.out traced.here.out fields.there events.there missing.there differs.there differs.there.here differs.there.there; do
	echo "== $f"
	gzip -9 <$f | base64
done
END
for s in fields events missing differs function traced; do
	probe build --no-warnings $s.bt -o $s.here
	status 0
	no_err
done
files=
for f in *.bt *.here *.sh; do
	files="$files -f $f"
done
"$guest" -b "$build" $files -- sh there.sh >all 2>&1 || { cat all; exit 1; }
for f in there.there there.here function.out traced.out traced.here.out fields.there events.there missing.there differs.there differs.there.here differs.there.there; do
	sed -n "/^== $f\$/,/^== /p" all | grep -v '^==' | base64 -d | gunzip >$f
done
chmod +x ./*.there
. ./run.sh
run here here >here.here 2>&1
run here there >here.there 2>&1

same() {
	cmp "$1" "$2" || { ran=$2; diff "$1" "$2"; wrong "$2 is not as $1"; }
}
ran='built here, run here'
out=here.here
out '^1 1$'
out '^chain 1 1$'
out '^nested 1 1$'
out '^unnamed 1 1$'
out '^anonymous 1$'
out '^element 1 1$'
out '^union 1$'
out '^changed 1 1 1$'
out '^whole 1 1 1$'
out '^text Linux$'
out '^narrow 1$'
out '^fork busybox busybox$'
out '^exec .*/busybox 1 1$'
out '^all .*/busybox 1$'
out '^chdir 0$'
out '^begin$'
same here.here here.there
same here.here there.here
same here.here there.there
same differs.here.here differs.here.there
same differs.there.there differs.there.here
ran='what differs, here'
out=differs.here.here
out '^from 6\.5: 1$'
out '^0 1$'
out '^state 0$'
out '^sizes [0-9]+ [0-9]+ [0-9]+ 32$'
out '^enum [0-9]+ OOM_KILL 1$'
out '^hz [0-9]+$'
out '^text 1$'
out=$TMPDIR/out
probe -q differs.bt
cmp "$out" differs.here.here || { diff "$out" differs.here.here; wrong 'the tool differs from the script'; }
ran='what differs, in the guest'
out=differs.there.here
out '^before 6\.5: 0$'
not_out pcpu_cid
out '^hz 250$'
ran='a kprobe built where there are none'
out=function.out
out '^@\[do_sys_openat2, true\]: [0-9]+$'
out '^@name: /'
ran='parameters by their names, built where there is no fentry'
out=traced.here.out
out '^@\[fentry, true\]: [0-9]+$'
out '^@\[exec, true\]: 1$'
ran='parameters by their names'
out=traced.out
out '^@\[fentry, true\]: [0-9]+$'
out '^@\[fexit, true\]: [0-9]+$'
out '^@\[exec, true\]: 1$'
out '^@name: /'
end
