/* many [N]: call each of 2,000 functions, f1000 to f2999, N times (1). */
#include <stdlib.h>

#define TEN(m, n) m(n##0) m(n##1) m(n##2) m(n##3) m(n##4) m(n##5) m(n##6) m(n##7) m(n##8) m(n##9)
#define HUNDRED(m, n) \
	TEN(m, n##0) \
	TEN(m, n##1) \
	TEN(m, n##2) TEN(m, n##3) TEN(m, n##4) TEN(m, n##5) TEN(m, n##6) TEN(m, n##7) TEN(m, n##8) TEN(m, n##9)
#define THOUSAND(m, n) \
	HUNDRED(m, n##0) \
	HUNDRED(m, n##1) \
	HUNDRED(m, n##2) HUNDRED(m, n##3) HUNDRED(m, n##4) HUNDRED(m, n##5) HUNDRED(m, n##6) HUNDRED(m, n##7) \
		HUNDRED(m, n##8) HUNDRED(m, n##9)

#define DEFINE(n) \
	__attribute__((noinline, noclone, used)) static void f##n(void) \
	{ \
		__asm__ volatile("" ::: "memory"); \
	}
#define CALL(n) f##n();

THOUSAND(DEFINE, 1)
THOUSAND(DEFINE, 2)

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1;

	while (n--) {
		THOUSAND(CALL, 1)
		THOUSAND(CALL, 2)
	}
	return 0;
}
