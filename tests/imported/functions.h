struct pair {
	int a;
	unsigned long long b;
};
