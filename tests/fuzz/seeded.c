/*
 * NAME [N [SEED [FILE...]]]: N times (400) damage an input, by numbers that
 * SEED (1) gives, and read it: FILEs, or the fuzzer's own and those of its
 * directory in corpus/.  First each of them is read as it is.  The readings are
 * made in processes of their own; where one is killed or takes longer than some
 * seconds, its input is kept.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCH 32 /* readings by one process, unless one of them fails */

static struct tally { /* shared with the readers */
	unsigned done, taken;
} * tally;
static char *dir;

static void input_of(struct buf *b, const struct buf *good, long i, long seed)
{
	buf_reset(b);
	buf_add(b, good->data, good->len);
	if (!i)
		return; /* as it is */
	chance_seed((uint64_t)(seed + i));
	fuzz.damage(b);
}

/* do the inputs from - to of that one return, in time? */
static bool survives(const struct buf *good, long from, long to, long seed)
{
	unsigned before = tally->done;
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child) {
		/* of its own time: the machine may have other work */
		struct itimerval patience = {.it_value = {FUZZ_SECONDS, 0}};
		struct buf b = {0};

		if (fuzz.begin)
			fuzz.begin(dir);
		for (long i = from; i < to; i++) {
			input_of(&b, good, i, seed);
			setitimer(ITIMER_PROF, &patience, NULL);
			tally->taken += fuzz.read(b.data, b.len);
			tally->done++;
		}
		_exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status) &&
	       tally->done == before + (unsigned)(to - from);
}

static void keep(const struct buf *good, const char *what, long i, long seed)
{
	char *path = xasprintf("/tmp/probe-fuzz-%s-%ld", fuzz.name, seed + i);
	struct buf b = {0};
	FILE *f = fopen(path, "we");

	input_of(&b, good, i, seed);
	printf("# %s, seed %ld: see %s\n", what, seed + i, path);
	if (f) {
		fwrite(b.data, 1, b.len, f);
		fclose(f);
	}
	buf_free(&b);
	free(path);
}

/* as it is and n times damaged */
static void run(const char *what, const struct buf *good, long n, long seed)
{
	unsigned lost = 0;

	for (long from = 0, to; from <= n; from = to) {
		struct tally before = *tally;

		to = from + BATCH < n + 1 ? from + BATCH : n + 1;
		if (survives(good, from, to, seed))
			continue;
		*tally = before;
		for (long i = from; i < to; i++)
			if (!survives(good, i, i + 1, seed)) {
				keep(good, what, i, seed);
				lost++;
			}
	}
	unit_is_int(lost, 0);
}

static void run_file(const char *path, long n, long seed)
{
	struct buf b = {0};

	if (unit_ok(!buf_read_file(&b, path)))
		run(path, &b, n, seed);
	buf_free(&b);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 400, seed = argc > 2 ? atol(argv[2]) : 1;
	char *corpus = xasprintf("%s/%s", FUZZ_CORPUS, fuzz.name);
	DIR *d = opendir(corpus);
	char made[] = "/tmp/probe-fuzz-XXXXXX";
	struct tally all;
	struct buf b = {0};

	dir = mkdtemp(made);
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (int i = 3; i < argc; i++)
		run_file(argv[i], n, seed);
	for (unsigned i = 0; argc < 4 && (buf_reset(&b), fuzz.seed(i, &b)); i++)
		run("one of its own", &b, n, seed);
	for (struct dirent *e; argc < 4 && d && (e = readdir(d));) {
		char *path = xasprintf("%s/%s", corpus, e->d_name);

		if (*e->d_name != '.')
			run_file(path, n / 8, seed);
		free(path);
	}
	all = *tally;
	printf("# %u readings, of which %u were what they claim\n", all.done, all.taken);
	unit_ok(all.done > 0);
	/* else nothing has been tried */
	unit_ok(n < 400 || argc > 3 || (all.taken > all.done / 50 && all.taken < all.done));
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	buf_free(&b);
	free(corpus);
	if (d)
		closedir(d);
	return unit_end();
}
