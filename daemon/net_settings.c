/* The kernel's switches below /proc/sys/net: what a process sees there is of the network namespace it is in. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cgq/auto.h>

#include "net_parts.h"

struct setting {
	struct net_work *w;
	const char *where, *link;
};

/* The first byte of a switch; 0 where there is none, as on kernels without that protocol. */
static int switch_read(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[2] = "";

	return fd >= 0 && read(fd, text, 1) == 1 ? text[0] : 0;
}

static int switch_off(const char *path, struct err *e)
{
	auto_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		return fail(e, errno, "%s cannot be set to 0: %s", path, strerror(errno));
	return 0;
}

/*
 * Advertisements of routers: those from inside would give the machine a default route, whoever sends them; those from
 * outside would give a group addresses besides the ones that the policy names.
 */
static int advertisements_ignore(void *ctx, struct err *e)
{
	const struct setting *s = ctx;
	char path[128];
	int now;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_ra", s->link);
	now = switch_read(path);
	if (!now || now == '0' || !net_due(s->w, "%s: %s listens to router advertisements", s->where, s->link))
		return 0;
	return switch_off(path, e);
}

int net_settings(struct net_work *w, struct err *e)
{
	struct setting outside = {.w = w, .where = "outside", .link = w->q->link};
	struct setting inside = {.w = w, .where = "inside", .link = NET_INSIDE_NAME};
	int r = w->outer ? advertisements_ignore(&outside, e) : 0;

	/* who has no addresses from us may get them that way */
	if (r < 0 || !w->q->net->n_addresses)
		return r;
	return net_within(w->netns, advertisements_ignore, &inside, e);
}

static bool has_family(const struct net *net, int family)
{
	for (unsigned i = 0; i < net->n_addresses; i++)
		if (net->addresses[i].family == family)
			return true;
	return false;
}

/*    family   switch                          as sysctl names it */
#define FORWARDING_TABLE(X)                                                                                          \
	X(AF_INET,  "/proc/sys/net/ipv4/ip_forward",             "net.ipv4.ip_forward")                              \
	X(AF_INET6, "/proc/sys/net/ipv6/conf/all/forwarding",    "net.ipv6.conf.all.forwarding")

int net_settings_forwarding(const struct net *net, struct err *e)
{
#define X(family, path, name)                                                                                        \
	if (has_family(net, family) && switch_read(path) != '1')                                                     \
		return fail(e, EOPNOTSUPP, "%s is 0: this machine passes nothing on", name);
	FORWARDING_TABLE(X)
#undef X
	return 0;
}
