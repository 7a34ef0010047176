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

# without .eh_frame, .debug_frame says it: in the file, compressed, or in its debug file
cat >d.c <<'CC'
__attribute__((noipa)) void leaf(void) { __asm__ volatile(""); }
__attribute__((noipa)) int middle(int n) { leaf(); return n; }
int main(void) { return middle(0); }
CC
bare='-O2 -g -fomit-frame-pointer -fno-optimize-sibling-calls -fno-asynchronous-unwind-tables -fno-unwind-tables -fno-exceptions'
# shellcheck disable=SC2086
gcc $bare -o d d.c && gcc $bare -gz=zlib -o packed d.c && objcopy --only-keep-debug d d.debug && strip -g -o apart d &&
	objcopy --add-gnu-debuglink=d.debug apart && strip -g -o none d || exit 1
for program in d packed apart; do
	probe -q -e "$config uprobe:./$program:leaf { print(dw_ustack()); }" -c ./$program; status 0; no_err
	[ "$(tr -s ' \n' ' ' <"$out" | grep -Eo '^ leaf\+0 middle\+[0-9]+ main\+[0-9]+ .*_start\+[0-9]+ $')" ] || wrong "frames of $program"
done
probe -q -e "$config uprobe:./none:leaf { print(dw_ustack()); }" -c ./none; status 0; out '^        <unwind failure>$'

# the vDSO, from which the kernel is called for a clock that it does not know; code that was made, with frame pointers and without
cat >made.c <<'CC'
#include <string.h>
#include <sys/mman.h>
#include <time.h>
__attribute__((noipa)) void leaf(void) { __asm__ volatile(""); }
__attribute__((noipa)) int ask(void) { struct timespec t; return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); }
__attribute__((noipa)) void call(void *code) { ((void (*)(void (*)(void)))code)(leaf); __asm__ volatile(""); }
int main(void)
{
	/* push %rbp; mov %rsp, %rbp; call *%rdi; pop %rbp; ret -- and xor %ebp, %ebp for the second instruction */
	static const unsigned char with[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3}, without[] = {0x55, 0x31, 0xed, 0xff, 0xd7, 0x5d, 0xc3};
	char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(code, with, sizeof(with));
	memcpy(code + 64, without, sizeof(without));
	ask();
	call(code);
	call(code + 64);
	return 0;
}
CC
gcc -O2 -fomit-frame-pointer -fno-optimize-sibling-calls -o made made.c || exit 1
probe -q -e "$config tracepoint:syscalls:sys_enter_clock_gettime /pid == cpid/ { print(dw_ustack(5)); }" -c ./made; status 0; no_err
tr -s ' \n' ' ' <"$out" | grep -Eq '^ __vdso_clock_gettime\+[0-9]+ [_a-z]*clock_gettime\+[0-9]+ ask\+[0-9]+ main\+[0-9]+ ' || wrong 'frames from the vDSO'
probe -q -e "$config uprobe:./made:leaf { print(dw_ustack()); }" -c ./made; status 0
tr -s ' \n' ' ' <"$out" | grep -Eq '^ leaf\+0 0x[0-9a-f]+ call\+[0-9]+ main\+[0-9]+ .*_start\+[0-9]+ leaf\+0 0x[0-9a-f]+ <unwind failure> $' || wrong 'frames of code that was made'

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
