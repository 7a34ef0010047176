/*
 * usdt [N [SLEEP]]: pass each of the probes below N times (1), i being 0 ...
 * N-1; then sleep for so many seconds.  Prints "guarded" for every time that
 * guard's semaphore was up.
 */
#include "usdt.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TRACED __attribute__((noinline, noclone, used))

USDT_SEMAPHORE(guard_semaphore);

struct row {
	int8_t byte;
	uint16_t half;
	int32_t word;
	uint64_t wide;
};

static struct row rows[4] = {{-1, 65535, -100, 1}, {-2, 65534, -200, 2}, {-3, 65533, -300, 3}, {-4, 65532, -400, 4}};
int global_word = -12345;
int global_words[8] = {0, 10, 20, -30};
const char *global_text = "global";
static volatile long sink;

/* work:step(i, "one"), then work:step("two", -i): the same name, other places, other types */
TRACED static void step(int i)
{
	USDT2(work, step, 0, "-4@%0 8@%1", i, "one");
	sink++;
	USDT2(work, step, 0, "8@%1 -4@%0", -i, (long)i + 1000);
}

/* work:sizes: the same register as all widths */
TRACED static void sizes(long v)
{
#if defined(__x86_64__)
	USDT_NOTE(work, sizes, 0, "-1@%b0 1@%b0 -2@%w0 2@%w0 -4@%k0 4@%k0 -8@%0 8@%0 1@%h0 -8@%0", "Q"(v));
#else
	USDT_NOTE(work, sizes, 0, "-1@%0 1@%0 -2@%0 2@%0 -4@%0 4@%0 -8@%0 8@%0 1@%0 -8@%0", "r"(v));
#endif
}

/* work:memory: a structure's members, the address in a register */
TRACED static void memory(struct row *r)
{
	USDT_NOTE(work, memory, 0, "-1@%0 2@%1 -4@%2 8@%3", "m"(r->byte), "m"(r->half), "m"(r->word), "m"(r->wide));
}

/* work:element: base + index * scale + offset; a constant; symbols */
TRACED static void element(int *list, long i)
{
#if defined(__x86_64__)
	USDT_NOTE(
		work, element, 0,
		"-4@(%0,%1,4) -4@4(%0,%1,4) -4@$-7 8@$0x10 -4@global_word(%%rip) -4@global_words+12(%%rip) 8@global_text(%%rip)",
		"r"(list), "r"(i));
#else
	USDT_NOTE(work, element, 0, "-4@[%0, %1, lsl 2] -4@[%0, 4] -4@-7 8@0x10", "r"(list), "r"(i));
#endif
}

/* work:guard(i): only where somebody looks */
TRACED static void guard(int i)
{
	if (guard_semaphore) {
		USDT1(work, guard, guard_semaphore, "-4@%0", i);
		puts("guarded");
	}
}

/* work:plain(), play:step(i): no arguments; another provider's probe of the same name */
TRACED static void plain(int i)
{
	USDT0(work, plain, 0);
	USDT1(play, step, 0, "-4@%0", i * 2);
#if defined(__x86_64__)
	USDT_NOTE(work, real, 0, "8f@%0 -4@%1", "x"(1.5), "r"(i));
#endif
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 1;

	for (long i = 0; i < n; i++) {
		step((int)i);
		sizes(-(0x0102030405060708 + i));
		memory(&rows[i % 4]);
		element(global_words, 1 + i % 4);
		guard((int)i);
		plain((int)i);
	}
	fflush(stdout);
	if (argc > 2)
		sleep((unsigned)atoi(argv[2]));
	return 0;
}
