#define SIX_OF_THE_HEADER 6
struct of_the_header {
	int a, b;
};
