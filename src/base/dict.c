/* Text to pointer: an array in order of insertion, and an open hash of its indices. */
#include "base/base.h"

#include <string.h>

uint32_t hash_text(const char *s)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

void dict_init(struct dict *d, struct arena *a)
{
	*d = (struct dict){.arena = a};
}

/* the slot of key, or the free one where it belongs */
static uint32_t *slot(const struct dict *d, const char *key)
{
	size_t mask = d->nslots - 1;

	for (size_t i = hash_text(key) & mask;; i = (i + 1) & mask) {
		uint32_t *s = &d->slots[i];

		if (!*s || !strcmp(d->entries[*s - 1].key, key))
			return s;
	}
}

/* what is outgrown stays behind in the arena: half of all, at most */
static void grow(struct dict *d)
{
	struct dict_entry *old = d->entries;

	d->cap = d->cap ? d->cap * 2 : 8;
	d->entries = arena_alloc(d->arena, d->cap * sizeof(*d->entries));
	if (d->count)
		memcpy(d->entries, old, d->count * sizeof(*d->entries));
	d->nslots = d->cap * 2;
	d->slots = arena_alloc(d->arena, d->nslots * sizeof(*d->slots));
	for (size_t i = 0; i < d->count; i++)
		*slot(d, d->entries[i].key) = i + 1;
}

void *dict_find(const struct dict *d, const char *key)
{
	uint32_t i = d->count ? *slot(d, key) : 0;

	return i ? d->entries[i - 1].value : NULL;
}

void dict_set(struct dict *d, const char *key, void *value)
{
	uint32_t *s = d->count ? slot(d, key) : NULL;

	if (s && *s) {
		d->entries[*s - 1].value = value;
		return;
	}
	if (d->count == d->cap)
		grow(d);
	d->entries[d->count].key = arena_strdup(d->arena, key);
	d->entries[d->count].value = value;
	*slot(d, key) = d->count + 1;
	d->count++;
}
