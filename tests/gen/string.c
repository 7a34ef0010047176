/* Strings. */
#include "gen.h"

#include <string.h>

static const char *const words[] = {"",
				    "a",
				    "ab",
				    "abc",
				    "abcd",
				    "b",
				    "probe",
				    "word",
				    "hello world",
				    "/etc/passwd",
				    "x=1,y=2",
				    "fifteen letters",
				    "a somewhat longer string that fills more than one cache line, or so"};

struct expr *word(const char *s)
{
	return known((struct value){.type = string_type((int)strlen(s) + 1), .text = s}, POSTFIX, text("\"%s\"", s),
		     true);
}

static int room; /* the capacity that a string may have */

static struct expr *string_leaf(int depth)
{
	const char *s;

	(void)depth;
	do
		s = words[rnd(ARRAY_SIZE(words))];
	while ((int)strlen(s) >= room);
	covered("STRING");
	return word(s);
}

static bool is_string_var(const struct var *v)
{
	return !v->agg && v->type->kind == STRING && v->type->size <= room;
}

static struct expr *string_var(int depth)
{
	return read_var(any_var(is_string_var), depth);
}

static bool is_short_string(const struct type *t)
{
	return t->kind == STRING && t->size <= room;
}

static struct expr *string_part(int depth)
{
	return part(depth, is_short_string);
}

static struct expr *string_builtin(int depth)
{
	static const struct {
		const char *name, *is;
		int size;
	} known_ones[] = {{"comm", "probe", 16}, {"probetype", "special", 8}, {"$2", "word", 5}};
	unsigned i = rnd(ARRAY_SIZE(known_ones));

	(void)depth;
	if (known_ones[i].size > room)
		return NULL;
	covered(known_ones[i].name);
	return known((struct value){.type = string_type(known_ones[i].size), .text = known_ones[i].is}, POSTFIX,
		     known_ones[i].name, i > 0);
}

static struct expr *string_choice(int depth)
{
	int most = room;
	struct expr *c = gen_bool(depth - 1), *a = gen_string(depth - 1, most), *b = gen_string(depth - 1, most);

	return choice(c, a, b);
}

static struct value eval_str(const struct expr *e)
{
	struct value s = eval(e->arg[0]), n = e->arg[1] ? eval(e->arg[1]) : number(int_type(8, false), max_strlen);
	uint64_t most = (uint64_t)n.num;

	if (most > (uint64_t)e->type->size)
		most = (uint64_t)e->type->size;
	return string(e->type, most ? text("%.*s", (int)most - 1, s.text) : "");
}

static struct expr *string_str(int depth)
{
	int most = room, keep = 1 + (int)rnd(12);
	struct expr *of = gen_string(depth - 1, max_strlen), *n = NULL, *e;

	covered("str");
	if (of->literal) { /* folds: the first keep characters */
		if (keep > most - 1)
			keep = most - 1;
		return known((struct value){.type = string_type((int)strnlen(of->known.text, (size_t)keep) + 1),
					    .text = text("%.*s", keep, of->known.text)},
			     POSTFIX, text("str(%s, %d)", of->text, keep), true);
	}
	if (most >= max_strlen && chance(60)) {
		n = chance(50) ? gen_number(depth - 1) : NULL;
		if (n && n->literal)
			n = hide(n);
		keep = max_strlen - 1;
	} else if (keep + 1 > most) {
		return NULL;
	} else {
		n = number_literal(keep, false);
	}
	e = new_expr(string_type(keep + 1 < max_strlen ? keep + 1 : max_strlen), eval_str, POSTFIX,
		     text(n ? "str(%s, %s)" : "str(%s)", of->text, n ? n->text : ""));
	e->arg[0] = of;
	e->arg[1] = n;
	return e;
}

static struct value eval_concat(const struct expr *e)
{
	struct value a = eval(e->arg[0]);

	return string(e->type, text("%s%s", a.text, eval(e->arg[1]).text));
}

static struct expr *string_concat(int depth)
{
	struct expr *a, *b, *e;

	if (room < 1024)
		return NULL;
	a = gen_string(depth - 1, 512);
	b = gen_string(depth - 1, 512);
	e = new_expr(string_type(1024), eval_concat, POSTFIX, text("str_concat(%s, %s)", a->text, b->text));
	covered("str_concat");
	e->arg[0] = a;
	e->arg[1] = b;
	return e;
}

static struct expr *string_sum(int depth)
{
	int half = room / 2;
	struct expr *a = gen_string(0, half > 1 ? half : 1), *b = gen_string(0, half > 1 ? half : 1);
	size_t n;

	(void)depth;
	if (!a->literal || !b->literal)
		return NULL;
	n = strlen(a->known.text);
	if (n && chance(40)) {
		size_t skip = rnd((unsigned)n);

		return known((struct value){.type = string_type((int)(n - skip) + 1), .text = a->known.text + skip},
			     SUMS, text("%s + %zu", a->text, skip), true);
	}
	return known((struct value){.type = string_type((int)(n + strlen(b->known.text)) + 1),
				    .text = text("%s%s", a->known.text, b->known.text)},
		     SUMS, text("%s + %s", a->text, b->text), true);
}

static struct expr *in_room(int depth)
{
	return gen_string(depth, room);
}

static struct expr *string_block(int depth)
{
	return block_expr(in_room, depth);
}

static struct expr *string_fn(int depth)
{
	return gen_fn(is_short_string, depth);
}

static struct expr *string_expands(int depth)
{
	return gen_macro(in_room, depth);
}

static struct expr *string_macro_argument(int depth)
{
	(void)depth;
	return string_given(room);
}

static const struct production strings[] = {
	{"leaf", string_leaf},     {"var", string_var},         {"builtin", string_builtin},
	{"part", string_part},     {"member", string_member},   {"given", string_macro_argument},
	{"choice", string_choice}, {"str", string_str},         {"str", string_str},
	{"concat", string_concat}, {"sum", string_sum},         {"block", string_block},
	{"fn", string_fn},         {"expands", string_expands},
};

struct expr *gen_string(int depth, int capacity)
{
	int outer = room;
	struct expr *e = NULL;

	for (int i = 0; i < 20 && (!e || e->type->size > capacity); i++) {
		room = capacity;
		e = strings[rnd(depth > 0 ? ARRAY_SIZE(strings) : 6)].make(depth);
	}
	room = capacity;
	if (!e || e->type->size > capacity)
		e = string_leaf(depth);
	room = outer;
	return e;
}
