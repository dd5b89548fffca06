/*
 * What the next start of a service of systemd needs to be in its group's network: a run-time drop-in with NetworkNamespacePath=, which
 * systemd (242 and later) reads with its next daemon-reload. The files are all that is remembered: whoever reads the folder knows
 * which are ours.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <cgq/err.h>

#define SERVICE_NET_FILE "zz-cgq-net.conf"

struct service_net {
	char *unit;  /* "mariadb.service" */
	char *group; /* "web" */
	char *name;  /* of its network in /run/netns; "" */
};

struct service_nets {
	struct service_net *list;
	size_t n, cap;
};

void service_nets_done(struct service_nets *s);
void service_nets_add(struct service_nets *s, const char *unit, const char *group, const char *name);
const struct service_net *service_nets_find(const struct service_nets *s, const char *unit);

/* Is anything prepared for that unit's next start, by a cgqd of that tree? */
bool service_net_stands(const char *unit, const char *tree);
/* The same in words; NULL: nothing is. Owned by the caller. */
char *service_net_text(const char *unit, const char *tree);

/*
 * Brings the drop-ins below folder (/run/systemd/system) that are of that tree to what is wanted: those that are missing, or say
 * something else, are written, all others go. told is called for each that changed; the folder need not be there. -errno: of the first
 * that could not be written; the others are as wanted.
 */
int service_nets_follow(const char *folder, const char *tree, const struct service_nets *wanted,
			void (*told)(void *ctx, const struct service_net *one, bool stands), void *ctx, struct err *e);
