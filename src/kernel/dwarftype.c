/* Types of programs, from DWARF; members of structs are looked at when they are asked for. */
#include "kernel/dwarf.h"

#include <stdlib.h>
#include <string.h>

#define MOST_DEPTH 64 /* of arrays of arrays and the like: more is a DWARF that lies */

static const struct type *convert(struct program *p, Dwarf_Die *die, unsigned depth);
static void give_fields(struct type *s);

static const struct type *raw(struct program *p, uint64_t size)
{
	return size && size < 1 << 20 ? type_array(p->types, type_int(p->types, 1, false), (uint32_t)size) : &type_none;
}

static const struct type *base_type(struct program *p, Dwarf_Die *die)
{
	uint64_t size = die_number(die, DW_AT_byte_size, 0), encoding = die_number(die, DW_AT_encoding, 0);

	switch (encoding) {
	case DW_ATE_boolean:
		return size == 1 ? &type_bool : type_int(p->types, size == 2 || size == 4 ? (unsigned)size : 8, false);
	case DW_ATE_signed:
	case DW_ATE_signed_char:
	case DW_ATE_unsigned:
	case DW_ATE_unsigned_char:
	case DW_ATE_UTF:
	case DW_ATE_address:
		if (size == 1 || size == 2 || size == 4 || size == 8)
			return type_int(p->types, (unsigned)size,
					encoding == DW_ATE_signed || encoding == DW_ATE_signed_char);
		if (size == 16)
			return type_array(p->types, type_int(p->types, 8, false), 2);
		break;
	}
	return raw(p, size); /* floating-point numbers: their bytes */
}

static const struct type *array_type(struct program *p, Dwarf_Die *die, unsigned depth)
{
	uint32_t counts[8];
	unsigned n = 0;
	Dwarf_Die child, elem;
	const struct type *t = die_type(die, &elem) ? convert(p, &elem, depth + 1) : &type_none;

	if (!dwarf_child(die, &child))
		do {
			uint64_t count;

			if (dwarf_tag(&child) != DW_TAG_subrange_type || n == ARRAY_SIZE(counts))
				continue;
			count = die_count(&child);
			counts[n++] = count < 1 << 24 ? (uint32_t)count : 0;
		} while (!dwarf_siblingof(&child, &child));
	if (t->kind == TYPE_NONE)
		return t;
	if (!n)
		return type_array(p->types, t, 0);
	while (n--) {
		if ((uint64_t)t->size * counts[n] > 1 << 24)
			return &type_none;
		t = type_array(p->types, t, counts[n]);
	}
	return t;
}

static const struct type *enum_type(struct program *p, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);
	uint64_t size = die_number(die, DW_AT_byte_size, 4);
	struct type *e;
	struct enumerator *list;
	uint32_t n = 0;
	Dwarf_Die child;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		size = 4;
	if (!dwarf_child(die, &child))
		do
			n += dwarf_tag(&child) == DW_TAG_enumerator;
		while (!dwarf_siblingof(&child, &child));
	e = type_enum_new(p->types, name ? arena_strdup(p->arena, name) : "", (unsigned)size, false);
	list = arena_alloc(p->arena, (n + 1) * sizeof(*list));
	e->enumerators = list;
	if (n && !dwarf_child(die, &child))
		do {
			Dwarf_Attribute a;
			Dwarf_Sword value = 0;
			const char *is = dwarf_diename(&child);

			if (dwarf_tag(&child) != DW_TAG_enumerator || e->nenumerators == n)
				continue;
			if (dwarf_attr(&child, DW_AT_const_value, &a))
				dwarf_formsdata(&a, &value);
			list[e->nenumerators++] = (struct enumerator){is ? arena_strdup(p->arena, is) : "", value};
			e->is_signed |= value < 0;
		} while (!dwarf_siblingof(&child, &child));
	return e;
}

static const struct type *struct_type(struct program *p, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);
	struct type *s = type_struct_new(p->types, name ? arena_strdup(p->arena, name) : "",
					 dwarf_tag(die) == DW_TAG_union_type);
	uint64_t size = die_number(die, DW_AT_byte_size, 0);

	s->incomplete = die_number(die, DW_AT_declaration, 0);
	s->size = size < 1 << 24 ? (uint32_t)size : 0;
	s->align = 8;
	if (s->incomplete)
		return s;
	if (!(p->ndies & (p->ndies - 1))) {
		Dwarf_Die *more = arena_alloc(p->arena, (p->ndies ? 2 * p->ndies : 1) * sizeof(*more));

		if (p->ndies)
			memcpy(more, p->dies, p->ndies * sizeof(*more));
		p->dies = more;
	}
	p->dies[p->ndies] = *die;
	s->btf_id = p->ndies++;
	s->origin = p;
	s->lazy = give_fields;
	return s;
}

static const struct type *convert(struct program *p, Dwarf_Die *die, unsigned depth)
{
	const struct type *t;
	Dwarf_Die to;
	char key[32];

	if (depth > MOST_DEPTH)
		return &type_none;
	snprintf(key, sizeof(key), "%p", die->addr);
	t = dict_find(&p->made, key);
	if (t)
		return t;
	switch (dwarf_tag(die)) {
	case DW_TAG_base_type:
		t = base_type(p, die);
		break;
	case DW_TAG_pointer_type:
	case DW_TAG_reference_type:
	case DW_TAG_rvalue_reference_type:
		t = type_pointer(p->types, die_type(die, &to) ? convert(p, &to, depth + 1) : &type_none, SPACE_USER,
				 false);
		break;
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
		t = struct_type(p, die);
		break;
	case DW_TAG_enumeration_type:
		t = enum_type(p, die);
		break;
	case DW_TAG_array_type:
		t = array_type(p, die, depth);
		break;
	case DW_TAG_ptr_to_member_type:
	case DW_TAG_unspecified_type: /* decltype(nullptr) */
		t = type_int(p->types, 8, false);
		break;
	default:
		t = &type_none;
	}
	dict_set(&p->made, key, (void *)t);
	return t;
}

const struct type *program_type_of(struct program *p, Dwarf_Die *die)
{
	Dwarf_Die type;

	return die_type(die, &type) ? convert(p, &type, 0) : &type_none;
}

uint64_t die_member_offset(Dwarf_Die *member)
{
	Dwarf_Attribute a;
	Dwarf_Word offset = 0;
	Dwarf_Op *ops;
	size_t n;

	if (!dwarf_attr(member, DW_AT_data_member_location, &a))
		return 0;
	if (!dwarf_formudata(&a, &offset))
		return offset;
	if (!dwarf_getlocation(&a, &ops, &n) && n == 1 && ops[0].atom == DW_OP_plus_uconst)
		return ops[0].number;
	return 0;
}

static void member_bits(Dwarf_Die *member, struct field *f)
{
	uint64_t width = die_number(member, DW_AT_bit_size, 0), unit = 8ull * (f->type->size ? f->type->size : 4), bits;

	if (!width || width > 64)
		return;
	if (dwarf_hasattr(member, DW_AT_data_bit_offset))
		bits = die_number(member, DW_AT_data_bit_offset, 0);
	else /* before DWARF 4 it counts from the most significant bit of the storage */
		bits = 8ull * f->offset + 8 * die_number(member, DW_AT_byte_size, f->type->size) -
		       die_number(member, DW_AT_bit_offset, 0) - width;
	f->offset = (uint32_t)(bits / unit * (unit / 8));
	f->bit_offset = (uint8_t)(bits % unit);
	f->bit_size = (uint8_t)width;
}

static void give_fields(struct type *s)
{
	struct program *p = (struct program *)s->origin;
	struct field *fields;
	uint32_t n = 0, i = 0;
	Dwarf_Die child;

	if (dwarf_child(&p->dies[s->btf_id], &child))
		return;
	do
		n++;
	while (!dwarf_siblingof(&child, &child));
	fields = arena_alloc(p->arena, (n + 1) * sizeof(*fields));
	dwarf_child(&p->dies[s->btf_id], &child);
	do {
		const char *name = dwarf_diename(&child);
		int tag = dwarf_tag(&child);
		struct field *f = &fields[i];
		uint64_t offset = die_member_offset(&child);

		if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || i == n ||
		    die_number(&child, DW_AT_external, 0) || offset > s->size)
			continue;
		f->name = tag == DW_TAG_member && name ? arena_strdup(p->arena, name) : "";
		f->type = program_type_of(p, &child);
		f->offset = (uint32_t)offset;
		if (f->type->kind == TYPE_NONE || (f->type->size > s->size - offset))
			continue;
		if (!*f->name)
			type_complete(f->type);
		member_bits(&child, f);
		i++;
	} while (!dwarf_siblingof(&child, &child));
	s->fields = fields;
	s->nfields = i;
}

/* "struct foo" and so on to the first definition of that name; C++ namespaces are looked into */
static void name_types(struct program *p, Dwarf_Die *scope, unsigned depth)
{
	Dwarf_Die child;

	if (depth > 8 || dwarf_child(scope, &child))
		return;
	do {
		static const struct {
			int tag;
			const char *keyword;
		} kinds[] = {
			{DW_TAG_structure_type, "struct "},
			{DW_TAG_class_type, "struct "},
			{DW_TAG_union_type, "union "},
			{DW_TAG_enumeration_type, "enum "},
			{DW_TAG_typedef, ""},
		};
		int tag = dwarf_tag(&child);
		const char *name = dwarf_diename(&child);

		if (tag == DW_TAG_namespace)
			name_types(p, &child, depth + 1);
		for (size_t i = 0; name && i < ARRAY_SIZE(kinds); i++) {
			char key[256];

			if (tag != kinds[i].tag || die_number(&child, DW_AT_declaration, 0))
				continue;
			snprintf(key, sizeof(key), "%s%s", kinds[i].keyword, name);
			if (!dict_find(&p->names, key))
				dict_set(&p->names, key, arena_memdup(p->arena, &child, sizeof(child)));
		}
	} while (!dwarf_siblingof(&child, &child));
}

static void name_all(struct program *p)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die die, sub;

	p->named = true;
	while (!dwarf_get_units(p->dwarf, cu, &cu, NULL, NULL, &die, &sub))
		name_types(p, &die, 0);
}

const struct type *program_named(struct program *p, const char *keyword, const char *name)
{
	static const char *const keywords[] = {"struct", "union", "enum", ""};
	Dwarf_Die *die, type;
	char key[256];

	if (!p->dwarf)
		return NULL;
	if (!p->named)
		name_all(p);
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (keyword && !str_eq(keyword, keywords[i]))
			continue;
		snprintf(key, sizeof(key), "%s%s%s", keywords[i], *keywords[i] ? " " : "", name);
		die = dict_find(&p->names, key);
		if (!die)
			continue;
		if (dwarf_tag(die) != DW_TAG_typedef)
			return convert(p, die, 0);
		return die_type(die, &type) ? convert(p, &type, 0) : NULL;
	}
	return NULL;
}

struct programs {
	struct arena *arena;
	struct types *types;
	struct program *list;
};

struct programs *programs_open(struct arena *a, struct types *t)
{
	struct programs *ps = arena_alloc(a, sizeof(*ps));

	ps->arena = a;
	ps->types = t;
	return ps;
}

void programs_close(struct programs *ps)
{
	for (struct program *p = ps ? ps->list : NULL; p; p = p->next)
		elf_close(p->file);
}

struct program *program_at(struct programs *ps, const char *path)
{
	struct program *p;
	int err;

	for (p = ps->list; p; p = p->next)
		if (str_eq(p->path, path))
			return p;
	p = arena_alloc(ps->arena, sizeof(*p));
	p->path = arena_strdup(ps->arena, path);
	p->arena = ps->arena;
	p->types = ps->types;
	p->file = elf_open(path, &err);
	p->dwarf = p->file ? elf_dwarf(p->file) : NULL;
	dict_init(&p->made, p->arena);
	dict_init(&p->names, p->arena);
	p->next = ps->list;
	ps->list = p;
	return p;
}

struct elf_file *program_file(struct program *p)
{
	return p->file;
}

bool program_has_dwarf(struct program *p)
{
	return p->dwarf != NULL;
}

void die_type_text(Dwarf_Die *die, struct buf *out)
{
	Dwarf_Attribute a;
	Dwarf_Die type;
	const char *name;

	for (unsigned depth = 0; depth < MOST_DEPTH; depth++) {
		if (!dwarf_attr_integrate(die, DW_AT_type, &a) || !dwarf_formref_die(&a, &type)) {
			buf_puts(out, "void");
			return;
		}
		name = dwarf_diename(&type);
		switch (dwarf_tag(&type)) {
		case DW_TAG_const_type:
			buf_puts(out, "const ");
			break;
		case DW_TAG_volatile_type:
			buf_puts(out, "volatile ");
			break;
		case DW_TAG_pointer_type:
			die_type_text(&type, out);
			buf_puts(out, " *");
			return;
		case DW_TAG_reference_type:
			die_type_text(&type, out);
			buf_puts(out, " &");
			return;
		case DW_TAG_rvalue_reference_type:
			die_type_text(&type, out);
			buf_puts(out, " &&");
			return;
		case DW_TAG_array_type:
			die_type_text(&type, out);
			buf_puts(out, "[]");
			return;
		case DW_TAG_subroutine_type:
			die_type_text(&type, out);
			buf_puts(out, " ()");
			return;
		case DW_TAG_structure_type:
			buf_printf(out, "struct %s", name ? name : "{...}");
			return;
		case DW_TAG_union_type:
			buf_printf(out, "union %s", name ? name : "{...}");
			return;
		case DW_TAG_enumeration_type:
			buf_printf(out, "enum %s", name ? name : "{...}");
			return;
		default:
			if (name) {
				buf_puts(out, name);
				return;
			}
		}
		*die = type;
	}
}
