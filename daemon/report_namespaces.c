/* Namespaces of groups and networks, as status, ps and explain tell them. */
#include "report_namespaces.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "group_namespaces.h"
#include "namespace_state.h"
#include "namespaces_read.h"
#include "service_nets.h"
#include "sockets.h"
#include "state.h"
#include "text_rate.h"

static const char *const mode_names[] = {"host", "group", "new", "path"};

static json_t *kind_json(const struct view *v, unsigned group, enum namespace_kind kind)
{
	const struct group *g = &v->choice->policy->groups[group];
	auto_free char *reason = group_is_passive(v, group) ? must_strdup("passive: nothing is made")
							    : namespace_refusal(v->keeping, g, kind);
	json_t *o = json_object();

	put_text(o, "kind", namespace_name(kind));
	put_text(o, "mode", mode_names[g->namespaces.modes[kind]]);
	put_text(o, "path", g->namespaces.paths[kind]);
	put(o, "in_force", json_boolean(!reason));
	put_text(o, "reason", reason);
	return o;
}

struct counting {
	const struct view *v;
	unsigned group;
	uint64_t pending;
	unsigned looks;
	json_t *restarts;
};

/* Of a service with a thousand processes the first few do. */
#define LOOKS_MAX 50

static bool is_listed(const json_t *list, const char *text)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (!strcmp(json_string_value(one), text))
			return true;
	return false;
}

static void list_restart(struct counting *c, pid_t pid)
{
	struct proc_facts f = {.pid = pid};

	if (c->looks++ < LOOKS_MAX && proc_read(c->v->proc, &f, FACT_CGROUP) == 0 && f.unit && !is_listed(c->restarts, f.unit) &&
	    service_net_stands(f.unit, c->v->machine->tree))
		json_array_append_new(c->restarts, json_string(f.unit));
	proc_facts_done(&f);
}

static void count_pending(void *ctx, struct member *m)
{
	struct counting *c = ctx;
	uint32_t missed;

	if (m->group != c->group || namespace_is_keeper(c->v->keeping, m->pid, m->start_ticks))
		return;
	missed = namespaces_missed(c->v->keeping, &c->v->choice->policy->groups[c->group], m->pid);
	c->pending += missed != 0;
	if (missed & NAMESPACE_BIT(NAMESPACE_NET))
		list_restart(c, m->pid);
}

void report_namespaces(const struct view *v, unsigned group, json_t *o)
{
	const struct group *g = &v->choice->policy->groups[group];
	struct counting c = {.v = v, .group = group, .restarts = json_array()};
	struct keeping_state s;
	json_t *list = json_array();
	bool any = namespaces_any(&g->namespaces);

	keeping_state(v->keeping, g->path, &s);
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		if (g->namespaces.modes[kind] != NAMESPACE_HOST)
			json_array_append_new(list, kind_json(v, group, (enum namespace_kind)kind));
	if (any)
		members_each(v->members, count_pending, &c);
	put(o, "namespaces", list);
	put_text(o, "netns", s.keeper && *s.keeper->name ? s.keeper->name : NULL);
	put_counter(o, "pending", (struct counter){any, c.pending});
	put(o, "restarts", c.restarts);
}

static json_t *kinds_json(uint32_t kinds)
{
	json_t *list = json_array();

	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++)
		if (kinds & NAMESPACE_BIT(kind))
			json_array_append_new(list, report_text(namespace_name((enum namespace_kind)kind)));
	return list;
}

void report_namespace_wait(const struct view *v, unsigned group, json_t *o)
{
	const struct policy *p = v->choice->policy;
	struct keeping_state s = {0};

	if (group_kept_kinds(p, group, v->passive))
		keeping_state(v->keeping, p->groups[group].path, &s);
	put_text(o, "namespace_waits", s.waits_for[0] ? s.waits_for : NULL);
}

struct left {
	char *first;
	size_t n;
};

static void note_left(void *ctx, const struct keeper *k, const char *who)
{
	struct left *l = ctx;
	bool linked = if_nametoindex(k->link) != 0;

	if (!l->n++)
		l->first = must_printf("%s: its network stays for %s: %s in ip netns%s%s", k->group, who, k->name,
				       linked ? ", and the link " : "", linked ? k->link : "");
}

void report_networks_left(const struct view *v, const char *group, json_t *o)
{
	struct left l = {0};
	auto_free char *more = NULL, *first = NULL;

	keeping_left(v->keeping, group, note_left, &l);
	first = l.first;
	if (l.n > 1)
		more = must_printf("%s; %zu more networks stay so", first, l.n - 1);
	put_text(o, "note", more ? more : first);
}

void report_inside(const struct view *v, unsigned group, pid_t pid, uint64_t start_ticks, json_t *o)
{
	const struct policy *p = v->choice->policy;
	const struct group *g = group < p->n_groups && !group_is_passive(v, group) ? &p->groups[group] : NULL;
	bool keeper = namespace_is_keeper(v->keeping, pid, start_ticks);
	uint32_t missed = g && !keeper ? namespaces_missed(v->keeping, g, pid) : 0;
	bool has = g && namespaces_any(&g->namespaces);

	put_text(o, "namespace", keeper ? "keeper" : !has ? NULL : missed ? "pending" : "inside");
	put(o, "pending", kinds_json(missed));
}

/* More are one number: a proxy has thousands. */
#define SOCKETS_MAX 20

static void put_end(json_t *o, const char *key, const struct in6_addr *a, uint16_t port, bool six)
{
	char host[INET6_ADDRSTRLEN];
	auto_free char *text = NULL;

	inet_ntop(six ? AF_INET6 : AF_INET, a, host, sizeof(host));
	text = must_printf(six ? "[%s]:%u" : "%s:%u", host, port);
	put_text(o, key, text);
}

static void put_socket(void *ctx, const struct socket_of *one)
{
	json_t *list = ctx, *o = json_object();

	put_text(o, "protocol", one->protocol);
	put_end(o, "local", &one->seen.local, one->seen.local_port, one->six);
	if (one->seen.connected)
		put_end(o, "peer", &one->seen.peer, one->seen.peer_port, one->six);
	else
		put(o, "peer", json_null());
	json_array_append_new(list, o);
}

/* What is reached by the machine's addresses now is at the group's own after that. */
void report_next_start(const struct view *v, unsigned group, const struct proc_facts *f, json_t *o)
{
	const struct policy *p = v->choice->policy;
	const struct group *g = group < p->n_groups && !group_is_passive(v, group) ? &p->groups[group] : NULL;
	bool misses = g && !namespace_is_keeper(v->keeping, f->pid, f->start_ticks) &&
		      namespaces_missed(v->keeping, g, f->pid) & NAMESPACE_BIT(NAMESPACE_NET);
	auto_free char *text = misses && f->unit ? service_net_text(f->unit, v->machine->tree) : NULL;
	json_t *list = json_array();
	int n = misses ? sockets_each(f->pid, SOCKETS_MAX, put_socket, list) : -1;

	put_text(o, "next_start", text);
	put(o, "sockets", list);
	put_counter(o, "sockets_count", (struct counter){n >= 0, n < 0 ? 0 : (uint64_t)n});
}

/* Every kind that is named. */
static char *namespace_key(const struct view *v, const struct group *g)
{
	for (unsigned kind = 0; kind < NAMESPACE__COUNT; kind++) {
		char *why = namespace_refusal(v->keeping, g, (enum namespace_kind)kind);

		if (why)
			return why;
	}
	return NULL;
}

static char *net_key(const struct view *v, const struct group *g, enum key key)
{
	static const enum key keys[NET_PART__COUNT] = {
		[NET_PART_OUT] = KEY_NET_OUT, [NET_PART_IN] = KEY_NET_IN, [NET_PART_MASQUERADE] = KEY_NET_MASQUERADE};
	struct keeping_state s;

	if (!group_has_net(g))
		return must_printf("%s: the group has no network of its own", key_rows[key].name);
	if (g->namespaces.modes[NAMESPACE_NET] == NAMESPACE_NEW) /* the rest comes, or is told, with each start */
		return key == KEY_NET_MASQUERADE && g->net->masquerade ?
			       must_printf("%s: " NET_NEW_NO_MASQUERADE, key_rows[key].name) : NULL;
	keeping_state(v->keeping, g->path, &s);
	if (!s.keeper) {
		auto_free char *why = namespace_absence(&s);

		return must_printf("%s: %s", key_rows[key].name, why);
	}
	if (s.net_why_not[0])
		return must_printf("%s: %s", key_rows[key].name, s.net_why_not);
	if (!s.net_known)
		return must_printf("%s: it is being made", key_rows[key].name);
	for (unsigned i = 0; i < NET_PART__COUNT; i++)
		if (keys[i] == key && s.net.why_not[i][0])
			return must_printf("%s: %s", key_rows[key].name, s.net.why_not[i]);
	return NULL;
}

char *report_namespace_key(const struct view *v, unsigned group, enum key key)
{
	const struct group *g = &v->choice->policy->groups[group];

	return key == KEY_NAMESPACE ? namespace_key(v, g) : net_key(v, g, key);
}

char *report_net_rate(const struct view *v, unsigned group, enum key key)
{
	struct keeping_state s;
	uint64_t bytes;

	keeping_state(v->keeping, v->choice->policy->groups[group].path, &s);
	if (!s.keeper || !s.net_known || s.net_why_not[0])
		return NULL;
	bytes = key == KEY_NET_OUT ? s.net.out_bytes : s.net.in_bytes;
	return bytes ? text_rate_show(bytes * 8) : must_strdup("max");
}
