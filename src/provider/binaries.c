/* The files that uprobes and usdt probes are looked for in. */
#include "provider/kinds.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

struct seen {
	struct dict paths;
	binary_fn each;
	void *arg;
};

/* of the names of one file the first */
static void once(void *arg, const char *path)
{
	struct seen *s = arg;
	char *real = realpath(path, NULL);

	if (!dict_find(&s->paths, real ? real : path)) {
		dict_set(&s->paths, real ? real : path, s);
		s->each(s->arg, path);
	}
	free(real);
}

/* what goes before the target as the process of -p names it: "/proc/PID/root", or "" */
static const char *root_of(const struct attach *a)
{
	const char *root = a->pid ? process_root(a->arena, a->pid) : NULL;
	size_t len = root ? strlen(root) : 0;

	return root && (strncmp(a->target, root, len) || a->target[len] != '/') ? root : "";
}

bool binaries_each(struct attach *a, binary_fn each, void *arg)
{
	struct seen s = {.each = each, .arg = arg};
	const char *root, *path;
	unsigned matches;
	glob_t found;

	dict_init(&s.paths, a->arena);
	if (a->pid) /* whose program, files and mappings may be others tomorrow */
		depends_unknown();
	if (str_eq(a->target, "*")) {
		depends_unknown();
		mapped_files(a->arena, a->pid, once, &s);
		return true;
	}
	root = root_of(a);
	if (glob_has(a->target) && strchr(a->target, '/')) {
		depends_unknown();
		if (!glob(arena_printf(a->arena, "%s%s", root, a->target), 0, NULL, &found)) {
			for (size_t i = 0; i < found.gl_pathc; i++)
				if ((path = binary_path(a->arena, found.gl_pathv[i], &matches)))
					once(&s, path);
			globfree(&found);
		}
		return true;
	}
	if (glob_has(a->target)) { /* of files on $PATH and libraries */
		depends_unknown();
		binaries_named(a->arena, a->target, once, &s);
		return true;
	}
	path = binary_path_in(a->arena, root, a->target, &matches);
	if (!path)
		return false;
	if (matches > 1 && a->diag)
		warning_at(a->diag, WARN(many_binaries), a->span,
			   "attaching to %s target file '%s' but matched %u binaries", a->provider->name, path,
			   matches);
	each(arg, path);
	return true;
}
