/* getppids N [THREADS]: call getppid(2) N times, in each of THREADS threads (1). */
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static long count = 1;

static void *work(void *arg)
{
	for (long n = count; n > 0; n--)
		syscall(SYS_getppid);
	return arg;
}

int main(int argc, char **argv)
{
	long nthreads = argc > 2 ? atol(argv[2]) : 1;
	pthread_t threads[64];

	if (argc > 1)
		count = atol(argv[1]);
	for (long i = 1; i < nthreads && i < 64; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	work(NULL);
	for (long i = 1; i < nthreads && i < 64; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
