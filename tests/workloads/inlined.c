/* inlined: a frame of leaf(), called in inner(), which is inlined into outer(). */
__attribute__((noipa)) int leaf(int n);
int leaf(int n)
{
	volatile int kept = n;

	return kept;
}

static inline __attribute__((always_inline)) int inner(int n)
{
	return leaf(n) + 1;
}

__attribute__((noipa)) int outer(int n);
int outer(int n)
{
	return inner(n) * 2;
}

int main(int argc, char **argv)
{
	(void)argv;
	return outer(argc) == 0;
}
