/* What files a result was made of, for a cache to know whether it still holds. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct buf list;
static bool unknown;

static void describe(struct buf *out, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		buf_printf(out, "- %s\n", path);
	else
		buf_printf(out, "%llu.%llu.%llu.%lld.%ld.%lld.%ld %s\n", (unsigned long long)st.st_dev,
			   (unsigned long long)st.st_ino, (unsigned long long)st.st_size, (long long)st.st_mtim.tv_sec,
			   st.st_mtim.tv_nsec, (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec, path);
}

/* of a file of the kernel's, whose times and size say nothing, what it holds */
static void describe_text(struct buf *out, const char *path)
{
	struct buf text = {0};

	if (buf_read_file(&text, path))
		buf_printf(out, "- %s\n", path);
	else
		buf_printf(out, "=%zu.%08x %s\n", text.len, text.len ? hash_text(text.data) : 0, path);
	buf_free(&text);
}

/* of one that says what it holds elsewhere, whether it is there */
static void describe_presence(struct buf *out, const char *path)
{
	buf_printf(out, "%c %s\n", access(path, F_OK) ? '-' : '+', path);
}

static bool listed(const struct buf *line)
{
	for (const char *at = list.data;
	     at && (at = memmem(at, (size_t)(list.data + list.len - at), line->data, line->len)); at++)
		if (at == list.data || at[-1] == '\n')
			return true;
	return false;
}

/* what changes between two calls has two lines, which do not both hold */
static void depend(const char *path, void (*how)(struct buf *out, const char *path))
{
	struct buf line = {0};

	if (unknown)
		return;
	how(&line, path);
	if (!listed(&line))
		buf_add(&list, line.data, line.len);
	buf_free(&line);
}

void depends_on(const char *path)
{
	depend(path, describe);
}

void depends_on_text(const char *path)
{
	depend(path, describe_text);
}

void depends_on_presence(const char *path)
{
	depend(path, describe_presence);
}

void depends_unknown(void)
{
	unknown = true;
}

const char *dependencies(void)
{
	return unknown ? NULL : list.data ? list.data : "";
}

bool dependencies_hold(const char *text, size_t len)
{
	struct buf now = {0};
	const char *end = text + len;
	bool hold = true;

	while (hold && text < end) {
		const char *line = text, *nl = memchr(line, '\n', (size_t)(end - line)),
			   *space = nl ? memchr(line, ' ', (size_t)(nl - line)) : NULL;
		char *path;

		if (!space) {
			hold = false;
			break;
		}
		path = xasprintf("%.*s", (int)(nl - space - 1), space + 1);
		buf_reset(&now);
		if (*line == '=')
			describe_text(&now, path);
		else if (*line == '+')
			describe_presence(&now, path);
		else
			describe(&now, path);
		hold = now.len == (size_t)(nl + 1 - line) && !memcmp(now.data, line, now.len);
		free(path);
		text = nl + 1;
	}
	buf_free(&now);
	return hold;
}
