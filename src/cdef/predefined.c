/* What is there before any text is read: the compiler's macros and headers, the kernel's configuration. */
#include "cdef/cc.h"
#include "kernel/kernel.h"

#include <string.h>

const char predefined[] =
	"#define __STDC__ 1\n#define __STDC_VERSION__ 201710L\n#define __STDC_HOSTED__ 1\n"
	"#define __GNUC__ 12\n#define __GNUC_MINOR__ 2\n#define __GNUC_PATCHLEVEL__ 0\n#define __GNUC_STDC_INLINE__ 1\n"
	"#define __linux__ 1\n#define __linux 1\n#define linux 1\n#define __gnu_linux__ 1\n#define __unix__ 1\n#define __unix 1\n#define __ELF__ 1\n"
	"#define __LP64__ 1\n#define _LP64 1\n#define __CHAR_BIT__ 8\n#define __BIGGEST_ALIGNMENT__ 16\n#define __USER_LABEL_PREFIX__\n"
#ifdef __x86_64__
	"#define __x86_64__ 1\n#define __x86_64 1\n#define __amd64__ 1\n#define __amd64 1\n#define __SSE__ 1\n#define __SSE2__ 1\n#define __MMX__ 1\n"
	"#define __TARGET_ARCH_x86 1\n"
#endif
#ifdef __aarch64__
	"#define __aarch64__ 1\n#define __ARM_64BIT_STATE 1\n#define __ARM_ARCH 8\n#define __TARGET_ARCH_arm64 1\n"
#endif
	"#define __ORDER_LITTLE_ENDIAN__ 1234\n#define __ORDER_BIG_ENDIAN__ 4321\n#define __ORDER_PDP_ENDIAN__ 3412\n"
	"#define __BYTE_ORDER__ __ORDER_LITTLE_ENDIAN__\n#define __FLOAT_WORD_ORDER__ __ORDER_LITTLE_ENDIAN__\n"
	"#define __SIZEOF_SHORT__ 2\n#define __SIZEOF_INT__ 4\n#define __SIZEOF_LONG__ 8\n#define __SIZEOF_LONG_LONG__ 8\n#define __SIZEOF_POINTER__ 8\n"
	"#define __SIZEOF_SIZE_T__ 8\n#define __SIZEOF_PTRDIFF_T__ 8\n#define __SIZEOF_WCHAR_T__ 4\n#define __SIZEOF_WINT_T__ 4\n"
	"#define __SIZEOF_FLOAT__ 4\n#define __SIZEOF_DOUBLE__ 8\n#define __SIZEOF_LONG_DOUBLE__ 16\n#define __SIZEOF_INT128__ 16\n"
	"#define __SIZE_TYPE__ unsigned long\n#define __PTRDIFF_TYPE__ long\n#define __WCHAR_TYPE__ int\n#define __WINT_TYPE__ unsigned int\n"
	"#define __INTMAX_TYPE__ long\n#define __UINTMAX_TYPE__ unsigned long\n#define __INTPTR_TYPE__ long\n#define __UINTPTR_TYPE__ unsigned long\n"
	"#define __INT8_TYPE__ signed char\n#define __INT16_TYPE__ short\n#define __INT32_TYPE__ int\n#define __INT64_TYPE__ long\n"
	"#define __UINT8_TYPE__ unsigned char\n#define __UINT16_TYPE__ unsigned short\n#define __UINT32_TYPE__ unsigned int\n#define __UINT64_TYPE__ unsigned long\n"
	"#define __CHAR16_TYPE__ unsigned short\n#define __CHAR32_TYPE__ unsigned int\n"
	"#define __SCHAR_MAX__ 0x7f\n#define __SHRT_MAX__ 0x7fff\n#define __INT_MAX__ 0x7fffffff\n#define __LONG_MAX__ 0x7fffffffffffffffL\n"
	"#define __LONG_LONG_MAX__ 0x7fffffffffffffffLL\n#define __WCHAR_MAX__ 0x7fffffff\n#define __WCHAR_MIN__ (-__WCHAR_MAX__ - 1)\n"
	"#define __INT8_MAX__ 0x7f\n#define __INT16_MAX__ 0x7fff\n#define __INT32_MAX__ 0x7fffffff\n#define __INT64_MAX__ 0x7fffffffffffffffL\n"
	"#define __UINT8_MAX__ 0xff\n#define __UINT16_MAX__ 0xffff\n#define __UINT32_MAX__ 0xffffffffU\n#define __UINT64_MAX__ 0xffffffffffffffffUL\n"
	"#define __SIZE_MAX__ 0xffffffffffffffffUL\n#define __PTRDIFF_MAX__ 0x7fffffffffffffffL\n#define __INTMAX_MAX__ 0x7fffffffffffffffL\n"
	"#define __UINTMAX_MAX__ 0xffffffffffffffffUL\n#define __INTPTR_MAX__ 0x7fffffffffffffffL\n#define __UINTPTR_MAX__ 0xffffffffffffffffUL\n"
	"#define __INT64_C(c) c ## L\n#define __UINT64_C(c) c ## UL\n#define __INTMAX_C(c) c ## L\n#define __UINTMAX_C(c) c ## UL\n"
	"#define __FLT_EVAL_METHOD__ 0\n#define __FLT_RADIX__ 2\n#define __FLT_MANT_DIG__ 24\n#define __DBL_MANT_DIG__ 53\n#define __LDBL_MANT_DIG__ 64\n"
	"#define __FLT_DIG__ 6\n#define __DBL_DIG__ 15\n#define __LDBL_DIG__ 18\n"
	"#define __GCC_IEC_559 2\n#define __GCC_IEC_559_COMPLEX 2\n#define __GCC_ATOMIC_INT_LOCK_FREE 2\n"
	/* glibc's features with _DEFAULT_SOURCE come by themselves; scripts also name what _GNU_SOURCE shows */
	"#define _GNU_SOURCE 1\n"
	"#define __BPF_TRACING__ 1\n#define __KERNEL__ 1\n";

static const struct {
	const char *name, *text;
} headers[] = {
	{"stddef.h",
	 "typedef unsigned long size_t; typedef long ptrdiff_t; typedef int wchar_t; typedef unsigned int wint_t;\n"
	 "typedef struct { long long __a __attribute__((aligned(8))); long double __b __attribute__((aligned(16))); } max_align_t;\n"
	 "#undef NULL\n#define NULL ((void *)0)\n#undef offsetof\n#define offsetof(t, m) __builtin_offsetof(t, m)\n"},
	{"stdarg.h", "typedef __builtin_va_list __gnuc_va_list; typedef __builtin_va_list va_list;\n"},
	{"stdbool.h", "#define bool _Bool\n#define true 1\n#define false 0\n#define __bool_true_false_are_defined 1\n"},
	{"stdalign.h", "#define alignas _Alignas\n#define alignof _Alignof\n"},
	{"stdnoreturn.h", "#define noreturn _Noreturn\n"},
	{"float.h",
	 "#define FLT_RADIX 2\n#define FLT_DIG 6\n#define DBL_DIG 15\n#define FLT_MANT_DIG 24\n#define DBL_MANT_DIG 53\n"},
	{"limits.h",
	 "#define CHAR_BIT 8\n#define SCHAR_MIN (-128)\n#define SCHAR_MAX 127\n#define UCHAR_MAX 255\n#define CHAR_MIN SCHAR_MIN\n#define CHAR_MAX SCHAR_MAX\n"
	 "#define SHRT_MIN (-32768)\n#define SHRT_MAX 32767\n#define USHRT_MAX 65535\n#define INT_MIN (-2147483647 - 1)\n#define INT_MAX 2147483647\n"
	 "#define UINT_MAX 4294967295U\n#define LONG_MIN (-9223372036854775807L - 1)\n#define LONG_MAX 9223372036854775807L\n"
	 "#define ULONG_MAX 18446744073709551615UL\n#define LLONG_MIN LONG_MIN\n#define LLONG_MAX LONG_MAX\n#define ULLONG_MAX ULONG_MAX\n"
	 "#define MB_LEN_MAX 16\n#define NAME_MAX 255\n#define PATH_MAX 4096\n#define PIPE_BUF 4096\n#define IOV_MAX 1024\n#define ARG_MAX 131072\n"
	 "#define SSIZE_MAX LONG_MAX\n#define _POSIX_PATH_MAX 256\n#define HOST_NAME_MAX 64\n#define LOGIN_NAME_MAX 256\n#define NGROUPS_MAX 65536\n"},
};

const char *builtin_header(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		if (str_eq(headers[i].name, name))
			return headers[i].text;
	return NULL;
}

/* CONFIG_X=y is 1, =m is not defined (CONFIG_X_MODULE is), numbers and strings are themselves */
static void define_line(struct buf *out, const char *line, size_t len)
{
	const char *equals = memchr(line, '=', len);
	size_t name, value;

	if (strncmp(line, "CONFIG_", 7) || !equals)
		return;
	name = (size_t)(equals - line);
	value = len - name - 1;
	if (value == 1 && equals[1] == 'm')
		buf_printf(out, "#define %.*s_MODULE 1\n", (int)name, line);
	else if (value == 1 && equals[1] == 'y')
		buf_printf(out, "#define %.*s 1\n", (int)name, line);
	else
		buf_printf(out, "#define %.*s %.*s\n", (int)name, line, (int)value, equals + 1);
}

void define_config(struct cdefs *c)
{
	struct buf config = {0}, text = {0};
	const char *kept;

	kernel_config(&config);
	for (const char *line = config.data; line && *line; line += *line == '\n') {
		define_line(&text, line, strcspn(line, "\n"));
		line += strcspn(line, "\n");
	}
	buf_free(&config);
	if (text.len) {
		kept = arena_strndup(c->arena, text.data, text.len);
		preprocess(c, kept, text.len, 0, NULL);
	}
	buf_free(&text);
}
