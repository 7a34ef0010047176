/* Is what stands in parentheses a type?  (foo)x may be a cast or a value. */
#include "lexer/lex.h"

#include <ctype.h>
#include <string.h>

/* names that are types whatever follows */
static const char *const type_words[] = {
	"int8",   "int16",  "int32", "int64", "uint8", "uint16", "uint32",   "uint64", "bool",  "void",
	"string", "buffer", "char",  "short", "int",   "long",   "unsigned", "signed", "const", NULL,
};

/* `pid`, `arg0`, a #define, true: a name of a value, whatever follows */
static bool names_value(const struct lexer *lx, const char *s, size_t len)
{
	char name[64];
	unsigned n;
	int past = 0;

	if (len >= sizeof(name))
		return false;
	memcpy(name, s, len);
	name[len] = '\0';
	if ((sscanf(name, "arg%u%n", &n, &past) == 1 || sscanf(name, "sarg%u%n", &n, &past) == 1) &&
	    (size_t)past == len)
		return true;
	return str_eq(name, "true") || str_eq(name, "false") || builtin_find(name) || dict_find(&lx->values, name);
}

/* a name that may be either: a parameter of the macro; all capitals, so a constant */
static bool may_be_value(const struct lexer *lx, const char *s, size_t len)
{
	bool capitals = true;
	char name[64];

	if (len >= sizeof(name))
		return false;
	memcpy(name, s, len);
	name[len] = '\0';
	for (size_t i = 0; i < len; i++)
		capitals &= !islower((unsigned char)name[i]);
	return capitals || dict_find(&lx->params, name);
}

/* could an operand begin at s?  *sure: it cannot be an operator after an operand either */
static bool operand_follows(const char *s, bool *sure)
{
	char c = s[0], d = s[1];

	*sure = is_word(c) || c == '"' || c == '$' || c == '@' || c == '(' || c == '~' || (c == '!' && d != '=');
	if (*sure)
		return true;
	if (c == '-')
		return d != '=' && d != '>' && d != '-';
	if (c == '*')
		return d != '=';
	if (c == '&')
		return d != '=' && d != '&';
	return false;
}

/*
 * Does the '(' that ends at i open a type?  As an operand's that is a cast:
 *	(struct x *)p (uint8)x (foo)p (foo*)p, but not (pid) (a * b) (a) + b
 * After sizeof and its like any name is a type: sizeof(foo) sizeof(foo[4]).
 */
bool type_follows(const struct lexer *lx, uint32_t i, bool any_name)
{
	const char *s = lx->text + (i = skip_space(lx, i));
	const char *name = s;
	size_t len = word_len(s);
	bool star = false, sure;

	if (!len)
		return false;
	if (word_among(s, type_tags))
		return true;
	if (word_is(s, "typeof"))
		return lx->text[skip_space(lx, i + len)] == '(';
	if (word_among(s, type_words)) {
		while ((len = word_len(lx->text + i)))
			i = skip_space(lx, i + len);
		len = 1;
	} else {
		i = skip_space(lx, i + len);
	}
	for (;; i = skip_space(lx, i + 1)) {
		if (lx->text[i] == '*') {
			star = true;
		} else if (lx->text[i] == '[') {
			star = false;
			do
				i++;
			while (is_word(lx->text[i]) || is_space(lx->text[i]));
			if (lx->text[i] != ']')
				return false;
		} else {
			break;
		}
	}
	if (lx->text[i] != ')' && !(any_name && lx->text[i] == ','))
		return false;
	if (star || word_among(name, type_words))
		return true;
	if (names_value(lx, name, len))
		return false;
	if (any_name)
		return true;
	if (!operand_follows(lx->text + skip_space(lx, i + 1), &sure))
		return false;
	return sure || !may_be_value(lx, name, len);
}
