/*
 * bpfids PID: "prog:12 map:7 link:3", the BPF objects that PID holds.
 * bpfids left ID...: those of them which are still there after a while; status 1 if any.
 */
#include <dirent.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name, *fdinfo;
	int cmd;
} kinds[] = {
	{"prog", "prog_id:", BPF_PROG_GET_FD_BY_ID},
	{"map", "map_id:", BPF_MAP_GET_FD_BY_ID},
	{"link", "link_id:", BPF_LINK_GET_FD_BY_ID},
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static int held(const char *pid)
{
	char path[300], line[300];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", pid);
	dir = opendir(path);
	for (struct dirent *e; dir && (e = readdir(dir));) {
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%.20s", pid, e->d_name);
		f = e->d_name[0] == '.' ? NULL : fopen(path, "r");
		while (f && fgets(line, sizeof(line), f))
			for (size_t k = 0; k < KINDS; k++)
				if (!strncmp(line, kinds[k].fdinfo, strlen(kinds[k].fdinfo)))
					printf("%s:%d ", kinds[k].name, atoi(line + strlen(kinds[k].fdinfo)));
		if (f)
			fclose(f);
	}
	if (!dir)
		return 1;
	closedir(dir);
	puts("");
	return 0;
}

static int is_there(const char *id)
{
	const char *colon = strchr(id, ':');

	for (size_t k = 0; colon && k < KINDS; k++)
		if (!strncmp(id, kinds[k].name, (size_t)(colon - id))) {
			union bpf_attr attr = {.prog_id = (unsigned)atoi(colon + 1)};
			long fd = syscall(SYS_bpf, kinds[k].cmd, &attr, sizeof(attr));

			if (fd >= 0)
				close((int)fd);
			return fd >= 0;
		}
	return 1; /* not an id */
}

int main(int argc, char **argv)
{
	int left = 0, patience = 100;

	if (argc == 2 && strcmp(argv[1], "left"))
		return held(argv[1]);
	for (int i = 2; i < argc; i++) { /* the kernel frees them after a grace period */
		int there = is_there(argv[i]);

		while (there && patience > 0) {
			patience--;
			usleep(100000);
			there = is_there(argv[i]);
		}
		if (there)
			printf("%s ", argv[i]);
		left |= there;
	}
	return left;
}
