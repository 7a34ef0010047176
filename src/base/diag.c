/*
 * Messages about the script:
 *	stdin:1:9-14: ERROR: text
 *	BEGIN { prinf("a"); }
 *	        ~~~~~
 *	HINT: text
 */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEPT_MAX 50 /* of errors, and of warnings; the others are only counted */
#define LINE_MAX_SHOWN 1000 /* a longer line is not quoted */

static const char *const severity_names[] = {"ERROR", "WARNING"};
const char *const severity_colours[] = {"\033[31m", "\033[33m"}, colour_end[] = "\033[0m";

void diag_init(struct diag *d, struct arena *a, struct sources *s)
{
	*d = (struct diag){.arena = a, .sources = s};
	d->last = &d->first;
}

#define MESSAGE_MAX 1000 /* bytes of a message's text */

static PRINTF_LIKE(2, 0) char *vformat(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	if (n > MESSAGE_MAX)
		n = MESSAGE_MAX; /* somebody's name may be as long as a file */
	va_end(again);
	s = arena_alloc(a, n + 1);
	vsnprintf(s, n + 1, fmt, ap);
	return s;
}

/* also where a macro is called twice */
static bool same_place(struct sources *s, struct span a, struct span b)
{
	struct place p, q;

	if (!sources_place(s, a, &p) || !sources_place(s, b, &q))
		return a.from == b.from;
	return p.source == q.source && p.line == q.line && p.column == q.column && p.end_line == q.end_line &&
	       p.end_column == q.end_column;
}

static bool repeated(const struct diag *d, const struct message *list, enum severity severity, struct span span,
		     const char *text)
{
	for (const struct message *m = list; m; m = m->next)
		if (m->severity == severity && str_eq(m->text, text) &&
		    (severity == SEVERITY_WARNING ? same_place(d->sources, m->span, span)
						  : m->span.from == span.from && m->span.to == span.to))
			return true;
	return false;
}

static void add(struct diag *d, struct message *m)
{
	enum severity severity = m->severity;
	struct message **end = d->last;

	d->latest = NULL;
	if (repeated(d, d->held ? d->held->first : d->first, severity, m->span, m->text))
		return;
	if (d->held) {
		for (end = &d->held->first; *end;)
			end = &(*end)->next;
		*end = d->latest = m;
		return;
	}
	if (severity == SEVERITY_ERROR)
		d->errors++;
	else
		d->warnings++;
	if (d->kept[severity] == KEPT_MAX) {
		d->dropped[severity]++;
		return;
	}
	d->kept[severity]++;
	*end = d->latest = m;
	d->last = &m->next;
}

static PRINTF_LIKE(5, 0) void keep(struct diag *d, enum severity severity, const struct warning *w, struct span span,
				   const char *fmt, va_list ap)
{
	struct message *m = arena_alloc(d->arena, sizeof(*m));

	m->severity = severity;
	m->span = span;
	m->text = vformat(d->arena, fmt, ap);
	m->warning = w;
	add(d, m);
}

struct held *diag_hold(struct diag *d, struct held *h)
{
	struct held *before = d->held;

	d->held = h;
	return before;
}

void diag_release(struct diag *d, const struct held *h)
{
	for (const struct message *m = h ? h->first : NULL; m; m = m->next) {
		struct message *again = arena_memdup(d->arena, m, sizeof(*m));

		again->next = NULL;
		add(d, again);
	}
}

void error_at(struct diag *d, struct span span, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	keep(d, SEVERITY_ERROR, NULL, span, fmt, ap);
	va_end(ap);
}

void warning_at(struct diag *d, const struct warning *w, struct span span, const char *fmt, ...)
{
	va_list ap;

	d->latest = NULL;
	if (d->silent >> w->number & 1 || (!w->usual && !d->verbose))
		return;
	va_start(ap, fmt);
	keep(d, SEVERITY_WARNING, w, span, fmt, ap);
	va_end(ap);
}

/* one line of the script: tabs as four spaces, no bytes a terminal obeys */
static void quote_line(struct buf *b, const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = line[i];

		if (c == '\t')
			buf_puts(b, "    ");
		else if (c == '\r' && i + 1 == len)
			break;
		else
			buf_putc(b, c < ' ' || c == 0x7f ? '?' : c);
	}
	buf_putc(b, '\n');
}

/* the marks for the bytes from..to of a line: a tab takes four columns, a character of UTF-8 one */
static void put_marks(struct buf *b, const char *line, size_t from, size_t to, char mark)
{
	for (size_t i = from; i < to; i++) {
		unsigned char c = line[i];
		int width = c == '\t' ? 4 : (c & 0xc0) == 0x80 ? 0 : 1;

		while (width--)
			buf_putc(b, mark);
	}
}

static void put_excerpt(struct buf *b, const struct place *p)
{
	struct source *src = (struct source *)p->source;
	const char *line = "";
	size_t len = 0;

	for (uint32_t n = p->line; n <= p->end_line; n++) {
		line = source_line(src, n, &len);
		if (!line || len > LINE_MAX_SHOWN)
			return;
		quote_line(b, line, len);
	}
	if (p->line != p->end_line)
		return;
	put_marks(b, line, 0, p->column - 1, ' ');
	if (p->column > len) /* past the end: the end of the file */
		buf_putc(b, '~');
	else
		put_marks(b, line, p->column - 1, p->end_column - 1 < len ? p->end_column - 1 : len, '~');
	buf_putc(b, '\n');
}

/* FILE:LINE:C1-C2: ERROR: text, and the lines it is about */
static void put_message(struct buf *b, struct sources *s, enum severity severity, struct span span, const char *text,
			bool colour)
{
	struct place p;
	bool placed = sources_place(s, span, &p);

	if (colour)
		buf_puts(b, severity_colours[severity]);
	if (placed && p.line == p.end_line)
		buf_printf(b, "%s:%u:%u-%u: ", p.source->name, p.line, p.column, p.end_column);
	else if (placed)
		buf_printf(b, "%s:%u-%u: ", p.source->name, p.line, p.end_line);
	buf_printf(b, "%s: %s%s\n", severity_names[severity], text, colour ? colour_end : "");
	if (placed)
		put_excerpt(b, &p);
	if (placed && p.call.from)
		put_message(b, s, severity, p.call, "expanded from", colour);
}

static void add_hint(struct diag *d, const char *text)
{
	struct message *m = d->latest;

	m->hints = arena_printf(d->arena, "%s%s", m->hints ? m->hints : "", text);
}

void hint(struct diag *d, const char *fmt, ...)
{
	va_list ap;

	if (!d->latest)
		return;
	va_start(ap, fmt);
	add_hint(d, arena_printf(d->arena, "HINT: %s\n", vformat(d->arena, fmt, ap)));
	va_end(ap);
}

void also_at(struct diag *d, struct span span, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	if (!d->latest)
		return;
	va_start(ap, fmt);
	put_message(&b, d->sources, d->latest->severity, span, vformat(d->arena, fmt, ap), false);
	va_end(ap);
	add_hint(d, b.data);
	buf_free(&b);
}

static bool before(const struct message *x, const struct message *y)
{
	return x->severity != y->severity ? x->severity < y->severity : x->span.from < y->span.from;
}

void diag_excerpt(struct sources *s, struct span span, struct buf *out)
{
	struct place p;

	if (sources_place(s, span, &p))
		put_excerpt(out, &p);
}

bool colour_wanted(void)
{
	const char *wish = getenv("BPFTRACE_COLOR"), *no = getenv("NO_COLOR");

	if (wish && (str_eq(wish, "always") || str_eq(wish, "never")))
		return str_eq(wish, "always");
	if (wish && *wish && !str_eq(wish, "auto")) {
		warn("BPFTRACE_COLOR is '%s', expected auto, always or never", wish);
		setenv("BPFTRACE_COLOR", "auto", 1); /* it is asked for again, by other programs of ours, too */
	}
	return isatty(STDOUT_FILENO) && isatty(STDERR_FILENO) && !(no && *no);
}

void diag_flush(struct diag *d, FILE *out, bool colour)
{
	struct message *sorted[2 * KEPT_MAX];
	struct buf b = {0};
	size_t n = 0;

	for (struct message *m = d->first; m; m = m->next) {
		size_t i = n++;

		for (; i && before(m, sorted[i - 1]); i--)
			sorted[i] = sorted[i - 1];
		sorted[i] = m;
	}
	for (int severity = SEVERITY_ERROR; severity <= SEVERITY_WARNING; severity++) {
		for (size_t i = 0; i < n; i++) {
			const struct message *m = sorted[i];

			if ((int)m->severity != severity)
				continue;
			put_message(&b, d->sources, m->severity, m->span,
				    m->warning ? arena_printf(d->arena, "%s [%s]", m->text, m->warning->name) : m->text,
				    colour);
			if (m->hints)
				buf_puts(&b, m->hints);
		}
		if (d->dropped[severity])
			buf_printf(&b, "%s: %u more not shown\n", severity_names[severity], d->dropped[severity]);
	}
	if (b.len)
		fwrite(b.data, 1, b.len, out);
	fflush(out);
	buf_free(&b);
	d->first = d->latest = NULL;
	d->last = &d->first;
	memset(d->kept, 0, sizeof(d->kept));
	memset(d->dropped, 0, sizeof(d->dropped));
}
