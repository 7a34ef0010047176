/* The programs that probe consists of. */
#ifndef PROBE_OWN_H
#define PROBE_OWN_H

/*
 * probe		what users run: the cache, listing, the runtime; starts in half a millisecond
 * probe-compile	the same with the compiler in it, which LLVM makes slow to start
 * probe-run		the runtime alone
 *
 * The path of the one of this name: beside the one that runs, or where it is
 * installed.  To be freed; NULL: there is none.
 */
char *own_program(const char *name);

#endif
