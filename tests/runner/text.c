/* Text that grows, its lines, and what a line looks like. */
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"

void *check_alloc(void *p)
{
	if (!p) {
		perror("run");
		exit(2);
	}
	return p;
}

void text_add(struct text *t, const char *s, size_t n)
{
	t->data = check_alloc(realloc(t->data, t->len + n + 1));
	memcpy(t->data + t->len, s, n);
	t->len += n;
	t->data[t->len] = '\0';
}

void text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		check_alloc(NULL);
	text_add(t, s, (size_t)n);
	free(s);
}

bool read_file(const char *path, struct text *t)
{
	char chunk[65536];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	text_add(t, "", 0);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		text_add(t, chunk, (size_t)n);
	close(fd);
	return n == 0;
}

void lines_add(struct lines *l, char *line)
{
	l->line = check_alloc(realloc(l->line, (l->count + 1) * sizeof(*l->line)));
	l->line[l->count++] = line;
}

struct lines lines_of(const char *s)
{
	struct lines l = {0};
	char *copy = check_alloc(strdup(s));

	while (*copy) {
		char *end = strchr(copy, '\n');

		lines_add(&l, copy);
		if (!end)
			break;
		*end = '\0';
		copy = end + 1;
	}
	return l;
}

void strip_blank_lines(struct lines *l)
{
	while (l->count && !*l->line[l->count - 1])
		l->count--;
	while (l->count && !**l->line) {
		l->line++;
		l->count--;
	}
}

bool matches(const char *pattern, const char *line, struct text *why)
{
	regex_t re;
	int err = regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB);

	if (err) {
		char msg[200];

		regerror(err, &re, msg, sizeof(msg));
		text_printf(why, "bad pattern '%s': %s\n", pattern, msg);
		return false;
	}
	err = regexec(&re, line, 0, NULL, 0);
	regfree(&re);
	return !err;
}

bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

bool has_suffix(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n > m && !strcmp(s + n - m, suffix);
}
