/* The kernel's types, from BTF. */
#include "kernel/btf.h"
#include "lang/lang.h"

#include <bpf/btf.h>
#include <string.h>

static const struct type *convert(struct btf_scope *s, uint32_t id);

static const struct type *convert_enum(struct btf_scope *s, const struct btf_type *b)
{
	struct type *e = type_enum_new(s->kernel->types, btfdata_name(s->data, b->name_off), b->size, btf_kflag(b));
	struct enumerator *list = arena_alloc(s->kernel->arena, (btf_vlen(b) + 1) * sizeof(*list));

	for (unsigned i = 0; i < btf_vlen(b); i++) {
		if (btf_is_enum64(b)) {
			list[i].name = btfdata_name(s->data, btf_enum64(b)[i].name_off);
			list[i].value = (int64_t)btf_enum64_value(&btf_enum64(b)[i]);
		} else {
			list[i].name = btfdata_name(s->data, btf_enum(b)[i].name_off);
			list[i].value = btf_enum(b)[i].val;
		}
	}
	e->enumerators = list;
	e->nenumerators = btf_vlen(b);
	e->relocatable = !s->fixed;
	return e;
}

static const struct type *convert_int(struct btf_scope *s, const struct btf_type *b)
{
	unsigned size = b->size;

	if (btf_int_encoding(b) & BTF_INT_BOOL)
		return &type_bool;
	if (size == 16)
		return type_array(s->kernel->types, type_int(s->kernel->types, 8, false), 2);
	return type_int(s->kernel->types, size,
			btf_int_encoding(b) & BTF_INT_SIGNED || btf_int_encoding(b) & BTF_INT_CHAR ||
				!strcmp(btfdata_name(s->data, b->name_off), "char"));
}

/* const, volatile, typedefs and tags taken off */
static uint32_t bare_of(struct btf_scope *s, uint32_t id, bool *user, bool *percpu)
{
	const struct btf_type *b = btfdata_type(s->data, id);

	while (b && (btf_is_mod(b) || btf_is_typedef(b) || btf_is_type_tag(b))) {
		if (btf_is_type_tag(b)) {
			const char *tag = btfdata_name(s->data, b->name_off);

			*user |= !strcmp(tag, "user");
			*percpu |= !strcmp(tag, "percpu");
		}
		id = b->type;
		b = btfdata_type(s->data, id);
	}
	return id;
}

uint32_t btf_strip(struct btf_scope *s, uint32_t id, bool *user)
{
	bool percpu = false;

	return bare_of(s, id, user, &percpu);
}

static void give_fields(struct type *t);

static const struct type *convert_struct(struct btf_scope *s, uint32_t id, const struct btf_type *b)
{
	struct type *t = type_struct_new(s->kernel->types, btfdata_name(s->data, b->name_off), btf_is_union(b));

	t->size = btf_is_fwd(b) ? 0 : b->size;
	t->align = 8;
	t->relocatable = !s->fixed;
	t->btf_id = id;
	t->origin = s;
	t->lazy = btf_is_fwd(b) ? NULL : give_fields;
	t->incomplete = btf_is_fwd(b);
	return t;
}

static const struct type *convert(struct btf_scope *s, uint32_t id)
{
	bool user = false;
	const struct btf_type *b;
	uint32_t bare;
	const struct type *t, **made;

	if (id < btfdata_first(s->data))
		return convert(s->kernel->vmlinux, id);
	if (id >= btfdata_most(s->data))
		return &type_none;
	made = &s->made[id - btfdata_first(s->data)];
	if (*made)
		return *made;
	bare = btf_strip(s, id, &user);
	b = btfdata_type(s->data, bare);
	if (!b || btf_is_void(b) || btf_is_func_proto(b)) {
		t = &type_none;
	} else if (btf_is_int(b)) {
		t = convert_int(s, b);
	} else if (btf_is_ptr(b)) {
		bool to_user = user, percpu = false;

		bare_of(s, b->type, &to_user, &percpu); /* what is per CPU is not where the pointer says */
		t = type_pointer(s->kernel->types, convert(s, b->type),
				 to_user  ? SPACE_USER
				 : percpu ? SPACE_NONE
					  : SPACE_KERNEL,
				 false);
	} else if (btf_is_array(b)) {
		t = type_array(s->kernel->types, convert(s, btf_array(b)->type), btf_array(b)->nelems);
	} else if (bare != id) { /* a struct or an enum is made once */
		t = convert(s, bare);
	} else if (btf_is_any_enum(b)) {
		t = convert_enum(s, b);
	} else if (btf_is_composite(b) || btf_is_fwd(b)) {
		t = convert_struct(s, id, b);
	} else {
		t = &type_none;
	}
	return *made = t;
}

static void give_fields(struct type *t)
{
	struct btf_scope *s = (struct btf_scope *)t->origin;
	const struct btf_type *b = btfdata_type(s->data, t->btf_id);
	struct field *fields = arena_alloc(s->kernel->arena, (btf_vlen(b) + 1) * sizeof(*fields));

	for (unsigned i = 0; i < btf_vlen(b); i++) {
		const struct btf_member *m = &btf_members(b)[i];
		uint32_t bits = btf_member_bit_offset(b, i), width = btf_member_bitfield_size(b, i), unit;
		struct field *f = &fields[i];

		f->name = btfdata_name(s->data, m->name_off);
		f->type = convert(s, m->type);
		if (!*f->name)
			type_complete(f->type);
		f->offset = bits / 8;
		if (width) {
			unit = f->type->size ? f->type->size * 8 : 32;
			f->offset = bits / unit * (unit / 8);
			f->bit_offset = (uint8_t)(bits % unit);
			f->bit_size = (uint8_t)width;
		}
	}
	t->fields = fields;
	t->nfields = btf_vlen(b);
}

const struct type *kernel_type(struct kernel *k, const char *keyword, const char *name)
{
	static const struct {
		const char *keyword;
		uint32_t kind;
	} kinds[] = {
		{"struct", BTF_KIND_STRUCT}, {"union", BTF_KIND_UNION},     {"enum", BTF_KIND_ENUM},
		{"enum", BTF_KIND_ENUM64},   {"typedef", BTF_KIND_TYPEDEF}, {"int", BTF_KIND_INT},
	};

	for (struct btf_scope *s = btf_kernel(k); s; s = btf_next(s))
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
			int id;

			if (keyword && !str_eq(keyword, kinds[i].keyword))
				continue;
			id = btfdata_find(s->data, name, kinds[i].kind);
			if (id > 0)
				return convert(s, (uint32_t)id);
		}
	return NULL;
}

static bool enumerator_in(struct btf_scope *s, const char *name, int64_t *value, const struct type **type)
{
	const struct btf_type *b;

	for (uint32_t id = btfdata_first(s->data); (b = btfdata_type(s->data, id)); id++) {
		if (!btf_is_any_enum(b))
			continue;
		for (unsigned i = 0; i < btf_vlen(b); i++) {
			uint32_t off = btf_is_enum64(b) ? btf_enum64(b)[i].name_off : btf_enum(b)[i].name_off;

			if (strcmp(btfdata_name(s->data, off), name))
				continue;
			*value = btf_is_enum64(b) ? (int64_t)btf_enum64_value(&btf_enum64(b)[i]) : btf_enum(b)[i].val;
			*type = convert(s, id);
			return true;
		}
	}
	return false;
}

bool kernel_enumerator(struct kernel *k, const char *name, int64_t *value, const struct type **type)
{
	for (struct btf_scope *s = btf_kernel(k); s; s = btf_next(s))
		if (enumerator_in(s, name, value, type))
			return true;
	return false;
}

/* parameters of a prototype, less the first skip, as the fields of a struct */
static const struct type *parameters(struct btf_scope *scope, const char *name, uint32_t proto_id, unsigned skip,
				     const struct type **result)
{
	const struct btf_type *b = btfdata_type(scope->data, proto_id);
	const struct btf_param *p;
	struct type *s;
	struct field *fields;
	uint32_t offset = 0;
	unsigned n;

	if (!b || !btf_is_func_proto(b) || btf_vlen(b) < skip)
		return NULL;
	p = btf_params(b) + skip;
	n = btf_vlen(b) - skip;
	s = type_struct_new(scope->kernel->types, arena_strdup(scope->kernel->arena, name), false);
	fields = arena_alloc(scope->kernel->arena, (n + 1) * sizeof(*fields));
	for (unsigned i = 0; i < n; i++) {
		const struct type *t = convert(scope, p[i].type);

		if (t->kind == TYPE_POINTER) {
			bool to_struct = t->elem->kind == TYPE_STRUCT && !t->elem->incomplete &&
					 t->space == SPACE_KERNEL && !scope->fixed;

			t = type_pointer(scope->kernel->types, t->elem, t->space, to_struct);
		}
		fields[i] =
			(struct field){.name = btfdata_name(scope->data, p[i].name_off), .type = t, .offset = offset};
		offset += t->kind == TYPE_POINTER || t->size <= 8 ? 8 : (t->size + 7) / 8 * 8;
	}
	s->fields = fields;
	s->nfields = n;
	s->size = offset;
	s->align = 8;
	if (result)
		*result = convert(scope, b->type);
	return s;
}

const struct type *btf_parameters(struct btf_scope *s, const char *name, uint32_t proto, const struct type **result)
{
	return parameters(s, name, proto, 0, result);
}

struct btf_scope *btf_function(struct kernel *k, const char *module, const char *function, uint32_t *proto)
{
	struct btf_scope *s = module && *module ? btf_module(k, module) : btf_kernel(k);

	while (s) {
		int id = btfdata_find(s->data, function, BTF_KIND_FUNC);

		if (id > 0) {
			*proto = btfdata_type(s->data, (uint32_t)id)->type;
			return s;
		}
		s = module && *module ? NULL : btf_next(s);
	}
	return NULL;
}

const struct type *kernel_function(struct kernel *k, const char *module, const char *function,
				   const struct type **result)
{
	uint32_t id;
	struct btf_scope *s = btf_function(k, module, function, &id);

	return s ? parameters(s, function, id, 0, result) : NULL;
}

int kernel_function_id(struct kernel *k, const char *name)
{
	int id = btf_kernel(k) ? btfdata_find(k->vmlinux->data, name, BTF_KIND_FUNC) : -1;

	return id > 0 ? id : 0;
}

bool kernel_kfunc(struct kernel *k, const char *name)
{
	for (struct btf_scope *s = btf_kernel(k); s; s = btf_next(s)) {
		int id = btfdata_find(s->data, name, BTF_KIND_FUNC);
		const struct btf_type *b;

		for (uint32_t i = btfdata_first(s->data); id > 0 && (b = btfdata_type(s->data, i)); i++) {
			if (btf_is_decl_tag(b) && b->type == (uint32_t)id &&
			    !strcmp(btfdata_name(s->data, b->name_off), "bpf_kfunc"))
				return true;
		}
	}
	return false;
}

const struct type *kernel_variable(struct kernel *k, const char *name)
{
	for (struct btf_scope *s = btf_kernel(k); s; s = btf_next(s)) {
		int id = btfdata_find(s->data, name, BTF_KIND_VAR);

		if (id > 0)
			return convert(s, btfdata_type(s->data, (uint32_t)id)->type);
	}
	return NULL;
}

const struct type *kernel_raw_tracepoint(struct kernel *k, const char *event)
{
	char *name = arena_printf(k->arena, "btf_trace_%s", event);

	for (struct btf_scope *s = btf_kernel(k); s; s = btf_next(s)) {
		/* the function that calls the probes has the same parameters, with their names */
		int id = btfdata_find(s->data, arena_printf(k->arena, "__traceiter_%s", event), BTF_KIND_FUNC);
		const struct btf_type *b;

		if (id > 0)
			return parameters(s, name, btfdata_type(s->data, (uint32_t)id)->type, 1, NULL);
		id = btfdata_find(s->data, name, BTF_KIND_TYPEDEF);
		if (id < 0)
			continue;
		b = btfdata_type(s->data, btfdata_type(s->data, (uint32_t)id)->type);
		return b && btf_is_ptr(b) ? parameters(s, name, b->type, 1, NULL) : NULL;
	}
	return NULL;
}

static int id_here(struct kernel *k, const char *name, uint32_t kind)
{
	int id = btf_kernel(k) && !k->elsewhere ? btfdata_find(k->vmlinux->data, name, kind) : 0;

	return id > 0 ? id : 0;
}

int kernel_raw_tracepoint_id(struct kernel *k, const char *event)
{
	return id_here(k, arena_printf(k->arena, "btf_trace_%s", event), BTF_KIND_TYPEDEF);
}

int kernel_traced_id(struct kernel *k, const char *function)
{
	return id_here(k, function, BTF_KIND_FUNC);
}

const struct type *kernel_iterator(struct kernel *k, const char *name)
{
	char *function = arena_printf(k->arena, "bpf_iter_%s", name);

	for (struct btf_scope *s = btf_kernel(k); s; s = btf_next(s))
		if (btfdata_find(s->data, function, BTF_KIND_FUNC) > 0)
			return kernel_type(k, "struct", arena_printf(k->arena, "bpf_iter__%s", name));
	return NULL;
}

/* has the record all fields of the event where the event has them? */
static bool is_record_of(struct kernel *k, const struct type *record, const struct type *args)
{
	type_complete(record);
	for (uint32_t i = 0; i < args->nfields; i++) {
		const struct field *f = &args->fields[i], *same;
		uint32_t offset;

		same = type_field(record, f->data_loc ? arena_printf(k->arena, "__data_loc_%s", f->name) : f->name,
				  &offset);
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
	const struct btf_type *b;

	if (best && is_record_of(k, best, args))
		return best;
	best = NULL;
	/* a class of events: its name begins as theirs do */
	for (struct btf_scope *s = btf_kernel(k); s; s = btf_next(s))
		for (uint32_t id = btfdata_first(s->data); (b = btfdata_type(s->data, id)); id++) {
			const char *name = btfdata_name(s->data, b->name_off);
			size_t same = 0;

			if (!btf_is_struct(b) || strncmp(name, prefix, len))
				continue;
			while (name[len + same] && name[len + same] == event[same])
				same++;
			t = same > most ? convert(s, id) : NULL;
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
	const struct btf_type *b;

	for (struct btf_scope *s = btf_kernel(k); s; s = btf_next(s))
		for (uint32_t id = btfdata_first(s->data); (b = btfdata_type(s->data, id)); id++) {
			const char *name = btfdata_name(s->data, b->name_off);

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
