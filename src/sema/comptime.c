/* Calls whose value is known when the script is compiled. */
#include "sema/pass.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const struct type *literal_bool(struct node *n, bool value)
{
	struct node *next = n->next;

	make_bool(n, value);
	n->next = next;
	return n->type;
}

static const struct type *literal_int(struct pass *p, struct node *n, int64_t value)
{
	struct node *next = n->next;

	make_int(p, n, value, false);
	n->next = next;
	return n->type;
}

static const struct type *literal_string(struct pass *p, struct node *n, const char *s)
{
	struct node *next = n->next;

	make_string(p, n, s, strlen(s));
	n->next = next;
	return n->type;
}

/* is_str(e) and its like: of the type, of the node */
static bool is_what(const struct node *n, const struct node *e)
{
	switch ((int)n->call.fn->id) {
	case FN_is_str:
		return e->type->kind == TYPE_STRING;
	case FN_is_ptr:
		return e->type->kind == TYPE_POINTER;
	case FN_is_array:
		return e->type->kind == TYPE_ARRAY;
	case FN_is_integer:
		return e->type->kind == TYPE_INT;
	case FN_is_unsigned_integer:
		return e->type->kind == TYPE_INT && !e->type->is_signed;
	default:
		return is_literal(e) || late_in(e);
	}
}

/* a parameter that is not given yet has no type to ask of */
static bool asks_of_type(const struct node *n)
{
	switch ((int)n->call.fn->id) {
	case FN_is_str:
	case FN_is_integer:
	case FN_is_unsigned_integer:
	case FN_strcap:
		return true;
	}
	return false;
}

/* getopt("name", default, "description"): an option of the script, after -- on the command line */

static const char *option_value(const struct sema_options *o, const char *name, bool *given)
{
	size_t len = strlen(name);

	*given = false;
	for (size_t i = 0; i < o->nnamed; i++) {
		const char *s = o->named[i] + 2;

		if (strncmp(s, name, len) || (s[len] && s[len] != '='))
			continue;
		*given = true;
		return s[len] ? s + len + 1 : NULL;
	}
	return NULL;
}

/* false: an earlier use says something else, which was reported.  Each use is looked at once: it becomes a literal. */
static bool remember_option(struct pass *p, struct node *n, const char *name)
{
	const struct node *known = dict_find(&p->getopts, name), *a, *b;

	if (!known) {
		dict_set(&p->getopts, name, node_clone(p->arena, n));
		return true;
	}
	a = known->call.args->next;
	b = n->call.args->next;
	for (; a && b; a = a->next, b = b->next)
		if (a->kind != b->kind || (a->kind == NODE_STRING ? !str_eq(a->str, b->str) : a->num != b->num))
			break;
	if (!a && !b)
		return true;
	error_at(p->diag, n->span,
		 "getopt(\"%s\") differs in its default or description from another use of the option", name);
	literal_int(p, n, 0);
	n->type = &type_error;
	return false;
}

static const struct type *getopt_value(struct pass *p, struct node *n)
{
	const struct node *fallback = n->call.args->next;
	const char *name = n->call.args->str, *text, *why;
	enum node_kind kind = fallback ? fallback->kind : NODE_BOOL;
	bool given, flag = false;
	int64_t value = fallback && kind != NODE_STRING ? fallback->num : 0;

	if (kind != NODE_BOOL && kind != NODE_INT && kind != NODE_STRING)
		return wrong(p, fallback->span, "getopt() expects a literal default: a bool, an integer or a string");
	if (!remember_option(p, n, name))
		return n->type;
	text = option_value(p->options, name, &given);
	if (p->options->late && !given)
		return kind == NODE_BOOL ? &type_bool : late_type(p, kind == NODE_STRING);
	if (kind == NODE_STRING) {
		if (given && !text)
			return wrong(p, n->span, "program command line option --%s expects a string", name);
		literal_string(p, n, given ? text : fallback->str);
		return n->type;
	}
	if (kind == NODE_BOOL) {
		flag = fallback && fallback->num;
		if (given && !text)
			flag = true;
		else if (given && !parse_bool(text, &flag))
			return wrong(p, n->span, "program command line option --%s expects a boolean (e.g. 'true')",
				     name);
		return literal_bool(n, flag);
	}
	if (given && !text)
		return wrong(p, n->span, "program command line option --%s expects an integer", name);
	if (given && !parse_int(text, &value, &why))
		return wrong(p, n->span, "program command line option --%s invalid integer (value: %s)", name, text);
	literal_int(p, n, value);
	return n->type = type_int(p->types, 8, value < 0 || (fallback && fallback->num < 0));
}

static void list_options(struct pass *p, bool described)
{
	const char *names = "";

	for (size_t i = 0; !described && i < p->getopts.count; i++)
		names = arena_printf(p->arena, "%s%s--%s", names, i ? ", " : " ", p->getopts.entries[i].key);
	if (!p->getopts.count)
		hint(p->diag, "no custom program options defined.");
	else
		hint(p->diag, "expected program options:%s", names);
	for (size_t i = 0; described && i < p->getopts.count; i++) {
		const struct node *call = p->getopts.entries[i].value,
				  *description = call->call.args->next ? call->call.args->next->next : NULL;

		hint(p->diag, "  --%s%s%s", p->getopts.entries[i].key, description ? ": " : "",
		     description ? description->str : "");
	}
}

void check_options(struct pass *p)
{
	struct buf unknown = {0};
	bool help = false;

	for (size_t i = 0; i < p->options->nnamed; i++) {
		const char *s = p->options->named[i] + 2;
		char *name = arena_strndup(p->arena, s, strcspn(s, "="));

		if (dict_find(&p->getopts, name))
			continue;
		help |= str_eq(name, "help");
		buf_printf(&unknown, "%s--%s", unknown.len ? ", " : "", name);
	}
	if (help)
		error_at(p->diag, (struct span){0}, "--help: the options of this program");
	else if (unknown.len)
		error_at(p->diag, (struct span){0}, "unexpected program command line options: %s", unknown.data);
	if (unknown.len)
		list_options(p, help);
	buf_free(&unknown);
}

/* names of numbers, as an enum: printed by name, compared as a number */

static const struct type *number_names(struct pass *p, const char *name, const struct enumerator *list, uint32_t n)
{
	struct type *e = dict_find(&p->numbers, name);

	if (e)
		return e;
	e = type_enum_new(p->types, name, 8, true);
	e->enumerators = list;
	e->nenumerators = n;
	dict_set(&p->numbers, name, e);
	return e;
}

static const struct type *signal_names(struct pass *p)
{
	struct enumerator *list = arena_alloc(p->arena, 65 * sizeof(*list));
	uint32_t n = 0;

	for (int i = 1; i <= 64; i++)
		if (sigabbrev_np(i))
			list[n++] = (struct enumerator){arena_printf(p->arena, "SIG%s", sigabbrev_np(i)), i};
	return number_names(p, "signal", list, n);
}

static const struct type *syscall_names(struct pass *p)
{
	static const struct enumerator list[] = {
#include "sema/syscalls.h"
	};

	return number_names(p, "syscall", list, ARRAY_SIZE(list));
}

/* a call that is a value of n's enum: a cast of its argument */
static const struct type *named_number(struct pass *p, struct node *n, const struct type *t)
{
	struct node *arg = n->call.args;

	n->kind = NODE_CAST;
	n->cast.of = NULL;
	n->cast.expr = arg;
	(void)p;
	return n->type = t;
}

static const struct type *failure(struct pass *p, struct node *n)
{
	const struct node *a = n->call.args;

	return wrong(p, n->span, "%s", a->str);
}

static const struct type *assertion(struct pass *p, struct node *n)
{
	const struct node *cond = n->call.args;

	if (cond->num)
		return &type_none;
	return wrong(p, n->span, "static assertion failed%s%s", cond->next ? ": " : "",
		     cond->next ? cond->next->str : "");
}

const struct type *infer_comptime(struct pass *p, struct node *n)
{
	struct node *a = n->call.args;

	if (asks_of_type(n) && late_in(a))
		return wrong_late(p, late_in(a));
	switch ((int)n->call.fn->id) {
	case FN_is_str:
	case FN_is_ptr:
	case FN_is_array:
	case FN_is_integer:
	case FN_is_unsigned_integer:
	case FN_is_literal:
		return literal_bool(n, is_what(n, a));
	case FN_strcap:
		return literal_int(p, n, a->type->size);
	case FN_kfunc_exist:
		return literal_bool(n, kernel_function(p->kernel, NULL, a->str, NULL) != NULL);
	case FN_kfunc_allowed:
		return literal_bool(n, kernel_kfunc(p->kernel, a->str));
	case FN_getopt:
		return getopt_value(p, n);
	case FN_fail:
		return failure(p, n);
	case FN_static_assert:
		return assertion(p, n);
	case FN_signal_name:
		return named_number(p, n, signal_names(p));
	case FN_syscall_name:
		return named_number(p, n, syscall_names(p));
	}
	return NULL;
}
