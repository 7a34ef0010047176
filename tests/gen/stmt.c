/* Statements, and the programs made of them. */
#include "gen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct program *program;
static struct var *nothing; /* @p1_z: 0, but nobody knows; what depends on it is compiled and not run */
static unsigned serial; /* of variables */
static int loops; /* around the statement: break and continue may be said */
static bool may_return;

enum flow run(const struct stmt *list)
{
	enum flow f = ON;

	for (; list && f == ON; list = list->next)
		f = list->run(list);
	return f;
}

const char *block_text(const struct stmt *list)
{
	const char *s = "";

	for (; list; list = list->next)
		s = text("%s%s\n", s, list->text);
	return s;
}

static struct stmt *new_stmt(enum flow (*run)(const struct stmt *), const char *s)
{
	struct stmt *n = make(sizeof(*n));

	n->run = run;
	n->text = s;
	return n;
}

static struct var *new_var(const struct type *t, bool fixed)
{
	struct var *v = make(sizeof(*v));

	*v = (struct var){.name = text("$v%u", serial++), .type = t, .fixed = fixed, .value = zero(t)};
	return v;
}

static void declare(struct var *v)
{
	if (nvars == MOST_VARS)
		nvars--;
	vars[nvars++] = v;
}

/* an expression whose type is t to the letter, so that what it is stored in becomes a t */
static struct expr *exact(const struct type *t, int depth)
{
	struct expr *e;
	const char *s = "";

	(void)depth;
	if (t->kind == INT || t->kind == ENUM)
		return cast_to(t, gen_number(1));
	if (t->kind == STRING && t->size == max_strlen)
		return known(string(t, "probe"), POSTFIX, "str(comm)", false);
	if (t->kind == STRING) {
		for (int i = 0; i < t->size - 1; i++)
			s = text("%s%c", s, 'a' + i % 26);
		return known(string(t, s), POSTFIX, text("\"%s\"", s), true);
	}
	if (t->kind != TUPLE && t->kind != RECORD)
		return gen_value(t, 0);
	e = gen_parts(t, 1, exact);
	e->type = t;
	return e;
}

/* assignments */

static enum flow run_assign(const struct stmt *s)
{
	struct value key = s->e[0] ? eval(s->e[0]) : zero(&bool_type), v = eval(s->e[1]);

	if (s->var->is_map)
		map_set(s->var, key, v);
	else
		s->var->value = convert(v, s->var->type);
	return ON;
}

/* v, @m or @m[k]; its key in *key */
static const char *target(struct var *v, int depth, struct expr **key)
{
	if (!v->key)
		return v->name;
	pure++;
	*key = gen_value(v->key, depth);
	pure--;
	return text("%s[%s]", v->name, (*key)->text);
}

static struct stmt *new_variable(int depth)
{
	const struct type *t = random_type(2, false);
	struct var *v = new_var(t, false);
	struct stmt *s = new_stmt(run_assign, NULL);
	bool named = t->kind <= STRING && chance(30);

	s->var = v;
	s->e[1] = named ? gen_value(t, depth) : exact(t, 1);
	v->declared = named;
	if (named)
		s->text = text("let %s : %s = %s;", v->name, type_text(t), s->e[1]->text);
	else
		s->text = text("%s%s = %s;", chance(30) ? "let " : "", v->name, s->e[1]->text);
	covered(s->text[0] == 'l' ? "LET" : "ASSIGN");
	declare(v);
	return s;
}

static bool can_assign(const struct var *v)
{
	return !v->agg && !v->fixed;
}

static struct stmt *assign(int depth)
{
	struct var *v = any_var(can_assign);
	struct stmt *s = new_stmt(run_assign, NULL);
	const char *to;

	if (!v)
		return NULL;
	to = target(v, depth - 1, &s->e[0]);
	pure += v->key != NULL; /* which is first, key or value, is not said */
	s->e[1] = gen_value(v->type, depth);
	pure -= v->key != NULL;
	s->var = v;
	s->text = text("%s = %s;", to, s->e[1]->text);
	covered("ASSIGN");
	return s;
}

static bool can_compound(const struct var *v)
{
	return can_assign(v) && v->type->kind == INT && (v->declared || v->type->size == 8);
}

/* v op= e is v = v op (e) */
static struct stmt *compound(int depth)
{
	struct var *v = any_var(can_compound);
	struct stmt *s = new_stmt(run_assign, NULL);
	int op = (int)rnd(EQ);
	struct expr *by;
	const char *to;

	if (!v || (op == SUB && !v->declared && !v->type->is_signed))
		return NULL;
	to = target(v, 0, &s->e[0]);
	pure++;
	by = gen_number(depth);
	pure--;
	s->var = v;
	if (!v->declared && signed_pair(v->type, by->type) != v->type->is_signed)
		by = cast_to(v->type, by);
	s->e[1] = binary(op, read_at(v, s->e[0]), by);
	s->text = text("%s %s= %s;", to, binary_text(s->e[1]->op), s->e[1]->arg[1]->text);
	return s;
}

static enum flow run_expr(const struct stmt *s)
{
	eval(s->e[0]);
	return ON;
}

static struct stmt *step(int depth)
{
	struct stmt *s = new_stmt(run_expr, NULL);

	s->e[0] = gen_step(depth);
	if (!s->e[0])
		return NULL;
	s->text = text("%s;", s->e[0]->text);
	covered("EXPR");
	return s;
}

static struct stmt *discard(int depth)
{
	struct stmt *s = new_stmt(run_expr, NULL);

	s->e[0] = gen_any(depth);
	s->text = text("_ = %s;", s->e[0]->text);
	covered("DISCARD");
	return s;
}

/* deletions, old and new; find() */

static bool is_keyed(const struct var *v)
{
	return v->is_map && v->key && !v->fixed;
}

static enum flow run_delete(const struct stmt *s)
{
	map_delete(s->var, s->e[0] ? eval(s->e[0]) : zero(&bool_type));
	return ON;
}

static struct stmt *delete(int depth)
{
	struct var *v = any_var(is_keyed);
	struct stmt *s = new_stmt(run_delete, NULL);

	if (!v)
		return NULL;
	pure++;
	s->e[0] = gen_value(v->key, depth);
	pure--;
	s->var = v;
	s->text = chance(50) ? text("delete(%s[%s]);", v->name, s->e[0]->text) : text("delete(%s, %s);", v->name, s->e[0]->text);
	covered("delete");
	return s;
}

static enum flow run_find(const struct stmt *s)
{
	struct value key, found;

	run(s->body);
	key = eval(s->e[0]);
	found = number(&bool_type, find(s->var, key) != NULL);
	if (found.num)
		s->e[1]->var->value = convert(map_get(s->var, key), s->e[1]->type);
	emit("%s\n", render(found));
	return ON;
}

static bool is_keyed_value(const struct var *v)
{
	return is_keyed(v) && !v->agg;
}

static struct stmt *find_macro(int depth)
{
	struct var *v = any_var(is_keyed_value), *to;
	struct stmt *s = new_stmt(run_find, NULL);
	struct expr *first;

	if (!v)
		return NULL;
	to = new_var(v->type, false);
	first = exact(v->type, 1);
	pure++;
	s->e[0] = gen_value(v->key, depth);
	pure--;
	s->e[1] = variable(to);
	s->e[2] = first;
	s->var = v;
	s->text = text("%s = %s; print(find(%s, %s, %s));", to->name, first->text, v->name, operand(s->e[0], POSTFIX), to->name);
	s->body = new_stmt(run_assign, "");
	s->body->var = to;
	s->body->e[1] = first;
	declare(to);
	return s;
}

/* aggregations */

static const char *const agg_names[AGGS] = {NULL, "count", "sum", "avg", "min", "max", "stats", "hist", "lhist"};

static bool is_agg(const struct var *v)
{
	return v->agg;
}

static enum flow run_add(const struct stmt *s)
{
	struct value key = s->e[0] ? eval(s->e[0]) : zero(&bool_type);

	map_add(s->var, key, s->e[1] ? eval(s->e[1]).num : 1);
	return ON;
}

static const char *agg_bounds(const struct var *v)
{
	if (v->agg == HIST)
		return v->low ? text(", %d", (int)v->low) : "";
	return v->agg == LHIST ? text(", %lld, %lld, %lld", (long long)v->low, (long long)v->high, (long long)v->step) : "";
}

static struct stmt *add_to(struct var *v, int depth)
{
	struct stmt *s = new_stmt(run_add, NULL);
	const char *to = target(v, depth - 1, &s->e[0]);

	s->var = v;
	if (v->agg != COUNT) {
		pure++;
		s->e[1] = cast_to(v->of, gen_number(depth));
		pure--;
	}
	s->text = text("%s = %s(%s%s);", to, agg_names[v->agg], s->e[1] ? s->e[1]->text : "", agg_bounds(v));
	covered(agg_names[v->agg]);
	return s;
}

static struct stmt *aggregate(int depth)
{
	struct var *v = any_var(is_agg);

	return v ? add_to(v, depth) : NULL;
}

/* control */

static enum flow run_if(const struct stmt *s)
{
	return run(eval(s->e[0]).num ? s->body : s->other);
}

static struct stmt *branch(int depth)
{
	struct stmt *s = new_stmt(run_if, NULL);

	s->e[0] = chance(80) ? gen_bool(depth) : gen_number(depth);
	if (s->e[0]->literal && chance(30)) {
		s->text = text("if comptime (%s)", s->e[0]->text);
		covered("COMPTIME");
	} else {
		s->text = text("if (%s)", s->e[0]->text);
	}
	s->body = gen_block(1 + (int)rnd(3), depth - 1);
	s->text = text("%s {\n%s}", s->text, block_text(s->body));
	if (chance(50)) {
		s->other = gen_block(1 + (int)rnd(3), depth - 1);
		s->text = text("%s else {\n%s}", s->text, block_text(s->other));
	}
	covered("IF");
	return s;
}

static enum flow run_block(const struct stmt *s)
{
	return run(s->body);
}

static struct stmt *block(int depth)
{
	struct stmt *s = new_stmt(run_block, NULL);

	s->body = gen_block(1 + (int)rnd(3), depth - 1);
	s->text = text("{\n%s}", block_text(s->body));
	covered("BLOCK");
	return s;
}

static struct stmt *loop_body(struct var *v, int depth)
{
	int outer = nvars;
	struct stmt *body;

	declare(v);
	loops++;
	body = gen_block(1 + (int)rnd(3), depth - 1);
	loops--;
	nvars = outer;
	return body;
}

static enum flow run_while(const struct stmt *s)
{
	enum flow f = ON;

	for (int64_t i = 1; i <= s->op && f != BREAK && f != RETURN; i++) {
		s->var->value.num = i;
		f = run(s->body);
	}
	return f == RETURN ? f : ON;
}

static struct stmt *while_loop(int depth)
{
	struct var *v = new_var(int_type(8, true), true);
	struct stmt *s = new_stmt(run_while, NULL);

	s->var = v;
	s->op = 1 + (int)rnd(4);
	s->body = loop_body(v, depth);
	s->text = text("%s = 0;\nwhile (%s < %d) {\n%s++;\n%s}", v->name, v->name, s->op, v->name, block_text(s->body));
	covered("WHILE");
	return s;
}

static enum flow run_range(const struct stmt *s)
{
	int64_t from = eval(s->e[0]).num, to = eval(s->e[1]).num;
	enum flow f = ON;

	for (int64_t i = from; i < to && f != BREAK && f != RETURN; i++) {
		s->var->value.num = i;
		f = run(s->body);
	}
	return f == RETURN ? f : ON;
}

static struct stmt *range_loop(int depth)
{
	struct var *v = new_var(int_type(8, true), true);
	struct stmt *s = new_stmt(run_range, NULL);
	struct expr *from = small_number(depth - 1, 4), *to = small_number(depth - 1, 4);

	s->var = v;
	s->e[0] = from;
	s->e[1] = to;
	s->body = loop_body(v, depth);
	s->text = text(chance(70) ? "for (%s : %s..%s) {\n%s}" : "for %s : %s..%s {\n%s}", v->name, operand(from, POSTFIX), operand(to, POSTFIX),
		       block_text(s->body));
	covered("FOR");
	return s;
}

static enum flow run_unroll(const struct stmt *s)
{
	enum flow f = ON;

	for (int i = 0; i < s->op && f == ON; i++)
		f = run(s->body);
	return f;
}

static struct stmt *unroll(int depth)
{
	struct stmt *s = new_stmt(run_unroll, NULL);

	s->op = 1 + (int)rnd(3);
	s->body = gen_block(1 + (int)rnd(2), depth - 1);
	s->text = text("unroll(%d) {\n%s}", s->op, block_text(s->body));
	covered("UNROLL");
	return s;
}

static bool is_iterable(const struct var *v)
{
	return is_keyed(v) && v->agg <= MAX;
}

static enum flow run_for_map(const struct stmt *s)
{
	struct var *m = s->var, *kv = s->e[0]->var, *sum = s->e[1]->var;
	const struct expr *skip = s->e[2], *by = s->e[3];

	sum->value.num = 0;
	for (size_t i = 0; i < m->n; i++) {
		kv->value = zero(kv->type);
		kv->value.part[0] = m->entries[i].key;
		kv->value.part[1] = m->agg ? number(kv->type->part[1], map_read(m, m->entries[i].key)) : m->entries[i].value;
		if (!skip || !eval(skip).num)
			sum->value = number(sum->type, eval(by).num);
	}
	return ON;
}

/* entries come in any order: what is done with them must not depend on it */
static struct stmt *map_loop(int depth)
{
	struct var *m = any_var(is_iterable), *kv, *sum;
	struct stmt *s = new_stmt(run_for_map, NULL);
	static const int ops[] = {ADD, BXOR, BAND, BOR};
	const struct type *pair[2];
	int outer = nvars;

	if (!m)
		return NULL;
	pair[0] = m->key;
	pair[1] = m->agg ? int_type(8, m->agg == COUNT || m->of->is_signed) : m->type;
	kv = new_var(parts_type(TUPLE, 2, pair, NULL), true);
	sum = new_var(int_type(8, chance(50)), false);
	s->var = m;
	s->e[0] = variable(kv);
	s->e[1] = variable(sum);
	declare(kv);
	pure++;
	s->e[2] = chance(40) ? gen_bool(depth) : NULL;
	s->e[3] = binary(ops[rnd(ARRAY_SIZE(ops))], variable(sum), cast_to(sum->type, gen_number(depth)));
	pure--;
	nvars = outer;
	s->text = text("%s = (%s)0;\nfor (%s : %s) {\n", sum->name, type_text(sum->type), kv->name, m->name);
	if (s->e[2])
		s->text = text("%sif (%s) { continue; }\n", s->text, s->e[2]->text);
	s->text = text("%s%s %s= %s;\n}", s->text, sum->name, binary_text(s->e[3]->op), s->e[3]->arg[1]->text);
	declare(sum);
	covered("FOR");
	return s;
}

static enum flow run_jump(const struct stmt *s)
{
	return eval(s->e[0]).num ? (enum flow)s->op : ON;
}

static struct stmt *jump(int depth)
{
	struct stmt *s = new_stmt(run_jump, NULL);

	if (loops && chance(80))
		s->op = chance(50) ? BREAK : CONTINUE;
	else if (may_return && chance(20))
		s->op = RETURN;
	else
		return NULL;
	s->e[0] = gen_bool(depth);
	s->text = text("if (%s) { %s; }", s->e[0]->text, s->op == BREAK ? "break" : s->op == CONTINUE ? "continue" : "return");
	covered(s->op == BREAK ? "BREAK" : s->op == CONTINUE ? "CONTINUE" : "RETURN");
	return s;
}

/* output */

static enum flow run_print(const struct stmt *s)
{
	emit("%s\n", render(eval(s->e[0])));
	return ON;
}

static struct stmt *print(int depth)
{
	struct stmt *s = new_stmt(run_print, NULL);

	s->e[0] = gen_any(depth);
	if (s->e[0]->var && s->e[0]->var->is_map && s->e[0]->text[0] == '@' && (!s->e[0]->var->key || s->e[0]->var->agg))
		return NULL; /* the map as it is when the event is read */
	s->text = text("print(%s);", operand(s->e[0], s->e[0]->text[0] == '(' ? 0 : 1));
	covered("print");
	return s;
}

static const char *const conversions[] = {"%d", "%i", "%u", "%x", "%X", "%o", "%5d", "%-5d", "%05d", "%+d", "%#x", "%ld", "%lu", "%lx", "%lld", "%llu",
					  "%llx", "%-12lld", "%020llu", "%hd", "%hu", "%hhd", "%hhu", "%hhx", "%jd", "%zu", "%.3d", "%8.3ld", "% d", "%s", "%10s",
					  "%-10s", "%p"};

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

		out = text("%s<%s>", out, spec[n - 1] == 'r' || spec[1] == 'r' ? bytes(spec, v) : is_number(v.type) ? convert_number(spec, v) : text(spec, render(v)));
		f += n + 1;
	}
	emit("%s100%%\n", out);
	return ON;
}

static struct stmt *print_formatted(int depth)
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
			f = is_number(t) ? conversions[rnd(ARRAY_SIZE(conversions))] : t->kind == BUFFER ? buffers[rnd(4)] : t->kind == STRING ? strings[rnd(5)] : "%s";
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
	(void)s;
	emit("noon\n");
	return ON;
}

static struct stmt *print_time(int depth)
{
	(void)depth;
	covered("time");
	covered("strftime");
	return new_stmt(run_time, chance(50) ? "time(\"noon\\n\");" : "print(strftime(\"noon\", nsecs));");
}

/* what has effects that are not to be had here: it compiles, loads, and does not run */

static enum flow run_nothing(const struct stmt *s)
{
	(void)s;
	return ON;
}

static struct stmt *never(int depth)
{
	static const struct {
		const char *name, *text;
	} effects[] = {
		{"errorf", "errorf(\"%d %s\", pid, comm);"}, {"warnf", "warnf(\"warn %s\", comm);"}, {"system", "system(\"echo %s\", comm);"},
		{"cat", "cat(\"/proc/%d/stat\", pid);"}, {"exit", "exit();"}, {"exit", "exit(3);"}, {"join", "join(0);"}, {"join", "join(kptr(curtask), \",\");"},
		{"ksym", "print(ksym(kaddr(\"_stext\")));"}, {"usym", "print(usym((uint64)4096));"}, {"kaddr", "print(kaddr(\"_stext\"));"},
		{"kptr", "print(str(kptr((uint8 *)curtask), 4));"}, {"uptr", "print(str(uptr((uint8 *)4096)));"}, {"macaddr", "print(macaddr(\"abcdef\"));"}, {"macaddr", "print(macaddr(curtask));"},
		{"cgroup_path", "print(cgroup_path(cgroup));"}, {"debugf", "debugf(\"%d\", pid);"},
		{"kfunc_exist", "print(kfunc_exist(\"bpf_task_acquire\"));"},
		{"has_field", "print(has_field(struct task_struct, comm));"}, {"kfunc_allowed", "print(kfunc_allowed(\"bpf_task_acquire\"));"}, {"strcap", "print(strcap(comm));"}, {"syscall_name", "print(syscall_name(pid));"},
		{"signal_name", "print(signal_name(pid));"}, {"kstack", "print(kstack(perf, 4));"}, {"ustack", "print(ustack);"}, {"probe", "print(probe);"},
		{"nsecs", "print((nsecs, elapsed));"}, {"cpid", "print(cpid);"}, {"tseries", "@series = tseries(pid, 1s, 10);"}, {"strftime", "print(strftime(\"%H:%M\", nsecs));"},
		{"time", "time();"}, {"static_assert", "static_assert(2 > 1, \"arithmetic\");"}, {"ctx", "print(pid(init));"}, {"nsecs", "print(nsecs(monotonic));"},
		{"print", "print(curtask->real_parent->comm);"}, {"INDEX", "print(curtask->cpus_mask.bits[0]);"}, {"print", "print((comm, kstack(3), username));"},
	};
	unsigned i = rnd(ARRAY_SIZE(effects));

	(void)depth;
	covered(effects[i].name);
	return new_stmt(run_nothing, text("if (%s) { %s }", nothing->name, effects[i].text));
}

/* macros of the header, see gen.c */

static enum flow run_bump(const struct stmt *s)
{
	s->var->value = number(s->var->type, (int64_t)((uint64_t)s->var->value.num + 3));
	emit("%s\n", render(s->var->value));
	return ON;
}

static bool is_scratch_number(const struct var *v)
{
	return !v->is_map && can_compound(v);
}

static struct stmt *macro(int depth)
{
	struct var *v = any_var(is_scratch_number);
	struct stmt *s = new_stmt(run_bump, NULL);

	(void)depth;
	if (!v)
		return NULL;
	s->var = v;
	s->text = text("print(bump(%s));", v->name);
	covered("MACRO");
	return s;
}

static const struct {
	struct stmt *(*make)(int depth);
	int weight;
	bool flat; /* neither nests nor jumps */
} productions[] = {
	{print, 20, true}, {print_formatted, 15, true}, {new_variable, 20, true}, {assign, 20, true}, {compound, 8, true}, {step, 4, true},
	{discard, 3, true}, {delete, 5, true}, {find_macro, 2, true}, {aggregate, 15, true}, {print_time, 1, true}, {never, 8, true}, {macro, 2, true},
	{branch, 8, false}, {block, 2, false}, {while_loop, 4, false}, {range_loop, 5, false}, {unroll, 2, false}, {map_loop, 5, false}, {jump, 4, false},
};

static struct stmt *gen_stmt(int depth)
{
	struct stmt *s = NULL;
	unsigned all = 0, at, i;

	for (i = 0; i < ARRAY_SIZE(productions); i++)
		all += (unsigned)productions[i].weight;
	while (!s) {
		at = rnd(all);
		for (i = 0; at >= (unsigned)productions[i].weight; i++)
			at -= (unsigned)productions[i].weight;
		if (depth > 0 || productions[i].flat)
			s = productions[i].make(depth > 0 ? depth : 1);
	}
	return s;
}

struct stmt *gen_block(int statements, int depth)
{
	struct stmt *first = NULL, **end = &first;
	int outer = nvars;

	while (statements--) {
		*end = gen_stmt(depth);
		end = &(*end)->next;
	}
	if (depth >= 0)
		nvars = outer;
	return first;
}

/* programs */

static struct var *new_map(const char *name)
{
	struct var *m = make(sizeof(*m));
	static const int steps[] = {1, 10, 100, 1024};

	*m = (struct var){.name = name, .is_map = true, .type = int_type(8, true)};
	if (chance(60))
		m->key = random_type(2, true);
	if (chance(35)) {
		m->agg = (enum agg)(1 + rnd(AGGS - 1));
		m->of = int_type(8, m->agg == HIST || m->agg == LHIST || chance(50));
		m->step = steps[rnd(4)];
		m->low = m->agg == HIST ? (int64_t)rnd(6) : m->step * (int64_t)rnd(3) - m->step;
		m->high = m->low + m->step * (int64_t)(1 + rnd(8));
	} else {
		m->type = random_type(2, false);
	}
	return m;
}

static enum flow run_header(const struct stmt *s)
{
	emit("#%d\n", s->op);
	return ON;
}

/* one assignment that gives the map its types; in a branch that is never taken the type must flow backwards */
static struct stmt *anchor(struct var *m)
{
	struct stmt *s = m->agg ? add_to(m, 1) : new_stmt(run_assign, NULL);

	s->var = m;
	if (m->key) {
		pure++;
		s->e[0] = exact(m->key, 1);
		pure--;
	}
	if (!m->agg)
		s->e[1] = exact(m->type, 1);
	s->text = m->key ? text("%s[%s]", m->name, s->e[0]->text) : m->name;
	if (m->agg)
		s->text = text("%s = %s(%s%s);", s->text, agg_names[m->agg], s->e[1] ? s->e[1]->text : "", agg_bounds(m));
	else
		s->text = text("%s = %s;", s->text, s->e[1]->text);
	if (chance(40)) {
		s->text = text("if (%s) { %s }", nothing->name, s->text);
		s->run = run_nothing;
	}
	return s;
}

static enum flow run_map_print(const struct stmt *s)
{
	if (!s->var->key && !s->var->n) { /* one that is not set is zero */
		struct entry none = {.value = zero(s->var->type)};
		struct var m = *s->var;

		m.entries = &none;
		m.n = 1;
		map_print(&m, 0, 1);
		return ON;
	}
	map_print(s->var, (int)s->e[0]->known.num, s->e[1]->known.num);
	return ON;
}

static enum flow run_sweep(const struct stmt *s)
{
	if (s->op)
		s->var->n = 0;
	for (size_t i = 0; i < s->var->n; i++)
		s->var->entries[i].value = zero(s->var->type);
	return ON;
}

/* print(), clear() and zero() work on the map as it is when the event is read: so they come last */
static struct stmt *last_words(void)
{
	struct stmt *first = NULL, **end = &first, *s;

	for (int i = 0; i < program->nmaps; i++) {
		struct var *m = program->maps[i];
		int64_t top = m->key && m->agg != STATS && chance(30) ? 1 + (int64_t)rnd(3) : 0;
		int64_t div = top && (m->agg || m->type->kind == INT) && chance(50) ? 2 : 1;

		if (chance(30)) {
			s = new_stmt(run_map_print, text(div > 1 ? "print(%s, %d, %d);" : top ? "print(%s, %d);" : "print(%s);", m->name, (int)top, (int)div));
			s->e[0] = known(number(m->of ? m->of : int_type(8, true), top), POSTFIX, "", true);
			s->e[1] = known(number(int_type(8, true), div), POSTFIX, "", true);
			s->var = m;
			*end = s;
			end = &s->next;
			covered("print");
		}
		if (m != nothing && chance(20) && (!m->agg || m->agg == COUNT)) {
			bool is_clear = m->agg || chance(50);

			s = new_stmt(run_sweep, text(is_clear ? "clear(%s);" : "zero(%s);", m->name));
			covered(is_clear ? "clear" : "zero");
			s->op = is_clear;
			s->var = m;
			*end = s;
			end = &s->next;
		}
	}
	return first;
}

static struct stmt *append(struct stmt *a, struct stmt *b)
{
	struct stmt **end = &a;

	while (*end)
		end = &(*end)->next;
	*end = b;
	return a;
}

static const char *clause_text(const struct clause *c, bool is_end)
{
	const char *name = is_end ? (chance(50) ? "END" : "end") : chance(80) ? "BEGIN" : "begin";
	const char *predicate = c->predicate ? text(" /%s/", c->predicate->text) : "";

	covered("PROBE");
	covered("ATTACH");
	return text(chance(95) ? "%s%s {\n%s}\n" : "%s%s <\n%s>\n", name, predicate, block_text(c->body));
}

struct program *gen_program(unsigned index)
{
	struct stmt *first = new_stmt(run_header, text("printf(\"#%u\\n\");", index)), *set;
	int maps = 2 + (int)rnd(4);

	program = make(sizeof(*program));
	program->begin = "";
	serial = 0;
	nvars = 0;
	nothing = new_map(text("@p%u_z", index));
	*nothing = (struct var){.name = nothing->name, .type = int_type(8, true), .is_map = true, .fixed = true};
	program->maps[program->nmaps++] = nothing;
	declare(nothing);
	set = new_stmt(run_assign, text("%s = 0;", nothing->name));
	set->var = nothing;
	set->e[1] = known(number(nothing->type, 0), POSTFIX, "0", true);
	first->op = (int)index;
	first->next = set;
	for (int i = 0; i < maps; i++) {
		struct var *m = new_map(text("@p%u_%c", index, 'a' + i));

		set->next = anchor(m);
		set = set->next;
		program->maps[program->nmaps++] = m;
		if (m->key && chance(15))
			program->begin = text("%slet %s = %s(%d);\n", program->begin, m->name, m->agg ? "percpuhash" : chance(50) ? "hash" : "lruhash", 300 + (int)rnd(100));
	}
	program->nclauses = 1 + (int)(rnd(10) / 6) + (int)(rnd(10) / 7);
	program->has_end = program->nclauses > 1 && chance(50);
	for (int i = 0; i < program->nclauses; i++) {
		struct clause *c = &program->clauses[i];
		bool is_last = i == program->nclauses - 1;

		nvars = 0;
		for (int j = 0; j < program->nmaps; j++)
			declare(program->maps[j]);
		may_return = i > 0;
		if (i && chance(20)) {
			pure++;
			c->predicate = gen_bool(2);
			pure--;
			if (strpbrk(c->predicate->text, "/*"))
				c->predicate->text = text("(%s)", c->predicate->text);
		}
		c->body = gen_block(4 + (int)rnd(8), 1 + (int)rnd(3));
		if (!i)
			c->body = append(first, c->body);
		if (is_last)
			c->body = append(c->body, last_words());
		if (is_last && program->has_end)
			program->end = clause_text(c, true);
		else
			program->begin = text("%s%s", program->begin, clause_text(c, false));
	}
	return program;
}

void run_clause(const struct program *p, int i)
{
	const struct clause *c = &p->clauses[i];

	if (!c->predicate || eval(c->predicate).num)
		run(c->body);
}
