/* What somebody else changed in our tree: found, told, and put back or left. */
#include "settle_parts.h"

#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "log.h"
#include "observe.h"
#include "plan_make.h"
#include "size_text.h"
#include "text.h"
#include "tree_path.h"

/* So many of one look are told in the log; the chronicle has a bound of its own. */
#define LINES_MOST 20

static const char *group_path(const struct daemon *d, unsigned group)
{
	return group < d->choice.policy->n_groups ? d->choice.policy->groups[group].path : NULL;
}

/* "/sys/fs/cgroup/memory/cgq/web/memory.limit_in_bytes" */
static char *full_path(const struct daemon *d, const struct drift *one)
{
	char path[TREE_PATH_MAX];

	machine_path(&d->machine, one->hierarchy, one->path, path, sizeof(path));
	return must_printf("%s%s%s%s", d->machine.hierarchies[one->hierarchy].mount, path, one->file ? "/" : "",
			   one->file ? one->file : "");
}

char *settle_drift_key(unsigned hierarchy, const char *path, char *buf, size_t size)
{
	snprintf(buf, size, "%u %s\n", hierarchy, path ? path : "/");
	return buf;
}

/* A cgroup that is gone, or a strange one, is told of by the one above it. */
static char *key_of(const struct drift *one)
{
	bool by_parent = one->kind == DRIFT_CGROUP || one->kind == DRIFT_STRANGER;
	const char *slash = by_parent ? strrchr(one->path, '/') : NULL;
	auto_free char *place = by_parent && *one->path ? must_strndup(one->path, slash ? (size_t)(slash - one->path) : 0)
				: by_parent || !one->path ? NULL : must_strdup(one->path);
	char begin[TREE_PATH_MAX];

	settle_drift_key(one->hierarchy, place, begin, sizeof(begin));
	return must_printf("%s%d %s %s", begin, (int)one->kind, one->file ? one->file : one->path,
			   one->kind == DRIFT_CONTROLLER ? one->wanted : "");
}

/* "memory.max holds 943718400"; "put back" or "left". */
static const struct {
	const char *did, *undone;
} drift_words[] = {
	[DRIFT_VALUE] = {"somebody else changed it", "put back"},
	[DRIFT_CGROUP] = {"somebody else removed or renamed it", "made again"},
	[DRIFT_CONTROLLER] = {"somebody else disabled a controller", "enabled again"},
	[DRIFT_STRANGER] = {"somebody else made a cgroup in our tree", "removed"},
};

static void tell_drift(struct daemon *d, const struct drift *one, const char *full, bool put_back, unsigned *lines)
{
	auto_free char *text = must_printf("%s; %s", drift_words[one->kind].did,
					   put_back ? drift_words[one->kind].undone : "left so (drift = report)");

	settle_say(d, ++*lines <= LINES_MOST ? LOG_LEVEL_WARNING : LOG_LEVEL_DETAIL,
		   &(struct happening){.kind = HAPPENING_DRIFT,
				       .group = group_path(d, one->group),
				       .at = one->at,
				       .what = full,
				       .was = put_back ? one->was : one->wanted,
				       .now = put_back ? one->wanted : one->was,
				       .text = text},
		   "drift: %s: was %s, %s %s: %s", TEXT_ESCAPED(full), one->was, put_back ? "now" : "wanted", one->wanted,
		   text);
}

static void tell_alarm(struct daemon *d, const char *group, const char *what, const char *text)
{
	settle_say(d, LOG_LEVEL_WARNING,
		   &(struct happening){.kind = HAPPENING_ALARM, .group = group, .what = what, .text = text}, "%s", text);
}

/* True when it is put back by the plan that follows. */
static bool judge(struct daemon *d, const struct drift *one, unsigned *lines)
{
	const char *group = group_path(d, one->group);
	auto_free char *key = key_of(one), *full = full_path(d, one);
	auto_free char *name = must_printf("%s %s", group ? group : "the tree", one->file ? one->file : TEXT_ESCAPED(full));
	char both[256];
	auto_free char *state = must_printf("%s: %s", one->file ? one->file : TEXT_ESCAPED(full),
					    size_text_in_force(one->knob, one->was, one->wanted, both, sizeof(both)));
	struct drift_case c = {.key = key, .group = group, .name = name, .verb = "changed", .found = one->was, .state = state};
	struct drift_judgement j;

	drift_book_judge(d->drift.book, &c, placer_now_ns(), &j);
	if (j.news)
		tell_drift(d, one, full, j.put_back, lines);
	if (j.alarm)
		tell_alarm(d, group, full, j.alarm);
	return j.put_back;
}

void settle_drift_find(struct daemon *d)
{
	struct drifting *g = &d->drift;
	unsigned lines = 0;

	drifts_done(&g->found);
	g->n_held = 0;
	drift_book_begin(g->book);
	drift_find(d->want, &d->machine, &g->made, &d->tree, &g->found);
	for (size_t i = 0; i < g->found.n; i++) {
		struct drift one = g->found.list[i];

		if (judge(d, &one, &lines))
			continue;
		g->found.list[i] = g->found.list[g->n_held];
		g->found.list[g->n_held++] = one;
	}
	if (lines > LINES_MOST)
		log_line(LOG_LEVEL_WARNING, "drift: and %u more", lines - LINES_MOST);
}

bool settle_drift_raced(struct daemon *d, const struct action *a)
{
	for (size_t i = d->drift.n_held; i < d->drift.found.n; i++) {
		if (d->drift.found.list[i].kind != DRIFT_VALUE || !drift_holds(&d->drift.found.list[i], a))
			continue;
		refusals_drop(&d->refusals, a->path, a->knob);
		return true;
	}
	return false;
}

/* A cgroup that is gone and left so takes nobody. */
static bool is_leaf_held(const struct daemon *d, unsigned group)
{
	const char *leaf = d->want->nodes[d->want->leaf_of_group[group]].path;

	for (size_t i = 0; i < d->drift.n_held; i++) {
		const struct drift *one = &d->drift.found.list[i];
		const char *path = one->path ? one->path : "";
		size_t n = strlen(path);

		if (one->kind == DRIFT_CGROUP && !strncmp(leaf, path, n) && (!n || !leaf[n] || leaf[n] == '/'))
			return true;
	}
	return false;
}

static void tell_left(struct daemon *d, const struct proc_facts *f, const char *group, const char *found)
{
	settle_say(d, LOG_LEVEL_WARNING,
		   &(struct happening){.kind = HAPPENING_DRIFT,
				       .group = group,
				       .pid = f->pid,
				       .start_ticks = f->start_ticks,
				       .name = f->comm,
				       .was = found,
				       .text = "somebody else moved it out; left so (drift = report)"},
		   "drift: pid %d (%s) of %s: somebody else moved it to %s; left so (drift = report)", (int)f->pid,
		   TEXT_ESCAPED(f->comm), group, TEXT_ESCAPED(found));
}

bool settle_puts_back(void *ctx, const struct proc_facts *f, unsigned group, const char *found)
{
	struct daemon *d = ctx;
	const char *path = group_path(d, group);
	auto_free char *key = must_printf("pid %d %llu", (int)f->pid, (unsigned long long)f->start_ticks);
	auto_free char *name = must_printf("%s pid %d (%s)", path, (int)f->pid, TEXT_ESCAPED(f->comm));
	auto_free char *state = must_printf("pid %d (%s) is in %s, where somebody else moved it", (int)f->pid,
					    TEXT_ESCAPED(f->comm), TEXT_ESCAPED(found));
	struct drift_case c = {.key = key, .group = path, .name = name, .verb = "moved out", .found = found, .state = state};
	struct drift_judgement j;

	free(take_ptr(d->drift.put_back_from));
	d->drift.put_back = 0;
	if (is_leaf_held(d, group))
		return false;
	drift_book_judge(d->drift.book, &c, placer_now_ns(), &j);
	if (j.alarm)
		tell_alarm(d, path, NULL, j.alarm);
	if (j.news && !j.put_back)
		tell_left(d, f, path, found);
	if (j.put_back) {
		d->drift.put_back = f->pid;
		d->drift.put_back_from = must_strdup(found);
	}
	return j.put_back;
}

static void list_add(void *ctx, const char *group, const char *text)
{
	struct daemon *d = ctx;
	struct drifting *g = &d->drift;

	array_grow(g->list, g->n, g->cap);
	g->list[g->n++] =
		(struct trouble){group ? policy_group(d->choice.policy, group) : GROUP_NONE, must_strdup(text)};
}

void settle_drift_list(struct daemon *d)
{
	struct drifting *g = &d->drift;

	for (size_t i = 0; i < g->n; i++)
		free(g->list[i].text);
	g->n = 0;
	drift_book_each(g->book, placer_now_ns(), list_add, d);
}

static bool is_waiting(const struct daemon *d, const struct drift *one)
{
	for (size_t i = 0; i < d->n_shrinking; i++)
		if (d->shrinking[i].knob == one->knob && !strcmp(d->shrinking[i].path, one->path))
			return true;
	return false;
}

static bool is_refused(const struct daemon *d, const struct drift *one)
{
	for (size_t i = 0; i < d->refusals.n; i++) {
		const struct refusal *r = &d->refusals.list[i];

		if (r->error && r->knob == one->knob && !strcmp(r->path, one->path))
			return true;
	}
	return false;
}

/*
 * Drift for as long as it differs: but what could not be put back has words of its own by now. A strange cgroup that
 * could not be removed is not strange any more.
 */
static bool stays_known(const struct daemon *d, const struct drift *one)
{
	if (one->kind == DRIFT_VALUE)
		return !is_waiting(d, one) && !is_refused(d, one);
	return one->kind != DRIFT_STRANGER;
}

void settle_drift_end(struct daemon *d)
{
	struct drifting *g = &d->drift;
	size_t n = g->n_held;

	drift_book_end(g->book, placer_now_ns());
	for (size_t i = g->n_held; i < g->found.n; i++)
		if (stays_known(d, &g->found.list[i]))
			g->found.list[n++] = g->found.list[i];
	g->found.n = n;
	made_take(&g->made, d->want, &d->machine, &d->tree, g->found.list, n);
	notice_follow(d);
}

void settle_drift_done(struct daemon *d)
{
	struct drifting *g = &d->drift;

	for (size_t i = 0; i < g->n; i++)
		free(g->list[i].text);
	free(g->list);
	made_done(&g->made);
	drifts_done(&g->found);
	drift_book_free(g->book);
	free(g->put_back_from);
}

void settle_drift_forget(struct daemon *d)
{
	made_done(&d->drift.made);
	placer_forget_standing(&d->placer);
}
