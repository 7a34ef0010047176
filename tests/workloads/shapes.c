/*
 * shapes [N]: call functions whose parameters are passed in all the ways there
 * are, N times (1), and functions with the names of C++ and Rust ones.  Built
 * with optimisation and, as shapes-plain, without.
 */
#ifdef PLAIN /* CFLAGS of make come last, and have -O2 */
#pragma GCC optimize("O0")
#endif

#include <stdint.h>
#include <stdlib.h>

#define TRACED __attribute__((noinline, noclone, used))
#define KEEP __asm__ volatile("" ::: "memory")

struct pair {
	int a;
	long b;
};
struct big {
	long v[4];
	const char *name;
};
struct mixed {
	double d;
	long n;
};
struct tiny {
	char c;
	short s;
};
struct odd {
	unsigned char bytes[11];
};
enum colour { RED = 1, GREEN = 2, BLUE = -3 };
struct flags {
	unsigned one : 3;
	int two : 5;
	unsigned three : 12;
};
union number {
	int i;
	uint64_t wide;
};
struct item {
	int number;
	struct item *next;
	struct {
		int deep;
	};
	char text[8];
	enum colour colours[2];
};

static struct item last = {2, NULL, {22}, "last", {BLUE, RED}};
static struct item first = {1, &last, {11}, "first", {RED, GREEN}};
static volatile long sink;

TRACED long by_pair(struct pair p, int tail)
{
	KEEP;
	return p.a + p.b + tail;
}

TRACED long by_big(int head, struct big b, int tail)
{
	KEEP;
	return head + b.v[0] + b.v[3] + b.name[0] + tail;
}

TRACED long by_tiny(struct tiny t, struct odd o)
{
	KEEP;
	return t.c + t.s + o.bytes[10];
}

TRACED long reals(double d, int i, float f, long j)
{
	KEEP;
	return (long)d + i + (long)f + j;
}

TRACED long half(struct mixed m, int i)
{
	KEEP;
	return (long)m.d + m.n + i;
}

/* the pair does not fit the last register, f does */
TRACED long spilled(long a, long b, long c, long d, long e, struct pair p, long f, long g)
{
	KEEP;
	return a + b + c + d + e + p.a + p.b + f + g;
}

TRACED struct big made(int n)
{
	KEEP;
	return (struct big){{n, 0, 0, n}, "made"};
}

TRACED enum colour mix(enum colour c, struct flags f, union number u)
{
	KEEP;
	return u.i ? BLUE : f.one == 5 ? c : RED;
}

TRACED signed char letter(int n)
{
	KEEP;
	return (signed char)-n;
}

TRACED struct item *follow(struct item *i, const struct item *const *list, int (*unused)(int))
{
	KEEP;
	(void)unused;
	return i->next ? i->next : (struct item *)list[0];
}

static inline __attribute__((always_inline)) int hidden(int n)
{
	KEEP;
	return n + 1; /* line: hidden */
}

TRACED int shows(int n)
{
	int r = hidden(n);

	KEEP;
	return r * 2; /* line: shows */
}

/* ns::twice(int), ns::twice(long), ns::Box<int>::put(int*), core::fmt::write, mycrate::example */
TRACED int twice_int(int n) __asm__("_ZN2ns5twiceEi");
TRACED long twice_long(long n) __asm__("_ZN2ns5twiceEl");
TRACED int put(void *self, int *n) __asm__("_ZN2ns3BoxIiE3putEPi");
TRACED int rust_legacy(int n) __asm__("_ZN4core3fmt5write17h0123456789abcdefE");
TRACED int rust_v0(int n) __asm__("_RNvC7mycrate7example");

int twice_int(int n)
{
	KEEP;
	return 2 * n;
}

long twice_long(long n)
{
	KEEP;
	return 2 * n + 1;
}

int put(void *self, int *n)
{
	KEEP;
	return self != n;
}

int rust_legacy(int n)
{
	KEEP;
	return n + 3;
}

int rust_v0(int n)
{
	KEEP;
	return n + 4;
}

/* a function without a size, as assemblers make them */
int bare(int n);
__asm__(".text\n"
	".globl bare\n"
	".type bare, %function\n"
	"bare:\n"
#if defined(__x86_64__)
	"	movl %edi, %eax\n"
	"	addl $5, %eax\n"
#endif
	"	ret\n");

int main(int argc, char **argv)
{
	const struct item *list[] = {&last};
	int n = argc > 1 ? atoi(argv[1]) : 1;

	for (int i = 0; i < n; i++) {
		sink += by_pair((struct pair){-3, 1L << 40}, 7);
		sink += by_big(1, (struct big){{10, 20, 30, 40}, "big"}, -2);
		sink += by_tiny((struct tiny){'t', -300}, (struct odd){{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}});
		sink += reals(1.5, -1, 2.5f, 9);
		sink += half((struct mixed){0.5, 8}, 6);
		sink += spilled(1, 2, 3, 4, 5, (struct pair){-6, 66}, 7, -8);
		sink += made(-5).v[0];
		sink += mix(GREEN, (struct flags){5, -7, 1000}, (union number){.wide = 0x100000000});
		sink += letter(33);
		sink += follow(&first, list, shows)->number;
		sink += shows(i);
		sink += twice_int(3) + twice_long(4) + put(&first, NULL) + rust_legacy(1) + rust_v0(2) + bare(6);
	}
	return 0;
}
