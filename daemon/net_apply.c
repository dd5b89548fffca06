/* The network of a group: looked at, and what differs made right, in this order. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cgq/auto.h>

#include "net_apply.h"
#include "net_parts.h"
#include "text.h"

bool net_due(struct net_work *w, const char *fmt, ...)
{
	va_list ap;

	if (!w->result.changes++) {
		va_start(ap, fmt);
		vsnprintf(w->result.first, sizeof(w->result.first), fmt, ap);
		va_end(ap);
	}
	return !w->look;
}

static const struct net_address *address_near(const struct net *net, int family)
{
	for (unsigned i = 0; i < net->n_addresses; i++)
		if (net->addresses[i].family == family)
			return &net->addresses[i];
	return NULL;
}

/* The end outside is the gateway: it has that address, in the network of the first address inside of its family. */
static unsigned gateways_outside(const struct net *net, struct net_address ret[2])
{
	unsigned n = 0;

	for (unsigned i = 0; i < net->n_gateways; i++) {
		const struct net_address *inside = address_near(net, net->gateways[i].family);

		ret[n] = net->gateways[i];
		if (inside)
			ret[n++].prefix = inside->prefix;
	}
	return n;
}

static int outside_make(struct net_work *w, struct err *e)
{
	struct net_address gateways[2];
	unsigned n = gateways_outside(w->q->net, gateways);
	int r;

	if (!w->outer)
		return 0;
	r = net_link_up(w, &w->outside, w->q->link, e);
	return r < 0 ? r : net_addresses(w, &w->outside, w->outer, gateways, n, e);
}

static int inside_make(struct net_work *w, struct err *e)
{
	const struct net *net = w->q->net;
	int r = net_link_up(w, &w->inside, "lo", e);

	if (r < 0 || !w->inner)
		return r;
	r = net_link_up(w, &w->inside, NET_INSIDE_NAME, e);
	/* without any of the policy's they are somebody's inside */
	if (r < 0 || !net->n_addresses)
		return r;
	r = net_addresses(w, &w->inside, w->inner, net->addresses, net->n_addresses, e);
	return r < 0 ? r : net_routes(w, e);
}

static int all_make(struct net_work *w, struct err *e)
{
	static int (*const steps[])(struct net_work *, struct err *) = {net_shape, net_settings, outside_make, inside_make};
	int r = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && r >= 0; i++)
		r = steps[i](w, e);
	return r;
}

/* What programs inside send is held back at their end, so that they wait instead of losing packets. */
static int part_out(struct net_work *w, struct err *e)
{
	uint64_t bytes = w->q->net->out_bytes;

	if (w->inner)
		return net_rate(w, &w->inside, NET_INSIDE_NAME, bytes, &w->result.out_bytes, e);
	return bytes && !net_shape_is_wanted(w->q->net) ? fail(e, EOPNOTSUPP, "there is no link but loopback") : 0;
}

static int part_in(struct net_work *w, struct err *e)
{
	uint64_t bytes = w->q->net->in_bytes;

	if (w->outer)
		return net_rate(w, &w->outside, w->q->link, bytes, &w->result.in_bytes, e);
	if (bytes && w->q->net->mode == NET_MACVLAN)
		return fail(e, EOPNOTSUPP, "what comes in by a macvlan passes no queue of this machine");
	return bytes && !net_shape_is_wanted(w->q->net) ? fail(e, EOPNOTSUPP, "there is no link but loopback") : 0;
}

static int part_masquerade(struct net_work *w, struct err *e)
{
	int r = net_masquerade(w, e);

	if (r < 0 || !w->q->net->masquerade)
		return r;
	if (!w->q->net->n_addresses || w->q->net->mode != NET_VETH)
		return fail(e, EOPNOTSUPP, "the machine passes on nothing of a group without a pair of links");
	return net_settings_forwarding(w->q->net, e);
}

static void parts_make(struct net_work *w)
{
	static int (*const parts[NET_PART__COUNT])(struct net_work *, struct err *) = {
		[NET_PART_OUT] = part_out, [NET_PART_IN] = part_in, [NET_PART_MASQUERADE] = part_masquerade};

	for (enum net_part p = 0; p < NET_PART__COUNT; p++) {
		struct err e;

		if (parts[p](w, &e) < 0)
			snprintf(w->result.why_not[p], sizeof(w->result.why_not[p]), "%.*s",
				 (int)sizeof(w->result.why_not[p]) - 1, e.text);
	}
}

/* It becomes a word of nftables' language. */
static int link_check(const char *link, struct err *e)
{
	size_t len = strlen(link), n = 0;

	while (isalnum((unsigned char)link[n]))
		n++;
	return n == len && len > 0 && len < IFNAMSIZ && isalpha((unsigned char)link[0])
		       ? 0
		       : fail(e, EINVAL, "'%s' is no name for a link of ours", TEXT_ESCAPED(link));
}

/* A path of the policy's may lead to the machine's own network, which is nobody's to be set up. */
static int inside_check(int inside, struct err *e)
{
	struct stat own, there;

	if (fstat(inside, &there) < 0 || stat("/proc/thread-self/ns/net", &own) < 0)
		return fail(e, errno, "its network namespace: %s", strerror(errno));
	return own.st_dev == there.st_dev && own.st_ino == there.st_ino
		       ? fail(e, EINVAL, "its network namespace is the machine's own")
		       : 0;
}

/*
 * Starts are carried out side by side, and an address that is free for two of them is one's only. The lock is the machine's own
 * network, and goes with the descriptor; where it cannot be had, they may meet.
 */
static int outside_lock(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX) < 0)
		(void)errno;
	return fd;
}

static int work(struct net_work *w, struct net_result *ret, struct err *e)
{
	auto_fd int lock = w->look ? -1 : outside_lock();
	int r = link_check(w->q->link, e);

	(void)lock; /* until we return */
	if (r >= 0)
		r = inside_check(w->netns, e);
	if (r >= 0)
		r = net_end_open(&w->outside, "outside", -1, e);
	if (r >= 0)
		r = net_end_open(&w->inside, "inside", w->netns, e);
	if (r >= 0) {
		r = all_make(w, e);
		if (r < 0)
			net_undo(w);
	}
	if (r >= 0) {
		parts_make(w);
		*ret = w->result;
	}
	net_end_close(&w->inside);
	net_end_close(&w->outside);
	return r < 0 ? fail_prefix(e, "network of %s", w->q->group) : 0;
}

int net_apply(const struct starter_net *q, int inside, struct net_result *ret, struct err *e)
{
	struct net_work w = {.q = q, .netns = inside};

	return work(&w, ret, e);
}

int net_look(const struct starter_net *q, int inside, struct net_result *ret, struct err *e)
{
	struct net_work w = {.q = q, .netns = inside, .look = true};

	return work(&w, ret, e);
}

static int link_forget(struct net_end *n, const char *link, struct err *e)
{
	struct net_link l = {0};
	int r = net_link_see(n, link, &l, e);

	if (r <= 0)
		return r;
	if (!net_shape_is_ours(&l, link))
		return fail(e, EEXIST, "outside: %s is not cgq's: it is left alone", link);
	return net_link_delete(n, l.index, e);
}

int net_forget(const char *link, struct err *e)
{
	struct net_end n = {0};
	int r = link_check(link, e);

	if (r < 0)
		return r;
	r = net_end_open(&n, "outside", -1, e);
	if (r >= 0)
		r = link_forget(&n, link, e);
	net_end_close(&n);
	/* whose link it is or was, its masquerading has our name */
	if (r < 0)
		net_masquerade_forget(link, NULL);
	return r < 0 ? r : net_masquerade_forget(link, e);
}
