/* What libFuzzer calls: `make fuzz`.  It works in the current directory, which begin() may make the root of all. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t most, unsigned seed);

/* seeds/N: what it is to begin with */
static void write_seeds(void)
{
	struct buf b = {0};

	mkdir("seeds", 0777);
	for (unsigned i = 0; buf_reset(&b), fuzz.seed(i, &b); i++) {
		char *path = xasprintf("seeds/%u", i);
		FILE *f = fopen(path, "we");

		if (f) {
			fwrite(b.data, 1, b.len, f);
			fclose(f);
		}
		free(path);
	}
	buf_free(&b);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	write_seeds();
	if (fuzz.begin)
		fuzz.begin(".");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz.read(data, len);
	return 0;
}

/* libFuzzer's ways and ours in turn */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t most, unsigned seed)
{
	struct buf b = {0};

	if (seed % 2 || !len)
		return LLVMFuzzerMutate(data, len, most);
	chance_seed(seed);
	buf_add(&b, data, len);
	fuzz.damage(&b);
	len = b.len < most ? b.len : most;
	memcpy(data, b.data, len);
	buf_free(&b);
	return len;
}
