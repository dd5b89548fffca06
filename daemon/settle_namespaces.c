/* Namespaces of groups: the book is brought to the policy, the starter is asked, and what cannot be had is told. */
#include "settle_parts.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include <cgq/auto.h>

#include "keeper_look.h"
#include "keeper_store.h"
#include "log.h"
#include "namespace_state.h"
#include "namespaces_read.h"
#include "text.h"

/* Within each verify, and no oftener: a look at a network is some messages to the kernel for each group. */
#define LOOK_SLACK_NS 1000000000ULL

static int by_keep(void *ctx, const struct starter_keep *q, starter_kept *answer, void *answer_ctx, struct err *e)
{
	return starter_keep(((struct daemon *)ctx)->starter, q, answer, answer_ctx, e);
}

static int by_net(void *ctx, const struct starter_net *q, starter_netted *answer, void *answer_ctx, struct err *e)
{
	return starter_net(((struct daemon *)ctx)->starter, q, false, answer, answer_ctx, e);
}

static int by_forget(void *ctx, const char *name, const char *link, starter_done *answer, void *answer_ctx, struct err *e)
{
	return starter_forget(((struct daemon *)ctx)->starter, name, link, answer, answer_ctx, e);
}

static int by_identify(void *ctx, struct keeper *k)
{
	struct daemon *d = ctx;
	struct proc_facts f = {.pid = k->pid};
	int r = proc_read(d->proc, &f, FACT_STAT);

	if (r == 0 && f.exiting)
		r = -ESRCH;
	k->start_ticks = f.start_ticks;
	proc_facts_done(&f);
	for (unsigned kind = 0; r == 0 && kind < NAMESPACE__COUNT; kind++)
		k->inodes[kind] = namespace_inode(k->pid, (enum namespace_kind)kind);
	return r;
}

static bool by_lives(void *ctx, const struct keeper *k)
{
	return placer_is_there(&((struct daemon *)ctx)->placer, k->pid, k->start_ticks);
}

struct using {
	const struct keeper *k;
	unsigned group;
	bool all; /* rather than one */
	size_t n;
	pid_t first;
	char comm[16];
};

static void note_use(void *ctx, struct member *one)
{
	struct using *u = ctx;

	if (one->group != u->group || (u->n && !u->all) || !keeper_is_used_by(u->k, one->pid))
		return;
	if (!u->n++ || one->pid < u->first) {
		u->first = one->pid;
		memcpy(u->comm, one->comm, sizeof(u->comm));
	}
}

static struct using using_find(struct daemon *d, const struct keeper *k, bool all)
{
	struct using u = {.k = k, .group = policy_group(d->choice.policy, k->group), .all = all};

	if (u.group != GROUP_NONE && k->inodes[NAMESPACE_NET])
		members_each(d->members, note_use, &u);
	return u;
}

/*
 * Its members by rules and by persons; who else entered the network by himself has to see to himself. Where nothing of the group
 * is enforced it has no members any more, and everybody is looked at.
 */
static bool by_uses(void *ctx, const struct keeper *k)
{
	struct daemon *d = ctx;
	const struct policy *p = d->choice.policy;
	char comm[16];
	bool more;

	if (group_kept_kinds(p, policy_group(p, k->group), d->passive))
		return using_find(d, k, false).n > 0;
	return keeper_user(k, comm, &more);
}

/* The keeper itself waits for anybody. */
static void by_name_users(void *ctx, const struct keeper *k, char *ret, size_t size)
{
	struct using u = using_find(ctx, k, true);
	bool more = u.n > 1;

	if (!u.n)
		u.first = keeper_user(k, u.comm, &more);
	if (u.first)
		snprintf(ret, size, "pid %d (%s)%s", (int)u.first, TEXT_ESCAPED(u.comm), more ? " and others" : "");
}

static pid_t by_find(void *ctx, const struct keeper *k)
{
	return keeper_search(k->name);
}

/* Its mounts may be the starter's, which need not be ours: of them nothing tells. */
static uint32_t by_kinds(void *ctx, const struct keeper *k)
{
	uint32_t kinds = k->kinds & NAMESPACE_BIT(NAMESPACE_MOUNT);

	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		if (kind != NAMESPACE_MOUNT && k->inodes[kind] != namespace_inode(0, (enum namespace_kind)kind))
			kinds |= NAMESPACE_BIT(kind);
	return kinds;
}

static int by_let_go(void *ctx, const struct keeper *k, struct err *e)
{
	return keeper_let_go(k, by_lives, ctx, e);
}

static void by_tell(void *ctx, const struct keeper *k, const char *text)
{
	auto_free char *line = must_printf("namespace: %s", text);

	settle_say(ctx, LOG_LEVEL_INFO,
		   &(struct happening){.kind = HAPPENING_APPLY,
				       .group = k->group,
				       .pid = k->pid,
				       .start_ticks = k->start_ticks,
				       .name = KEEPER_COMM,
				       .what = "namespace",
				       .now = *k->name ? k->name : NULL,
				       .text = line},
		   "%s: %s", k->group, line);
}

static int by_go(void *ctx, pid_t pid, bool go, struct err *e)
{
	return starter_go(((struct daemon *)ctx)->starter, pid, go, e);
}

static uint64_t by_now(void *ctx)
{
	return placer_now_ns();
}

static int by_save(void *ctx, struct keepers *k)
{
	struct daemon *d = ctx;
	struct err e = {0};
	int r = keeper_store_save(d->state_fd, k, &e);

	if (r < 0)
		log_line(LOG_LEVEL_WARNING, "%s", e.text);
	return r;
}

static void by_again(void *ctx)
{
	struct daemon *d = ctx;

	d->kept_again = true;
	settle_namespaces_tell(d);
}

static void by_stands(void *ctx)
{
	settle_namespaces_tell(ctx);
}

static void tell_net(struct daemon *d, unsigned group, const struct keeping_state *s)
{
	static const char *const parts[] = {
#define X(id, name) name,
		NET_PART_TABLE(X)
#undef X
	};
	const char *path = d->choice.policy->groups[group].path;
	auto_free char *whole = s->net_why_not[0] ? must_printf("%s: net: %s", path, s->net_why_not) : NULL;

	if (whole)
		settle_trouble(d, TROUBLE_NAMESPACE, group, whole);
	for (unsigned i = 0; s->net_known && i < NET_PART__COUNT; i++) {
		auto_free char *text = must_printf("%s: %s: %s", path, parts[i], s->net.why_not[i]);

		if (s->net.why_not[i][0])
			settle_trouble(d, TROUBLE_NAMESPACE, group, text);
	}
}

/* Kinds that one process would keep fail together. What was asked for a moment ago is no trouble yet. */
static void tell_absent(struct daemon *d, unsigned group, const struct keeping_state *s)
{
	const struct group *g = &d->choice.policy->groups[group];
	auto_free char *text = NULL;
	char kinds[64];

	if (s->keeper || s->is_made || !namespaces_kinds(&g->namespaces, NAMESPACE_GROUP))
		return;
	text = must_printf("%s: %s: %s", g->path, namespaces_text(namespaces_kinds(&g->namespaces, NAMESPACE_GROUP), kinds, sizeof(kinds)),
			   s->why_not);
	settle_trouble(d, TROUBLE_NAMESPACE, group, text);
}

static void tell_group(struct daemon *d, unsigned group)
{
	const struct group *g = &d->choice.policy->groups[group];
	struct keeping_state s;

	keeping_state(d->keeping, g->path, &s);
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++) {
		auto_free char *why = namespace_kind_refusal(&g->namespaces, (enum namespace_kind)kind);
		auto_free char *text = why ? must_printf("%s: %s", g->path, why) : NULL;

		if (text)
			settle_trouble(d, TROUBLE_NAMESPACE, group, text);
	}
	tell_absent(d, group, &s);
	if (g->net->masquerade && g->namespaces.modes[NAMESPACE_NET] == NAMESPACE_NEW) {
		auto_free char *text = must_printf("%s: net.masquerade: " NET_NEW_NO_MASQUERADE, g->path);

		settle_trouble(d, TROUBLE_NAMESPACE, group, text);
	}
	if (s.keeper)
		tell_net(d, group, &s);
}

void settle_namespaces_tell(struct daemon *d)
{
	const struct policy *p = d->choice.policy;

	troubles_begin(&d->troubles, TROUBLE_NAMESPACE);
	for (unsigned g = 0; !d->passive && g < p->n_groups; g++)
		if (p->groups[g].enforce && namespaces_any(&p->groups[g].namespaces))
			tell_group(d, g);
	troubles_settle(&d->troubles, TROUBLE_NAMESPACE);
}

void settle_namespaces_load(struct daemon *d)
{
	struct keeping_by by = {.keep = by_keep, .net = by_net, .forget = by_forget, .identify = by_identify, .lives = by_lives,
				.uses = by_uses, .name_users = by_name_users, .find = by_find, .kinds = by_kinds, .let_go = by_let_go,
				.tell = by_tell, .again = by_again, .stands = by_stands, .save = by_save, .go = by_go, .now_ns = by_now, .ctx = d};
	struct err e = {0};

	if (!d->starter)
		by.keep = NULL; /* nobody stays to hear its answers */
	d->keeping = keeping_new(&by, d->options.tree);
	if (keeper_store_load(d->state_fd, keeping_book(d->keeping), &e) < 0)
		log_line(LOG_LEVEL_WARNING, "%s", e.text);
	if (d->starter)
		keeping_take_over(d->keeping);
	d->placer.keepers = keeping_book(d->keeping);
	d->placer.own = keeping_own(d->keeping);
}

/*
 * What is asked for is there when a start, reload, set or reset returns, as a rule: it takes some milliseconds a group. What takes
 * longer, or is still needed by others, comes later. Threads place meanwhile.
 */
static unsigned wait_ms(enum why why)
{
	switch (why) {
	case WHY_START:
		return 2000;
	case WHY_RELOAD:
	case WHY_SET:
	case WHY_RESET:
		return 300;
	default:
		return 0;
	}
}

/* One that was let go needs a moment to see that nobody else is there. */
#define STEP_MS 10

static void follow_and_wait(struct daemon *d, uint64_t end_ns)
{
	for (uint64_t now = placer_now_ns(); d->starter && keeping_is_busy(d->keeping) && now < end_ns; now = placer_now_ns()) {
		starter_wait(d->starter, (unsigned)((end_ns - now) / 1000000));
		keeping_follow(d->keeping, d->choice.policy, d->passive, false);
		if (keeping_is_busy(d->keeping))
			poll(NULL, 0, STEP_MS);
	}
}

void settle_namespaces(struct daemon *d, enum why why)
{
	uint64_t now = placer_now_ns(), period = d->settings.verify_seconds * UINT64_C(1000000000);
	bool looks = why == WHY_START || why == WHY_RELOAD || now - d->kept_ns + LOOK_SLACK_NS >= period;
	bool kept;

	if (looks)
		d->kept_ns = now;
	kept = d->kept_again;
	d->kept_again = false;
	keeping_follow(d->keeping, d->choice.policy, d->passive, looks);
	follow_and_wait(d, now + wait_ms(why) * UINT64_C(1000000));
	settle_namespaces_tell(d);
	if (looks || wait_ms(why) || kept)
		settle_service_nets(d);
}

void settle_namespaces_done(struct daemon *d)
{
	starter_free(d->starter);
	d->starter = NULL; /* who asked may still be told of: see starter_drop() */
	keeping_free(d->keeping);
}
