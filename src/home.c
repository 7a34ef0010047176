/*
 * Home directories by the name of a user, which LLVM would want for paths with
 * ~ alone: there are none.  glibc's functions would load libraries, and warn of
 * it in a program that is linked statically; the linker puts these in their
 * place (--wrap).
 */
#include <errno.h>
#include <pwd.h>
#include <stddef.h>

struct passwd *__wrap_getpwnam(const char *name);
struct passwd *__wrap_getpwuid(uid_t uid);
int __wrap_getpwnam_r(const char *name, struct passwd *user, char *bytes, size_t len, struct passwd **result);
int __wrap_getpwuid_r(uid_t uid, struct passwd *user, char *bytes, size_t len, struct passwd **result);

struct passwd *__wrap_getpwnam(const char *name)
{
	(void)name;
	return NULL;
}

struct passwd *__wrap_getpwuid(uid_t uid)
{
	(void)uid;
	return NULL;
}

int __wrap_getpwnam_r(const char *name, struct passwd *user, char *bytes, size_t len, struct passwd **result)
{
	(void)name;
	(void)user;
	(void)bytes;
	(void)len;
	*result = NULL;
	return ENOENT;
}

int __wrap_getpwuid_r(uid_t uid, struct passwd *user, char *bytes, size_t len, struct passwd **result)
{
	(void)uid;
	(void)user;
	(void)bytes;
	(void)len;
	*result = NULL;
	return ENOENT;
}
