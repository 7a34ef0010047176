/* The module, its target, and the bytes that come out: all that depends on LLVM's version. */
#include "codegen/cg.h"

#include <llvm-c/Analysis.h>
#include <llvm-c/ErrorHandling.h>
#include <llvm-c/IRReader.h>
#include <llvm-c/Target.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <llvm/Config/llvm-config.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *codegen_llvm_version(void)
{
	return LLVM_VERSION_STRING;
}

/* by its name; "readnone" is "memory(none)" since LLVM 16 */
LLVMAttributeRef llvm_attribute(struct cg *cg, const char *name)
{
	unsigned memory = LLVMGetEnumAttributeKindForName("memory", strlen("memory"));

	if (memory && str_eq(name, "readnone"))
		return LLVMCreateEnumAttribute(cg->llvm, memory, 0);
	return LLVMCreateEnumAttribute(cg->llvm, LLVMGetEnumAttributeKindForName(name, strlen(name)), 0);
}

/*
 * The C API makes a DIFile without the text of the file, which BTF's line
 * info quotes.  So the module begins as a line of IR that has it.
 */
#define QUOTED_MOST 2000 /* lines: for each, LLVM looks through all others */

static size_t count_lines(const struct source *src)
{
	size_t n = 0;

	for (const char *s = src->text; (s = strchr(s, '\n')); s++)
		n++;
	return n;
}

static LLVMModuleRef module_with_source(struct cg *cg)
{
	const struct source *src = cg->script->source;
	struct buf ir = {0};
	LLVMMemoryBufferRef mem;
	LLVMModuleRef mod;
	char *error;

	buf_puts(&ir, "target triple = \"bpfel\"\n!probe.file = !{!0}\n!0 = !DIFile(filename: \"");
	for (const char *s = src->name; *s; s++)
		buf_printf(&ir, "\\%02X", (unsigned char)*s);
	buf_puts(&ir, "\", directory: \".\"");
	if (count_lines(src) > QUOTED_MOST) {
		buf_puts(&ir, ", source: \"\\0A\""); /* nothing to look through, nor to open */
	} else if (src->len) { /* LLVM 15 falls over an empty one */
		buf_puts(&ir, ", source: \"");
		for (size_t i = 0; i < src->len; i++)
			buf_printf(&ir, "\\%02X", (unsigned char)src->text[i]);
		buf_puts(&ir, "\"");
	}
	buf_puts(&ir, ")\n");
	mem = LLVMCreateMemoryBufferWithMemoryRangeCopy(ir.data, ir.len, "probe");
	buf_free(&ir);
	if (LLVMParseIRInContext(cg->llvm, mem, &mod, &error))
		bug("cannot begin a module: %s", error);
	return mod;
}

/* LLVM would abort: of a script that may be as it is */
static void give_up(const char *why)
{
	bool far = strstr(why, "Branch target out of insn range");

	fprintf(stderr, "ERROR: LLVM cannot emit this program: %s\n", why);
	if (far)
		fputs("HINT: a probe is too long, BPF's jumps reach 32767 instructions: split its block into several probes\n",
		      stderr);
	_exit(1);
}

/* of what LLVM says the first error: "NAME:LINE:COLUMN: in function clause0 i64 (ptr): Looks like ..." */
static void hear(LLVMDiagnosticInfoRef said, void *arg)
{
	struct cg *cg = arg;
	char *text = LLVMGetDiagInfoDescription(said);

	if (LLVMGetDiagInfoSeverity(said) == LLVMDSError && !cg->complaint)
		cg->complaint = arena_strdup(cg->arena, text);
	LLVMDisposeMessage(text);
}

/* the word at the place that begins the complaint, which is left behind */
static struct span complaint_place(struct cg *cg, const char **text)
{
	struct source *src = cg->script->source;
	size_t named = strlen(src->name), len;
	unsigned line, column;
	const char *s;
	int end = 0;
	struct span at = {0};

	if (strncmp(*text, src->name, named) ||
	    sscanf(*text + named, ":%u:%u: in function %*[^:]: %n", &line, &column, &end) != 2 || !end)
		return at;
	*text += named + (size_t)end;
	s = source_line(src, line, &len);
	if (!s || !column || column > len)
		return at;
	s += column - 1;
	at.from = src->base + (uint32_t)(s - src->text);
	at.to = at.from + 1 +
		(uint32_t)strspn(s + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	return at;
}

static void complain(struct cg *cg)
{
	const char *text = cg->complaint;
	struct span at = complaint_place(cg, &text);

	if (strstr(text, "BPF stack limit")) {
		error_at(cg->diag, at, "this takes more than the 512 bytes of stack that a BPF program has");
		hint(cg->diag,
		     "a way out: fewer values that are in use at the same time, or several probes instead of one");
	} else {
		error_at(cg->diag, at, "LLVM cannot emit this program: %s", text);
	}
}

static bool count(struct node **n, void *arg)
{
	(void)n;
	++*(size_t *)arg;
	return true;
}

#define LONG_CLAUSE 6000 /* nodes */

/* a jump reaches 32767 instructions; from v4 on, which Linux 6.6 knows, as far as need be */
static bool is_long(const struct script *s)
{
	for (const struct clause *c = s->clauses; c; c = c->next) {
		struct node *body = c->body;
		size_t nodes = 0;

		node_walk(&body, count, &nodes);
		if (nodes > LONG_CLAUSE)
			return true;
	}
	return false;
}

bool llvm_start(struct cg *cg)
{
	LLVMTargetRef target;
	LLVMTargetDataRef layout;
	LLVMValueRef file;
	char *error;

	LLVMInstallFatalErrorHandler(give_up);
	LLVMInitializeBPFTargetInfo();
	LLVMInitializeBPFTarget();
	LLVMInitializeBPFTargetMC();
	LLVMInitializeBPFAsmPrinter();
	LLVMInitializeBPFAsmParser(); /* for bpf_session_is_return() */
	if (LLVMGetTargetFromTriple("bpfel", &target, &error))
		bug("LLVM has no BPF target: %s", error);
	cg->tm = LLVMCreateTargetMachine(target, "bpfel", is_long(cg->script) ? "v4" : "v3", "",
					 LLVMCodeGenLevelDefault, LLVMRelocDefault, LLVMCodeModelDefault);

	cg->llvm = LLVMContextCreate();
	LLVMContextSetDiagnosticHandler(cg->llvm, hear, cg);
	cg->mod = module_with_source(cg);
	layout = LLVMCreateTargetDataLayout(cg->tm);
	LLVMSetModuleDataLayout(cg->mod, layout);
	LLVMDisposeTargetData(layout);
	cg->b = LLVMCreateBuilderInContext(cg->llvm);
	cg->di = LLVMCreateDIBuilder(cg->mod);
	LLVMGetNamedMetadataOperands(cg->mod, "probe.file", &file);
	cg->file = LLVMValueAsMetadata(file);

	cg->i1 = LLVMInt1TypeInContext(cg->llvm);
	cg->i8 = LLVMInt8TypeInContext(cg->llvm);
	cg->i16 = LLVMInt16TypeInContext(cg->llvm);
	cg->i32 = LLVMInt32TypeInContext(cg->llvm);
	cg->i64 = LLVMInt64TypeInContext(cg->llvm);
	cg->ptr = LLVMPointerTypeInContext(cg->llvm, 0);
	cg->void_ = LLVMVoidTypeInContext(cg->llvm);
	return true;
}

static void take(struct buf *out, LLVMMemoryBufferRef mem)
{
	buf_add(out, LLVMGetBufferStart(mem), LLVMGetBufferSize(mem));
	LLVMDisposeMemoryBuffer(mem);
}

bool llvm_finish(struct cg *cg, enum codegen_stage stage, struct buf *out)
{
	LLVMPassBuilderOptionsRef options;
	LLVMMemoryBufferRef mem;
	LLVMErrorRef err;
	char *error = NULL;

	if (LLVMVerifyModule(cg->mod, LLVMReturnStatusAction, &error))
		bug("the module does not verify: %s", error);
	LLVMDisposeMessage(error);
	if (stage != CODEGEN_IR) {
		options = LLVMCreatePassBuilderOptions();
		err = LLVMRunPasses(cg->mod, "default<O2>", cg->tm, options);
		LLVMDisposePassBuilderOptions(options);
		if (err)
			bug("optimising: %s", LLVMGetErrorMessage(err));
	}
	if (stage == CODEGEN_IR || stage == CODEGEN_IR_OPT) {
		char *ir = LLVMPrintModuleToString(cg->mod);

		buf_puts(out, ir);
		LLVMDisposeMessage(ir);
		return true;
	}
	if (LLVMTargetMachineEmitToMemoryBuffer(
		    cg->tm, cg->mod, stage == CODEGEN_ASM ? LLVMAssemblyFile : LLVMObjectFile, &error, &mem)) {
		error_at(cg->diag, (struct span){0}, "LLVM cannot emit this program: %s", error);
		LLVMDisposeMessage(error);
		return false;
	}
	if (cg->complaint) {
		LLVMDisposeMemoryBuffer(mem);
		if (cg->frugal) /* else it is tried once more */
			complain(cg);
		return false;
	}
	take(out, mem);
	return true;
}

void llvm_stop(struct cg *cg)
{
	LLVMDisposeDIBuilder(cg->di);
	LLVMDisposeBuilder(cg->b);
	LLVMDisposeModule(cg->mod);
	LLVMContextDispose(cg->llvm);
	LLVMDisposeTargetMachine(cg->tm);
}
