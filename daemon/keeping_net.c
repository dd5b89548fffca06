/* The network of a group: asked for, looked at, and how it stands. */
#include "keeping_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>

/* Interfaces by their names; both are of one policy's strings. */
static bool nets_equal(const struct net *a, const struct net *b)
{
	struct net x = *a, y = *b;

	if (!x.interface != !y.interface || (x.interface && strcmp(x.interface, y.interface)))
		return false;
	x.interface = y.interface = NULL;
	return x.mode == y.mode && x.n_addresses == y.n_addresses && x.n_gateways == y.n_gateways &&
	       !memcmp(x.addresses, y.addresses, sizeof(x.addresses)) &&
	       !memcmp(x.gateways, y.gateways, sizeof(x.gateways)) && x.masquerade == y.masquerade &&
	       x.out_bytes == y.out_bytes && x.in_bytes == y.in_bytes;
}

static void net_remember(struct about *a, const struct net *net)
{
	free(a->interface);
	a->interface = net->interface ? must_strdup(net->interface) : NULL;
	a->net = *net;
	a->net.interface = a->interface;
	a->net_asked = true;
}

static void on_netted(void *ctx, int error, const struct net_result *result, const struct err *e)
{
	struct asked *one = ctx;
	struct keeping *n = one->n;
	struct about *a = keeping_about(n, one->group);
	const struct keeper *k = keepers_of_pid(&n->book, one->pid);
	bool made = a->net_is_new;

	a->net_waits = false;
	a->net_is_new &= error != 0;
	a->net_known = !error;
	a->net_failed_ns = error ? n->by.now_ns(n->by.ctx) : 0;
	snprintf(a->net_why_not, sizeof(a->net_why_not), "%s", error ? e->text : "");
	if (!error)
		a->result = *result;
	if (!error && result->changes && k) {
		auto_free char *text = made ? must_strdup("its network is made") :
						     must_printf("its network is put right: %s", result->first);

		n->by.tell(n->by.ctx, k, text);
	}
	keeping_asked_free(one);
	n->by.stands(n->by.ctx);
}

static void net_ask(struct keeping *n, const struct keeper *k, const struct net *net, struct about *a)
{
	struct starter_net q = { .group = k->group, .keeper = { k->pid, k->start_ticks }, .name = k->name, .link = k->link,
				 .net = net };
	struct asked *one = keeping_asked_new(n, k);
	struct err e = { 0 };

	net_remember(a, net);
	a->net_waits = true;
	if (n->by.net(n->by.ctx, &q, on_netted, one, &e) == 0)
		return;
	keeping_asked_free(one);
	a->net_waits = a->net_known = false;
	a->net_failed_ns = n->by.now_ns(n->by.ctx);
	snprintf(a->net_why_not, sizeof(a->net_why_not), "%s", e.text);
}

void keeping_net_follow(struct keeping *n, const struct policy *p, unsigned group, bool again)
{
	const struct group *g = &p->groups[group];
	const struct keeper *k = keepers_of_group(&n->book, g->path);
	struct about *a;

	if (!k || !*k->link || !(k->kinds & NAMESPACE_BIT(NAMESPACE_NET)))
		return;
	a = keeping_about(n, g->path);
	if (a->net_waits)
		return;
	if (!a->net_asked || again || !nets_equal(&a->net, g->net) || (a->net_failed_ns && keeping_may_retry(n, a->net_failed_ns, false)))
		net_ask(n, k, g->net, a);
}
