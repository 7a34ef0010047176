/* Stacks as text (language.md section 9.5), a frame a line. */
#include "kernel/kernel.h"
#include "runtime/rt.h"

#include <linux/bpf.h>
#include <string.h>

static void put_symbol(struct rt *rt, struct buf *out, const struct symbol *s)
{
	render_traced(rt, out, s->name, strlen(s->name));
	buf_putc(out, '+');
	buf_unsigned(out, s->offset);
}

/* 0x7f12 (/lib/x.so+0x34): no name, but where it is */
static void put_place(struct rt *rt, struct buf *out, const struct symbol *s, uint64_t address)
{
	render_address(out, address);
	if (!s->object || !*s->object)
		return;
	buf_puts(out, " (");
	render_traced(rt, out, s->object, strlen(s->object));
	buf_puts(out, "+0x");
	buf_hex(out, s->place);
	buf_putc(out, ')');
}

static void put_object(struct rt *rt, struct buf *out, const struct symbol *s)
{
	const char *name = s->object ? s->object : "[unknown]";

	buf_puts(out, " (");
	render_traced(rt, out, name, strlen(name));
	buf_putc(out, ')');
}

/*
 *	TAB f00 square (inlined)
 *	TAB f00 main+12 (/bin/x)
 */
static void frame_perf(struct rt *rt, struct buf *out, const struct symbol *s, uint64_t address, bool user)
{
	for (size_t i = 0; i + 1 < s->nframes; i++) {
		buf_putc(out, '\t');
		buf_hex(out, address);
		buf_putc(out, ' ');
		render_traced(rt, out, s->frames[i].inlined, strlen(s->frames[i].inlined));
		buf_puts(out, " (inlined)\n");
	}
	buf_putc(out, '\t');
	buf_hex(out, address);
	buf_putc(out, ' ');
	if (!s->known && s->object) {
		put_place(rt, out, s, address);
	} else if (!s->known) {
		render_address(out, address);
		buf_puts(out, user ? " ([unknown])" : "");
	} else {
		put_symbol(rt, out, s);
		if (user)
			put_object(rt, out, s);
	}
	buf_putc(out, '\n');
}

static void put_source(struct rt *rt, struct buf *out, const struct source_frame *f)
{
	if (!f->file)
		return;
	buf_putc(out, '@');
	render_traced(rt, out, f->file, strlen(f->file));
	buf_putc(out, ':');
	buf_unsigned(out, f->line);
}

/*
 *	        [inlined] square@math.c:3
 *	        main+12@math.c:9
 */
static void frame_named(struct rt *rt, struct buf *out, const struct symbol *s, uint64_t address)
{
	for (size_t i = 0; i + 1 < s->nframes; i++) {
		buf_puts(out, "        [inlined] ");
		render_traced(rt, out, s->frames[i].inlined, strlen(s->frames[i].inlined));
		put_source(rt, out, &s->frames[i]);
		buf_putc(out, '\n');
	}
	buf_puts(out, "        ");
	if (!s->known)
		put_place(rt, out, s, address);
	else
		put_symbol(rt, out, s);
	if (s->nframes)
		put_source(rt, out, &s->frames[s->nframes - 1]);
	buf_putc(out, '\n');
}

/* the first one is where the thread is, the others are where calls return to */
static void frame(struct rt *rt, struct buf *out, const struct image_type *t, const struct event_stack *st, uint32_t i)
{
	unsigned how = SYMBOL_SOURCE | (i ? SYMBOL_CALL : 0);
	uint64_t address = st->frames[i];
	bool user = t->kind == TYPE_USTACK;
	const struct symbol *s;

	if (user && address == UNWIND_FAILED) {
		buf_puts(out, "        <unwind failure>\n");
		return;
	}
	if (t->stack_mode == STACK_RAW) {
		buf_hex(out, address);
		buf_putc(out, '\n');
		return;
	}
	s = user ? symbol_user(rt->symbols, (pid_t)st->pid, address, how) : symbol_kernel(rt->symbols, address, how);
	/* the last ones of a user stack are often no return addresses */
	ledger_count(rt, LOSS_symbol, !s->known && address && (!user || s->object || !i));
	if (t->stack_mode == STACK_PERF)
		frame_perf(rt, out, s, address, user);
	else
		frame_named(rt, out, s, address);
}

/* the file by its id, and where in it: for who has the files elsewhere */
static void frame_build_id(struct buf *out, const char *bytes)
{
	struct bpf_stack_build_id f;

	memcpy(&f, bytes, sizeof(f));
	if (f.status == BPF_STACK_BUILD_ID_VALID) {
		for (size_t i = 0; i < sizeof(f.build_id); i++)
			buf_printf(out, "%02x", f.build_id[i]);
		buf_printf(out, " 0x%02llx\n", (unsigned long long)f.offset);
	} else {
		buf_hex(out, f.ip);
		buf_putc(out, '\n');
	}
}

void render_stack(struct rt *rt, struct buf *out, const struct image_type *t, const struct event_stack *st)
{
	uint32_t n = st->count < t->stack_limit ? st->count : (uint32_t)t->stack_limit;

	buf_putc(out, '\n');
	if (t->stack_mode == STACK_BUILD_ID) {
		for (uint32_t i = 0; i < n; i++)
			frame_build_id(out, (const char *)st->frames + i * sizeof(struct bpf_stack_build_id));
		return;
	}
	while (n && !st->frames[n - 1])
		n--; /* where frame pointers end is no frame */
	for (uint32_t i = 0; i < n; i++)
		frame(rt, out, t, st, i);
}
