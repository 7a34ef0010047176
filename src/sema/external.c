/* Functions of BPF objects: import "NAME.bpf.o"; import "NAME.bpf.c"; and calls of them. */
#include "sema/pass.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* an image has one */
static void take_license(struct pass *p, const struct library *l, const struct node *import)
{
	const char *why, *note = NULL;

	if (config_set(&p->script->settings, p->arena, "license", l->license, false, &why, &note))
		return;
	error_at(p->diag, import->span,
		 "'%s' is licensed under \"%s\": its functions cannot be used, as tracing needs helpers that the "
		 "kernel has for GPL programs only",
		 l->name, l->license);
}

static void declare(struct pass *p, struct library *l, const struct node *import)
{
	for (size_t i = 0; i < l->nfunctions; i++) {
		struct library_function *f = &l->functions[i];
		const struct library_function *known = dict_find(&p->externals, f->name);

		if (known) {
			error_at(p->diag, import->span, "%s() is in '%s' and in '%s'", f->name, known->library->name,
				 l->name);
			continue;
		}
		dict_set(&p->externals, f->name, f);
	}
	p->libraries = l;
	if (l->license && str_eq(p->script->settings.text[SETTING_license], "GPL")) /* which need not be said */
		take_license(p, l, import);
}

/* what there is to be read at fd, or -errno */
static void import_from(struct pass *p, const struct node *import, const char *path, int fd)
{
	const char *why = fd < 0 ? strerror(-fd) : NULL;
	struct library *l = fd < 0 ? NULL : library_open(p->kernel, path, fd, &why);

	if (l)
		declare(p, l, import);
	else
		error_at(p->diag, import->span, "'%s' is no BPF object to be linked with: %s", path, why);
}

void import_object(struct pass *p, const struct node *import, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	import_from(p, import, path, fd < 0 ? -errno : fd);
}

void import_bpf_c(struct pass *p, const struct node *import, const char *path)
{
	struct buf messages = {0};
	int fd = clang_bpf(p->arena, path, p->options->include_dirs, &messages);

	while (messages.len && messages.data[messages.len - 1] == '\n')
		messages.len--;
	buf_putc(&messages, '\0');
	if (fd == -ENOENT) {
		error_at(p->diag, import->span, "compiling '%s' needs clang, which is not on $PATH", path);
		hint(p->diag,
		     "an object that was compiled elsewhere (clang -target bpf -O2 -g -c) can be imported as .bpf.o");
	} else if (fd < 0) {
		error_at(p->diag, import->span, "clang cannot compile '%s':\n%s", path,
			 fd == -EINVAL ? messages.data : strerror(-fd));
	} else {
		import_from(p, import, path, fd);
	}
	buf_free(&messages);
}

static bool same_pointee(const struct type *a, const struct type *b)
{
	if (a->kind == TYPE_NONE || b->kind == TYPE_NONE)
		return true;
	if (a->kind == TYPE_STRUCT && b->kind == TYPE_STRUCT)
		return a->is_union == b->is_union && str_eq(a->name, b->name);
	if (type_is_int(a) && type_is_int(b))
		return a->size == b->size;
	return type_same(a, b);
}

static bool is_text(const struct type *t)
{
	return t->kind == TYPE_STRING || t->kind == TYPE_BUFFER;
}

/* C would take it, and nothing is lost */
static bool fits(const struct type *t, const struct node *a)
{
	const struct type *is = a->type;

	if (is->kind == TYPE_ERROR)
		return true;
	if (t->kind != TYPE_POINTER)
		return type_is_int(is) && literal_fits(a, t) && (is->literal || is_literal(a) || is->size <= t->size);
	if (is->kind == TYPE_POINTER)
		return same_pointee(t->elem, is->elem);
	if (is_text(is))
		return t->elem->kind == TYPE_NONE || (type_is_int(t->elem) && t->elem->size == 1);
	if (is->kind == TYPE_ARRAY)
		return same_pointee(t->elem, is->elem) || same_pointee(t->elem, is);
	return type_is_int(is) && (is->size == 8 || is_literal(a)); /* an address */
}

/* a struct that the script or the kernel has as well is theirs */
static const struct type *result_type(struct pass *p, const struct type *t)
{
	const struct type *known;

	if (t->kind != TYPE_POINTER || t->elem->kind != TYPE_STRUCT || !*t->elem->name)
		return t;
	known = defined_type(p, t->elem->is_union ? "union" : "struct", t->elem->name);
	return known ? type_pointer(p->types, known, t->space, false) : t;
}

static bool can_be_called(struct pass *p, const struct node *n, const struct library_function *f)
{
	if (f->params->nfields > EXTERNAL_PARAMETERS) {
		wrong(p, n->span, "%s() has %u parameters: BPF functions have %u at most", f->name, f->params->nfields,
		      EXTERNAL_PARAMETERS);
		return false;
	}
	for (uint32_t i = 0; i < f->params->nfields; i++) {
		const struct type *t = f->params->fields[i].type;

		if (t->kind == TYPE_POINTER || (type_is_int(t) && t->size <= 8))
			continue;
		wrong(p, n->span, "%s() takes `%s` by value, a '%s': integers and pointers can be passed", f->name,
		      f->params->fields[i].name, name_of(p, t));
		return false;
	}
	return true;
}

const struct type *infer_external_call(struct pass *p, struct node *n)
{
	const struct library_function *f = n->call.external;
	const struct field *param = f->params->fields;

	for (struct node *a = n->call.args; a; a = a->next) {
		infer_expr(p, a);
		read_aggregate(p, a);
	}
	if (!count_fits(p, n, f->params->nfields) || !can_be_called(p, n, f))
		return &type_error;
	for (const struct node *a = n->call.args; a; a = a->next, param++)
		if (!fits(param->type, a))
			wrong(p, a->span, "Expected %s for argument `%s` got %s", name_of(p, param->type), param->name,
			      name_of(p, a->type));
	return result_type(p, f->result);
}
