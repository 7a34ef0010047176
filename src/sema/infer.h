/* What the files of inference share: infer.c has the rounds and the expressions. */
#ifndef PROBE_SEMA_INFER_H
#define PROBE_SEMA_INFER_H

#include "sema/pass.h"

/* infer.c */
/* an expression whose value is used: of an aggregation its integer */
const struct type *operand(struct pass *p, struct node *n);
/* one whose type must be known: that of a parameter comes with its value */
const struct type *known(struct pass *p, struct node *n);
/* of a MAP, whose keys are looked at; whole: it may stand without them */
const struct type *map_value(struct pass *p, struct node *n, bool whole);
void take_branch(struct pass *p, struct node *n, const struct node *cond); /* n becomes what the literal cond chooses */
/* if comptime: n becomes the branch it takes, the other one is not looked at; false: it was reported why not */
bool take_comptime(struct pass *p, struct node *n);
const struct type *infer_typeinfo(struct pass *p, struct node *n);

/* widen.c: the types that variables and maps have by what they are given */
const struct type *int64(struct pass *p, bool is_signed);
const struct type *stored_as(struct pass *p, const struct type *t, bool open);
const struct type *stored(struct pass *p, const struct type *t);
/* NULL: they have nothing in common */
const struct type *widen(struct pass *p, const struct type *was, const struct type *now);
void set_type(struct pass *p, const struct type **slot, const struct type *t);
/* what a message calls the type of a map or variable: that of what it was given so far, where 1 is int8 */
void say(struct pass *p, const struct type **said, const struct type *now);
const char *said_of(struct pass *p, const struct type *said, const struct type *is, const struct type *now);

/* operator.c; value: the right operand of the arithmetic, or NULL */
bool number_like(const struct type *t);
void check_condition(struct pass *p, const struct node *n); /* of if, while, ?:, ! and the like */
const struct type *arithmetic(struct pass *p, struct span span, enum op op, const struct type *a, const struct type *b,
			      const struct node *value);
const struct type *infer_binary(struct pass *p, struct node *n);
const struct type *infer_unary(struct pass *p, struct node *n);
const struct type *infer_incdec(struct pass *p, struct node *n);

/* member.c */
const struct type *in_space(struct pass *p, const struct type *t, enum space space);
const struct type *infer_field(struct pass *p, struct node *n);
const struct type *infer_index(struct pass *p, struct node *n);
const struct type *infer_cast(struct pass *p, struct node *n);

/* statement.c */
void condition(struct pass *p, struct node *n);
void statement(struct pass *p, struct node *n);
void statements(struct pass *p, struct node *list);

#endif
