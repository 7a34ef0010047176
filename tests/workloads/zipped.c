/*
 * zipped write FILE: an archive that holds this program, stored, as lib/zipped.so.
 * zipped at FILE: where in the archive leaf() lies, in hex.
 * zipped run FILE N: the code mapped from the archive, as Android's loader maps
 * libraries from packages; its leaf() is called N times: leaf(i) = i + 1.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define MEMBER "lib/zipped.so"
#define HEADER 30 /* bytes of a member's header before its name */

__attribute__((noinline, noclone, used, visibility("default"))) int leaf(int i)
{
	__asm__ volatile("");
	return i + 1;
}

static void number(FILE *f, uint32_t n, int bytes)
{
	for (; bytes--; n >>= 8)
		putc((int)(n & 255), f);
}

static void zeros(FILE *f, int n)
{
	while (n--)
		putc(0, f);
}

/* this program's bytes */
static char *own(size_t *len)
{
	struct stat st;
	int fd = open("/proc/self/exe", O_RDONLY);
	char *bytes;

	if (fd < 0 || fstat(fd, &st))
		exit(1);
	*len = (size_t)st.st_size;
	bytes = mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return bytes == MAP_FAILED ? exit(1), NULL : bytes;
}

/* the member's content begins at a page */
static int write_archive(const char *path)
{
	size_t len;
	const char *bytes = own(&len);
	FILE *f = fopen(path, "w");
	uint32_t at;

	if (!f)
		return 1;
	fwrite("PK\3\4", 4, 1, f);
	zeros(f, 14);
	number(f, (uint32_t)len, 4);
	number(f, (uint32_t)len, 4);
	number(f, strlen(MEMBER), 2);
	number(f, PAGE - HEADER - strlen(MEMBER), 2);
	fputs(MEMBER, f);
	zeros(f, (int)(PAGE - HEADER - strlen(MEMBER)));
	fwrite(bytes, len, 1, f);
	at = (uint32_t)ftell(f);
	fwrite("PK\1\2", 4, 1, f);
	zeros(f, 16);
	number(f, (uint32_t)len, 4);
	number(f, (uint32_t)len, 4);
	number(f, strlen(MEMBER), 2);
	zeros(f, 16);
	fputs(MEMBER, f);
	fwrite("PK\5\6", 4, 1, f);
	zeros(f, 4);
	number(f, 1, 2);
	number(f, 1, 2);
	number(f, (uint32_t)ftell(f) - 12 - at, 4);
	number(f, at, 4);
	zeros(f, 2);
	return fclose(f) != 0;
}

/* where leaf() lies in this program's file: it is linked at fixed addresses */
static uint64_t offset(void)
{
	size_t len;
	const char *bytes = own(&len);
	const Elf64_Ehdr *e = (const void *)bytes;
	const Elf64_Phdr *p = (const void *)(bytes + e->e_phoff);
	uint64_t address = (uint64_t)(uintptr_t)leaf;

	for (int i = 0; i < e->e_phnum; i++)
		if (p[i].p_type == PT_LOAD && address - p[i].p_vaddr < p[i].p_filesz)
			return address - p[i].p_vaddr + p[i].p_offset;
	exit(1);
}

static int run(const char *path, int n)
{
	uint64_t at = PAGE + offset();
	int fd = open(path, O_RDONLY), sum = 0;
	char *code = fd < 0 ? MAP_FAILED
			    : mmap(NULL, 2 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd,
				   (off_t)(at & ~(uint64_t)(PAGE - 1)));
	int (*mapped)(int);

	if (code == MAP_FAILED)
		return 1;
	code += at % PAGE;
	memcpy(&mapped, &code, sizeof(mapped));
	for (int i = 0; i < n; i++)
		sum += mapped(i);
	printf("%d\n", sum);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "write"))
		return write_archive(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "at"))
		return printf("0x%llx\n", (unsigned long long)(PAGE + offset())) < 0;
	if (argc == 4 && !strcmp(argv[1], "run"))
		return run(argv[2], atoi(argv[3]));
	return 2;
}
