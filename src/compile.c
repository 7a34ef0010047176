/* The pipeline, one function: parse, sema, codegen; each stage can print itself. */
#include "compile.h"

#include "ast/ast.h"
#include "codegen/codegen.h"
#include "image/image.h"
#include "kernel/kernel.h"
#include "parser/parser.h"

#include <stdlib.h>
#include <string.h>

struct job {
	struct arena *arena;
	struct sources sources;
	struct diag diag;
	struct types *types;
	struct kernel *kernel;
	struct script *script;
};

static void job_begin(struct job *j, const char *name, const char *text, size_t len, const struct compile_options *o)
{
	j->arena = arena_new();
	sources_init(&j->sources, j->arena);
	diag_init(&j->diag, j->arena, &j->sources);
	j->diag.silent = o->silent;
	j->diag.verbose = o->verbose;
	j->types = types_new(j->arena);
	j->kernel = kernel_open(j->arena, j->types);
	j->script = parse_script(j->arena, j->types, &j->diag, sources_add(&j->sources, name, text, len));
}

static bool job_end(struct job *j, const struct compile_options *o)
{
	bool ok = !j->diag.errors;

	if (j->diag.errors || j->diag.warnings)
		depends_unknown(); /* what was said would not be said again */
	fflush(stdout);
	diag_flush(&j->diag, stderr, o->colour);
	kernel_close(j->kernel);
	arena_free(j->arena);
	return ok;
}

static bool wanted(const struct compile_options *o, enum stage stage)
{
	return o->dump & 1u << stage;
}

/* is this the last stage anybody wants to see? */
static bool last(const struct compile_options *o, enum stage stage)
{
	return o->dump && o->dump < 2u << stage;
}

static bool generate(struct job *j, const struct compile_options *o, enum codegen_stage stage, struct buf *out)
{
	return codegen(j->script, j->kernel, &j->diag,
		       &(struct codegen_options){.portable = o->sema.late,
						 .roll = o->roll,
						 .ahead = stage == CODEGEN_OBJECT ? o->ahead : NULL},
		       stage, out);
}

static void dump_code(struct job *j, const struct compile_options *o, enum codegen_stage stage)
{
	struct buf text = {0};

	if (generate(j, o, stage, &text))
		fwrite(text.data, 1, text.len, stdout);
	buf_free(&text);
}

/* PREFIX.original.ll and PREFIX.optimized.ll */
static bool write_code(struct job *j, const struct compile_options *o, enum codegen_stage stage, const char *suffix)
{
	const char *path = arena_printf(j->arena, "%s.%s.ll", o->emit_llvm, suffix);
	struct buf text = {0};
	bool ok = generate(j, o, stage, &text);
	FILE *out = ok ? fopen(path, "we") : NULL;

	if (ok && (!out || fwrite(text.data, 1, text.len, out) != text.len || fclose(out))) {
		error_at(&j->diag, (struct span){0}, "cannot write %s", path);
		ok = false;
	}
	buf_free(&text);
	return ok;
}

/* with the objects whose functions are called */
static bool link_objects(struct job *j, struct buf *image)
{
	const char *why;

	if (!j->script->libraries || libraries_link(j->script->libraries, j->arena, image, &why))
		return true;
	error_at(&j->diag, j->script->imports ? j->script->imports->span : (struct span){0},
		 "the script and what it imports cannot be linked: %s", why);
	if (strstr(why, "'license'"))
		hint(&j->diag,
		     "all of them must have the same license: config = { license = \"Dual BSD/GPL\" } says that of the script");
	return false;
}

static void dump_image(struct job *j, const struct buf *image)
{
	const char *why;
	struct image *im = image_read(j->arena, image->data, image->len, &why);

	if (!im)
		bug("the image cannot be read back: %s", why);
	image_dump(im, stdout);
}

static void work(struct job *j, const struct compile_options *o, struct buf *image)
{
	if (wanted(o, STAGE_ast))
		ast_dump(j->script, stdout);
	if (last(o, STAGE_ast) || j->diag.errors)
		return;
	if (!sema(j->script, j->kernel, &j->diag, &o->sema))
		return;
	if (wanted(o, STAGE_types))
		ast_dump(j->script, stdout);
	if (last(o, STAGE_types))
		return;
	if (wanted(o, STAGE_codegen))
		dump_code(j, o, CODEGEN_IR);
	if (wanted(o, STAGE_codegen_opt))
		dump_code(j, o, CODEGEN_IR_OPT);
	if (wanted(o, STAGE_asm))
		dump_code(j, o, CODEGEN_ASM);
	if (last(o, STAGE_asm) || j->diag.errors)
		return;
	if (o->emit_llvm &&
	    (!write_code(j, o, CODEGEN_IR, "original") || !write_code(j, o, CODEGEN_IR_OPT, "optimized")))
		return;
	if (!generate(j, o, CODEGEN_OBJECT, image) || !link_objects(j, image))
		return;
	if (wanted(o, STAGE_image))
		dump_image(j, image);
}

bool compile(const char *name, const char *text, size_t len, const struct compile_options *o, struct buf *image)
{
	struct job j;

	job_begin(&j, name, text, len, o);
	work(&j, o, image);
	return job_end(&j, o);
}

bool compile_list(const char *name, const char *text, size_t len, const struct compile_options *o, FILE *out)
{
	struct job j;

	job_begin(&j, name, text, len, o);
	if (!j.diag.errors && sema(j.script, j.kernel, &j.diag, &o->sema))
		for (const struct clause *c = j.script->clauses; c; c = c->next)
			for (size_t i = 0; i < c->nattaches; i++)
				if (c->attaches[i].kind > ATTACH_self)
					fprintf(out, "%s\n", c->attaches[i].name);
	return job_end(&j, o);
}

const char *compiler_version(void)
{
	return codegen_llvm_version();
}

bool compile_format(const char *name, const char *text, size_t len, const struct compile_options *o, struct buf *out)
{
	struct job j;

	job_begin(&j, name, text, len, o);
	if (!j.diag.errors)
		ast_format(j.script, out);
	return job_end(&j, o);
}
