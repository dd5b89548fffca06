/* Which version of each file is in force. */
#include "policy_choose.h"

#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

#include "map.h"
#include "partial_check.h"
#include "policy_build.h"
#include "policy_check.h"

enum version {
	VERSION_NONE,
	VERSION_NOW,
	VERSION_GOOD, /* the one in force until now */
};

/* All versions of one name. */
struct item {
	const struct policy_file *now, *good; /* at least one */
	const char *path;		      /* of the newer */
	struct draft *now_draft, *good_draft; /* read once asked for */
	enum version wanted;	/* by the file alone: NONE when it is gone, GOOD when it has faults */
	enum version version;	/* in force; another one for what only shows across files */
	char *why;		/* for that; with its place: */
	char *why_file;
	unsigned why_line;
	bool why_is_own;	/* that place is at fault itself, as it is now */
};

struct chooser {
	struct item *items; /* by name, which is the reading order */
	size_t n;
	struct map item_of_path;
	const struct machine *machine;
};

static struct draft *draft_of(struct item *it, enum version v)
{
	struct faults unread = { 0 }; /* those of a last good version were told in their time */
	struct draft **d = v == VERSION_NOW ? &it->now_draft : &it->good_draft;

	if (!*d) {
		*d = draft_read(v == VERSION_NOW ? it->now : it->good, &unread);
		faults_done(&unread);
	}
	return *d;
}

static enum version last_good(struct item *it)
{
	return it->good && !draft_of(it, VERSION_GOOD)->is_faulty ? VERSION_GOOD : VERSION_NONE;
}

static bool is_faulty(const struct item *it)
{
	return it->now_draft && it->now_draft->is_faulty;
}

static bool is_same(const struct policy_file *a, const struct policy_file *b)
{
	return a && b && a->text && b->text && a->masked == b->masked && a->len == b->len &&
	       !memcmp(a->text, b->text, a->len);
}

static bool is_changed(struct item *it)
{
	return it->version == VERSION_NOW && !is_same(it->now, it->good);
}

static bool is_vanished(struct item *it)
{
	return !it->now && it->version == VERSION_NONE && !it->why && last_good(it) == VERSION_GOOD;
}

static void item_begin(struct item *it, struct faults *faults)
{
	if (!it->now)
		return;
	it->now_draft = draft_read(it->now, faults);
	it->wanted = is_faulty(it) ? last_good(it) : VERSION_NOW;
	it->version = it->wanted;
}

static void chooser_begin(struct chooser *c, const struct file_set *now, const struct file_set *good,
			  struct faults *faults)
{
	size_t i = 0, j = 0;

	c->items = must_alloc((now->n + good->n) * sizeof(*c->items));
	while (i < now->n || j < good->n) {
		struct item *it = &c->items[c->n];
		int order = i == now->n ? 1 : j == good->n ? -1 : strcmp(now->list[i].name, good->list[j].name);

		it->path = order <= 0 ? now->list[i].path : good->list[j].path;
		faults_name(faults, it->path);
		if (order <= 0)
			it->now = &now->list[i++];
		if (order >= 0)
			it->good = &good->list[j++];
		if (it->good)
			faults_name(faults, it->good->path);
		item_begin(it, faults);
		if (it->good)
			map_put(&c->item_of_path, it->good->path, (unsigned)c->n);
		if (it->now)
			map_put(&c->item_of_path, it->now->path, (unsigned)c->n);
		c->n++;
	}
}

static void chooser_done(struct chooser *c)
{
	for (size_t i = 0; i < c->n; i++) {
		draft_free(c->items[i].now_draft);
		draft_free(c->items[i].good_draft);
		free(c->items[i].why);
		free(c->items[i].why_file);
	}
	free(c->items);
	map_done(&c->item_of_path);
}

static struct policy *chosen_build(struct chooser *c, struct faults *faults)
{
	struct draft **drafts = must_alloc(c->n * sizeof(*drafts));
	struct policy *p;
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->items[i].version != VERSION_NONE)
			drafts[n++] = draft_of(&c->items[i], c->items[i].version);
	p = policy_build(drafts, n, faults);
	policy_check(p, c->machine, faults);
	free(drafts);
	return p;
}

/* The first in reading order, NULL when all holds. */
static const struct fault *fault_first(const struct chooser *c, const struct faults *faults)
{
	const struct fault *first = NULL;
	unsigned first_item = MAP_NONE;

	for (size_t i = 0; i < faults->n; i++) {
		const struct fault *f = &faults->list[i];
		unsigned item = map_get(&c->item_of_path, f->at.file);

		if (f->severity != SEVERITY_FAULT)
			continue;
		if (first && (item > first_item || (item == first_item && f->at.line >= first->at.line)))
			continue;
		first = f;
		first_item = item;
	}
	return first;
}

static bool holds(struct chooser *c)
{
	struct faults faults = { 0 };
	bool all_well;

	policy_free(chosen_build(c, &faults));
	all_well = !faults_count(&faults, SEVERITY_FAULT);
	faults_done(&faults);
	return all_well;
}

static struct item *last_of(struct chooser *c, bool (*is_such)(struct item *))
{
	for (size_t i = c->n; i-- > 0;)
		if (is_such(&c->items[i]))
			return &c->items[i];
	return NULL;
}

static void item_refuse(struct item *it, enum version instead, const char *file, unsigned line, char *why)
{
	free(it->why);
	free(it->why_file);
	it->why_is_own = false;
	it->version = instead;
	it->why = why;
	it->why_file = must_strdup(file);
	it->why_line = line;
}

/* Takes another file's change, or its removal, back, so that the place of f holds. */
static void other_refuse(struct item *it, const struct fault *f)
{
	if (it->now)
		item_refuse(it, last_good(it), it->path, 1,
			    must_printf("%s:%u does not hold with it (%s)", f->at.file, f->at.line, f->text));
	else
		item_refuse(it, VERSION_GOOD, it->path, 1,
			    must_printf("removed, but %s:%u needs it (%s); its last good version stays in force",
					f->at.file, f->at.line, f->text));
}

static const struct policy_file *file_in_force(const struct item *it)
{
	return it->version == VERSION_NOW ? it->now : it->version == VERSION_GOOD ? it->good : NULL;
}

/* By the versions in force: under other names, the same path may stand there twice. */
static struct item *charged_find(struct chooser *c, const char *path)
{
	for (size_t i = c->n; i-- > 0;) {
		const struct policy_file *f = file_in_force(&c->items[i]);

		if (f && !strcmp(f->path, path))
			return &c->items[i];
	}
	return NULL;
}

/*
 * One file fewer that is new, gone or in force: each fault is answered by one such step, so that this ends. Where
 * an unchanged file fails, somebody else's change is the cause: they are taken back from the latest on.
 */
static void fault_answer(struct chooser *c, const struct fault *f)
{
	struct item *charged = charged_find(c, f->at.file);
	bool changed = is_changed(charged), is_now = charged->version == VERSION_NOW;
	struct item *other = changed ? NULL : last_of(c, is_changed);

	if (!changed && !other)
		other = last_of(c, is_vanished);
	if (other) {
		other_refuse(other, f);
		return;
	}
	item_refuse(charged, changed ? last_good(charged) : VERSION_NONE, f->at.file, f->at.line, must_strdup(f->text));
	charged->why_is_own = is_now;
}

/* Does the set hold with what is wanted of this one? */
static bool item_restore(struct chooser *c, struct item *it)
{
	enum version before = it->version;

	if (before == it->wanted)
		return false;
	it->version = it->wanted;
	if (holds(c))
		return true;
	it->version = before;
	return false;
}

/* What was taken back before the cause was, and without need, goes through after all. */
static void wanted_restore(struct chooser *c)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < c->n; i++)
			again |= item_restore(c, &c->items[i]);
	}
}

static void versions_settle(struct chooser *c)
{
	for (;;) {
		struct faults faults = { 0 };
		struct policy *p = chosen_build(c, &faults);
		const struct fault *f = fault_first(c, &faults);

		if (f)
			fault_answer(c, f);
		policy_free(p);
		faults_done(&faults);
		if (!f)
			return;
	}
}

static bool is_refused(const struct item *it)
{
	return it->version != it->wanted || is_faulty(it);
}

/* What the laws across files say of the new files as they are, those with faults of their own included. */
static void now_check(struct chooser *c, struct faults *faults)
{
	auto_free struct draft **drafts = must_alloc(c->n * sizeof(*drafts));
	auto_free struct draft **others = must_alloc(c->n * sizeof(*others));
	size_t n = 0, n_others = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct item *it = &c->items[i];

		if (it->now)
			drafts[n++] = it->now_draft;
		else if (it->version == VERSION_GOOD)
			drafts[n++] = draft_of(it, VERSION_GOOD);
		if (it->now && it->version == VERSION_GOOD && it->wanted == VERSION_NOW)
			others[n_others++] = draft_of(it, VERSION_GOOD);
	}
	partial_check(drafts, n, others, n_others, c->machine, faults);
}

/* All else that is wrong with the files that are refused anyway, so that nobody mends one fault to hear of the next. */
static void others_tell(struct chooser *c, struct choice *ret)
{
	struct faults faults = { 0 };

	if (!ret->n_refused)
		return;
	now_check(c, &faults);
	for (size_t i = 0; i < faults.n; i++) {
		const struct place *at = &faults.list[i].at;
		const struct item *it = &c->items[map_get(&c->item_of_path, at->file)];

		if (it->now && is_refused(it) && !(it->why_is_own && it->why_line == at->line))
			fault_copy(&ret->faults, &faults, i);
	}
	faults_done(&faults);
}

static void faults_copy(struct faults *to, const struct faults *from)
{
	for (size_t i = 0; from && i < from->n; i++)
		fault_copy(to, from, i);
}

static void choice_fill(struct chooser *c, struct choice *ret)
{
	ret->refused = must_alloc(c->n * sizeof(*ret->refused));
	for (size_t i = 0; i < c->n; i++) {
		const struct item *it = &c->items[i];
		const struct policy_file *f = file_in_force(it);

		if (f)
			file_set_put(&ret->in_force, f->name, f->path, f->text, f->len, f->masked);
		if (!is_refused(it))
			continue;
		ret->refused[ret->n_refused].path = must_strdup(it->path);
		ret->refused[ret->n_refused++].kept = it->version == VERSION_GOOD;
		if (it->version != it->wanted)
			fault_add(&ret->faults, SEVERITY_FAULT, (struct place){ it->why_file, it->why_line }, "%s", it->why);
	}
}

void policy_choose(const struct file_set *now, const struct faults *read_faults, const struct file_set *good,
		   const struct machine *m, struct choice *ret)
{
	struct chooser c = { .machine = m };
	struct faults told = { 0 };

	*ret = (struct choice){ 0 };
	chooser_begin(&c, now, good, &ret->faults);
	faults_copy(&ret->faults, read_faults);
	versions_settle(&c);
	wanted_restore(&c);
	choice_fill(&c, ret);
	others_tell(&c, ret);
	ret->policy = chosen_build(&c, &told); /* holds: nothing is told */
	policy_lint(ret->policy, m, &ret->faults);
	faults_sort(&ret->faults);
	faults_done(&told);
	chooser_done(&c);
}

void choice_done(struct choice *c)
{
	policy_free(c->policy);
	file_set_done(&c->in_force);
	faults_done(&c->faults);
	for (size_t i = 0; i < c->n_refused; i++)
		free(c->refused[i].path);
	free(c->refused);
	*c = (struct choice){ 0 };
}
