/* -d image: what the runtime will do. */
#include "image/image.h"
#include "lang/lang.h"

static void print_text(FILE *out, const char *s, size_t len)
{
	putc('"', out);
	for (size_t i = 0; i < len; i++)
		if (s[i] >= 32 && s[i] < 127 && s[i] != '"' && s[i] != '\\')
			putc(s[i], out);
		else
			fprintf(out, "\\x%02x", (unsigned char)s[i]);
	putc('"', out);
}

static void dump_type(const struct image_type *t, size_t i, FILE *out)
{
	fprintf(out, "type %zu %s size %llu", i, type_kind_name((enum type_kind)t->kind), (unsigned long long)t->size);
	if (t->is_signed)
		fputs(" signed", out);
	if (t->name_len)
		fprintf(out, " %s", t->name);
	if (t->elem)
		fprintf(out, " of type %llu x %llu", (unsigned long long)t->elem - 1, (unsigned long long)t->count);
	if (t->kind == TYPE_AGGREGATE && t->agg < AGG_COUNT)
		fprintf(out, " %s", aggregations[t->agg].name);
	putc('\n', out);
	for (size_t j = 0; j < t->nfields; j++)
		fprintf(out, "\t+%llu type %lld %s\n", (unsigned long long)t->fields[j].offset,
			(long long)t->fields[j].type - 1, t->fields[j].name);
}

static void dump_map(const struct image_map *m, size_t i, FILE *out)
{
	static const char *const storages[] = {"scalar",   "percpu scalar", "hash",
					       "lru hash", "percpu hash",   "percpu lru hash"};

	fprintf(out, "map m%zu %s %s", i, m->name, m->storage < ARRAY_SIZE(storages) ? storages[m->storage] : "?");
	if (m->key)
		fprintf(out, " key type %llu", (unsigned long long)m->key - 1);
	fprintf(out, " value type %llu max %llu\n", (unsigned long long)m->value - 1,
		(unsigned long long)m->max_entries);
}

static void dump_event(const struct image_event *e, size_t i, FILE *out)
{
	fprintf(out, "event %zu %s size %llu at %s", i, event_action_name(e->action), (unsigned long long)e->size,
		e->place);
	if (e->map)
		fprintf(out, " map m%llu", (unsigned long long)e->map - 1);
	if (e->text_len) {
		putc(' ', out);
		print_text(out, e->text, e->text_len);
	}
	putc('\n', out);
	for (size_t j = 0; j < e->nconversions; j++) {
		const struct image_conversion *c = &e->conversions[j];

		fputc('\t', out);
		print_text(out, c->literal, c->literal_len);
		if (c->conv)
			fprintf(out, " %%%c", (char)c->conv);
		putc('\n', out);
	}
	for (size_t j = 0; j < e->nargs; j++)
		fprintf(out, "\t+%llu type %lld\n", (unsigned long long)e->args[j].offset,
			(long long)e->args[j].type - 1);
}

void image_dump(const struct image *im, FILE *out)
{
	fprintf(out, "image version %llu of %s\n", (unsigned long long)im->version, im->source);
	for (size_t i = 0; i < im->nclauses; i++) {
		const struct image_clause *c = &im->clauses[i];

		fprintf(out, "clause %s %s at %s%s\n", c->program, attach_kind_name(c->kind), c->place,
			c->session ? " of a session" : "");
		for (size_t j = 0; j < c->nattaches; j++)
			fprintf(out, "\t%s\n", c->attaches[j].name);
	}
	for (size_t i = 0; i < im->nmaps; i++)
		dump_map(&im->maps[i], i, out);
	for (size_t i = 0; i < im->nevents; i++)
		dump_event(&im->events[i], i, out);
	for (size_t i = 0; i < im->ntypes; i++)
		dump_type(&im->types[i], i, out);
}
