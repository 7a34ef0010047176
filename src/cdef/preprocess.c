/* Directives: what of a file is read, and the files it includes. */
#include "cdef/cc.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEPEST_INCLUDE 100
#define DEEPEST_IF 128

struct file {
	struct cdefs *cdefs;
	const char *text, *path;
	uint32_t base;
	struct tokens tokens;
	struct {
		bool active; /* this branch is read */
		bool taken; /* one of its branches was */
		bool outer; /* what is around it is read */
		struct span span;
	} ifs[DEEPEST_IF];
	size_t nifs;
};

void mistake(struct cdefs *c, struct span span, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (span.from < c->script_from || span.from >= c->script_end) {
		c->mistakes++;
		return;
	}
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	error_at(c->host.diag, span, "%s", text);
	free(text);
}

static bool is_defined(const struct name *n)
{
	return n->macro || str_eq(n->text, "__has_include");
}

static bool reading(const struct file *f)
{
	return !f->nifs || f->ifs[f->nifs - 1].active;
}

/* the path of a header: relative to the file that asks, then the directories of headers */
static const char *find_header(struct cdefs *c, const char *name, const char *from, bool quoted, bool after)
{
	static const char *const dirs[] = {"/usr/local/include", "/usr/include/x86_64-linux-gnu",
					   "/usr/include/aarch64-linux-gnu", "/usr/include", NULL};
	const char *slash = from ? strrchr(from, '/') : NULL, *path;
	bool skip = after; /* include_next: directories up to that of the file that asks */

	if (*name == '/')
		return access(name, R_OK) ? NULL : name;
	if (quoted) {
		path = slash ? arena_printf(c->arena, "%.*s/%s", (int)(slash - from), from, name) : name;
		depends_on(path);
		if (!access(path, R_OK))
			return path;
	}
	for (const char *const *d = c->host.include_dirs; d && *d; d++) {
		path = arena_printf(c->arena, "%s/%s", *d, name);
		depends_on(path);
		if (!access(path, R_OK) && !str_eq(path, from ? from : ""))
			return path;
	}
	for (const char *const *d = dirs; *d; d++) {
		path = arena_printf(c->arena, "%s/%s", *d, name);
		depends_on(path);
		if (skip && from && !strncmp(from, *d, strlen(*d)) && from[strlen(*d)] == '/') {
			skip = false;
			continue;
		}
		if (!access(path, R_OK) && (!after || !str_eq(path, from ? from : "")))
			return path;
	}
	return NULL;
}

static bool read_header(struct cdefs *c, const char *path)
{
	struct source *src;
	struct stat st;
	struct buf b = {0};
	int fd;

	if (dict_find(&c->once, path))
		return true;
	depends_on(path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return false;
	}
	buf_read(&b, fd);
	close(fd);
	src = sources_add(c->host.sources, arena_strdup(c->arena, path),
			  arena_strndup(c->arena, b.data ? b.data : "", b.len), b.len);
	buf_free(&b);
	preprocess(c, src->text, src->len, src->base, src->name);
	return true;
}

static void include(struct file *f, const struct token *line, size_t n, bool after)
{
	struct cdefs *c = f->cdefs;
	struct tokens expanded = {0};
	struct span span = n ? span_join(line[0].span, line[n - 1].span) : (struct span){0};
	bool quoted;
	const char *name, *path, *text;
	struct buf b = {0};

	if (n && line[0].kind == TOK_NAME) {
		expand_tokens(c, line, n, &expanded);
		line = expanded.list;
		n = expanded.n;
	}
	if (n && line[0].kind == TOK_STRING && line[0].len > 1) {
		quoted = true;
		buf_add(&b, line[0].text + 1, line[0].len - 2);
	} else if (n && token_is(&line[0], '<')) {
		quoted = false;
		if (!expanded.n) { /* as written: a path may hold anything */
			const char *s = f->text + (line[0].span.to - f->base), *end = strchr(s, '>');

			if (end)
				buf_add(&b, s, (size_t)(end - s));
		}
		for (size_t i = 1; expanded.n && i < n && !token_is(&line[i], '>'); i++) {
			if (line[i].kind == TOK_NAME)
				buf_puts(&b, line[i].name->text);
			else if (line[i].kind == TOK_PUNCT)
				buf_putc(&b, (char)line[i].punct);
		}
	} else {
		mistake(c, span, "#include expects \"FILE\" or <FILE>");
		free(expanded.list);
		return;
	}
	free(expanded.list);
	name = arena_strndup(c->arena, b.data ? b.data : "", b.len);
	buf_free(&b);
	text = builtin_header(name);
	if (text) {
		preprocess(c, text, strlen(text), 0, NULL);
		return;
	}
	path = find_header(c, name, f->path, quoted, after);
	if (c->depth > DEEPEST_INCLUDE) {
		mistake(c, span, "#include nested too deeply");
	} else if (!path || !read_header(c, path)) {
		if (!c->missing)
			c->missing = name;
		if (span.from >= c->script_from && span.from < c->script_end)
			warning_at(c->host.diag, WARN(missing_header), span, "%s is not there; types come from BTF",
				   name);
	}
}

/* defined X and __has_... become numbers, then macros are expanded and what is left is reckoned */
static bool condition(struct file *f, const struct token *line, size_t n)
{
	struct cdefs *c = f->cdefs;
	struct tokens asked = {0}, ready = {0};
	struct cvalue v = {0};
	size_t at = 0;
	bool ok;

	for (size_t i = 0; i < n; i++) {
		struct token t = line[i];
		bool defined = token_named(&t, "defined"),
		     has = t.kind == TOK_NAME && !strncmp(t.name->text, "__has_", 6);

		if ((defined || has) && i + 1 < n) {
			bool parens = token_is(&line[i + 1], '(');
			bool found = false;

			i += parens ? 2 : 1;
			if (defined && i < n && line[i].kind == TOK_NAME)
				found = is_defined(line[i].name);
			if (has && token_named(&t, "__has_include") && i < n && line[i].kind == TOK_STRING)
				found = find_header(c, arena_strndup(c->arena, line[i].text + 1, line[i].len - 2),
						    f->path, true, false);
			for (size_t depth = 0; parens && i < n && (depth || !token_is(&line[i], ')')); i++)
				depth = depth + token_is(&line[i], '(') - token_is(&line[i], ')');
			t = (struct token){.kind = TOK_NUMBER, .text = found ? "1" : "0", .len = 1, .span = t.span};
		}
		tokens_add(&asked, &t);
	}
	expand_tokens(c, asked.list, asked.n, &ready);
	tokens_add(&ready, &(struct token){.kind = TOK_END, .span = n ? line[n - 1].span : (struct span){0}});
	ok = constant_expr(c, ready.list, &at, &v) && ready.list[at].kind == TOK_END;
	if (!ok)
		mistake(c, n ? span_join(line[0].span, line[n - 1].span) : (struct span){0}, "this #if has no value");
	free(asked.list);
	free(ready.list);
	return ok && v.v;
}

static void open_if(struct file *f, const struct token *word, bool value)
{
	bool outer = reading(f);

	if (f->nifs == DEEPEST_IF) {
		mistake(f->cdefs, word->span, "#if nested too deeply");
		return;
	}
	f->ifs[f->nifs].outer = outer;
	f->ifs[f->nifs].active = f->ifs[f->nifs].taken = outer && value;
	f->ifs[f->nifs++].span = word->span;
}

static void pragma(struct file *f, const struct token *line, size_t n)
{
	struct token t = {.kind = TOK_PACK};
	int64_t size;
	bool is_unsigned;
	unsigned bytes;

	if (n && token_named(&line[0], "once") && f->path)
		dict_set(&f->cdefs->once, f->path, f);
	if (!n || !token_named(&line[0], "pack"))
		return;
	t.span = line[0].span;
	for (size_t i = 1; i < n; i++) {
		if (line[i].kind == TOK_NUMBER && number_value(&line[i], &size, &is_unsigned, &bytes))
			t.value = size;
		if (token_named(&line[i], "pop"))
			t.value = 0;
	}
	tokens_add(&f->cdefs->out, &t);
}

static void directive(struct file *f, const struct token *line, size_t n)
{
	struct cdefs *c = f->cdefs;
	const struct token *word = line;
	const char *what;

	if (!n || word->kind != TOK_NAME)
		return;
	what = word->name->text;
	line++;
	n--;
	if (str_eq(what, "if")) {
		open_if(f, word, reading(f) && condition(f, line, n));
	} else if (str_eq(what, "ifdef") || str_eq(what, "ifndef")) {
		bool defined = n && line[0].kind == TOK_NAME && is_defined(line[0].name);

		if (!n && reading(f))
			mistake(c, word->span, "#%s expects a name", what);
		open_if(f, word, defined == str_eq(what, "ifdef"));
	} else if (!strncmp(what, "el", 2) || str_eq(what, "endif")) {
		if (!f->nifs)
			mistake(c, word->span, "#%s without #if", what);
		else if (str_eq(what, "endif"))
			f->nifs--;
		else if (!f->ifs[f->nifs - 1].outer || f->ifs[f->nifs - 1].taken)
			f->ifs[f->nifs - 1].active = false;
		else
			f->ifs[f->nifs - 1].active = f->ifs[f->nifs - 1].taken =
				str_eq(what, "else") || condition(f, line, n);
	} else if (!reading(f)) {
		return;
	} else if (str_eq(what, "define")) {
		macro_define(c, line, n, f->text, f->base);
	} else if (str_eq(what, "undef")) {
		if (n && line[0].kind == TOK_NAME)
			line[0].name->macro = NULL;
	} else if (str_eq(what, "include") || str_eq(what, "include_next") || str_eq(what, "import")) {
		include(f, line, n, str_eq(what, "include_next"));
	} else if (str_eq(what, "error")) {
		const char *s = f->text + (word->span.to - f->base);

		mistake(c, word->span, "#error%.*s", (int)strcspn(s, "\n"), s);
	} else if (str_eq(what, "pragma")) {
		pragma(f, line, n);
	} else if (!str_eq(what, "warning") && !str_eq(what, "line") && !str_eq(what, "ident")) {
		mistake(c, word->span, "unknown preprocessor directive #%s", what);
	}
}

void preprocess(struct cdefs *c, const char *text, size_t len, uint32_t base, const char *path)
{
	struct file f = {.cdefs = c, .text = text, .base = base, .path = path};
	size_t i = 0, from;

	c->depth++;
	tokenize(c, text, len, base, &f.tokens);
	while (i < f.tokens.n && !c->too_much) {
		from = i;
		if (token_is(&f.tokens.list[i], '#') && f.tokens.list[i].first) {
			for (i++; i < f.tokens.n && !f.tokens.list[i].first; i++)
				;
			directive(&f, f.tokens.list + from + 1, i - from - 1);
			continue;
		}
		while (i < f.tokens.n && !(token_is(&f.tokens.list[i], '#') && f.tokens.list[i].first))
			i++;
		if (reading(&f))
			expand_tokens(c, f.tokens.list + from, i - from, &c->out);
	}
	if (f.nifs)
		mistake(c, f.ifs[f.nifs - 1].span, "unterminated conditional: #endif is missing");
	free(f.tokens.list);
	c->depth--;
}

/* the public face */

struct cdefs *cdefs_new(const struct cdefs_host *h)
{
	struct cdefs *c = arena_alloc(h->arena, sizeof(*c));
	static const char btf[] = "#define BPFTRACE_HAVE_BTF 1\n";

	c->host = *h;
	c->arena = h->arena;
	dict_init(&c->names, c->arena);
	dict_init(&c->tags, c->arena);
	dict_init(&c->enumerators, c->arena);
	dict_init(&c->once, c->arena);
	preprocess(c, predefined, strlen(predefined), 0, NULL);
	if (h->have_btf)
		preprocess(c, btf, strlen(btf), 0, NULL);
	return c;
}

static void finish(struct cdefs *c)
{
	tokens_add(&c->out,
		   &(struct token){.kind = TOK_END, .span = {c->script_end ? c->script_end - 1 : 0, c->script_end}});
	declarations(c);
	free(c->out.list);
	c->out = (struct tokens){0};
	c->pack = 0;
}

void cdefs_read(struct cdefs *c, const struct source *src, struct span part)
{
	c->script_from = part.from;
	c->script_end = part.to;
	preprocess(c, src->text + (part.from - src->base), part.to - part.from, part.from, src->name);
	finish(c);
}

bool cdefs_include(struct cdefs *c, const char *name)
{
	const char *path = find_header(c, name, NULL, true, false);

	c->script_from = c->script_end = 0;
	if (!path || !read_header(c, path))
		return false;
	finish(c);
	return true;
}

const char *cdefs_define(struct cdefs *c, const char *name)
{
	struct name *n = dict_find(&c->names, name);

	if (!n && !strncmp(name, "CONFIG_", 7))
		n = name_of_text(c, name, strlen(name));
	return n && n->macro && !n->macro->function ? n->macro->text : NULL;
}

bool cdefs_constant(struct cdefs *c, const char *s, int64_t *value, bool *over_int64_max)
{
	struct tokens text = {0}, ready = {0};
	struct cvalue v = {0};
	size_t at = 0;
	bool ok;

	tokenize(c, s, strlen(s), 0, &text);
	expand_tokens(c, text.list, text.n, &ready);
	tokens_add(&ready, &(struct token){.kind = TOK_END});
	ok = constant_expr(c, ready.list, &at, &v) && ready.list[at].kind == TOK_END;
	ok = ok && type_is_int(v.type.type);
	*value = v.v;
	*over_int64_max = v.is_unsigned && v.v < 0;
	free(text.list);
	free(ready.list);
	return ok;
}

const struct type *cdefs_type(struct cdefs *c, const char *keyword, const char *name)
{
	static const char *const keywords[] = {"struct", "union", "enum", NULL};
	const struct type *t = NULL;
	struct name *n;

	for (const char *const *k = keywords; *k && !t; k++)
		if (!keyword || str_eq(keyword, *k))
			t = dict_find(&c->tags, arena_printf(c->arena, "%s %s", *k, name));
	if (t && t->incomplete)
		t = NULL;
	if (!t && (!keyword || str_eq(keyword, "typedef"))) {
		n = dict_find(&c->names, name);
		t = n && n->type ? n->type->type : NULL;
	}
	return t;
}

bool cdefs_enumerator(struct cdefs *c, const char *name, int64_t *value, const struct type **type)
{
	const struct enumerator_of *e = dict_find(&c->enumerators, name);

	if (!e)
		return false;
	*value = e->value;
	*type = e->type;
	return true;
}

const char *cdefs_missing(const struct cdefs *c)
{
	return c->missing;
}

unsigned cdefs_mistakes(const struct cdefs *c)
{
	return c->mistakes;
}

void cdefs_each_type(struct cdefs *c, cdefs_type_fn each, void *arg)
{
	for (size_t i = 0; i < c->tags.count; i++) {
		const struct type *t = c->tags.entries[i].value;
		const char *space = strchr(c->tags.entries[i].key, ' ');

		if (t && !t->incomplete)
			each(arena_strndup(c->arena, c->tags.entries[i].key, (size_t)(space - c->tags.entries[i].key)),
			     space + 1, t, arg);
	}
}
