/* Output, and what is compiled but not run. */
#include "gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum flow run_print(const struct stmt *s)
{
	emit_value(eval(s->e[0]));
	return ON;
}

struct stmt *stmt_print(int depth)
{
	struct stmt *s = new_stmt(run_print, NULL);

	s->e[0] = gen_any(depth);
	if (s->e[0]->var && s->e[0]->var->is_map && s->e[0]->text[0] == '@' &&
	    (!s->e[0]->var->key || s->e[0]->var->agg))
		return NULL; /* the map as it is when the event is read */
	s->text = text("print(%s);", operand(s->e[0], s->e[0]->text[0] == '(' ? 0 : 1));
	covered("print");
	return s;
}

static const char *const conversions[] = {"%d",      "%i",  "%u",  "%x",   "%X",    "%o",   "%5d",  "%-5d", "%05d",
					  "%+d",     "%#x", "%ld", "%lu",  "%lx",   "%lld", "%llu", "%llx", "%-12lld",
					  "%020llu", "%hd", "%hu", "%hhd", "%hhu",  "%hhx", "%jd",  "%zu",  "%.3d",
					  "%8.3ld",  "% d", "%s",  "%10s", "%-10s", "%p"};

static const char *convert_number(const char *f, struct value v)
{
	char spec[32];
	size_t n = strlen(f);
	bool is_long = strpbrk(f, "ljz") != NULL, is_short = strchr(f, 'h') != NULL;

	if (f[n - 1] == 's')
		return text(f, render(v));
	if (f[n - 1] == 'p')
		return text("0x%llx", (unsigned long long)v.num);
	if (is_short)
		return strstr(f, "hh") ? text(f, (int)(int8_t)v.num) : text(f, (int)(int16_t)v.num);
	if (!is_long)
		return text(f, (int)v.num);
	snprintf(spec, sizeof(spec), "%.*sll%c", (int)strcspn(f, "ljz"), f, f[n - 1]);
	return text(spec, (long long)v.num);
}

static const char *bytes(const char *f, struct value v)
{
	const char *s = "";

	if (!strcmp(f, "%r"))
		return render(v);
	for (size_t i = 0; i < v.len; i++)
		s = text(f[2] == 'x' ? "%s\\x%02x" : i ? "%s %02x" : "%s%02x", s, (unsigned char)v.text[i]);
	return s;
}

static enum flow run_printf(const struct stmt *s)
{
	const char *f = s->body->text, *out = "";

	for (int i = 0; i < s->op; i++) {
		size_t n = strcspn(f, " ");
		const char *spec = text("%.*s", (int)n, f);
		struct value v = eval(s->e[i]);

		out = text("%s<%s>", out,
			   spec[n - 1] == 'r' || spec[1] == 'r' ? bytes(spec, v)
			   : is_number(v.type)                  ? convert_number(spec, v)
								: text(spec, render(v)));
		f += n + 1;
	}
	emit_text("printf", text("%s100%%\n", out));
	return ON;
}

struct stmt *stmt_printf(int depth)
{
	static const char *const strings[] = {"%s", "%12s", "%-12s", "%.3s", "%8.2s"};
	static const char *const buffers[] = {"%r", "%rx", "%rh", "%s"};
	struct stmt *s = new_stmt(run_printf, NULL);
	const char *format = "", *args = "", *specs = "", *f;

	s->op = (int)rnd(4);
	for (int i = 0; i < s->op; i++) {
		const struct type *t;

		s->e[i] = gen_any(depth);
		t = s->e[i]->type;
		do
			f = is_number(t)        ? conversions[rnd(ARRAY_SIZE(conversions))]
			    : t->kind == BUFFER ? buffers[rnd(4)]
			    : t->kind == STRING ? strings[rnd(5)]
						: "%s";
		while (f[1] == ' ' && is_number(t)); /* specs are divided by spaces */
		specs = text("%s%s ", specs, f);
		format = text("%s<%s>", format, f);
		args = text("%s, %s", args, operand(s->e[i], 1));
	}
	s->text = text("printf(\"%s100%%%%\\n\"%s);", format, args);
	s->body = new_stmt(NULL, specs);
	covered("printf");
	return s;
}

static enum flow run_time(const struct stmt *s)
{
	if (s->op || !as_json)
		emit_text("time", "noon\n");
	else
		emit("{\"type\": \"value\", \"data\": \"noon\"}\n");
	return ON;
}

struct stmt *stmt_time(int depth)
{
	bool is_time = chance(50);
	struct stmt *s = new_stmt(run_time, is_time ? "time(\"noon\\n\");" : "print(strftime(\"noon\", nsecs));");

	(void)depth;
	covered("time");
	covered("strftime");
	s->op = is_time;
	return s;
}

enum flow run_nothing(const struct stmt *s)
{
	(void)s;
	return ON;
}

struct stmt *stmt_never(int depth)
{
	static const struct {
		const char *name, *text;
	} effects[] = {
		{"errorf", "errorf(\"%d %s\", pid, comm);"},
		{"warnf", "warnf(\"warn %s\", comm);"},
		{"system", "system(\"echo %s\", comm);"},
		{"cat", "cat(\"/proc/%d/stat\", pid);"},
		{"exit", "exit();"},
		{"exit", "exit(3);"},
		{"join", "join(0);"},
		{"join", "join(kptr(curtask), \",\");"},
		{"ksym", "print(ksym(kaddr(\"_stext\")));"},
		{"usym", "print(usym((uint64)4096));"},
		{"kaddr", "print(kaddr(\"_stext\"));"},
		{"kptr", "print(str(kptr((uint8 *)curtask), 4));"},
		{"uptr", "print(str(uptr((uint8 *)4096)));"},
		{"macaddr", "print(macaddr(\"abcdef\"));"},
		{"macaddr", "print(macaddr(curtask));"},
		{"cgroup_path", "print(cgroup_path(cgroup));"},
		{"debugf", "debugf(\"%d\", pid);"},
		{"kfunc_exist", "print(kfunc_exist(\"bpf_task_acquire\"));"},
		{"has_field", "print(has_field(struct task_struct, comm));"},
		{"kfunc_allowed", "print(kfunc_allowed(\"bpf_task_acquire\"));"},
		{"strcap", "print(strcap(comm));"},
		{"syscall_name", "print(syscall_name(pid));"},
		{"signal_name", "print(signal_name(pid));"},
		{"kstack", "print(kstack(perf, 4));"},
		{"ustack", "print(ustack);"},
		{"probe", "print(probe);"},
		{"nsecs", "print((nsecs, elapsed));"},
		{"cpid", "print(cpid);"},
		{"tseries", "@series = tseries(pid, 1s, 10);"},
		{"strftime", "print(strftime(\"%H:%M\", nsecs));"},
		{"time", "time();"},
		{"static_assert", "static_assert(2 > 1, \"arithmetic\");"},
		{"ctx", "print(pid(init));"},
		{"nsecs", "print(nsecs(monotonic));"},
		{"print", "print(curtask->real_parent->comm);"},
		{"INDEX", "print(curtask->cpus_mask.bits[0]);"},
		{"print", "print((comm, kstack(3), username));"},
	};
	unsigned i = rnd(ARRAY_SIZE(effects));

	if (in_macro() && (strchr(effects[i].text, '@') || strstr(effects[i].text, "exit(")))
		return NULL;

	(void)depth;
	covered(effects[i].name);
	return new_stmt(run_nothing, text("if (%s) { %s }", nothing->name, effects[i].text));
}
