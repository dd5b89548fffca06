/* What the files that make a group's network share: the ends they work at, and what one call has done so far. */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <string.h>

#include <netlink/netlink.h>
#include <sys/socket.h>

#include "net_apply.h"
#include "net_read.h"

#define NET_INSIDE_NAME "eth0"

/* A network namespace: a socket that stays in it, wherever this thread is. */
struct net_end {
	struct nl_sock *sock;
	const char *where; /* "outside", "inside" */
	int code;	   /* positive errno of what the kernel refused last, and its own words for it, where it has some */
	char said[128];
};

/* What was done at a link that was there before, for the way back. */
struct net_step {
	struct net_end *end;
	int index; /* of the link */
	bool is_route, added;
	struct net_address address;
};

/* More than one call does: at each end those that are too many, see net_address.c and net_route.c, and what is missing. */
#define NET_STEPS_MAX 192

struct net_work {
	const struct starter_net *q;
	int netns; /* the inside; borrowed */
	bool look; /* nothing is changed */
	struct net_end outside, inside;
	int outer, inner; /* indexes of our links; 0: there is none */
	bool made;	  /* by this call */
	struct net_step steps[NET_STEPS_MAX];
	unsigned n_steps;
	struct net_result result;
};

/* Tells of a difference; false when we only look. */
bool net_due(struct net_work *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* net_end: netns -1 is the caller's own. */
int net_end_open(struct net_end *n, const char *where, int netns, struct err *e);
void net_end_close(struct net_end *n);
int net_end_ask(struct net_end *n, struct nl_msg *m); /* waits for the answer; frees m */
/* Fills e for a negative result of libnl's, with the kernel's own reason; returns -errno. */
int net_end_failed(struct net_end *n, int nle, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Does deed with this thread in a namespace. */
int net_within(int netns, int (*deed)(void *ctx, struct err *e), void *ctx, struct err *e);

/* net_link */
struct net_link {
	int index, below; /* below: of the pair's other end, or of what a macvlan is on */
	bool is_up;
	unsigned mtu;
	char name[IFNAMSIZ];
	char kind[16];	/* "veth"; "" for hardware */
	char alias[256];
	unsigned char mac[6];
};
int net_link_see(struct net_end *n, const char *name, struct net_link *ret, struct err *e); /* 1: there; 0: not */
int net_link_see_at(struct net_end *n, int index, struct net_link *ret, struct err *e); /* likewise */
int net_link_up(struct net_work *w, struct net_end *n, const char *name, struct err *e);
int net_link_alias(struct net_end *n, int index, const char *alias, struct err *e);
int net_link_delete(struct net_end *n, int index, struct err *e);
int net_link_make_veth(struct net_work *w, const unsigned char outer_mac[6], const unsigned char inner_mac[6],
		       struct err *e);
int net_link_make_macvlan(struct net_work *w, int below, const unsigned char mac[6], struct err *e);

/* net_shape: the right links are there, or made; w->outer and w->inner know them. */
int net_shape(struct net_work *w, struct err *e);
bool net_shape_is_wanted(const struct net *net); /* a link at all */
const char *net_shape_group(const struct net_link *l); /* whose it is, as its alias says; NULL: not cgq's */
bool net_shape_is_ours(const struct net_link *l, const char *link);

/* net_address: the addresses of a link and no others; those with an end in time (DHCP, router advertisements) are left. */
int net_addresses(struct net_work *w, struct net_end *n, int index, const struct net_address *want, unsigned n_want,
		  struct err *e);
int net_address_set(struct net_end *n, int index, const struct net_address *a, bool add); /* libnl's result */
const char *net_address_text(const struct net_address *a, char *ret, size_t size); /* "10.77.0.2/24" */
#define NET_ADDRESS_TEXT(a) net_address_text((a), (char[64]){0}, 64)

/* net_address_free: nobody outside has it already. as_gateway: nor its network. */
int net_address_free(struct net_work *w, const struct net_address *a, bool as_gateway, struct err *e);

/* net_route: one default route per gateway. */
int net_routes(struct net_work *w, struct err *e);
int net_route_set(struct net_end *n, int index, const struct net_address *gateway, bool add);

void net_step_done(struct net_work *w, struct net_end *n, int index, bool is_route, bool added,
		   const struct net_address *a);
void net_undo(struct net_work *w);

/* net_rate: a link sends at most so many bytes a second; 0: as it likes. ret: as read back. */
int net_rate(struct net_work *w, struct net_end *n, const char *name, uint64_t bytes, uint64_t *ret, struct err *e);

/* net_settings: the kernel's switches of a link, in the caller's namespace. */
int net_settings(struct net_work *w, struct err *e);
int net_settings_forwarding(const struct net *net, struct err *e); /* does the machine pass these families' packets on? */

/* net_masquerade */
int net_masquerade(struct net_work *w, struct err *e);
int net_masquerade_forget(const char *link, struct err *e);
