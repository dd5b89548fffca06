/* Default routes inside, one per gateway. */
#include <errno.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "net_parts.h"

/* Taken away by one call; who is root inside may have added thousands. */
#define STRANGERS_MAX 32

struct routes {
	struct net_address strangers[STRANGERS_MAX]; /* made as we make them; others' (DHCP, router advertisements) have other protocols */
	unsigned n;
	bool has[2]; /* the gateways that are wanted */
};

static struct rtnl_route *route_build(int index, const struct net_address *gateway)
{
	static const struct in6_addr all;
	struct rtnl_route *ret = rtnl_route_alloc();
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	struct nl_addr *to = nl_addr_build(gateway->family, &all, net_family_bytes(gateway->family));
	struct nl_addr *via = nl_addr_build(gateway->family, &gateway->bytes, net_family_bytes(gateway->family));

	if (ret && hop && to && via) {
		nl_addr_set_prefixlen(to, 0);
		rtnl_route_set_family(ret, (uint8_t)gateway->family);
		rtnl_route_set_dst(ret, to);
		rtnl_route_set_table(ret, RT_TABLE_MAIN);
		rtnl_route_set_protocol(ret, RTPROT_STATIC);
		rtnl_route_set_scope(ret, RT_SCOPE_UNIVERSE);
		rtnl_route_nh_set_ifindex(hop, index);
		rtnl_route_nh_set_gateway(hop, via);
		rtnl_route_add_nexthop(ret, hop); /* owns it now */
	} else {
		rtnl_route_nh_free(hop); /* free() */
		rtnl_route_put(ret);
		ret = NULL;
	}
	nl_addr_put(to);
	nl_addr_put(via);
	return ret;
}

int net_route_set(struct net_end *n, int index, const struct net_address *gateway, bool add)
{
	struct rtnl_route *route = route_build(index, gateway);
	int r;

	if (!route)
		return -NLE_NOMEM;
	/* in the place of another one of the same metric, which somebody gave */
	r = add ? rtnl_route_add(n->sock, route, NLM_F_CREATE | NLM_F_REPLACE) : rtnl_route_delete(n->sock, route, 0);
	rtnl_route_put(route);
	return r;
}

/* A default route of the main table through the link, or false. */
static bool route_read(struct rtnl_route *route, int index, struct net_address *ret)
{
	struct rtnl_nexthop *hop = rtnl_route_nexthop_n(route, 0);
	struct nl_addr *to = rtnl_route_get_dst(route), *via = hop ? rtnl_route_nh_get_gateway(hop) : NULL;

	*ret = (struct net_address){.family = rtnl_route_get_family(route)};
	if (!via || rtnl_route_get_table(route) != RT_TABLE_MAIN || (to && nl_addr_get_prefixlen(to)) ||
	    rtnl_route_nh_get_ifindex(hop) != index)
		return false;
	if ((ret->family != AF_INET && ret->family != AF_INET6) || nl_addr_get_len(via) != net_family_bytes(ret->family))
		return false;
	memcpy(&ret->bytes, nl_addr_get_binary_addr(via), net_family_bytes(ret->family));
	ret->prefix = net_family_bytes(ret->family) * 8;
	return true;
}

/* True: it is one of those that are wanted, which is noted. */
static bool route_note(const struct net *net, const struct net_address *gateway, struct routes *ret)
{
	for (unsigned i = 0; i < net->n_gateways; i++)
		if (net_address_equal(&net->gateways[i], gateway))
			return ret->has[i] = true;
	return false;
}

static int routes_see(struct net_work *w, struct routes *ret, struct err *e)
{
	struct nl_cache *all;
	int r = rtnl_route_alloc_cache(w->inside.sock, AF_UNSPEC, 0, &all);

	if (r < 0)
		return net_end_failed(&w->inside, r, e, "routes");
	for (struct nl_object *o = nl_cache_get_first(all); o; o = nl_cache_get_next(o)) {
		struct rtnl_route *route = (struct rtnl_route *)o;
		struct net_address gateway;

		if (!route_read(route, w->inner, &gateway) || route_note(w->q->net, &gateway, ret))
			continue;
		if (rtnl_route_get_protocol(route) == RTPROT_STATIC && ret->n < STRANGERS_MAX)
			ret->strangers[ret->n++] = gateway;
	}
	nl_cache_free(all);
	return 0;
}

static int route_change(struct net_work *w, const struct net_address *gateway, bool add, struct err *e)
{
	int r = net_route_set(&w->inside, w->inner, gateway, add);

	if (r < 0)
		return net_end_failed(&w->inside, r, e, "the route by gateway %s", NET_ADDRESS_TEXT(gateway));
	net_step_done(w, &w->inside, w->inner, true, add, gateway);
	return 0;
}

int net_routes(struct net_work *w, struct err *e)
{
	const struct net *net = w->q->net;
	struct routes there = {0};
	int r = routes_see(w, &there, e);

	for (unsigned i = 0; r >= 0 && i < there.n; i++)
		if (net_due(w, "inside: the route by gateway %s is not wanted", NET_ADDRESS_TEXT(&there.strangers[i])))
			r = route_change(w, &there.strangers[i], false, e);
	for (unsigned i = 0; r >= 0 && i < net->n_gateways; i++)
		if (!there.has[i] && net_due(w, "inside: the route by gateway %s is missing", NET_ADDRESS_TEXT(&net->gateways[i])))
			r = route_change(w, &net->gateways[i], true, e);
	return r;
}
