/*
 * Images of scripts that were compiled before, in the user's cache directory:
 * $XDG_CACHE_HOME/probe, else ~/.cache/probe.  A file holds the whole key, the
 * files it depends on, and the image; it is used only if the first is the same
 * and the second are unchanged.
 */
#ifndef PROBE_CACHE_H
#define PROBE_CACHE_H

#include "compile.h"

/* all that an image depends on beside files: the script, options, this program, this kernel */
void cache_key(struct buf *key, const char *name, const struct buf *script, const struct compile_options *o);
bool cache_find(const struct buf *key, struct buf *image);
void cache_keep(const struct buf *key, const struct buf *image); /* failing is no matter */
int cache_clear(void); /* exit status, reported */

#endif
