/*
 * What the kernel's verifier says of a program it refuses, for the person who
 * wrote the script: the place, the reason in plain words, a way out.
 */
#include "runtime/rt.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* the last of its words that have this in them, why it refuses, and what to do about it */
static const struct {
	const char *words, *reason, *way_out;
} reasons[] = {
	{"infinite loop detected", "this loop may never end",
	 "give it an end that the kernel sees: for ($i : 0..100) { ... }"},
	{"back-edge", "this kernel allows no loops here", "use unroll (N) { ... }"},
	{"program is too large", "following every path through it takes more than a million instructions",
	 "fewer rounds of loops, shorter strings (setting max_strlen), or several probes instead of one"},
	{"sequence of", "it branches too often",
	 "fewer conditions in a row or in a loop, or several probes instead of one"},
	{"jump out of range", "it is too long", "several probes instead of one"},
	{"call frames", "loops are nested too deep", "fewer loops within loops"},
	{"frames is too deep", "loops are nested too deep", "fewer loops within loops"},
	{"from stack", "it cannot be shown that this reads memory that is there", NULL},
	{"to stack", "it cannot be shown that this writes to memory that is there", NULL},
	{"stack", "it takes more than the 512 bytes of stack that a program has",
	 "fewer loops within loops, fewer variables in them"},
	{"cannot use helper", "probes of this kind may not call this", "another kind of probe"},
	{"not allowed", "probes of this kind may not do this", "another kind of probe"},
	{"GPL", "this takes a program under the GPL", "config = { license = \"GPL\" }"},
	{"error_injection", "this function may not be overridden", "a function of error_injection/list"},
	{"modifying return", "this function may not be overridden", "a function of error_injection/list"},
	{"trampoline", "this function cannot be traced so", "kprobe: instead of fentry:"},
	{"not exist in kernel", "this kernel has no such function or type", "another one: probe -l"},
	{"invalid mem access", "it cannot be shown that this reads memory that is there", NULL},
	{"invalid access to", "it cannot be shown that this reads memory that is there", NULL},
	{"min value is negative", "it cannot be shown that this length or index is within bounds",
	 "a constant length, or & with a constant"},
	{"unbounded memory", "it cannot be shown that this length or index is within bounds",
	 "a constant length, or & with a constant"},
};

/* of helpers, which older kernels lack */
#define NAME(name) [BPF_FUNC_##name] = #name
static const char *const helpers[] = {__BPF_FUNC_MAPPER(NAME)};
#undef NAME

/* "invalid func unknown#208": a helper that this kernel does not have; NULL: that is not it */
static char *missing_helper(const char *words)
{
	static const struct {
		unsigned long helper;
		const char *text;
	} texts[] = {
		{BPF_FUNC_ktime_get_tai_ns, "Kernel does not support tai timestamp, please try sw_tai"},
		{BPF_FUNC_loop, "Missing required kernel feature: loop"},
		{BPF_FUNC_for_each_map_elem, "Missing required kernel feature: for_each_map_elem"},
		{BPF_FUNC_map_lookup_percpu_elem, "Missing required kernel feature: map_lookup_percpu_elem"},
	};
	const char *number =
		strstr(words, "invalid func ") || strstr(words, "unknown func ") ? strrchr(words, '#') : NULL;
	unsigned long id = number ? strtoul(number + 1, NULL, 10) : 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].helper == id)
			return xstrdup(texts[i].text);
	if (!id)
		return NULL;
	return id < ARRAY_SIZE(helpers) && helpers[id]
		       ? xasprintf("BPF_FUNC_%s not available for your kernel version", helpers[id])
		       : xasprintf("helper %lu not available for your kernel version", id);
}

/*
 * Of the verifier's log: its last words before its statistics, the
 * instruction it was at, and the line it quotes:
 *	; @ = $i; @ stdin:1			(6.8; before that the text alone)
 *	17: (7b) *(u64 *)(r0 +0) = r6
 *	R0 invalid mem access 'scalar'
 *	processed 12 insns (limit 1000000) ...
 */
struct verdict {
	const char *words;
	size_t words_len;
	const char *text; /* of the script; NULL: not known */
	size_t text_len;
	long line; /* -1: not known */
	const char *file; /* of the line, without directories; NULL: not known */
	size_t file_len;
	long insn; /* -1 */
};

static struct verdict read_log(const char *log)
{
	const char *next;
	struct verdict v = {.words = "", .line = -1, .insn = -1};

	for (const char *s = log; *s; s = next) {
		size_t len = strcspn(s, "\n");
		char *end;

		next = s + len + (s[len] != '\0');
		if (!strncmp(s, "processed ", 10))
			break;
		if (*s == ';') {
			v.text = s + 1 + (s[1] == ' ');
			v.text_len = (size_t)(s + len - v.text);
			v.line = -1;
			v.file = NULL;
			for (size_t i = v.text_len; i-- > 3;) /* "text @ file:line" */
				if (!strncmp(v.text + i - 2, " @ ", 3)) {
					const char *colon = memrchr(v.text + i, ':', v.text_len - i);

					v.line = colon ? strtol(colon + 1, NULL, 10) : -1;
					v.file = v.text + i + 1;
					v.file_len = colon ? (size_t)(colon - v.file) : 0;
					v.text_len = i - 2;
					break;
				}
			continue;
		}
		if (isdigit((unsigned char)*s)) {
			long insn = strtol(s, &end, 10);

			if (*end == ':' && end[1] == ' ') {
				v.insn = insn;
				continue;
			}
		}
		if (len && *s != ' ' && strncmp(s, "from ", 5) && strncmp(s, "R0=", 3) && strncmp(s, "cur state", 9) &&
		    strncmp(s, "old state", 9) && strncmp(s, "mark_precise", 12)) {
			v.words = s;
			v.words_len = len;
		}
	}
	return v;
}

/* a member of .BTF.ext, of libbpf's object or of the image: a record of line_info */
struct line {
	uint32_t insn, line, column;
	const char *text;
};

/* the records of line info that belong to section `name` */
static void each_line(struct rt *rt, const void *ext, size_t len, const char *name,
		      void (*each)(const struct line *l, void *arg), void *arg)
{
	struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t hdr_len, func_off, func_len, line_off, line_len;
	} head;
	const struct btf *btf = bpf_object__btf(rt->object);
	const char *at, *end;
	uint32_t size;

	if (len < sizeof(head) || !btf)
		return;
	memcpy(&head, ext, sizeof(head));
	if (head.hdr_len > len || head.line_off > len - head.hdr_len ||
	    head.line_len > len - head.hdr_len - head.line_off || head.line_len < 4)
		return;
	at = (const char *)ext + head.hdr_len + head.line_off;
	end = at + head.line_len;
	memcpy(&size, at, 4);
	at += 4;
	while (size >= sizeof(struct bpf_line_info) && end - at >= 8) {
		uint32_t sec[2];
		const char *section;

		memcpy(sec, at, 8);
		at += 8;
		section = btf__name_by_offset(btf, sec[0]);
		for (; sec[1] && (size_t)(end - at) >= size; sec[1]--, at += size) {
			struct bpf_line_info info;
			struct line l;

			memcpy(&info, at, sizeof(info));
			l = (struct line){info.insn_off / 8, info.line_col >> 10, info.line_col & 0x3ff,
					  btf__name_by_offset(btf, info.line_off)};
			if (section && str_eq(section, name))
				each(&l, arg);
		}
	}
}

struct spot {
	uint32_t insn; /* of the section */
	struct line found;
};

/* the last record at or before the instruction */
static void take_line(const struct line *l, void *arg)
{
	struct spot *s = arg;

	if (l->insn <= s->insn && l->line && (!s->found.line || l->insn >= s->found.insn))
		s->found = *l;
}

/* where in its section a program begins: after those before it */
static uint32_t begin_of(struct rt *rt, const struct bpf_program *program)
{
	struct bpf_program *p;
	uint32_t insns = 0;

	bpf_object__for_each_program (p, rt->object) {
		if (p == program)
			return insns;
		if (str_eq(bpf_program__section_name(p), bpf_program__section_name(program)))
			insns += rt->own_insns[rt_program_index(rt, p)];
	}
	return 0;
}

/* file, line and column of the clause: "x.bt:3:1" */
static const char *file_of(const char *place)
{
	static char name[256];
	const char *s = strchr(place, ':');

	snprintf(name, sizeof(name), "%.*s", (int)(s ? s - place : 0), place);
	return name;
}

/* the line with a mark under it */
static void quote(const char *text, size_t len, uint32_t column)
{
	size_t width = 0, blanks = 0;

	for (size_t i = 0; i < len; i++)
		fputs(text[i] == '\t' ? "    " : (char[]){text[i], '\0'}, stderr);
	fputc('\n', stderr);
	for (size_t i = 0; i + 1 < column && i < len; i++)
		blanks += text[i] == '\t' ? 4 : 1;
	for (size_t i = column ? column - 1 : 0; i < len && (isalnum((unsigned char)text[i]) || strchr("_$@", text[i]));
	     i++)
		width++;
	fprintf(stderr, "%*s", (int)blanks, "");
	for (width = width ? width : 1; width; width--)
		fputc('~', stderr);
	fputc('\n', stderr);
}

/* the C of a function that the script imports, rather than the script at the place */
static bool in_library(const struct verdict *v, const char *place)
{
	const char *file = file_of(place), *slash = strrchr(file, '/');

	file = slash ? slash + 1 : file;
	return v->file && (strlen(file) != v->file_len || strncmp(file, v->file, v->file_len) != 0);
}

static void say_reason(const struct verdict *v, bool ours, int err)
{
	char *words = xstrdup(v->words), *line, *missing;

	words[v->words_len] = '\0';
	missing = missing_helper(words);
	if (missing) {
		fprintf(stderr,
			"HINT: the kernel refuses it: %s (%s)\nHINT: a way out: a newer kernel, or another function\n",
			missing, words);
		free(missing);
		free(words);
		return;
	}
	for (size_t i = 0; *words && i < ARRAY_SIZE(reasons); i++) {
		line = strstr(words, reasons[i].words);
		if (!line)
			continue;
		while (line > words && line[-1] != '\n')
			line--;
		fprintf(stderr, "HINT: the kernel refuses it: %s (%.*s)\n", reasons[i].reason, (int)strcspn(line, "\n"),
			line);
		if (reasons[i].way_out)
			fprintf(stderr, "HINT: a way out: %s\n", reasons[i].way_out);
		else if (!ours)
			fputs("HINT: the function is not the script's: it needs a check before\n", stderr);
		else
			fputs("HINT: this is a mistake of probe, not of the script: -d verifier prints what a bug "
			      "report needs\n",
			      stderr);
		free(words);
		return;
	}
	if (*words)
		fprintf(stderr,
			"HINT: the verifier says: %s\nHINT: if the script is right, -d verifier prints what a bug "
			"report needs\n",
			words);
	else if (err == -EPERM)
		fputs("HINT: the kernel does not permit it: CAP_BPF and CAP_PERFMON are needed, or root\n", stderr);
	free(words);
}

/* -d verifier */
static void report(struct rt *rt, const struct bpf_program *p, const struct image_clause *c, int err, const char *log)
{
	struct utsname u;

	uname(&u);
	fprintf(stderr,
		"== for a bug report: what the kernel refuses\nprobe: %s, image version %d\nkernel: %s %s, "
		"%s\nprogram: %s, %s %s, %zu instructions, %zu attach points, %s\n",
		PACKAGE_VERSION, IMAGE_VERSION, u.sysname, u.release, u.machine, c->program,
		bpf_program__section_name(p), c->place, bpf_program__insn_cnt(p), c->nattaches,
		c->sleepable && rt->params.sleepable ? "may sleep" : "does not sleep");
	for (size_t i = 0; i < c->nattaches && i < 3; i++)
		fprintf(stderr, "attach: %s\n", c->attaches[i].name);
	fputs("features:", stderr);
	for (int f = 0; f < FEATURE_COUNT; f++)
		fprintf(stderr, " %s%s", feature((enum feature)f) ? "" : "-", feature_name((enum feature)f));
	fprintf(stderr, "\nerror: %d (%s)\n%s\n== end; add the script, and what probe -d asm prints of it\n", err,
		strerror(-err), log);
}

void verifier_explain(struct rt *rt, const struct image_clause *c, int err, const char *log)
{
	struct bpf_program *p = rt_program(rt, c);
	struct verdict v = read_log(log);
	struct spot spot = {0};
	size_t len;
	const void *ext = image_section(rt->image, rt->image_len, ".BTF.ext", &len);
	const char *name = c->nattaches ? c->attaches[0].name : c->program;
	bool library = in_library(&v, c->place);

	if (p && ext && v.insn >= 0 && (uint32_t)v.insn < rt->own_insns[rt_program_index(rt, p)]) {
		spot.insn = begin_of(rt, p) + (uint32_t)v.insn;
		each_line(rt, ext, len, bpf_program__section_name(p), take_line, &spot);
	}
	if (!spot.found.line && v.line > 0)
		spot.found = (struct line){.line = (uint32_t)v.line};
	if (spot.found.line && library)
		fprintf(stderr, "%.*s:%u", (int)v.file_len, v.file, spot.found.line);
	else if (spot.found.line)
		fprintf(stderr, "%s:%u", file_of(c->place), spot.found.line);
	else
		fputs(c->place, stderr);
	if (spot.found.column)
		fprintf(stderr, ":%u", spot.found.column);
	fprintf(stderr, ": ERROR: Error loading BPF program for %s. Error code: %d (%s).%s\n", name, err,
		strerror(-err), rt->options->verbose ? "" : " Use -v for full kernel error log.");
	if (spot.found.line && spot.found.text && *spot.found.text)
		quote(spot.found.text, strlen(spot.found.text), spot.found.column);
	else if (spot.found.line && v.text)
		quote(v.text, v.text_len, 1);
	say_reason(&v, !library, err);
	if (rt->options->report && p)
		report(rt, p, c, err, log);
}
