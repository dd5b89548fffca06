/* Who may start programs in a group: by the numbers that the names of run.users are on this machine. */
#include "run_users.h"

#include "peer.h"

static bool is_meant(const struct resolved *r, const struct run_user *u, const struct peer *peer)
{
	const struct resolved_id *id = u->is_group ? &r->user_groups[u->ref] : &r->users[u->ref];

	return id->known && (u->is_group ? peer_is_in(peer, id->id) : peer->uid == id->id);
}

bool run_users_allow(const struct policy *p, const struct resolved *r, unsigned group, const struct peer *peer)
{
	const struct group *g = &p->groups[group];

	for (size_t i = 0; i < g->n_run_users; i++)
		if (is_meant(r, &g->run_users[i], peer))
			return true;
	return peer->uid == 0;
}

bool run_users_know(const struct policy *p, const struct resolved *r, const struct peer *peer)
{
	for (unsigned i = 0; i < p->n_groups; i++)
		if (run_users_allow(p, r, i, peer))
			return true;
	return peer->uid == 0;
}
