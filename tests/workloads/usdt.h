/*
 * USDT2(provider, name, semaphore, operands, a, b): a nop and the note that
 * tells tracers of it.  The operands are written as in the note, with %0 and
 * %1 for the values: USDT2(work, step, 0, "-4@%0 8@%1", i, text).
 */
#ifndef PROBE_TESTS_USDT_H
#define PROBE_TESTS_USDT_H

#define USDT_NOTE(provider, name, semaphore, operands, ...) \
	__asm__ volatile("990:	nop\n" \
			 "	.pushsection .note.stapsdt, \"\", \"note\"\n" \
			 "	.balign 4\n" \
			 "	.4byte 992f - 991f, 994f - 993f, 3\n" \
			 "991:	.asciz \"stapsdt\"\n" \
			 "992:	.balign 4\n" \
			 "993:	.8byte 990b, _.stapsdt.base, " #semaphore "\n" \
			 "	.asciz \"" #provider "\"\n" \
			 "	.asciz \"" #name "\"\n" \
			 "	.asciz \"" operands "\"\n" \
			 "994:	.balign 4\n" \
			 "	.popsection\n" \
			 "	.ifndef _.stapsdt.base\n" \
			 "	.pushsection .stapsdt.base, \"aG\", \"progbits\", .stapsdt.base, comdat\n" \
			 "	.weak _.stapsdt.base\n" \
			 "	.hidden _.stapsdt.base\n" \
			 "_.stapsdt.base:\n" \
			 "	.space 1\n" \
			 "	.size _.stapsdt.base, 1\n" \
			 "	.popsection\n" \
			 "	.endif\n" \
			 : \
			 : __VA_ARGS__)

#define USDT0(provider, name, semaphore) USDT_NOTE(provider, name, semaphore, "", "i"(0))
#define USDT1(provider, name, semaphore, operands, a) USDT_NOTE(provider, name, semaphore, operands, "nor"(a))
#define USDT2(provider, name, semaphore, operands, a, b) \
	USDT_NOTE(provider, name, semaphore, operands, "nor"(a), "nor"(b))

/* a semaphore: not 0 while somebody traces */
#define USDT_SEMAPHORE(name) volatile unsigned short name __attribute__((section(".probes"), used))

#endif
