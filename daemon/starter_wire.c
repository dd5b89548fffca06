/* Orders of the starter, as they came: looked at before anything is done by them. */
#include "starter_wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <cgq/auto.h>

static bool is_text(const char *place, size_t size)
{
	return memchr(place, '\0', size) != NULL;
}

static bool are_texts(const struct starter_order *o)
{
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		if (!is_text(o->paths[kind], sizeof(o->paths[kind])))
			return false;
	return is_text(o->group, sizeof(o->group)) && is_text(o->name, sizeof(o->name)) &&
	       is_text(o->hostname, sizeof(o->hostname)) && is_text(o->link, sizeof(o->link)) &&
	       is_text(o->path, sizeof(o->path)) && is_text(o->interface, sizeof(o->interface));
}

/* It becomes a file's name in one folder. */
static bool is_name(const char *name)
{
	return !strchr(name, '/') && strcmp(name, ".") && strcmp(name, "..");
}

static bool are_namespaces(const struct starter_order *o)
{
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		if (o->modes[kind] > NAMESPACE_PATH || (o->modes[kind] == NAMESPACE_PATH && o->paths[kind][0] != '/') ||
		    (o->modes[kind] == NAMESPACE_GROUP && o->keeper.pid <= 0 && o->like.pid <= 0))
			return false;
	return (o->kinds & ~(NAMESPACE_BIT(NAMESPACE__COUNT) - 1)) == 0;
}

static bool are_addresses(const struct net_address *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!((list[i].family == AF_INET && list[i].prefix <= 32) || (list[i].family == AF_INET6 && list[i].prefix <= 128)))
			return false;
	return true;
}

static bool is_net(const struct net *net)
{
	return net->mode <= NET_MACVLAN && net->n_addresses <= ARRAY_SIZE(net->addresses) &&
	       net->n_gateways <= ARRAY_SIZE(net->gateways) && are_addresses(net->addresses, net->n_addresses) &&
	       are_addresses(net->gateways, net->n_gateways);
}

int starter_order_check(struct starter_order *o, struct err *e)
{
	if (o->kind < STARTER_KEEP || o->kind > STARTER_GO)
		return fail(e, EBADMSG, "order %u is none", (unsigned)o->kind);
	if (!are_texts(o))
		return fail(e, EBADMSG, "a text of an order has no end");
	if (!is_name(o->name) || !is_name(o->link))
		return fail(e, EBADMSG, "'%s' or '%s' is no name", o->name, o->link);
	if (!are_namespaces(o))
		return fail(e, EBADMSG, "an order names namespaces that there are not");
	if (o->has_net && !is_net(&o->net))
		return fail(e, EBADMSG, "an order has addresses that are none, or more than there is room for");
	o->net.interface = o->interface;
	return 0;
}
