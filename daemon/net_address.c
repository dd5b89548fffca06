/* Addresses of a link. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>

#include "net_parts.h"
#include "text.h"

static void cache_done(struct nl_cache **c)
{
	nl_cache_free(*c); /* takes NULL */
}

/* Taken away by one call; who is root inside may have added thousands. */
#define STRANGERS_MAX 64

#define auto_cache __attribute__((cleanup(cache_done))) struct nl_cache

const char *net_address_text(const struct net_address *a, char *ret, size_t size)
{
	char bytes[INET6_ADDRSTRLEN] = "";

	inet_ntop(a->family, &a->bytes, bytes, sizeof(bytes));
	snprintf(ret, size, "%s/%u", bytes, a->prefix);
	return ret;
}

static bool is_same_network(const struct net_address *a, const struct net_address *b)
{
	return a->prefix == b->prefix && a->prefix != net_family_bytes(a->family) * 8 && net_address_within(a, b);
}

static bool address_read(struct rtnl_addr *a, struct net_address *ret)
{
	struct nl_addr *local = rtnl_addr_get_local(a);

	*ret = (struct net_address){.family = rtnl_addr_get_family(a)};
	if (!local || (ret->family != AF_INET && ret->family != AF_INET6) ||
	    nl_addr_get_len(local) != net_family_bytes(ret->family))
		return false;
	memcpy(&ret->bytes, nl_addr_get_binary_addr(local), net_family_bytes(ret->family));
	ret->prefix = (unsigned)rtnl_addr_get_prefixlen(a);
	return true;
}

static struct rtnl_addr *address_build(int index, const struct net_address *a)
{
	struct rtnl_addr *ret = rtnl_addr_alloc();
	struct nl_addr *local = nl_addr_build(a->family, &a->bytes, net_family_bytes(a->family));

	if (ret && local) {
		rtnl_addr_set_ifindex(ret, index);
		nl_addr_set_prefixlen(local, (int)a->prefix);
		rtnl_addr_set_local(ret, local);
		rtnl_addr_set_scope(ret, RT_SCOPE_UNIVERSE);
		/* to be used at once: the second that the kernel looks for a double would be lost to the first program */
		if (a->family == AF_INET6)
			rtnl_addr_set_flags(ret, IFA_F_NODAD);
	}
	nl_addr_put(local);
	return ret;
}

int net_address_set(struct net_end *n, int index, const struct net_address *a, bool add)
{
	struct rtnl_addr *address = address_build(index, a);
	int r;

	if (!address)
		return -NLE_NOMEM;
	/* one that has an end in time is given for good */
	r = add ? rtnl_addr_add(n->sock, address, NLM_F_CREATE | NLM_F_REPLACE) : rtnl_addr_delete(n->sock, address, 0);
	rtnl_addr_put(address);
	return r;
}

/* Those that somebody set for good; what DHCP and router advertisements give has an end. */
static bool is_for_good(struct rtnl_addr *a)
{
	return rtnl_addr_get_scope(a) == RT_SCOPE_UNIVERSE && (rtnl_addr_get_flags(a) & IFA_F_PERMANENT);
}

static bool is_of(struct nl_object *o, int index, struct net_address *ret)
{
	struct rtnl_addr *a = (struct rtnl_addr *)o;

	return rtnl_addr_get_ifindex(a) == index && is_for_good(a) && address_read(a, ret);
}

static bool link_has(struct nl_cache *all, int index, const struct net_address *want)
{
	struct net_address there;

	for (struct nl_object *o = nl_cache_get_first(all); o; o = nl_cache_get_next(o))
		if (is_of(o, index, &there) && net_address_listed(want, &there, 1))
			return true;
	return false;
}

/* How many there are; what is beyond the room is looked at the next time. */
static int strangers_see(struct net_end *n, int index, const struct net_address *want, unsigned n_want,
			 struct net_address ret[STRANGERS_MAX], struct err *e)
{
	auto_cache *all = NULL;
	int r = rtnl_addr_alloc_cache(n->sock, &all);
	unsigned found = 0;

	if (r < 0)
		return net_end_failed(n, r, e, "addresses");
	for (struct nl_object *o = nl_cache_get_first(all); o && found < STRANGERS_MAX; o = nl_cache_get_next(o))
		if (is_of(o, index, &ret[found]) && !net_address_listed(&ret[found], want, n_want))
			found++;
	return (int)found;
}

static int address_change(struct net_work *w, struct net_end *n, int index, const struct net_address *a, bool add,
			  struct err *e)
{
	int r = net_address_set(n, index, a, add);

	/* deleting the first of a network deletes the others of it too */
	if (r == -NLE_NOADDR && !add)
		return 0;
	if (r < 0)
		return net_end_failed(n, r, e, "address %s", NET_ADDRESS_TEXT(a));
	net_step_done(w, n, index, false, add, a);
	return 0;
}

static int strangers_delete(struct net_work *w, struct net_end *n, int index, const struct net_address *want,
			    unsigned n_want, struct err *e)
{
	struct net_address there[STRANGERS_MAX] = {0};
	int found = strangers_see(n, index, want, n_want, there, e), r = found < 0 ? found : 0;

	for (int i = 0; i < found && r >= 0; i++)
		if (net_due(w, "%s: address %s is not wanted", n->where, NET_ADDRESS_TEXT(&there[i])))
			r = address_change(w, n, index, &there[i], false, e);
	return r;
}

static int missing_add(struct net_work *w, struct net_end *n, int index, const struct net_address *want,
		       unsigned n_want, struct err *e)
{
	auto_cache *all = NULL;
	int r = rtnl_addr_alloc_cache(n->sock, &all);

	if (r < 0)
		return net_end_failed(n, r, e, "addresses");
	for (unsigned i = 0; i < n_want && r >= 0; i++) {
		if (link_has(all, index, &want[i]))
			continue;
		r = net_address_free(w, &want[i], n == &w->outside, e);
		if (r >= 0 && net_due(w, "%s: address %s is missing", n->where, NET_ADDRESS_TEXT(&want[i])))
			r = address_change(w, n, index, &want[i], true, e);
	}
	return r;
}

int net_addresses(struct net_work *w, struct net_end *n, int index, const struct net_address *want, unsigned n_want,
		  struct err *e)
{
	int r = strangers_delete(w, n, index, want, n_want, e);

	return r < 0 ? r : missing_add(w, n, index, want, n_want, e);
}

/* Two groups, or two starts of one with a network each, can be told apart by no address that they share. */
static int in_use(struct net_work *w, int index, const char *what, const struct net_address *a, struct err *e)
{
	struct net_link l = {0};
	const char *group = net_link_see_at(&w->outside, index, &l, NULL) > 0 ? net_shape_group(&l) : NULL;

	if (group)
		return fail(e, EADDRINUSE, "%s %s is in use: group %s has it, at %s", what, NET_ADDRESS_TEXT(a),
			    TEXT_ESCAPED(group), l.name);
	return fail(e, EADDRINUSE, "%s %s is the machine's own, at %s", what, NET_ADDRESS_TEXT(a), l.name);
}

int net_address_free(struct net_work *w, const struct net_address *a, bool as_gateway, struct err *e)
{
	auto_cache *all = NULL;
	int r = rtnl_addr_alloc_cache(w->outside.sock, &all);

	if (r < 0)
		return net_end_failed(&w->outside, r, e, "addresses");
	for (struct nl_object *o = nl_cache_get_first(all); o; o = nl_cache_get_next(o)) {
		struct rtnl_addr *other = (struct rtnl_addr *)o;
		struct net_address there;

		if (rtnl_addr_get_ifindex(other) == w->outer || !address_read(other, &there))
			continue;
		if (net_address_equal(a, &there))
			return in_use(w, rtnl_addr_get_ifindex(other), "address", a, e);
		if (as_gateway && is_same_network(a, &there))
			return in_use(w, rtnl_addr_get_ifindex(other), "the network of", &there, e);
	}
	return 0;
}
