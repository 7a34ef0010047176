/* btfdata: the same types are found by reading and by the index that many finds are worth. */
#include "tests/unit/unit.h"
#include "base/base.h"
#include "kernel/btfdata.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define TYPES 300

static uint32_t put_name(struct buf *strings, const char *name)
{
	uint32_t at = (uint32_t)strings->len;

	buf_add(strings, name, strlen(name) + 1);
	return at;
}

/* struct t0, typedef t0 of it, struct t1, ...: the name is there once; one int without a name; "twice" twice */
static struct buf types(void)
{
	struct buf all = {0}, list = {0}, strings = {0};
	uint32_t twice;
	char name[32];

	buf_putc(&strings, '\0');
	for (uint32_t i = 0; i < TYPES; i++) {
		snprintf(name, sizeof(name), "t%u", i);
		uint32_t at = put_name(&strings, name);

		buf_add(&list, &(struct btf_type){.name_off = at, .info = BTF_KIND_STRUCT << 24},
			sizeof(struct btf_type));
		buf_add(&list, &(struct btf_type){.name_off = at, .info = BTF_KIND_TYPEDEF << 24, .type = 2 * i + 1},
			sizeof(struct btf_type));
	}
	buf_add(&list, &(struct btf_type){.info = BTF_KIND_CONST << 24, .type = 1}, sizeof(struct btf_type));
	twice = put_name(&strings, "twice");
	for (uint32_t i = 0; i < 2; i++)
		buf_add(&list, &(struct btf_type){.name_off = twice, .info = BTF_KIND_STRUCT << 24},
			sizeof(struct btf_type));
	buf_add(&all,
		&(struct btf_header){.magic = BTF_MAGIC,
				     .version = 1,
				     .hdr_len = sizeof(struct btf_header),
				     .type_len = (uint32_t)list.len,
				     .str_off = (uint32_t)list.len,
				     .str_len = (uint32_t)strings.len},
		sizeof(struct btf_header));
	buf_add(&all, list.data, list.len);
	buf_add(&all, strings.data, strings.len);
	buf_free(&list);
	buf_free(&strings);
	return all;
}

/* all of them, in order: how many are not where they lie */
static unsigned wrong(struct btfdata *b)
{
	unsigned n = 0;
	char name[32];

	for (int i = 0; i < TYPES; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		n += btfdata_find(b, name, BTF_KIND_STRUCT) != 2 * i + 1;
		n += btfdata_find(b, name, BTF_KIND_TYPEDEF) != 2 * i + 2;
		n += btfdata_find(b, name, BTF_KIND_FUNC) != -ENOENT;
	}
	return n;
}

static void others(struct btfdata *b)
{
	unit_is_int(btfdata_find(b, "twice", BTF_KIND_STRUCT), 2 * TYPES + 2);
	unit_is_int(btfdata_find(b, "", BTF_KIND_CONST), -ENOENT);
	unit_is_int(btfdata_find(b, "t", BTF_KIND_STRUCT), -ENOENT);
	unit_is_int(btfdata_find(b, "wice", BTF_KIND_STRUCT), -ENOENT);
	unit_is_int(btfdata_find(b, "t3000", BTF_KIND_STRUCT), -ENOENT);
}

int main(void)
{
	char path[] = "/tmp/probe-btf-XXXXXX";
	struct buf bytes = types();
	int fd = mkstemp(path);
	struct btfdata *b;

	if (!unit_ok(fd >= 0 && write(fd, bytes.data, bytes.len) == (ssize_t)bytes.len))
		return unit_end();
	b = btfdata_open(path);
	if (unit_ok(b)) {
		others(b); /* by reading */
		unit_is_int(wrong(b), 0); /* the index is made on the way */
		others(b); /* by the index */
		unit_ok(btfdata_type(b, 2 * TYPES + 3) != NULL);
		unit_ok(!btfdata_type(b, 2 * TYPES + 4));
		unit_ok(2 * TYPES + 4 <= btfdata_most(b));
	}
	btfdata_close(b);
	unlink(path);
	close(fd);
	buf_free(&bytes);
	return unit_end();
}
