/* What of networks only shows with several keys, or several groups. */
#include "group_namespaces.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include <cgq/auto.h>

#include "map.h"
#include "net_read.h"
#include "reading_order.h"

/* The kernel takes such a route only where the gateway itself is in reach: in a network of ours, or on the
 * link. */
static bool gateway_is_reached(const struct net *net, const struct net_address *gateway)
{
	if (gateway->family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&gateway->bytes))
		return true;
	for (unsigned i = 0; i < net->n_addresses; i++)
		if (net_address_within(gateway, &net->addresses[i]))
			return true;
	return false;
}

static bool gateway_is_own(const struct net *net, const struct net_address *gateway)
{
	for (unsigned i = 0; i < net->n_addresses; i++)
		if (net_address_equal(gateway, &net->addresses[i]))
			return true;
	return false;
}

static const char *address_text(const struct net_address *a, char *ret)
{
	return inet_ntop(a->family, &a->bytes, ret, INET6_ADDRSTRLEN);
}

/* Whichever of the two lines is read later makes it so. */
static void gateway_fault(const struct policy *p, const struct group *g, const struct net_address *gateway,
                          const char *what, struct faults *faults)
{
	const struct setting *address = group_setting(g, KEY_NET_ADDRESS), *own = group_setting(g, KEY_NET_GATEWAY);
	char text[INET6_ADDRSTRLEN];

	address_text(gateway, text);
	if (setting_is_after(p, address, own))
		fault_add(faults, SEVERITY_FAULT, address->at,
		          "net.address: with '%s' the gateway '%s' is %s", address->text, text, what);
	else
		fault_add(faults, SEVERITY_FAULT, own->at, "net.gateway: '%s' is %s ('%s')", text, what,
		          address->text);
}

static void gateways_check(const struct policy *p, const struct group *g, struct faults *faults)
{
	if (!group_setting(g, KEY_NET_ADDRESS)->at.file || !g->net->n_addresses ||
	    !group_setting(g, KEY_NET_GATEWAY)->at.file)
		return;
	for (unsigned i = 0; i < g->net->n_gateways; i++)
		if (gateway_is_own(g->net, &g->net->gateways[i]))
			gateway_fault(p, g, &g->net->gateways[i], "the group's own net.address", faults);
		else if (!gateway_is_reached(g->net, &g->net->gateways[i]))
			gateway_fault(p, g, &g->net->gateways[i], "in no network of net.address", faults);
}

/* Two groups of one address: this machine could reach but one of them. */
static void addresses_check(const struct policy *p, struct faults *faults)
{
	auto_free struct reserve *list = NULL;
	struct map group_of_address = {0};
	struct arena arena = {0};
	size_t n;

	list = settings_in_order(p, KEY_NET_ADDRESS, &n);
	for (size_t i = 0; i < n; i++) {
		const struct net *net = p->groups[list[i].group].net;

		for (unsigned j = 0; j < net->n_addresses; j++) {
			char text[INET6_ADDRSTRLEN];
			unsigned other = map_get(&group_of_address, address_text(&net->addresses[j], text));

			if (other == MAP_NONE)
				map_put(&group_of_address, arena_strdup(&arena, text), list[i].group);
			else
				fault_add(faults, SEVERITY_FAULT, list[i].setting->at,
				          "net.address: '%s' is that of [%s] already", text,
				          p->groups[other].path);
		}
	}
	map_done(&group_of_address);
	arena_done(&arena);
}

void group_nets_check(const struct policy *p, struct faults *faults)
{
	for (size_t i = 0; i < p->n_groups; i++)
		gateways_check(p, &p->groups[i], faults);
	addresses_check(p, faults);
}
