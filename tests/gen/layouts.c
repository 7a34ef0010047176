/* Structs: their text for the script, their members as gcc reads them. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

#define BARE(...) __VA_ARGS__
#define TEXT_OF(...) #__VA_ARGS__

enum color { RED, GREEN, BLUE, PINK };

static const char *color(unsigned c)
{
	return c < COLORS ? color_names[c] : text("%u", c);
}

#define STRUCT(name, attribute, members, ...) \
	struct attribute name { \
		BARE members \
	};
#define MEMBER(tag, id, path, size, sign)
#define BITS(tag, id, path, size, sign)
#define LIST(tag, id, path, rest, count, size, sign)
#define CHARS(tag, id, path, size)
#define SHADE(tag, id, path)
#include "layouts.def"
#undef STRUCT
#undef MEMBER
#undef BITS
#undef LIST
#undef CHARS
#undef SHADE

#define STRUCT(name, attribute, members, format, ...) \
	static char *show_##name(const void *bytes) \
	{ \
		const struct name *s = bytes; \
		const char *f = format; \
		(void)s; \
		return f ? text(f, ##__VA_ARGS__) : NULL; \
	}
#define LIST(tag, id, path, rest, count, size, sign) \
	static int64_t get_##id(const void *bytes, int i) \
	{ \
		(void)i; \
		return (int64_t)((const struct tag *)bytes)->path[i] rest; \
	}
#define MEMBER(tag, id, path, size, sign) \
	static int64_t get_##id(const void *bytes, int i) \
	{ \
		(void)i; \
		return (int64_t)((const struct tag *)bytes)->path; \
	}
#define BITS MEMBER
#define CHARS(tag, id, path, size)
#define SHADE(tag, id, path) MEMBER(tag, id, path, 4, false)
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#include "layouts.def"
#undef STRUCT
#undef MEMBER
#undef BITS
#undef LIST
#undef CHARS
#undef SHADE

enum {
#define STRUCT(name, attribute, members, ...) IS_##name,
#define MEMBER(tag, id, path, size, sign)
#define BITS(tag, id, path, size, sign)
#define LIST(tag, id, path, rest, count, size, sign)
#define CHARS(tag, id, path, size)
#define SHADE(tag, id, path)
#include "layouts.def"
#undef STRUCT
#undef MEMBER
#undef BITS
#undef LIST
#undef CHARS
#undef SHADE
};

const struct member layout_members[] = {
#define STRUCT(name, attribute, members, ...)
#define MEMBER(tag, id, path, size, sign) \
	{&layouts[IS_##tag], #path, size, sign, get_##id, 0, false, false, offsetof(struct tag, path)},
#define BITS(tag, id, path, size, sign) {&layouts[IS_##tag], #path, size, sign, get_##id, 0, false, false, -1},
#define LIST(tag, id, path, rest, count, size, sign) \
	{&layouts[IS_##tag], #path "[%s]" #rest, size, sign, get_##id, count, false, false, -1},
#define CHARS(tag, id, path, size) \
	{&layouts[IS_##tag], #path, size, false, NULL, 0, true, false, offsetof(struct tag, path)},
#define SHADE(tag, id, path) \
	{&layouts[IS_##tag], #path, 4, false, get_##id, 0, false, true, offsetof(struct tag, path)},
#include "layouts.def"
#undef STRUCT
#undef MEMBER
#undef BITS
#undef LIST
#undef CHARS
#undef SHADE
};
const int member_count = ARRAY_SIZE(layout_members);

const struct layout layouts[] = {
#define STRUCT(name, attribute, members, ...) \
	{#name, "struct " #attribute " " #name " { " TEXT_OF members " };", sizeof(struct name), show_##name},
#define MEMBER(tag, id, path, size, sign)
#define BITS(tag, id, path, size, sign)
#define LIST(tag, id, path, rest, count, size, sign)
#define CHARS(tag, id, path, size)
#define SHADE(tag, id, path)
#include "layouts.def"
#undef STRUCT
#undef MEMBER
#undef BITS
#undef LIST
#undef CHARS
#undef SHADE
};
const int layout_count = ARRAY_SIZE(layouts);

const struct layout *small_layout(void)
{
	const struct layout *l;

	do
		l = &layouts[rnd((unsigned)layout_count)];
	while (l->size > 8);
	return l;
}
