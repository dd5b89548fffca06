/* Programs in groups with namespaces: ordered from the starter, placed before their exec, and then let go. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "namespace_state.h"
#include "namespaces_read.h"
#include "settle_run_parts.h"
#include "starter.h"
#include "text.h"
#include "tree_path.h"

/* One that the starter makes just now, or has made and holds. */
struct inside {
	struct daemon *d;
	char group[GROUP_PATH_MAX_BYTES + 1]; /* by path: another policy may come before the answer */
	char *command;
	char *origins[HIERARCHIES_MAX]; /* where the caller came from */
	uid_t uid;
	struct call_extra *extra; /* NULL: the client has gone */
	void (*finish)(struct call_extra *extra, int r, const struct run_done *done, const struct err *e);
};

/* The process that keeps the group's namespaces; none where it has none that are the group's. */
static int keeper_find(const struct placing *s, struct process_id *ret, struct err *e)
{
	const struct namespaces *n = &s->d->choice.policy->groups[s->group].namespaces;
	const struct keeper *k = keepers_of_group(keeping_book(s->d->keeping), s->path);
	auto_free char *why = NULL;
	struct keeping_state state;

	if (k)
		*ret = (struct process_id){ k->pid, k->start_ticks };
	if (k || !namespaces_kinds(n, NAMESPACE_GROUP))
		return 0;
	keeping_state(s->d->keeping, s->path, &state);
	why = namespace_absence(&state);
	return fail(e, EAGAIN, "the namespaces of %s are not there: %s", s->path, why);
}

/*
 * One that nobody has: a link of the group is taken for its own by whoever makes one of that name, and another start of the same
 * process may still run in it.
 */
static void link_choose(const struct placing *s, char ret[KEEPER_LINK_BYTES])
{
	uint64_t salt = placer_now_ns();

	do
		keeper_start_link(s->d->machine.tree, s->path, salt++, ret);
	while (if_nametoindex(ret));
}

/* Of the v2 hierarchy, into which it can be born; -1: there is none, and it is moved. */
static int cgroup_open(const struct daemon *d, unsigned group)
{
	const struct want *w = d->want;
	char path[TREE_PATH_MAX];

	if (settle_no_cgroup(d, group) || !w->leaf_of_group || w->leaf_of_group[group] == UINT32_MAX)
		return -1;
	for (unsigned h = 0; h < d->machine.n_hierarchies; h++) {
		auto_free char *folder = NULL;

		if (d->machine.hierarchies[h].version != 2 || !(w->hierarchies & 1U << h))
			continue;
		machine_path(&d->machine, h, w->nodes[w->leaf_of_group[group]].path, path, sizeof(path));
		folder = must_printf("%s%s", d->machine.hierarchies[h].mount, path);
		return open(folder, O_DIRECTORY | O_PATH | O_CLOEXEC);
	}
	return -1;
}

/* The group may have gone meanwhile, or may be frozen now. */
static int born_place(struct inside *i, pid_t pid, struct run_done *done, struct err *e)
{
	struct daemon *d = i->d;
	struct placing s = {.d = d, .path = i->group, .uid = i->uid, .command = i->command, .f.pid = pid};
	auto_fd int held = mover_hold(pid, e);
	int r = held;

	s.held = held;
	s.group = policy_group(d->choice.policy, i->group);
	if (r >= 0 && s.group == GROUP_NONE)
		r = fail(e, ENOENT, "%s is no group any more", i->group);
	if (r >= 0 && frozen_find(&d->frozen, i->group))
		r = fail(e, EBUSY, "%s is frozen, and nothing would run in it", i->group);
	if (r >= 0 && (proc_read(d->proc, &s.f, FACT_STAT) < 0 || !settle_run_lives(&s)))
		r = fail(e, ESRCH, "pid %d has ended", (int)pid);
	if (r >= 0) {
		/* not from where the starter is */
		placer_came_from(&d->placer, &s.f, (const char *const *)i->origins);
		r = settle_run_place(&s, done->note, sizeof(done->note), e);
	}
	proc_facts_done(&s.f);
	done->pid = pid;
	return r;
}

static void inside_free(struct inside *i)
{
	for (unsigned h = 0; h < HIERARCHIES_MAX; h++)
		free(i->origins[h]);
	free(i->command);
	free(i);
}

static void on_gone(void *ctx)
{
	struct inside *i = ctx;

	i->extra = NULL;
	if (starter_drop(i->d->starter, i))
		inside_free(i);
}

/* "net.in: no room in the kernel; net.masquerade: …"; "" where all is in force. */
static void missing_text(const struct net_result *net, char *ret, size_t size)
{
	static const char *const parts[] = {
#define X(id, name) name,
		NET_PART_TABLE(X)
#undef X
	};
	size_t len = 0;

	*ret = '\0';
	for (unsigned i = 0; i < NET_PART__COUNT; i++) {
		if (net->why_not[i][0] && len < size)
			len += (size_t)snprintf(ret + len, size - len, "%s%s: %s", len ? "; " : "", parts[i], net->why_not[i]);
	}
}

/* What a network of one start lacks, no status shows. */
static void missing_tell(const struct inside *i, pid_t pid, const struct net_result *net, struct run_done *done)
{
	const char *name = i->command ? i->command : "";
	size_t len = strlen(done->note);
	auto_free char *text = NULL;
	char missing[NET_PART__COUNT * sizeof(net->why_not[0])];

	missing_text(net, missing, sizeof(missing));
	if (!*missing)
		return;
	text = must_printf("not in force of its own network: %s", missing);
	snprintf(done->note + len, sizeof(done->note) - len, "%s%s", len ? "; " : "", text);
	settle_say(i->d, LOG_LEVEL_WARNING, &(struct happening){.kind = HAPPENING_TROUBLE, .group = i->group, .pid = pid, .name = name,
								 .text = text},
		   "pid %d (%s) in %s: %s", (int)pid, TEXT_ESCAPED(name), i->group, text);
}

static void on_started(void *ctx, int error, pid_t pid, const struct net_result *net, const struct err *why)
{
	struct inside *i = ctx;
	struct run_done done = {0};
	struct err e = {0};
	int r = error;

	if (r < 0)
		e = *why;
	else if (!i->extra)
		r = fail(&e, ESRCH, "who asked has ended");
	if (r == 0)
		r = born_place(i, pid, &done, &e);
	if (r == 0)
		missing_tell(i, pid, net, &done);
	/* told first: a client that hears of no answer may say that nothing was started */
	if (i->extra)
		i->finish(i->extra, r, &done, &e);
	if (error == 0 && starter_go(i->d->starter, pid, r == 0, &e) < 0)
		(void)e; /* it is not started then, and the end of the conversation with its client says so */
	inside_free(i);
}

static int order(struct inside *i, const struct placing *s, const struct run_request *q, struct err *e)
{
	const struct group *g = &s->d->choice.policy->groups[s->group];
	auto_fd int cgroup = cgroup_open(s->d, s->group);
	char link[KEEPER_LINK_BYTES];
	struct starter_start start = {
		.group = s->path,
		.namespaces = &g->namespaces,
		.caller = q->peer->pid,
		.caller_pidfd = s->held,
		.uid = q->peer->uid,
		.gid = q->peer->gid,
		.cgroup = cgroup,
		.bound = mover_is_bound(s->d->mover, q->peer->pid),
		.terminal = q->terminal,
		.connection = q->peer->socket,
		.call_bytes = q->peer->extra->left_bytes,
	};
	int r = keeper_find(s, &start.keeper, e);

	if (r == 0 && q->enters && namespaces_kinds(&g->namespaces, NAMESPACE_NEW))
		r = settle_run_like(s, q->enter, &start.like, e);
	if (r < 0)
		return r;
	if (g->namespaces.modes[NAMESPACE_NET] == NAMESPACE_NEW && !start.like.pid) {
		link_choose(s, link);
		start.link = link;
		start.net = g->net;
	}
	settle_quick_pause(s->d); /* it may begin just now: see helper.h */
	r = starter_start(s->d->starter, &start, on_started, i, e);
	settle_quick_go(s->d);
	return r;
}

int settle_run_inside(const struct placing *s, const struct run_request *q, struct run_done *ret, struct err *e)
{
	struct call_extra *extra = q->peer->extra;
	struct inside *i;
	int r;

	if (!extra || !extra->left_bytes) {
		ret->missing = RUN_MISSES_FILES;
		return fail(e, ENODATA, "six descriptors must come with the call");
	}
	i = must_alloc(sizeof(*i));
	*i = (struct inside){.d = s->d, .uid = s->uid, .extra = extra, .finish = q->finish};
	i->command = q->command ? must_strdup(q->command) : NULL;
	snprintf(i->group, sizeof(i->group), "%s", s->path);
	placer_origins(&s->d->placer, s->f.pid, i->origins);
	r = order(i, s, q, e);
	if (r < 0) {
		inside_free(i);
		return r;
	}
	extra->is_late = true;
	extra->gone = on_gone;
	extra->ctx = i;
	return 1;
}
