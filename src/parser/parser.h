/* From text to tree: src/lexer and parser/grammar.y. */
#ifndef PROBE_PARSER_PARSER_H
#define PROBE_PARSER_PARSER_H

#include "base/base.h"

struct script;
struct types;
struct node;

/*
 * Parse a whole script.  Mistakes are reported and reading goes on where a
 * statement or a probe can begin again; the result holds what could be read.
 * Never NULL; d->errors says whether it is whole.
 */
struct script *parse_script(struct arena *a, struct types *t, struct diag *d, struct source *src);

/* Parse one expression (the replacement of a #define); NULL: it is none, nothing reported. */
struct node *parse_expression(struct arena *a, struct diag *d, struct source *src);

#endif
