/* Keys of a network that come to nothing, or to trouble. */
#include "lint.h"

#include <string.h>

#include "group_namespaces.h"

/* A row: where the group's network is so, these keys do nothing, for this reason. The first that fits is
 * told. */
struct idle_keys {
	bool (*is_so)(const struct group *g);
	uint32_t keys; /* bit per key from KEY_NET_MODE on */
	const char *why;
};

#define BIT(key) (1U << ((key)-KEY_NET_MODE))
#define ALL_KEYS (BIT(KEY_NET_IN + 1) - 1)

/* What takes back what another file says asks for nothing. */
static bool is_asked(const struct group *g, enum key key)
{
	const struct setting *s = group_setting(g, key);

	if (!s->at.file || s->max.kind == AMOUNT_MAX || (s->max.kind == AMOUNT_BOOL && !s->max.n))
		return false;
	return key == KEY_NET_MODE || s->max.kind != AMOUNT_TEXT || strcmp(s->max.list, "none");
}

static bool is_without(const struct group *g)
{
	return g->namespaces.modes[NAMESPACE_NET] == NAMESPACE_HOST;
}

static bool is_elsewhere(const struct group *g)
{
	return g->namespaces.modes[NAMESPACE_NET] == NAMESPACE_PATH;
}

static bool is_new(const struct group *g)
{
	return g->namespaces.modes[NAMESPACE_NET] == NAMESPACE_NEW;
}

static bool is_closed(const struct group *g)
{
	return g->net->mode == NET_NONE;
}

static bool has_no_address(const struct group *g)
{
	return !g->net->n_addresses;
}

/* A macvlan has a link all the same, whose address may come from elsewhere. */
static bool has_no_link(const struct group *g)
{
	return g->net->mode == NET_VETH && has_no_address(g);
}

static bool is_macvlan(const struct group *g)
{
	return g->net->mode == NET_MACVLAN;
}

static bool has_no_gateway(const struct group *g)
{
	return !g->net->n_gateways;
}

static const struct idle_keys rows[] = {
        {is_without, ALL_KEYS, "does nothing without 'net' in namespace"},
        {is_elsewhere, ALL_KEYS, "does nothing: a namespace of a path keeps the network that it has"},
        {is_closed, ALL_KEYS & ~BIT(KEY_NET_MODE), "does nothing: net.mode = none leaves loopback alone"},
        {has_no_link, ALL_KEYS & ~BIT(KEY_NET_MODE) & ~BIT(KEY_NET_ADDRESS),
         "does nothing without a net.address"},
        {has_no_address, BIT(KEY_NET_GATEWAY), "does nothing without a net.address"},
        {is_macvlan, BIT(KEY_NET_MASQUERADE),
         "does nothing: a macvlan goes past this machine's own addresses"},
        {is_new, BIT(KEY_NET_MASQUERADE), "does nothing with net:new: it is for one network of the whole group"},
        {has_no_gateway, BIT(KEY_NET_MASQUERADE),
         "does nothing without a net.gateway: nobody outside is reached"},
};

static void key_lint(const struct group *g, enum key key, struct faults *faults)
{
	if (!is_asked(g, key))
		return;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!(rows[i].keys & BIT(key)) || !rows[i].is_so(g))
			continue;
		fault_add(faults, SEVERITY_WARNING, group_setting(g, key)->at, "%s: %s", key_rows[key].name,
		          rows[i].why);
		return;
	}
}

/* Whoever starts there second finds its address taken. */
static void address_lint(const struct group *g, struct faults *faults)
{
	if (g->namespaces.modes[NAMESPACE_NET] == NAMESPACE_NEW && g->net->n_addresses)
		fault_add(
		        faults, SEVERITY_WARNING, group_setting(g, KEY_NET_ADDRESS)->at,
		        "net.address: with net:new each start has a network, and only one at a time can have '%s'",
		        group_setting(g, KEY_NET_ADDRESS)->text);
}

void lint_nets(const struct policy *p, struct faults *faults)
{
	for (size_t i = 0; i < p->n_groups; i++) {
		for (unsigned key = KEY_NET_MODE; key <= KEY_NET_IN; key++)
			key_lint(&p->groups[i], (enum key)key, faults);
		address_lint(&p->groups[i], faults);
	}
}
