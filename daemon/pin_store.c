/* Pins in the state folder: a line each, "812 45013 1789…(key) 1(kind) 0(inherited) 0(uid) 1795…(usec) web/php". */
#include "pin_store.h"

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

#define PINS_NAME      "pins"
#define PINS_HEAD      "cgq-pins 1 "
#define PINS_MAX_BYTES (16U << 20)
#define LINE_MAX_BYTES (128 + GROUP_PATH_MAX_BYTES)
#define RELEASED       "-" /* no group has that name */

enum { PID, START, KEY, KIND, INHERITED, UID, AT, NUMBERS };

/* KIND_RUN is for children too. */
enum { KIND_ALONE, KIND_CHILDREN, KIND_RUN };

/* The largest value of each. */
static const uint64_t most[NUMBERS] = {
	[PID] = INT32_MAX, [START] = UINT64_MAX, [KEY] = UINT64_MAX, [KIND] = KIND_RUN,
	[INHERITED] = 1,   [UID] = UINT32_MAX,	 [AT] = UINT64_MAX,
};

static int group_take(const char *text, struct pin *ret)
{
	char why[256];

	if (!strcmp(text, RELEASED))
		return 0;
	if (group_name_check(text, why, sizeof(why)) < 0)
		return -EBADMSG;
	snprintf(ret->group, sizeof(ret->group), "%s", text);
	return 0;
}

static int line_take(char *line, struct pins *p)
{
	uint64_t numbers[NUMBERS];
	struct pin one = {0};
	char *at = line;

	for (size_t i = 0; i < NUMBERS; i++) {
		const char *field = strsep(&at, " ");

		if (!field || text_u64(field, &numbers[i]) < 0 || numbers[i] > most[i])
			return -EBADMSG;
	}
	if (!at || numbers[PID] == 0 || numbers[START] == 0 || group_take(at, &one) < 0)
		return -EBADMSG;
	one.pid = (pid_t)numbers[PID];
	one.start_ticks = numbers[START];
	one.key = numbers[KEY];
	one.children = numbers[KIND] != KIND_ALONE;
	one.run = numbers[KIND] == KIND_RUN;
	one.inherited = numbers[INHERITED];
	one.uid = (uid_t)numbers[UID];
	one.at_usec = numbers[AT];
	pins_put(p, &one);
	return 0;
}

static int text_take(char *text, struct pins *p, struct err *e)
{
	char boot[BOOT_ID_SIZE], *line = strsep(&text, "\n");
	size_t head = strlen(PINS_HEAD), bad = 0;

	boot_id_read(boot);
	if (strncmp(line, PINS_HEAD, head) != 0)
		return fail(e, EBADMSG, "state: pins was not written by this version of cgqd; nobody is pinned any more");
	if (strcmp(line + head, boot) != 0)
		return 0; /* of an earlier boot: none of these processes lives */
	while ((line = strsep(&text, "\n")))
		if (*line && line_take(line, p) < 0)
			bad++;
	return bad ? fail(e, EBADMSG, "state: pins has %zu damaged lines; their processes are not pinned any more", bad) : 0;
}

int pin_store_load(int folder, struct pins *p, struct err *e)
{
	auto_free char *text = NULL;
	int r = state_read_lines(folder, PINS_NAME, PINS_MAX_BYTES, &text, e);

	if (r <= 0)
		return r;
	r = text_take(text, p, e);
	pins_saved(p);
	return r;
}

struct writing {
	FILE *f;
	size_t left_out; /* with more, all of it would not be read again */
};

static void line_put(void *ctx, struct pin *one)
{
	struct writing *w = ctx;

	/* one that was only told of is found again through its parent */
	if (one->start_ticks == 0)
		return;
	if (ftell(w->f) + LINE_MAX_BYTES > (long)PINS_MAX_BYTES)
		w->left_out++;
	else
		fprintf(w->f, "%d %" PRIu64 " %" PRIu64 " %d %d %u %" PRIu64 " %s\n", (int)one->pid, one->start_ticks, one->key,
			one->run ? KIND_RUN : one->children ? KIND_CHILDREN : KIND_ALONE, one->inherited, one->uid, one->at_usec, one->group[0] ? one->group : RELEASED);
}

int pin_store_save(int folder, struct pins *p, struct err *e)
{
	auto_free char *text = NULL;
	char boot[BOOT_ID_SIZE];
	struct writing w = {0};
	size_t len = 0;
	int r;

	if (folder < 0 || !pins_changed(p))
		return 0;
	boot_id_read(boot);
	w.f = open_memstream(&text, &len);
	if (!w.f)
		return fail(e, errno, "state: pins: %m");
	fprintf(w.f, PINS_HEAD "%s\n", boot);
	pins_each(p, line_put, &w);
	if (fclose(w.f) != 0)
		return fail(e, ENOMEM, "state: pins: %s", strerror(ENOMEM));
	r = state_write_of_boot(folder, PINS_NAME, text, len, e);
	if (r < 0)
		return fail_prefix(e, "state");
	pins_saved(p);
	return w.left_out ? fail(e, EFBIG, "state: pins: %zu of %zu are more than can be kept", w.left_out, pins_count(p)) : 0;
}
