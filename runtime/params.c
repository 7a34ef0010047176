/* Parameters and options of a tool, into .rodata.args of its image. */
#include "runtime/rt.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_option(const struct image_param *p)
{
	return p->kind >= OPTION_BOOL;
}

/* the value of --name=value among the words; "" of --name alone: *bare */
static const char *option_value(const struct run_options *o, const char *name, bool *bare)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < o->nnamed; i++) {
		const char *s = o->named[i] + 2;

		if (strncmp(s, name, len) || (s[len] && s[len] != '='))
			continue;
		*bare = !s[len];
		return *bare ? "" : s + len + 1;
	}
	return NULL;
}

static bool wrong_option(const struct image_param *p, const char *what, const char *value)
{
	fprintf(stderr, "ERROR: program command line option --%s %s", p->name, what);
	if (value)
		fprintf(stderr, " (value: %s)", value);
	putc('\n', stderr);
	return false;
}

/* the word of a parameter; of a function that is not here any, for its program is left out */
static bool word(struct rt *rt, const struct image_param *p, int64_t *n)
{
	const char *function = strchr(p->name, ':'), *dot = strrchr(p->name, '.');
	int64_t words = p->number;

	*n = 0;
	switch (parameter_word(rt, p->name, p->skip, n)) {
	case -ENOENT:
		return true;
	case -ESRCH:
		fprintf(stderr, "ERROR: in this kernel the function %.*s has no parameter '%s'\n",
			function ? (int)(dot - function - 1) : 0, function + 1, dot + 1);
		return false;
	}
	if (*n < words)
		return true;
	fprintf(stderr, "ERROR: in this kernel the parameter '%s' is beyond the %lld that can be reached\n", p->name,
		(long long)words);
	return false;
}

/* what this kernel knows; *symbols: NULL until asked for */
static bool found_out(const struct image_param *p, struct ksyms **symbols, int64_t *n)
{
	uint64_t value = 0;
	bool found;
	int err;

	if (p->kind == PARAM_CONFIG) {
		err = kernel_constant_value(p->name, n);
		if (err)
			fprintf(stderr, "ERROR: the value of %s is not known: %s\n", p->name,
				kernel_constant_error(err));
		return !err;
	}
	if (p->kind == PARAM_KADDR) {
		if (!*symbols)
			*symbols = ksyms_load();
		found = ksyms_address(*symbols, p->name, &value);
		if (!found)
			fprintf(stderr, "ERROR: Failed to resolve kernel symbol: %s\n", p->name);
	} else {
		found = !cgroup_id(p->name, &value);
		if (!found)
			fprintf(stderr, "ERROR: Failed to find the cgroup '%s'\n", p->name);
	}
	*n = (int64_t)value;
	return found;
}

static bool integer(struct rt *rt, const struct image_param *p, struct ksyms **symbols, int64_t *n)
{
	const char *text, *why;
	bool bare = false, flag;

	*n = p->number;
	if (p->kind == PARAM_WORD)
		return word(rt, p, n);
	if (p->kind == PARAM_CONFIG || p->kind == PARAM_KADDR || p->kind == PARAM_CGROUP)
		return found_out(p, symbols, n);
	if (p->kind == PARAM_COUNT) {
		*n += (int64_t)rt->options->nwords;
	} else if (p->kind == PARAM_INT) {
		text = p->index - 1 < rt->options->nwords ? rt->options->words[p->index - 1] : "";
		if (!*text) {
			if (rt->options->verbose)
				fprintf(stderr, "WARNING: Positional parameter %s is empty or not provided.\n",
					p->name);
		} else if (!parse_int(text, n, &why)) {
			fprintf(stderr, "ERROR: the parameter %s of this program is an integer, found '%s': %s\n",
				p->name, text, why);
			return false;
		}
	} else {
		text = option_value(rt->options, p->name, &bare);
		if (p->kind == OPTION_BOOL) {
			if (text && !bare && !parse_bool(text, &flag))
				return wrong_option(p, "expects a boolean (e.g. 'true')", NULL);
			if (text)
				*n = bare || flag;
		} else if (text && bare) {
			return wrong_option(p, "expects an integer", NULL);
		} else if (text && !parse_int(text, n, &why)) {
			return wrong_option(p, "invalid integer", text);
		}
	}
	return true;
}

static bool text(const struct rt *rt, const struct image_param *p, char *to)
{
	const char *s;
	bool bare = false;
	size_t len;

	if (p->kind == PARAM_TEXT) {
		s = p->index - 1 < rt->options->nwords ? rt->options->words[p->index - 1] : "";
	} else {
		s = option_value(rt->options, p->name, &bare);
		if (bare)
			return wrong_option(p, "expects a string", NULL);
		if (!s)
			s = p->text;
	}
	len = strlen(s);
	if (p->skip && p->skip >= len && *s)
		warn("%s has only %zu characters", p->name, len);
	s += p->skip < len ? p->skip : len;
	len = strlen(s);
	if (len >= p->size) {
		fprintf(stderr, "ERROR: String is too long (over %llu bytes): %s\n", (unsigned long long)p->size - 1,
			p->name);
		return false;
	}
	memcpy(to, s, len);
	return true;
}

static bool known(const struct image *im, const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < im->nparams; i++)
		if (is_option(&im->params[i]) && im->params[i].name_len == len &&
		    !strncmp(im->params[i].name, word, len))
			return true;
	return false;
}

/* is all that was given asked for? */
static bool asked_for(const struct rt *rt)
{
	const struct image *im = rt->im;
	const struct run_options *o = rt->options;
	size_t unknown = 0;
	uint64_t most = 0;

	for (size_t i = 0; i < im->nparams; i++)
		if (im->params[i].kind == PARAM_COUNT)
			most = UINT64_MAX;
		else if (im->params[i].index > most)
			most = im->params[i].index;
	if (o->nwords > most) {
		fprintf(stderr, "ERROR: '%s' is one word too many: %s\n", o->words[most],
			most ? "there are no parameters for it"
			     : "this program takes no parameters beyond those it was built with");
		return false;
	}
	for (size_t i = 0; i < o->nnamed; i++)
		if (!known(im, o->named[i] + 2))
			fprintf(stderr, "%s%.*s", unknown++ ? ", " : "ERROR: unexpected program command line options: ",
				(int)strcspn(o->named[i], "="), o->named[i]);
	if (!unknown)
		return true;
	fputs("\nHINT: expected program options:\n", stderr);
	for (size_t i = 0; i < im->nparams; i++)
		if (is_option(&im->params[i]))
			fprintf(stderr, "HINT:   --%s%s%s\n", im->params[i].name,
				im->params[i].description_len ? ": " : "", im->params[i].description);
	return false;
}

/* each into its place among size bytes */
static bool fill(struct rt *rt, struct ksyms **symbols, char *bytes, size_t size)
{
	for (size_t i = 0; i < rt->im->nparams; i++) {
		const struct image_param *p = &rt->im->params[i];
		bool words = p->kind == PARAM_TEXT || p->kind == OPTION_TEXT;
		int64_t n;

		if (p->kind >= PARAM_KINDS || p->offset > size || p->size > size - p->offset ||
		    p->size < (words ? 1 : sizeof(n))) {
			fputs("ERROR: cannot run this image: a parameter has no place\n", stderr);
			return false;
		}
		if (words) {
			if (!text(rt, p, bytes + p->offset))
				return false;
			continue;
		}
		if (!integer(rt, p, symbols, &n))
			return false;
		memcpy(bytes + p->offset, &n, sizeof(n));
	}
	return true;
}

int params_set(struct rt *rt)
{
	struct ksyms *symbols = NULL;
	struct bpf_map *args;
	size_t size = 0;
	char *bytes;
	bool ok;

	if (!asked_for(rt))
		return 1;
	args = rt_map(rt, ".rodata.args");
	if (args && !bpf_map__initial_value(args, &size))
		args = NULL;
	bytes = xcalloc(1, size + 1);
	ok = fill(rt, &symbols, bytes, size);
	if (ok && args)
		bpf_map__set_initial_value(args, bytes, size);
	ksyms_free(symbols);
	free(bytes);
	return !ok;
}
