/*
 * compile() in the program without a compiler: it becomes the one that has it,
 * with the same words, and so never comes back.  There is one process as before.
 */
#include "compile.h"
#include "own.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define COMPILER_MEMORY (2 << 20) /* of its own: the least that it starts with */

/* the words we were called with, untouched by getopt */
static char **words(void)
{
	struct buf text = {0};
	size_t count = 0;
	char **list;

	buf_read_file(&text, "/proc/self/cmdline");
	list = xcalloc(text.len + 1, sizeof(*list));
	for (size_t i = 0; i < text.len; i += strlen(text.data + i) + 1)
		list[count++] = text.data + i;
	return list;
}

/* bytes of what a program loads with these flags (PF_W); 0: not known */
static uint64_t loaded_size(const char *program, uint32_t flags)
{
	FILE *f = fopen(program, "re");
	uint64_t size = 0;
	Elf64_Ehdr head;
	Elf64_Phdr part;

	if (f && fread(&head, sizeof(head), 1, f) == 1 && !fseek(f, (long)head.e_phoff, SEEK_SET))
		for (int i = 0; i < head.e_phnum && fread(&part, sizeof(part), 1, f) == 1; i++)
			size += part.p_type == PT_LOAD && (part.p_flags & flags) == flags ? part.p_memsz : 0;
	if (f)
		fclose(f);
	return size;
}

static const struct {
	int resource;
	uint32_t flags; /* of what counts */
	const char *what;
	char letter;
} limits[] = {
	{RLIMIT_AS, 0, "address space", 'v'},
	{RLIMIT_DATA, PF_W, "data", 'd'},
};

/* exec() of a program for which there is no room would end in a signal */
static bool has_room(const char *program)
{
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		uint64_t needed = loaded_size(program, limits[i].flags) + COMPILER_MEMORY;
		struct rlimit limit;

		if (getrlimit(limits[i].resource, &limit) || limit.rlim_cur >= needed)
			continue;
		fprintf(stderr, "ERROR: the compiler needs %llu MiB of %s, and the limit is %llu: ulimit -%c\n",
			(unsigned long long)needed >> 20, limits[i].what, (unsigned long long)limit.rlim_cur >> 20,
			limits[i].letter);
		return false;
	}
	return true;
}

/* standard input was read: let it be read once more */
static bool rewind_input(const char *text, size_t len)
{
	int fd = memfd_create("script", 0);
	bool ok = fd >= 0 && write(fd, text, len) == (ssize_t)len && !lseek(fd, 0, SEEK_SET) &&
		  dup2(fd, STDIN_FILENO) == STDIN_FILENO;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool compile(const char *name, const char *text, size_t len, const struct compile_options *o, struct buf *image)
{
	char *compiler = own_program("probe-compile"), **argv;

	(void)name;
	(void)image;
	if (!compiler) {
		fprintf(stderr, "ERROR: the compiler, probe-compile, is neither beside probe nor in %s\n",
			PKGLIBEXECDIR);
		return false;
	}
	if (!has_room(compiler))
		return false;
	fflush(stdout);
	argv = words();
	if (!*argv) {
		fputs("ERROR: cannot run the compiler: /proc is not mounted\n", stderr);
	} else {
		if (!o->from_stdin || rewind_input(text, len))
			execv(compiler, argv);
		fail(-errno, "cannot run %s", compiler);
	}
	free(compiler);
	return false;
}

bool compile_list(const char *name, const char *text, size_t len, const struct compile_options *o, FILE *out)
{
	(void)out;
	return compile(name, text, len, o, NULL);
}

const char *compiler_version(void)
{
	return LLVM_VERSION;
}

bool compile_format(const char *name, const char *text, size_t len, const struct compile_options *o, struct buf *out)
{
	(void)out;
	return compile(name, text, len, o, NULL);
}
