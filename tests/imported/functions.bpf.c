/* What functions.bt and its like call. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "functions.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, long);
} total SEC(".maps");
int calls;

int add(int a, long b)
{
	calls++;
	return a + b;
}

int called(void)
{
	return calls;
}

unsigned char low(unsigned char x)
{
	return x;
}

signed char negative(short x)
{
	return -x;
}

_Bool odd(unsigned int x)
{
	return x & 1;
}

long gather(long x)
{
	int zero = 0;
	long *v = bpf_map_lookup_elem(&total, &zero);

	if (!v)
		return -1;
	*v += x;
	return *v;
}

int length(const char *s)
{
	int n = 0;

	for (; n < 15; n++)
		if (!s[n])
			break;
	return n;
}

void fill(struct pair *p, int a)
{
	p->a = a;
	p->b = a * 2ull;
}

int first(struct pair *p)
{
	return p->a;
}

/* not for us: nothing attaches it, and it is no function to call */
SEC("raw_tp/sys_enter") int program(void *ctx)
{
	return 0;
}

char _license[] SEC("license") = "GPL";
