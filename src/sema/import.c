/* import "path": other scripts, headers, BPF functions, and directories of them. */
#include "parser/parser.h"
#include "sema/pass.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void import_one(struct pass *p, const struct script *from, const struct node *n, const char *path);

static bool ends(const char *s, const char *with)
{
	size_t a = strlen(s), b = strlen(with);

	return a >= b && str_eq(s + a - b, with);
}

/* the directory of the script that imports; "." for one that is no file */
static const char *beside(struct pass *p, const struct script *s, const char *path)
{
	const char *slash = strrchr(s->source->name, '/');

	if (*path == '/' || !slash)
		return path;
	return arena_printf(p->arena, "%.*s/%s", (int)(slash - s->source->name), s->source->name, path);
}

static struct source *read_source(struct pass *p, const char *path, int *err)
{
	struct buf text = {0};
	struct source *src = NULL;

	*err = buf_read_file(&text, path);
	if (!*err)
		src = sources_add(p->diag->sources, arena_strdup(p->arena, path),
				  arena_strndup(p->arena, text.data ? text.data : "", text.len), text.len);
	buf_free(&text);
	return src;
}

static void import_script(struct pass *p, const struct node *n, const char *path)
{
	struct script *s;
	int err;
	struct source *src = read_source(p, path, &err);

	if (!src) {
		error_at(p->diag, n->span, "Failed to open '%s': %s", path, strerror(-err));
		return;
	}
	s = parse_script(p->arena, p->types, p->diag, src);
	if (s->config)
		error_at(p->diag, s->config->span, "a script that is imported cannot have a config block");
	for (const struct node *i = s->imports; i; i = i->next)
		import_one(p, s, i, i->import.path);
	read_cdefs(p, s);
	p->imported = node_append(p->imported, s->root);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.' && (ends(d->d_name, ".bt") || ends(d->d_name, ".h") || ends(d->d_name, ".bpf.c") ||
				       ends(d->d_name, ".bpf.o"));
}

static void import_directory(struct pass *p, const struct script *from, const struct node *n, const char *path)
{
	struct dirent **list;
	int count = scandir(path, &list, visible, by_name);

	for (int i = 0; i < count; i++) {
		import_one(p, from, n, realpath(arena_printf(p->arena, "%s/%s", path, list[i]->d_name), NULL));
		free(list[i]);
	}
	if (count >= 0)
		free(list);
}

static void import_one(struct pass *p, const struct script *from, const struct node *n, const char *path)
{
	const char *where = beside(p, from, path);
	char *real;
	struct stat st;

	if (!strncmp(path, "stdlib", 6) && (!path[6] || path[6] == '/'))
		return; /* what it holds is built in */
	real = realpath(where, NULL);
	depends_on(where);
	if (!real || stat(real, &st)) {
		error_at(p->diag, n->span, "Failed to import '%s': %s", path, strerror(errno));
		return;
	}
	if (dict_find(&p->imports, real)) {
		free(real);
		return;
	}
	dict_set(&p->imports, real, p);
	if (st.st_mode & S_IWOTH && !(S_ISDIR(st.st_mode) && st.st_mode & S_ISVTX)) {
		error_at(p->diag, n->span, "cowardly refusing to import '%s': everybody can write to it", path);
	} else if (S_ISDIR(st.st_mode)) {
		import_directory(p, from, n, real);
	} else if (ends(real, ".bt")) {
		import_script(p, n, where);
	} else if (ends(real, ".h")) {
		cdefs_open(p);
		cdefs_include(p->cdefs, real);
	} else if (ends(real, ".bpf.o")) {
		import_object(p, n, where);
	} else if (ends(real, ".bpf.c")) {
		import_bpf_c(p, n, where);
	} else {
		error_at(p->diag, n->span, "Unknown kind of import: '%s'", path);
		hint(p->diag,
		     "a script (.bt), a header (.h), BPF functions (.bpf.c, .bpf.o) or a directory of them can be imported");
	}
	free(real);
}

void read_imports(struct pass *p)
{
	char *self = realpath(p->script->source->name, NULL);

	dict_init(&p->imports, p->arena);
	if (self)
		dict_set(&p->imports, self, p);
	free(self);
	for (const struct node *n = p->script->imports; n; n = n->next)
		import_one(p, p->script, n, n->import.path);
}

static bool import_here(struct node **np, void *arg)
{
	struct pass *p = arg;
	struct node *n = *np;
	const char *path;

	if (n->kind != NODE_IMPORT)
		return true;
	path = n->import.path;
	if (stable_enough(p, n, "import as a statement", SETTING_unstable_import_statement))
		import_one(p, p->script, n, path);
	n->kind = NODE_BLOCK; /* an empty one */
	n->block.stmts = n->block.value = NULL;
	return false;
}

void import_statements(struct pass *p, struct node **n)
{
	if (*n)
		node_walk(n, import_here, p);
}
