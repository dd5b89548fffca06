/* Namespaces of groups and networks, as status, ps and explain tell them. */
#pragma once

#include "report_json.h"
#include "view.h"

/* "namespaces", "netns", "pending" and "restarts" of a group's page. */
void report_namespaces(const struct view *v, unsigned group, json_t *o);
/* "namespace" ("inside", "pending"; null: its group has none) and "pending" of a process; group may be GROUP_NONE. */
void report_inside(const struct view *v, unsigned group, pid_t pid, uint64_t start_ticks, json_t *o);
/* "namespace_waits": "pid 812 (apache2) and others" in the old network, whom new namespaces wait for; null: nobody. */
void report_namespace_wait(const struct view *v, unsigned group, json_t *o);
/* "note" of a reset: networks that stay for now, and for whom; null: none does. */
void report_networks_left(const struct view *v, const char *group, json_t *o);
/*
 * "next_start": what is prepared for its service, or null; "sockets" and "sockets_count": where others reach it now, and will not once
 * it is in the group's network; of a process that is not yet. FACT_CGROUP is read.
 */
void report_next_start(const struct view *v, unsigned group, const struct proc_facts *f, json_t *o);
/* Why what the key asks for is not in force: NULL: it is; else owned by the caller. */
char *report_namespace_key(const struct view *v, unsigned group, enum key key);
/* "100Mbit": what is in force of net.out or net.in; NULL: not known. Owned by the caller. */
char *report_net_rate(const struct view *v, unsigned group, enum key key);
