/*
 * Keepers in the state folder: a line each, "1(state) 812 45013(start) 3(kinds) 4026532281 … (inodes by kind) web/php cgq1a2b3c4d
 * cgq-web:php"; "-" for a link or a name that it has not.
 */
#include "keeper_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "boot_id.h"
#include "group_name.h"
#include "state_folder.h"
#include "text.h"

#define KEEPERS_NAME      "keepers"
#define KEEPERS_HEAD      "cgq-keepers 1 "
#define KEEPERS_MAX_BYTES (16U << 20) /* 10,000 of the longest lines are half of it */

enum { STATE, PID, START, KINDS, INODES, NUMBERS = INODES + NAMESPACE__COUNT };

static const uint64_t most[NUMBERS] = {
	[STATE] = KEEPER_FORGETTING,
	[PID] = INT32_MAX,
	[START] = UINT64_MAX,
	[KINDS] = NAMESPACE_BIT(NAMESPACE__COUNT) - 1,
	[INODES ... NUMBERS - 1] = UINT64_MAX,
};

static int text_take(const char *text, char *ret, size_t size)
{
	if (!text || !*text || strlen(text) >= size || strchr(text, '/'))
		return -EBADMSG;
	strcpy(ret, strcmp(text, "-") ? text : "");
	return 0;
}

/* One that was only asked for has no process yet; every other one has. */
static bool numbers_fit(const uint64_t numbers[NUMBERS])
{
	bool asked = numbers[STATE] == KEEPER_ASKED;

	return asked == !numbers[PID] && asked == !numbers[START] && numbers[KINDS];
}

static int line_take(char *line, struct keepers *k)
{
	uint64_t numbers[NUMBERS];
	struct keeper one = {0};
	const char *group, *link;
	char *at = line, why[256];

	for (size_t i = 0; i < NUMBERS; i++) {
		const char *field = strsep(&at, " ");

		if (!field || text_u64(field, &numbers[i]) < 0 || numbers[i] > most[i])
			return -EBADMSG;
	}
	group = strsep(&at, " ");
	link = strsep(&at, " ");
	if (!numbers_fit(numbers) || !group || group_name_check(group, why, sizeof(why)) < 0 ||
	    text_take(link, one.link, sizeof(one.link)) < 0 || text_take(at, one.name, sizeof(one.name)) < 0)
		return -EBADMSG;
	strcpy(one.group, group);
	one.state = (enum keeper_state)numbers[STATE];
	one.pid = (pid_t)numbers[PID];
	one.start_ticks = numbers[START];
	one.kinds = (uint32_t)numbers[KINDS];
	memcpy(one.inodes, &numbers[INODES], sizeof(one.inodes));
	array_grow(k->list, k->n, k->cap);
	k->list[k->n++] = one;
	return 0;
}

static int all_take(char *text, struct keepers *k, struct err *e)
{
	char boot[BOOT_ID_SIZE], *line = strsep(&text, "\n");
	size_t head = strlen(KEEPERS_HEAD), bad = 0;

	boot_id_read(boot);
	if (strncmp(line, KEEPERS_HEAD, head) != 0)
		return fail(e, EBADMSG, "state: keepers was not written by this version of cgqd; namespaces that are there are not "
					"known any more");
	if (strcmp(line + head, boot) != 0)
		return 0; /* of an earlier boot: neither processes nor namespaces are left */
	while ((line = strsep(&text, "\n")))
		if (*line && line_take(line, k) < 0)
			bad++;
	return bad ? fail(e, EBADMSG, "state: keepers has %zu damaged lines; their namespaces are not known any more", bad) : 0;
}

int keeper_store_load(int folder, struct keepers *k, struct err *e)
{
	auto_free char *text = NULL;
	int r = state_read_lines(folder, KEEPERS_NAME, KEEPERS_MAX_BYTES, &text, e);

	return r <= 0 ? r : all_take(text, k, e);
}

static void line_put(FILE *f, const struct keeper *one)
{
	fprintf(f, "%d %d %" PRIu64 " %u", (int)one->state, (int)one->pid, one->start_ticks, one->kinds);
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		fprintf(f, " %" PRIu64, one->inodes[kind]);
	fprintf(f, " %s %s %s\n", one->group, *one->link ? one->link : "-", *one->name ? one->name : "-");
}

int keeper_store_save(int folder, struct keepers *k, struct err *e)
{
	auto_free char *text = NULL;
	char boot[BOOT_ID_SIZE];
	size_t len = 0;
	FILE *f;
	int r;

	if (folder < 0 || !k->changed)
		return 0;
	boot_id_read(boot);
	f = open_memstream(&text, &len);
	if (!f)
		return fail(e, errno, "state: keepers: %m");
	fprintf(f, KEEPERS_HEAD "%s\n", boot);
	for (size_t i = 0; i < k->n; i++)
		line_put(f, &k->list[i]);
	if (fclose(f) != 0)
		return fail(e, ENOMEM, "state: keepers: %s", strerror(ENOMEM));
	r = state_write(folder, KEEPERS_NAME, text, len, e);
	if (r < 0)
		return fail_prefix(e, "state");
	k->changed = false;
	return 0;
}
