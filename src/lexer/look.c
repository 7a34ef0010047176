/* Looking ahead in the text. */
#include "lexer/lex.h"

#include <ctype.h>
#include <string.h>

const char *const type_tags[] = {"struct", "union", "enum", NULL};

bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_letter(char c)
{
	return c == '_' || isalpha((unsigned char)c);
}

bool is_word(char c)
{
	return c == '_' || isalnum((unsigned char)c);
}

/* from i on past white space and comments; stops at a comment that has no end */
uint32_t skip_space(const struct lexer *lx, uint32_t i)
{
	for (;;) {
		const char *s = lx->text + i, *end;

		if (is_space(*s)) {
			i++;
		} else if (s[0] == '/' && s[1] == '/') {
			end = memchr(s, '\n', lx->len - i);
			i = end ? end - lx->text : lx->len;
		} else if (s[0] == '/' && s[1] == '*') {
			end = memmem(s + 2, lx->len - i - 2, "*/", 2);
			if (!end)
				return i;
			i = end + 2 - lx->text;
		} else {
			return i;
		}
	}
}

/* the length of the word at s */
size_t word_len(const char *s)
{
	size_t n = 0;

	if (is_letter(*s)) {
		while (is_word(s[n]))
			n++;
	}
	return n;
}

bool word_is(const char *s, const char *word)
{
	size_t n = word_len(s);

	return n == strlen(word) && !strncmp(s, word, n);
}

bool word_among(const char *s, const char *const *words)
{
	for (; *words; words++) {
		if (word_is(s, *words))
			return true;
	}
	return false;
}

/* the end of a quoted part that begins at i: past the '"', or the end of its line */
uint32_t quoted_end(const struct lexer *lx, uint32_t i)
{
	for (i++; i < lx->len && lx->text[i] != '\n'; i++) {
		if (lx->text[i] == '"')
			return i + 1;
		if (lx->text[i] == '\\' && i + 1 < lx->len && lx->text[i + 1] != '\n')
			i++;
	}
	return i;
}
