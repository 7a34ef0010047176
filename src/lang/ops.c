/* Operators: their text, and what they make of two known numbers. */
#include "lang/lang.h"

static const struct {
	const char *text;
	char kind;
} ops[OP_COUNT] = {
#define OP(name, text, kind) {text, kind},
#include "lang/ops.def"
#undef OP
};

const char *op_text(enum op op)
{
	return op < OP_COUNT ? ops[op].text : "=";
}

static bool divide(bool modulo, uint64_t a, uint64_t b, bool is_signed, uint64_t *r, const char **why)
{
	if (!b) {
		*why = "division by zero";
		return false;
	}
	if (is_signed && (int64_t)a == INT64_MIN && (int64_t)b == -1) {
		*why = "unable to fold literals due to overflow or underflow";
		return false;
	}
	if (is_signed)
		*r = (uint64_t)(modulo ? (int64_t)a % (int64_t)b : (int64_t)a / (int64_t)b);
	else
		*r = modulo ? a % b : a / b;
	return true;
}

static bool arithmetic(enum op op, uint64_t a, uint64_t b, bool is_signed, uint64_t *r)
{
	int64_t s;
	bool over;

	if (!is_signed && op != OP_SUB) {
		over = op == OP_ADD ? __builtin_add_overflow(a, b, r) : __builtin_mul_overflow(a, b, r);
		return !over;
	}
	if (op == OP_ADD)
		over = __builtin_add_overflow((int64_t)a, (int64_t)b, &s);
	else if (op == OP_SUB)
		over = __builtin_sub_overflow((int64_t)a, (int64_t)b, &s);
	else
		over = __builtin_mul_overflow((int64_t)a, (int64_t)b, &s);
	*r = (uint64_t)s;
	return !over;
}

static uint64_t compare(enum op op, uint64_t a, uint64_t b, bool is_signed)
{
	int order = is_signed ? ((int64_t)a > (int64_t)b) - ((int64_t)a < (int64_t)b) : (a > b) - (a < b);

	if (op == OP_EQ)
		return !order;
	if (op == OP_NE)
		return order != 0;
	if (op == OP_LT)
		return order < 0;
	if (op == OP_LE)
		return order <= 0;
	if (op == OP_GT)
		return order > 0;
	return order >= 0;
}

bool op_fold(enum op op, uint64_t a, uint64_t b, bool is_signed, uint64_t *result, const char **why)
{
	uint64_t r = 0;

	if (op == OP_DIV || op == OP_MOD) {
		if (!divide(op == OP_MOD, a, b, is_signed, &r, why))
			return false;
	} else if (op == OP_ADD || op == OP_SUB || op == OP_MUL) {
		if (!arithmetic(op, a, b, is_signed, &r)) {
			*why = "unable to fold literals due to overflow or underflow";
			return false;
		}
	} else if (op == OP_AND) {
		r = a & b;
	} else if (op == OP_OR) {
		r = a | b;
	} else if (op == OP_XOR) {
		r = a ^ b;
	} else if (op == OP_SHL || op == OP_SHR) {
		if (b > 63) {
			*why = "the shift is wider than 63 bits";
			return false;
		}
		r = op == OP_SHL ? a << b : a >> b;
	} else if (ops[op].kind == 'C') {
		r = compare(op, a, b, is_signed);
	} else if (op == OP_LAND) {
		r = a && b;
	} else if (op == OP_LOR) {
		r = a || b;
	} else if (op == OP_NOT) {
		r = !a;
	} else if (op == OP_BITNOT) {
		r = ~a;
	} else if (op == OP_NEG) {
		if (a == (uint64_t)INT64_MIN + 0 && !is_signed) {
			r = a;
		} else if (a > (uint64_t)INT64_MAX + 1 && !is_signed) {
			*why = "negative value will underflow";
			return false;
		} else {
			r = -a;
		}
	} else {
		*why = "not a constant operation";
		return false;
	}
	*result = r;
	return true;
}
