/* The one path that start, reload, a lost event and the slow timer take: look at everything, compute, put right. */
#include "settle_parts.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <cgq/auto.h>

#include "base_store.h"
#include "dropin.h"
#include "files_seen.h"
#include "folders_young.h"
#include "log.h"
#include "observe.h"
#include "pin_store.h"
#include "policy_choose.h"
#include "resolve.h"
#include "settle_units.h"
#include "text.h"
#include "want_make.h"

/* map[old group] is its index in the new policy. */
static unsigned *map_groups(const struct policy *old, const struct policy *now)
{
	unsigned *map;

	if (!old)
		return NULL;
	map = must_alloc((old->n_groups + 1) * sizeof(*map));
	for (size_t i = 0; i < old->n_groups; i++)
		map[i] = policy_group(now, old->groups[i].path);
	return map;
}

static void drop_want(struct daemon *d)
{
	want_free(d->want);
	drifts_done(&d->drift.found); /* its paths are the want's */
	d->drift.n_held = 0;
	d->want = NULL;
	d->placer.want = NULL;
}

struct pin_check {
	struct daemon *d;
	const struct policy *old, *now;
};

static void pin_check(void *ctx, struct pin *one)
{
	const struct pin_check *c = ctx;
	auto_free char *text = NULL;

	if (!one->group[0] || policy_group(c->old, one->group) == GROUP_NONE || policy_group(c->now, one->group) != GROUP_NONE)
		return;
	text = must_printf("pid %d is pinned to %s, which is no group any more: it goes back to where it came from, and the "
			   "pin waits", (int)one->pid, one->group);
	settle_say(c->d, LOG_LEVEL_WARNING,
		   &(struct happening){.kind = HAPPENING_PERSON,
				       .group = one->group,
				       .pid = one->pid,
				       .start_ticks = one->start_ticks,
				       .text = text},
		   "%s", text);
}

static void adopt(struct daemon *d, struct choice *now)
{
	auto_free unsigned *map = map_groups(d->choice.policy, now->policy);

	if (d->choice.policy)
		pins_each(d->pins, pin_check, &(struct pin_check){d, d->choice.policy, now->policy});
	troubles_remap(&d->troubles, map, d->choice.policy ? d->choice.policy->n_groups : 0);
	strict_files_remap(&d->strict_files, map, d->choice.policy ? d->choice.policy->n_groups : 0);
	placer_policy(&d->placer, now->policy, map, d->choice.policy ? d->choice.policy->n_groups : 0);
	drop_want(d);
	if (d->choice.policy) {
		departed_policy(d->departed, d->choice.policy);
		resolve_free(d->resolved, d->choice.policy);
		choice_done(&d->choice);
	}
	d->choice = *now;
	d->resolved = resolve_new(d->choice.policy);
	d->placer.resolved = d->resolved;
	daemon_watch_names(d);
	refusals_clear(&d->refusals);
	settle_units_forget(d);
}

static bool load_good(struct daemon *d, struct file_set *ret)
{
	struct err e = {0};
	int r = d->state_fd >= 0 ? good_store_load(d->state_fd, ret, &e) : -ENOENT;

	if (r < 0 && e.code)
		log_line(LOG_LEVEL_WARNING, "state: %s; refused files have no earlier version this time", e.text);
	return r == 0;
}

/* Then the files are taken, also as they were. */
static bool is_asked(enum why why)
{
	return why == WHY_RELOAD || why == WHY_SET || why == WHY_ROLLBACK;
}

/* What was in force until now, and what may go on being so. */
static const struct file_set *good_of(struct daemon *d, enum why why, const struct file_set *stored)
{
	return why == WHY_START ? stored : why == WHY_ROLLBACK ? &d->confirming.point : &d->choice.in_force;
}

static void make_passive(struct policy *p, unsigned group)
{
	p->groups[group].enforce = false;
	for (unsigned i = group + 1; i < p->n_groups; i++)
		if (p->groups[i].parent != GROUP_NONE && !p->groups[p->groups[i].parent].enforce)
			p->groups[i].enforce = false;
}

static bool is_told_to_enforce(const struct policy *p, unsigned group)
{
	for (; group != GROUP_NONE; group = p->groups[group].parent) {
		const struct setting *s = group_setting(&p->groups[group], KEY_ENFORCE);

		if (s->at.file && !s->max.n)
			return false;
	}
	return true;
}

/* What a person gave back by `cgq reset` stays so until somebody asks for a reload: a changed file does not. */
static bool ends_reset(enum why why)
{
	return why == WHY_RELOAD || why == WHY_START;
}

/* The same for `cgq reset GROUP`, in another policy. */
static void keep_reset(const struct policy *old, struct policy *now)
{
	for (unsigned g = 0; g < old->n_groups; g++) {
		unsigned index = policy_group(now, old->groups[g].path);

		if (index != GROUP_NONE && !old->groups[g].enforce && is_told_to_enforce(old, g))
			make_passive(now, index);
	}
}

/*
 * Who comes by chance may come while a file is being written. Who asks for a reload means it as it is, and the folder watch has
 * waited.
 */
static bool may_be_half(const struct daemon *d, enum why why)
{
	bool by_chance = why != WHY_RELOAD && why != WHY_START && why != WHY_FOLDER;

	return by_chance && folders_young(d->options.folders, d->options.n_folders, FOLDER_QUIET_USEC);
}

/* A set and a rollback go on without what is being written. The drop-in is ours, and replaced in one step. */
static bool is_news(struct daemon *d, enum why why, struct file_set *now, struct faults *faults)
{
	bool differs = d->choose_anew || !file_sets_equal(now, &d->seen);

	d->unread = differs && may_be_half(d, why);
	if (d->unread && is_asked(why))
		d->unread = files_seen(now, faults, &d->seen, DROPIN_NAME);
	return is_asked(why) || (differs && !d->unread);
}

/* 1 when another policy is in force than before, 0 when nothing changed. */
static int take_policy(struct daemon *d, enum why why, struct err *e)
{
	struct file_set now = {0}, good = {0};
	struct faults faults = {0};
	struct choice choice = {0};
	bool good_known = false;
	int r;

	r = policy_files_read(d->options.folders, d->options.n_folders, d->view.read_how, &now, &faults, e);
	if (r < 0 || !is_news(d, why, &now, &faults)) {
		file_set_done(&now);
		faults_done(&faults);
		return r < 0 ? r : 0;
	}
	if (why == WHY_START) {
		good_known = load_good(d, &good);
		settle_change_load(d);
	}
	settle_choose(d, why, &now, &faults, good_of(d, why, &good), &choice);
	settle_confirm_note(d, why);
	if (!ends_reset(why))
		keep_reset(d->choice.policy, choice.policy);
	if (why == WHY_START)
		settle_confirm_resume(d, choice.policy, &good, good_known);
	faults_done(&faults);
	file_set_done(&good);
	file_set_done(&d->seen);
	d->seen = now;
	d->choose_anew = false;
	adopt(d, &choice);
	settle_tell_faults(d);
	if (!d->changes.pending.is_pending)
		d->unsaved_good = true;
	settle_save_again(d);
	return 1;
}

static int take_machine(struct daemon *d, struct err *e)
{
	struct machine now = {0};
	int r = observe_machine(d->kernel, d->options.tree, d->settings.system_share, &now, e);

	if (r < 0)
		return r;
	hierarchies_follow(&d->hierarchies, &now);
	if (machine_equal(&now, &d->machine))
		return 0;
	settle_tell_machine(d, &now);
	d->machine = now;
	mover_forget(d->mover);
	reclaim_forget(d->reclaim, NULL); /* it goes by where hierarchies were mounted */
	settle_drift_forget(d);
	refusals_clear(&d->refusals);
	refusals_clear(&d->in_place.refusals);
	return 1;
}

/* Law 4: what an earlier daemon left frozen stays so. */
static void take_over_frozen(struct daemon *d)
{
	if (settle_observe(d, NULL) == 0)
		frozen_adopt(&d->frozen, d->choice.policy, &d->tree);
}

static void load_pins(struct daemon *d)
{
	struct err e = {0};

	if (pin_store_load(d->state_fd, d->pins, &e) < 0)
		log_line(LOG_LEVEL_WARNING, "%s", e.text);
}

static void tell_not_frozen(void *ctx, const char *path)
{
	static const char text[] = "no longer frozen: nothing of it is enforced any more";

	settle_say(ctx, LOG_LEVEL_INFO, &(struct happening){.kind = HAPPENING_PERSON, .group = path, .text = text}, "%s: %s",
		   path, text);
}

static void renew_want(struct daemon *d)
{
	auto_free bool *frozen = NULL;

	if (d->passive)
		for (size_t i = 0; i < d->frozen.n; i++)
			tell_not_frozen(d, d->frozen.list[i].path);
	if (d->passive)
		frozen_done(&d->frozen);
	/* A group that a change on trial has taken away may be back in a moment. */
	if (!d->changes.pending.is_pending)
		frozen_trim(&d->frozen, d->choice.policy, tell_not_frozen, d);
	frozen = frozen_groups(&d->frozen, d->choice.policy);
	drop_want(d);
	d->want = want_make(d->choice.policy, &d->machine, d->passive, frozen);
	if (d->want->in_place)
		settle_units_want(d, d->want);
	d->placer.want = d->want;
	d->followed = false;
	would_be_follow(d->would_be, d->choice.policy, &d->machine, d->want);
}

/* Everybody who was an origin's last has ended by now. */
static void forget_paths(struct daemon *d)
{
	if (!members_paths_begin(d->members))
		return;
	departed_paths_keep(d->departed, d->members);
	members_paths_end(d->members);
}

int settle(struct daemon *d, enum why why, struct err *e)
{
	const char *said;
	int machine_changed, policy_changed;
	int r;

	d->writes = 0;
	d->has_freed = true;
	settle_quick_pause(d);
	settle_hear_everything(d);
	/* not all that changes of them is told: fsconfig(2) remounts without a word */
	(void)mounts_changed(d->mounts);
	machine_changed = take_machine(d, e);
	if (machine_changed < 0)
		return machine_changed;
	policy_changed = why == WHY_RESET || why == WHY_PERSON ? 0 : take_policy(d, why, e);
	if (policy_changed < 0)
		return policy_changed;
	if (policy_changed && ends_reset(why) && !d->options.passive)
		d->passive = false;
	resolve_again(d->resolved, d->choice.policy);
	if (why == WHY_START)
		take_over_frozen(d);
	renew_want(d);
	if (why == WHY_START) {
		settle_namespaces_load(d);
		load_pins(d);
		origin_store_load(d->origins, d->choice.policy, d->members);
		origin_store_trim(d->origins, d->choice.policy, d->members);
		base_store_load(d->state_fd, &d->machine, d->base_given);
	}
	r = settle_kernel(d, e);
	if (r < 0)
		return r;
	forget_paths(d);
	settle_hear_wanted(d);
	settle_drift_end(d);
	settle_strict(d);
	settle_namespaces(d, why);
	settle_follow(d);
	said = origin_store_trouble(d->origins);
	if (said)
		log_line(LOG_LEVEL_WARNING, "%s", said);
	settle_tell_result(d, why, policy_changed);
	if (why == WHY_START)
		settle_confirm_resumed(d);
	settle_quick_go(d);
	return 0;
}

int settle_reset(struct daemon *d, const char *group, struct err *e)
{
	unsigned index = group ? policy_group(d->choice.policy, group) : GROUP_NONE;
	time_t now = time(NULL);
	struct tm tm;
	int r;

	if (group && index == GROUP_NONE)
		return fail(e, ENOENT, "no group '%s'", TEXT_ESCAPED(group));
	if (group) {
		make_passive(d->choice.policy, index);
	} else if (!d->options.passive) { /* that one has a reason that a reload does not end */
		d->passive = true;
		localtime_r(&now, &tm);
		strftime(d->passive_reason, sizeof(d->passive_reason), "cgq reset at %F %T, until a reload", &tm);
	}
	r = settle(d, WHY_RESET, e);
	if (r == 0 && d->again)
		return fail(e, EBUSY, "some cgroups could not be removed yet, their processes fork too fast; "
				      "tried again every second, see cgq status");
	return r;
}

const struct view *settle_view(struct daemon *d)
{
	struct err e = {0};

	if (!d->gives_turn && settle_observe(d, &e) < 0)
		log_line(LOG_LEVEL_WARNING, "the tree cannot be read: %s", e.text);
	return settle_glance(d);
}

const struct view *settle_glance(struct daemon *d)
{
	settle_drift_list(d);
	notice_look(d);
	d->view = (struct view){
		.kernel = d->kernel,
		.machine = &d->machine,
		.choice = &d->choice,
		.resolved = d->resolved,
		.want = d->want,
		.tree = &d->tree,
		.units = d->machine.placement == PLACEMENT_UNITS ? &d->in_place.seen : NULL,
		.refusals = &d->refusals,
		.shrinking = d->shrinking,
		.n_shrinking = d->n_shrinking,
		.troubles = d->troubles.list,
		.n_troubles = d->troubles.n,
		.drifts = d->drift.list,
		.n_drifts = d->drift.n,
		.left = d->settings.drift_report ? &d->drift.made : NULL,
		.members = d->members,
		.sampler = d->sampler,
		.would_be = d->would_be,
		.chronicle = d->chronicle,
		.departed = d->departed,
		.moves = &d->moves,
		.changes = &d->changes,
		.confirm_point = &d->confirming.point,
		.confirm_left_seconds = settle_confirm_left(d),
		.unsaved_changes = d->unsaved_changes,
		.confirm_health = *d->settings.confirm_health ? d->settings.confirm_health : NULL,
		.proc = d->proc,
		.reader = placer_reader(&d->placer),
		.passive_stays = d->options.passive,
		.folders = d->options.folders,
		.n_folders = d->options.n_folders,
		.read_how = d->view.read_how,
		.passive = d->passive,
		.passive_reason = d->passive ? d->passive_reason : NULL,
		.polling = d->events ? NULL : d->polling_reason,
		.placing = d->quick_told && *d->quick_told ? d->quick_told : NULL,
		.favordynmods = *mounts_favordynmods(d->mounts) ? mounts_favordynmods(d->mounts) : NULL,
		.self = d->placer.self,
		.helpers = &d->helpers,
		.pins = d->pins,
		.frozen = &d->frozen,
		.strict_files = &d->strict_files,
		.keeping = d->keeping,
	};
	return &d->view;
}
