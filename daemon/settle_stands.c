/* One change in our tree, looked at closely: is it anything but what was in force? Spares a look at everything. */
#include "settle_parts.h"

#include <string.h>

#include "made.h"
#include "observe.h"
#include "plan_make.h"
#include "tree_path.h"

static bool knob_of_file(int version, const char *file, enum knob *ret)
{
	for (unsigned k = 0; k < KNOB__COUNT; k++) {
		const char *name = knob_file(k, version);

		*ret = k;
		if (name && !strcmp(name, file))
			return true;
	}
	/* Two more ways to write what has a file of its own. */
	*ret = version == 1 ? KNOB_CPU_MAX : KNOB_CPU_WEIGHT;
	return !strcmp(file, version == 1 ? "cpu.cfs_period_us" : "cpu.weight.nice");
}

/* Left as it is: known already, and its time comes. Who only reports wants to know of another value. */
static bool is_held(const struct daemon *d, const char *rel, enum knob k, const struct value *now, int version)
{
	char text[300];

	value_to_text(k, version, now, text, sizeof(text));
	for (size_t i = 0; i < d->drift.n_held; i++) {
		const struct drift *one = &d->drift.found.list[i];

		if (one->kind == DRIFT_VALUE && one->knob == k && !strcmp(one->path, rel))
			return !d->settings.drift_report || !strcmp(one->was, text);
	}
	return false;
}

static bool value_stands(struct daemon *d, unsigned hierarchy, const struct made_cgroup *made, enum knob k)
{
	const struct hierarchy *h = &d->machine.hierarchies[hierarchy];
	auto_arena struct arena arena = {0};
	char path[TREE_PATH_MAX];
	struct value now;

	machine_path(&d->machine, hierarchy, made->path, path, sizeof(path));
	observe_value(d->kernel, h, path, k, d->machine.page_bytes, &arena, &now);
	/* What was not in force (it waits, or was refused) is no matter of drift. */
	return now.kind == VALUE_UNKNOWN || !made->values[k] || made->values[k] == made_hash(k, h->version, &now) ||
	       is_held(d, made->path, k, &now, h->version);
}

static bool controllers_stand(struct daemon *d, const struct hierarchy *h, const char *path, uint32_t enabled)
{
	char text[1024], *save = NULL;
	uint32_t now = 0;

	if (d->kernel->read(d->kernel, h, path, "cgroup.subtree_control", text, sizeof(text), NULL) < 0)
		return false;
	for (char *w = strtok_r(text, " \n", &save); w; w = strtok_r(NULL, " \n", &save)) {
		int c = controller_find(w, 2);

		now |= c < 0 ? 0 : 1U << c;
	}
	return (enabled & ~now) == 0;
}

/* Counts those that stood; one that did not ends it. */
struct children {
	const struct made *made;
	const char *parent;
	unsigned hierarchy;
	size_t n;
};

static int child_known(void *ctx, const char *name)
{
	struct children *c = ctx;
	char path[TREE_PATH_MAX];
	const struct made_cgroup *made;

	if (strlen(c->parent) + strlen(name) + 2 > sizeof(path))
		return 1;
	strcpy(path, c->parent);
	if (*path)
		strcat(path, "/");
	strcat(path, name);
	made = made_find(c->made, path);
	c->n++;
	return !made || !(made->hierarchies & 1U << c->hierarchy);
}

static size_t children_made(const struct made *m, unsigned hierarchy, const char *parent)
{
	size_t n = 0, len = strlen(parent);

	for (size_t i = 0; i < m->n; i++) {
		const char *path = m->list[i].path, *rest = path + len + (len > 0);

		if (m->list[i].hierarchies & 1U << hierarchy && strlen(path) > len && !strncmp(path, parent, len) &&
		    (!len || path[len] == '/') && !strchr(rest, '/'))
			n++;
	}
	return n;
}

static bool children_stand(struct daemon *d, unsigned hierarchy, const char *parent, const char *path)
{
	struct children c = {&d->drift.made, parent, hierarchy, 0};
	int r = d->kernel->children(d->kernel, &d->machine.hierarchies[hierarchy], path, child_known, &c, NULL);

	return r == 0 && c.n == children_made(&d->drift.made, hierarchy, parent);
}

bool settle_stands(struct daemon *d, unsigned hierarchy, const char *path, const char *file)
{
	const struct hierarchy *h = &d->machine.hierarchies[hierarchy];
	const struct made_cgroup *made = path ? made_find(&d->drift.made, path) : NULL;
	char full[TREE_PATH_MAX];
	enum knob k;

	if (!path && !file)
		return false;
	machine_path(&d->machine, hierarchy, path, full, sizeof(full));
	if (!path)
		return controllers_stand(d, h, full, d->drift.made.base_enabled[hierarchy]);
	if (!made)
		return false;
	if (!file) /* in place, what comes and goes there is systemd's, or the unit's own */
		return d->machine.placement == PLACEMENT_UNITS || children_stand(d, hierarchy, path, full);
	if (h->version == 2 && !strcmp(file, "cgroup.subtree_control"))
		return controllers_stand(d, h, full, made->enabled);
	return !knob_of_file(h->version, file, &k) || value_stands(d, hierarchy, made, k);
}

struct deserters {
	unsigned group;
	const char *leaf;
	bool any;
};

static void find_deserter(void *ctx, struct member *one)
{
	struct deserters *x = ctx;

	x->any = x->any || (one->group == x->group && one->stood && !strcmp(one->stood, x->leaf));
}

bool settle_is_deserted(struct daemon *d, const char *path)
{
	int h = machine_hierarchy(&d->machine, CONTROLLER_CPU);
	char full[TREE_PATH_MAX], group[TREE_PATH_MAX], text[256];
	struct deserters x = {policy_group(d->choice.policy, tree_group_path(path, group, sizeof(group))), path, false};

	for (unsigned i = 0; i < d->machine.n_hierarchies; i++)
		h = d->machine.hierarchies[i].version == 2 ? (int)i : h;
	if (x.group == GROUP_NONE || h < 0)
		return false;
	machine_path(&d->machine, (unsigned)h, path, full, sizeof(full));
	if (d->kernel->read(d->kernel, &d->machine.hierarchies[h], full, "cgroup.events", text, sizeof(text), NULL) < 0 ||
	    !strstr(text, "populated 0"))
		return false;
	members_each(d->members, find_deserter, &x);
	return x.any;
}
