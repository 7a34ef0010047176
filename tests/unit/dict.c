/* dict: what was put in is found, and in order. */
#include "tests/unit/unit.h"
#include "base/base.h"

int main(void)
{
	struct arena *a = arena_new();
	struct dict d;
	char key[16];
	int values[1000];
	bool found = true, ordered = true;

	dict_init(&d, a);
	unit_ok(!dict_find(&d, "x"));
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "key%d", i);
		dict_set(&d, key, &values[i]);
	}
	unit_is_int(d.count, 1000);
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "key%d", i);
		found &= dict_find(&d, key) == &values[i];
		ordered &= !strcmp(d.entries[i].key, key) && d.entries[i].value == &values[i];
	}
	unit_ok(found);
	unit_ok(ordered);
	unit_ok(!dict_find(&d, "key1000"));
	unit_ok(!dict_find(&d, ""));

	dict_set(&d, "key7", &values[0]);
	unit_is_int(d.count, 1000);
	unit_ok(dict_find(&d, "key7") == &values[0]);
	arena_free(a);
	return unit_end();
}
