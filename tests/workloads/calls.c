/*
 * calls FUNCTION [N [THREADS]]: in each of THREADS threads (1) call FUNCTION
 * N times (1) with arguments that a test can know: i is 0 ... N-1.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRACED __attribute__((noinline, noclone, used))
#define KEEP __asm__ volatile("" ::: "memory")

struct point {
	int x;
	short y;
	const char *name;
	struct point *next;
};

static struct point far_point = {30, 40, "far", NULL};
static struct point near_point = {10, -20, "near", &far_point};
static volatile long sink;

/* add(i, 2 * i) = 3 * i */
TRACED int add(int a, int b)
{
	KEEP;
	return a + b;
}

/* negate(i) = -i */
TRACED long negate(long a)
{
	KEEP;
	return -a;
}

/* many(1, 2, 3, 4, 5, 6, 7, 8) = 36: the last two are on the stack */
TRACED long many(long a, long b, long c, long d, long e, long f, long g, long h)
{
	KEEP;
	return a + b + c + d + e + f + g + h;
}

/* greet("hello") = "hello" + i % 2 */
TRACED const char *greet(const char *text, int skip)
{
	KEEP;
	return text + skip;
}

/* walk(&near_point) = 40 */
TRACED int walk(struct point *p)
{
	KEEP;
	return p->x + (p->next ? p->next->x : 0);
}

/* nested(i) calls inner(i + 1), which calls leaf(i + 2) */
TRACED int leaf(int depth)
{
	KEEP;
	return depth;
}

TRACED int inner(int depth)
{
	int r = leaf(depth + 1);
	KEEP;
	return r + 1;
}

TRACED int nested(int depth)
{
	int r = inner(depth + 1);
	KEEP;
	return r + 1;
}

/* factorial(5): recursion */
TRACED long factorial(long n)
{
	long r = n < 2 ? 1 : n * factorial(n - 1);
	KEEP;
	return r;
}

/* bytes("\x00\x01...\x0f", 16) */
TRACED int bytes(const unsigned char *data, int len)
{
	KEEP;
	return data[0] + len;
}

/* wide(i): all the widths of arguments */
TRACED uint64_t wide(int8_t a, uint8_t b, int16_t c, uint16_t d, int32_t e, uint32_t f)
{
	KEEP;
	return (uint64_t)a + b + c + d + e + f;
}

/* boolean(i % 2) */
TRACED _Bool boolean(_Bool b)
{
	KEEP;
	return !b;
}

static void call_add(long i)
{
	sink += add((int)i, 2 * (int)i);
}

static void call_negate(long i)
{
	sink += negate(i);
}

static void call_many(long i)
{
	(void)i;
	sink += many(1, 2, 3, 4, 5, 6, 7, 8);
}

static void call_greet(long i)
{
	sink += greet("hello", i % 2)[0];
}

static void call_walk(long i)
{
	(void)i;
	sink += walk(&near_point);
}

static void call_nested(long i)
{
	sink += nested((int)i);
}

static void call_factorial(long i)
{
	(void)i;
	sink += factorial(5);
}

/* bottom(), below descend(40), descend(39), ... where i is odd, else below descend(3) ... */
TRACED int bottom(void)
{
	KEEP;
	return 1;
}

TRACED int descend(long n)
{
	int r = n ? descend(n - 1) : bottom();
	KEEP;
	return r + 1;
}

static void call_descend(long i)
{
	sink += descend(i % 2 ? 40 : 3);
}

static void call_abyss(long i) /* more frames than the kernel follows */
{
	(void)i;
	sink += descend(200);
}

static void call_bytes(long i)
{
	static const unsigned char data[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

	(void)i;
	sink += bytes(data, sizeof(data));
}

static void call_wide(long i)
{
	(void)i;
	sink += (long)wide(-1, 255, -2, 65535, -3, 4294967295u);
}

static void call_boolean(long i)
{
	sink += boolean(i % 2);
}

static const struct {
	const char *name;
	void (*call)(long i);
} functions[] = {
	{"add", call_add},   {"negate", call_negate},   {"many", call_many},           {"greet", call_greet},
	{"walk", call_walk}, {"nested", call_nested},   {"factorial", call_factorial}, {"bytes", call_bytes},
	{"wide", call_wide}, {"boolean", call_boolean}, {"descend", call_descend},     {"abyss", call_abyss},
};

static void (*call)(long i);
static long count = 1;

static void *work(void *arg)
{
	(void)arg;
	for (long i = 0; i < count; i++)
		call(i);
	return NULL;
}

int main(int argc, char **argv)
{
	int nthreads = argc > 3 ? atoi(argv[3]) : 1;
	pthread_t threads[64];

	if (argc > 2)
		count = atol(argv[2]);
	for (size_t i = 0; argc > 1 && i < sizeof(functions) / sizeof(functions[0]); i++)
		if (!strcmp(argv[1], functions[i].name))
			call = functions[i].call;
	if (!call || nthreads < 1 || nthreads > 64) {
		fprintf(stderr, "usage: calls FUNCTION [N [THREADS]]; FUNCTION is one of");
		for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
			fprintf(stderr, " %s", functions[i].name);
		fprintf(stderr, "\n");
		return 1;
	}
	if (nthreads == 1)
		return work(NULL), 0;
	for (int i = 0; i < nthreads; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (int i = 0; i < nthreads; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
