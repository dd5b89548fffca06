/* Links: one looked at, made, changed, deleted. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <netlink/addr.h>
#include <netlink/errno.h>
#include <netlink/route/link.h>
#include <netlink/route/link/macvlan.h>
#include <netlink/route/link/veth.h>

#include "net_parts.h"

static void link_done(struct rtnl_link **l)
{
	rtnl_link_put(*l); /* takes NULL */
}

#define auto_link __attribute__((cleanup(link_done))) struct rtnl_link

static struct rtnl_link *link_indexed(int index)
{
	struct rtnl_link *l = rtnl_link_alloc();

	if (l)
		rtnl_link_set_ifindex(l, index);
	return l;
}

static void link_read(struct rtnl_link *l, struct net_link *ret)
{
	const char *kind = rtnl_link_get_type(l), *alias = rtnl_link_get_ifalias(l), *name = rtnl_link_get_name(l);
	struct nl_addr *mac = rtnl_link_get_addr(l);

	*ret = (struct net_link){.index = rtnl_link_get_ifindex(l),
				 .below = rtnl_link_get_link(l),
				 .is_up = rtnl_link_get_flags(l) & IFF_UP,
				 .mtu = rtnl_link_get_mtu(l)};
	snprintf(ret->name, sizeof(ret->name), "%s", name ? name : "");
	snprintf(ret->kind, sizeof(ret->kind), "%s", kind ? kind : "");
	snprintf(ret->alias, sizeof(ret->alias), "%s", alias ? alias : "");
	if (mac && nl_addr_get_len(mac) == sizeof(ret->mac))
		memcpy(ret->mac, nl_addr_get_binary_addr(mac), sizeof(ret->mac));
}

/* Which of the two: a name, or without one an index. */
static int link_see(struct net_end *n, int index, const char *name, struct net_link *ret, struct err *e)
{
	auto_link *l = NULL;
	int r = rtnl_link_get_kernel(n->sock, index, name, &l);

	if (r == -NLE_NODEV || r == -NLE_OBJ_NOTFOUND)
		return 0;
	if (r < 0)
		return net_end_failed(n, r, e, "%s", name ? name : "a link");
	link_read(l, ret);
	return 1;
}

int net_link_see(struct net_end *n, const char *name, struct net_link *ret, struct err *e)
{
	return link_see(n, 0, name, ret, e);
}

int net_link_see_at(struct net_end *n, int index, struct net_link *ret, struct err *e)
{
	return link_see(n, index, NULL, ret, e);
}

int net_link_up(struct net_work *w, struct net_end *n, const char *name, struct err *e)
{
	auto_link *old = NULL, *change = NULL;
	struct net_link l = {0};
	int r = net_link_see(n, name, &l, e);

	if (r < 0)
		return r;
	if (!r)
		return fail(e, ENODEV, "%s: %s is gone", n->where, name);
	if (l.is_up || !net_due(w, "%s: %s is down", n->where, name))
		return 0;
	old = link_indexed(l.index);
	change = link_indexed(l.index);
	if (!old || !change)
		return fail(e, ENOMEM, "no memory for a link");
	rtnl_link_set_flags(change, IFF_UP);
	r = rtnl_link_change(n->sock, old, change, 0);
	return r < 0 ? net_end_failed(n, r, e, "%s cannot be set up", name) : 0;
}

int net_link_alias(struct net_end *n, int index, const char *alias, struct err *e)
{
	auto_link *old = link_indexed(index), *change = link_indexed(index);
	int r;

	if (!old || !change)
		return fail(e, ENOMEM, "no memory for a link");
	rtnl_link_set_ifalias(change, alias);
	r = rtnl_link_change(n->sock, old, change, 0);
	return r < 0 ? net_end_failed(n, r, e, "alias '%s'", alias) : 0;
}

int net_link_delete(struct net_end *n, int index, struct err *e)
{
	auto_link *l = link_indexed(index);
	int r;

	if (!l)
		return fail(e, ENOMEM, "no memory for a link");
	r = rtnl_link_delete(n->sock, l);
	/* gone meanwhile, with its other end or its namespace */
	return r < 0 && r != -NLE_NODEV && r != -NLE_OBJ_NOTFOUND ? net_end_failed(n, r, e, "cannot delete the link") : 0;
}

static int mac_set(struct rtnl_link *l, const unsigned char mac[6])
{
	struct nl_addr *a = nl_addr_build(AF_LLC, mac, 6);

	if (!a)
		return -NLE_NOMEM;
	rtnl_link_set_addr(l, a);
	nl_addr_put(a);
	return 0;
}

/* Both ends at once, each in its namespace: there is no moment in which the inner one stands outside. */
int net_link_make_veth(struct net_work *w, const unsigned char outer_mac[6], const unsigned char inner_mac[6],
		       struct err *e)
{
	auto_link *l = rtnl_link_veth_alloc();
	auto_link *peer = l ? rtnl_link_veth_get_peer(l) : NULL; /* a reference of its own */
	int r;

	if (!l || !peer || mac_set(l, outer_mac) < 0 || mac_set(peer, inner_mac) < 0)
		return fail(e, ENOMEM, "no memory for a link");
	rtnl_link_set_name(l, w->q->link);
	rtnl_link_set_name(peer, NET_INSIDE_NAME);
	rtnl_link_set_ns_fd(peer, w->netns);
	r = rtnl_link_add(w->outside.sock, l, NLM_F_CREATE | NLM_F_EXCL);
	return r < 0 ? net_end_failed(&w->outside, r, e, "the pair %s and " NET_INSIDE_NAME, w->q->link) : 0;
}

int net_link_make_macvlan(struct net_work *w, int below, const unsigned char mac[6], struct err *e)
{
	auto_link *l = rtnl_link_macvlan_alloc();
	int r;

	if (!l || mac_set(l, mac) < 0)
		return fail(e, ENOMEM, "no memory for a link");
	rtnl_link_set_name(l, NET_INSIDE_NAME);
	rtnl_link_set_link(l, below);
	rtnl_link_macvlan_set_mode(l, rtnl_link_macvlan_str2mode("bridge"));
	rtnl_link_set_ns_fd(l, w->netns);
	r = rtnl_link_add(w->outside.sock, l, NLM_F_CREATE | NLM_F_EXCL);
	return r < 0 ? net_end_failed(&w->outside, r, e, "a macvlan on %s", w->q->net->interface) : 0;
}
