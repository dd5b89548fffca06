/* Which links a group has: found, known as ours, made anew where they are others than wanted. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net_parts.h"
#include "text.h"

#define ALIAS "cgq "

/*
 * A link of ours is known by its address from the first moment on, when it has no alias yet. An address that was set is
 * also left alone by udev, which else gives new virtual links another one.
 */
static void mac_outside(const char *link, unsigned char ret[6])
{
	uint64_t hash = text_hash(0, link, strlen(link));

	ret[0] = 0x02; /* locally administered */
	ret[1] = 'c';
	memcpy(ret + 2, &hash, 4);
}

static const unsigned char inside_mark[3] = {0x06, 'c', 'g'};

/* below: the address of the interface of a macvlan, so that groups of one name on two machines of a LAN differ. */
static void mac_inside(const char *link, const unsigned char below[6], unsigned char ret[6])
{
	uint64_t hash = text_hash(0, link, strlen(link));

	hash = text_hash(hash, (const char *)below, 6);
	memcpy(ret, inside_mark, 3);
	memcpy(ret + 3, &hash, 3);
}

bool net_shape_is_wanted(const struct net *net)
{
	return net->mode == NET_MACVLAN || (net->mode == NET_VETH && net->n_addresses > 0);
}

static bool is_alias_of_ours(const char *alias)
{
	return !strncmp(alias, ALIAS, strlen(ALIAS));
}

const char *net_shape_group(const struct net_link *l)
{
	return is_alias_of_ours(l->alias) ? l->alias + strlen(ALIAS) : NULL;
}

bool net_shape_is_ours(const struct net_link *l, const char *link)
{
	unsigned char mac[6];

	mac_outside(link, mac);
	return is_alias_of_ours(l->alias) || !memcmp(l->mac, mac, sizeof(mac));
}

struct seen {
	struct net_link outer, inner, below; /* index 0: not there */
	bool is_pair, inner_is_ours;
	char alias[256];
};

static int outer_check(const struct net_work *w, const struct seen *s, struct err *e)
{
	if (!s->outer.index || !strcmp(s->outer.alias, s->alias))
		return 0;
	if (!net_shape_is_ours(&s->outer, w->q->link))
		return fail(e, EEXIST, "outside: %s is there already, and not cgq's: it is left alone", w->q->link);
	if (net_shape_group(&s->outer))
		return fail(e, EEXIST, "outside: %s is that of group %s", w->q->link, TEXT_ESCAPED(net_shape_group(&s->outer)));
	return 0;
}

static int links_see(struct net_work *w, struct seen *s, struct err *e)
{
	int r = net_link_see(&w->outside, w->q->link, &s->outer, e);

	snprintf(s->alias, sizeof(s->alias), ALIAS "%s", w->q->group);
	if (r >= 0)
		r = net_link_see(&w->inside, NET_INSIDE_NAME, &s->inner, e);
	if (r >= 0 && w->q->net->mode == NET_MACVLAN) {
		r = net_link_see(&w->outside, w->q->net->interface, &s->below, e);
		if (!r)
			return fail(e, ENODEV, "outside: there is no interface %s", w->q->net->interface);
	}
	if (r < 0)
		return r;
	/* indexes are of the namespace that the other end is in */
	s->is_pair = s->outer.index && s->inner.index && !strcmp(s->outer.kind, "veth") &&
		     !strcmp(s->inner.kind, "veth") && s->outer.below == s->inner.index &&
		     s->inner.below == s->outer.index;
	s->inner_is_ours = s->is_pair || (!strcmp(s->inner.kind, "macvlan") && !memcmp(s->inner.mac, inside_mark, 3));
	return outer_check(w, s, e);
}

static bool is_as_wanted(const struct net *net, const struct seen *s)
{
	if (!net_shape_is_wanted(net))
		return !s->outer.index && !s->inner_is_ours;
	if (net->mode == NET_VETH)
		return s->is_pair;
	return !s->outer.index && s->inner_is_ours && !s->is_pair && s->inner.below == s->below.index;
}

static int others_delete(struct net_work *w, const struct seen *s, struct err *e)
{
	int r = 0;

	if (s->outer.index)
		r = net_link_delete(&w->outside, s->outer.index, e);
	if (r >= 0 && s->inner_is_ours && !s->is_pair)
		r = net_link_delete(&w->inside, s->inner.index, e);
	return r;
}

static int link_make(struct net_work *w, struct seen *s, struct err *e)
{
	unsigned char outer_mac[6], inner_mac[6];
	int r;

	mac_outside(w->q->link, outer_mac);
	mac_inside(w->q->link, s->below.mac, inner_mac);
	r = w->q->net->mode == NET_VETH ? net_link_make_veth(w, outer_mac, inner_mac, e)
					: net_link_make_macvlan(w, s->below.index, inner_mac, e);
	if (r < 0)
		return r;
	w->made = true;
	s->outer = s->inner = (struct net_link){0};
	return links_see(w, s, e);
}

static int link_remake(struct net_work *w, struct seen *s, struct err *e)
{
	bool is_wanted = net_shape_is_wanted(w->q->net);
	int r;

	if (is_wanted && s->inner.index && !s->inner_is_ours)
		return fail(e, EEXIST, "inside: " NET_INSIDE_NAME " is there already, and not cgq's: it is left alone");
	if (!net_due(w, "%s: its links are not those that are wanted", w->q->link))
		return 0;
	r = others_delete(w, s, e);
	return r < 0 || !is_wanted ? r : link_make(w, s, e);
}

int net_shape(struct net_work *w, struct err *e)
{
	struct seen s = {0};
	int r = links_see(w, &s, e);

	if (r < 0)
		return r;
	if (!is_as_wanted(w->q->net, &s)) {
		r = link_remake(w, &s, e);
		if (r < 0 || w->look || !w->made)
			return r;
	}
	if (!net_shape_is_wanted(w->q->net))
		return 0;
	w->outer = s.outer.index;
	w->inner = s.inner.index;
	if (!w->outer || !strcmp(s.outer.alias, s.alias) || !net_due(w, "%s has no alias", w->q->link))
		return 0;
	return net_link_alias(&w->outside, w->outer, s.alias, e);
}
