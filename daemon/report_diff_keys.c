/* Keys that differ after a reload, and that no cgroup shows: namespaces, networks, who may start programs. */
#include <string.h>

#include <cgq/auto.h>

#include "group_namespaces.h"
#include "keeper_look.h"
#include "keepers.h"
#include "namespace_state.h"
#include "namespaces_read.h"
#include "net_read.h"
#include "report_diff_keys.h"
#include "report_diff_rules.h"

/* A group before and after. NULL: there is none, or nothing of it is made. */
struct pair {
	const struct view *v;
	const char *path;
	unsigned group; /* before */
	const struct group *was, *is;
	const struct keeper *keeper; /* of what it was; NULL: there is none */
};

static const struct net no_net;
static const struct group no_group = {.net = &no_net};

static bool texts_equal(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static bool users_equal(const struct group *a, const struct group *b)
{
	return texts_equal(group_setting(a, KEY_RUN_USERS)->max.list, group_setting(b, KEY_RUN_USERS)->max.list);
}

static bool strict_equal(const struct group *a, const struct group *b)
{
	return a->strict == b->strict;
}

static bool namespaces_equal(const struct group *a, const struct group *b)
{
	const struct namespaces *x = &a->namespaces, *y = &b->namespaces;
	bool equal = !memcmp(x->modes, y->modes, sizeof(x->modes));

	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		equal &= texts_equal(x->paths[kind], y->paths[kind]);
	return equal;
}

static bool modes_equal(const struct group *a, const struct group *b)
{
	return a->net->mode == b->net->mode && texts_equal(a->net->interface, b->net->interface);
}

static bool are_listed(const struct net_address *all, unsigned n, const struct net_address *in, unsigned n_in)
{
	bool listed = true;

	for (unsigned i = 0; i < n; i++)
		listed &= net_address_listed(&all[i], in, n_in);
	return listed;
}

/* Each of a's is one of b's. */
static bool addresses_stay(const struct group *a, const struct group *b)
{
	return are_listed(a->net->addresses, a->net->n_addresses, b->net->addresses, b->net->n_addresses);
}

static bool addresses_equal(const struct group *a, const struct group *b)
{
	return addresses_stay(a, b) && addresses_stay(b, a);
}

static bool gateways_stay(const struct group *a, const struct group *b)
{
	return are_listed(a->net->gateways, a->net->n_gateways, b->net->gateways, b->net->n_gateways);
}

static bool gateways_equal(const struct group *a, const struct group *b)
{
	return gateways_stay(a, b) && gateways_stay(b, a);
}

static bool masquerades_equal(const struct group *a, const struct group *b)
{
	return a->net->masquerade == b->net->masquerade;
}

static bool outs_equal(const struct group *a, const struct group *b)
{
	return a->net->out_bytes == b->net->out_bytes;
}

static bool ins_equal(const struct group *a, const struct group *b)
{
	return a->net->in_bytes == b->net->in_bytes;
}

/* Those that run in the group before. */
struct running {
	const struct pair *c;
	size_t inside, outside; /* of what its keeper keeps; of what it shall have */
};

static uint32_t kept(const struct group *g)
{
	return g ? namespaces_kinds(&g->namespaces, NAMESPACE_GROUP) : 0;
}

static bool is_inside(const struct keeper *k, pid_t pid)
{
	for (unsigned kind = 0; k && kind < NAMESPACE__COUNT; kind++)
		if (k->kinds & NAMESPACE_BIT(kind) && k->inodes[kind] == namespace_inode(pid, (enum namespace_kind)kind))
			return true;
	return false;
}

/* With other kinds there is another keeper, and nobody is in what that keeps. */
static bool is_outside(const struct pair *c, pid_t pid)
{
	return (kept(c->is) && kept(c->was) != kept(c->is)) || (c->is && namespaces_missed(c->v->keeping, c->is, pid));
}

static void count(void *ctx, struct member *m)
{
	struct running *r = ctx;

	if (m->group != r->c->group || namespace_is_keeper(r->c->v->keeping, m->pid, m->start_ticks))
		return;
	r->inside += is_inside(r->c->keeper, m->pid);
	r->outside += is_outside(r->c, m->pid);
}

static struct running running_in(const struct pair *c)
{
	struct running r = { .c = c };

	if (c->group != GROUP_NONE)
		members_each(c->v->members, count, &r);
	return r;
}

static char *counted(const char *what, size_t n)
{
	return must_printf("%s: %zu process%s", what, n, n == 1 ? "" : "es");
}

static char *namespace_danger(const struct pair *c)
{
	struct running r = running_in(c);
	uint32_t same = kept(c->was) & kept(c->is);

	if (r.inside && same & NAMESPACE_BIT(NAMESPACE_NET) && kept(c->was) != kept(c->is))
		return counted("made anew once nobody is in the old network, where there are now", r.inside);
	if (c->is && namespaces_any(&c->is->namespaces))
		return r.outside ? counted("from the next start; outside until then", r.outside) :
				   must_strdup("from the next start of a program in the group");
	return r.inside ? counted("goes with the last program in it; there are now", r.inside) : NULL;
}

/* Of a network that each start has for itself. */
static char *next_start(const struct pair *c)
{
	bool new = c->was && c->is && c->is->namespaces.modes[NAMESPACE_NET] == NAMESPACE_NEW;

	return new ? must_strdup("from the next start; those that run keep what they have") : NULL;
}

static char *cut_off(const struct pair *c, const char *what)
{
	struct running r = running_in(c);

	if (!r.inside || !c->is || !(c->keeper->kinds & NAMESPACE_BIT(NAMESPACE_NET)) || kept(c->was) != kept(c->is))
		return next_start(c);
	return counted(what, r.inside);
}

static char *mode_danger(const struct pair *c)
{
	return cut_off(c, "connections through the old link are cut off; in the network now");
}

static char *address_danger(const struct pair *c)
{
	return c->was && c->is && addresses_stay(c->was, c->is) ? next_start(c) :
		cut_off(c, "connections by an address that goes are cut off; in the network now");
}

static char *gateway_danger(const struct pair *c)
{
	return c->was && c->is && gateways_stay(c->was, c->is) ? next_start(c) :
		cut_off(c, "connections by a gateway that goes are cut off; in the network now");
}

static const struct row {
	enum key key;
	bool made; /* nothing of it in a passive group */
	bool (*equal)(const struct group *a, const struct group *b);
	char *(*danger)(const struct pair *c); /* owned by the caller; NULL: none */
} rows[] = {
	{ KEY_STRICT, true, strict_equal, NULL },
	{ KEY_RUN_USERS, false, users_equal, NULL },
	{ KEY_NAMESPACE, true, namespaces_equal, namespace_danger },
	{ KEY_NET_MODE, true, modes_equal, mode_danger },
	{ KEY_NET_ADDRESS, true, addresses_equal, address_danger },
	{ KEY_NET_GATEWAY, true, gateways_equal, gateway_danger },
	{ KEY_NET_MASQUERADE, true, masquerades_equal, next_start },
	{ KEY_NET_OUT, true, outs_equal, next_start },
	{ KEY_NET_IN, true, ins_equal, next_start },
};

static const struct setting *setting_of(const struct group *g, enum key key)
{
	const struct setting *s = g ? group_setting(g, key) : NULL;

	return s && s->at.file ? s : NULL;
}

static void compare(const struct row *row, const struct pair *c, json_t *list)
{
	const struct setting *was = setting_of(c->was, row->key), *is = setting_of(c->is, row->key);
	auto_free char *danger = NULL;

	if (row->equal(c->was ? c->was : &no_group, c->is ? c->is : &no_group))
		return;
	danger = row->danger ? row->danger(c) : NULL;
	report_diff_said(&(struct said){ "setting", c->path, key_rows[row->key].name, was ? was->text : NULL, is ? is->text : NULL,
					 danger, is ? is->at : (struct place){ 0 } }, list);
}

static const struct group *made(const struct group *g, bool passive)
{
	return g && g->enforce && !passive ? g : NULL;
}

static void compare_all(const struct pair *written, bool passive, json_t *list)
{
	struct pair made_pair = *written;

	made_pair.was = made(written->was, written->v->passive);
	made_pair.is = made(written->is, passive);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		compare(&rows[i], rows[i].made ? &made_pair : written, list);
}

static struct pair pair_of(const struct view *v, const struct group *was, const struct group *is)
{
	const struct group *any = is ? is : was;
	struct pair c = { .v = v, .path = any->path, .was = was, .is = is, .group = GROUP_NONE };
	struct keeping_state s;

	keeping_state(v->keeping, c.path, &s);
	c.keeper = s.keeper;
	if (was)
		c.group = (unsigned)(was - v->choice->policy->groups);
	return c;
}

static const struct group *group_in(const struct policy *p, const char *path)
{
	unsigned g = policy_group(p, path);

	return g == GROUP_NONE ? NULL : &p->groups[g];
}

void report_diff_keys(const struct view *v, const struct policy *next, bool passive, json_t *list)
{
	const struct policy *old = v->choice->policy;

	for (size_t g = 0; g < next->n_groups; g++) {
		struct pair c = pair_of(v, group_in(old, next->groups[g].path), &next->groups[g]);

		compare_all(&c, passive, list);
	}
	for (size_t g = 0; g < old->n_groups; g++) {
		struct pair c = pair_of(v, &old->groups[g], NULL);

		if (!group_in(next, old->groups[g].path))
			compare_all(&c, passive, list);
	}
}
