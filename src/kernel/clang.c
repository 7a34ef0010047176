/* C of BPF, which is clang's to compile; nothing else of probe needs it. */
#include "kernel/arch.h"
#include "kernel/kernel.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define MOST_WORDS 64

struct words {
	const char *list[MOST_WORDS];
	size_t n;
};

static void add(struct words *w, const char *word)
{
	if (w->n + 1 < MOST_WORDS)
		w->list[w->n++] = word;
}

enum { OBJECT, MESSAGES, DEPENDENCIES, OUTPUTS }; /* of clang: its fds 1, 2, 3 */

/* its exit status; -errno: it could not be run */
static int run(const struct words *w, const int *outputs)
{
	posix_spawn_file_actions_t actions;
	int err, status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < OUTPUTS; i++)
		posix_spawn_file_actions_adddup2(&actions, outputs[i], STDOUT_FILENO + i);
	err = posix_spawnp(&pid, w->list[0], &actions, NULL, (char **)w->list, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return -err;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void read_output(int fd, struct buf *out)
{
	if (lseek(fd, 0, SEEK_SET) == 0)
		buf_read(out, fd);
}

/* "-: a.bpf.c a.h \<newline> b.h": the image is made of these */
static void depend(struct arena *a, int fd)
{
	struct buf text = {0};
	char *s, *save, *word;

	read_output(fd, &text);
	buf_putc(&text, '\0');
	s = strchr(text.data, ':');
	for (word = s ? strtok_r(s + 1, " \\\n", &save) : NULL; word; word = strtok_r(NULL, " \\\n", &save))
		depends_on(arena_strdup(a, word));
	buf_free(&text);
}

/* a directory with the kernel's types in vmlinux.h, to be removed; NULL: it cannot be made */
static char *vmlinux_header(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/probe-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp"), *path;
	FILE *out;
	bool ok;

	if (!mkdtemp(dir)) {
		free(dir);
		return NULL;
	}
	path = xasprintf("%s/vmlinux.h", dir);
	out = fopen(path, "wxe");
	ok = out && kernel_header(out);
	if (out)
		ok = !fclose(out) && ok;
	if (!ok) {
		unlink(path);
		rmdir(dir);
		free(dir);
		dir = NULL;
	}
	free(path);
	return dir;
}

static void remove_header(char *dir)
{
	char *path = dir ? xasprintf("%s/vmlinux.h", dir) : NULL;

	if (!dir)
		return;
	unlink(path);
	rmdir(dir);
	free(path);
	free(dir);
}

static bool mentions_vmlinux(const char *path)
{
	struct buf text = {0};
	bool found = !buf_read_file(&text, path) && text.len &&
		     memmem(text.data, text.len, "vmlinux.h", strlen("vmlinux.h"));

	buf_free(&text);
	return found;
}

int clang_bpf(struct arena *a, const char *path, const char *const *include_dirs, struct buf *messages)
{
	static const char *const start[] = {
		"clang", "-target", "bpf",      "-mcpu=v3", "-O2", "-g", "-fno-color-diagnostics",
		"-MD",   "-MF",     "/dev/fd/3"};
	static const char *const last[] = {"-idirafter", "/usr/include/x86_64-linux-gnu",
					   "-idirafter", "/usr/include/aarch64-linux-gnu",
					   "-c",         "-o",
					   "-"};
	char *header = mentions_vmlinux(path) ? vmlinux_header() : NULL;
	int outputs[OUTPUTS], status;
	struct words w = {.n = 0};

	for (size_t i = 0; i < ARRAY_SIZE(start); i++)
		add(&w, start[i]);
	add(&w, str_eq(arch_native()->name, "x86_64") ? "-D__TARGET_ARCH_x86" : "-D__TARGET_ARCH_arm64");
	for (; include_dirs && *include_dirs; include_dirs++) {
		add(&w, "-I");
		add(&w, *include_dirs);
	}
	if (header) {
		add(&w, "-idirafter");
		add(&w, header);
	}
	for (size_t i = 0; i < ARRAY_SIZE(last); i++)
		add(&w, last[i]);
	add(&w, path);
	for (int i = 0; i < OUTPUTS; i++)
		outputs[i] = memfd_create("clang", MFD_CLOEXEC);
	status = run(&w, outputs);
	remove_header(header);
	if (status >= 0)
		read_output(outputs[MESSAGES], messages);
	if (!status)
		depend(a, outputs[DEPENDENCIES]);
	close(outputs[MESSAGES]);
	close(outputs[DEPENDENCIES]);
	if (!status)
		return outputs[OBJECT];
	close(outputs[OBJECT]);
	return status < 0 ? status : -EINVAL;
}
