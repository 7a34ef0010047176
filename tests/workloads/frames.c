/*
 * frames [WAIT]: leaf() is called, by way of middle(), by code that was made at run time and says so
 * in /tmp/perf-PID.map, that by ns::Outer::call(int), a C++ name.  With WAIT it
 * then waits until standard input ends.  The
 * file stays a while, as others leave theirs: whoever traced us still wants it.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TRACED __attribute__((noinline, noclone, used))
#define KEEP __asm__ volatile("" ::: "memory")

typedef void (*call_fn)(void (*callee)(void));

TRACED void leaf(void)
{
	KEEP;
}

TRACED void middle(void)
{
	leaf();
	KEEP;
}

void call(call_fn made) __asm__("_ZN2ns5Outer4callEi");
TRACED void call(call_fn made)
{
	made(middle);
	KEEP;
}

#ifdef __x86_64__
/* push %rbp; mov %rsp, %rbp; call *%rdi; pop %rbp; ret */
static const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};
#else
/* stp x29, x30, [sp, #-16]!; mov x29, sp; blr x0; ldp x29, x30, [sp], #16; ret */
static const unsigned int code[] = {0xa9bf7bfd, 0x910003fd, 0xd63f0000, 0xa8c17bfd, 0xd65f03c0};
#endif

static void remove_later(const char *path)
{
	if (fork())
		return;
	setsid();
	for (int fd = 0; fd < 16; fd++)
		close(fd);
	sleep(5);
	unlink(path);
	_exit(0);
}

int main(int argc, char **argv)
{
	void *made = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	call_fn fn = NULL;
	char path[64], byte;
	FILE *out;

	(void)argv;
	if (made == MAP_FAILED)
		return 1;
	memcpy(made, code, sizeof(code));
	mprotect(made, 4096, PROT_READ | PROT_EXEC);
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	out = fopen(path, "w");
	if (!out)
		return 1;
	fprintf(out, "%lx %zx made::by hand\n", (unsigned long)made, sizeof(code));
	fclose(out);
	memcpy(&fn, &made, sizeof(fn));
	call(fn);
	while (argc > 1 && read(STDIN_FILENO, &byte, 1) > 0)
		;
	remove_later(path);
	return 0;
}
