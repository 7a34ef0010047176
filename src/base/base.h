/*
 * What every part of probe stands on: memory, text, spans, messages.
 * Knows nothing of tracing.
 */
#ifndef PROBE_BASE_BASE_H
#define PROBE_BASE_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* arena.c: memory that is freed whole; running out ends the program */
struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *a);
void *arena_alloc(struct arena *a, size_t size); /* zeroed, 16-byte aligned */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_bytes(struct arena *a, const char *s, size_t n); /* all n, NULs as well, and a NUL */
void *arena_memdup(struct arena *a, const void *p, size_t n);
/* list, or its copy, with room for one element more than its n */
void *arena_grow(struct arena *a, void *list, size_t n, size_t size);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* xalloc.c: the same promise for memory with an owner */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* a mistake of ours: says so and aborts */
_Noreturn void bug(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* buf.c: bytes that grow; data is always NUL-terminated past len */
struct buf {
	char *data;
	size_t len;
	size_t cap;
};
void buf_add(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_unsigned(struct buf *b, uint64_t v); /* decimal */
void buf_signed(struct buf *b, int64_t v);
void buf_hex(struct buf *b, uint64_t v);
void buf_fill(struct buf *b, char c, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
int buf_read(struct buf *b, int fd); /* adds all that is left to read; 0 or -errno */
int buf_read_file(struct buf *b, const char *path); /* likewise */
void buf_reset(struct buf *b); /* empty, keeps the memory */
void buf_free(struct buf *b);

/* limits.c */
bool limits_raise(void); /* of open files and the stack, to what we need; false: they cannot be, which was said */

/* stream.c */
void streams_open(void); /* first of all: a standard stream that is closed stays so */
/* last: status, or 1 if what was printed could not be written, reported; a reader that left is no error */
int streams_close(int status);

/* search.c: of n elements of size bytes, in order of the uint64_t at offset in each: how many have one up to limit */
size_t upper_bound(const void *list, size_t n, size_t size, size_t offset, uint64_t limit);

/* dict.c: text to pointer, in order of insertion; keys are copied */
struct dict_entry {
	const char *key;
	void *value;
};
struct dict {
	struct arena *arena;
	struct dict_entry *entries;
	size_t count;
	size_t cap;
	uint32_t *slots; /* index + 1 into entries, 0 is free */
	size_t nslots;
};
uint32_t hash_text(const char *s);
void dict_init(struct dict *d, struct arena *a);
void *dict_find(const struct dict *d, const char *key);
void dict_set(struct dict *d, const char *key, void *value);

/* text.c: comparing and matching names */
bool glob_match(const char *pattern, const char *text); /* * ? [a-z], backtracking */
bool glob_has(const char *pattern); /* has it a wildcard? */
bool str_eq(const char *a, const char *b);
size_t utf8_length(const char *s, size_t len); /* bytes of the character at s; 0: it is none */
bool str_ieq(const char *a, const char *b); /* ASCII case folded */
unsigned edit_distance(const char *a, const char *b);
/* of the names of a NULL-terminated array the closest one worth suggesting, or NULL */
const char *nearest(const char *name, const char *const *names);
/* the same of names that come one by one: to is what was written, *name the closest so far, or NULL */
struct nearest {
	const char *to, *name;
	unsigned distance; /* less than that */
	struct arena *arena; /* of *name */
};
bool nearest_hear(struct nearest *n, const char *name); /* is it now the closest? */
/* whole text to integer: 12 0x1f 017 0b11 1_000 2e3 5ms u/l suffixes, leading - */
bool parse_int(const char *text, int64_t *value, const char **why); /* over INT64_MAX: the bits of a uint64 */
bool parse_bool(const char *text, bool *value); /* 1 true on yes, 0 false off no, whatever their case */
/* *tail: the suffix that is none, or "" */
bool parse_int_tail(const char *text, int64_t *value, const char **why, const char **tail);

/*
 * depend.c: the files that a compilation reads or looks for, with what tells
 * whether they changed: a line each.  Kept for the whole process.
 */
void depends_on(const char *path); /* also of one that is not there */
void depends_on_text(const char *path); /* on what it holds; of a file of the kernel's */
void depends_on_presence(const char *path); /* on whether it is there */
void depends_unknown(void); /* on more than can be told */
const char *dependencies(void); /* NULL: unknown */
bool dependencies_hold(const char *text, size_t len); /* is all as dependencies() said? */

/*
 * source.c: the texts of one compilation laid end to end, so that a span of
 * bytes says both the file and the place in it.  Position 0 is no place.
 */
struct span {
	uint32_t from;
	uint32_t to; /* past the last byte */
};
struct source {
	const char *name; /* as messages show it: "stdin", "tools/x.bt" */
	const char *text; /* NUL-terminated, len bytes before that */
	size_t len;
	uint32_t base; /* position of its first byte */
	uint32_t *lines; /* offsets of the line starts, made when first asked */
	uint32_t nlines;
	struct source *of; /* a part of that one, read again where a macro is called; or NULL */
	uint32_t skip; /* where the part begins */
	struct span call;
};
struct sources {
	struct arena *arena;
	struct source **list;
	size_t count;
	uint32_t end; /* base of the next one */
};
struct place { /* 1-based; column counts bytes */
	const struct source *source;
	uint32_t line, column;
	uint32_t end_line, end_column; /* column of the first byte past the span */
	struct span call; /* of the macro that it is in; from 0: none */
};
void sources_init(struct sources *s, struct arena *a);
struct source *sources_add(struct sources *s, const char *name, const char *text, size_t len);
/* the text at span once more, for a macro called at call: what to add to a position in it; 0: no room */
uint32_t sources_again(struct sources *s, struct span span, struct span call);
bool sources_place(struct sources *s, struct span span, struct place *p);
/* line (1-based) without its newline; *len set; NULL if there is none */
const char *source_line(struct source *src, uint32_t line, size_t *len);
struct span span_join(struct span a, struct span b);

/*
 * diag.c: messages about the script.  They are kept, sorted and printed by
 * diag_flush(): errors first, then warnings, each as
 *	FILE:LINE:C1-C2: ERROR: text
 * with the line and tildes below it; a warning's text ends in its [name].
 */
enum severity { SEVERITY_ERROR, SEVERITY_WARNING };
struct warning { /* a kind of them; their table is in lang */
	const char *name; /* "unused_map" */
	unsigned number; /* below 64 */
	bool usual; /* given without -v, too */
};
struct message {
	struct message *next;
	enum severity severity;
	struct span span; /* from 0: no place */
	char *text;
	char *hints; /* lines "HINT: ..." or NULL */
	const struct warning *warning; /* or NULL */
};
struct diag {
	struct arena *arena;
	struct sources *sources;
	struct message *first, **last;
	struct message *latest; /* the one hints go to; NULL after a repeated message */
	unsigned errors, warnings;
	unsigned kept[2], dropped[2]; /* of each severity since the last flush */
	uint64_t silent; /* bits of the warnings not to give */
	bool verbose; /* -v: also the unusual warnings */
	struct held *held; /* where messages go instead, or NULL */
};
struct held { /* of what may turn out to be of no concern */
	struct message *first;
};
void diag_init(struct diag *d, struct arena *a, struct sources *s);
void error_at(struct diag *d, struct span span, const char *fmt, ...) PRINTF_LIKE(3, 4);
void warning_at(struct diag *d, const struct warning *w, struct span span, const char *fmt, ...) PRINTF_LIKE(4, 5);
void hint(struct diag *d, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* a second place of the latest message, below it */
void also_at(struct diag *d, struct span span, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* messages go to h from here on, NULL: they are printed; returns where they went before */
struct held *diag_hold(struct diag *d, struct held *h);
void diag_release(struct diag *d, const struct held *h); /* as if they were given now; h may be NULL */
/* the line of the script with tildes below it */
void diag_excerpt(struct sources *s, struct span span, struct buf *out);
bool colour_wanted(void); /* by BPFTRACE_COLOR, NO_COLOR, and whether we write to terminals */
extern const char *const severity_colours[2], colour_end[]; /* by enum severity */
void diag_flush(struct diag *d, FILE *out, bool colour); /* prints and forgets messages; keeps the counts */

/* log.c: messages about the machine, on stderr: "ERROR: ...", "WARNING: ..." */
/* "ERROR: <text>: <strerror(-err)>"; returns err; err 0: no strerror, returns -EINVAL */
int fail(int err, const char *fmt, ...) PRINTF_LIKE(2, 3);
void warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void warn_never(void); /* --no-warnings: warn() says nothing from here on */

#endif
