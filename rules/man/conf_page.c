/* What tables say in cgq.conf(5): the keys, the files of the kernel that each is written to, and what rules look at. */
#include <stdio.h>

#include <cgq/auto.h>
#include <cgq/key.h>
#include <cgq/knob.h>

#include "man/page.h"
#include "man/roff.h"

static void kernel_files_print(enum key key, int version)
{
	unsigned n = 0;

	for (int k = 0; k < KNOB__COUNT; k++) {
		const char *file = version == 2 ? knob_rows[k].v2 : knob_rows[k].v1;

		if (knob_rows[k].key != key)
			continue;
		printf("%s\\fI", n++ ? ", " : version == 2 ? ".br\nv2: " : "; v1: ");
		roff_text(file ? file : "none");
		fputs("\\fR", stdout);
	}
	if (n && version == 1)
		puts(".");
}

/* "memory = 1800M..2G", and what stands in the kernel for it. */
static void keys_print(void)
{
	for (int k = 0; k < KEY__COUNT; k++) {
		char example[64];

		snprintf(example, sizeof(example), " = %s", key_rows[k].example);
		roff_term(key_rows[k].name, example);
		roff_sentence(key_rows[k].help);
		kernel_files_print(k, 2);
		kernel_files_print(k, 1);
	}
}

static void kinds_print(void)
{
	for (int k = 0; k < MATCH__COUNT; k++) {
		char example[64];

		snprintf(example, sizeof(example), ":%s", match_rows[k].example);
		roff_item(match_rows[k].name, example, match_rows[k].help);
	}
}

const struct page_part page_parts[] = {
	{"KEYS", keys_print},
	{"KINDS", kinds_print},
	{NULL, NULL},
};
