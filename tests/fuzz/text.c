/* Scripts: the lexer, the parser, and the reader of C definitions. */
#include "tests/fuzz/fuzz.h"

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

static bool seed(unsigned i, struct buf *out)
{
	if (i >= ARRAY_SIZE(scripts))
		return false;
	buf_puts(out, scripts[i]);
	return true;
}

static const struct type *unknown(void *arg, const char *keyword, const char *name)
{
	(void)arg, (void)keyword, (void)name;
	return NULL;
}

static bool read_text(const void *data, size_t len)
{
	struct arena *a = arena_new();
	struct sources sources;
	struct diag diag;
	struct cdefs_host host = {
		.arena = a, .types = types_new(a), .sources = &sources, .diag = &diag, .find_type = unknown};
	FILE *nowhere = fopen("/dev/null", "we");
	struct source *src;
	bool ok;

	sources_init(&sources, a);
	diag_init(&diag, a, &sources);
	src = sources_add(&sources, "text", data, len);
	parse_script(a, host.types, &diag, src);
	ok = !diag.errors;
	cdefs_read(cdefs_new(&host), src, (struct span){src->base, src->base + (uint32_t)len});
	diag_flush(&diag, nowhere, true);
	fclose(nowhere);
	arena_free(a);
	return ok;
}

const struct fuzz fuzz = {.name = "text", .seed = seed, .damage = damage_text, .read = read_text};
