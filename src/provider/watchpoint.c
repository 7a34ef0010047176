/* watchpoint: reads, writes or execution of an address, by the processor's debug registers. */
#include "provider/kinds.h"

#include <linux/hw_breakpoint.h>
#include <string.h>

/* the combinations that the processor has: x86-64 cannot see reads alone */
#if defined(__x86_64__)
static const unsigned modes[] = {HW_BREAKPOINT_W, HW_BREAKPOINT_RW, HW_BREAKPOINT_X};
static const char modes_text[] = "w, rw or x";
#else
static const unsigned modes[] = {HW_BREAKPOINT_R, HW_BREAKPOINT_W, HW_BREAKPOINT_RW, HW_BREAKPOINT_X};
static const char modes_text[] = "r, w, rw or x";
#endif

static bool wrong(struct attach *a, const char *text, const char *help)
{
	error_at(a->diag, a->span, "%s", text);
	if (help)
		hint(a->diag, "%s", help);
	return false;
}

static bool parse_mode(struct attach *a, const char *text, unsigned *mode)
{
	static const struct {
		char letter;
		unsigned bit;
	} letters[] = {{'r', HW_BREAKPOINT_R}, {'w', HW_BREAKPOINT_W}, {'x', HW_BREAKPOINT_X}};

	*mode = 0;
	for (const char *s = text; *s; s++) {
		unsigned bit = 0;

		for (size_t i = 0; i < ARRAY_SIZE(letters); i++)
			if (letters[i].letter == *s)
				bit = letters[i].bit;
		if (!bit)
			return wrong(a, "watchpoint mode must be a combination of (r|w|x)", NULL);
		if (*mode & bit)
			return wrong(a, "watchpoint modes may not be duplicated", NULL);
		*mode |= bit;
	}
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (modes[i] == *mode)
			return true;
	return wrong(a, arena_printf(a->arena, "invalid watchpoint mode: %s", text),
		     arena_printf(a->arena, "this processor has %s", modes_text));
}

static bool parse(struct attach *a)
{
	const char *why;
	int64_t address, length;
	unsigned mode;

	if (strchr(a->fields[0], '+') && strstr(a->fields[0], "arg"))
		return wrong(a, "a watchpoint needs an address: function+argN is not supported",
			     "print the address in a uprobe of the function first");
	if (!parse_int(a->fields[0], &address, &why) || !address)
		return wrong(a, "watchpoint must have a non-zero address", NULL);
	if (!parse_int(a->fields[1], &length, &why) || (length != 1 && length != 2 && length != 4 && length != 8))
		return wrong(a, "watchpoint length must be one of (1,2,4,8)", NULL);
	if (!parse_mode(a, a->fields[2], &mode))
		return false;
	if (address & (length - 1))
		return wrong(a,
			     arena_printf(a->arena,
					  "the address of a watchpoint of %lld bytes must be a multiple of that",
					  (long long)length),
			     NULL);
	a->offset = (uint64_t)address;
	a->config = (uint64_t)length | mode << 8;
	return true;
}

static bool expand(struct attach *a, const char **missing)
{
	struct image_attach *m =
		match_add(a, arena_printf(a->arena, "watchpoint:%s:%s:%s", a->fields[0], a->fields[1], a->fields[2]));

	(void)missing;
	m->offset = a->offset;
	return true;
}

static const char *const aliases[] = {"w", "asyncwatchpoint", "aw", NULL};

/* events that new threads inherit have no cookie, so each address has a program */
const struct provider provider_watchpoint = {
	.kind = ATTACH_watchpoint,
	.name = "watchpoint",
	.aliases = aliases,
	.has = NEEDS_REGS | NEEDS_CTX,
	.space = SPACE_NONE,
	.syntax = "watchpoint:address:length:mode",
	.min_fields = 3,
	.max_fields = 3,
	.parse = parse,
	.expand = expand,
	.one_program_each = true,
};
