/* The settings namespace and net.… of a group → what they mean. */
#include "group_namespaces.h"

#include "namespaces_read.h"
#include "net_read.h"

static uint64_t rate_bytes(const struct setting *s)
{
	return s->at.file && s->max.kind == AMOUNT_RATE ? s->max.n / 8 : 0;
}

void group_namespaces_take(struct group *g, struct arena *arena)
{
	static const enum key texts[] = {KEY_NET_MODE, KEY_NET_ADDRESS, KEY_NET_GATEWAY};
	const struct setting *s = g->settings;
	char why[256];

	if (s[KEY_NAMESPACE].at.file)
		namespaces_read(s[KEY_NAMESPACE].max.list, arena, &g->namespaces, why, sizeof(why));
	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (s[texts[i]].at.file)
			net_read(texts[i], s[texts[i]].max.list, arena, &g->net, why, sizeof(why));
	g->net.masquerade = s[KEY_NET_MASQUERADE].at.file && s[KEY_NET_MASQUERADE].max.n;
	g->net.out_bytes = rate_bytes(&s[KEY_NET_OUT]);
	g->net.in_bytes = rate_bytes(&s[KEY_NET_IN]);
}

bool group_has_net(const struct group *g)
{
	enum namespace_mode mode = g->namespaces.modes[NAMESPACE_NET];

	return mode == NAMESPACE_GROUP || mode == NAMESPACE_NEW;
}
