/*
 * text [N [SEED [FILE...]]]: N times (400) damage a script, by numbers that
 * SEED (1) gives, and read it: as a script by the lexer and the parser, and as
 * C definitions.  Each reading is a process of its own; one that is killed, or
 * takes longer than a few seconds, is a failure, and its text is kept.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/unit/unit.h"
#include "cdef/cdef.h"
#include "lang/lang.h"
#include "parser/parser.h"

static const char *const scripts[] = {
	"struct a { int x; union { char c[4]; unsigned y : 3; }; struct a *next; };\n"
	"#define N(a, b) ((a) * 2 + b)\n"
	"config = { max_map_keys = 10; missing_probes = warn }\n"
	"BEGIN { @x[1, \"s\"] = count(); printf(\"%-5d %s\\n\", N, str($1, 8)); }\n"
	"kprobe:vfs_* , tracepoint:syscalls:sys_enter_open* /pid == 0x1f && comm != \"a\\x41\"/ {\n"
	"	let $p = (struct a *)arg0; $q = $p->next->c[2]; if $q { @h = hist($q) } else { delete(@x[1, \"s\"]) }\n"
	"	for ($kv : @x) { print($kv.0); } unroll(3) { @ += 1 } while (@ < 5) { @++; break }\n"
	"}\n",
	"fn f($a : int64, $b : string[16]) : int64 { return $a > 1e3 ? -$a : ~1 }\n"
	"macro m($a, @b) { @b[$a] = 1; $a }\n"
	"interval:s:1 { for $i : 0..10 { print(($i, (1, \"x\"))) } clear(@); exit(1) /* c */ }\n"
	"uprobe:/bin/sh:\"f(int)\"+4 { @[ustack(3), (uint8)sizeof(struct a)] = lhist(arg0, 0, 10, 1); } // end\n",
	"#if defined(A) && A(1 ? 2 : 3) >= 4\n#define S(x) #x\n#elif 1 << 70\n#define C(a, ...) a ## __VA_ARGS__\n#endif\n"
	"#pragma pack(1)\ntypedef unsigned long (*fn_t)(int, char **);\nenum e { A = -1, B = 1 << 3, D = sizeof(fn_t) / A };\n"
	"struct __attribute__((packed, aligned(8))) s { fn_t f[B][2]; enum e e : 7; long : 0; struct { int i; }; typeof(int) t; };\n"
	"_Static_assert(sizeof(struct s) == 3 % A, \"\");\nstatic inline int g(void) { return C(1, 2); }\nextern union u u[C(1, 2)];\n",
};

/* what a byte by chance seldom makes */
static const char *const words[] = {
	"{", "}", "(", ")", "[", "]", "/*", "*/", "\"", "'", "\\\n", "#define A A(A)\n", "##", "#if 1\n", "#endif\n", "#include <", "struct", "union",
	"enum", "typedef", "typeof(", "sizeof(", "__attribute__((", ": 65", "-9223372036854775808", "18446744073709551616", "1e99", "/0", "%0", "<<-1",
	"@", "$", "@[", "->", "..", "BEGIN", "if", "else", "for (", "while (", "unroll(", "let", "config = {", "macro ", "fn ", "import ", "\\x", "\\777", "%",
};

static void damage(struct buf *b)
{
	unsigned n = 1 + next() % 12;

	for (unsigned i = 0; i < n && b->len; i++) {
		size_t at = next() % b->len, len = next() % 40, kind = next() % 4;
		struct buf new = {0};

		if (len > b->len - at)
			len = b->len - at;
		buf_add(&new, b->data, at);
		if (kind == 0) { /* another byte */
			char c = (char)next();

			buf_add(&new, &c, 1);
			len = 1;
		} else if (kind == 1) { /* a word more, once or many times */
			const char *word = words[next() % (sizeof(words) / sizeof(*words))];

			for (unsigned times = next() % 16 ? 1 : 3000; times; times--)
				buf_add(&new, word, strlen(word));
			len = 0;
		} else if (kind == 2) { /* a piece from elsewhere */
			size_t from = next() % b->len;

			buf_add(&new, b->data + from, len < b->len - from ? len : b->len - from);
		} /* or a piece less */
		buf_add(&new, b->data + at + len, b->len - at - len);
		buf_free(b);
		*b = new;
	}
}

static const struct type *unknown(void *arg, const char *keyword, const char *name)
{
	(void)arg, (void)keyword, (void)name;
	return NULL;
}

static void read_text(const void *arg)
{
	const struct buf *b = arg;
	struct arena *a = arena_new();
	struct sources sources;
	struct diag diag;
	struct cdefs_host host = {.arena = a, .types = types_new(a), .sources = &sources, .diag = &diag, .find_type = unknown};
	FILE *nowhere = fopen("/dev/null", "we");
	struct source *src;

	sources_init(&sources, a);
	diag_init(&diag, a, &sources);
	src = sources_add(&sources, "text", b->data, b->len);
	parse_script(a, host.types, &diag, src);
	cdefs_read(cdefs_new(&host), src, (struct span){src->base, src->base + (uint32_t)b->len});
	diag_flush(&diag, nowhere, true);
	fclose(nowhere);
	arena_free(a);
}

static void fuzz(const char *name, const char *text, size_t len, long n, long seed)
{
	long failed = 0;

	for (long i = 0; i < n; i++) {
		struct buf b = {0};

		seed_with(seed + i);
		buf_add(&b, text, len);
		if (i)
			damage(&b);
		if (!survives(read_text, &b)) {
			failed++;
			keep(&b, name, seed + i);
		}
		buf_free(&b);
	}
	unit_is_int(failed, 0);
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 400, seed = argc > 2 ? atol(argv[2]) : 1;

	for (int i = 3; i < argc; i++) {
		struct buf b = {0};

		if (unit_ok(!buf_read_file(&b, argv[i]) && b.len))
			fuzz(argv[i], b.data, b.len, n, seed);
		buf_free(&b);
	}
	for (size_t i = 0; argc < 4 && i < sizeof(scripts) / sizeof(*scripts); i++)
		fuzz("a script", scripts[i], strlen(scripts[i]), n, seed);
	return unit_end();
}
