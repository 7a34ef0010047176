/* The settings of a config block and of the environment. */
#include "lang/lang.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct row {
	const char *name, *type, *initial;
} rows[SETTING_COUNT] = {
#define SETTING(name, type, value) {#name, type, value},
#include "lang/settings.def"
#undef SETTING
};

static const struct {
	const char *old, *now;
	bool inverted;
} renamed[] = {
	{"strlen", "max_strlen", false},
	{"cat_bytes_max", "max_cat_bytes", false},
	{"map_keys_max", "max_map_keys", false},
	{"no_cpp_demangle", "cpp_demangle", true},
};

/* not of scripts: they are read before, or by others */
static const char *const env_only[] = {"btf", "kernel_source", "kernel_build", "vmlinux", "color"};

static enum setting_type type_of(const struct row *r)
{
	if (str_eq(r->type, "bool"))
		return SETTING_BOOL;
	if (str_eq(r->type, "num"))
		return SETTING_NUM;
	return strchr(r->type, '|') ? SETTING_CHOICE : SETTING_TEXT;
}

enum setting_type setting_type(enum setting_id id)
{
	return type_of(&rows[id]);
}

const char *setting_name(enum setting_id id)
{
	return rows[id].name;
}

/* place of word in "a|b|c", or -1 */
static int choice_of(const char *choices, const char *word)
{
	size_t len = strlen(word);
	int i = 0;

	for (const char *s = choices; s; s = strchr(s, '|') ? strchr(s, '|') + 1 : NULL, i++)
		if (!strncasecmp(s, word, len) && (s[len] == '|' || !s[len]))
			return i;
	return -1;
}

static bool to_bool(const char *value, bool *b)
{
	*b = str_ieq(value, "true") || str_eq(value, "1");
	return *b || str_ieq(value, "false") || str_eq(value, "0");
}

/* those the kernel lets use all of its helpers */
static bool is_license(const char *value)
{
	static const char *const known[] = {"GPL",          "GPL v2",       "GPL and additional rights",
					    "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (str_eq(known[i], value))
			return true;
	return false;
}

static bool set(struct config *c, struct arena *a, enum setting_id id, const char *value, const char **why)
{
	const struct row *r = &rows[id];
	enum setting_type type = type_of(r);
	int64_t n;
	bool b;
	int i;

	if (id == SETTING_license && !is_license(value)) {
		*why = arena_printf(
			a,
			"license: expecting one of GPL, \"GPL v2\", \"GPL and additional rights\", \"Dual BSD/GPL\", \"Dual MIT/GPL\", \"Dual MPL/GPL\", got %s",
			value);
		return false;
	}
	c->text[id] = a ? arena_strdup(a, value) : value;
	if (type == SETTING_BOOL) {
		if (!to_bool(value, &b)) {
			*why = arena_printf(a, "%s: Invalid bool value: valid values are true, false, 1 or 0.",
					    r->name);
			return false;
		}
		c->num[id] = b;
	} else if (type == SETTING_NUM) {
		if (!parse_int(value, &n, why) || n < 0) {
			*why = arena_printf(a, "%s: expecting a number, got %s", r->name, value);
			return false;
		}
		if ((id == SETTING_max_strlen || id == SETTING_max_map_keys) && (n < 1 || n > UINT32_MAX)) {
			*why = arena_printf(a, "%s: expecting a number between 1 and %u, got %s", r->name, UINT32_MAX,
					    value);
			return false;
		}
		c->num[id] = (uint64_t)n;
	} else if (type == SETTING_CHOICE) {
		i = choice_of(r->type, value);
		if (i < 0 && (id == SETTING_cache_user_symbols || strstr(r->type, "enable")) && to_bool(value, &b))
			i = id == SETTING_cache_user_symbols ? (b ? 0 : 2) : (b ? 2 : 0);
		if (i < 0) {
			*why = arena_printf(a, "%s: expecting one of %s, got %s", r->name, r->type, value);
			return false;
		}
		c->num[id] = (uint64_t)i;
	}
	return true;
}

enum missing_policy config_missing(const struct config *c)
{
	return c->set_by[SETTING_missing_probes] == SET_DEFAULT ? MISSING_UNSET
								: (enum missing_policy)c->num[SETTING_missing_probes];
}

void config_init(struct config *c)
{
	const char *why;

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (!set(c, NULL, i, rows[i].initial, &why))
			bug("initial value of %s", rows[i].name);
}

bool config_set(struct config *c, struct arena *a, const char *key, const char *value, bool from_env, const char **why,
		const char **note)
{
	static const char prefix[] = "BPFTRACE_";
	const char *name = key;
	bool inverted = false, b;

	*note = NULL;
	if (!strncasecmp(name, prefix, sizeof(prefix) - 1))
		name += sizeof(prefix) - 1;
	for (size_t i = 0; i < ARRAY_SIZE(renamed); i++)
		if (str_ieq(renamed[i].old, name)) {
			*note = arena_printf(a, "%s has been renamed, please use %s", renamed[i].old, renamed[i].now);
			name = renamed[i].now;
			inverted = renamed[i].inverted;
		}
	if (inverted && to_bool(value, &b))
		value = b ? "false" : "true";
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (!str_ieq(rows[i].name, name))
			continue;
		if (str_eq(rows[i].type, "ignored"))
			*note = arena_printf(a, "%s is deprecated and has no effect", rows[i].name);
		if (!from_env && c->set_by[i] == SET_ENV)
			return true; /* the environment goes before the script */
		c->set_by[i] = from_env ? SET_ENV : SET_SCRIPT;
		return set(c, a, i, value, why);
	}
	for (size_t i = 0; i < ARRAY_SIZE(env_only); i++)
		if (!from_env && str_ieq(env_only[i], name)) {
			*why = arena_printf(a, "%s: can only be set as an environment variable", key);
			return false;
		}
	*why = arena_printf(a, "%s: not a known configuration option", key);
	return false;
}

bool config_from_env(struct config *c, struct arena *a, char **environ, const char **why)
{
	for (char **e = environ; e && *e; e++) {
		const char *eq = strchr(*e, '='), *note, *ignored;
		char *key;

		if (strncmp(*e, "BPFTRACE_", 9) || !eq)
			continue;
		key = arena_strndup(a, *e, (size_t)(eq - *e));
		if (!config_set(c, a, key, eq + 1, true, &ignored, &note) && !strstr(ignored, "not a known")) {
			*why = ignored;
			return false;
		}
	}
	return true;
}
