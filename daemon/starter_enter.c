/* Enters namespaces that there are, and makes those that a start has for itself. */
#include "starter_enter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "namespaces_read.h"
#include "net_apply.h"
#include "netns.h"
#include "starter_mounts.h"

static enum enter_from from_of(const struct starter_order *o, enum namespace_mode mode)
{
	if (mode == NAMESPACE_HOST)
		return FROM_CALLER;
	if (o->like.pid > 0)
		return FROM_LIKE;
	if (mode == NAMESPACE_PATH)
		return FROM_PATH;
	return mode == NAMESPACE_GROUP ? FROM_KEEPER : FROM_CALLER;
}

/* With the keeper's pid namespace comes its mount namespace, which has that one's /proc. */
static enum enter_from from_of_mount(const struct starter_order *o)
{
	if (o->modes[NAMESPACE_PID] == NAMESPACE_HOST || o->modes[NAMESPACE_MOUNT] == NAMESPACE_PATH)
		return from_of(o, o->modes[NAMESPACE_MOUNT]);
	if (o->like.pid > 0)
		return FROM_LIKE;
	return o->modes[NAMESPACE_PID] == NAMESPACE_GROUP || o->modes[NAMESPACE_MOUNT] == NAMESPACE_GROUP ? FROM_KEEPER :
													   FROM_CALLER;
}

void enter_plan(const struct starter_order *o, struct enter *ret)
{
	const uint32_t *modes = o->modes;
	bool own_pids = o->like.pid <= 0 && modes[NAMESPACE_PID] != NAMESPACE_HOST;

	memset(ret, 0, sizeof(*ret));
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++) {
		ret->from[kind] = from_of(o, modes[kind]);
		if (o->like.pid <= 0 && modes[kind] == NAMESPACE_NEW)
			ret->fresh |= NAMESPACE_BIT(kind);
	}
	ret->from[NAMESPACE_MOUNT] = from_of_mount(o);
	ret->proc = own_pids && (modes[NAMESPACE_PID] != NAMESPACE_GROUP || modes[NAMESPACE_MOUNT] == NAMESPACE_PATH);
	if (ret->proc)
		ret->fresh |= NAMESPACE_BIT(NAMESPACE_MOUNT);
	ret->sysfs = (ret->fresh & NAMESPACE_BIT(NAMESPACE_MOUNT)) && modes[NAMESPACE_NET] != NAMESPACE_HOST;
	ret->elsewhere = ret->from[NAMESPACE_MOUNT] != FROM_CALLER || (ret->fresh & NAMESPACE_BIT(NAMESPACE_MOUNT));
}

/*
 * The caller was seen to be in our pid and mount namespace. It may have gone on since, by a user namespace that it made, and
 * what it then sees at /etc is its own to say: ours are entered, whatever it is in by now.
 */
static int callers_open(const struct starter_order *o, enum namespace_kind kind, struct err *e)
{
	const struct process_id caller = { .pid = o->caller };

	if (kind == NAMESPACE_PID || kind == NAMESPACE_MOUNT)
		return namespace_open_own(kind, e);
	return namespace_open(&caller, kind, e);
}

static int one_open(const struct starter_order *o, enum enter_from from, enum namespace_kind kind, struct err *e)
{
	switch (from) {
	case FROM_CALLER:
		return callers_open(o, kind, e);
	case FROM_KEEPER:
		return namespace_open(&o->keeper, kind, e);
	case FROM_LIKE:
		return namespace_open(&o->like, kind, e);
	case FROM_PATH:
		return namespace_open_path(o->paths[kind], e);
	}
	return -EINVAL;
}

int enter_open(const struct starter_order *o, const struct enter *plan, int fds[NAMESPACE__COUNT], struct err *e)
{
	int r = namespaces_exist(plan->fresh, e);

	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		fds[kind] = -1;
	for (unsigned kind = 0; r == 0 && kind < NAMESPACE__COUNT; kind++) {
		fds[kind] = one_open(o, plan->from[kind], kind, e);
		if (fds[kind] < 0)
			r = fds[kind];
	}
	return r;
}

static int unshared(uint32_t kinds, struct err *e)
{
	if (kinds && unshare((int)namespace_flags(kinds)) < 0)
		return fail(e, errno, "new namespaces: %s", strerror(errno));
	return 0;
}

/* Its link outside is made from here, in the machine's. */
static int net_fresh(const struct starter_order *o, struct net_result *ret, struct err *e)
{
	struct net net = o->net;
	const struct starter_net q = { .group = o->group, .link = o->link, .net = &net };
	auto_fd int outside = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), inside = -1;
	int r = unshared(NAMESPACE_BIT(NAMESPACE_NET), e);

	if (r == 0)
		r = netns_loopback_up(e);
	if (r < 0 || !o->has_net)
		return r;
	net.masquerade = false; /* nobody would be there to take its table away: the link goes by itself */
	inside = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (inside < 0 || outside < 0 || setns(outside, CLONE_NEWNET) < 0)
		return fail(e, errno, "back from a new network namespace: %s", strerror(errno));
	r = net_apply(&q, inside, ret, e);
	if (o->net.masquerade)
		snprintf(ret->why_not[NET_PART_MASQUERADE], sizeof(ret->why_not[0]), NET_NEW_NO_MASQUERADE);
	if (r == 0 && setns(inside, CLONE_NEWNET) < 0)
		r = fail(e, errno, "into a new network namespace: %s", strerror(errno));
	return r;
}

/* As the kinds stand in the table: mounts are last, and /proc may be another one then. */
static int entered(const struct enter *plan, const int fds[NAMESPACE__COUNT], struct err *e)
{
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++) {
		if (kind == NAMESPACE_NET && (plan->fresh & NAMESPACE_BIT(kind)))
			continue;
		if (setns(fds[kind], (int)namespace_flags(NAMESPACE_BIT(kind))) < 0)
			return fail(e, errno, "into the %s namespace: %s", namespace_name(kind), strerror(errno));
	}
	return 0;
}

static const char *last_part(const char *group)
{
	const char *slash = strrchr(group, '/');

	return slash ? slash + 1 : group;
}

static int fresh_fill(const struct starter_order *o, const struct enter *plan, struct err *e)
{
	const char *name = last_part(o->group);
	int r = plan->fresh & NAMESPACE_BIT(NAMESPACE_MOUNT) ? mounts_private(e) : 0;

	if (r == 0 && (plan->fresh & NAMESPACE_BIT(NAMESPACE_UTS)) && sethostname(name, strlen(name)) < 0)
		r = fail(e, errno, "the host name '%s': %s", name, strerror(errno));
	if (r == 0 && plan->proc)
		r = mounts_terminals(e);
	if (r == 0 && plan->sysfs)
		r = mounts_sysfs(e);
	return r;
}

int enter_all(const struct starter_order *o, const struct enter *plan, const int fds[NAMESPACE__COUNT], struct net_result *net, struct err *e)
{
	const uint32_t others = ~(NAMESPACE_BIT(NAMESPACE_NET) | NAMESPACE_BIT(NAMESPACE_PID));
	int r = plan->fresh & NAMESPACE_BIT(NAMESPACE_NET) ? net_fresh(o, net, e) : 0;

	if (r == 0)
		r = entered(plan, fds, e);
	if (r == 0)
		r = unshared(plan->fresh & others, e);
	return r == 0 ? fresh_fill(o, plan, e) : r;
}
