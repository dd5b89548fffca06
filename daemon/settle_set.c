/* What `cgq set` does: checked like a file, in force at once, kept until the machine boots or in a drop-in file. */
#include "settle_parts.h"

#include <errno.h>
#include <string.h>

#include <cgq/auto.h>

#include "dropin.h"
#include "dropin_file.h"
#include "log.h"
#include "text.h"

/* One set, while it is looked into. */
struct set_try {
	const struct set_request *q;
	char when[TIME_TEXT_BYTES];
	struct overrides asked; /* what is to be set; empty: something is to be taken back */
	struct overrides next;	/* the overrides there would be */
	struct file_set files;	/* the real files there would be, as in force */
	char *dropin;		/* the drop-in's text; NULL: to be removed, or not touched */
	const char *folder;	/* of the drop-in */
};

static bool is_clear(const struct set_request *q)
{
	return !q->values || q->n == 0;
}

static void try_done(struct set_try *t)
{
	overrides_done(&t->asked);
	overrides_done(&t->next);
	file_set_done(&t->files);
	free(t->dropin);
}

static void asked_take(struct set_try *t, struct faults *faults)
{
	const struct set_request *q = t->q;
	auto_free char *path = must_printf("set by %s at %s", q->who, t->when);
	char why[512];

	for (size_t i = 0; i < q->n && !is_clear(q); i++) {
		struct override one = {(char *)q->group, (char *)q->keys[i], (char *)q->values[i], (char *)q->who, t->when};

		if (override_check(&one, why, sizeof(why)) < 0)
			fault_add(faults, SEVERITY_FAULT, (struct place){path, 1}, "%s", why);
		else if (overrides_find(&t->asked, q->group, q->keys[i]))
			fault_add(faults, SEVERITY_FAULT, (struct place){path, 1}, "'%s' stands there twice", q->keys[i]);
		else
			overrides_put(&t->asked, &one);
	}
}

/* The overrides as they would be; those that a drop-in replaces go. */
static int overrides_try(struct set_try *t, struct err *e)
{
	const struct set_request *q = t->q;
	size_t dropped = 0;

	for (size_t i = 0; i < q->n; i++)
		dropped += overrides_drop(&t->next, q->group, q->keys[i]);
	if (q->n == 0)
		dropped = overrides_drop(&t->next, q->group, NULL);
	if (q->save)
		return 0;
	if (is_clear(q) && dropped == 0)
		return fail(e, ENOENT, "%s: %s was set while running", q->group, q->n ? "none of these keys" : "nothing");
	if (t->next.n + t->asked.n > OVERRIDES_MAX)
		return fail(e, E2BIG, "at most %d values can be set while running; --save keeps them in a file", OVERRIDES_MAX);
	for (size_t i = 0; i < t->asked.n; i++)
		overrides_put(&t->next, &t->asked.list[i]);
	return 0;
}

static int dropin_text(struct set_try *t, const struct policy_file *old, struct faults *faults)
{
	const struct dropin_change change = {
		.put = &t->asked,
		.group = t->q->group,
		.keys = t->q->keys,
		.n_keys = t->q->n,
		.all = t->q->n == 0,
		.who = t->q->who,
		.when = t->when,
	};

	return dropin_change(old, &change, &t->dropin, faults);
}

static bool is_held(const struct daemon *d)
{
	for (size_t i = 0; i < d->changes.held.n; i++)
		if (!strcmp(d->changes.held.list[i].name, DROPIN_NAME))
			return true;
	return false;
}

/* The drop-in as it is on disk, by the rules of the folders, and as it would be. */
static int dropin_try(struct daemon *d, struct set_try *t, struct faults *faults, struct err *e)
{
	auto_free char *path = must_printf("%s/%s", t->folder, DROPIN_NAME);
	struct file_set disk = {0};
	const struct policy_file *old;
	int r = policy_files_read(d->options.folders, d->options.n_folders, d->view.read_how, &disk, faults, e);
	auto_free char *why = r < 0 && e ? must_strdup(e->text) : NULL;

	if (why)
		fail(e, -r, "%s; nothing was changed", why);
	/* What was rolled back does not come back by the way. */
	old = r == 0 ? file_set_find(is_held(d) ? &t->files : &disk, DROPIN_NAME) : NULL;
	if (r == 0 && old && !old->text)
		r = fail(e, EINVAL, "%s: is refused; nothing was changed", old->path);
	faults_done(faults); /* of other files */
	if (r == 0 && is_clear(t->q) && !old && t->next.n == d->changes.overrides.n)
		r = fail(e, ENOENT, "%s: there is no such file, so nothing in it, and nothing was set while running", path);
	if (r == 0 && dropin_text(t, old, faults) == 0) {
		if (t->dropin)
			file_set_put(&t->files, DROPIN_NAME, path, t->dropin, strlen(t->dropin), false);
		else
			file_set_drop(&t->files, DROPIN_NAME);
	}
	file_set_done(&disk);
	return r;
}

static const char *value_now(const struct daemon *d, const char *group, const char *key)
{
	const struct policy *p = d->choice.policy;
	unsigned g = policy_group(p, group);

	for (unsigned k = 0; g != GROUP_NONE && k < KEY__COUNT; k++)
		if (!strcmp(key_rows[k].name, key))
			return group_setting(&p->groups[g], k)->at.file ? group_setting(&p->groups[g], k)->text : NULL;
	return NULL;
}

/* was: by the policy before. */
static void tell_one(struct daemon *d, const struct set_request *q, const char *key, const char *was)
{
	const char *now = value_now(d, q->group, key);
	const char *how = is_clear(q) ? (q->save ? "set --clear --save" : "set --clear") : q->save ? "set --save" : "set";

	settle_say(d, LOG_LEVEL_INFO,
		   &(struct happening){.kind = HAPPENING_PERSON,
				       .group = q->group,
				       .who = q->who,
				       .what = key,
				       .was = was,
				       .now = now,
				       .text = how},
		   "%s by %s: %s: %s: %s, was %s", how, q->who, q->group, key, now ? now : "nothing", was ? was : "nothing");
}

/* The values of all keys, before; each changed one is told after. */
static void values_note(const struct daemon *d, const char *group, char *ret[KEY__COUNT])
{
	for (unsigned k = 0; k < KEY__COUNT; k++) {
		const char *now = value_now(d, group, key_rows[k].name);

		ret[k] = now ? must_strdup(now) : NULL;
	}
}

static bool is_asked(const struct set_request *q, const char *key)
{
	for (size_t i = 0; i < q->n; i++)
		if (!strcmp(q->keys[i], key))
			return true;
	return q->n == 0;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void values_tell(struct daemon *d, const struct set_request *q, char *was[KEY__COUNT])
{
	for (unsigned k = 0; k < KEY__COUNT; k++) {
		const char *key = key_rows[k].name;

		if (is_asked(q, key) && (q->n > 0 || !is_same(was[k], value_now(d, q->group, key))))
			tell_one(d, q, key, was[k]);
		free(was[k]);
	}
}

static int carry_out(struct daemon *d, struct set_try *t, struct err *e)
{
	struct overrides before = d->changes.overrides;
	char *was[KEY__COUNT];
	int r = t->q->save ? dropin_file_put(t->folder, DROPIN_NAME, t->dropin, e) : 0;

	if (r < 0)
		return r;
	values_note(d, t->q->group, was);
	d->changes.overrides = t->next;
	r = settle(d, WHY_SET, e);
	if (r < 0 && !t->q->save) {
		t->next = d->changes.overrides; /* to be freed */
		d->changes.overrides = before;
		/* It may have been taken before it failed: what stands without it is chosen anew. */
		settle_change_save(d);
		d->choose_anew = true;
		d->again = true;
		for (unsigned k = 0; k < KEY__COUNT; k++)
			free(was[k]);
		return r;
	}
	t->next = before; /* to be freed */
	settle_change_save(d);
	values_tell(d, t->q, was);
	return r;
}

int settle_set(struct daemon *d, const struct set_request *q, struct faults *faults, struct err *e)
{
	struct set_try t = {.q = q, .folder = d->options.folders[d->options.n_folders - 1]};
	int r;

	settle_time_text(t.when);
	overrides_copy(&d->changes.overrides, &t.next);
	overrides_strip(&d->choice.in_force, &t.files);
	asked_take(&t, faults);
	r = faults->n > 0 ? 0 : overrides_try(&t, e);
	if (r == 0 && faults->n == 0 && q->save)
		r = dropin_try(d, &t, faults, e);
	if (r == 0 && faults->n == 0)
		overrides_judge(&t.next, &t.files, &d->machine, faults);
	if (r == 0 && faults->n == 0)
		r = carry_out(d, &t, e);
	try_done(&t);
	return r;
}
