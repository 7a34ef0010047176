/* #define and what comes of it: macros expanded, with and without arguments. */
#include "cdef/cc.h"

#include <stdlib.h>
#include <string.h>

#define MOST_TOKENS (1u << 22) /* of all expansions: more is a macro that grows without end */

/* tokens still to be read; of a macro's body the macro, which is not expanded within itself */
struct frame {
	const struct token *list;
	size_t n, at;
	struct macro *macro;
};

struct expander {
	struct cdefs *cdefs;
	struct frame *frames;
	size_t depth, cap;
};

static void push(struct expander *e, const struct token *list, size_t n, struct macro *m)
{
	if (e->depth == e->cap) {
		e->cap = e->cap ? 2 * e->cap : 8;
		e->frames = xrealloc(e->frames, e->cap * sizeof(*e->frames));
	}
	e->frames[e->depth++] = (struct frame){list, n, 0, m};
	if (m)
		m->active = true;
}

static const struct token *peek(struct expander *e)
{
	while (e->depth) {
		struct frame *f = &e->frames[e->depth - 1];

		if (f->at < f->n)
			return &f->list[f->at];
		if (f->macro)
			f->macro->active = false;
		e->depth--;
	}
	return NULL;
}

static const struct token *next(struct expander *e)
{
	const struct token *t = peek(e);

	if (t)
		e->frames[e->depth - 1].at++;
	return t;
}

/* memory of the arena: bodies outlive the frames that hold them */
static struct token *keep(struct cdefs *c, struct tokens *l)
{
	struct token *t = arena_memdup(c->arena, l->list ? (void *)l->list : "", l->n * sizeof(*t));

	free(l->list);
	return t;
}

static void parameters(struct cdefs *c, struct macro *m, const struct token *line, size_t n, size_t *at)
{
	m->function = true;
	m->params = arena_alloc(c->arena, (n + 1) * sizeof(*m->params));
	for (++*at; *at < n && !token_is(&line[*at], ')'); ++*at) {
		if (line[*at].kind == TOK_NAME)
			m->params[m->nparams++] = line[*at].name;
		if (token_is(&line[*at], P3('.', '.', '.'))) {
			m->variadic = true;
			if (!m->nparams || token_is(&line[*at - 1], ',') || token_is(&line[*at - 1], '('))
				m->params[m->nparams++] = name_of_text(c, "__VA_ARGS__", 11);
		}
	}
	++*at;
}

void macro_define(struct cdefs *c, const struct token *line, size_t n, const char *text, uint32_t base)
{
	struct macro *m;
	size_t at = 1, from, to;

	if (!n || line[0].kind != TOK_NAME)
		return;
	m = arena_alloc(c->arena, sizeof(*m));
	m->name = line[0].name;
	if (n > 1 && token_is(&line[1], '(') && !line[1].space)
		parameters(c, m, line, n, &at);
	if (at > n)
		at = n;
	m->nbody = n - at;
	m->body = arena_memdup(c->arena, line + at, m->nbody * sizeof(*m->body));
	if (m->nbody) {
		from = line[at].span.from - base;
		to = line[n - 1].span.to - base;
		m->text = arena_strndup(c->arena, text + from, to - from);
	} else {
		m->text = "";
	}
	m->name->macro = m;
}

struct args {
	struct tokens *raw, *expanded; /* one a parameter */
	bool *done;
	size_t n;
};

/* after NAME: its arguments up to the ')' that closes them; false: the text ends before */
static bool collect(struct expander *e, const struct macro *m, struct args *a)
{
	size_t most = m->nparams ? m->nparams : 1, depth = 0;
	const struct token *t;

	a->raw = xcalloc(most, sizeof(*a->raw));
	a->expanded = xcalloc(most, sizeof(*a->expanded));
	a->done = xcalloc(most, sizeof(*a->done));
	a->n = 1;
	next(e);
	while ((t = next(e))) {
		if (token_is(t, ')') && !depth)
			return true;
		depth += token_is(t, '(');
		depth -= token_is(t, ')');
		if (token_is(t, ',') && !depth && a->n < most) {
			a->n++;
			continue;
		}
		tokens_add(&a->raw[a->n - 1], t);
	}
	return false;
}

static void args_free(const struct macro *m, struct args *a)
{
	for (size_t i = 0; i < (m->nparams ? m->nparams : 1); i++) {
		free(a->raw[i].list);
		free(a->expanded[i].list);
	}
	free(a->raw);
	free(a->expanded);
	free(a->done);
}

static size_t parameter_index(const struct macro *m, const struct token *t)
{
	for (size_t i = 0; i < m->nparams; i++)
		if (t->kind == TOK_NAME && m->params[i] == t->name)
			return i;
	return SIZE_MAX;
}

static void spell(struct buf *b, const struct token *t)
{
	if (t->kind == TOK_NAME)
		buf_puts(b, t->name->text);
	else if (t->kind == TOK_PUNCT || t->kind == TOK_OTHER)
		for (uint32_t p = t->punct; p; p >>= 8)
			buf_putc(b, (char)p);
	else
		buf_add(b, t->text, t->len);
}

static struct token stringified(struct cdefs *c, const struct tokens *arg, struct span span)
{
	struct buf b = {0};
	struct token t = {.kind = TOK_STRING, .span = span};

	buf_putc(&b, '"');
	for (size_t i = 0; i < arg->n; i++) {
		if (i && arg->list[i].space)
			buf_putc(&b, ' ');
		spell(&b, &arg->list[i]);
	}
	buf_putc(&b, '"');
	t.text = arena_strndup(c->arena, b.data, b.len);
	t.len = (uint32_t)b.len;
	buf_free(&b);
	return t;
}

/* a ## b: the last token of out and t become one */
static void paste(struct cdefs *c, struct tokens *out, const struct token *t)
{
	struct buf b = {0};
	struct tokens made = {0};
	const char *text;

	spell(&b, &out->list[out->n - 1]);
	spell(&b, t);
	text = arena_strndup(c->arena, b.data ? b.data : "", b.len);
	tokenize(c, text, b.len, t->span.from, &made);
	if (made.n) {
		made.list[0].space = out->list[out->n - 1].space;
		made.list[0].span = t->span;
		out->list[out->n - 1] = made.list[0];
	}
	free(made.list);
	buf_free(&b);
}

static void substitute(struct cdefs *c, const struct macro *m, struct args *a, struct span span, struct tokens *out)
{
	bool glue = false;

	for (size_t i = 0; i < m->nbody; i++) {
		const struct token *t = &m->body[i];
		size_t p = parameter_index(m, t);
		bool glued = glue, before = i + 1 < m->nbody && token_is(&m->body[i + 1], P2('#', '#'));

		glue = false;
		if (token_is(t, P2('#', '#'))) {
			glue = out->n > 0;
			/* , ## args: without arguments there is no comma */
			if (i + 1 < m->nbody && i && token_is(&m->body[i - 1], ',') &&
			    parameter_index(m, &m->body[i + 1]) != SIZE_MAX) {
				if (!a->raw[parameter_index(m, &m->body[i + 1])].n && out->n)
					out->n--;
				glue = false;
			}
			continue;
		}
		if (m->function && token_is(t, '#') && i + 1 < m->nbody &&
		    parameter_index(m, &m->body[i + 1]) != SIZE_MAX) {
			struct token s = stringified(c, &a->raw[parameter_index(m, &m->body[++i])], span);

			tokens_add(out, &s);
			continue;
		}
		if (p == SIZE_MAX) {
			if (glued) {
				paste(c, out, t);
			} else {
				tokens_add(out, t);
				out->list[out->n - 1].span = span;
			}
			continue;
		}
		const struct tokens *arg = &a->raw[p];

		if (!glued && !before) {
			if (!a->done[p]) {
				expand_tokens(c, arg->list, arg->n, &a->expanded[p]);
				a->done[p] = true;
			}
			arg = &a->expanded[p];
		}
		for (size_t k = 0; k < arg->n; k++) {
			if (!k && glued)
				paste(c, out, &arg->list[0]);
			else
				tokens_add(out, &arg->list[k]);
		}
		if (!arg->n && before)
			i++; /* nothing ## x is x */
	}
}

void expand_tokens(struct cdefs *c, const struct token *list, size_t n, struct tokens *out)
{
	struct expander e = {.cdefs = c};
	const struct token *t;

	push(&e, list, n, NULL);
	while (!c->too_much && (t = next(&e))) {
		struct macro *m = t->kind == TOK_NAME && !t->final ? t->name->macro : NULL;
		struct token here = *t;
		struct tokens body = {0};
		struct args a = {0};

		if (m && m->active) {
			here.final = true;
			m = NULL;
		}
		if (m && m->function) {
			const struct token *open = peek(&e);

			if (!open || !token_is(open, '('))
				m = NULL;
		}
		if (!m) {
			tokens_add(out, &here);
			if (out->n > MOST_TOKENS) {
				c->too_much = true;
				mistake(c, here.span, "the macros of this text grow without end");
			}
			continue;
		}
		if (m->function && !collect(&e, m, &a)) {
			mistake(c, here.span, "the arguments of macro %s are not closed", m->name->text);
			args_free(m, &a);
			continue;
		}
		substitute(c, m, &a, here.span, &body);
		if (m->function)
			args_free(m, &a);
		if (body.n) {
			body.list[0].space = here.space;
			size_t count = body.n;
			push(&e, keep(c, &body), count, m);
		}
		if (e.depth > MOST_TOKENS / 64)
			c->too_much = true;
	}
	while (e.depth) {
		if (e.frames[e.depth - 1].macro)
			e.frames[e.depth - 1].macro->active = false;
		e.depth--;
	}
	free(e.frames);
}
