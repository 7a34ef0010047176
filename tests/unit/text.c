/* text: globs, likeness of names, integers from text. */
#include "tests/unit/unit.h"
#include "base/base.h"

static void ints(void)
{
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {
		{"0", 0},
		{"12", 12},
		{"0x1f", 31},
		{"0XFF_ff", 65535},
		{"017", 15},
		{"0b11", 3},
		{"1_000", 1000},
		{"2e3", 2000},
		{"1E6", 1000000},
		{"15e2", 1500},
		{"0e99999999999", 0},
		{"5ns", 5},
		{"5us", 5000},
		{"5ms", 5000000},
		{"5s", 5000000000},
		{"2m", 120000000000},
		{"1h", 3600000000000},
		{"1d", 86400000000000},
		{"7u", 7},
		{"7ULL", 7},
		{"7ll", 7},
		{"-7", -7},
		{"-0x10", -16},
		{"9223372036854775807", INT64_MAX},
		{"-9223372036854775808", INT64_MIN},
		{"18446744073709551615", -1},
	};
	static const struct {
		const char *text, *why, *tail;
	} bad[] = {
		{"", "not a number", ""},
		{"-", "not a number", ""},
		{"x", "not a number", ""},
		{"5xyz", "invalid integer suffix", "xyz"},
		{"1e", "invalid integer suffix", "e"},
		{"1e-3", "invalid integer suffix", "e-3"},
		{"1 ", "invalid integer suffix", " "},
		{"1_", "'_' must stand between digits", ""},
		{"1__0", "'_' must stand between digits", ""},
		{"0x", "digits must follow '0x'", ""},
		{"089", "the digits of an octal number are 0 to 7", ""},
		{"0b12", "the digits of a binary number are 0 and 1", ""},
		{"18446744073709551616", "overflow error, maximum value is 18446744073709551615", ""},
		{"2e19", "overflow error, maximum value is 18446744073709551615", ""},
		{"300000d", "overflow error, maximum value is 18446744073709551615", ""},
		{"-9223372036854775809", "underflow error, minimum value is -9223372036854775808", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		const char *why = "?";
		int64_t v = 99;

		unit_ok(parse_int(good[i].text, &v, &why));
		unit_is_int(v, good[i].value);
		unit_ok(!why);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *why, *tail;
		int64_t v = 99;

		unit_ok(!parse_int_tail(bad[i].text, &v, &why, &tail));
		unit_is_str(why, bad[i].why);
		unit_is_str(tail, bad[i].tail);
		unit_is_int(v, 99);
	}
}

int main(void)
{
	static const char *const names[] = {"printf", "print", "count", "str", NULL};

	unit_ok(glob_match("", ""));
	unit_ok(!glob_match("", "a"));
	unit_ok(glob_match("*", ""));
	unit_ok(glob_match("vfs_*", "vfs_read"));
	unit_ok(!glob_match("vfs_*", "xfs_read"));
	unit_ok(glob_match("*_read", "vfs_read_read"));
	unit_ok(glob_match("a*b*c", "a_b_b_c"));
	unit_ok(!glob_match("a*b*c", "a_b_b_d"));
	unit_ok(glob_match("?fs", "vfs"));
	unit_ok(!glob_match("?fs", "fs"));
	unit_ok(glob_match("[u-v]fs", "vfs"));
	unit_ok(!glob_match("[!v]fs", "vfs"));
	unit_ok(glob_match("x[]]", "x]"));
	unit_ok(glob_match("x[a", "x[a"));
	unit_ok(glob_match("*[ab]c", "xxabac"));
	unit_ok(!glob_match("*[ab]c", "xxabad"));
	unit_ok(!glob_match("*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	unit_ok(glob_has("a*"));
	unit_ok(!glob_has("abc"));

	unit_ok(str_ieq("BEGIN", "begin"));
	unit_ok(!str_ieq("BEGIN", "begi"));

	unit_is_int(edit_distance("", "abc"), 3);
	unit_is_int(edit_distance("kitten", "sitting"), 3);
	unit_is_int(edit_distance("pirntf", "printf"), 1);
	unit_is_str(nearest("prinf", names), "printf");
	unit_is_str(nearest("cuont", names), "count");
	unit_ok(!nearest("elephant", names));
	unit_ok(!nearest("x", names));
	ints();
	return unit_end();
}
