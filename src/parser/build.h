/* What grammar, lexer and constructors share. */
#ifndef PROBE_PARSER_BUILD_H
#define PROBE_PARSER_BUILD_H

#include "ast/ast.h"
#include "lexer/lexer.h"

struct text { /* may hold NUL bytes */
	const char *s;
	size_t len;
};

struct number {
	int64_t value;
	const char *text; /* as written */
};

struct list {
	struct node *first, *last;
	bool closed; /* of statements: a ';' stands after the last one */
};

struct block {
	struct list stmts;
	struct node *value;
};

struct parser {
	struct lexer lexer;
	struct arena *arena;
	struct script *script;
	struct list cdefs, config, imports, root;
	struct node *expr; /* parse_expression()'s */
};

struct list list_add(struct list l, struct node *n);

/* build.c: what the productions mean, in order of the grammar */
void add_cdef(struct parser *p, struct span span, const char *text);
void add_config(struct parser *p, struct span span, struct list settings);
void add_import(struct parser *p, struct node *import);
void add_root(struct parser *p, struct node *n);

struct node *node_setting(struct parser *p, struct span span, const char *name, const char *value,
			  struct span value_span);
struct node *node_import(struct parser *p, struct span span, struct text path);
struct node *node_mapdecl(struct parser *p, struct span span, const char *name, const char *kind, struct span kind_span,
			  struct number count);
struct node *node_macro(struct parser *p, struct span span, enum node_kind kind, const char *name, struct list params,
			struct node *result, struct node *body);
struct node *node_probe(struct parser *p, struct span span, struct list attaches, struct node *predicate,
			struct node *body);
struct node *node_attach(struct parser *p, struct span span, const char *text);

struct node *node_body(struct parser *p, struct span span, struct block b); /* statements only */
struct node *node_block(struct parser *p, struct span span, struct block b); /* may have a value */
/* kinds with one `expr` or none */
struct node *node_simple(struct parser *p, struct span span, enum node_kind kind, struct node *expr);
struct node *node_assign(struct parser *p, struct span span, struct node *target, enum op op, struct node *value);
struct node *node_let(struct parser *p, struct span span, const char *name, struct span name_span, struct node *of,
		      struct node *value);
struct node *node_for(struct parser *p, struct span span, const char *name, struct span name_span, struct node *from,
		      struct node *to, struct node *body);
struct node *node_while(struct parser *p, struct span span, enum node_kind kind, struct node *cond, struct node *body);
struct node *node_cond(struct parser *p, struct span span, enum node_kind kind, struct node *cond, struct node *then,
		       struct node *other);

struct node *node_int(struct parser *p, struct span span, struct number num);
struct node *node_bool(struct parser *p, struct span span, bool value);
struct node *node_string(struct parser *p, struct span span, struct text text);
struct node *node_ident(struct parser *p, struct span span, const char *name); /* or ARG */
struct node *node_param(struct parser *p, struct span span, struct number num);
struct node *node_var(struct parser *p, struct span span, const char *name);
struct node *node_map(struct parser *p, struct span span, const char *name, struct list keys);
struct node *node_call(struct parser *p, struct span span, const char *name, struct span name_span, struct list args);
struct node *node_unary(struct parser *p, struct span span, enum op op, struct node *expr);
struct node *node_incdec(struct parser *p, struct span span, enum op op, struct node *expr);
struct node *node_binary(struct parser *p, struct span span, enum op op, struct node *left, struct node *right);
struct node *node_field(struct parser *p, struct span span, struct node *expr, const char *name, struct span name_span,
			bool arrow);
struct node *node_index(struct parser *p, struct span span, struct node *expr, struct node *index);
struct node *node_list(struct parser *p, struct span span, enum node_kind kind, struct list list); /* TUPLE, RECORD */
struct node *node_member(struct parser *p, struct span span, const char *name, struct node *expr);
/* CAST, SIZEOF, TYPEINFO */
struct node *node_of(struct parser *p, struct span span, enum node_kind kind, struct node *of, struct node *expr);
struct node *node_offsetof(struct parser *p, struct span span, struct node *of, struct node *expr, struct list path);
struct node *node_type(struct parser *p, struct span span, const char *keyword, const char *name, struct node *typeof_,
		       struct list suffixes);
struct node *node_suffix(struct parser *p, struct span span, bool pointer, int64_t count);

#endif
