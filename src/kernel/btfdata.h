/* Types in BTF as they lie in the file, found where they are wanted; nothing is copied. */
#ifndef PROBE_KERNEL_BTFDATA_H
#define PROBE_KERNEL_BTFDATA_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stdint.h>

struct btfdata;

struct btfdata *btfdata_open(const char *path); /* raw BTF, or an object with a section .BTF; NULL: it is neither */
/* of a module: ids and names go on where those of the kernel end, which must stay open */
struct btfdata *btfdata_open_module(const char *path, struct btfdata *kernel);
void btfdata_close(struct btfdata *b);
uint32_t btfdata_count(struct btfdata *b); /* ids are below it; 0 is void; to know it takes a reading of all of it */
uint32_t btfdata_most(const struct btfdata *b); /* the count is no more than this */
/* the first id that is its own: 0, or of a module the kernel's count */
uint32_t btfdata_first(const struct btfdata *b);
const struct btf_type *btfdata_type(struct btfdata *b, uint32_t id); /* NULL: no such type */
const char *btfdata_name(const struct btfdata *b, uint32_t offset); /* "" where there is none */
int btfdata_find(struct btfdata *b, const char *name, uint32_t kind); /* the first one's id, of its own, or -ENOENT */

#endif
