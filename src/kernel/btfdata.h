/* Types in BTF as they lie in the file, found where they are wanted; nothing is copied. */
#ifndef PROBE_KERNEL_BTFDATA_H
#define PROBE_KERNEL_BTFDATA_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stdint.h>

struct btfdata;

struct btfdata *btfdata_open(const char *path); /* raw BTF, or an object with a section .BTF; NULL: it is neither */
void btfdata_close(struct btfdata *b);
uint32_t btfdata_count(const struct btfdata *b); /* of types; ids are below it; 0 is void */
const struct btf_type *btfdata_type(const struct btfdata *b, uint32_t id); /* NULL: no such type */
const char *btfdata_name(const struct btfdata *b, uint32_t offset); /* "" where there is none */
int btfdata_find(struct btfdata *b, const char *name, uint32_t kind); /* the first one's id, or -ENOENT */

#endif
