/* Overrides, a pending confirmation and what was rolled back, as lines with a hash at their end. */
#include "change_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>

#include "boot_id.h"
#include "state_folder.h"
#include "text.h"

#define CHANGE_NAME	 "changes"
#define CHANGE_HEAD	 "cgq-changes 1 "
#define CHANGE_MAX_BYTES (4U << 20) /* 200 overrides and 1000 files come to a tenth of it */

void changes_done(struct changes *c)
{
	overrides_done(&c->overrides);
	held_done(&c->held);
	*c = (struct changes){0};
}

static void put_held(FILE *f, const struct held *h)
{
	if (h->n > 0)
		fprintf(f, "why %s\n", h->why);
	for (size_t i = 0; i < h->n; i++) {
		const struct held_file *one = &h->list[i];

		/* A name that would read as two lines is left out: that file is taken again, which is told. */
		if (!strpbrk(one->name, "\n\t") && !strpbrk(one->path, "\n\t"))
			fprintf(f, "held %s\t%s\t%s\t%" PRIu64 "\n", one->name, one->path, one->gone ? "gone" : "file",
				one->hash);
	}
}

/*
 *	cgq-changes 1 BOOT
 *	set GROUP	KEY	WHO	WHEN	VALUE
 *	pending SECONDS	UNTIL_USEC
 *	why not confirmed within 30s
 *	held 50-web.conf	/etc/cgq/conf.d/50-web.conf	file	1234567890
 *	hash 1234567890
 */
char *change_store_format(const struct changes *c, const char *boot)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort(); /* out of memory, as must_alloc() */
	fprintf(f, CHANGE_HEAD "%s\n", boot);
	for (size_t i = 0; i < c->overrides.n; i++) {
		const struct override *o = &c->overrides.list[i];

		fprintf(f, "set %s\t%s\t%s\t%s\t%s\n", o->group, o->key, o->who, o->when, o->value);
	}
	if (c->pending.is_pending)
		fprintf(f, "pending %u\t%" PRIu64 "\n", c->pending.seconds, c->pending.until_usec);
	put_held(f, &c->held);
	fflush(f);
	fprintf(f, "hash %" PRIu64 "\n", text_hash(0, text, len));
	fclose(f);
	return text;
}

/* Cuts line at its tabs into exactly n fields. */
static bool fields_cut(char *line, char **ret, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = strsep(&line, "\t");
	return !line && ret[n - 1];
}

static int take_set(char *rest, struct changes *ret)
{
	char *f[5];

	if (!fields_cut(rest, f, 5) || ret->overrides.n == OVERRIDES_MAX)
		return -EBADMSG;
	overrides_put(&ret->overrides, &(struct override){f[0], f[1], f[4], f[2], f[3]});
	return 0;
}

static int take_pending(char *rest, struct changes *ret)
{
	uint64_t seconds;
	char *f[2];

	if (!fields_cut(rest, f, 2) || text_u64(f[0], &seconds) < 0 || seconds > UINT32_MAX ||
	    text_u64(f[1], &ret->pending.until_usec) < 0)
		return -EBADMSG;
	ret->pending.is_pending = true;
	ret->pending.seconds = (unsigned)seconds;
	return 0;
}

static int take_why(char *rest, struct changes *ret)
{
	free(ret->held.why);
	ret->held.why = must_strdup(rest);
	return 0;
}

static int take_held(char *rest, struct changes *ret)
{
	uint64_t hash;
	char *f[4];

	if (!ret->held.why || !fields_cut(rest, f, 4) || text_u64(f[3], &hash) < 0)
		return -EBADMSG;
	held_put(&ret->held, f[0], f[1], strcmp(f[2], "gone") == 0, hash);
	return 0;
}

static int line_take(char *line, struct changes *ret)
{
	static const struct {
		const char *word;
		int (*take)(char *rest, struct changes *ret);
	} kinds[] = {{"set ", take_set}, {"pending ", take_pending}, {"why ", take_why}, {"held ", take_held}};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strncmp(line, kinds[i].word, strlen(kinds[i].word)) == 0)
			return kinds[i].take(line + strlen(kinds[i].word), ret);
	return -EBADMSG;
}

/* Cuts the last line off, if it holds the hash of all before it. */
static bool hash_cut(char *text, size_t len)
{
	char *last;
	uint64_t hash;

	if (len < 2 || strlen(text) != len || text[len - 1] != '\n')
		return false;
	text[len - 1] = '\0';
	last = strrchr(text, '\n');
	if (!last || strncmp(last + 1, "hash ", 5) != 0 || text_u64(last + 6, &hash) < 0)
		return false;
	last[1] = '\0';
	return text_hash(0, text, strlen(text)) == hash;
}

/* Overrides last until the machine boots, and a clock of another boot says nothing. */
static void other_boot(struct changes *c)
{
	overrides_done(&c->overrides);
	c->pending.until_usec = 0;
}

int change_store_parse(const char *text, size_t len, const char *boot, struct changes *ret, struct err *e)
{
	auto_free char *copy = must_strndup(text, len);
	char *rest = copy, *line;
	int r = 0;

	*ret = (struct changes){0};
	if (strncmp(copy, CHANGE_HEAD, strlen(CHANGE_HEAD)) != 0)
		return fail(e, EBADMSG, "'%s' was not written by this version of cgqd", CHANGE_NAME);
	if (!hash_cut(copy, len))
		return fail(e, EBADMSG, "'%s' is damaged", CHANGE_NAME);
	line = strsep(&rest, "\n") + strlen(CHANGE_HEAD);
	while (r == 0 && rest && *rest)
		r = line_take(strsep(&rest, "\n"), ret);
	if (r == 0 && (!*boot || strcmp(line, boot) != 0))
		other_boot(ret);
	if (r < 0) {
		changes_done(ret);
		return fail(e, EBADMSG, "'%s' is damaged", CHANGE_NAME);
	}
	return 0;
}

int change_store_load(int folder, struct changes *ret, struct err *e)
{
	char boot[BOOT_ID_SIZE];
	auto_free char *text = NULL;
	size_t len = 0;
	int r;

	*ret = (struct changes){0};
	r = state_read(folder, CHANGE_NAME, CHANGE_MAX_BYTES, &text, &len, e);
	if (r < 0)
		return r;
	boot_id_read(boot);
	return change_store_parse(text, len, boot, ret, e);
}

int change_store_save(int folder, const struct changes *c, struct err *e)
{
	char boot[BOOT_ID_SIZE];
	auto_free char *text = NULL;

	boot_id_read(boot);
	text = change_store_format(c, boot);
	return state_write(folder, CHANGE_NAME, text, strlen(text), e);
}
