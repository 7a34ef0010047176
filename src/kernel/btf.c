/* The kernel's types, from BTF. */
#include "kernel/btf.h"
#include "lang/lang.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OWN_BTF "/sys/kernel/btf/vmlinux"

struct kernel *kernel_open(struct arena *a, struct types *t)
{
	struct kernel *k = arena_alloc(a, sizeof(*k));

	k->arena = a;
	k->types = t;
	return k;
}

void kernel_close(struct kernel *k)
{
	btfdata_close(k->data);
	free(k->made);
	programs_close(k->programs);
	ksyms_free(k->symbols);
}

const struct ksyms *kernel_symbols(struct kernel *k)
{
	if (!k->symbols)
		k->symbols = ksyms_load();
	return k->symbols;
}

struct programs *kernel_programs(struct kernel *k)
{
	if (!k->programs)
		k->programs = programs_open(k->arena, k->types);
	return k->programs;
}

bool btf_load(struct kernel *k)
{
	const char *path = getenv("BPFTRACE_BTF");

	if (k->tried)
		return k->data != NULL;
	k->tried = true;
	if (path)
		depends_on(path);
	else
		depends_on_presence(OWN_BTF); /* what it holds goes with the kernel */
	k->data = btfdata_open(path ? path : OWN_BTF);
	if (k->data)
		k->made = xcalloc(btfdata_count(k->data), sizeof(*k->made)); /* of which few pages are touched */
	return k->data != NULL;
}

bool kernel_has_btf(struct kernel *k)
{
	return btf_load(k);
}

static const struct type *convert(struct kernel *k, uint32_t id);

static const struct type *convert_enum(struct kernel *k, const struct btf_type *b)
{
	struct type *e = type_enum_new(k->types, btfdata_name(k->data, b->name_off), b->size, btf_kflag(b));
	struct enumerator *list = arena_alloc(k->arena, (btf_vlen(b) + 1) * sizeof(*list));

	for (unsigned i = 0; i < btf_vlen(b); i++) {
		if (btf_is_enum64(b)) {
			list[i].name = btfdata_name(k->data, btf_enum64(b)[i].name_off);
			list[i].value = (int64_t)btf_enum64_value(&btf_enum64(b)[i]);
		} else {
			list[i].name = btfdata_name(k->data, btf_enum(b)[i].name_off);
			list[i].value = btf_enum(b)[i].val;
		}
	}
	e->enumerators = list;
	e->nenumerators = btf_vlen(b);
	e->relocatable = true;
	return e;
}

static const struct type *convert_int(struct kernel *k, const struct btf_type *b)
{
	unsigned size = b->size;

	if (btf_int_encoding(b) & BTF_INT_BOOL)
		return &type_bool;
	if (size == 16)
		return type_array(k->types, type_int(k->types, 8, false), 2);
	return type_int(k->types, size, btf_int_encoding(b) & BTF_INT_SIGNED || btf_int_encoding(b) & BTF_INT_CHAR || !strcmp(btfdata_name(k->data, b->name_off), "char"));
}

/* const, volatile, typedefs and tags taken off */
static uint32_t bare_of(struct kernel *k, uint32_t id, bool *user, bool *percpu)
{
	const struct btf_type *b = btfdata_type(k->data, id);

	while (b && (btf_is_mod(b) || btf_is_typedef(b) || btf_is_type_tag(b))) {
		if (btf_is_type_tag(b)) {
			const char *tag = btfdata_name(k->data, b->name_off);

			*user |= !strcmp(tag, "user");
			*percpu |= !strcmp(tag, "percpu");
		}
		id = b->type;
		b = btfdata_type(k->data, id);
	}
	return id;
}

uint32_t btf_strip(struct kernel *k, uint32_t id, bool *user)
{
	bool percpu = false;

	return bare_of(k, id, user, &percpu);
}

static const struct type *convert_struct(struct kernel *k, uint32_t id, const struct btf_type *b)
{
	struct type *s = type_struct_new(k->types, btfdata_name(k->data, b->name_off), btf_is_union(b));

	s->size = btf_is_fwd(b) ? 0 : b->size;
	s->align = 8;
	s->relocatable = true;
	s->btf_id = id;
	s->origin = k->data;
	s->lazy = !btf_is_fwd(b);
	s->incomplete = btf_is_fwd(b);
	return s;
}

static const struct type *convert(struct kernel *k, uint32_t id)
{
	bool user = false, ignored = false;
	const struct btf_type *b;
	const struct type *t;

	if (k->made[id])
		return k->made[id];
	b = btfdata_type(k->data, btf_strip(k, id, &user));
	if (!b || btf_is_void(b) || btf_is_func_proto(b)) {
		t = &type_none;
	} else if (btf_is_int(b)) {
		t = convert_int(k, b);
	} else if (btf_is_any_enum(b)) {
		uint32_t bare = btf_strip(k, id, &ignored);

		t = bare == id ? convert_enum(k, b) : convert(k, bare);
	} else if (btf_is_ptr(b)) {
		bool to_user = user, percpu = false;

		bare_of(k, b->type, &to_user, &percpu); /* what is per CPU is not where the pointer says */
		t = type_pointer(k->types, convert(k, b->type), to_user ? SPACE_USER : percpu ? SPACE_NONE : SPACE_KERNEL, false);
	} else if (btf_is_array(b)) {
		t = type_array(k->types, convert(k, btf_array(b)->type), btf_array(b)->nelems);
	} else if (btf_is_composite(b) || btf_is_fwd(b)) {
		uint32_t bare = btf_strip(k, id, &ignored);

		t = bare == id ? convert_struct(k, id, b) : convert(k, bare);
	} else {
		t = &type_none;
	}
	return k->made[id] = t;
}

void kernel_complete(struct kernel *k, const struct type *t)
{
	const struct btf_type *b;
	struct type *s = (struct type *)t; /* ours: made above, finished here */
	struct field *fields;

	if (t->kind != TYPE_STRUCT || !t->lazy)
		return;
	if (!t->relocatable)
		program_complete(t);
	if (t->origin != k->data || !t->lazy)
		return;
	s->lazy = false;
	b = btfdata_type(k->data, t->btf_id);
	fields = arena_alloc(k->arena, (btf_vlen(b) + 1) * sizeof(*fields));
	for (unsigned i = 0; i < btf_vlen(b); i++) {
		const struct btf_member *m = &btf_members(b)[i];
		uint32_t bits = btf_member_bit_offset(b, i), width = btf_member_bitfield_size(b, i), unit;
		struct field *f = &fields[i];

		f->name = btfdata_name(k->data, m->name_off);
		f->type = convert(k, m->type);
		if (f->type->kind == TYPE_STRUCT && !*f->name)
			kernel_complete(k, f->type);
		f->offset = bits / 8;
		if (width) {
			unit = f->type->size ? f->type->size * 8 : 32;
			f->offset = bits / unit * (unit / 8);
			f->bit_offset = (uint8_t)(bits % unit);
			f->bit_size = (uint8_t)width;
		}
	}
	s->fields = fields;
	s->nfields = btf_vlen(b);
}

const struct type *kernel_type(struct kernel *k, const char *keyword, const char *name)
{
	static const struct {
		const char *keyword;
		uint32_t kind;
	} kinds[] = {
		{"struct", BTF_KIND_STRUCT}, {"union", BTF_KIND_UNION}, {"enum", BTF_KIND_ENUM}, {"enum", BTF_KIND_ENUM64},
		{"typedef", BTF_KIND_TYPEDEF}, {"int", BTF_KIND_INT},
	};

	if (!btf_load(k))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int id;

		if (keyword && !str_eq(keyword, kinds[i].keyword))
			continue;
		id = btfdata_find(k->data, name, kinds[i].kind);
		if (id > 0)
			return convert(k, (uint32_t)id);
	}
	return NULL;
}

bool kernel_enumerator(struct kernel *k, const char *name, int64_t *value, const struct type **type)
{
	if (!btf_load(k))
		return false;
	for (uint32_t id = 1; id < btfdata_count(k->data); id++) {
		const struct btf_type *b = btfdata_type(k->data, id);

		if (!btf_is_any_enum(b))
			continue;
		for (unsigned i = 0; i < btf_vlen(b); i++) {
			uint32_t off = btf_is_enum64(b) ? btf_enum64(b)[i].name_off : btf_enum(b)[i].name_off;

			if (strcmp(btfdata_name(k->data, off), name))
				continue;
			*value = btf_is_enum64(b) ? (int64_t)btf_enum64_value(&btf_enum64(b)[i]) : btf_enum(b)[i].val;
			*type = convert(k, id);
			return true;
		}
	}
	return false;
}

/* parameters of a prototype, less the first skip, as the fields of a struct */
static const struct type *parameters(struct kernel *k, const char *name, uint32_t proto_id, unsigned skip, const struct type **result)
{
	const struct btf_type *b = btfdata_type(k->data, proto_id);
	const struct btf_param *p;
	struct type *s;
	struct field *fields;
	uint32_t offset = 0;
	unsigned n;

	if (!b || !btf_is_func_proto(b) || btf_vlen(b) < skip)
		return NULL;
	p = btf_params(b) + skip;
	n = btf_vlen(b) - skip;
	s = type_struct_new(k->types, arena_strdup(k->arena, name), false);
	fields = arena_alloc(k->arena, (n + 1) * sizeof(*fields));
	for (unsigned i = 0; i < n; i++) {
		const struct type *t = convert(k, p[i].type);

		if (t->kind == TYPE_POINTER) {
			bool to_struct = t->elem->kind == TYPE_STRUCT && !t->elem->incomplete && t->space == SPACE_KERNEL;

			t = type_pointer(k->types, t->elem, t->space, to_struct);
		}
		fields[i] = (struct field){.name = btfdata_name(k->data, p[i].name_off), .type = t, .offset = offset};
		offset += t->kind == TYPE_POINTER || t->size <= 8 ? 8 : (t->size + 7) / 8 * 8;
	}
	s->fields = fields;
	s->nfields = n;
	s->size = offset;
	s->align = 8;
	if (result)
		*result = convert(k, b->type);
	return s;
}

uint32_t btf_prototype(struct kernel *k, const char *module, const char *function)
{
	int id;

	if (!btf_load(k) || (module && !str_eq(module, "vmlinux")))
		return 0;
	id = btfdata_find(k->data, function, BTF_KIND_FUNC);
	return id < 0 ? 0 : btfdata_type(k->data, (uint32_t)id)->type;
}

const struct type *kernel_function(struct kernel *k, const char *module, const char *function, const struct type **result)
{
	uint32_t id = btf_prototype(k, module && *module ? module : NULL, function);

	return id ? parameters(k, function, id, 0, result) : NULL;
}

int kernel_function_id(struct kernel *k, const char *name)
{
	int id = btf_load(k) ? btfdata_find(k->data, name, BTF_KIND_FUNC) : -1;

	return id > 0 ? id : 0;
}

bool kernel_kfunc(struct kernel *k, const char *name)
{
	int id = kernel_function_id(k, name);

	for (uint32_t i = 1; id > 0 && i < btfdata_count(k->data); i++) {
		const struct btf_type *b = btfdata_type(k->data, i);

		if (btf_is_decl_tag(b) && b->type == (uint32_t)id && !strcmp(btfdata_name(k->data, b->name_off), "bpf_kfunc"))
			return true;
	}
	return false;
}

const struct type *kernel_variable(struct kernel *k, const char *name)
{
	int id = btf_load(k) ? btfdata_find(k->data, name, BTF_KIND_VAR) : -1;

	return id > 0 ? convert(k, btfdata_type(k->data, (uint32_t)id)->type) : NULL;
}

const struct type *kernel_raw_tracepoint(struct kernel *k, const char *event)
{
	char *name = arena_printf(k->arena, "btf_trace_%s", event);
	const struct btf_type *b;
	int id;

	if (!btf_load(k))
		return NULL;
	/* the function that calls the probes has the same parameters, with their names */
	id = btfdata_find(k->data, arena_printf(k->arena, "__traceiter_%s", event), BTF_KIND_FUNC);
	if (id > 0)
		return parameters(k, name, btfdata_type(k->data, (uint32_t)id)->type, 1, NULL);
	id = btfdata_find(k->data, name, BTF_KIND_TYPEDEF);
	if (id < 0)
		return NULL;
	b = btfdata_type(k->data, btfdata_type(k->data, (uint32_t)id)->type);
	return b && btf_is_ptr(b) ? parameters(k, name, b->type, 1, NULL) : NULL;
}

const struct type *kernel_iterator(struct kernel *k, const char *name)
{
	if (!btf_load(k) || btfdata_find(k->data, arena_printf(k->arena, "bpf_iter_%s", name), BTF_KIND_FUNC) < 0)
		return NULL;
	return kernel_type(k, "struct", arena_printf(k->arena, "bpf_iter__%s", name));
}

/* has the record all fields of the event where the event has them? */
static bool is_record_of(struct kernel *k, const struct type *record, const struct type *args)
{
	kernel_complete(k, record);
	for (uint32_t i = 0; i < args->nfields; i++) {
		const struct field *f = &args->fields[i], *same;
		uint32_t offset;

		same = type_field(record, f->data_loc ? arena_printf(k->arena, "__data_loc_%s", f->name) : f->name, &offset);
		if (f->offset >= 8 && (!same || offset != f->offset)) /* before come those of every event */
			return false;
	}
	return true;
}

const struct type *kernel_tracepoint_record(struct kernel *k, const char *event, const struct type *args)
{
	static const char prefix[] = "trace_event_raw_";
	size_t len = sizeof(prefix) - 1, most = 0;
	const struct type *best = kernel_type(k, "struct", arena_printf(k->arena, "%s%s", prefix, event)), *t;

	if (best && is_record_of(k, best, args))
		return best;
	best = NULL;
	/* a class of events: its name begins as theirs do */
	for (uint32_t id = 1; kernel_has_btf(k) && id < btfdata_count(k->data); id++) {
		const struct btf_type *b = btfdata_type(k->data, id);
		const char *name = btfdata_name(k->data, b->name_off);
		size_t same = 0;

		if (!btf_is_struct(b) || strncmp(name, prefix, len))
			continue;
		while (name[len + same] && name[len + same] == event[same])
			same++;
		t = same > most ? convert(k, id) : NULL;
		if (t && is_record_of(k, t, args)) {
			best = t;
			most = same;
		}
	}
	return best;
}

/* each name of a kind of BTF types that begins with prefix, without it */
static void each_of(struct kernel *k, uint32_t kind, const char *prefix, name_fn each, void *arg)
{
	size_t len = strlen(prefix);

	if (!btf_load(k))
		return;
	for (uint32_t id = 1; id < btfdata_count(k->data); id++) {
		const struct btf_type *b = btfdata_type(k->data, id);
		const char *name = btfdata_name(k->data, b->name_off);

		if (btf_kind(b) == kind && *name && !strncmp(name, prefix, len))
			each(name + len, arg);
	}
}

void kernel_each_type(struct kernel *k, const char *keyword, name_fn each, void *arg)
{
	if (str_eq(keyword, "struct"))
		each_of(k, BTF_KIND_STRUCT, "", each, arg);
	else if (str_eq(keyword, "union"))
		each_of(k, BTF_KIND_UNION, "", each, arg);
	else
		each_of(k, BTF_KIND_ENUM, "", each, arg);
}

void kernel_each_raw_tracepoint(struct kernel *k, name_fn each, void *arg)
{
	each_of(k, BTF_KIND_TYPEDEF, "btf_trace_", each, arg);
}

void kernel_each_iterator(struct kernel *k, name_fn each, void *arg)
{
	each_of(k, BTF_KIND_STRUCT, "bpf_iter__", each, arg);
}
