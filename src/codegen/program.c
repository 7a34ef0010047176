/* A clause as a program, the programs as an image. */
#include "codegen/cg.h"
#include "provider/provider.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

/* Kinds whose programs the kernel runs with preemption off, or not at the same time twice on a CPU. */
static const bool undisturbed[ATTACH_COUNT] = {
	[ATTACH_begin] = true,     [ATTACH_end] = true,        [ATTACH_self] = true,       [ATTACH_kprobe] = true,
	[ATTACH_kretprobe] = true, [ATTACH_tracepoint] = true, [ATTACH_profile] = true,    [ATTACH_interval] = true,
	[ATTACH_software] = true,  [ATTACH_hardware] = true,   [ATTACH_watchpoint] = true, [ATTACH_test] = true,
	[ATTACH_bench] = true,     [ATTACH_sys_enter] = true,  [ATTACH_sys_exit] = true,
};

/* Kinds that -p filters in the program (P-012); the others are attached to the process. */
static const bool filtered[ATTACH_COUNT] = {
	[ATTACH_kprobe] = true,     [ATTACH_kretprobe] = true,     [ATTACH_fentry] = true,    [ATTACH_fexit] = true,
	[ATTACH_tracepoint] = true, [ATTACH_rawtracepoint] = true, [ATTACH_sys_enter] = true, [ATTACH_sys_exit] = true,
};

bool cg_preemptible(const struct clause *c)
{
	return !undisturbed[c->provider->kind];
}

/* A function; code goes on in its first block.  Local ones are called by helpers. */
void cg_fn_begin(struct cg *cg, struct cg_fn *f, const char *name, LLVMTypeRef type, struct span span)
{
	bool local = cg->fn != NULL;

	f->outer = cg->fn;
	f->before = LLVMGetInsertBlock(cg->b);
	f->place = LLVMGetCurrentDebugLocation2(cg->b);
	f->fn = LLVMAddFunction(cg->mod, name, type);
	if (local) {
		LLVMSetLinkage(f->fn, LLVMInternalLinkage);
		LLVMAddAttributeAtIndex(f->fn, LLVMAttributeFunctionIndex, llvm_attribute(cg, "noinline"));
	}
	LLVMAddAttributeAtIndex(f->fn, LLVMAttributeFunctionIndex, llvm_attribute(cg, "nounwind"));
	f->scope = debug_function(cg, f->fn, name, span, LLVMCountParamTypes(type), local);
	cg->fn = f;
	f->entry = cg_block(cg, "entry");
	cg_at(cg, cg_block(cg, "begin"));
	LLVMSetCurrentDebugLocation2(cg->b, NULL);
	debug_place(cg, span);
}

void cg_fn_inner(struct cg *cg, struct cg_fn *f, const char *name, LLVMTypeRef type, struct span span)
{
	cg_fn_begin(cg, f, name, type, span);
	f->frame = LLVMGetParam(f->fn, LLVMCountParamTypes(type) - 1);
	f->ctx = LLVMBuildLoad2(cg->b, cg->ptr, cg_frame(cg, FRAME_CTX), "ctx");
	f->scratch = cg_alloca(cg, cg->ptr, 8);
	LLVMBuildStore(cg->b, LLVMBuildLoad2(cg->b, cg->ptr, cg_frame(cg, FRAME_SCRATCH), ""), f->scratch);
}

void cg_fn_end(struct cg *cg, struct cg_fn *f)
{
	cg_at(cg, f->entry);
	LLVMBuildBr(cg->b, LLVMGetNextBasicBlock(f->entry));
	if (f->before)
		cg_at(cg, f->before);
	cg->fn = f->outer;
	LLVMSetCurrentDebugLocation2(cg->b, f->place);
}

/*
 * Memory that nobody else writes to while the program runs, or out:
 *	p = bpf_map_lookup_elem(&map, &zero) or bpf_task_storage_get(&map, task, NULL, CREATE)
 *	if (!p) return
 */
LLVMValueRef cg_memory(struct cg *cg, const char *name, uint32_t size)
{
	bool task = cg_preemptible(cg->clause);
	struct btf_map def = {
		.type = task ? BPF_MAP_TYPE_TASK_STORAGE : BPF_MAP_TYPE_PERCPU_ARRAY,
		.max_entries = task ? 0 : 1,
		.key_size = 4,
		.value_size = size,
		.flags = task ? BPF_F_NO_PREALLOC : 0,
		.typed = task,
	};
	LLVMValueRef map = debug_map(cg, name, &def), key, p;
	struct cg_if f;

	if (task) {
		p = cg_helper_ptr(cg, BPF_FUNC_task_storage_get, 4, map, cg_task(cg), cg_num(cg, 0),
				  cg_num(cg, BPF_LOCAL_STORAGE_GET_F_CREATE));
	} else {
		key = cg_alloca(cg, cg->i32, 4);
		LLVMBuildStore(cg->b, cg_num32(cg, 0), key);
		p = cg_helper_ptr(cg, BPF_FUNC_map_lookup_elem, 2, map, key);
	}
	f = cg_if(cg, LLVMBuildIsNull(cg->b, p, ""));
	cg_count_loss(cg, LOSS_clause, cg->clause->id);
	LLVMBuildBr(cg->b, cg->fn->body_end);
	cg_end_if(cg, &f);
	return p;
}

void cg_quit_if(struct cg *cg, LLVMValueRef i1)
{
	struct cg_if f = cg_if(cg, i1);

	cg_goto(cg, cg->fn->body_end);
	cg_end_if(cg, &f);
}

static void get_scratch(struct cg *cg)
{
	LLVMValueRef p = cg_memory(cg, arena_printf(cg->arena, "scratch%u", cg->clause->id), cg->slot_max);

	LLVMBuildStore(cg->b, p, cg->fn->scratch);
	LLVMBuildStore(cg->b, p, cg_frame(cg, FRAME_SCRATCH));
}

/* if (params.target_pid && pid != params.target_pid) return */
static void filter_process(struct cg *cg)
{
	const struct type word = {.kind = TYPE_INT, .size = 4};
	const struct node pid = {.kind = NODE_IDENT, .type = &word, .span = cg->clause->probe->span};
	struct cg_if f = cg_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, CG_PARAM(cg, target_pid), cg_num(cg, 0), ""));

	cg_quit_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, emit_pid(cg, &pid).v, CG_PARAM(cg, target_pid), ""));
	cg_end_if(cg, &f);
}

/* begin, end and their like are run by the runtime, which knows when */
static bool runs_by_itself(enum attach_kind kind)
{
	return kind != ATTACH_begin && kind != ATTACH_end && kind != ATTACH_self;
}

/* if (state.stopped) return */
static void heed_stop(struct cg *cg)
{
	LLVMValueRef stopped = cg_state_get(cg, offsetof(struct image_state, stopped));

	cg_quit_if(cg, LLVMBuildICmp(cg->b, LLVMIntNE, stopped, cg_num(cg, 0), ""));
}

static void clear_variables(struct cg *cg)
{
	for (const struct variable *v = cg->clause->vars; v; v = v->next)
		if (!v->of)
			cg_zero(cg, cg_var(cg, v), v->type->size);
}

static const char *section_of(struct cg *cg, const struct clause *c)
{
	static const char *const sections[ATTACH_COUNT] = {
#define ATTACH(name, section, prog_type) [ATTACH_##name] = section,
#include "image/attach.def"
#undef ATTACH
	};

	if (c->provider->section && c->nattaches)
		return c->provider->section(cg->arena, &c->attaches[0]);
	return sections[c->provider->kind];
}

/* of a session what runs when the function returns */
static bool is_end(const struct clause *c)
{
	return c->session && (c->provider->kind == ATTACH_kretprobe || c->provider->kind == ATTACH_uretprobe);
}

/* attach points of the clauses before it: the cookie of its first one */
static uint32_t first_cookie(const struct cg *cg, const struct clause *c)
{
	uint32_t n = 0;

	for (const struct clause *before = cg->script->clauses; before != c; before = before->next)
		n += (uint32_t)before->nattaches;
	return n;
}

/*
 * entry:	allocas
 * begin:	the -p filter, scratch
 * body:	predicate, statements
 * end:		return frame.result
 */
static LLVMValueRef function(struct cg *cg, const struct clause *c, const char *name)
{
	LLVMValueRef frame;
	LLVMBasicBlockRef begin, body;
	struct cg_fn f = {0};

	cg->clause = c;
	cg->span = c->probe->span;
	cg->slot_top = cg->slot_max = cg->slot_kept = cg->cookie_room = 0;
	cg->first_cookie = first_cookie(cg, c);
	cg->cookie_shift = is_end(c) ? cg->first_cookie - first_cookie(cg, c->session) : 0;
	memset(&cg->brief, 0, sizeof(cg->brief));
	cg->looping = false;
	cg_fn_begin(cg, &f, name, LLVMFunctionType(cg->i64, &cg->ptr, 1, false), c->probe->span);
	begin = LLVMGetInsertBlock(cg->b);
	f.ctx = LLVMGetParam(f.fn, 0);
	f.frame = cg_alloca(cg, cg->i64, 8); /* until its size is known */
	f.scratch = cg_alloca(cg, cg->ptr, 8);
	body = cg_block(cg, "body");
	f.body_end = cg_block(cg, "end");

	cg_at(cg, body);
	cg_variables(cg);
	cg_subprograms(cg);
	clear_variables(cg);
	if (c->predicate)
		cg_quit_if(cg, LLVMBuildNot(cg->b, cg_cond(cg, c->predicate), ""));
	cg_stmt(cg, c->body);
	cg_goto(cg, f.body_end);

	cg_at(cg, begin);
	debug_place(cg, c->probe->span);
	LLVMBuildStore(cg->b, f.ctx, cg_frame(cg, FRAME_CTX));
	LLVMBuildStore(cg->b, LLVMConstNull(cg->ptr), cg_frame(cg, FRAME_SCRATCH));
	LLVMBuildStore(cg->b, cg_num(cg, c->provider->kind == ATTACH_tracepoint), cg_frame(cg, FRAME_RESULT));
	LLVMBuildStore(cg->b, cg_num(cg, 0), cg_frame(cg, FRAME_ENDED));
	if (cg_is_syscall(cg))
		cg_syscall_begin(cg);
	if (runs_by_itself(c->provider->kind))
		heed_stop(cg);
	if (c->provider->kind == ATTACH_iter)
		cg_iter_begin(cg);
	if (filtered[c->provider->kind])
		filter_process(cg);
	if (cg->slot_max > VALUE_MOST)
		error_at(cg->diag, c->probe->span,
			 "the values of this probe need %u bytes at a time: at most %u are there", cg->slot_max,
			 VALUE_MOST);
	if (cg->slot_max)
		get_scratch(cg);
	cg_goto(cg, body);

	cg_at(cg, f.body_end);
	LLVMBuildRet(cg->b, cg_load_raw(cg, cg_frame(cg, FRAME_RESULT), 8, true, 8));

	frame = cg_alloca(cg, LLVMArrayType(cg->i64, cg->frame_size / 8), 8);
	LLVMReplaceAllUsesWith(f.frame, frame);
	LLVMInstructionEraseFromParent(f.frame);
	cg_fn_end(cg, &f);
	return f.fn;
}

static const char *program_name(struct cg *cg, const struct clause *c)
{
	return arena_printf(cg->arena, "clause%u", is_end(c) ? c->session->id : c->id);
}

/* bpf_session_is_return(): libbpf would read the kernel's BTF to find it, which we have done */
static LLVMValueRef is_return(struct cg *cg)
{
	LLVMTypeRef type = LLVMFunctionType(cg->i64, NULL, 0, false);
	const char *call = arena_printf(cg->arena, ".byte 0x85, 0x20, 0, 0\n.long %d",
					kernel_function_id(cg->kernel, "bpf_session_is_return"));
	const char *registers = "={r0},~{r1},~{r2},~{r3},~{r4},~{r5},~{memory}";
	LLVMValueRef code = LLVMGetInlineAsm(type, (char *)call, strlen(call), (char *)registers, strlen(registers),
					     true, false, LLVMInlineAsmDialectATT, false);

	return LLVMBuildTrunc(cg->b, LLVMBuildCall2(cg->b, type, code, NULL, 0, ""), cg->i1, "");
}

/* if (bpf_session_is_return()) left(ctx); else entered(ctx); return 0 */
static void session(struct cg *cg, const struct clause *c)
{
	LLVMTypeRef type = LLVMFunctionType(cg->i64, &cg->ptr, 1, false);
	LLVMValueRef entered, left;
	struct cg_fn f = {0};
	struct cg_if end;

	cg_fn_begin(cg, &f, program_name(cg, c), type, c->probe->span);
	LLVMSetSection(f.fn, section_of(cg, c));
	f.ctx = LLVMGetParam(f.fn, 0);
	entered = function(cg, c, arena_printf(cg->arena, "entry%u", c->id));
	left = function(cg, c->session, arena_printf(cg->arena, "return%u", c->id));
	debug_place(cg, c->probe->span);
	end = cg_if(cg, is_return(cg));
	LLVMBuildCall2(cg->b, type, left, &f.ctx, 1, "");
	cg_else(cg, &end);
	LLVMBuildCall2(cg->b, type, entered, &f.ctx, 1, "");
	cg_end_if(cg, &end);
	LLVMBuildRet(cg->b, cg_num(cg, 0));
	cg_fn_end(cg, &f);
}

static void program(struct cg *cg, const struct clause *c)
{
	if (!c->session)
		LLVMSetSection(function(cg, c, program_name(cg, c)), section_of(cg, c));
	else if (!is_end(c))
		session(cg, c);
}

/* libbpf would read all of the kernel's BTF to find it */
static uint64_t btf_id(struct cg *cg, const struct clause *c)
{
	const struct image_attach *a = c->attaches;
	bool own = c->nattaches && (!*a->target || str_eq(a->target, "vmlinux"));

	if (cg->portable)
		return 0;
	switch ((int)c->provider->kind) {
	case ATTACH_sys_enter:
	case ATTACH_sys_exit:
		return (uint64_t)kernel_raw_tracepoint_id(cg->kernel, attach_kind_name(c->provider->kind));
	case ATTACH_rawtracepoint:
		return own ? (uint64_t)kernel_raw_tracepoint_id(cg->kernel, a->symbol) : 0;
	case ATTACH_fentry:
	case ATTACH_fexit:
		return own ? (uint64_t)kernel_traced_id(cg->kernel, a->symbol) : 0;
	}
	return 0;
}

static void describe(struct cg *cg, const struct clause *c)
{
	struct image_clause *im = &cg->im.clauses[c->id];
	struct place p = {0};

	sources_place(cg->diag->sources, c->probe->span, &p);
	*im = (struct image_clause){
		.sleepable = im->sleepable, /* program() knew */
		.program = program_name(cg, c),
		.kind = c->provider->kind,
		.args = c->args_used,
		.session = c->session ? c->session->id + 1 : 0,
		.btf = btf_id(cg, c),
		.attaches = c->attaches,
		.nattaches = c->nattaches,
		.place = p.source ? arena_printf(cg->arena, "%s:%u:%u", p.source->name, p.line, p.column) : "",
	};
	im->program_len = strlen(im->program);
	im->place_len = strlen(im->place);
}

static void describe_settings(struct cg *cg)
{
	const struct config *s = &cg->script->settings;

	cg->im.nsettings = SETTING_COUNT;
	cg->im.settings = arena_alloc(cg->arena, SETTING_COUNT * sizeof(*cg->im.settings));
	for (size_t i = 0; i < SETTING_COUNT; i++)
		cg->im.settings[i] =
			(struct image_enumerator){setting_name(i), strlen(setting_name(i)), (int64_t)s->num[i]};
	cg->im.settings[SETTING_missing_probes].value = config_missing(s);
	cg->im.str_trunc_trailer = s->text[SETTING_str_trunc_trailer] ? s->text[SETTING_str_trunc_trailer] : "";
	cg->im.str_trunc_trailer_len = strlen(cg->im.str_trunc_trailer);
}

/* maps of our own, beside the script's */
static void runtime_maps(struct cg *cg)
{
	struct btf_map ring = {.type = BPF_MAP_TYPE_RINGBUF, .max_entries = 1 << 18};
	struct btf_map names = {.type = BPF_MAP_TYPE_ARRAY, .key_size = 4};
	bool wanted = false;

	cg->ring = debug_map(cg, "ring", &ring);
	for (const struct clause *c = cg->script->clauses; c; c = c->next) {
		wanted |= c->uses_probe && c->nattaches > 1;
		names.max_entries += c->nattaches;
		for (size_t i = 0; i < c->nattaches; i++)
			if (c->attaches[i].name_len + 1 > names.value_size)
				names.value_size = c->attaches[i].name_len + 1;
	}
	names.value_size = (names.value_size + 7) / 8 * 8;
	if (wanted)
		cg->names = debug_map(cg, "names", &names);
	cg_usdt_map(cg);
	cg->params = debug_global(cg, "params", LLVMArrayType(cg->i8, sizeof(struct image_params)),
				  sizeof(struct image_params));
	LLVMSetSection(cg->params, ".rodata.params");
	LLVMSetAlignment(cg->params, 8);
	LLVMSetGlobalConstant(cg->params, true);
	cg->state = debug_global(cg, "state", LLVMArrayType(cg->i8, sizeof(struct image_state)),
				 sizeof(struct image_state));
	LLVMSetSection(cg->state, ".data.state");
	LLVMSetAlignment(cg->state, 8);
}

/* the ledger's size is known last; until then nothing uses more than its name */
static void finish_ledger(struct cg *cg)
{
	struct btf_map def = {.type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4, .value_size = 8};
	LLVMValueRef early = cg->ledger;

	def.max_entries = cg->im.nlosses ? (uint32_t)cg->im.nlosses : 1;
	cg->ledger = debug_map(cg, "ledger", &def);
	LLVMReplaceAllUsesWith(early, cg->ledger);
	LLVMDeleteGlobal(early);
}

static LLVMValueRef section_bytes(struct cg *cg, const char *name, const char *section, const void *bytes, size_t len)
{
	LLVMValueRef data = LLVMConstStringInContext(cg->llvm, bytes, len, true), g;

	g = LLVMAddGlobal(cg->mod, LLVMTypeOf(data), name);
	LLVMSetInitializer(g, data);
	LLVMSetGlobalConstant(g, true);
	LLVMSetSection(g, section);
	LLVMSetLinkage(g, LLVMInternalLinkage);
	LLVMSetAlignment(g, 1);
	return g;
}

/* without this LLVM would drop what nothing of the module refers to */
static void keep_globals(struct cg *cg)
{
	LLVMValueRef *kept = NULL, used;
	unsigned n = 0;

	for (LLVMValueRef g = LLVMGetFirstGlobal(cg->mod); g; g = LLVMGetNextGlobal(g)) {
		kept = xrealloc(kept, (n + 1) * sizeof(*kept));
		kept[n++] = g;
	}
	used = LLVMAddGlobal(cg->mod, LLVMArrayType(cg->ptr, n), "llvm.compiler.used");
	LLVMSetInitializer(used, LLVMConstArray(cg->ptr, kept, n));
	LLVMSetLinkage(used, LLVMAppendingLinkage);
	LLVMSetSection(used, "llvm.metadata");
	free(kept);
}

/* what a script says of itself: its first comment, without the marks of one */
static const char *leading_comment(struct cg *cg, const struct source *src)
{
	const char *s = src->text, *text;
	struct buf out = {0};

	if (!strncmp(s, "#!", 2))
		s += strcspn(s, "\n");
	s += strspn(s, " \t\r\n");
	if (!strncmp(s, "/*", 2)) {
		const char *end = strstr(s, "*/");

		for (s += 2; end && s < end; s += *s == '\n') {
			size_t n;

			s += strspn(s, " \t*");
			if (s >= end)
				break;
			n = strcspn(s, "\n");
			if (n > (size_t)(end - s))
				n = (size_t)(end - s);
			while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
				n--;
			buf_add(&out, s, n);
			buf_putc(&out, '\n');
			s += strcspn(s, "\n");
			if (s > end)
				s = end;
		}
	}
	while (!strncmp(s, "//", 2)) {
		s += 2;
		s += *s == ' ';
		buf_add(&out, s, strcspn(s, "\n"));
		buf_putc(&out, '\n');
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	while (out.len && (out.data[out.len - 1] == '\n' || out.data[out.len - 1] == ' '))
		out.len--;
	for (text = out.data; text && out.len && *text == '\n'; text++)
		out.len--;
	text = arena_strndup(cg->arena, text ? text : "", out.len);
	buf_free(&out);
	return text;
}

/* *again: with less on the stack and unroll as a loop it may be small enough */
static bool generate(const struct script *s, struct kernel *k, struct diag *d, const struct codegen_options *o,
		     bool frugal, enum codegen_stage stage, struct buf *out, bool *again)
{
	struct cg cg = {.arena = s->arena,
			.script = s,
			.kernel = k,
			.diag = d,
			.portable = o->portable,
			.roll = o->roll || frugal,
			.frugal = frugal,
			.ahead = frugal ? NULL : o->ahead};
	struct buf meta = {0};
	bool ok = false;
	const char *license = s->settings.text[SETTING_license] ? s->settings.text[SETTING_license] : "GPL";

	dict_init(&cg.types, cg.arena);
	dict_init(&cg.fields, cg.arena);
	llvm_start(&cg);
	debug_start(&cg);
	cg.im.version = IMAGE_VERSION;
	cg.im.portable = o->portable;
	cg.im.source = s->source->name;
	cg.im.source_len = strlen(s->source->name);
	cg.im.help = leading_comment(&cg, s->source);
	cg.im.help_len = strlen(cg.im.help);
	cg.im.nclauses = s->nclauses;
	cg.im.clauses = arena_alloc(cg.arena, s->nclauses * sizeof(*cg.im.clauses));
	describe_settings(&cg);
	runtime_maps(&cg);
	cg.ledger = LLVMAddGlobal(cg.mod, cg.i8, "early_ledger");
	cg_maps(&cg);
	for (const struct clause *c = s->clauses; c; c = c->next) {
		program(&cg, c);
		describe(&cg, c);
	}
	if (!cg.failed) {
		finish_ledger(&cg);
		cg_finish_args(&cg);
		image_encode(&cg.im, &meta);
		section_bytes(&cg, "image", IMAGE_SECTION, meta.data, meta.len);
		/* as C has it, to be linked with such */
		LLVMSetGlobalConstant(section_bytes(&cg, "LICENSE", "license", license, strlen(license) + 1), false);
		keep_globals(&cg);
		debug_finish(&cg);
		ok = llvm_finish(&cg, stage, out);
	}
	buf_free(&meta);
	llvm_stop(&cg);
	*again = !frugal && cg.complaint && !cg.failed;
	return ok;
}

bool codegen(const struct script *s, struct kernel *k, struct diag *d, const struct codegen_options *o,
	     enum codegen_stage stage, struct buf *out)
{
	bool again;

	return generate(s, k, d, o, false, stage, out, &again) ||
	       (again && generate(s, k, d, o, true, stage, out, &again));
}
