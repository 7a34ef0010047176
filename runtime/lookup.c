/* Numbers that files have names for: users, cgroups.  Each is looked up once. */
#include "runtime/rt.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <mntent.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct looked_up {
	struct looked_up *next;
	uint64_t id;
	const char *pattern; /* of cgroup_path(), else NULL */
	const char *text;
};

static const char *known(const struct looked_up *list, uint64_t id, const char *pattern)
{
	for (; list; list = list->next)
		if (list->id == id &&
		    (list->pattern == pattern || (pattern && list->pattern && str_eq(list->pattern, pattern))))
			return list->text;
	return NULL;
}

static const char *keep(struct rt *rt, struct looked_up **list, uint64_t id, const char *pattern, const char *text)
{
	struct looked_up *new = arena_alloc(rt->arena, sizeof(*new));

	*new = (struct looked_up){*list, id, pattern, arena_strdup(rt->arena, text)};
	*list = new;
	return new->text;
}

const char *user_name(struct rt *rt, uint32_t uid)
{
	const char *text = known(rt->users, uid, NULL);
	struct passwd *p = NULL;
	FILE *in;

	if (text)
		return text;
	in = fopen("/etc/passwd", "re");
	while (in && (p = fgetpwent(in)) && p->pw_uid != uid)
		;
	text = keep(rt, &rt->users, uid, NULL, p ? p->pw_name : "");
	if (in)
		fclose(in);
	return text;
}

/* the directory of this inode at or below `path`; path becomes its own */
static bool find_inode(struct buf *path, uint64_t inode, int depth)
{
	size_t len = path->len;
	struct dirent *e;
	struct stat st;
	bool found;
	DIR *d;

	if (stat(path->data, &st) || (uint64_t)st.st_ino == inode)
		return (uint64_t)st.st_ino == inode;
	d = depth ? opendir(path->data) : NULL;
	for (found = false; d && !found && (e = readdir(d));) {
		if (e->d_type != DT_DIR || e->d_name[0] == '.')
			continue;
		buf_printf(path, "/%s", e->d_name);
		found = find_inode(path, inode, depth - 1);
		if (found)
			break;
		path->len = len;
		path->data[len] = '\0';
	}
	if (d)
		closedir(d);
	return found;
}

#define DEEPEST 64
#define MOST_HIERARCHIES 64

/* "unified:/a/b,cpu:/a": in each hierarchy whose name fits the pattern */
static void find_cgroup(struct buf *out, uint64_t id, const char *pattern)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	dev_t seen[MOST_HIERARCHIES];
	size_t nseen = 0, i;
	struct mntent *m;
	struct stat st;

	while (mounts && (m = getmntent(mounts))) {
		bool v2 = str_eq(m->mnt_type, "cgroup2");
		const char *slash = strrchr(m->mnt_dir, '/'), *name = v2 || !slash ? "unified" : slash + 1;
		size_t root = strlen(m->mnt_dir);
		struct buf path = {0};

		if ((!v2 && !str_eq(m->mnt_type, "cgroup")) || (pattern && fnmatch(pattern, name, 0)) ||
		    stat(m->mnt_dir, &st))
			continue;
		for (i = 0; i < nseen && seen[i] != st.st_dev; i++)
			;
		if (i < nseen || i == MOST_HIERARCHIES) /* mounted twice, say into a chroot */
			continue;
		seen[nseen++] = st.st_dev;
		buf_puts(&path, m->mnt_dir);
		if (find_inode(&path, id, DEEPEST))
			buf_printf(out, "%s%s:%s", out->len ? "," : "", name, path.len > root ? path.data + root : "/");
		buf_free(&path);
	}
	if (mounts)
		endmntent(mounts);
}

const char *cgroup_path(struct rt *rt, uint64_t id, const char *pattern)
{
	const char *text = known(rt->cgroups, id, pattern);
	struct buf found = {0};

	if (text)
		return text;
	find_cgroup(&found, id, pattern);
	text = found.len ? keep(rt, &rt->cgroups, id, pattern, found.data) : ""; /* it may come to be */
	buf_free(&found);
	return text;
}
