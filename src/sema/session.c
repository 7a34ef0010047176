/*
 * Sessions: one program that the kernel runs when a function is entered and
 * again when it returns (uprobes since 6.13, kprobes since 6.10, see has_room()), instead of
 *	kprobe:vfs_read { @start[tid] = nsecs; }
 *	kretprobe:vfs_read { @ = hist(nsecs - @start[tid]); }
 * as two programs by two links.
 */
#include "sema/pass.h"

/* the clauses at a place */
struct visitors {
	struct clause *entry, *exit;
	bool many; /* more than one of a kind: they run as they are written, which links of one sort see to */
};

static bool in_user(const struct clause *c)
{
	return c->provider->kind == ATTACH_uprobe || c->provider->kind == ATTACH_uretprobe;
}

static bool on_entry(const struct clause *c)
{
	return c->provider->kind == ATTACH_kprobe || c->provider->kind == ATTACH_uprobe;
}

static bool on_return(const struct clause *c)
{
	return c->provider->kind == ATTACH_kretprobe || c->provider->kind == ATTACH_uretprobe;
}

static const char *place_of(struct pass *p, const struct clause *c, const struct image_attach *a)
{
	if (in_user(c))
		return arena_printf(p->arena, "%s:%s+%llu %llu", a->target, a->symbol, (unsigned long long)a->offset,
				    (unsigned long long)a->config);
	return a->symbol;
}

static void visit(struct pass *p, struct dict *places, struct clause *c, const struct image_attach *a)
{
	const char *place = place_of(p, c, a);
	struct visitors *v = dict_find(places, place);
	struct clause **mine;

	if (!v) {
		v = arena_alloc(p->arena, sizeof(*v));
		dict_set(places, place, v);
	}
	mine = on_entry(c) ? &v->entry : &v->exit;
	v->many |= *mine != NULL;
	*mine = c;
}

struct naming {
	struct pass *pass;
	const char *const *words;
	bool found;
	struct dict seen; /* functions */
};

static bool names_word(struct node **n, void *arg)
{
	struct naming *s = arg;
	const char *name = (*n)->kind == NODE_IDENT ? (*n)->ident.name : (*n)->kind == NODE_CALL ? (*n)->call.name : "";
	struct node *fn = (*n)->kind == NODE_CALL ? dict_find(&s->pass->subprograms, name) : NULL;

	for (size_t i = 0; s->words[i]; i++)
		s->found |= str_eq(name, s->words[i]);
	if (fn && !dict_find(&s->seen, name)) {
		dict_set(&s->seen, name, s);
		node_walk(&fn->macro.body, names_word, s);
	}
	return !s->found;
}

/* is one of the words, up to NULL, in its block, its predicate or a function that these call? */
static bool probe_names(struct pass *p, const struct node *probe, const char *const *words)
{
	struct naming s = {.pass = p, .words = words};
	struct node *body = probe->probe.body, *predicate = probe->probe.predicate;

	dict_init(&s.seen, p->arena);
	node_walk(&body, names_word, &s);
	if (predicate)
		node_walk(&predicate, names_word, &s);
	return s.found;
}

/* links for many functions do not see all registers, and are a few bytes further: vfs_read+9 */
static bool is_different(struct pass *p, const struct clause *c)
{
	return !in_user(c) &&
	       probe_names(p, c->probe, (const char *const[]){"reg", "ctx", "override", "kstack", "stack", NULL});
}

/* the clause that returns from what this one enters, from all of it and nothing else; NULL: there is none */
static struct clause *other_end(struct pass *p, const struct dict *places, const struct clause *c)
{
	const struct visitors *first = c->nattaches ? dict_find(places, place_of(p, c, &c->attaches[0])) : NULL;
	struct clause *end = first ? first->exit : NULL;

	if (!end || end->nattaches != c->nattaches || is_different(p, c) || is_different(p, end))
		return NULL;
	for (size_t i = 0; i < c->nattaches; i++) {
		const struct image_attach *a = &c->attaches[i];
		const char *place = place_of(p, c, a);
		const struct visitors *v = dict_find(places, place);

		if (v->many || !str_eq(place, place_of(p, end, &end->attaches[i])))
			return NULL;
		if (!in_user(c) && (!attach_by_function(a) || !str_eq(a->target, "vmlinux") ||
				    !str_eq(end->attaches[i].target, "vmlinux")))
			return NULL;
	}
	return end;
}

/*
 * Before 6.14 an fprobe keeps two returns in mind for each CPU and function.
 * A call for which there is no room is not seen when it is entered, either:
 * of 16 processes in do_nanosleep() on two CPUs 7 were counted.
 */
static bool has_room(struct pass *p)
{
	const struct ksyms *s = kernel_symbols(p->kernel);
	uint64_t ignored;

	return s && ksyms_address(s, "bpf_session_is_return", &ignored) &&
	       !ksyms_address(s, "fprobe_exit_handler", &ignored);
}

static bool has_sessions(struct pass *p, const struct clause *c)
{
	return in_user(c) ? feature(FEATURE_uprobe_session) : feature(FEATURE_kprobe_session) && has_room(p);
}

void join_sessions(struct pass *p)
{
	struct dict places;

	if (p->options->late || p->options->no_sessions) /* late: the kernel that runs may have none */
		return;
	dict_init(&places, p->arena);
	for (struct clause *c = p->script->clauses; c; c = c->next)
		for (size_t i = 0; i < c->nattaches && (on_entry(c) || on_return(c)); i++)
			visit(p, &places, c, &c->attaches[i]);
	for (struct clause *c = p->script->clauses; c; c = c->next) {
		struct clause *end = on_entry(c) ? other_end(p, &places, c) : NULL;

		if (!end || !has_sessions(p, c))
			continue;
		c->session = end;
		end->session = c;
	}
}
