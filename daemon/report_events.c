/* The answer of Events: what is kept of what happened. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "override.h"
#include "report.h"
#include "report_json.h"

/* Of one reply to who follows: 100 entries are some 30 KiB, soon written and soon sent. */
#define EVENTS_BATCH 100

struct listing {
	json_t *list;
	const char *group;
	size_t most;	/* 0: all */
	uint64_t last;	/* seq of the newest that was looked at */
};

static bool is_of_group(const char *path, const char *group)
{
	size_t len;

	if (!group)
		return true;
	len = strlen(group);
	return path && strncmp(path, group, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static void put_at(json_t *o, uint64_t at_usec)
{
	time_t at = (time_t)(at_usec / 1000000);
	char text[48];
	struct tm tm;
	size_t len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime_r(&at, &tm));

	snprintf(text + len, sizeof(text) - len, ".%03uZ", (unsigned)(at_usec % 1000000 / 1000));
	put_text(o, "at", text);
}

static json_t *entry_json(const struct chronicle_entry *e)
{
	json_t *o = json_object();

	put_u64(o, "seq", e->seq);
	put_at(o, e->at_usec);
	put_text(o, "kind", happening_words[e->h.kind]);
	put_text(o, "group", e->h.group);
	put(o, "pid", e->h.pid > 0 ? json_integer(e->h.pid) : json_null());
	put_text(o, "name", e->h.name);
	put_text(o, "file", e->h.at.file);
	put(o, "line", e->h.at.file ? json_integer(override_line(&e->h.at)) : json_null());
	put_text(o, "who", e->h.who);
	put_text(o, "what", e->h.what);
	put_text(o, "was", e->h.was);
	put_text(o, "now", e->h.now);
	put_text(o, "text", e->h.text);
	put_u64(o, "left_out", e->left_out);
	return o;
}

static bool list_one(void *ctx, const struct chronicle_entry *e)
{
	struct listing *l = ctx;

	l->last = e->seq;
	if (!is_of_group(e->h.group, l->group))
		return true;
	json_array_append_new(l->list, entry_json(e));
	return !l->most || json_array_size(l->list) < l->most;
}

static bool is_in_policy(const struct view *v, const char *group)
{
	return policy_group(v->choice->policy, group) != GROUP_NONE;
}

static json_t *answer_of(struct listing *l)
{
	json_t *o = json_object();

	put(o, "events", l->list);
	return o;
}

json_t *report_events(const struct view *v, const char *group, uint64_t *after)
{
	struct listing l = { .list = json_array(), .group = group };

	l.last = *after > chronicle_last(v->chronicle) ? 0 : *after; /* of a daemon before this one */
	chronicle_each(v->chronicle, l.last, list_one, &l);
	if (group && json_array_size(l.list) == 0 && !is_in_policy(v, group)) {
		json_decref(l.list);
		return NULL;
	}
	*after = l.last;
	return answer_of(&l);
}

json_t *report_events_next(const struct view *v, const char *group, uint64_t *after)
{
	struct listing l = { .list = json_array(), .group = group, .most = EVENTS_BATCH, .last = *after };

	chronicle_each(v->chronicle, *after, list_one, &l);
	*after = l.last;
	if (json_array_size(l.list) > 0)
		return answer_of(&l);
	json_decref(l.list);
	return NULL;
}
