/* Structs of 8 bytes: their text for the script, their members as gcc reads them. */
#include "gen.h"

#include <stdio.h>
#include <string.h>

#define BARE(...) __VA_ARGS__
#define TEXT_OF(...) #__VA_ARGS__

#define STRUCT(name, members, ...) struct name { BARE members };
#define MEMBER(tag, id, path, size, sign)
#define BITS(tag, id, path, size, sign)
#include "layouts.def"
#undef STRUCT
#undef MEMBER
#undef BITS

#define STRUCT(name, members, format, ...)              \
	static char *show_##name(const void *bytes)     \
	{                                               \
		const struct name *s = bytes;           \
		const char *f = format;                 \
		(void)s;                                \
		return f ? text(f, ##__VA_ARGS__) : NULL; \
	}
#define MEMBER(tag, id, path, size, sign)                        \
	static int64_t get_##id(const void *bytes)               \
	{                                                        \
		return (int64_t)((const struct tag *)bytes)->path; \
	}
#define BITS MEMBER
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#include "layouts.def"
#undef STRUCT
#undef MEMBER
#undef BITS

enum {
#define STRUCT(name, members, ...) IS_##name,
#define MEMBER(tag, id, path, size, sign)
#define BITS(tag, id, path, size, sign)
#include "layouts.def"
#undef STRUCT
#undef MEMBER
#undef BITS
};

const struct member layout_members[] = {
#define STRUCT(name, members, ...)
#define MEMBER(tag, id, path, size, sign) {&layouts[IS_##tag], #path, size, sign, get_##id, offsetof(struct tag, path)},
#define BITS(tag, id, path, size, sign) {&layouts[IS_##tag], #path, size, sign, get_##id, -1},
#include "layouts.def"
#undef STRUCT
#undef MEMBER
#undef BITS
};
const int member_count = ARRAY_SIZE(layout_members);

const struct layout layouts[] = {
#define STRUCT(name, members, ...) {#name, "struct " #name " { " TEXT_OF members " };", show_##name},
#define MEMBER(tag, id, path, size, sign)
#define BITS(tag, id, path, size, sign)
#include "layouts.def"
#undef STRUCT
#undef MEMBER
#undef BITS
};
const int layout_count = ARRAY_SIZE(layouts);
