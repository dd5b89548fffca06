/* The last good version of every policy file, kept over a restart: one file, length-prefixed, with a hash at its end. */
#include "good_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "state_folder.h"
#include "text.h"

#define GOOD_NAME "good"
#define GOOD_HEAD "cgq-good 1\n"
#define GOOD_TAIL "hash "
#define TAIL_BYTES (sizeof(GOOD_TAIL) + 21)
/* Every file at its largest would be 1 GiB; nobody's policy is, and what is larger is not worth a restart's memory. */
#define GOOD_MAX_BYTES (256U << 20)

/* A name that would read as two lines is left out too, rather than make the whole set unreadable. */
static bool is_taken(const struct policy_file *one, size_t n_before, size_t room)
{
	const size_t head = strlen("file \npath \nbytes \n\n") + 20;

	return n_before < POLICY_FILES_MAX && one->len <= POLICY_FILE_MAX_BYTES &&
	       head + strlen(one->name) + strlen(one->path) + one->len <= room && !strchr(one->path, '\n') &&
	       !strchr(one->name, '\n');
}

static void file_put(FILE *f, const struct policy_file *one)
{
	fprintf(f, "file %s\npath %s\nbytes %zu\n", one->name, one->path, one->len);
	fwrite(one->text ? one->text : "", 1, one->len, f);
	fputc('\n', f);
}

/*
 *	cgq-good 1
 *	file 50-web.conf
 *	path /etc/cgq/conf.d/50-web.conf
 *	bytes 123
 *	…123 bytes…
 *	hash 1234567890
 */
char *good_store_format(const struct file_set *set, size_t max_bytes, size_t *ret_len, size_t *ret_left_out)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, ret_len);
	size_t n = 0;

	if (!f)
		abort(); /* out of memory, as must_alloc() */
	fputs(GOOD_HEAD, f);
	for (size_t i = 0; i < set->n; i++) {
		size_t used = (size_t)ftell(f) + TAIL_BYTES;

		if (used > max_bytes || !is_taken(&set->list[i], n, max_bytes - used))
			continue;
		file_put(f, &set->list[i]);
		n++;
	}
	*ret_left_out = set->n - n;
	fflush(f);
	fprintf(f, GOOD_TAIL "%" PRIu64 "\n", text_hash(0, text, *ret_len));
	fclose(f);
	return text;
}

struct reader {
	const char *at, *end;
};

/* Takes "WORD rest\n"; rest is owned by the caller. */
static char *take_line(struct reader *r, const char *word)
{
	size_t n = strlen(word);
	const char *nl = memchr(r->at, '\n', (size_t)(r->end - r->at));
	char *rest;

	if (!nl || (size_t)(nl - r->at) < n + 1 || memcmp(r->at, word, n) != 0 || r->at[n] != ' ')
		return NULL;
	rest = must_strndup(r->at + n + 1, (size_t)(nl - r->at) - n - 1);
	r->at = nl + 1;
	return rest;
}

static int take_file(struct reader *r, struct file_set *ret)
{
	auto_free char *name = take_line(r, "file");
	auto_free char *path = name ? take_line(r, "path") : NULL;
	auto_free char *bytes = path ? take_line(r, "bytes") : NULL;
	uint64_t n;

	if (!bytes || text_u64(bytes, &n) < 0 || n > POLICY_FILE_MAX_BYTES || n + 1 > (uint64_t)(r->end - r->at) ||
	    r->at[n] != '\n')
		return -EBADMSG;
	file_set_put(ret, name, path, r->at, n, n == 0);
	r->at += n + 1;
	return 0;
}

static int take_all(struct reader *r, struct file_set *ret)
{
	while (r->at < r->end)
		if (ret->n == POLICY_FILES_MAX || take_file(r, ret) < 0)
			return -EBADMSG;
	return 0;
}

/* Where the last line begins, if it holds the hash of all before it. */
static const char *hash_line(const char *text, size_t len)
{
	const char *last = NULL;
	char number[32] = "";
	uint64_t hash;
	size_t n;

	if (len < 2 || text[len - 1] != '\n')
		return NULL;
	last = memrchr(text, '\n', len - 1);
	if (!last || strncmp(++last, GOOD_TAIL, strlen(GOOD_TAIL)) != 0)
		return NULL;
	n = (size_t)(text + len - 1 - last) - strlen(GOOD_TAIL);
	if (n == 0 || n >= sizeof(number))
		return NULL;
	memcpy(number, last + strlen(GOOD_TAIL), n);
	return text_u64(number, &hash) == 0 && hash == text_hash(0, text, (size_t)(last - text)) ? last : NULL;
}

int good_store_parse(const char *text, size_t len, struct file_set *ret, struct err *e)
{
	struct reader r = {text, hash_line(text, len)};

	if (len < strlen(GOOD_HEAD) || memcmp(text, GOOD_HEAD, strlen(GOOD_HEAD)) != 0)
		return fail(e, EBADMSG, "'%s' was not written by this version of cgqd", GOOD_NAME);
	r.at += strlen(GOOD_HEAD);
	if (!r.end || take_all(&r, ret) < 0) {
		file_set_done(ret);
		*ret = (struct file_set){0};
		return fail(e, EBADMSG, "'%s' is damaged", GOOD_NAME);
	}
	return 0;
}

int good_store_load(int folder, struct file_set *ret, struct err *e)
{
	auto_free char *text = NULL;
	size_t len = 0;
	int r = state_read(folder, GOOD_NAME, GOOD_MAX_BYTES, &text, &len, e);

	return r < 0 ? r : good_store_parse(text, len, ret, e);
}

int good_store_save(int folder, const struct file_set *set, struct err *e)
{
	size_t len = 0, left_out = 0;
	auto_free char *text = good_store_format(set, GOOD_MAX_BYTES, &len, &left_out);
	int r = state_write(folder, GOOD_NAME, text, len, e);

	if (r == 0 && left_out > 0)
		r = fail(e, EFBIG, "%s: %zu of %zu files are more than can be kept: over a restart they have no last good version",
			 GOOD_NAME, left_out, set->n);
	return r;
}
