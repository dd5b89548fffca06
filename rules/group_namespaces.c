/* The settings namespace and net.… of a group → what they mean. */
#include "group_namespaces.h"

#include <string.h>

#include "namespaces_read.h"
#include "net_read.h"

static uint64_t rate_bytes(const struct setting *s)
{
	return s->at.file && s->max.kind == AMOUNT_RATE ? s->max.n / 8 : 0;
}

static bool is_set(const struct group *g, enum key key)
{
	return group_setting(g, key)->at.file;
}

static const struct net *net_of(const struct group *g, struct arena *arena)
{
	static const enum key texts[] = {KEY_NET_MODE, KEY_NET_ADDRESS, KEY_NET_GATEWAY};
	struct net *net = arena_alloc(arena, sizeof(*net));
	char why[256];

	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (is_set(g, texts[i]))
			net_read(texts[i], group_setting(g, texts[i])->max.list, arena, net, why, sizeof(why));
	net->masquerade = group_setting(g, KEY_NET_MASQUERADE)->max.n;
	net->out_bytes = rate_bytes(group_setting(g, KEY_NET_OUT));
	net->in_bytes = rate_bytes(group_setting(g, KEY_NET_IN));
	return net;
}

static bool sets_net(const struct group *g)
{
	for (unsigned i = 0; i < g->n_settings; i++)
		if (strncmp(key_rows[g->settings[i].key].name, "net.", 4) == 0)
			return true;
	return false;
}

void group_namespaces_take(struct group *g, struct arena *arena)
{
	static const struct net none;
	char why[256];

	if (is_set(g, KEY_NAMESPACE))
		namespaces_read(group_setting(g, KEY_NAMESPACE)->max.list, arena, &g->namespaces, why, sizeof(why));
	g->net = sets_net(g) ? net_of(g, arena) : &none;
}

bool group_has_net(const struct group *g)
{
	enum namespace_mode mode = g->namespaces.modes[NAMESPACE_NET];

	return mode == NAMESPACE_GROUP || mode == NAMESPACE_NEW;
}
