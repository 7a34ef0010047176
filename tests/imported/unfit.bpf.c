/* Functions that C has and the language cannot call. */
#include "functions.h"

int by_value(struct pair p)
{
	return p.a;
}
