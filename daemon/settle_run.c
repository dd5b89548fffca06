/* `cgq run`: who may, and into which group; the caller itself is put there, and then becomes the program. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cgq/auto.h>

#include "namespaces_read.h"
#include "peer.h"
#include "run_users.h"
#include "settle_run_parts.h"
#include "text.h"
#include "users.h"

bool settle_run_knows(void *ctx, const struct peer *peer)
{
	const struct daemon *d = ((struct service *)ctx)->ctx;

	return d->choice.policy && d->resolved && run_users_know(d->choice.policy, d->resolved, peer);
}

/* Whoever may not look does not hear either which groups there are. */
static int group_find(const struct daemon *d, const struct run_request *q, unsigned *ret, struct run_done *done, struct err *e)
{
	*ret = policy_group(d->choice.policy, q->group);
	if (*ret == GROUP_NONE && q->peer->may_read) {
		done->missing = RUN_MISSES_GROUP;
		return fail(e, ENOENT, "there is no group '%s'", TEXT_ESCAPED(q->group));
	}
	if (*ret != GROUP_NONE && run_users_allow(d->choice.policy, d->resolved, *ret, q->peer))
		return 0;
	done->missing = RUN_MISSES_PERMISSION;
	return fail(e, EPERM, "run.users of '%s' does not name you; you are uid %u", TEXT_ESCAPED(q->group), q->peer->uid);
}

/* Its terminal would hang with it. */
static int frozen_refuse(const struct daemon *d, const char *group, struct err *e)
{
	const struct frozen_group *by = frozen_find(&d->frozen, group);

	return by ? fail(e, EBUSY, "%s is frozen, and nothing would run in it: cgq thaw %s", group, by->path) : 0;
}

static int caller_find(struct placing *s, pid_t pid, struct err *e)
{
	struct placer *p = &s->d->placer;
	int r;

	if (settle_run_is_users(s->d, pid))
		r = placer_may_run(p, pid, s->group, &s->f, e);
	else
		r = placer_may_pin(p, pid, s->group, &s->f, e);
	if (r == 0 && !settle_run_lives(s))
		r = fail(e, ESRCH, "pid %d, which asked, has ended", (int)pid);
	return r;
}

/* Law 6. What somebody decided, he may decide anew; and root may. */
static int pin_refuse(struct placing *s, struct err *e)
{
	const struct pin *there = pins_of(s->d->pins, s->f.pid, s->f.start_ticks);
	char who[128];
	struct users *users;

	if (!there || !there->group[0])
		return 0;
	s->before = *there;
	if (s->uid == 0 || there->uid == s->uid)
		return 0;
	users = users_load();
	snprintf(who, sizeof(who), "%s", users_name(users, there->uid));
	users_free(users);
	return fail(e, EPERM, "%s pinned you (pid %d), or the process that started you; cgq unpin releases", who, (int)s->f.pid);
}

static int caller_place(struct placing *s, struct run_done *ret, struct err *e)
{
	int r = settle_run_place(s, ret->note, sizeof(ret->note), e);

	ret->pid = s->f.pid;
	ret->placed_caller = r == 0;
	return r;
}

bool settle_run_is_inside(const struct placing *s)
{
	const struct group *g = &s->d->choice.policy->groups[s->group];

	return !s->d->passive && g->enforce && namespaces_any(&g->namespaces);
}

static int run(struct placing *s, const struct run_request *q, struct run_done *ret, struct err *e)
{
	int r = caller_find(s, q->peer->pid, e);

	if (r == 0)
		r = pin_refuse(s, e);
	if (r == 0 && q->enter)
		r = settle_run_member(s, q->enter, e);
	if (r < 0)
		return r;
	if (settle_run_is_inside(s))
		return settle_run_inside(s, q, ret, e);
	return caller_place(s, ret, e);
}

int settle_run(struct daemon *d, const struct run_request *q, struct run_done *ret, struct err *e)
{
	struct placing s = {.d = d, .path = q->group, .uid = q->peer->uid, .command = q->command};
	auto_fd int held = -1;
	int r;

	*ret = (struct run_done){0};
	/* What is still to be told of the caller, and of who forked it, is older than what it asks for. */
	daemon_drain_events(d);
	r = group_find(d, q, &s.group, ret, e);
	if (r == 0)
		r = frozen_refuse(d, q->group, e);
	if (r == 0)
		r = held = peer_hold(q->peer, e);
	s.held = held;
	if (r >= 0)
		r = run(&s, q, ret, e);
	proc_facts_done(&s.f);
	return r;
}
