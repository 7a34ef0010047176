/*
 * What the BTF of the kernel that runs says and an image made for others leaves
 * open: the names of enums' values, and where functions have their parameters.
 */
#include "runtime/rt.h"

#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

struct btf *rt_btf(struct rt *rt)
{
	if (!rt->btf)
		rt->btf = btf__load_vmlinux_btf();
	return rt->btf;
}

void rt_btf_done(struct rt *rt)
{
	btf__free(rt->btf);
	rt->btf = NULL;
}

static const struct btf_type *type_of(struct btf *btf, int id)
{
	return id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
}

static const struct btf_type *enum_of(struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_ENUM);

	return type_of(btf, id > 0 ? id : btf__find_by_name_kind(btf, name, BTF_KIND_ENUM64));
}

/* the names that this kernel gives its values */
static void rename_values(struct rt *rt, struct image_type *t)
{
	const struct btf_type *e = enum_of(rt_btf(rt), t->name);
	struct image_enumerator *list;

	if (!e)
		return;
	list = arena_alloc(rt->arena, (btf_vlen(e) + 1) * sizeof(*list));
	for (unsigned i = 0; i < btf_vlen(e); i++) {
		const char *name = btf__name_by_offset(rt->btf, btf_is_enum(e) ? btf_enum(e)[i].name_off
									       : btf_enum64(e)[i].name_off);

		list[i].name = arena_strndup(rt->arena, name, strlen(name));
		list[i].name_len = strlen(name);
		list[i].value = btf_is_enum(e) ? btf_enum(e)[i].val : (int64_t)btf_enum64_value(&btf_enum64(e)[i]);
	}
	t->enumerators = list;
	t->nenumerators = btf_vlen(e);
}

void enums_fit(struct rt *rt)
{
	for (size_t i = 0; i < rt->im->ntypes; i++)
		if (rt->im->types[i].differs && rt->im->types[i].nenumerators && rt_btf(rt))
			rename_values(rt, &rt->im->types[i]);
}

/* words that a parameter takes in the context */
static int64_t words_of(struct btf *btf, uint32_t type)
{
	int64_t size = btf__resolve_size(btf, type);

	return size > 8 ? (size + 7) / 8 : 1;
}

/* "MODULE:FUNCTION.PARAMETER"; no PARAMETER: all words of the parameters */
int parameter_word(struct rt *rt, const char *name, uint64_t skip, int64_t *word)
{
	const char *colon = strchr(name, ':'), *dot = strrchr(name, '.'), *function;
	struct btf *btf = rt_btf(rt), *module = NULL;
	const struct btf_type *f, *proto;
	int status = -ENOENT;

	if (!btf || !colon || !dot || dot < colon)
		return -ENOENT;
	function = arena_strndup(rt->arena, colon + 1, (size_t)(dot - colon - 1));
	f = type_of(btf, btf__find_by_name_kind(btf, function, BTF_KIND_FUNC));
	if (!f && !memchr(name, '/', (size_t)(colon - name))) { /* a name, not a path */
		module = btf__load_module_btf(arena_strndup(rt->arena, name, (size_t)(colon - name)), btf);
		f = module ? type_of(module, btf__find_by_name_kind(module, function, BTF_KIND_FUNC)) : NULL;
		btf = module;
	}
	proto = f ? type_of(btf, (int)f->type) : NULL;
	if (proto) {
		const struct btf_param *p = btf_params(proto);

		status = dot[1] ? -ESRCH : 0;
		*word = 0;
		for (unsigned i = (unsigned)skip; status && i < btf_vlen(proto); i++) {
			if (str_eq(btf__name_by_offset(btf, p[i].name_off), dot + 1))
				status = 0;
			else
				*word += words_of(btf, p[i].type);
		}
		for (unsigned i = (unsigned)skip; !dot[1] && i < btf_vlen(proto); i++)
			*word += words_of(btf, p[i].type);
	}
	btf__free(module);
	return status;
}
