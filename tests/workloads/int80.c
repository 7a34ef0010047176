/* int80 N: from 64-bit code N calls of the 32-bit kind, "int $0x80", with number 110, which is getppid's elsewhere. */
#include <stdlib.h>

int main(int argc, char **argv)
{
	for (long n = argc > 1 ? atol(argv[1]) : 1; n > 0; n--) {
#ifdef __x86_64__
		long result;

		__asm__ volatile("int $0x80" : "=a"(result) : "a"(110L), "b"(0L) : "memory", "r8", "r9", "r10", "r11");
#endif
	}
	return 0;
}
