/* What somebody else changed: whether it is put back now, and whether that is news. */
#include "drift_book.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "strmap.h"

/* Beyond so many each is put back at once, and told of: nobody reads the ten thousandth. */
#define ENTRIES_MAX 10000
/* A look takes several rounds at most; who changes it again so soon is not told apart. */
#define SAME_LOOK_NS UINT64_C(100000000)

struct entry {
	char *key, *group, *name, *state, *found;
	const char *verb;
	struct fight fight;
	uint64_t judged_ns;
	bool put_back; /* the last answer */
	bool fresh;    /* judged since the look began */
};

struct drift_book {
	bool report_only;
	struct entry **list;
	size_t n, cap;
	struct strmap by_key;
	char alarm[400];
};

struct drift_book *drift_book_new(bool report_only)
{
	struct drift_book *b = must_alloc(sizeof(*b));

	b->report_only = report_only;
	return b;
}

static void entry_free(struct entry *e)
{
	free(e->key);
	free(e->group);
	free(e->name);
	free(e->state);
	free(e->found);
	free(e);
}

void drift_book_free(struct drift_book *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++)
		entry_free(b->list[i]);
	free(b->list);
	strmap_clear(&b->by_key, NULL);
	free(b);
}

void drift_book_begin(struct drift_book *b)
{
	for (size_t i = 0; i < b->n; i++)
		b->list[i]->fresh = false;
}

/* It is as wanted again, and nobody fights over it. */
static bool is_past(const struct entry *e, uint64_t now_ns)
{
	return !e->fresh && fight_is_over(&e->fight, now_ns);
}

static void text_keep(char **to, const char *text)
{
	char *copy = text ? must_strdup(text) : NULL;

	free(*to);
	*to = copy;
}

void drift_book_end(struct drift_book *b, uint64_t now_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (is_past(b->list[i], now_ns)) {
			entry_free(b->list[i]);
			continue;
		}
		if (!b->list[i]->fresh) {
			b->list[i]->put_back = true;
			text_keep(&b->list[i]->found, NULL);
		}
		b->list[kept++] = b->list[i];
	}
	if (kept == b->n)
		return;
	b->n = kept;
	strmap_clear(&b->by_key, NULL);
	for (size_t i = 0; i < b->n; i++)
		strmap_put(&b->by_key, b->list[i]->key)->value = b->list[i];
}

static struct entry *entry_of(struct drift_book *b, const char *key)
{
	struct strmap_entry *at = strmap_find(&b->by_key, key);
	struct entry *e;

	if (at)
		return at->value;
	if (b->n == ENTRIES_MAX)
		return NULL;
	e = must_alloc(sizeof(*e));
	e->key = must_strdup(key);
	array_grow(b->list, b->n, b->cap);
	b->list[b->n++] = e;
	strmap_put(&b->by_key, key)->value = e;
	return e;
}

static void entry_describe(struct entry *e, const struct drift_case *c)
{
	text_keep(&e->group, c->group);
	text_keep(&e->name, c->name);
	text_keep(&e->state, c->state);
	e->verb = c->verb;
}

static char *entry_text(const struct drift_book *b, const struct entry *e, uint64_t now_ns, char *buf, size_t size)
{
	struct fight_words w = {e->name, e->verb, b->report_only ? "report" : "repair"};

	return fight_text(&e->fight, now_ns, &w, buf, size);
}

static bool is_fought_over(const struct entry *e, uint64_t now_ns)
{
	return e->fight.alarmed && !fight_is_over(&e->fight, now_ns);
}

/*
 * A fight that was told of is not told of again, blow by blow. Who only reports is slow to report in the same way, and
 * tells each change once.
 */
static void case_judge(struct drift_book *b, struct entry *e, const char *found, uint64_t now_ns,
		       struct drift_judgement *ret)
{
	bool quarrels = is_fought_over(e, now_ns), same = e->found && strcmp(e->found, found) == 0;
	enum fight_answer answer = b->report_only && same ? FIGHT_HOLD : fight_ask(&e->fight, now_ns);

	ret->put_back = !b->report_only && answer != FIGHT_HOLD;
	ret->news = answer != FIGHT_HOLD && !quarrels;
	if (answer == FIGHT_ALARM)
		ret->alarm = entry_text(b, e, now_ns, b->alarm, sizeof(b->alarm));
	if (answer != FIGHT_HOLD)
		text_keep(&e->found, found);
}

void drift_book_judge(struct drift_book *b, const struct drift_case *c, uint64_t now_ns, struct drift_judgement *ret)
{
	struct entry *e = entry_of(b, c->key);

	*ret = (struct drift_judgement){.put_back = !b->report_only, .news = true};
	if (!e)
		return;
	if (e->judged_ns && e->fresh && now_ns - e->judged_ns < SAME_LOOK_NS) {
		*ret = (struct drift_judgement){.put_back = e->put_back};
		return;
	}
	entry_describe(e, c);
	case_judge(b, e, c->found, now_ns, ret);
	e->judged_ns = now_ns;
	e->fresh = true;
	e->put_back = ret->put_back;
}

uint64_t drift_book_due_ns(const struct drift_book *b)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; !b->report_only && i < b->n; i++)
		if (!b->list[i]->put_back && b->list[i]->fight.due_ns < due)
			due = b->list[i]->fight.due_ns;
	return due;
}

bool drift_book_fights(const struct drift_book *b, const char *begin, uint64_t now_ns)
{
	for (size_t i = 0; i < b->n; i++)
		if (is_fought_over(b->list[i], now_ns) && !strncmp(b->list[i]->key, begin, strlen(begin)))
			return true;
	return false;
}

void drift_book_each(const struct drift_book *b, uint64_t now_ns,
		     void (*each)(void *ctx, const char *group, const char *text), void *ctx)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct entry *e = b->list[i];
		char text[400];

		if (is_fought_over(e, now_ns))
			each(ctx, e->group, entry_text(b, e, now_ns, text, sizeof(text)));
		else if (!e->put_back)
			each(ctx, e->group, e->state);
	}
}
