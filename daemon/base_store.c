/* Which controllers cgqd enabled: a line for each hierarchy, "/sys/fs/cgroup cpu memory". */
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "base_store.h"
#include "boot_id.h"
#include "state_folder.h"

#define BASE_NAME      "base"
#define BASE_HEAD      "cgq-base 1 "
#define BASE_MAX_BYTES (16U << 10)

static void words_take(char *words, uint32_t *given)
{
	char *word;

	while ((word = strsep(&words, " "))) {
		int c = controller_find(word, 2);

		*given |= c < 0 ? 0 : 1U << c;
	}
}

/* A mount's path may hold blanks: the words are what follows it. */
static void line_take(const struct machine *m, char *line, uint32_t given[HIERARCHIES_MAX])
{
	for (unsigned h = 0; h < m->n_hierarchies; h++) {
		size_t len = strlen(m->hierarchies[h].mount);

		if (m->hierarchies[h].version == 2 && !strncmp(line, m->hierarchies[h].mount, len) && line[len] == ' ')
			words_take(line + len + 1, &given[h]);
	}
}

void base_store_load(int folder, const struct machine *m, uint32_t given[HIERARCHIES_MAX])
{
	char boot[BOOT_ID_SIZE], *rest, *line;
	auto_free char *text = NULL;
	size_t len = 0, head = strlen(BASE_HEAD);

	memset(given, 0, HIERARCHIES_MAX * sizeof(given[0]));
	if (folder < 0 || state_read(folder, BASE_NAME, BASE_MAX_BYTES, &text, &len, NULL) < 0)
		return;
	boot_id_read(boot);
	rest = text;
	line = strsep(&rest, "\n");
	if (strncmp(line, BASE_HEAD, head) != 0 || strcmp(line + head, boot) != 0)
		return;
	while ((line = strsep(&rest, "\n")))
		line_take(m, line, given);
}

static void append(char *buf, size_t size, const char *a, const char *b)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s%s", a, b);
}

int base_store_save(int folder, const struct machine *m, const uint32_t given[HIERARCHIES_MAX], struct err *e)
{
	char boot[BOOT_ID_SIZE], text[4096] = BASE_HEAD;

	if (folder < 0)
		return 0;
	boot_id_read(boot);
	append(text, sizeof(text), boot, "\n");
	for (unsigned h = 0; h < m->n_hierarchies; h++) {
		if (!given[h])
			continue;
		append(text, sizeof(text), m->hierarchies[h].mount, "");
		for (unsigned c = 0; c < CONTROLLER__COUNT; c++)
			if (given[h] & 1U << c && controller_rows[c].v2)
				append(text, sizeof(text), " ", controller_rows[c].v2);
		append(text, sizeof(text), "\n", "");
	}
	return state_write(folder, BASE_NAME, text, strlen(text), e);
}
