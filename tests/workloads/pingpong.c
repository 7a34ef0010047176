/* pingpong N: turn(0) ... turn(N - 1), by two threads in turn, each on a CPU of its own where there are two. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((noinline, noclone, used)) void turn(long n);
void turn(long n)
{
	__asm__ volatile("" : : "r"(n) : "memory");
}

static int table[2][2]; /* a pipe for each */
static long most;

static void *play(void *arg)
{
	long who = (long)arg, n;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(who, &set);
	sched_setaffinity(0, sizeof(set), &set);
	while (read(table[who][0], &n, sizeof(n)) == sizeof(n)) {
		if (n < most)
			turn(n);
		n++;
		if (write(table[!who][1], &n, sizeof(n)) != sizeof(n) || n > most)
			break;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t other;
	long first = 0;

	most = argc > 1 ? atol(argv[1]) : 10;
	if (pipe(table[0]) || pipe(table[1]) || write(table[0][1], &first, sizeof(first)) != sizeof(first))
		return 1;
	pthread_create(&other, NULL, play, (void *)1L);
	play(NULL);
	pthread_join(other, NULL);
	return 0;
}
