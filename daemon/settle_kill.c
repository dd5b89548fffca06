/* Signals to all processes of a group; SIGKILL again and again until none is left, for some seconds. */
#include "settle_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cgq/auto.h>

#include "log.h"
#include "tree_path.h"

/* One that has not died by now hangs in the kernel. Others are placed meanwhile. */
#define KILL_MAX_NS  3000000000U
#define KILL_STEP_NS 2000000 /* a process needs a moment to die */

struct killing {
	struct daemon *d;
	const char *group;
	unsigned hierarchy; /* members are in all of them alike */
	int signal;
};

static bool is_within(const struct killing *k, const char *cgroup)
{
	char buf[TREE_PATH_MAX];
	const char *path = settle_cgroup_group(k->d, cgroup, buf, sizeof(buf));
	size_t len = strlen(k->group);

	return path && !strncmp(path, k->group, len) && (!path[len] || path[len] == '/');
}

/* The group's cgroup and all below it, as the tree was last seen. */
static int signal_all(const struct killing *k, size_t *ret_found, struct err *e)
{
	const struct tree *t = &k->d->tree;
	char path[TREE_PATH_MAX];
	int r = 0;

	*ret_found = 0;
	for (size_t i = 0; r == 0 && i < t->n; i++) {
		size_t found = 0;

		if (!(t->list[i].hierarchies & 1U << k->hierarchy) || !is_within(k, t->list[i].path))
			continue;
		machine_path(&k->d->machine, k->hierarchy, t->list[i].path, path, sizeof(path));
		r = mover_signal(k->d->mover, k->hierarchy, path, k->signal, &found, e);
		*ret_found += found;
	}
	return r;
}

/* In one step where the kernel can, with all that is below: whoever forks meanwhile is hit as well. */
static void kill_at_once(const struct killing *k)
{
	const struct tree *t = &k->d->tree;
	char path[TREE_PATH_MAX];

	for (size_t i = 0; i < t->n; i++) {
		if (!is_within(k, t->list[i].path))
			continue;
		machine_path(&k->d->machine, k->hierarchy, t->list[i].path, path, sizeof(path));
		mover_kill_all(k->d->mover, k->hierarchy, path, NULL);
	}
}

/* v1 keeps a frozen process stopped, killed or not: now that the signal waits for it, it may run to its end. */
static int let_die(const struct killing *k, struct err *e)
{
	if (!frozen_drop(&k->d->frozen, k->group))
		return 0;
	log_line(LOG_LEVEL_INFO, "%s: thawed, so that its processes can end", k->group);
	return settle(k->d, WHY_PERSON, e);
}

static int kill_all(const struct killing *k, struct deed_done *ret, struct err *e)
{
	struct timespec step = {.tv_nsec = KILL_STEP_NS};
	uint64_t until = placer_now_ns() + KILL_MAX_NS;
	int r = signal_all(k, &ret->signalled, e);

	ret->left = ret->signalled;
	if (r == 0) {
		kill_at_once(k);
		r = let_die(k, e);
	}
	while (r == 0 && ret->left > 0 && placer_now_ns() < until) {
		nanosleep(&step, NULL);
		daemon_take_events(k->d, NULL);
		r = signal_all(k, &ret->left, e);
	}
	return r;
}

static bool finds_hierarchy(const struct daemon *d, unsigned *ret)
{
	int h = machine_hierarchy(&d->machine, CONTROLLER_CPU);

	if (!d->want->hierarchies)
		return false;
	*ret = h >= 0 && d->want->hierarchies & 1U << h ? (unsigned)h : (unsigned)__builtin_ctz(d->want->hierarchies);
	return true;
}

int settle_kill(struct daemon *d, const struct deed *deed, unsigned group, struct deed_done *ret, struct err *e)
{
	struct killing k = {.d = d, .group = deed->group, .signal = deed->signal};
	const char *why = settle_no_cgroup(d, group);
	const struct frozen_group *above = frozen_above(&d->frozen, deed->group);
	auto_free char *text = NULL;
	int r;

	if (why || !finds_hierarchy(d, &k.hierarchy))
		return fail(e, EINVAL, "%s has no cgroup whose processes could be killed: %s", deed->group,
			    why ? why : "the tree does not stand");
	r = settle_observe(d, e); /* also what others made in the group since */
	if (r < 0)
		return r;
	if (deed->signal == SIGKILL && above)
		return fail(e, EBUSY, "%s is frozen with %s, and cannot end: cgq thaw %s", deed->group, above->path, above->path);
	r = deed->signal == SIGKILL ? kill_all(&k, ret, e) : signal_all(&k, &ret->signalled, e);
	if (r < 0)
		return r;
	text = ret->left ? must_printf("SIG%s sent to %zu processes, %zu are left,", sigabbrev_np(deed->signal),
				       ret->signalled, ret->left)
			 : must_printf("SIG%s sent to %zu processes", sigabbrev_np(deed->signal), ret->signalled);
	settle_person_happened(d, deed, NULL, text);
	return 0;
}
