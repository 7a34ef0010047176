/* Comparing and matching names; numbers from text. */
#include "base/base.h"

#include <ctype.h>
#include <string.h>

/* [a-z], [!a-z]: does c fit the class at p?  *end is past its ']'; NULL: not a class */
static bool class_match(const char *p, char c, const char **end)
{
	bool negate = p[1] == '!' || p[1] == '^', found = false;
	const char *q = p + 1 + negate;

	*end = NULL;
	do { /* a ']' that comes first is itself */
		unsigned char from = *q, to = from;

		if (!from)
			return false;
		if (q[1] == '-' && q[2] && q[2] != ']') {
			to = q[2];
			q += 2;
		}
		if (from <= (unsigned char)c && (unsigned char)c <= to)
			found = true;
		q++;
	} while (*q != ']');
	*end = q + 1;
	return found != negate;
}

bool glob_match(const char *p, const char *t)
{
	const char *star = NULL, *retry = NULL; /* after the last '*', and where its rest began */

	for (;;) {
		const char *end;

		if (*p == '*') {
			star = ++p;
			retry = t;
			continue;
		}
		if (*p == '[' && *t) {
			bool fits = class_match(p, *t, &end);

			if (end ? fits : *t == '[') {
				p = end ? end : p + 1;
				t++;
				continue;
			}
		} else if (*t && (*p == '?' || *p == *t)) {
			p++, t++;
			continue;
		} else if (!*t && !*p) {
			return true;
		}
		/* let the last star have one character more */
		if (!star || !*retry)
			return false;
		t = ++retry;
		p = star;
	}
}

bool glob_has(const char *pattern)
{
	return strpbrk(pattern, "*?[") != NULL;
}

size_t utf8_length(const char *text, size_t len)
{
	static const unsigned char first[] = {0, 0, 0xc2, 0xe0, 0xf0};
	const unsigned char *s = (const unsigned char *)text;
	size_t n = *s < 0x80 ? 1 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;

	if (n == 1)
		return 1;
	if (*s < first[n] || *s > 0xf4 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) || (*s == 0xf0 && s[1] < 0x90) ||
	    (*s == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

bool str_eq(const char *a, const char *b)
{
	return !strcmp(a, b);
}

bool str_ieq(const char *a, const char *b)
{
	for (;; a++, b++) {
		char x = *a, y = *b;

		if (x >= 'A' && x <= 'Z')
			x += 'a' - 'A';
		if (y >= 'A' && y <= 'Z')
			y += 'a' - 'A';
		if (x != y)
			return false;
		if (!x)
			return true;
	}
}

/* insertions, deletions, changes and swaps of neighbours that make b of a */
unsigned edit_distance(const char *a, const char *b)
{
	enum { MAX = 128 };
	unsigned rows[3][MAX + 1], *old = rows[0], *last = rows[1], *row = rows[2];
	size_t n = strlen(a), m = strlen(b);

	if (n > MAX || m > MAX)
		return str_eq(a, b) ? 0 : n > m ? n : m;
	for (size_t j = 0; j <= m; j++)
		old[j] = last[j] = j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *t = old;

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			unsigned best = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && old[j - 2] + 1 < best)
				best = old[j - 2] + 1;
			row[j] = best;
		}
		old = last;
		last = row;
		row = t;
	}
	return last[m];
}

bool nearest_hear(struct nearest *n, const char *name)
{
	size_t a = strlen(name), b = strlen(n->to);
	unsigned d;

	if ((a > b ? a - b : b - a) >= n->distance)
		return false;
	d = edit_distance(n->to, name);
	if (d >= n->distance || d > (b + 2) / 3) /* most of it must be there */
		return false;
	n->distance = d;
	n->name = arena_strdup(n->arena, name);
	return true;
}

const char *nearest(const char *name, const char *const *names)
{
	/* a third of the letters may be wrong; one of two letters says nothing */
	unsigned best = strlen(name) / 3 + 1;
	const char *found = NULL;

	if (strlen(name) < 2)
		return NULL;
	if (best > 4)
		best = 4;
	for (; *names; names++) {
		unsigned d = edit_distance(name, *names);

		if (d < best || (d == best && !found && 2 * d <= strlen(name))) {
			best = d;
			found = *names;
		}
	}
	return found;
}

static const struct {
	const char *name;
	uint64_t scale;
} suffixes[] = {
	{"", 1}, /* C's; they change nothing */
	{"u", 1},
	{"U", 1},
	{"l", 1},
	{"L", 1},
	{"ll", 1},
	{"LL", 1},
	{"ul", 1},
	{"UL", 1},
	{"ull", 1},
	{"ULL", 1},
	{"ns", 1}, /* durations, in nanoseconds */
	{"us", 1000},
	{"ms", 1000000},
	{"s", 1000000000},
	{"m", 60 * 1000000000ull},
	{"h", 3600 * 1000000000ull},
	{"d", 24 * 3600 * 1000000000ull},
};

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* digits with single '_' between them; false: over 64 bits, or a stray '_' */
static bool digits(const char **text, int base, uint64_t *value, const char **why)
{
	const char *s = *text;

	*value = 0;
	for (;; s++) {
		if (*s == '_') {
			if (s == *text || s[-1] == '_' || digit_value(s[1]) >= base) {
				*why = "'_' must stand between digits";
				return false;
			}
			continue;
		}
		if (digit_value(*s) >= base)
			break;
		if (__builtin_mul_overflow(*value, (uint64_t)base, value) ||
		    __builtin_add_overflow(*value, (uint64_t)digit_value(*s), value)) {
			*why = "overflow error, maximum value is 18446744073709551615";
			return false;
		}
	}
	*text = s;
	return true;
}

bool parse_int_tail(const char *text, int64_t *value, const char **why, const char **tail)
{
	bool negative = *text == '-';
	const char *s = text + negative;
	uint64_t n, exponent, scale = 0;
	int base = 10;

	*tail = "";
	*why = "not a number";
	if (!isdigit((unsigned char)*s))
		return false;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		base = 16;
	else if (s[0] == '0' && (s[1] == 'b' || s[1] == 'B'))
		base = 2;
	if (base != 10) {
		s += 2;
		if (digit_value(*s) >= base) {
			*why = base == 16 ? "digits must follow '0x'" : "digits must follow '0b'";
			return false;
		}
	} else if (*s == '0') {
		base = 8;
	}
	if (!digits(&s, base, &n, why))
		return false;
	if (base == 8 && (*s == '8' || *s == '9')) {
		*why = "the digits of an octal number are 0 to 7";
		return false;
	}
	if (base == 2 && isdigit((unsigned char)*s)) {
		*why = "the digits of a binary number are 0 and 1";
		return false;
	}
	if ((base == 10 || base == 8) && (*s == 'e' || *s == 'E') && isdigit((unsigned char)s[1])) {
		s++;
		if (!digits(&s, 10, &exponent, why))
			return false;
		for (; n && exponent; exponent--) {
			if (__builtin_mul_overflow(n, (uint64_t)10, &n))
				goto overflow;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (str_eq(s, suffixes[i].name))
			scale = suffixes[i].scale;
	}
	if (!scale) {
		*why = "invalid integer suffix";
		*tail = s;
		return false;
	}
	if (__builtin_mul_overflow(n, scale, &n))
		goto overflow;
	if (negative && n > (uint64_t)INT64_MAX + 1) {
		*why = "underflow error, minimum value is -9223372036854775808";
		return false;
	}
	*value = negative ? (int64_t)(0 - n) : (int64_t)n;
	*why = NULL;
	return true;

overflow:
	*why = "overflow error, maximum value is 18446744073709551615";
	return false;
}

bool parse_int(const char *text, int64_t *value, const char **why)
{
	const char *tail, *unused;

	return parse_int_tail(text, value, why ? why : &unused, &tail);
}

bool parse_bool(const char *text, bool *value)
{
	static const char *const words[][4] = {{"0", "false", "off", "no"}, {"1", "true", "on", "yes"}};

	for (int v = 0; v < 2; v++)
		for (size_t i = 0; i < 4; i++)
			if (str_ieq(text, words[v][i])) {
				*value = v;
				return true;
			}
	return false;
}
