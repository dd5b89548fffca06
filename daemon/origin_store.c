/* Where processes came from: a journal of one line a move. */
#include "origin_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cgq/auto.h>
#include <cgq/bounds.h>
#include <cgq/memory.h>

#include "boot_id.h"
#include "state_folder.h"
#include "text.h"

#define ORIGIN_NAME	 "origins"
#define ORIGIN_HEAD	 "cgq-origins 1 "
#define ORIGIN_MAX_BYTES (256U << 20) /* a million processes */
/* Ten thousand moves a second for half a minute come to 60 MiB. */
#define ORIGIN_LONG_BYTES (16U << 20)
/* A journal of fewer lines is not worth rewriting: 1,000 lines are about 100 KiB. */
#define TRIM_LINES 1000
#define LINE_BYTES 100
/* Stands for the group of a member whose section is gone; no group has that name. */
#define ORIGIN_NO_GROUP "-"
#define QUEUE_KEPT_BYTES (16U << 10)

struct origin_store {
	int folder, fd; /* fd: open for appending, or -1 */
	const struct machine *machine;
	char boot[BOOT_ID_SIZE];
	char *queue;
	size_t queued, cap;
	size_t lines, bytes; /* in the journal, of ours: threads that place at once write to it too */
	bool lost;    /* a record that was queued is not in the journal: it is written anew when there is room */
	bool torn;    /* it ends in half a record: until then nothing may follow that */
	struct err trouble, told;
};

struct origin_store *origin_store_new(int folder, const struct machine *m)
{
	struct origin_store *s = must_alloc(sizeof(*s));

	*s = (struct origin_store){.folder = folder, .fd = -1, .machine = m};
	boot_id_read(s->boot);
	return s;
}

void origin_store_free(struct origin_store *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->queue);
	free(s);
}

const char *origin_store_trouble(struct origin_store *s)
{
	if (s->trouble.code == 0 || strcmp(s->trouble.text, s->told.text) == 0)
		return NULL;
	s->told = s->trouble;
	return s->told.text;
}

static void queue_text(struct origin_store *s, const char *text, size_t len)
{
	if (s->queued + len + 1 > s->cap) {
		s->cap = (s->queued + len + 1) * 2;
		s->queue = must_realloc(s->queue, s->cap);
	}
	memcpy(s->queue + s->queued, text, len);
	s->queued += len;
}

/* What thousands of processes needed at once is not kept for the few that come later. */
static void queue_drop(struct origin_store *s)
{
	s->queued = 0;
	if (s->cap <= QUEUE_KEPT_BYTES)
		return;
	free(take_ptr(s->queue));
	s->cap = 0;
}

static void queue_number(struct origin_store *s, uint64_t n)
{
	char text[TEXT_U64_BYTES + 1];
	size_t len = text_put_u64(n, text);

	text[len++] = ' ';
	queue_text(s, text, len);
}

static size_t plain_length(const char *text)
{
	size_t n = 0;

	while ((unsigned char)text[n] > ' ' && text[n] != '%' && text[n] != '=')
		n++;
	return n;
}

/* A field ends at a blank; a cgroup's path may hold one. */
static void queue_field(struct origin_store *s, const char *text)
{
	for (;;) {
		size_t n = plain_length(text);
		char hex[8];

		queue_text(s, text, n);
		text += n;
		if (!*text)
			return;
		snprintf(hex, sizeof(hex), "%%%02x", (unsigned char)*text++);
		queue_text(s, hex, 3);
	}
}

static void unescape(char *s)
{
	static const char digits[] = "0123456789abcdef";
	char *to = s;

	for (; *s; s++) {
		const char *high = s[0] == '%' && s[1] ? strchr(digits, s[1]) : NULL;
		const char *low = high && s[2] ? strchr(digits, s[2]) : NULL;

		if (low) {
			*to++ = (char)((high - digits) * 16 + (low - digits));
			s += 2;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/*
 * "812 45013 1789…(rule key) 1(kind) mysql /sys/fs/cgroup/cpu= /sys/fs/cgroup/memory=/user"
 * Of one that is about to exec, what held it before: if that comes to pass, a later daemon judges it by what it runs.
 */
void origin_store_add(struct origin_store *s, const struct policy *p, const struct member *one)
{
	unsigned group = one->ahead_ns ? one->before_group : one->group;

	if (s->folder < 0)
		return;
	queue_number(s, (uint64_t)one->pid);
	queue_number(s, one->start_ticks);
	queue_number(s, one->ahead_ns ? one->before_key : one->rule_key);
	queue_number(s, (uint64_t)one->kind);
	/* Whom no group holds any more may be moved within the tree, or be still to be moved back: its origin counts on. */
	queue_field(s, group < p->n_groups ? p->groups[group].path : ORIGIN_NO_GROUP);
	for (unsigned h = 0; h < s->machine->n_hierarchies; h++) {
		if (!one->origins[h])
			continue;
		queue_text(s, " ", 1);
		queue_field(s, s->machine->hierarchies[h].mount);
		queue_text(s, "=", 1);
		queue_field(s, one->origins[h]);
	}
	queue_text(s, "\n", 1);
	s->lines++;
}

static int open_journal(struct origin_store *s)
{
	if (s->torn)
		return -EIO;
	if (s->fd < 0)
		s->fd = openat(s->folder, ORIGIN_NAME, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	return s->fd < 0 ? -errno : 0;
}

void origin_store_flush(struct origin_store *s)
{
	int r;

	if (s->folder < 0 || s->queued == 0) {
		s->queued = 0;
		return;
	}
	r = open_journal(s);
	if (r == 0)
		r = state_append(s->fd, s->queue, s->queued, &s->torn);
	s->bytes += s->queued;
	queue_drop(s);
	if (r == 0)
		return;
	s->lost = true;
	fail(&s->trouble, -r, "state: origins cannot be written: %s; after a restart, processes go back to the root instead",
	     strerror(-r));
}

struct rewrite {
	struct origin_store *s;
	const struct policy *p;
};

static void rewrite_one(void *ctx, struct member *one)
{
	struct rewrite *w = ctx;

	if (one->start_ticks == 0)
		return;
	origin_store_add(w->s, w->p, one);
	one->journaled = true;
}

static void rewrite(struct origin_store *s, const struct policy *p, struct members *members)
{
	struct rewrite w = {s, p};
	char head[128];
	int n = snprintf(head, sizeof(head), ORIGIN_HEAD "%s\n", s->boot);

	s->queued = 0;
	s->lines = 0;
	queue_text(s, head, (size_t)n);
	members_each(members, rewrite_one, &w);
	if (s->fd >= 0)
		close(take_fd(s->fd));
	s->lost = state_write_of_boot(s->folder, ORIGIN_NAME, s->queue, s->queued, &s->trouble) < 0;
	s->torn &= s->lost;
	s->bytes = s->queued;
	queue_drop(s);
	open_journal(s);
}

static size_t bytes_now(const struct origin_store *s)
{
	struct stat st;

	return s->fd >= 0 && fstat(s->fd, &st) == 0 ? (size_t)st.st_size : s->bytes;
}

/* Those of others are as long as ours. */
static bool is_grown(const struct origin_store *s, const struct members *members)
{
	size_t line_bytes = s->lines && s->bytes > s->lines ? s->bytes / s->lines : LINE_BYTES;

	return bytes_now(s) / line_bytes > members_count(members) * 2 + TRIM_LINES;
}

void origin_store_trim(struct origin_store *s, const struct policy *p, struct members *members)
{
	if (s->folder >= 0 && (s->fd < 0 || s->lost || is_grown(s, members)))
		rewrite(s, p, members);
}

bool origin_store_is_long(const struct origin_store *s, const struct members *members)
{
	return s->folder >= 0 && bytes_now(s) > ORIGIN_LONG_BYTES && is_grown(s, members);
}

static void load_origin(const struct origin_store *s, struct members *members, struct member *one, char *field)
{
	char *path = strchr(field, '=');

	*path++ = '\0';
	unescape(field);
	unescape(path);
	for (unsigned h = 0; h < s->machine->n_hierarchies; h++)
		if (strcmp(s->machine->hierarchies[h].mount, field) == 0 && (*path == '/' || *path == '\0'))
			one->origins[h] = members_intern(members, path);
}

/*
 * "/sys/fs/cgroup/cpu=/user". Where a file system was full, half a record may stand there with another one behind it: its numbers
 * are not taken for origins, nor what comes after them for those of the first.
 */
static bool are_origins(const char *rest)
{
	while (rest) {
		const char *end = strchrnul(rest, ' '), *sign = memchr(rest, '=', (size_t)(end - rest));

		if (*rest != '/' || !sign)
			return false;
		rest = *end ? end + 1 : NULL;
	}
	return true;
}

static int load_line(const struct origin_store *s, const struct policy *p, struct members *members, char *line)
{
	uint64_t pid, start, key, kind;
	char *at = line, *fields[5];
	struct member *one;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (!(fields[i] = strsep(&at, " ")))
			return -EBADMSG;
	if (text_u64(fields[0], &pid) < 0 || pid == 0 || pid > INT32_MAX || text_u64(fields[1], &start) < 0 || start == 0 ||
	    text_u64(fields[2], &key) < 0 || text_u64(fields[3], &kind) < 0 || kind > VERDICT_PINNED || !are_origins(at))
		return -EBADMSG;
	unescape(fields[4]);
	one = members_put(members, (pid_t)pid, start);
	one->group = policy_group(p, fields[4]);
	one->rule_key = key;
	one->kind = (enum verdict_kind)kind;
	one->journaled = true;
	/* each line says all of it: what an earlier one said and this one does not was forgotten since */
	memset(one->origins, 0, sizeof(one->origins));
	while (at)
		load_origin(s, members, one, strsep(&at, " "));
	return 0;
}

/* 0: its lines are in members, and further ones may be appended. */
static int load_text(struct origin_store *s, const struct policy *p, struct members *members, char *text)
{
	char *line = strsep(&text, "\n");
	size_t head = strlen(ORIGIN_HEAD), bad = 0;

	if (!*line && !text)
		return -ESTALE; /* a power cut left it so */
	if (strncmp(line, ORIGIN_HEAD, head) != 0)
		return fail(&s->trouble, EBADMSG, "state: origins was not written by this version of cgqd; begun anew");
	if (strcmp(line + head, s->boot) != 0)
		return -ESTALE; /* of an earlier boot: none of these processes lives */
	while (text && (line = strsep(&text, "\n")))
		/* A line without its end is torn: even where it reads well, its last path may be another. */
		if (*line && (!text || load_line(s, p, members, line) < 0))
			bad++;
	if (bad)
		fail(&s->trouble, EBADMSG, "state: origins has %zu damaged lines; their processes go back to the root", bad);
	return 0;
}

void origin_store_load(struct origin_store *s, const struct policy *p, struct members *members)
{
	auto_free char *text = NULL;
	size_t len = 0;
	int r;

	if (s->folder < 0)
		return;
	r = state_read(s->folder, ORIGIN_NAME, ORIGIN_MAX_BYTES, &text, &len, &s->trouble);
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0')
			text[i] = '?';
	/* The first moves are written down before they are made: there must be something to append to. */
	if (r < 0 || load_text(s, p, members, text) < 0)
		rewrite(s, p, members);
}
