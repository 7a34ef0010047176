# dw_ustack(): libraries, PLT stubs, signal handlers, samples; of -c, -p and --dwarf-pid, and of nobody else.
# spec: F-021 C-009 O-044
# needs: uprobe x86_64 cmd:gcc
. ./cli.inc
cd "$TMPDIR" || exit 1
cat >t.c <<'CC'
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
__attribute__((noipa)) void leaf(int n) { volatile int kept = n; (void)kept; }
static void handler(int signal) { leaf(signal); }
__attribute__((noipa)) int order(const void *a, const void *b) { leaf(1); return *(int *)a - *(int *)b; }
__attribute__((noipa)) void spin(void) { for (volatile long i = 0; i < 1000; i++); }
__attribute__((noipa)) void middle(int n) { spin(); leaf(n); }
int main(int argc, char **argv)
{
	int two[] = {2, 1};
	if (argc > 1)
		for (;;) { middle(1); getppid(); }
	signal(SIGUSR1, handler);
	kill(getpid(), SIGUSR1);
	qsort(two, 2, sizeof(int), order);
	return 0;
}
CC
gcc -O2 -fomit-frame-pointer -fno-optimize-sibling-calls -o t t.c || exit 1
config='config = { unstable_dw_ustack = enable; show_debug_info = false }'
probe -q -e "$config uprobe:./t:leaf { @n++; print((\"hit\", @n)); print(dw_ustack()); }" -c ./t; status 0; no_err
tr '\n' ' ' <"$out" >flat
grep -Eq '\(hit, 1\)  +leaf\+0 .*kill\+[0-9]+ +main\+[0-9]+ .*_start\+[0-9]+ .*\(hit, 2\)  +leaf\+0 +order\+[0-9]+ .*qsort.* main\+[0-9]+ .*_start\+[0-9]+ ' flat || wrong "$(cat flat)"
not_out failure

# one that runs: a system call, and samples, in which the kernel does not say what is mapped
./t forever &
pid=$!
i=0
while [ $i -lt 200 ] && [ "$(cat /proc/$pid/comm)" != t ]; do sleep 0.02; i=$((i + 1)); done
probe -q -p $pid -e "$config tracepoint:syscalls:sys_enter_getppid { print(dw_ustack()); exit(); }"; status 0; no_err
out '^        main\+[0-9]+$'; out '^        _start\+[0-9]+$'; not_out failure
probe -q -p $pid -e "$config profile:hz:99 /usermode/ { @[dw_ustack()] = count(); if (++@n == 5) { exit(); } }"; status 0; no_err
out '^        middle\+[0-9]+$'; out '^        main\+[0-9]+$'; out '^        _start\+[0-9]+$'
filter="tracepoint:syscalls:sys_enter_getppid /pid == $pid/ { print(dw_ustack()); exit(); }"
probe -q --dwarf-pid $pid --dwarf-pid $$ -e "$config $filter"; status 0; no_err
out '^        main\+[0-9]+$'; not_out failure
probe -q -e "$config $filter"; status 0; err 'WARNING: dw_ustack\(\) unwinds stacks of the processes of -p, -c and --dwarf-pid: there are none'
out '^        <unwind failure>$'; not_out main
kill $pid
probe -q --dwarf-pid 4194303 -e "$config BEGIN { exit(); print(dw_ustack()); }"; status 0; err 'WARNING: dw_ustack\(\): there is no process 4194303, that of --dwarf-pid'
probe --dwarf-pid x -e 'BEGIN { }'; status 1; err 'Failed to parse pid: x'
probe -q -e 'BEGIN { exit(); print(dw_ustack()); }' -c true; status 0; err 'dw_ustack\(\) is unstable and may change \(unstable_dw_ustack\)'
end
