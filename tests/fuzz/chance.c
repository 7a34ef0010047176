/* Numbers that a seed gives, and what they do to an input. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

static uint64_t state;

void chance_seed(uint64_t seed)
{
	state = (seed + 1) * 0x9e3779b97f4a7c15ull;
}

uint32_t chance(uint32_t n)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(state >> 33) % n;
}

/* what a byte by chance seldom makes */
static const char *const words[] = {
	"{",
	"}",
	"(",
	")",
	"[",
	"]",
	"/*",
	"*/",
	"\"",
	"'",
	"\\\n",
	"#define A A(A)\n",
	"##",
	"#if 1\n",
	"#endif\n",
	"#include <",
	"struct",
	"union",
	"enum",
	"typedef",
	"typeof(",
	"sizeof(",
	"__attribute__((",
	": 65",
	"-9223372036854775808",
	"18446744073709551616",
	"1e99",
	"/0",
	"%0",
	"<<-1",
	"@",
	"$",
	"@[",
	"->",
	"..",
	"BEGIN",
	"if",
	"else",
	"for (",
	"while (",
	"unroll(",
	"let",
	"config = {",
	"macro ",
	"fn ",
	"import ",
	"\\x",
	"\\777",
	"%",
	"args",
	"curtask",
	"(struct task_struct *)",
	"(uint8)",
	"int64[4]",
	"string[8]",
	"count()",
	"hist(",
	"str(",
	"comptime ",
	"offsetof(",
	"$1",
	"pid",
	"@a",
	"$a",
	", ",
	";",
	"kprobe:vfs_read",
	"tracepoint:syscalls:sys_enter_openat",
	"uprobe:/bin/program:main",
	"fentry:vfs_read",
	"begin",
	"kstack",
	"buf(",
	"printf(\"%d\", ",
};

/* count bytes at `at` become those of from */
static void replace(struct buf *b, size_t at, size_t count, const char *from, size_t len)
{
	struct buf new = {0};

	buf_add(&new, b->data, at);
	buf_add(&new, from, len);
	buf_add(&new, b->data + at + count, b->len - at - count);
	buf_free(b);
	*b = new;
}

void damage_text(struct buf *b)
{
	for (unsigned n = chance(2) ? 1 : 1 + chance(12); n && b->len; n--) {
		size_t at = chance((uint32_t)b->len), from = chance((uint32_t)b->len), len = chance(40);
		struct buf piece = {0};
		const char *word;

		switch (chance(4)) {
		case 0: /* another byte */
			b->data[at] = (char)chance(256);
			break;
		case 1: /* a word more, once or many times */
			word = words[chance(ARRAY_SIZE(words))];
			for (unsigned times = chance(16) ? 1 : 3000; times; times--)
				buf_puts(&piece, word);
			replace(b, at, 0, piece.data, piece.len);
			break;
		case 2: /* a piece from elsewhere */
			buf_add(&piece, b->data + from, len < b->len - from ? len : b->len - from);
			replace(b, at, len < b->len - at ? len : b->len - at, piece.data, piece.len);
			break;
		case 3: /* a piece less */
			replace(b, at, len < b->len - at ? len : b->len - at, "", 0);
			break;
		}
		buf_free(&piece);
	}
}

void damage_bytes(struct buf *b)
{
	static const unsigned char telling[] = {0, 1, 0x7f, 0x80, 0xff, 0x10};

	for (unsigned n = 1 + chance(4); n && b->len > 1; n--) {
		size_t at = chance((uint32_t)b->len);

		switch (chance(6)) {
		case 0:
			b->data[at] = (char)chance(256);
			break;
		case 1:
			b->data[at] ^= (char)(1 << chance(8));
			break;
		case 2:
			b->data[at] = (char)telling[chance(sizeof(telling))];
			break;
		case 3: /* a byte less */
			replace(b, at, 1, "", 0);
			break;
		case 4:
			b->data[at]++;
			break;
		case 5:
			if (!chance(8))
				b->len = at + 1;
			break;
		}
	}
}
