/* Scripts on a machine that is always the same: names, types, checks; after the parser. */
#include "tests/fuzz/fuzz.h"

#include "ast/ast.h"
#include "kernel/kernel.h"
#include "lang/lang.h"
#include "parser/parser.h"
#include "sema/sema.h"

#include <stdlib.h>

static const char *const scripts[] = {
	"struct a { int x; char c[8]; struct a *next; };\n"
	"config = { max_map_keys = 10; stack_mode = raw }\n"
	"begin { @x[1, \"s\"] = count(); @x[2, \"longer\"] = count(); printf(\"%-5d %s\\n\", $1, str($2)); @t = (1, \"x\", (int8)3); print(@t.1) }\n"
	"kprobe:vfs_* /pid == 0x1f && comm != \"a\"/ { $p = (struct a *)arg0; $q = $p->next->c[2]; if $q { @h = hist($q) } else { delete(@x, (1, \"s\")) } }\n"
	"tracepoint:syscalls:sys_enter_openat { @[str(args.filename)] = sum(args.flags); @s[kstack(3), ustack] = avg(args.dfd) }\n"
	"interval:s:1 { print(@x, 3, 2); clear(@x); zero(@s); exit(1) }\n",
	"fentry:vfs_read { $f = args.a; @[$f->f_owner->comm, curtask.state] = max(args.c); unroll(3) { @n++ } @b = buf(args.b, 5); }\n"
	"fexit:vfs_read { @l = lhist(retval, 0, 100, 10); @st = stats(retval); @m = min(retval); }\n"
	"kretprobe:do_nothing { @r = retval; for ($kv : @s) { print($kv.0); } for ($i : 0..10) { $x = $i * 2; @s[$i] = $x } }\n"
	"uprobe:/bin/program:main { @u[usym(reg(\"ip\")), probe, func] = count(); }\nusdt:/bin/program:play:step { print((arg0, comm)); }\n"
	"rawtracepoint:sched_switch { @c[args.c.tgid] = count(); } profile:hz:99 { @p[cpu] = count() }\n",
	"iter:task { print(ctx.task.pid) } begin { print(getopt(\"name\", \"none\")); print(1 + 2 * 3 == 7 ? \"a\" : \"bc\") }\n",
	"#include <some.h>\nfn f($a : int64, $b : string[16]) : int64 { return $a > 1000 ? -$a : ~1 }\n"
	"macro m($a, @b) { @b[$a] = 1; $a }\nlet @d = hash(5); \n"
	"begin { let $x : int16 = 3; $y = f(1, \"abc\") ; $z = 2; m($z, @d); @a = sizeof(struct task_struct) + offsetof(struct task_struct, bits);\n"
	" $t = (struct task_struct *)curtask; @bits = $t->more + $t->rows[1][2]; while ($x < 5) { $x++; if ($x == 4) { break } } @e = (int8)$x;\n"
	" @str = strncmp(comm, \"x\", 3) + (strcontains(\"abc\", \"b\") ? 1 : 0); printf(\"%s %d %s\\n\", ksym(arg0), RUNNING, strerror(2)); }\n"
	"self:signal:SIGUSR1 { $s = (struct some *)0; print($s.b); print(SOME); print(LARGEST) }\n",
};

static bool seed(unsigned i, struct buf *out)
{
	if (i >= ARRAY_SIZE(scripts))
		return false;
	buf_puts(out, scripts[i]);
	return true;
}

static bool read_script(const void *data, size_t len)
{
	static const char *const params[] = {"5", "word", "/bin/program"}, *const dirs[] = {"/usr/include", NULL};
	static char *nothing[] = {NULL};
	struct sema_options options = {
		.params = params, .nparams = ARRAY_SIZE(params), .environ = nothing, .include_dirs = dirs};
	static FILE *nowhere;
	struct arena *a = arena_new();
	struct types *types = types_new(a);
	struct kernel *kernel = kernel_open(a, types);
	struct sources sources;
	struct script *script;
	struct diag diag;
	bool ok;

	depends_unknown(); /* else it keeps what every script depends on */
	if (!nowhere)
		nowhere = getenv("FUZZ_ALOUD") ? stderr : fopen("/dev/null", "we"); /* of the machine: a file */
	options.unsafe = len % 2;
	options.late = len % 8 == 7;
	sources_init(&sources, a);
	diag_init(&diag, a, &sources);
	diag.verbose = true;
	script = parse_script(a, types, &diag, sources_add(&sources, "script", data, len));
	ok = !diag.errors && sema(script, kernel, &diag, &options);
	if (ok != !diag.errors)
		bug("sema says %d, with %u errors", ok, diag.errors);
	diag_flush(&diag, nowhere, false);
	if (ok)
		ast_dump(script, nowhere);
	rewind(nowhere);
	kernel_close(kernel);
	arena_free(a);
	return ok;
}

const struct fuzz fuzz = {
	.name = "sema", .begin = machine_enter, .seed = seed, .damage = damage_text, .read = read_script};
