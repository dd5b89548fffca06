/* Services whose group has a network of its own: which they are, and what their next start needs. */
#include "settle_parts.h"

#include <string.h>

#include <cgq/auto.h>

#include "log.h"
#include "service_nets.h"
#include "text.h"
#include "unit_files.h"

/* A service with a process of such a group in it. */
struct candidate {
	char *unit;
	unsigned group;
	bool whole; /* nobody else is in it */
};

struct search {
	struct daemon *d;
	struct candidate *list;
	size_t n, cap;
};

/* Of the system's own systemd: what a user's runs, it alone can be told about. */
static const char *service_of(const struct proc_facts *f)
{
	const char *end = f->unit ? strrchr(f->unit, '.') : NULL;

	if (!end || strcmp(end, ".service") || !f->manager_cgroup || !strncmp(f->manager_cgroup, "/user.slice/", 12))
		return NULL;
	return unit_name_ok(f->unit) ? f->unit : NULL;
}

static struct candidate *find(const struct search *s, const char *unit)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->list[i].unit, unit))
			return &s->list[i];
	return NULL;
}

static bool has_network(const struct search *s, unsigned group)
{
	const struct policy *p = s->d->choice.policy;
	const struct keeper *k = group < p->n_groups ? keepers_of_group(keeping_book(s->d->keeping), p->groups[group].path) : NULL;

	return k && *k->name;
}

/* Where the process was found: on v1 it stays in systemd's own hierarchy, on v2 in its unit. */
static void note(void *ctx, struct member *one)
{
	struct search *s = ctx;
	struct proc_facts f = {.pid = one->pid};
	const char *unit;

	if (!has_network(s, one->group))
		return;
	unit = proc_read(s->d->proc, &f, FACT_CGROUP) == 0 ? service_of(&f) : NULL;
	if (unit && !find(s, unit)) {
		array_grow(s->list, s->n, s->cap);
		s->list[s->n++] = (struct candidate){must_strdup(unit), one->group, true};
	}
	proc_facts_done(&f);
}

/* The whole unit is started anew: others of it, cron's own daemon say, would be in that network too. */
static void doubt(const struct search *s, struct proc_facts *f)
{
	const char *unit = proc_read(s->d->proc, f, FACT_CGROUP) == 0 ? service_of(f) : NULL;
	struct candidate *c = unit ? find(s, unit) : NULL;
	const struct member *one = c ? members_find(s->d->members, f->pid) : NULL;

	if (c && (!one || one->group != c->group))
		c->whole = false;
}

static void doubt_all(const struct search *s)
{
	struct proc_facts *all = NULL;
	size_t n = 0;

	if (!s->n || proc_scan(s->d->proc, &all, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		doubt(s, &all[i]);
		proc_facts_done(&all[i]);
	}
	free(all);
}

static void told(void *ctx, const struct service_net *one, bool stands)
{
	struct daemon *d = ctx;
	auto_free char *text = stands ? must_printf("%s is pending: in the network %s after systemctl daemon-reload && systemctl restart %s",
						    one->unit, one->name, one->unit)
				      : must_printf("%s: its drop-in for the group's network is gone; a restart before systemctl "
						    "daemon-reload fails once the network is gone, too", one->unit);

	settle_say(d, LOG_LEVEL_INFO,
		   &(struct happening){.kind = HAPPENING_APPLY, .group = *one->group ? one->group : NULL, .what = "namespace", .text = text},
		   "%s: namespace: %s", one->group, text);
}

void settle_service_nets(struct daemon *d)
{
	struct search s = {.d = d};
	struct service_nets wanted = {0};
	struct err e = {0};

	if (!d->passive)
		members_each(d->members, note, &s);
	doubt_all(&s);
	for (size_t i = 0; i < s.n; i++) {
		const char *group = d->choice.policy->groups[s.list[i].group].path;

		if (s.list[i].whole)
			service_nets_add(&wanted, s.list[i].unit, group, keepers_of_group(keeping_book(d->keeping), group)->name);
		free(s.list[i].unit);
	}
	free(s.list);
	if (service_nets_follow(unit_folders_of_systemd.system, d->options.tree, &wanted, told, d, &e) < 0)
		log_line(LOG_LEVEL_WARNING, "namespace: %s", e.text);
	service_nets_done(&wanted);
}
