/*
 * cold KIND WHAT [N [FILE]]: N times (1) a string in memory that is not
 * resident, given to WHAT before anybody has touched it.  KIND:
 *	literal	the program's own, in a page of its file never read
 *	mapping	a file just mapped
 *	across	likewise, but the string begins at the end of one page and ends in the next
 *	pageout	a file mapped, read, and put out by MADV_PAGEOUT
 *	warm	resident, for comparison
 *	absent	memory that is not there at all
 * WHAT: text (calls the function text()), frame (likewise, and the caller's
 * frame is said to be there), open, exec (of N processes).
 * Prints nothing; the strings are "/tmp/cold-literal" and "/tmp/cold-mapping".
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define AROUND (1 << 17) /* bytes: more than the kernel maps around a fault */
#define PAGE 4096

/* one page in the middle for each round; the others keep their distance */
#define ROUNDS 16
static const struct {
	char before[AROUND];
	struct {
		char text[AROUND];
	} at[ROUNDS];
} literals __attribute__((aligned(PAGE))) = {
	.at = {[0 ... ROUNDS - 1] = {"/tmp/cold-literal"}},
};

__attribute__((noinline, noclone)) void text(const char *s, long n)
{
	__asm__ volatile("" : : "r"(s), "r"(n) : "memory");
}

/* text(s, n) as if s were the frame pointer of whoever calls it */
#ifdef __x86_64__
void framed(const char *s, long n);
__asm__(".text\nframed:\n\tpush %rbp\n\tmov %rdi, %rbp\n\tcall text\n\tpop %rbp\n\tret\n");
#else
#define framed text
#endif

/* a file of two pages, the string where the first ends or begins */
static char *map(const char *dir, int across)
{
	size_t at = across ? PAGE - 9 : 64;
	char name[4096], page[2 * PAGE] = "", *p;
	int fd;

	snprintf(name, sizeof(name), "%s/cold.XXXXXX", dir);
	fd = mkstemp(name);
	unlink(name);
	strcpy(page + at, "/tmp/cold-mapping");
	if (write(fd, page, sizeof(page)) != sizeof(page))
		exit(2);
	fsync(fd); /* clean pages can be put out */
	p = mmap(NULL, sizeof(page), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p + at;
}

static const char *string(const char *kind, long i, const char *dir)
{
	char *p;

	if (!strcmp(kind, "literal"))
		return literals.at[i % ROUNDS].text;
	if (!strcmp(kind, "absent"))
		return (const char *)0x10000;
	p = map(dir, !strcmp(kind, "across"));
	if (p && (!strcmp(kind, "pageout") || !strcmp(kind, "warm")))
		text(NULL, *(volatile char *)p);
	if (p && !strcmp(kind, "pageout"))
		madvise((void *)((unsigned long)p & -PAGE), PAGE, MADV_PAGEOUT);
	return p;
}

int main(int argc, char **argv)
{
	long n = argc > 3 ? atol(argv[3]) : 1;
	const char *dir = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";

	for (long i = 0; argc > 2 && i < n; i++) {
		const char *s = string(argv[1], i, dir);

		if (!s)
			return 2;
		if (!strcmp(argv[2], "text")) {
			text(s, i);
		} else if (!strcmp(argv[2], "frame")) {
			framed(s, i);
		} else if (!strcmp(argv[2], "open")) {
			int fd = open(s, O_RDONLY);

			if (fd >= 0)
				close(fd);
		} else if (!fork()) {
			char *args[] = {(char *)s, NULL};

			execv(s, args);
			_exit(0);
		} else {
			wait(NULL);
		}
	}
	return 0;
}
