/* Why no limit of its group holds a process, though it belongs to one. */
#include "report_unlimited.h"

#include <string.h>

#include <cgq/auto.h>
#include <cgq/memory.h>

#include "report_json.h"
#include "report_units.h"
#include "state.h"
#include "unit_name.h"

static bool may_be_limited(const struct unit_path *path)
{
	return path->place == UNIT_SERVICE || path->place == UNIT_SCOPE;
}

static const char *group_path(const struct view *v, unsigned group)
{
	return v->choice->policy->groups[group].path;
}

/* NULL: the unit is limited for that group. */
static char *unit_reason(const struct view *v, const struct unit_path *path, unsigned group)
{
	const struct seen_unit *s = path->unit.name ? report_unit_find(v, path->unit.name) : NULL;

	if (s && s->refusal && s->group != GROUP_NONE)
		return must_strdup(s->refusal);
	if (group == GROUP_NONE || (s && s->group == group))
		return NULL;
	if (s && s->group != GROUP_NONE)
		return must_printf("%s is limited for %s", s->name, group_path(v, s->group));
	if (!path->unit.name)
		return must_printf("it is in no unit of systemd");
	if (!may_be_limited(path))
		return must_printf("%s is no unit that can be limited", path->unit.name);
	return must_printf("%s is not limited yet", path->unit.name);
}

/* A process may be where it should be in one hierarchy, and not in another. */
static char *leaf_reason(const struct view *v, const struct proc_facts *now, unsigned group)
{
	const struct want *w = v->want;
	const struct node *leaf = &w->nodes[w->leaf_of_group[group]];

	for (unsigned h = 0; h < v->machine->n_hierarchies; h++) {
		char path[1024];

		if (!(leaf->controllers & v->machine->hierarchies[h].controllers) || !now->cgroups[h])
			continue;
		machine_path(v->machine, h, leaf->path, path, sizeof(path));
		if (strcmp(now->cgroups[h], path) != 0)
			return must_printf("it is not in the group's cgroup %s%s, but in %s", v->machine->hierarchies[h].mount, path,
					   now->cgroups[h][0] ? now->cgroups[h] : "/");
	}
	return NULL;
}

static char *tree_reason(const struct view *v, const struct proc_facts *now, unsigned group)
{
	if (group == GROUP_NONE)
		return NULL;
	if (v->machine->refusal[0])
		return must_printf("no limit can be in force: %s", v->machine->refusal);
	if (!v->want->n || v->want->leaf_of_group[group] == UINT32_MAX)
		return NULL;
	return leaf_reason(v, now, group);
}

static const char *v2_cgroup(const struct view *v, const struct proc_facts *now)
{
	for (unsigned h = 0; h < v->machine->n_hierarchies; h++)
		if (v->machine->hierarchies[h].version == 2)
			return now->cgroups[h];
	return NULL;
}

void put_unlimited(const struct view *v, const struct proc_facts *now, unsigned group, json_t *o)
{
	const char *cgroup = v->units ? v2_cgroup(v, now) : NULL;
	struct arena arena = {0};
	struct unit_path path = {0};
	auto_free char *reason = NULL;

	if (cgroup)
		unit_path_read(&arena, cgroup, &path);
	if (group != GROUP_NONE && group_is_passive(v, group))
		reason = must_strdup("the group is passive: nothing is written for it");
	else if (cgroup)
		reason = unit_reason(v, &path, group);
	else
		reason = tree_reason(v, now, group);
	put_text(o, "unit", path.unit.name);
	put_text(o, "unlimited", reason);
	arena_done(&arena);
}
