/* The names of what the image has numbers for. */
#include "image/image.h"

const char *attach_kind_name(uint64_t kind)
{
	static const char *const names[ATTACH_COUNT] = {
#define ATTACH(name, section, prog_type) #name,
#include "image/attach.def"
#undef ATTACH
	};

	return kind < ATTACH_COUNT ? names[kind] : "?";
}

const char *event_action_name(uint64_t action)
{
	static const char *const names[EVENT_ACTION_COUNT] = {
#define ACTION(name) #name,
#include "image/events.def"
#undef ACTION
	};

	return action < EVENT_ACTION_COUNT ? names[action] : "?";
}

static const struct {
	const char *name, *text;
} losses[LOSS_COUNT] = {
#define LOSS(name, text) {#name, text},
#include "image/events.def"
#undef LOSS
};

const char *loss_kind_name(uint64_t kind)
{
	return kind < LOSS_COUNT ? losses[kind].name : "?";
}

const char *loss_kind_text(uint64_t kind)
{
	return kind < LOSS_COUNT ? losses[kind].text : "?";
}

bool attach_by_function(const struct image_attach *a)
{
	return a->symbol_len && !a->offset && a->config != KPROBE_BREAKPOINT;
}

bool is_fault(const char *s, size_t capacity)
{
	return capacity > 1 && !s[0] && s[1] == FAULT_MARK;
}
